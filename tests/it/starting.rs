//! What cannot start says what to do, in one sentence, and has touched nothing.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use separacao::lifecycle::Lifecycle;
use separacao::watchdog;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::support::operator::{Home, PROGRAM, SECRET, output, program, sentence};
use crate::support::process::{Program, free_port};
use crate::support::{PATIENCE, database, wait_for};

#[tokio::test]
async fn no_command_touches_an_embedded_database_in_production() {
    let commands: [&[&str]; 6] = [
        &["serve"],
        &["migrate"],
        &["restore"],
        &["company", "list"],
        &["company", "create", "Alfa", "--code", "alfa"],
        &["admin", "create", "Ana", "--number", "1000"],
    ];
    for blank in [None, Some(""), Some("  ")] {
        for arguments in commands {
            let home = Home::new("production");
            let data = home.0.join("data").to_string_lossy().into_owned();
            let mut settings =
                vec![("APP_ENV", "production"), ("SECRET_KEY", SECRET), ("DATA_DIR", data.as_str())];
            settings.extend(blank.map(|blank| ("DATABASE_URL", blank)));
            let said = sentence(&output(program(&home.0, &settings, arguments)).await);
            assert!(said.contains("DATABASE_URL is not set"), "{arguments:?} {blank:?}: {said}");
            assert!(home.is_untouched(), "{arguments:?}: nothing was made");
        }
    }
}

#[tokio::test]
async fn every_command_refuses_settings_that_only_look_as_if_they_worked() {
    let url = database::create().await;
    let production: [(&str, &str); 3] =
        [("APP_ENV", "production"), ("SECRET_KEY", SECRET), ("DATABASE_URL", &url)];
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("APP_ENV", "prod")], "APP_ENV=prod is unknown; set it to production or development"),
        (&[("DEBUG", "1")], "DEBUG is set in production; remove it"),
        (&[("SECRET_KEY", "change-me-change-me-change-me-0123456789")], "openssl rand -base64 48"),
        (&[("SECRET_KEY", "")], "SECRET_KEY is missing"),
        (&[("REDIS_URL", "redis://host:port")], "REDIS_URL still holds a placeholder"),
        (
            &[("REDIS_URL", "http://cache:6379")],
            "REDIS_URL is no address of Redis; it has to begin with redis://",
        ),
    ];
    let home = Home::new("settings");
    for (changed, wanted) in cases {
        for arguments in [&["serve"][..], &["migrate"], &["company", "list"]] {
            let settings = [&production, changed].concat();
            let said = sentence(&output(program(&home.0, &settings, arguments)).await);
            assert!(said.contains(wanted), "{arguments:?}: {said}");
        }
    }
    let demo = [production.as_slice(), &[("DEMO", "1")]].concat();
    let said = sentence(&output(program(&home.0, &demo, &["serve"])).await);
    assert!(said.contains("DEMO is set in production; remove it"), "{said}");
    // A blank variable is no setting: these are the defaults.
    let blanks =
        [production.as_slice(), &[("PORT", ""), ("REPLICAS", ""), ("ALLOWED_HOSTS", ""), ("DEBUG", "")]]
            .concat();
    let listed = output(program(&home.0, &blanks, &["company", "list"])).await;
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_what_to_do() {
    let url = database::create().await;
    let home = Home::new("port");
    for host in ["127.0.0.1", "[::]:0"] {
        let taken = TcpListener::bind(if host.contains(':') { host.to_owned() } else { format!("{host}:0") })
            .unwrap();
        let port = taken.local_addr().unwrap().port().to_string();
        let settings = [("DATABASE_URL", url.as_str()), ("PORT", &port)];
        let said = sentence(&output(program(&home.0, &settings, &["serve"])).await);
        let wanted =
            format!("port {port} is taken by another program: stop it, or choose another port (PORT=");
        assert!(said.contains(&wanted), "{said}");
    }
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_written_is_named_with_what_to_do() {
    let home = Home::new("folder");
    // A file where the folder should be: no rights in the world make it one, not even root's.
    std::fs::write(home.0.join("file"), "").unwrap();
    let data = home.0.join("file/data").to_string_lossy().into_owned();
    let said = sentence(&output(program(&home.0, &[("DATA_DIR", &data)], &["serve"])).await);
    assert!(said.contains(&data) && said.contains("choose a folder that this user can write"), "{said}");
    if !rustix::process::geteuid().is_root() {
        std::fs::set_permissions(&home.0, std::fs::Permissions::from_mode(0o500)).unwrap();
        let data = home.0.join("data").to_string_lossy().into_owned();
        let said = sentence(&output(program(&home.0, &[("DATA_DIR", &data)], &["migrate"])).await);
        std::fs::set_permissions(&home.0, std::fs::Permissions::from_mode(0o700)).unwrap();
        assert!(said.contains("choose a folder that this user can write"), "{said}");
    }
}

#[tokio::test]
async fn a_worker_that_cannot_start_takes_its_database_with_it() {
    let home = Home::new("worker");
    let data = home.0.join("data").to_string_lossy().into_owned();
    let settings = [("DATA_DIR", data.as_str()), ("REDIS_URL", "redis://127.0.0.1:99999")];
    let said = sentence(&output(program(&home.0, &settings, &["worker"])).await);
    assert!(said.contains("REDIS_URL cannot be used"), "{said}");
    assert!(home.0.join("data/postgres/PG_VERSION").exists(), "there was one");
    assert!(!home.0.join("data/postgres/postmaster.pid").exists(), "and it is stopped");
}

/// Reads the log until a line holds the text.
async fn until_logged(child: &mut Child, text: &str) -> String {
    let mut lines = BufReader::new(child.stderr.as_mut().unwrap()).lines();
    let found = async {
        loop {
            let line = lines.next_line().await.unwrap().expect("the log goes on");
            if line.contains(text) {
                return line;
            }
        }
    };
    timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("logged: {text}"))
}

