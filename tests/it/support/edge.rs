//! An edge before the app: a reverse proxy whose answers and sockets can be switched while browsers are open.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, copy_bidirectional, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::database;
use super::server::TestServer;

/// What answers a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Http {
    Pass,
    /// Somebody who is not the app: status, type and body.
    Gateway(u16, &'static str, &'static str),
    /// As the app itself would, with its mark.
    App(u16),
    /// Nobody, and the connection stays.
    Hang,
    /// The app, but half of the body is missing, and the connection stays.
    Stall,
    Cut,
}

/// What becomes of new sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sockets {
    Pass,
    /// The handshake is not answered.
    Hang,
    /// They open, and nothing is ever heard on them.
    Mute,
    /// A gateway refuses them.
    Refuse,
}

#[derive(Clone, Debug)]
struct Switches {
    http: Http,
    /// Only requests whose "METHOD /path" begins so; the others pass.
    only: String,
    sockets: Sockets,
    /// Replaced in what is text, heads included.
    rewrite: Option<(String, String)>,
}

pub struct Edge {
    pub port: u16,
    switches: Arc<Mutex<Switches>>,
    log: Arc<Mutex<Vec<(String, bool)>>>,
    cut: watch::Sender<u64>,
}

impl Edge {
    /// A server, and an edge before it.
    pub async fn before_a_server() -> (Self, TestServer) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let origin = format!("http://127.0.0.1:{port}");
        let server = TestServer::on(&database::create().await, &["--public-origins", &origin]).await;
        let switches =
            Switches { http: Http::Pass, only: String::new(), sockets: Sockets::Pass, rewrite: None };
        let edge = Self {
            port,
            switches: Arc::new(Mutex::new(switches)),
            log: Arc::default(),
            cut: watch::channel(0).0,
        };
        edge.serve(listener, server.port);
        (edge, server)
    }

    fn serve(&self, listener: TcpListener, target: u16) {
        let (switches, log, cut) = (self.switches.clone(), self.log.clone(), self.cut.subscribe());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (switches, log, mut cut) = (switches.clone(), log.clone(), cut.clone());
                cut.borrow_and_update();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = pass(near, target, &switches, &log) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
    }

    /// All requests from now on.
    pub fn http(&self, http: Http) {
        self.http_only(http, "");
    }

    /// Those whose "METHOD /path" begins so; the others pass.
    pub fn http_only(&self, http: Http, only: &str) {
        let mut switches = self.switches.lock().unwrap();
        (switches.http, switches.only) = (http, only.to_owned());
    }

    /// New sockets; those that are open are cut.
    pub fn sockets(&self, sockets: Sockets) {
        self.switches.lock().unwrap().sockets = sockets;
        self.cut_open();
    }

    /// A gateway that answers everything, and lets no socket through.
    pub fn gateway(&self, status: u16, kind: &'static str, body: &'static str) {
        self.http(Http::Gateway(status, kind, body));
        self.sockets(Sockets::Refuse);
    }

    pub fn open(&self) {
        self.http(Http::Pass);
        self.switches.lock().unwrap().sockets = Sockets::Pass;
    }

    /// Text that is replaced in the app's answers.
    pub fn rewrite(&self, pair: Option<(&str, &str)>) {
        self.switches.lock().unwrap().rewrite = pair.map(|(from, to)| (from.to_owned(), to.to_owned()));
    }

    pub fn cut_open(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }

    /// How many requests of which "METHOD /path" begins so have reached the app.
    pub fn passed(&self, start: &str) -> usize {
        self.log.lock().unwrap().iter().filter(|(line, passed)| *passed && line.starts_with(start)).count()
    }

    /// How many came, whoever answered them.
    pub fn came(&self, start: &str) -> usize {
        self.log.lock().unwrap().iter().filter(|(line, _)| line.starts_with(start)).count()
    }
}

