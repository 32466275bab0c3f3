//! Programs of their own: the real binary, and a Redis that a test may stop.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpSocket;
use tokio::process::{Child, Command};

use super::{client::Client, wait_for};

/// A port of this test's own, where nobody listens yet. Tests run side by side, so it is kept until this process ends: no
/// other test gets it before a program listens there, nor while that program is away.
pub fn free_port() -> u16 {
    static KEPT: Mutex<Vec<TcpSocket>> = Mutex::new(Vec::new());
    let socket = TcpSocket::new_v4().unwrap();
    // Whoever says the same may listen there beside a socket that does not.
    socket.set_reuseaddr(true).unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let port = socket.local_addr().unwrap().port();
    KEPT.lock().unwrap().push(socket);
    port
}

fn signal(child: &Child, signal: Signal) {
    let id = i32::try_from(child.id().expect("a running process")).unwrap();
    kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
}

pub const METRICS_TOKEN: &str = "metrics-token-of-the-tests";

/// Tests ask faster than people do.
pub const UNHURRIED: [&str; 8] = [
    "--person-requests-per-second",
    "1000000",
    "--address-requests-per-second",
    "1000000",
    "--stranger-requests-per-second",
    "1000000",
    "--sign-in-requests-per-second",
    "1000000",
];

/// `separacao serve`, as an operator starts it. Ends with the test.
pub struct Program {
    child: Child,
    pub port: u16,
}

impl Program {
    pub async fn start(database_url: &str, more: &[&str]) -> Self {
        Self::start_logging(database_url, more, "error", Stdio::inherit()).await
    }

    /// With its log where the test reads it.
    pub async fn start_logging(database_url: &str, more: &[&str], log_filter: &str, stderr: Stdio) -> Self {
        Self::start_program(env!("CARGO_BIN_EXE_separacao"), database_url, more, log_filter, stderr).await
    }

    /// The same of another build.
    pub async fn start_other(program: &str, database_url: &str, more: &[&str]) -> Self {
        Self::start_program(program, database_url, more, "error", Stdio::inherit()).await
    }

    async fn start_program(
        program: &str,
        database_url: &str,
        more: &[&str],
        log_filter: &str,
        stderr: Stdio,
    ) -> Self {
        let port = free_port();
        let child = Command::new(program)
            .args(["--database-url", database_url, "--host", "127.0.0.1", "--port", &port.to_string()])
            .args(["--metrics-token", METRICS_TOKEN, "--beat-ms", "500", "--log-filter", log_filter])
            .args(UNHURRIED)
            .args(more)
            .stdout(Stdio::null())
            .stderr(stderr)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let client = Client::new(port);
        let url = client.url("/readyz");
        wait_for("the program to be ready", async || {
            let ready = client.http().get(&url).send().await;
            ready.is_ok_and(|answer| answer.status() == 200).then_some(())
        })
        .await;
        Self { child, port }
    }

    /// A number that `/metrics` tells; 0 where it does not.
    pub async fn metric(&self, line: &str) -> f64 {
        let text = self.metrics().await;
        let found = text.lines().find_map(|known| known.strip_prefix(line)?.strip_prefix(' '));
        found.map_or(0.0, |value| value.parse().unwrap())
    }

    pub async fn metrics(&self) -> String {
        let client = Client::new(self.port);
        let request = client.http().get(client.url("/metrics"));
        client.send(request.header("authorization", format!("Bearer {METRICS_TOKEN}"))).await.text
    }

    pub fn id(&self) -> u32 {
        self.child.id().expect("a running process")
    }

    /// Descriptors that the process has open.
    pub fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.id())).unwrap().count()
    }

    pub fn terminate(&self) {
        signal(&self.child, Signal::TERM);
    }

    /// Makes the process stand still, or go on.
    pub fn stop_and_go(&self, still: bool) {
        signal(&self.child, if still { Signal::STOP } else { Signal::CONT });
    }

    pub fn interrupt(&self) {
        signal(&self.child, Signal::INT);
    }

    /// As when its machine is gone.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Bytes of memory that the process holds.
    pub fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// The exit code, and how long it took from now.
    pub async fn ended(&mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        let status =
            tokio::time::timeout(super::PATIENCE, self.child.wait()).await.expect("its end").unwrap();
        (status.code(), began.elapsed())
    }
}

/// A Redis of the test's own.
pub struct Redis {
    child: Option<Child>,
    port: u16,
}

impl Redis {
    pub async fn start() -> Self {
        let mut redis = Self { child: None, port: free_port() };
        redis.start_again().await;
        redis
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub async fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.unwrap();
        }
    }

    pub async fn start_again(&mut self) {
        let child = Command::new("redis-server")
            .args([
                "--port",
                &self.port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("redis-server");
        self.child = Some(child);
        let port = self.port;
        wait_for("redis", async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()).await;
    }
}

#[tokio::test]
async fn a_port_of_a_test_is_nobody_else_s_while_nobody_listens_there() {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    for _ in 0..2 {
        assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody answers");
        let other = TcpSocket::new_v4().unwrap().bind(address);
        assert_eq!(other.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
        drop(tokio::net::TcpListener::bind(address).await.unwrap());
    }
}
