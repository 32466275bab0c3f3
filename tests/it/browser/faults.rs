//! What goes wrong between browsers and replicas, on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

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