/// One connection, one request: more would come from the browser on a new one.
async fn pass(
    mut near: TcpStream,
    target: u16,
    switches: &Mutex<Switches>,
    log: &Mutex<Vec<(String, bool)>>,
) -> std::io::Result<()> {
    let (head, rest) = read_head(&mut near).await?;
    let line = head.split(" HTTP/").next().unwrap_or_default().to_owned();
    let Switches { http, only, sockets, rewrite } = switches.lock().unwrap().clone();
    if head.to_ascii_lowercase().contains("\r\nupgrade: websocket") {
        return socket(near, target, &head, sockets).await;
    }
    let http = if line.starts_with(&only) { http } else { Http::Pass };
    log.lock().unwrap().push((line, matches!(http, Http::Pass | Http::Stall)));
    match http {
        Http::Cut => Ok(()),
        Http::Hang => std::future::pending().await,
        Http::Gateway(status, kind, body) => answer(near, status, kind, "", body).await,
        Http::App(status) => {
            let mark = format!("x-build: {}\r\n", separacao::assets::build());
            answer(near, status, "application/problem+json", &mark, r#"{"title":"Algo deu errado"}"#).await
        }
        Http::Pass | Http::Stall => {
            let mut far = TcpStream::connect(("127.0.0.1", target)).await?;
            far.write_all(alone(&head, rewrite.is_some()).as_bytes()).await?;
            far.write_all(&rest).await?;
            if http == Http::Pass && rewrite.is_none() {
                copy_bidirectional(&mut near, &mut far).await?;
                return Ok(());
            }
            let (mut asking, mut answering) = near.split();
            let (mut answered, mut asked) = far.split();
            let whole = async {
                let mut whole = Vec::new();
                answered.read_to_end(&mut whole).await.map(|_| whole)
            };
            let whole = tokio::select! {
                whole = whole => whole?,
                Err(error) = copy(&mut asking, &mut asked) => return Err(error),
            };
            let whole = rewrite.map_or(whole.clone(), |(from, to)| rewritten(&whole, &from, &to));
            if http == Http::Stall {
                let body = whole.windows(4).position(|end| end == b"\r\n\r\n").map_or(0, |at| at + 4);
                answering.write_all(&whole[..body + (whole.len() - body) / 2]).await?;
                return std::future::pending().await;
            }
            answering.write_all(&whole).await
        }
    }
}

async fn read_head(near: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        if let Some(at) = read.windows(4).position(|end| end == b"\r\n\r\n") {
            let rest = read.split_off(at + 4);
            return Ok((String::from_utf8_lossy(&read).into_owned(), rest));
        }
        if near.read_buf(&mut read).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The head of a request that ends its connection, and asks for plain text where that is to be changed.
fn alone(head: &str, plain: bool) -> String {
    let kept = head.trim_end().split("\r\n").filter(|line| {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        name != "connection" && name != "keep-alive" && !(plain && name == "accept-encoding")
    });
    format!("{}\r\nConnection: close\r\n\r\n", kept.collect::<Vec<_>>().join("\r\n"))
}

/// Replaces in head and body; the length of the body follows.
fn rewritten(whole: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(whole).replace(from, to);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return text.into_bytes() };
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    if chunked {
        // The replaced text must be as long as the other: chunks tell their own length.
        assert_eq!(from.len(), to.len(), "in a chunked answer");
        return text.into_bytes();
    }
    let kept = head.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
    let head = kept.collect::<Vec<_>>().join("\r\n");
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

async fn answer(mut near: TcpStream, status: u16, kind: &str, mark: &str, body: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status} Edge\r\ncontent-type: {kind}\r\n{mark}connection: close");
    let whole = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    near.write_all(whole.as_bytes()).await?;
    near.shutdown().await?;
    // What is still being asked is heard out: a reset would be no answer.
    copy(&mut near, &mut sink()).await.map(drop)
}

async fn socket(mut near: TcpStream, target: u16, head: &str, sockets: Sockets) -> std::io::Result<()> {
    match sockets {
        Sockets::Hang => std::future::pending().await,
        Sockets::Refuse => answer(near, 502, "text/html", "", "<html>502</html>").await,
        Sockets::Pass => {
            let mut far = TcpStream::connect(("127.0.0.1", target)).await?;
            far.write_all(head.as_bytes()).await?;
            copy_bidirectional(&mut near, &mut far).await.map(drop)
        }
        Sockets::Mute => {
            let mut far = TcpStream::connect(("127.0.0.1", target)).await?;
            far.write_all(head.as_bytes()).await?;
            let (handshake, _) = read_head(&mut far).await?;
            near.write_all(handshake.as_bytes()).await?;
            let (mut asking, _silent) = near.split();
            let (mut answering, mut asked) = far.split();
            let mut nobody = sink();
            tokio::try_join!(copy(&mut asking, &mut asked), copy(&mut answering, &mut nobody)).map(drop)
        }
    }
}
