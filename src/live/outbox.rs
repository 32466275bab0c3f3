//! What a socket is sent. A frame is written at once where the socket takes it; what it does not take waits in a
//! bounded queue for the socket's task, so that one slow tablet never delays another.
//!
//! A socket has one writer. Control frames of the WebSocket protocol (pongs, closing) come through [`Duplex`] into
//! the same queue, so that frames are never mixed.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::frame::{self, count_reset};
use super::inbound::Inbound;
use crate::connection::admission::ConnectionPermit;
use crate::feed::hub::ResetReason;

/// Frames and bytes that may wait for one socket.
const MOST_FRAMES: usize = 64;
pub const MOST_BYTES: usize = 256 * 1024;

/// Bytes waiting in all outboxes of this process.
static WAITING_BYTES: AtomicUsize = AtomicUsize::new(0);

/// A text as it travels on a socket: framed once, however many sockets it is for.
#[derive(Clone, Debug)]
pub struct Framed(Bytes);

impl From<Utf8Bytes> for Framed {
    fn from(text: Utf8Bytes) -> Self {
        let frame = Frame::message(Bytes::from(text), OpCode::Data(Data::Text), true);
        let mut bytes = Vec::with_capacity(frame.len());
        // Writing into memory cannot fail.
        let _ = frame.format(&mut bytes);
        Self(bytes.into())
    }
}

/// Why the server ends a socket; the codes are those of the WebSocket protocol and of our browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The replica goes away: come back, spread.
    GoingAway,
    /// The session ended: ask for the PIN.
    SessionEnded,
    /// The screen is not (or no longer) for this person.
    NotAllowed,
    /// The person is no longer active, or the company is closed: no PIN and no other screen would help.
    AccessEnded,
    /// No progress.
    TooSlow,
}

impl CloseReason {
    pub fn code(self) -> u16 {
        match self {
            CloseReason::GoingAway => 1012,
            CloseReason::TooSlow => 1013,
            CloseReason::SessionEnded => 4401,
            CloseReason::NotAllowed => 4403,
            CloseReason::AccessEnded => 4410,
        }
    }
}

#[derive(Debug)]
pub struct Outbox {
    queue: Mutex<Queue>,
    notify: Notify,
}

/// The writing half of a socket, and what it has not taken yet.
#[derive(Debug)]
struct Queue {
    half: OwnedWriteHalf,
    /// The rest of a frame that the socket took in part: it is always finished.
    begun: Bytes,
    waiting: VecDeque<Bytes>,
    bytes: usize,
    /// Until then, what comes waits behind the greeting.
    greeted: bool,
    /// Too much waited: it is gone, and a reset waits in its place.
    overflowed: bool,
    close: Option<CloseReason>,
    /// The viewer lost access: nothing is sent any more.
    shut: bool,
}

impl Queue {
    fn enqueue(&mut self, frame: Bytes) {
        if self.overflowed {
            return;
        }
        if self.waiting.len() >= MOST_FRAMES || self.bytes + frame.len() > MOST_BYTES {
            self.forget();
            self.overflowed = true;
            count_reset(ResetReason::Slow);
            self.add(Framed::from(frame::reset(ResetReason::Slow)).0);
        } else {
            self.add(frame);
        }
    }

    fn add(&mut self, frame: Bytes) {
        self.bytes += frame.len();
        WAITING_BYTES.fetch_add(frame.len(), Ordering::Relaxed);
        self.waiting.push_back(frame);
    }

    fn forget(&mut self) {
        WAITING_BYTES.fetch_sub(self.bytes, Ordering::Relaxed);
        self.bytes = 0;
        self.waiting = VecDeque::new();
        self.overflowed = false;
    }

    fn is_empty(&self) -> bool {
        self.begun.is_empty() && (self.waiting.is_empty() || !self.greeted)
    }

