//! The real program in a process of its own, and what the kernel knows about it.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::cgroup::Cgroup;
use crate::http::Keep;
use crate::support::process::UNHURRIED;
use crate::support::server::redis_url;

/// A replica. Ends when dropped.
pub struct Replica {
    child: Child,
    pub port: u16,
    /// From its start to the first 200 on `/`.
    pub healthy_after: Duration,
}

impl Replica {
    /// With limits of requests that no bench meets.
    pub async fn start(database_url: &str, more: &[&str]) -> Self {
        Self::start_with(database_url, &[&UNHURRIED[..], more].concat(), None).await
    }

    /// In a container of that size, with the limits of strangers as they come: people tap faster here than anybody does.
    pub async fn start_within(database_url: &str, size: &Cgroup) -> Self {
        Self::start_with(database_url, &UNHURRIED[..4], Some(size)).await
    }

    async fn start_with(database_url: &str, more: &[&str], size: Option<&Cgroup>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let began = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_separacao"))
            .args(["--database-url", database_url, "--host", "127.0.0.1", "--port", &port.to_string()])
            .args(["--log-filter", "error"])
            .args(more)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        if let Some(size) = size {
            size.take_in(child.id());
        }
        loop {
            assert!(began.elapsed() < Duration::from_secs(20), "the replica does not become healthy");
            let listens = TcpStream::connect(("127.0.0.1", port)).is_ok();
            if listens && Keep::open(port, "").get("/", "identity").status == 200 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Self { child, port, healthy_after: began.elapsed() }
    }

    /// CPU time of all its threads so far.
    pub fn cpu(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let nanos = tasks
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
            .map(|line| line.split(' ').next().unwrap().parse::<u64>().unwrap())
            .sum();
        Duration::from_nanos(nanos)
    }

    /// Bytes resident in memory.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let id = i32::try_from(self.child.id()).unwrap();
        let _ = kill_process(Pid::from_raw(id).unwrap(), Signal::INT);
        let _ = self.child.wait();
    }
}

/// Two replicas that hear each other over Redis. Taps go to `a`; what `b` spends is spent on its sockets.
pub struct Cluster {
    pub a: Replica,
    pub b: Replica,
}

impl Cluster {
    pub async fn start(database_url: &str) -> Self {
        let (redis, prefix) = (redis_url(), format!("bench-{}", uuid::Uuid::now_v7()));
        let more = ["--redis-url", redis.as_str(), "--redis-prefix", prefix.as_str()];
        Self { a: Replica::start(database_url, &more).await, b: Replica::start(database_url, &more).await }
    }
}
