//! One WebSocket: its own task and queue, from the upgrade to the close.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use super::channel::Watcher;
use super::company::{CatchUp, CompanyLive};
use super::frame::{self, Hello, count_reset};
use super::inbound::Inbound;
use super::outbox::{CloseReason, Duplex, MOST_BYTES, Outbox};
use crate::assets;
use crate::config::Settings;
use crate::connection::Connection;
use crate::feed::Cursor;
use crate::feed::hub::ResetReason;
use crate::page;

/// A socket that does not take what waits within this time is closed.
const NO_PROGRESS: Duration = Duration::from_secs(10);
/// How long a socket may wait for what it lacks; its browser gives up after as long.
const GREETING: Duration = Duration::from_secs(10);
/// Time limit for the close handshake.
const GOODBYE: Duration = Duration::from_secs(2);

type Stream = WebSocketStream<Duplex>;

/// The one message of a browser: whether its page can be seen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Visibility {
    visible: bool,
}

/// Whether the page is visible, as its browser says; None: the text is another message.
fn read_visibility(text: &str) -> Option<bool> {
    serde_json::from_str::<Visibility>(text).ok().map(|message| message.visible)
}

/// Buffers are small because a thousand sockets rest for most of the day.
fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(1024)
        .write_buffer_size(8 * 1024)
        .max_write_buffer_size(1024 * 1024)
        .max_message_size(Some(16 * 1024))
        .max_frame_size(Some(16 * 1024))
}

/// Takes over an upgraded connection. None: it is not one of our own accept loop.
pub async fn open(upgraded: Upgraded) -> Option<(Stream, Arc<Outbox>)> {
    let parts = upgraded.downcast::<TokioIo<Connection>>().ok()?;
    let (stream, place) = parts.io.into_inner().into_parts();
    let (half, writing) = stream.into_split();
    let outbox = Arc::new(Outbox::new(writing));
    let early = parts.read_buf.to_vec();
    let mut inbound = Inbound::new();
    inbound.take(&early);
    let duplex = Duplex { half, outbox: outbox.clone(), inbound, place };
    let stream = WebSocketStream::from_partially_read(duplex, early, Role::Server, Some(config())).await;
    Some((stream, outbox))
}

/// Serves a socket until it ends. The watcher has not joined yet.
pub async fn serve(
    mut stream: Stream,
    company: Arc<CompanyLive>,
    watcher: Arc<Watcher>,
    cursor: Cursor,
    settings: &Settings,
) {
    let joined = Joined::take(&company, &watcher);
    // Boxed: what catching up needs is given back, where a part of this task would be kept as long as the socket.
    let greeting = Box::pin(timeout(GREETING, greet(&company, &watcher, &cursor, settings))).await;
    let close = match greeting.unwrap_or(Err(AWAY)) {
        Ok(()) => talk(&mut stream, &company, &watcher).await,
        Err(close) => close,
    };
    drop(joined);
    if let Some((code, reason)) = close {
        let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::from_static(reason) };
        let _ = timeout(GOODBYE, say_goodbye(&mut stream, &watcher.outbox, frame)).await;
    }
}

/// A socket among those that are told; given back however the task ends.
struct Joined<'a> {
    company: &'a CompanyLive,
    watcher: &'a Watcher,
}

impl<'a> Joined<'a> {
    fn take(company: &'a CompanyLive, watcher: &'a Watcher) -> Self {
        metrics::gauge!("live_sockets").increment(1.0);
        Self { company, watcher }
    }
}

impl Drop for Joined<'_> {
    fn drop(&mut self) {
        self.company.leave(self.watcher);
        metrics::gauge!("live_sockets").decrement(1.0);
    }
}

/// Says why, and reads on until the browser has gone: closing with unread bytes would send a reset that
/// overtakes the reason.
async fn say_goodbye(stream: &mut Stream, outbox: &Outbox, why: CloseFrame) -> Result<(), Error> {
    outbox.give_up_greeting();
    write_all(outbox).await?;
    stream.close(Some(why)).await?;
    write_all(outbox).await?;
    let connection = stream.get_mut();
    connection.shutdown().await?;
    let mut ignored = [0; 1024];
    while connection.read(&mut ignored).await? > 0 {}
    Ok(())
}

