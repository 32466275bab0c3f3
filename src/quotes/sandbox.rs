//! Reads untrusted files in a child process: the own binary, with little memory, little time and no environment.
//! A blocking task could be neither stopped nor capped; a process can.

use std::fs::File;
use std::io;
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::{MAX_BYTES, Reading, Refusal};

/// Files read at once by one server.
const AT_ONCE: usize = 2;
/// How long a file waits for its turn.
const WAIT: Duration = Duration::from_secs(20);
/// How long a child may live, by the wall.
const LIFE: Duration = Duration::from_secs(10);
/// Processor time of a child, in seconds.
const PROCESSOR_SECONDS: u64 = 5;
/// Address space of a child, in bytes: 256 MiB.
const ADDRESS_SPACE: u64 = 256 << 20;
/// Descriptors of a child: its input, its output, and `/dev/null` for errors.
const STANDARD_STREAMS: u64 = 3;
/// A reading of 500 lines is some 200 KiB.
const MOST_OUTPUT: u64 = 8 << 20;

/// Reads files in child processes, a few at a time. Share one per server.
#[derive(Debug)]
pub struct Sandbox {
    program: PathBuf,
    permits: Semaphore,
    life: Duration,
    wait: Duration,
}

impl Sandbox {
    /// `program` is this binary (`std::env::current_exe`): it is started as `program quote --child -`.
    pub fn new(program: PathBuf) -> Self {
        Self { program, permits: Semaphore::new(AT_ONCE), life: LIFE, wait: WAIT }
    }

    /// With other limits: how long a child lives, and how long a file waits for its turn.
    pub fn with_times(self, life: Duration, wait: Duration) -> Self {
        Self { life, wait, ..self }
    }

    /// [`super::read`] in a child process. Ends within 30 s whatever the file holds; when the future is dropped the
    /// child is killed.
    ///
    /// # Errors
    /// The file's own refusal; `TooHeavy` when the child ran out of time or memory or crashed; `Busy` when no child
    /// could be started in time; `Unavailable` when the binary could not be started at all.
    pub async fn read_in_child(&self, bytes: &[u8]) -> Result<Reading, Refusal> {
        if bytes.len() > MAX_BYTES {
            return Err(Refusal::TooLarge);
        }
        let turn = tokio::time::timeout(self.wait, self.permits.acquire()).await;
        let _permit = turn.map_err(|_| Refusal::Busy)?.map_err(|_| Refusal::Unavailable)?;
        let mut child = spawn(&self.program).map_err(|error| {
            tracing::error!(%error, "the child that reads quotes did not start");
            Refusal::Unavailable
        })?;
        match tokio::time::timeout(self.life, converse(&mut child, bytes)).await {
            Ok(Some((status, output))) => judge(status, &output),
            Ok(None) => Err(Refusal::TooHeavy),
            Err(_) => {
                // Also reaps it; `kill_on_drop` would do so only later.
                if let Err(error) = child.kill().await {
                    tracing::warn!(%error, "the child that reads quotes could not be killed");
                }
                Err(Refusal::TooHeavy)
            }
        }
    }
}

