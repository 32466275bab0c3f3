//! A body may be slow, but must not stall: a quote of ten megabytes gets through a slow line, and a client that
//! sends a byte now and then does not hold a connection for ten minutes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// The script counts by the same window (`static/js/upload.js`) and tries again from its side.
const WINDOW: Duration = Duration::from_secs(30);
/// Bytes that come in a window at least, 1 KB a second, unless the body ends in it.
const LEAST: usize = 30 * 1024;

/// A body that ends with an error, as if the connection had been cut, where it stalls.
pub fn steady(body: Body) -> Body {
    if body.is_end_stream() { body } else { Body::new(Steady::new(body, WINDOW)) }
}

struct Steady {
    body: Body,
    window: Duration,
    timer: Pin<Box<Sleep>>,
    /// In the window that runs.
    received: usize,
}

impl Steady {
    fn new(body: Body, window: Duration) -> Self {
        Self { body, window, timer: Box::pin(sleep(window)), received: 0 }
    }

    /// Whether a window has passed in which too little came; else the next one begins where it is due.
    fn stands_still(&mut self, cx: &mut Context<'_>) -> bool {
        while self.timer.as_mut().poll(cx).is_ready() {
            if self.received < LEAST {
                return true;
            }
            self.received = 0;
            self.timer.as_mut().reset(Instant::now() + self.window);
        }
        false
    }
}

impl HttpBody for Steady {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            if let Some(Ok(frame)) = &frame {
                self.received += frame.data_ref().map_or(0, Bytes::len);
            }
            return Poll::Ready(frame);
        }
        if self.stands_still(cx) {
            metrics::counter!("http_bodies_stood_still_total").increment(1);
            let error = std::io::Error::new(std::io::ErrorKind::TimedOut, "the body stands still");
            return Poll::Ready(Some(Err(axum::Error::new(error))));
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream::{self, StreamExt as _};
    use http_body_util::BodyExt as _;

    use super::*;

    const SHORT: Duration = Duration::from_millis(60);

    /// `pieces` of `bytes` each, one every third of a window; then nothing, or the end.
    fn body(pieces: usize, bytes: usize, ends: bool) -> Steady {
        let moving = stream::unfold(pieces, move |left| async move {
            sleep(SHORT / 3).await;
            Some((Ok::<_, std::io::Error>(Bytes::from(vec![0; bytes])), left.checked_sub(1)?))
        });
        let all = if ends { moving.boxed() } else { moving.chain(stream::pending()).boxed() };
        Steady::new(Body::from_stream(all), SHORT)
    }

    #[tokio::test]
    async fn a_slow_body_gets_there() {
        let read = body(9, LEAST, true).collect().await.unwrap().to_bytes();
        assert_eq!(read.len(), 9 * LEAST);
    }

    #[tokio::test]
    async fn a_body_that_stands_still_or_drips_ends() {
        assert!(body(3, LEAST, false).collect().await.is_err());
        assert!(body(1000, 1, true).collect().await.is_err());
    }

    #[tokio::test]
    async fn a_small_body_that_ends_in_time_is_read_whole() {
        let read = body(1, 1, true).collect().await.unwrap().to_bytes();
        assert_eq!(read.len(), 1);
    }
}