    /// Writes a frame at once, as far as the socket takes it. False: it waits for the socket's task.
    fn write_now(&mut self, frame: Bytes) -> bool {
        if !self.greeted || !self.begun.is_empty() || !self.waiting.is_empty() {
            self.enqueue(frame);
            return false;
        }
        match self.half.try_write(&frame) {
            Ok(written) => self.begun = frame.slice(written..),
            // Full, or broken: its task meets that as well.
            Err(_) => self.enqueue(frame),
        }
        self.is_empty()
    }

    /// Writes some of what waits, many frames with one call.
    fn poll_write_some(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_empty() {
            return Poll::Ready(Ok(()));
        }
        let waiting = if self.greeted { self.waiting.len() } else { 0 };
        let frames = std::iter::once(&self.begun).chain(self.waiting.iter().take(waiting));
        let slices: Vec<IoSlice<'_>> = frames.map(|frame| IoSlice::new(frame)).collect();
        let written = ready!(Pin::new(&mut self.half).poll_write_vectored(cx, &slices))?;
        if written == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.advance(written);
        Poll::Ready(Ok(()))
    }

    fn advance(&mut self, mut written: usize) {
        loop {
            let part = written.min(self.begun.len());
            self.begun.advance(part);
            written -= part;
            if written == 0 {
                break;
            }
            let Some(next) = self.waiting.pop_front() else { break };
            self.bytes -= next.len();
            WAITING_BYTES.fetch_sub(next.len(), Ordering::Relaxed);
            self.begun = next;
        }
        self.overflowed &= !self.waiting.is_empty();
    }
}

impl Outbox {
    pub fn new(half: OwnedWriteHalf) -> Self {
        let queue = Queue {
            half,
            begun: Bytes::new(),
            waiting: VecDeque::new(),
            bytes: 0,
            greeted: false,
            overflowed: false,
            close: None,
            shut: false,
        };
        Self { queue: Mutex::new(queue), notify: Notify::new() }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a text, now or as soon as the socket takes it; or, when too much waits already, empties the queue and
    /// tells the browser to start afresh.
    pub fn push(&self, text: Framed) {
        let mut queue = self.queue();
        if !queue.shut && !queue.write_now(text.0) {
            self.notify.notify_one();
        }
    }

    /// What the protocol says by itself.
    fn put(&self, frame: Bytes) {
        if !self.queue().write_now(frame) {
            self.notify.notify_one();
        }
    }

    /// Asks the socket's task to send what waits and close. A viewer who lost access is sent nothing more.
    pub fn close(&self, reason: CloseReason) {
        let mut queue = self.queue();
        queue.close.get_or_insert(reason);
        if matches!(reason, CloseReason::SessionEnded | CloseReason::NotAllowed) {
            queue.forget();
            queue.shut = true;
        }
        drop(queue);
        self.notify.notify_one();
    }

    /// Puts a text of the greeting before everything that waits. [`Outbox::write_some`] writes it.
    pub fn greet(&self, text: Framed) {
        let mut queue = self.queue();
        queue.begun = [std::mem::take(&mut queue.begun), text.0].concat().into();
    }

    /// The greeting is over: what has waited for it may go.
    pub fn greeted(&self) {
        self.queue().greeted = true;
    }

    /// The greeting failed: discards what has waited for it.
    pub fn give_up_greeting(&self) {
        let mut queue = self.queue();
        if !queue.greeted {
            queue.forget();
            queue.greeted = true;
        }
    }

    /// Waits until there is something to write, or a reason to close.
    pub async fn due(&self) -> Option<CloseReason> {
        loop {
            let notified = self.notify.notified();
            {
                let mut queue = self.queue();
                if queue.close.is_some() || !queue.is_empty() {
                    return queue.close.take();
                }
            }
            notified.await;
        }
    }

    /// Whether nothing waits that may go.
    pub fn is_empty(&self) -> bool {
        self.queue().is_empty()
    }

    /// Waits until the socket takes some of what waits.
    pub async fn write_some(&self) -> io::Result<()> {
        std::future::poll_fn(|cx| self.queue().poll_write_some(cx)).await
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.forget();
    }
}

/// A connection for the WebSocket library: it reads from the socket, and what it writes goes into the outbox.
#[derive(Debug)]
pub struct Duplex {
    pub half: OwnedReadHalf,
    pub outbox: Arc<Outbox>,
    pub inbound: Inbound,
    /// Held for as long as the connection is open.
    pub place: ConnectionPermit,
}

impl AsyncRead for Duplex {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.half).poll_read(cx, buf))?;
        let Self { inbound, .. } = &mut *self;
        // Told once: what comes after is read and thrown away, so that the browser hears why.
        if !inbound.is_flooded() && !inbound.take(&buf.filled()[before..]) {
            return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Duplex {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.outbox.put(Bytes::copy_from_slice(buf));
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.outbox.queue().half).poll_shutdown(cx)
    }
}