fn spawn(program: &Path) -> std::io::Result<Child> {
    Command::new(program)
        .args(["quote", "--child", "-"])
        .env_clear()
        // No `.env` is found there, which would bring secrets back.
        .current_dir("/")
        // Else the allocator reserves a gigabyte before `main` runs, and no limit binds what is reserved already.
        .env("MIMALLOC_ARENA_RESERVE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

/// Sends the file and takes the answer, both at once: a child that dies early or says too much blocks nobody.
async fn converse(child: &mut Child, bytes: &[u8]) -> Option<(ExitStatus, Vec<u8>)> {
    let mut stdin = child.stdin.take()?;
    let stdout = child.stdout.take()?;
    let send = async move {
        // A child that refuses early closes its end; what it said counts.
        let _closed = stdin.write_all(bytes).await;
    };
    let receive = async move {
        let mut output = Vec::new();
        stdout.take(MOST_OUTPUT + 1).read_to_end(&mut output).await.ok().map(|_| output)
    };
    let ((), output) = tokio::join!(send, receive);
    let output = output?;
    if output.len() as u64 > MOST_OUTPUT {
        return None;
    }
    let status = child.wait().await.ok()?;
    Some((status, output))
}

fn judge(status: ExitStatus, output: &[u8]) -> Result<Reading, Refusal> {
    if !status.success() {
        tracing::warn!(%status, "the child that reads quotes was stopped");
        return Err(Refusal::TooHeavy);
    }
    serde_json::from_slice(output).unwrap_or(Err(Refusal::Unavailable))
}

/// What keeps a hostile file in, beside the limits of time and memory. For the child, before it reads a byte: processor
/// time, address space, no core dump, no bytes written to files; no new privileges; no path and no port that it may open,
/// where the kernel has Landlock; and no descriptor and no process besides its own.
///
/// # Errors
/// When the system refuses a limit. Address space is a limit on Linux only.
pub fn fence_this_process() -> io::Result<Landlock> {
    limit(Resource::Cpu, PROCESSOR_SECONDS, PROCESSOR_SECONDS + 1)?;
    limit(Resource::Core, 0, 0)?;
    limit(Resource::Fsize, 0, 0)?;
    if cfg!(target_os = "linux") {
        limit(Resource::As, ADDRESS_SPACE, ADDRESS_SPACE)?;
    }
    #[cfg(target_os = "linux")]
    rustix::thread::set_no_new_privs(true)?;
    // It needs a descriptor while it is made, so it comes before the limit of those.
    let landlock = enforce_landlock();
    limit(Resource::Nproc, 0, 0)?;
    limit(Resource::Nofile, STANDARD_STREAMS, STANDARD_STREAMS)?;
    Ok(landlock)
}

fn limit(resource: Resource, current: u64, maximum: u64) -> io::Result<()> {
    Ok(setrlimit(resource, Rlimit { current: Some(current), maximum: Some(maximum) })?)
}

/// Whether the kernel keeps paths and ports from the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landlock {
    Enforced,
    /// This kernel has no Landlock; the other limits hold.
    Missing,
}

#[cfg(target_os = "linux")]
fn enforce_landlock() -> Landlock {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus};
    // What is handled and named by no rule is refused; an older kernel handles what it knows.
    let enforced = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(ABI::V5)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    match enforced {
        Ok(status) if status.ruleset != RulesetStatus::NotEnforced => Landlock::Enforced,
        Ok(_) | Err(_) => Landlock::Missing,
    }
}

#[cfg(not(target_os = "linux"))]
fn enforce_landlock() -> Landlock {
    Landlock::Missing
}

/// Keeps other processes of the same user, such as a child that reads a hostile file, from reading this one's memory and
/// environment. For processes that know secrets.
pub fn hide_this_process() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
    {
        tracing::warn!(%error, "this process could not be hidden from others of its user");
    }
}

/// Tries what a hostile file would try, and says what became of it. For a process that is fenced.
pub fn try_to_break_out() -> Vec<(&'static str, bool)> {
    let parent = rustix::process::getppid().map_or(1, |parent| parent.as_raw_nonzero().get());
    vec![
        ("files are closed", File::open("/etc/hostname").is_err()),
        ("folders are closed", std::fs::read_dir("/").is_err()),
        ("nothing can be written", File::create("/tmp/separacao-fence").is_err()),
        ("the parent's environment is closed", File::open(format!("/proc/{parent}/environ")).is_err()),
        (
            "sockets are closed",
            UdpSocket::bind("127.0.0.1:0").is_err()
                && TcpStream::connect("127.0.0.1:1")
                    .is_err_and(|error| error.kind() != io::ErrorKind::ConnectionRefused),
        ),
        ("no process begins", std::thread::Builder::new().spawn(|| ()).is_err()),
    ]
}
