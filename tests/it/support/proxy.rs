//! A wire that a test makes slow, holds, cuts and mends: before Postgres, before Redis, before the app.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::process::free_port;

pub struct Proxy {
    address: SocketAddr,
    target: String,
    flow: watch::Sender<Flow>,
    trap: Arc<Mutex<Option<Trap>>>,
    narrow: bool,
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

/// How bytes pass.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    /// How long each piece is under way.
    delay: Duration,
    /// Bytes a second.
    rate: Option<u32>,
    /// Nothing passes until it is let go: connections stay open, new ones are accepted.
    held: bool,
}

/// What becomes of a transaction's commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// The connection is cut before Postgres has it.
    Lost,
    /// Postgres has committed; the connection is cut before its answer.
    Unanswered,
    /// Postgres has committed, and its answer never comes; the connection lasts for as long as Postgres keeps it.
    Silent,
}

struct Trap {
    operation: String,
    how: Commit,
    sprung: oneshot::Sender<()>,
}

const COMMIT: &[u8] = b"Q\0\0\0\x0bcommit\0";

impl Proxy {
    /// Listens on a free port for what goes to `target` (`host:port`).
    pub async fn start(target: &str) -> Self {
        Self::open(target, false).await
    }

    /// Buffers little of what the target says, so that it notices a slow reader.
    pub async fn start_narrow(target: &str) -> Self {
        Self::open(target, true).await
    }

    async fn open(target: &str, narrow: bool) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let listener = TcpListener::bind(address).await.unwrap();
        let flow = watch::Sender::new(Flow::default());
        let (target, trap) = (target.to_owned(), Arc::default());
        let mut proxy = Self { address, target, flow, trap, narrow, running: None };
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

