//! HTTP connections and their time limits.
//!
//! hyper has one time-out for waiting for the next request and for reading its head. But a proxy in front keeps its
//! connections for a minute, and a request must not meet one that is just being closed; while somebody who sends a
//! byte now and then must not hold a connection for as long.

pub(crate) mod admission;
pub(crate) mod refusals;

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use self::admission::ConnectionPermit;

/// Time limits of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a request's head: from the connection's opening, or from the head's first byte.
    pub head: Duration,
    /// Between an answer and the next request.
    pub idle: Duration,
    /// For the next part of an answer to be taken as a whole.
    pub send: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing came yet, or a part of a request's head.
    Head,
    /// The last answer is out.
    Idle,
    /// A request is being answered; other limits hold.
    Busy,
}

/// What a connection does, shared by its stream and its requests.
#[derive(Clone, Debug)]
pub struct RequestPhase {
    patience: Patience,
    state: Arc<Mutex<(Phase, Instant)>>,
}

impl RequestPhase {
    pub fn new(patience: Patience) -> Self {
        Self { patience, state: Arc::new(Mutex::new((Phase::Head, Instant::now()))) }
    }

    /// A request was read whole; until the guard is dropped it is being answered.
    pub fn busy(&self) -> Busy {
        self.enter(Phase::Busy);
        Busy(self.clone())
    }

    fn enter(&self, phase: Phase) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (phase, Instant::now());
    }

    /// Bytes came.
    fn received(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 == Phase::Idle {
            *state = (Phase::Head, Instant::now());
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let (phase, since) = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match phase {
            Phase::Head => Some(since + self.patience.head),
            Phase::Idle => Some(since + self.patience.idle),
            Phase::Busy => None,
        }
    }
}

/// A request is under way.
#[derive(Debug)]
pub struct Busy(RequestPhase);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.enter(Phase::Idle);
    }
}

/// A connection that ends, as if the browser had gone, when it waits for too long.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    phase: RequestPhase,
    timer: Pin<Box<Sleep>>,
    /// Runs while the browser does not take what it is sent.
    sending: Option<Pin<Box<Sleep>>>,
    permit: ConnectionPermit,
}

impl Connection {
    pub fn new(stream: TcpStream, phase: RequestPhase, permit: ConnectionPermit) -> Self {
        let timer = Box::pin(sleep(phase.patience.head));
        Self { stream, phase, timer, sending: None, permit }
    }

    /// The bare stream, once it carries something else than requests, and its permit.
    pub fn into_parts(self) -> (TcpStream, ConnectionPermit) {
        (self.stream, self.permit)
    }

    /// What a write came to, of so many bytes; over time when the browser has not taken them for too long.
    fn sent(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
        wanted: usize,
    ) -> Poll<io::Result<usize>> {
        if matches!(&written, Poll::Ready(Ok(n)) if *n == wanted) {
            self.sending = None;
            return written;
        }
        if matches!(written, Poll::Ready(Err(_))) {
            return written;
        }
        let patience = self.phase.patience.send;
        let timer = self.sending.get_or_insert_with(|| Box::pin(sleep(patience)));
        if timer.as_mut().poll(cx).is_ready() {
            metrics::counter!("http_slow_closed_total").increment(1);
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        written
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(cx, buf) {
            if buf.filled().len() > before {
                self.phase.received();
            }
            // A slow trickle of bytes does not extend the deadline.
            let late = self.phase.deadline().is_some_and(|deadline| deadline <= Instant::now());
            return Poll::Ready(if late { Err(io::ErrorKind::TimedOut.into()) } else { read });
        }
        let Some(deadline) = self.phase.deadline() else { return Poll::Pending };
        if self.timer.deadline() != deadline {
            self.timer.as_mut().reset(deadline);
        }
        self.timer.as_mut().poll(cx).map(Ok)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.sent(cx, written, buf.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.sent(cx, written, bufs.iter().map(|buf| buf.len()).sum())
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Bytes that are given to a connection at once. Given all at once they would wait inside it, and the body would be
/// over long before it is sent.
const PIECE: usize = 64 * 1024;

/// A body that keeps something until it has been sent, or given up.
struct Held<T> {
    body: Body,
    rest: Bytes,
    _held: T,
}

/// The same answer; `held` is dropped with its body.
pub fn hold<T: Unpin + Send + 'static>(response: Response<Body>, held: T) -> Response<Body> {
    response.map(|body| Body::new(Held { body, rest: Bytes::new(), _held: held }))
}

impl<T: Unpin> HttpBody for Held<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        let piece = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (hint, waiting) = (self.body.size_hint(), self.rest.len() as u64);
        let mut all = SizeHint::new();
        all.set_lower(hint.lower() + waiting);
        if let Some(upper) = hint.upper() {
            all.set_upper(upper + waiting);
        }
        all
    }
}
