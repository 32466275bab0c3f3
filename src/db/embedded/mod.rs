//! An embedded PostgreSQL for use without configuration: the installed server, on a private directory.
//!
//! It listens on a socket in a private directory and nowhere else. It runs in its own process group, so Ctrl-C
//! reaches us and not it. Several programs may share one: a lock file counts them, and the last to leave stops it.
//! A program that was killed leaves it running; the next start finds it and goes on.

pub(crate) mod binaries;
mod data_dir;
mod postmaster;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use self::binaries::Binaries;
use self::data_dir::Account;
pub use self::data_dir::default_data_dir;

const DATABASE: &str = "separacao";
const PORT: u16 = 5432;
/// Recovery after a power cut replays at most a few checkpoints of log.
const READY_WITHIN: Duration = Duration::from_secs(120);
const STOPPED_WITHIN: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);
/// A server log beyond this size starts afresh.
const LOG_BYTES: u64 = 10 * 1024 * 1024;

/// Why the database of this machine could not be started, in a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error("PostgreSQL 14 or newer is not installed on this machine (or set DATABASE_URL): {install}")]
    NotInstalled { install: String },
    #[error("{} holds no PostgreSQL 14 or newer (postgres and initdb)", dir.display())]
    NotThere { dir: PathBuf },
    #[error(
        "{} was made by PostgreSQL {made_by}, which is not installed here: install that version, or move the folder away",
        dir.display()
    )]
    OtherVersion { dir: PathBuf, made_by: u32 },
    #[error("PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody")]
    NoAccount,
    #[error("user {user} cannot reach {}: choose another DATA_DIR, for example /var/lib/separacao", dir.display())]
    Unreachable { user: String, dir: PathBuf },
    #[error("initdb could not make a database in {}: {output}", dir.display())]
    Initdb { dir: PathBuf, output: String },
    #[error("PostgreSQL did not start: {log}")]
    NotStarted { log: String },
    #[error("PostgreSQL did not stop within {STOPPED_WITHIN:?}")]
    NotStopped,
    #[error(
        "{what} {} ({source}): choose a folder that this user can write, for example DATA_DIR=$HOME/separacao",
        path.display()
    )]
    Folder { what: &'static str, path: PathBuf, source: std::io::Error },
    #[error("{what} {}: {source}", path.display())]
    Io { what: &'static str, path: PathBuf, source: std::io::Error },
    #[error("the embedded database answered: {0}")]
    Database(#[from] sqlx::Error),
}

/// A running PostgreSQL that this program uses, and stops if nobody else does.
#[derive(Debug)]
pub struct Embedded {
    dir: DataDir,
    url: String,
    /// Held shared for as long as we use the server.
    users: File,
    child: Option<Child>,
}

/// Starts PostgreSQL on `data_dir`, or joins the one already running there, and makes sure that the database
/// `separacao` exists. The first start creates the directory and takes about a second.
pub async fn start(data_dir: &Path, pg_bin_dir: Option<&Path>) -> Result<Embedded, EmbeddedError> {
    let dir = DataDir::prepare(data_dir)?;
    let _alone = dir.lock_alone().await?;
    let users = dir.open("users.lock")?;
    users.lock_shared().map_err(io("cannot lock", &dir.base.join("users.lock")))?;

    let wanted = binaries::version_of(&dir.cluster);
    let binaries = binaries::find(pg_bin_dir, wanted, &dir.cluster).await?;
    if wanted.is_none() {
        dir.initdb(&binaries).await?;
    }
    let (mut connection, mut fresh) = dir.run(&binaries).await?;
    create_database(&mut connection).await?;
    connection.close().await?;

    let url = dir.url(DATABASE);
    Ok(Embedded { dir, url, users, child: fresh.0.take() })
}

/// A server that we have started. Where the start fails afterwards or is given up, it is told to stop: nobody else uses it,
/// for the start is locked.
struct Fresh(Option<Child>);

impl Drop for Fresh {
    fn drop(&mut self) {
        let id = self.0.as_ref().and_then(Child::id).and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = id.and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::INT);
        }
    }
}

impl Embedded {
    /// The address of the database `separacao`, over the private socket, as its superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server (fast: open transactions are rolled back), unless another program still uses it.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        let Embedded { dir, users, child, .. } = self;
        let _alone = dir.lock_alone().await?;
        users.unlock().map_err(io("cannot unlock", &dir.base))?;
        if users.try_lock().is_err() {
            return Ok(());
        }
        let Some(server) = postmaster::read(&dir.cluster) else { return Ok(()) };
        if !server.is_live() {
            return Ok(());
        }
        server.interrupt().map_err(io("cannot stop the server of", &dir.cluster))?;
        let gone = async {
            if let Some(mut child) = child {
                let _ = child.wait().await;
            }
            while postmaster::read(&dir.cluster).is_some() {
                sleep(POLL).await;
            }
        };
        timeout(STOPPED_WITHIN, gone).await.map_err(|_| EmbeddedError::NotStopped)?;
        let _ = std::fs::remove_dir(&dir.sockets);
        Ok(())
    }
}

/// Paths of the data folder, and the user that the server runs as.
#[derive(Debug)]
struct DataDir {
    /// Ours: locks and the server's log.
    base: PathBuf,
    /// The server's: PGDATA.
    cluster: PathBuf,
    sockets: PathBuf,
    /// The user to run as; None when we are not root.
    account: Option<Account>,
}

