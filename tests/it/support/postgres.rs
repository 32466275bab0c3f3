//! A PostgreSQL of a test's own, which may be stopped, killed, restored and replaced.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use separacao::db::migrate;
use tokio::process::{Child, Command};

use super::database::superuser;
use super::operator::Home;
use super::process::free_port;
use super::{wait_for, world};

/// The newest PostgreSQL of this machine.
fn programs() -> PathBuf {
    if let Some(given) = std::env::var_os("PG_BIN_DIR") {
        return given.into();
    }
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut dirs: Vec<_> = installed.map(|entry| entry.path().join("bin")).collect();
    dirs.sort();
    dirs.pop().expect("PostgreSQL's programs, or PG_BIN_DIR")
}

/// PostgreSQL refuses root: user and group of whom it runs as.
fn account() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap();
    let line =
        ["postgres:", "nobody:"].iter().find_map(|name| passwd.lines().find(|line| line.starts_with(name)));
    let fields: Vec<_> = line.expect("an account for PostgreSQL").split(':').collect();
    Some((fields[2].parse().unwrap(), fields[3].parse().unwrap()))
}

fn command(program: &str) -> Command {
    let mut command = Command::new(programs().join(program));
    command.stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/").kill_on_drop(true);
    as_postgres(&mut command);
    command
}

/// PostgreSQL and PgBouncer refuse to run as root.
pub fn as_postgres(command: &mut Command) {
    if let Some((user, group)) = account() {
        command.uid(user).gid(group);
    }
}

pub async fn run(program: &str, arguments: &[&str]) {
    let mut command = command(program);
    let output = command.args(arguments).stderr(Stdio::piped()).output().await.unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

pub fn folder(home: &Home, name: &str) -> String {
    let path = home.0.join(name);
    std::fs::create_dir(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    if let Some((user, group)) = account() {
        chown(&path, Some(user), Some(group)).unwrap();
    }
    path.to_string_lossy().into_owned()
}

fn spawn(data: &str, port: u16, settings: &[String]) -> Child {
    let mut command = command("postgres");
    command.args(["-D", data, "-k", data, "-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
    for setting in ["fsync=off", "shared_buffers=32MB", "wal_level=replica", "hot_standby=on"] {
        command.args(["-c", setting]);
    }
    for setting in settings {
        command.args(["-c", setting]);
    }
    command.stderr(std::fs::File::create(log(data)).unwrap()).spawn().unwrap()
}

/// What the server says, beside its folder.
fn log(data: &str) -> String {
    format!("{data}.log")
}

/// A PostgreSQL of the test's own.
pub struct Postgres {
    child: Child,
    pub port: u16,
    data: String,
    settings: Vec<String>,
}

impl Postgres {
    /// A new cluster in `data`, an empty folder, with the schema and the tests' people.
    pub async fn create(data: &str, settings: &[&str]) -> Self {
        let cluster = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"];
        run("initdb", &[&cluster[..], &["--locale=C.UTF-8"]].concat()).await;
        let server = Self::start(data, settings).await;
        migrate::run(&server.url()).await.unwrap();
        world::people(&server.url()).await;
        server
    }

    /// Serves what is in `data`.
    pub async fn start(data: &str, settings: &[&str]) -> Self {
        let port = free_port();
        let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let child = spawn(data, port, &settings);
        let mut server = Self { child, port, data: data.to_owned(), settings };
        server.until_up().await;
        server
    }

    /// Ends as the signal says (INT: fast, QUIT: immediate) and begins again at the same address.
    pub async fn restart(&mut self, how: Signal) {
        self.end(how).await;
        self.child = spawn(&self.data, self.port, &self.settings);
        self.until_up().await;
    }

    async fn end(&mut self, how: Signal) {
        let pid = Pid::from_raw(self.child.id().unwrap().try_into().unwrap()).unwrap();
        kill_process(pid, how).unwrap();
        self.child.wait().await.unwrap();
    }

    async fn until_up(&mut self) {
        let url = self.url();
        wait_for("PostgreSQL", async || {
            if self.child.try_wait().unwrap().is_some() {
                panic!("PostgreSQL does not start: {}", std::fs::read_to_string(log(&self.data)).unwrap());
            }
            <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.ok().map(drop)
        })
        .await;
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    pub async fn ask<T>(&self, sql: &'static str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        sqlx::query_scalar(sql).fetch_one(&mut superuser(&self.url()).await).await.unwrap()
    }

    /// As when its machine is gone: what it has not sent is lost.
    pub async fn kill(mut self) {
        self.end(Signal::QUIT).await;
    }
}
