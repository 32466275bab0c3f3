//! What goes wrong between browsers and replicas, on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{copy, copy_bidirectional, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use uuid::Uuid;

use crate::support::database;
use crate::support::server::{TestServer, redis_url};

/// Passes connections on to one replica after the other, as a load balancer does; can be cut.
pub struct Proxy {
    pub port: u16,
    way: watch::Sender<Way>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    /// What is asked arrives; what is answered is lost.
    Mute,
    Cut,
}

impl Proxy {
    /// The port is known before the replicas are, so that they can be told of it.
    pub async fn listen() -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (Self { port, way: watch::channel(Way::Open).0 }, listener)
    }

    /// Two replicas of one company's app, the first of them reached through here.
    pub async fn pair() -> (Self, TestServer, TestServer) {
        let (proxy, listener) = Self::listen().await;
        let (url, redis, origin) = (database::create().await, redis_url(), proxy.origin());
        let prefix = format!("it-{}", Uuid::now_v7());
        let more = ["--redis-url", &redis, "--redis-prefix", &prefix, "--public-origins", &origin];
        let (one, two) = (TestServer::on(&url, &more).await, TestServer::on(&url, &more).await);
        proxy.serve(listener, &[one.port]);
        (proxy, one, two)
    }

    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn serve(&self, listener: TcpListener, targets: &[u16]) {
        let (targets, turn): (Arc<[u16]>, _) = (targets.into(), Arc::new(AtomicUsize::new(0)));
        let way = self.way.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, targets.clone(), turn.clone(), way.clone()));
            }
        });
    }

    /// The Wi-Fi is gone: what is open breaks, nothing new gets through.
    pub fn cut(&self) {
        self.way.send_replace(Way::Cut);
    }

    /// It breaks in the middle of a request: the server does what it is asked, and nobody hears of it.
    pub fn mute(&self) {
        self.way.send_replace(Way::Mute);
    }

    pub fn restore(&self) {
        self.way.send_replace(Way::Open);
    }
}

async fn pass(
    mut client: TcpStream,
    targets: Arc<[u16]>,
    turn: Arc<AtomicUsize>,
    mut way: watch::Receiver<Way>,
) {
    let now = *way.borrow_and_update();
    if now == Way::Cut {
        return;
    }
    // Whoever does not answer is passed over.
    for _ in 0..targets.len() {
        let port = targets[turn.fetch_add(1, Ordering::Relaxed) % targets.len()];
        if let Ok(mut replica) = TcpStream::connect(("127.0.0.1", port)).await {
            let passed = async {
                if now == Way::Open {
                    return copy_bidirectional(&mut client, &mut replica).await.map(drop);
                }
                let mut nobody = sink();
                let (mut asking, _silent) = client.split();
                let (mut answering, mut asked) = replica.split();
                tokio::try_join!(copy(&mut asking, &mut asked), copy(&mut answering, &mut nobody)).map(drop)
            };
            tokio::select! {
                _ = passed => {}
                _ = way.changed() => {}
            }
            return;
        }
    }
}