impl DataDir {
    fn prepare(data_dir: &Path) -> Result<Self, EmbeddedError> {
        std::fs::create_dir_all(data_dir).map_err(folder("cannot create", data_dir))?;
        let base = data_dir.canonicalize().map_err(folder("cannot open", data_dir))?;
        let account = match data_dir::is_root() {
            true => Some(data_dir::find_account()?),
            false => None,
        };
        if let Some(account) = &account {
            data_dir::check_reachable(&base, account)?;
        }
        let sockets = data_dir::socket_dir(&base);
        data_dir::create_private_dir(&sockets, account.as_ref())?;
        Ok(Self { cluster: base.join("postgres"), base, sockets, account })
    }

    /// Only one program at a time starts or stops the server; the lock ends with the file.
    async fn lock_alone(&self) -> Result<File, EmbeddedError> {
        let path = self.base.join("start.lock");
        let file = self.open("start.lock")?;
        let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
        locked.map_err(std::io::Error::other).flatten().map_err(io("cannot lock", &path))
    }

    fn open(&self, name: &str) -> Result<File, EmbeddedError> {
        let path = self.base.join(name);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        file.map_err(folder("cannot write", &path))
    }

    fn command(&self, binaries: &Binaries, tool: &str) -> Command {
        let mut command = Command::new(binaries.path(tool));
        command.current_dir("/").env("LC_ALL", "C").stdin(Stdio::null()).process_group(0);
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    /// Makes the cluster beside its final place and moves it there whole, so that a cut leaves nothing half made.
    async fn initdb(&self, binaries: &Binaries) -> Result<(), EmbeddedError> {
        let fresh = self.base.join("postgres.new");
        let mut output = String::new();
        for locale in binaries::locales(binaries.major) {
            if fresh.exists() {
                std::fs::remove_dir_all(&fresh).map_err(io("cannot remove", &fresh))?;
            }
            data_dir::create_private_dir(&fresh, self.account.as_ref())?;
            let mut initdb = self.command(binaries, "initdb");
            initdb.arg("-D").arg(&fresh).args(["-U", "postgres", "-A", "trust", "-E", "UTF8"]).args(locale);
            let done = initdb.output().await.map_err(io("cannot run", &binaries.path("initdb")))?;
            if done.status.success() {
                return std::fs::rename(&fresh, &self.cluster)
                    .map_err(folder("cannot create", &self.cluster));
            }
            output = String::from_utf8_lossy(&done.stderr).trim().to_owned();
            tracing::debug!(?locale, output, "initdb refused this locale");
        }
        Err(EmbeddedError::Initdb { dir: self.cluster.clone(), output })
    }

    /// Connects to the server on our cluster, starting it when none is alive; the child is there if we did.
    async fn run(&self, binaries: &Binaries) -> Result<(PgConnection, Fresh), EmbeddedError> {
        let options: PgConnectOptions = self.url("postgres").parse()?;
        let deadline = Instant::now() + READY_WITHIN;
        let mut fresh = Fresh(None);
        loop {
            let error = match timeout(READY_WITHIN, options.connect()).await {
                Ok(Ok(connection)) => return Ok((connection, fresh)),
                Ok(Err(error)) => error.to_string(),
                Err(elapsed) => elapsed.to_string(),
            };
            let live = || postmaster::read(&self.cluster).is_some_and(|server| server.is_live());
            if let Some(child) = &mut fresh.0 {
                if child.try_wait().is_ok_and(|status| status.is_some()) {
                    return Err(EmbeddedError::NotStarted { log: self.end_of_log() });
                }
            } else if !live() {
                fresh.0 = Some(self.spawn(binaries)?);
            }
            if Instant::now() > deadline {
                return Err(EmbeddedError::NotStarted { log: error });
            }
            sleep(POLL).await;
        }
    }

    fn spawn(&self, binaries: &Binaries) -> Result<Child, EmbeddedError> {
        let path = self.base.join("postgres.log");
        let log = self.open("postgres.log")?;
        let streams = || -> std::io::Result<(File, File)> {
            log.set_permissions(std::fs::Permissions::from_mode(0o600))?;
            if log.metadata()?.len() > LOG_BYTES {
                log.set_len(0)?;
            }
            Ok((log.try_clone()?, log.try_clone()?))
        };
        let (out, err) = streams().map_err(folder("cannot write", &path))?;
        let mut postgres = self.command(binaries, "postgres");
        postgres.arg("-D").arg(&self.cluster).arg("-k").arg(&self.sockets).args(["-p", &PORT.to_string()]);
        for setting in ["listen_addresses=", "unix_socket_permissions=0700", "cluster_name=separacao"] {
            postgres.args(["-c", setting]);
        }
        postgres.stdout(out).stderr(err).spawn().map_err(io("cannot run", &binaries.path("postgres")))
    }

    fn url(&self, database: &str) -> String {
        let host = data_dir::percent_encode(&self.sockets);
        format!("postgres:///{database}?host={host}&port={PORT}&user=postgres&sslmode=disable")
    }

    fn end_of_log(&self) -> String {
        let log = std::fs::read(self.base.join("postgres.log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

async fn create_database(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let found = sqlx::query("select 1 from pg_database where datname = 'separacao'");
    if connection.fetch_optional(found).await?.is_none() {
        connection.execute("create database separacao").await?;
    }
    Ok(())
}

fn folder(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> EmbeddedError {
    let path = path.to_owned();
    move |source| EmbeddedError::Folder { what, path, source }
}

fn io(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> EmbeddedError {
    let path = path.to_owned();
    move |source| EmbeddedError::Io { what, path, source }
}
