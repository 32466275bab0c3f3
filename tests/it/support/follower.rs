//! A browser that follows its page wherever it can: it resumes from its cursor at another replica when its
//! socket ends, and fetches the page again when it is told to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

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
}

pub struct Follower {
    pub client: Client,
    pub path: String,
    pub page: Page,
    pub story: Story,
    /// Replicas that are there; the first is tried first.
    ports: Arc<Mutex<Vec<u16>>>,
    /// This socket has greeted.
    caught_up: bool,
    /// Where the last frame with content on this socket, after the greeting, ended.
    told: i64,
}

impl Follower {
    pub async fn open(client: &Client, path: &str, ports: &Arc<Mutex<Vec<u16>>>) -> Self {
        let page = client.page(path).await;
        let (client, path, ports) = (client.clone(), path.to_owned(), ports.clone());
        Self { client, path, page, story: Story::default(), ports, caught_up: false, told: 0 }
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
                    said = socket.next() => match said {
                        Said::Json(value) if value.get("reset").is_some() => {
                            self.start_afresh(&value).await;
                            break;
                        }
                        Said::Json(value) => self.apply(&value),
                        Said::Closed(code) => {
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
        let ports = self.ports.lock().unwrap().clone();
        if !ports.contains(&self.client.port) {
            self.client = self.client.at(ports[self.story.connects % ports.len()]);
        }
        self.story.connects += 1;
        Socket::connect(&self.client, &self.page.screen, &self.page.cursor).await.ok()
    }

    async fn start_afresh(&mut self, reset: &Value) {
        self.story.resets.push(reset["reset"].as_str().unwrap().to_owned());
        self.page = self.client.page(&self.path).await;
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
        self.caught_up |= frame.get("hello").is_some();
        self.page.apply(frame);
    }
}
