//! A wire between the app and Postgres that counts the app's messages which wait for an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

pub struct Counted(Arc<AtomicUsize>);

impl Counted {
    /// The same database URL, through here.
    pub async fn around(url: &str) -> (Self, String) {
        let (before, rest) = url.split_once('@').expect("user@host in the URL");
        let (target, path) = rest.split_once('/').expect("a database in the URL");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let through = format!("{before}@{}/{path}", listener.local_addr().unwrap());
        let count = Arc::new(AtomicUsize::new(0));
        let (target, counter) = (target.to_owned(), count.clone());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(&target).await.unwrap();
                near.set_nodelay(true).unwrap();
                far.set_nodelay(true).unwrap();
                let ((from_app, mut to_app), (mut from_db, to_db)) = (near.into_split(), far.into_split());
                tokio::spawn(pass(from_app, to_db, counter.clone()));
                tokio::spawn(async move { copy(&mut from_db, &mut to_app).await });
            }
        });
        (Self(count), through)
    }

    /// Round trips until now.
    pub fn so_far(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A simple query (Q) and a Sync (S) are what is answered with `ReadyForQuery`.
async fn pass(mut app: OwnedReadHalf, mut db: OwnedWriteHalf, count: Arc<AtomicUsize>) {
    let mut started = false;
    loop {
        let mut message = Vec::new();
        // Until the start-up message (protocol 3), messages have no letter.
        let letter = if started { app.read_u8().await } else { Ok(0) };
        let (Ok(letter), Ok(length)) = (letter, app.read_u32().await) else { return };
        if started {
            message.push(letter);
        }
        message.extend_from_slice(&length.to_be_bytes());
        let body = message.len();
        message.resize(body + length as usize - 4, 0);
        if app.read_exact(&mut message[body..]).await.is_err() {
            return;
        }
        started |= message[body..].starts_with(&[0, 3]);
        if matches!(letter, b'Q' | b'S') {
            count.fetch_add(1, Ordering::SeqCst);
        }
        if db.write_all(&message).await.is_err() {
            return;
        }
    }
}
