//! Many open screens, read by one thread that notes when each frame came.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio_tungstenite::tungstenite::Message;

use crate::support::client::Client;
use crate::support::socket::Socket;

/// A frame on one socket: it covers everything up to event `to`.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    pub socket: usize,
    pub to: i64,
    pub at: Instant,
    pub bytes: usize,
}

/// Open sockets on the board. They close when it is dropped.
pub struct Crowd {
    arrivals: Arc<Mutex<Vec<Arrival>>>,
    stop: Arc<tokio::sync::Notify>,
    reading: Option<std::thread::JoinHandle<()>>,
    pub sockets: usize,
}

impl Crowd {
    /// Opens as many sockets as there are entries, each as that person.
    pub fn open(people: Vec<Client>) -> Self {
        let sockets = people.len();
        let (arrivals, stop) = (Arc::<Mutex<Vec<Arrival>>>::default(), Arc::default());
        let (ready, all_open) = channel();
        let reading = std::thread::spawn({
            let (arrivals, stop) = (arrivals.clone(), Arc::clone(&stop));
            move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(read_all(people, &arrivals, &stop, &ready));
            }
        });
        all_open.recv().unwrap();
        Self { arrivals, stop, reading: Some(reading), sockets }
    }

    /// What arrived since the last call, once every socket has seen event `n`.
    pub async fn through(&self, n: i64) -> Vec<Arrival> {
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < Duration::from_secs(30), "a socket did not see event {n}");
            {
                let mut arrivals = self.arrivals.lock().unwrap();
                let mut seen = vec![false; self.sockets];
                arrivals
                    .iter()
                    .filter(|arrival| arrival.to >= n)
                    .for_each(|arrival| seen[arrival.socket] = true);
                if seen.iter().all(|seen| *seen) {
                    return std::mem::take(&mut *arrivals);
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.stop.notify_waiters();
        let _ = self.reading.take().unwrap().join();
    }
}

async fn read_all(
    people: Vec<Client>,
    arrivals: &Arc<Mutex<Vec<Arrival>>>,
    stop: &tokio::sync::Notify,
    ready: &Sender<()>,
) {
    let mut tasks = tokio::task::JoinSet::new();
    let mut cursor = String::new();
    for (socket, person) in people.into_iter().enumerate() {
        if cursor.is_empty() {
            cursor = person.page("/").await.cursor;
        }
        let opened = Socket::connect(&person, "board", &cursor).await.unwrap();
        tasks.spawn(read(opened, socket, arrivals.clone()));
    }
    ready.send(()).unwrap();
    stop.notified().await;
}

async fn read(mut opened: Socket, socket: usize, arrivals: Arc<Mutex<Vec<Arrival>>>) {
    while let Some(Ok(message)) = opened.stream.next().await {
        let Message::Text(text) = message else { continue };
        let at = Instant::now();
        assert!(!text.contains("\"reset\""), "a socket was reset: {text}");
        let Some((_, rest)) = text.split_once("\"to\":") else { continue };
        let to = rest.split(',').next().unwrap().parse().unwrap();
        arrivals.lock().unwrap().push(Arrival { socket, to, at, bytes: text.len() });
    }
}
