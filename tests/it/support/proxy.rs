//! A wire between the app and Postgres that a test can cut and mend.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub struct Proxy {
    address: SocketAddr,
    target: String,
    /// While mended: accepts. Its end closes every connection.
    running: Option<Mended>,
}

struct Mended {
    accepting: JoinHandle<()>,
    fault: Arc<watch::Sender<Fault>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// Both ends are closed.
    Cut,
    /// Both ends stay open, and nothing passes any more.
    Silent,
}

impl Proxy {
    /// Listens on a free port for what goes to `target` (`host:port`).
    pub async fn start(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut proxy = Self { address, target: target.to_owned(), running: None };
        proxy.serve(listener);
        proxy
    }

    /// The same database URL, through here.
    pub async fn around(url: &str) -> (Self, String) {
        let (before, rest) = url.split_once('@').expect("user@host in the URL");
        let (target, path) = rest.split_once('/').expect("a database in the URL");
        let proxy = Self::start(target).await;
        let url = format!("{before}@{}/{path}", proxy.address);
        (proxy, url)
    }

    fn serve(&mut self, listener: TcpListener) {
        let (fault, target) = (Arc::new(watch::Sender::new(Fault::None)), self.target.clone());
        let told = fault.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (mut told, target) = (told.subscribe(), target.clone());
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(target).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        fault = happens(&mut told) => if fault == Fault::Silent {
                            std::future::pending::<()>().await;
                        }
                    }
                });
            }
        });
        self.running = Some(Mended { accepting, fault });
    }

    /// Closes every connection; new ones are refused.
    pub async fn cut(&mut self) {
        self.fail(Fault::Cut).await;
    }

    /// Every connection stays open and is silent for ever; new ones are refused. As when a machine is gone.
    pub async fn silence(&mut self) {
        self.fail(Fault::Silent).await;
    }

    async fn fail(&mut self, how: Fault) {
        if let Some(Mended { accepting, fault }) = self.running.take() {
            accepting.abort();
            let _ = accepting.await;
            fault.send_replace(how);
        }
    }

    pub async fn mend(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the same port");
        self.serve(listener);
    }
}

async fn happens(told: &mut watch::Receiver<Fault>) -> Fault {
    told.wait_for(|fault| *fault != Fault::None).await.map_or(Fault::Cut, |fault| *fault)
}
