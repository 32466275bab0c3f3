//! What goes wrong between browsers and replicas, on purpose.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::support::wait_for;

/// Passes connections on to one replica after the other, as a load balancer does; can be cut.
pub struct Proxy {
    pub port: u16,
    open: watch::Sender<bool>,
}

impl Proxy {
    /// The port is known before the replicas are, so that they can be told of it.
    pub async fn listen() -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (Self { port, open: watch::channel(true).0 }, listener)
    }

    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn serve(&self, listener: TcpListener, targets: &[u16]) {
        let (targets, turn): (Arc<[u16]>, _) = (targets.into(), Arc::new(AtomicUsize::new(0)));
        let open = self.open.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, targets.clone(), turn.clone(), open.clone()));
            }
        });
    }

    /// The Wi-Fi is gone: what is open breaks, nothing new gets through.
    pub fn cut(&self) {
        self.open.send_replace(false);
    }

    pub fn restore(&self) {
        self.open.send_replace(true);
    }
}

async fn pass(
    mut client: TcpStream,
    targets: Arc<[u16]>,
    turn: Arc<AtomicUsize>,
    mut open: watch::Receiver<bool>,
) {
    if !*open.borrow_and_update() {
        return;
    }
    // Whoever does not answer is passed over.
    for _ in 0..targets.len() {
        let port = targets[turn.fetch_add(1, Ordering::Relaxed) % targets.len()];
        if let Ok(mut replica) = TcpStream::connect(("127.0.0.1", port)).await {
            tokio::select! {
                _ = copy_bidirectional(&mut client, &mut replica) => {}
                _ = open.changed() => {}
            }
            return;
        }
    }
}

/// A Redis of this test's own, on a port that stays the same.
pub struct Redis {
    port: u16,
    child: Option<Child>,
}

impl Redis {
    pub async fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut redis = Self { port: free.local_addr().unwrap().port(), child: None };
        drop(free);
        redis.start_again().await;
        redis
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub async fn start_again(&mut self) {
        let port = self.port.to_string();
        let arguments = ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        let mut command = Command::new("redis-server");
        command.args(arguments).stdout(Stdio::null()).kill_on_drop(true);
        self.child = Some(command.spawn().expect("redis-server: run the tests with make test"));
        wait_for("Redis", async || TcpStream::connect(("127.0.0.1", self.port)).await.ok()).await;
    }

    pub async fn stop(&mut self) {
        self.child.take().expect("a running Redis").kill().await.unwrap();
    }
}

/// A replica that is a process of its own, so that it can be killed.
pub struct Replica {
    pub port: u16,
    child: Child,
}

impl Replica {
    pub async fn start(database_url: &str, more: &[&str]) -> Self {
        let fixed =
            ["--database-url", database_url, "--host", "127.0.0.1", "--port", "0", "--beat-ms", "500"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_separacao"));
        command.args(fixed).args(more).env_clear().env("RUST_LOG", "error");
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some((_, port)) = line.rsplit_once("http://localhost:") {
                let port = port.parse().expect("a port");
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Self { port, child };
            }
        }
        panic!("the replica did not start");
    }

    /// Without a word of farewell.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
