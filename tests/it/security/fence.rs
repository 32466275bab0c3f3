//! A hostile file is read where there is nothing to take: what the child cannot do is tried in a process like it.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};

use crate::support::process::free_port;
use crate::support::{quotes, wait_for};

const PROGRAM: &str = env!("CARGO_BIN_EXE_separacao");
/// Somebody without rights: a limit of processes does not hold for root.
const NOBODY: u32 = 65534;

/// The program where everybody may start it.
fn copy(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("separacao-fence-{name}-{}", std::process::id()));
    std::fs::copy(PROGRAM, &path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

fn prove(program: &std::path::Path) -> Output {
    let mut command = Command::new(program);
    command.args(["quote", "--prove"]).env_clear().env("MIMALLOC_ARENA_RESERVE", "0").current_dir("/");
    if is_root() {
        command.uid(NOBODY);
    }
    command.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_child_opens_no_file_no_socket_and_begins_no_process() {
    let program = copy("prove");
    let output = prove(&program);
    std::fs::remove_file(program).unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said} {}", String::from_utf8_lossy(&output.stderr));
    let holds: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("holds: ")).collect();
    for what in [
        "files are closed",
        "folders are closed",
        "nothing can be written",
        "the parent's environment is closed",
        "sockets are closed",
        "no process begins",
    ] {
        assert!(holds.contains(&what), "{what}: {said}");
    }
    if !holds.contains(&"Landlock") {
        assert!(said.contains("missing: Landlock"), "{said}");
        eprintln!("skipped in part: this kernel has no Landlock");
    }
}

#[test]
fn a_child_without_rights_reads_a_quote_inside_its_fence() {
    let program = copy("reads");
    let mut command = Command::new(&program);
    command.args(["quote", "--child", "-"]).env_clear().env("MIMALLOC_ARENA_RESERVE", "0").current_dir("/");
    if is_root() {
        command.uid(NOBODY);
    }
    let paper = std::fs::File::open(quotes::fixture("columns-11-items.pdf")).unwrap();
    let output = command.stdin(paper).output().unwrap();
    std::fs::remove_file(program).unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["Ok"]["quote"]["number"], "41002", "{answer}");
}

#[tokio::test]
async fn a_server_s_memory_and_environment_are_closed_to_its_own_user() {
    let program = copy("hidden");
    // Nothing listens there: the program waits for its database.
    let away = format!("127.0.0.1:{}", free_port());
    let mut command = Command::new(&program);
    command.env_clear().env("DATABASE_URL", format!("postgres://nobody@{away}/nothing")).env("PORT", "0");
    command.arg("serve").current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
    if is_root() {
        command.uid(NOBODY);
    }
    let mut server = command.spawn().unwrap();
    let environment = format!("/proc/{}/environ", server.id());
    // The kernel gives root what a process hides from its own user.
    wait_for("a process that hides itself", async || {
        (std::fs::metadata(&environment).ok()?.uid() == 0).then_some(())
    })
    .await;
    server.kill().unwrap();
    server.wait().unwrap();
    std::fs::remove_file(program).unwrap();
}
