//! Reads untrusted files in a child process: the own binary, with little memory, little time and no environment.
//! A blocking task could be neither stopped nor capped; a process can.

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
        // Where no `.env` is found that would bring secrets back.
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

/// Limits this process: processor time, address space, no core dump, no files. For the child, before it reads a byte.
///
/// # Errors
/// When the system refuses a limit. Address space is a limit on Linux only.
pub fn limit_this_process() -> rustix::io::Result<()> {
    limit(Resource::Cpu, PROCESSOR_SECONDS, PROCESSOR_SECONDS + 1)?;
    limit(Resource::Core, 0, 0)?;
    limit(Resource::Fsize, 0, 0)?;
    if cfg!(target_os = "linux") {
        limit(Resource::As, ADDRESS_SPACE, ADDRESS_SPACE)?;
    }
    Ok(())
}

fn limit(resource: Resource, current: u64, maximum: u64) -> rustix::io::Result<()> {
    setrlimit(resource, Rlimit { current: Some(current), maximum: Some(maximum) })
}
