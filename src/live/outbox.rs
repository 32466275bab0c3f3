//! A socket's queue: bounded, so that one slow tablet never delays another.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Frames and bytes that may wait for one socket.
const MOST_FRAMES: usize = 64;
pub const MOST_BYTES: usize = 256 * 1024;

/// Bytes waiting in all outboxes of this process.
static WAITING_BYTES: AtomicUsize = AtomicUsize::new(0);

/// Why the server ends a socket; the codes are those of the WebSocket protocol and of our browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The replica goes away: come back, spread.
    GoingAway,
    /// The session ended: ask for the PIN.
    SessionEnded,
    /// The screen is not (or no longer) for this person.
    NotAllowed,
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
        }
    }
}

/// What a socket's task finds when it looks.
#[derive(Debug, Default)]
pub struct Taken {
    pub texts: VecDeque<Utf8Bytes>,
    /// Too much waited: what waited is gone, the browser must start afresh.
    pub overflowed: bool,
    pub close: Option<CloseReason>,
}

#[derive(Debug, Default)]
pub struct Outbox {
    waiting: Mutex<Waiting>,
    notify: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    taken: Taken,
    bytes: usize,
}

impl Outbox {
    /// Queues a text, or, when too much waits already, empties the queue and remembers that.
    pub fn push(&self, text: Utf8Bytes) {
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.taken.overflowed {
                return;
            }
            if waiting.taken.texts.len() >= MOST_FRAMES || waiting.bytes + text.len() > MOST_BYTES {
                WAITING_BYTES.fetch_sub(waiting.bytes, Ordering::Relaxed);
                waiting.bytes = 0;
                waiting.taken.texts = VecDeque::new();
                waiting.taken.overflowed = true;
            } else {
                waiting.bytes += text.len();
                WAITING_BYTES.fetch_add(text.len(), Ordering::Relaxed);
                waiting.taken.texts.push_back(text);
            }
        }
        self.notify.notify_one();
    }

    /// Asks the socket's task to send what waits and close.
    pub fn close(&self, reason: CloseReason) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).taken.close.get_or_insert(reason);
        self.notify.notify_one();
    }

    /// Waits until there is something to do, and takes it all.
    pub async fn take(&self) -> Taken {
        loop {
            let notified = self.notify.notified();
            if let Some(taken) = self.try_take() {
                return taken;
            }
            notified.await;
        }
    }

    fn try_take(&self) -> Option<Taken> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.taken.texts.is_empty() && !waiting.taken.overflowed && waiting.taken.close.is_none() {
            return None;
        }
        WAITING_BYTES.fetch_sub(waiting.bytes, Ordering::Relaxed);
        waiting.bytes = 0;
        Some(std::mem::take(&mut waiting.taken))
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let bytes = self.waiting.get_mut().map_or(0, |waiting| waiting.bytes);
        WAITING_BYTES.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// For the metric.
pub fn waiting_bytes() -> usize {
    WAITING_BYTES.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_does_not_fit_is_replaced_by_a_fresh_start() {
        let outbox = Outbox::default();
        for n in 0..=MOST_FRAMES {
            outbox.push(Utf8Bytes::from(n.to_string()));
        }
        let taken = outbox.take().await;
        assert!(taken.overflowed && taken.texts.is_empty());
        outbox.push(Utf8Bytes::from("after"));
        assert_eq!(outbox.take().await.texts, [Utf8Bytes::from("after")]);
    }

    #[tokio::test]
    async fn a_close_is_found_with_what_waited_before_it() {
        let outbox = Outbox::default();
        outbox.push(Utf8Bytes::from("last"));
        outbox.close(CloseReason::GoingAway);
        let taken = outbox.take().await;
        assert_eq!((taken.texts.len(), taken.close), (1, Some(CloseReason::GoingAway)));
    }
}
