//! A WebSocket as a page opens it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::PATIENCE;
use super::client::Client;
use super::screen::Page;

pub struct Socket {
    pub stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What a socket says next.
#[derive(Debug)]
pub enum Said {
    Json(Value),
    Closed(Option<u16>),
}

impl Socket {
    /// Opens the socket of a page, and waits for its greeting; what was missing is applied to the page.
    pub async fn open(client: &Client, page: &mut Page) -> Self {
        let mut socket = Self::connect(client, &page.screen, &page.cursor).await.expect("a socket");
        loop {
            match socket.next().await {
                Said::Json(value) if value.get("hello").is_some() => return socket,
                Said::Json(value) => page.apply(&value),
                Said::Closed(code) => panic!("closed with {code:?} before the greeting"),
            }
        }
    }

    pub async fn connect(client: &Client, screen: &str, cursor: &str) -> Result<Self, Error> {
        let origin = format!("http://127.0.0.1:{}", client.port);
        Self::connect_from(client, screen, cursor, Some(&origin)).await
    }

    pub async fn connect_from(
        client: &Client,
        screen: &str,
        cursor: &str,
        origin: Option<&str>,
    ) -> Result<Self, Error> {
        let under = if screen == "board-wall" { "/wall" } else { "" };
        let url = format!("ws://127.0.0.1:{}{under}/live?screen={screen}&cursor={cursor}", client.port);
        let mut request = url.into_client_request()?;
        let headers = request.headers_mut();
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().unwrap());
        }
        headers.insert("cookie", client.cookie_header().parse().unwrap());
        let (stream, _) = connect_async(request).await?;
        Ok(Self { stream })
    }

    pub async fn say(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// Says anything, as long as somebody listens.
    pub async fn send(&mut self, message: Message) {
        let _ = self.stream.send(message).await;
    }

    /// The next text, or the end. Fails after the tests' patience.
    pub async fn next(&mut self) -> Said {
        self.hear(PATIENCE).await.expect("a word from the socket")
    }

    /// The next text, or the end; none where nothing is said for that long.
    pub async fn hear(&mut self, patience: Duration) -> Option<Said> {
        loop {
            return Some(match timeout(patience, self.stream.next()).await.ok()? {
                Some(Ok(Message::Text(text))) => Said::Json(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => {
                    Said::Closed(frame.map(|CloseFrame { code, .. }| code.into()))
                }
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => Said::Closed(None),
            });
        }
    }

    /// Applies what comes until the page stands at `n` or later.
    pub async fn follow(&mut self, page: &mut Page, n: i64) {
        while page.n() < n && page.reset.is_none() {
            match self.next().await {
                Said::Json(value) => page.apply(&value),
                Said::Closed(code) => panic!("closed with {code:?} at {}, before {n}", page.n()),
            }
        }
    }

    /// The code of the close, whatever comes before it.
    pub async fn closed(&mut self) -> Option<u16> {
        loop {
            if let Said::Closed(code) = self.next().await {
                return code;
            }
        }
    }
}