#[tokio::test]
async fn a_log_that_is_no_terminal_has_no_colours_and_a_start_can_be_interrupted() {
    let home = Home::new("signal");
    // Nothing listens there: the program waits for its database.
    let away = format!("127.0.0.1:{}", free_port());
    let url = format!("postgres://nobody:secret-of-the-test@{away}/nothing");
    for signal in [Signal::TERM, Signal::INT] {
        let mut child =
            program(&home.0, &[("DATABASE_URL", &url), ("PORT", "0")], &["serve"]).spawn().unwrap();
        let line = until_logged(&mut child, "waiting for the database").await;
        assert!(!line.contains('\u{1b}'), "{line:?}");
        assert!(line.contains(&away) && !line.contains("secret-of-the-test"), "{line}");
        let began = Instant::now();
        kill_process(Pid::from_raw(child.id().unwrap().try_into().unwrap()).unwrap(), signal).unwrap();
        let status = timeout(PATIENCE, child.wait()).await.expect("its end").unwrap();
        assert_eq!(status.code(), Some(0), "an orderly end after {:?}", began.elapsed());
    }
}

/// The files that a process has open.
fn open_files(pid: u32) -> Vec<PathBuf> {
    let all = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    all.filter_map(|one| std::fs::read_link(one.ok()?.path()).ok()).collect()
}

#[tokio::test]
async fn a_thread_that_waits_for_another_program_keeps_no_process_from_its_end() {
    let home = Home::new("waits");
    let data = home.0.join("data");
    std::fs::create_dir(&data).unwrap();
    // Another program starts the private PostgreSQL there, and takes its time.
    let lock = std::fs::File::create(data.join("start.lock")).unwrap();
    lock.lock().unwrap();
    let settings = [("DATA_DIR", data.to_str().unwrap()), ("PORT", "0")];
    let mut child = program(&home.0, &settings, &["serve"]).spawn().unwrap();
    let pid = child.id().unwrap();
    let waits = async || open_files(pid).iter().any(|file| file.ends_with("data/start.lock")).then_some(());
    wait_for("the program to wait for the lock", waits).await;
    kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), Signal::TERM).unwrap();
    let status = timeout(PATIENCE, child.wait()).await.expect("its end").unwrap();
    assert_eq!(status.code(), Some(0));
    drop(lock);
}

#[tokio::test]
async fn a_start_on_railway_without_the_address_header_warns() {
    let home = Home::new("railway");
    let away = format!("127.0.0.1:{}", free_port());
    let url = format!("postgres://nobody:secret-of-the-test@{away}/nothing");
    let railway = [
        ("RAILWAY_ENVIRONMENT_NAME", "production"),
        ("DATABASE_URL", &url),
        ("SECRET_KEY", SECRET),
        ("PORT", "0"),
    ];
    let mut child = program(&home.0, &railway, &["serve"]).spawn().unwrap();
    let line = until_logged(&mut child, "CLIENT_ADDRESS_HEADER is not set").await;
    assert!(line.contains("X-Real-IP") && line.contains("WARN"), "{line}");
}

#[tokio::test]
async fn a_server_may_open_as_many_files_as_the_machine_lets_it() {
    let url = database::create().await;
    let mut server = Command::new("sh");
    server.args(["-c", r#"ulimit -Sn 256 && exec "$0" --port 0 --database-url "$1""#, PROGRAM, &url]);
    let mut server = server.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let mut said = BufReader::new(server.stdout.take().unwrap()).lines();
    let line = timeout(PATIENCE, said.next_line()).await.expect("where it listens").unwrap().unwrap();
    assert!(line.contains("http://localhost:"), "{line}");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id().unwrap())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let [soft, hard] = line.split_whitespace().skip(3).take(2).collect::<Vec<_>>()[..] else {
        panic!("{line}")
    };
    assert_eq!(soft, hard);
    assert_ne!(soft, "256");
}

/// Set for the child that stalls on purpose.
const STALL: &str = "SEPARACAO_TEST_STALL";

#[tokio::test]
async fn chaos_a_process_whose_runtime_stalls_ends_within_seconds() {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "starting::stalls_on_purpose", "--ignored", "--nocapture"]).env(STALL, "1");
    child.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let status = timeout(Duration::from_secs(30), child.status()).await.expect("its end").unwrap();
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()), "{status}");
}

#[test]
#[ignore = "the child of the test above"]
fn stalls_on_purpose() {
    assert!(std::env::var_os(STALL).is_some(), "run by the test above");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        watchdog::start(&Lifecycle::default()).unwrap();
        tokio::spawn(async { std::thread::sleep(Duration::from_secs(60)) }).await.unwrap();
    });
}

#[tokio::test]
async fn chaos_a_process_that_was_stopped_for_long_is_not_taken_for_a_stalled_one() {
    let url = database::create().await;
    let mut program = Program::start(&url, &[]).await;
    let pid = Pid::from_raw(program.id().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    tokio::time::sleep(Duration::from_secs(7)).await;
    kill_process(pid, Signal::CONT).unwrap();
    // Longer than a watchdog that counted time would need.
    let client = crate::support::client::Client::new(program.port);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(2) {
        assert_eq!(client.get("/livez").await.status, 200);
        assert!(!program.has_ended());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
