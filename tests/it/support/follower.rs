//! A browser that follows its page wherever it can: it resumes from its cursor at another replica when its
//! socket ends, and fetches the page again when it is told to.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;
use tokio::time::timeout;

use super::client::Client;
use super::screen::Page;
use super::socket::{Said, Socket};

/// What a follower lived through.
#[derive(Debug, Default)]
pub struct Story {
    pub connects: usize,
    pub frames: usize,
    pub resets: Vec<String>,
    pub closes: Vec<Option<u16>>,
    /// Sockets on which nothing was said for longer than a browser waits.
    pub silences: usize,
    /// The longest from a connection that was back to a page that had all.
    pub healed: Duration,
}

/// Beats come every half second; a browser waits twice a beat and a bit.
const WATCHDOG: Duration = Duration::from_secs(5);
/// The same at the beats of production, of five seconds.
pub const WATCHDOG_IN_PRODUCTION: Duration = Duration::from_secs(11);

pub struct Follower {
    pub client: Client,
    pub path: String,
    pub page: Page,
    pub story: Story,
    /// Where the page stands, for whoever watches this one.
    pub shown: Arc<AtomicI64>,
    /// How long it waits for a word, in milliseconds.
    pub watchdog: Arc<AtomicU64>,
    /// Replicas that are there; the first is tried first.
    ports: Arc<Mutex<Vec<u16>>>,
    /// This socket has greeted.
    caught_up: bool,
    /// Where the last frame with content on this socket, after the greeting, ended.
    told: i64,
    /// Since when this socket's connection is there.
    connected_at: Instant,
}

impl Follower {
    pub async fn open(client: &Client, path: &str, ports: &Arc<Mutex<Vec<u16>>>) -> Self {
        let page = client.page(path).await;
        let (client, path, ports) = (client.clone(), path.to_owned(), ports.clone());
        let shown = Arc::new(AtomicI64::new(page.n()));
        let watchdog = Arc::new(AtomicU64::new(WATCHDOG.as_millis() as u64));
        let (story, connected_at) = (Story::default(), Instant::now());
        Self { client, path, page, story, shown, watchdog, ports, caught_up: false, told: 0, connected_at }
    }

    fn watchdog(&self) -> Duration {
        Duration::from_millis(self.watchdog.load(Ordering::SeqCst))
    }

    /// Follows until the page stands where `goal` says, once it says so.
    pub async fn follow(mut self, mut goal: watch::Receiver<Option<i64>>) -> Self {
        loop {
            let Some(mut socket) = self.connect().await else {
                // The replica is just going; a browser waits, too.
                tokio::time::sleep(Duration::from_millis(30)).await;
                continue;
            };
            (self.caught_up, self.told) = (false, 0);
            loop {
                if goal.borrow_and_update().is_some_and(|n| self.page.n() >= n) {
                    return self;
                }
                tokio::select! {
                    said = socket.hear(self.watchdog()) => match said {
                        None => {
                            self.story.silences += 1;
                            break;
                        }
                        Some(Said::Json(value)) if value.get("reset").is_some() => {
                            self.start_afresh(&value).await;
                            break;
                        }
                        Some(Said::Json(value)) => self.apply(&value),
                        Some(Said::Closed(code)) => {
                            self.story.closes.push(code);
                            break;
                        }
                    },
                    _ = goal.changed() => {}
                }
            }
        }
    }

    async fn connect(&mut self) -> Option<Socket> {
        if !self.ports.lock().unwrap().contains(&self.client.port) {
            self.move_on();
        }
        self.story.connects += 1;
        self.connected_at = Instant::now();
        let opening = Socket::connect(&self.client, &self.page.screen, &self.page.cursor);
        let socket = timeout(self.watchdog(), opening).await.ok().and_then(Result::ok);
        if socket.is_none() {
            self.move_on();
        }
        socket
    }

    /// To another replica: this one does not answer.
    fn move_on(&mut self) {
        let ports = self.ports.lock().unwrap();
        let at =
            ports.iter().position(|port| *port == self.client.port).map_or(self.story.connects, |at| at + 1);
        self.client = self.client.at(ports[at % ports.len()]);
    }

    async fn start_afresh(&mut self, reset: &Value) {
        self.story.resets.push(reset["reset"].as_str().unwrap().to_owned());
        if self.caught_up {
            // Told on a connection that has been there for long.
            self.connected_at = Instant::now();
        }
        self.page = loop {
            if let Some(page) = self.client.try_page(&self.path).await {
                break page;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.move_on();
            self.connected_at = Instant::now();
        };
        self.is_whole();
    }

    /// The page has all that there was.
    fn is_whole(&mut self) {
        self.shown.store(self.page.n(), Ordering::SeqCst);
        self.story.healed = self.story.healed.max(self.connected_at.elapsed());
    }

    /// Pushed frames with content follow each other without overlap; only the catch-up may overlap with the first.
    fn apply(&mut self, frame: &Value) {
        let has_content = frame["html"].as_str().is_some_and(|html| !html.is_empty());
        if has_content || frame["touched"] == true {
            let (from, to) = (frame["from"].as_i64().unwrap(), frame["to"].as_i64().unwrap());
            assert!(from < to && self.told <= from, "({from}, {to}] after {}", self.told);
            self.told = if self.caught_up { to } else { 0 };
            self.story.frames += 1;
        }
        self.page.apply(frame);
        self.shown.store(self.page.n(), Ordering::SeqCst);
        if frame.get("hello").is_some() {
            self.caught_up = true;
            self.is_whole();
        }
    }
}