type Close = Option<(u16, &'static str)>;

/// The missing frames cannot be read now.
const AWAY: Close = Some((1013, "try again"));

/// Joins first, then sends what is missing, then says so: nothing falls between.
async fn greet(
    company: &Arc<CompanyLive>,
    watcher: &Arc<Watcher>,
    cursor: &Cursor,
    settings: &Settings,
) -> Result<(), Close> {
    // After a crash all sockets come back at once: they take turns with the pages, so that picks find connections.
    let turn = page::turn().await.map_err(|_| AWAY)?;
    company.join(watcher.clone()).await.map_err(|_| AWAY)?;
    let missing = company.catch_up(watcher.viewer, watcher.screen, watcher.lang, cursor, None);
    // Side by side: each asks the database several questions one after the other.
    let (refusal, missing) = tokio::join!(company.refusal(watcher), missing);
    if let Some(reason) = refusal.map_err(|_| AWAY)? {
        return Err(Some((reason.code(), "")));
    }
    let missing = missing.map_err(|_| AWAY)?;
    drop(turn);
    let head = match missing {
        // More than a queue may hold is no catching up: the page is fetched again, in its turn.
        CatchUp::Frame { text, head, .. } if text.len() > MOST_BYTES => {
            count_reset(ResetReason::Slow);
            say(watcher, frame::reset(ResetReason::Slow)).await?;
            head
        }
        CatchUp::Frame { text, head, .. } => {
            say(watcher, text).await?;
            head
        }
        CatchUp::Reset(reason) => {
            say(watcher, frame::reset_of_one(reason)).await?;
            cursor.n
        }
    };
    let hello =
        Hello { head, beat: settings.beat_ms, window: settings.drain_spread_ms, build: assets::build() };
    say(watcher, frame::hello(hello)).await?;
    say(watcher, company.presence().all(watcher.lang)).await?;
    watcher.outbox.greeted();
    Ok(())
}

/// Sends a text of the greeting.
async fn say(watcher: &Watcher, text: Utf8Bytes) -> Result<(), Close> {
    watcher.outbox.greet(text.into());
    drain(&watcher.outbox).await
}

async fn talk(stream: &mut Stream, company: &CompanyLive, watcher: &Watcher) -> Close {
    loop {
        tokio::select! {
            reason = watcher.outbox.due() => {
                if let Err(close) = drain(&watcher.outbox).await { return close }
                if let Some(reason) = reason { return Some((reason.code(), "")) }
            }
            message = stream.next() => {
                if stream.get_ref().inbound.is_flooded() { return Some((1008, "too many messages")) }
                match message {
                    Some(Ok(Message::Text(text))) => match read_visibility(&text) {
                        Some(visible) => {
                            watcher.visible.store(visible, Ordering::Relaxed);
                            // A page that is looked at again wants to know at once that it is live.
                            if visible { company.beat_one(watcher) }
                        }
                        None => return Some((1008, "not understood")),
                    },
                    Some(Ok(Message::Binary(_))) => return Some((1003, "text only")),
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                    Some(Err(Error::Capacity(CapacityError::MessageTooLong { .. }))) => return Some((1009, "too large")),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                }
            }
        }
    }
}

/// Writes what waits. A socket that has not taken it for too long is given up, also if it takes a byte now and then.
async fn drain(outbox: &Outbox) -> Result<(), Close> {
    let deadline = Instant::now() + NO_PROGRESS;
    while !outbox.is_empty() {
        match timeout_at(deadline, outbox.write_some()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(None),
            Err(_) => {
                metrics::counter!("live_slow_closed_total").increment(1);
                return Err(Some((CloseReason::TooSlow.code(), "")));
            }
        }
    }
    Ok(())
}

async fn write_all(outbox: &Outbox) -> std::io::Result<()> {
    while !outbox.is_empty() {
        outbox.write_some().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_one_message_is_understood() {
        assert_eq!(read_visibility(r#"{"visible":true}"#), Some(true));
        assert_eq!(read_visibility(r#"{"visible":true,"subscribe":"order:x"}"#), None);
        assert_eq!(read_visibility(r#"{"visible":"yes"}"#), None);
        assert_eq!(read_visibility(""), None);
    }

    proptest! {
        #[test]
        fn any_text_is_understood_or_refused(text in ".{0,200}") {
            let _ = read_visibility(&text);
        }
    }
}