    /// The same Redis URL, through here.
    pub async fn around_redis(url: &str) -> (Self, String) {
        let proxy = Self::start(url.strip_prefix("redis://").expect("a plain Redis URL")).await;
        let url = format!("redis://{}", proxy.address);
        (proxy, url)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    fn serve(&mut self, listener: TcpListener) {
        let (fault, target) = (Arc::new(watch::Sender::new(Fault::None)), self.target.clone());
        let (told, flow, trap) = (fault.clone(), self.flow.clone(), self.trap.clone());
        let narrow = self.narrow;
        let accepting = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (mut told, target) = (told.subscribe(), target.clone());
                let (flow, trap) = (flow.subscribe(), trap.clone());
                tokio::spawn(async move {
                    let Ok(far) = connect(&target, narrow).await else { return };
                    let _ = (near.set_nodelay(true), far.set_nodelay(true));
                    // Silent, its ends stay open: what passes is kept, and not asked any more.
                    let mut passing = std::pin::pin!(pass(near, far, flow, &trap));
                    tokio::select! {
                        () = &mut passing => {}
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

    /// Where the wire leads once it is mended.
    pub fn redirect(&mut self, target: &str) {
        target.clone_into(&mut self.target);
    }

    pub async fn mend(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the same port");
        self.serve(listener);
    }

    /// Bytes are under way for so long, on every connection and in both directions: as far away, not as narrow.
    pub fn delay(&self, delay: Duration) {
        self.flow.send_modify(|flow| flow.delay = delay);
    }

    /// No more than so many bytes a second, on every connection and in both directions.
    pub fn throttle(&self, rate: Option<u32>) {
        self.flow.send_modify(|flow| flow.rate = rate);
    }

    /// Half-open: connections stay, new ones are accepted, and nothing passes until [`Proxy::release`].
    pub fn hold(&self) {
        self.flow.send_modify(|flow| flow.held = true);
    }

    pub fn release(&self) {
        self.flow.send_modify(|flow| flow.held = false);
    }

    /// The first commit of the transaction that claims `operation` meets this. Answers when it happened.
    pub fn spring_at_commit_of(&self, operation: Uuid, how: Commit) -> oneshot::Receiver<()> {
        let (sprung, happened) = oneshot::channel();
        let operation = operation.to_string();
        *self.trap.lock().unwrap() = Some(Trap { operation, how, sprung });
        happened
    }
}

async fn connect(target: &str, narrow: bool) -> std::io::Result<TcpStream> {
    if !narrow {
        return TcpStream::connect(target).await;
    }
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    socket.connect(target.parse().expect("an address")).await
}

async fn happens(told: &mut watch::Receiver<Fault>) -> Fault {
    told.wait_for(|fault| *fault != Fault::None).await.map_or(Fault::Cut, |fault| *fault)
}

async fn pass(near: TcpStream, far: TcpStream, flow: watch::Receiver<Flow>, trap: &Mutex<Option<Trap>>) {
    let ((asking, mut answering), (answered, mut asked)) = (near.into_split(), far.into_split());
    let (mut asking, mut answered) = (Way::new(asking, flow.clone()), Way::new(answered, flow));
    let caught = Mutex::new(None);
    let there = async {
        let mut claimed = false;
        while let Some(bytes) = asking.next().await {
            match spring(trap, &bytes, &mut claimed) {
                Some((Commit::Lost, sprung)) => return sprung.send(()).and(Err(())),
                Some(other) => *caught.lock().unwrap() = Some(other),
                None => {}
            }
            asked.write_all(&bytes).await.map_err(drop)?;
        }
        asked.shutdown().await.map_err(drop)
    };
    let back = async {
        while let Some(bytes) = answered.next().await {
            let now = caught.lock().unwrap().take();
            if let Some((how, sprung)) = now {
                sprung.send(())?;
                if how == Commit::Silent {
                    while answered.next().await.is_some() {}
                }
                return Err(());
            }
            answering.write_all(&bytes).await.map_err(drop)?;
        }
        answering.shutdown().await.map_err(drop)
    };
    let _: Result<_, ()> = tokio::try_join!(there, back);
}

/// One direction of a connection.
struct Way {
    from: OwnedReadHalf,
    flow: watch::Receiver<Flow>,
    /// Pieces under way, and when each is there.
    under_way: VecDeque<(Instant, Vec<u8>)>,
    ended: bool,
}

impl Way {
    /// Pieces that are under way at once.
    const MOST: usize = 64;

    fn new(from: OwnedReadHalf, flow: watch::Receiver<Flow>) -> Self {
        Self { from, flow, under_way: VecDeque::new(), ended: false }
    }

    /// The next piece, once it is there. None: the end.
    async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let Flow { delay, rate, .. } = *self.flow.borrow();
            let due = self.under_way.front().map(|(due, _)| *due);
            // What is narrow takes nothing more before this has passed.
            let takes = !self.ended && self.under_way.len() < if rate.is_some() { 1 } else { Self::MOST };
            // A tenth of a second's worth.
            let mut piece = vec![0; rate.map_or(16 * 1024, |rate| rate as usize / 10 + 1)];
            tokio::select! {
                biased;
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.flow.wait_for(|flow| !flow.held).await.ok()?;
                    return self.under_way.pop_front().map(|(_, piece)| piece);
                }
                read = self.from.read(&mut piece), if takes => {
                    let read = read.unwrap_or(0);
                    self.ended = read == 0;
                    if read > 0 {
                        piece.truncate(read);
                        let slowly = rate.map_or(Duration::ZERO, |rate| Duration::from_secs(1) * read as u32 / rate);
                        self.under_way.push_back((Instant::now() + delay + slowly, piece));
                    }
                }
                else => return None,
            }
        }
    }
}

/// Whether these bytes are the commit that the trap waits for.
fn spring(
    trap: &Mutex<Option<Trap>>,
    bytes: &[u8],
    claimed: &mut bool,
) -> Option<(Commit, oneshot::Sender<()>)> {
    let mut trap = trap.lock().unwrap();
    let set = trap.as_ref()?;
    *claimed |= has(bytes, set.operation.as_bytes());
    if !(*claimed && has(bytes, COMMIT)) {
        return None;
    }
    trap.take().map(|Trap { how, sprung, .. }| (how, sprung))
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