/// For the metric.
pub fn waiting_bytes() -> usize {
    WAITING_BYTES.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// An outbox, and the browser's end.
    async fn pair() -> (Outbox, TcpStream, OwnedReadHalf) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let browser = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (read, write) = listener.accept().await.unwrap().0.into_split();
        write.writable().await.unwrap();
        (Outbox::new(write), browser, read)
    }

    fn framed(text: &str) -> Framed {
        Utf8Bytes::from(text).into()
    }

    async fn read(browser: &mut TcpStream, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        browser.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    #[tokio::test]
    async fn a_frame_goes_at_once_when_nothing_is_before_it() {
        let (outbox, mut browser, _read) = pair().await;
        outbox.push(framed("later"));
        outbox.greet(framed("first"));
        while !outbox.is_empty() {
            outbox.write_some().await.unwrap();
        }
        assert_eq!(read(&mut browser, 7).await, b"\x81\x05first");
        outbox.greeted();
        assert_eq!(outbox.due().await, None);
        outbox.write_some().await.unwrap();
        assert_eq!(read(&mut browser, 7).await, b"\x81\x05later");
        outbox.push(framed("now"));
        assert!(outbox.is_empty(), "its task was not needed");
        assert_eq!(read(&mut browser, 5).await, b"\x81\x03now");
    }

    #[tokio::test]
    async fn what_does_not_fit_is_replaced_by_a_fresh_start() {
        let (outbox, mut browser, _read) = pair().await;
        outbox.greeted();
        let large = framed(&"x".repeat(60 * 1024));
        // Until the socket is full, and then until the queue is.
        while outbox.queue().begun.is_empty() {
            outbox.push(large.clone());
        }
        while !outbox.queue().overflowed {
            outbox.push(large.clone());
        }
        outbox.push(framed("dropped"));
        assert_eq!(outbox.queue().waiting.len(), 1);
        let mut all = Vec::new();
        let writing = async {
            while !outbox.is_empty() {
                outbox.write_some().await.unwrap();
            }
            outbox.push(framed("after"));
            drop(outbox);
        };
        let ((), read) = tokio::join!(writing, browser.read_to_end(&mut all));
        read.unwrap();
        let whole = large.0.len();
        let rest = &all[all.len() / whole * whole..];
        assert!(
            all[..all.len() - rest.len()].chunks(whole).all(|frame| frame == large.0),
            "no frame is torn"
        );
        assert_eq!(rest, b"\x81\x10{\"reset\":\"slow\"}\x81\x05after");
    }

    #[tokio::test]
    async fn who_may_not_listen_any_more_is_told_nothing_but_that() {
        let (outbox, mut browser, _read) = pair().await;
        outbox.push(framed("queued"));
        outbox.close(CloseReason::SessionEnded);
        outbox.push(framed("later"));
        outbox.greeted();
        outbox.put(Bytes::from_static(b"goodbye"));
        drop(outbox);
        let mut all = Vec::new();
        browser.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, b"goodbye");
    }

    #[tokio::test]
    async fn a_close_is_found_with_what_waits_before_it() {
        let (outbox, _browser, _read) = pair().await;
        outbox.push(framed("last"));
        outbox.greeted();
        outbox.close(CloseReason::GoingAway);
        assert!(!outbox.is_empty());
        assert_eq!(outbox.due().await, Some(CloseReason::GoingAway));
    }
}
