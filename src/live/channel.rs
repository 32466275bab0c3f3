//! The sockets of one screen in one language, and how they are brought to the head: frames, beats, resets.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::company::CompanyLive;
use super::frame::{self, count_reset};
use super::outbox::{Framed, Outbox};
use super::render::Rendered;
use super::viewer::Viewer;
use crate::error::Chain;
use crate::feed::hub::ResetReason;
use crate::feed::{Event, Head, Topic, Topics};
use crate::lang::Lang;
use crate::screen::{Effect, Screen};

/// Hidden pages get every fourth beat.
const HIDDEN_BEATS: u64 = 4;
/// A beat claims that nothing was missed: only after a successful look, and a delivery, this recent.
const CONFIRMED: Duration = Duration::from_millis(2_500);
/// Screens that are drawn side by side. Each asks the database several questions one after the other, and picks need
/// connections, too.
const TOGETHER: usize = 4;
/// How soon what failed (the database is away) is tried again.
pub const RETRY: Duration = Duration::from_millis(300);

/// One open socket.
#[derive(Debug)]
pub struct Watcher {
    pub id: u64,
    pub viewer: Viewer,
    pub screen: Screen,
    pub lang: Lang,
    pub outbox: Arc<Outbox>,
    pub visible: AtomicBool,
}

#[derive(Debug)]
pub struct Channel {
    /// `to` of the last frame: the next one begins here.
    covered: Head,
    /// Events up to here are known not to touch the screen beyond `covered`.
    scanned: Head,
    /// When `scanned` was last brought to the head of that moment.
    scanned_at: Instant,
    /// Rewritings of history that it has seen; a later one resets its sockets.
    rewrites: u64,
    pub sockets: HashMap<u64, Arc<Watcher>>,
}

impl Channel {
    pub fn new(head: Head, rewrites: u64) -> Self {
        let scanned_at = Instant::now();
        Self { scanned: head.clone(), covered: head, scanned_at, rewrites, sockets: HashMap::new() }
    }

    fn scan(&mut self, head: &Head) {
        self.scanned = head.clone();
        self.scanned_at = Instant::now();
    }

    /// The text of a beat now. While others' events stream in, the screen is a moment behind the head, which is no
    /// reason to be silent; one that cannot be drawn for longer must not look alive.
    fn beat(&self, head: &Head) -> Option<Utf8Bytes> {
        let follows = self.scanned.n == head.n || self.scanned_at.elapsed() <= CONFIRMED;
        let one_history = self.covered.epoch == head.epoch && self.scanned.epoch == head.epoch;
        (follows && one_history).then(|| frame::changes(&self.scanned, self.covered.n, &Rendered::default()))
    }
}

impl CompanyLive {
    /// Brings channels to the head as it moves, and beats in between. Ends when nobody watches.
    pub(super) async fn deliver_all(&self) {
        let mut position = self.feed.watch();
        // What came before this run began, or began anew, counts as well.
        position.mark_changed();
        let mut beat = interval(self.state.settings.beat());
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut beats = 0u64;
        let mut behind = false;
        let mut noticed = None;
        loop {
            tokio::select! {
                changed = position.changed() => if changed.is_err() { return },
                () = sleep(RETRY), if behind => {}
                _ = beat.tick() => {
                    beats += 1;
                    self.beat(beats);
                    if self.is_abandoned() { return }
                }
            }
            let now = position.borrow_and_update().clone();
            let Some(head) = now.head else { continue };
            self.reset_rewritten(now.rewrites, &head);
            behind = !self.deliver(&head).await;
            self.notice_needs(&mut noticed, &head);
        }
    }

    /// Brings every channel to the head. False: something could not be rendered and waits for a retry.
    async fn deliver(&self, head: &Head) -> bool {
        let behind: Vec<(Screen, Lang, i64, Arc<str>)> = self
            .channels()
            .iter()
            .filter(|(_, channel)| channel.scanned.n < head.n)
            .map(|((screen, lang), channel)| {
                (*screen, *lang, channel.scanned.n, channel.covered.epoch.clone())
            })
            .collect();
        let drawing = stream::iter(behind).map(async |(screen, lang, scanned, epoch)| {
            let events = self.feed.between(scanned, head.n).filter(|_| epoch == head.epoch);
            match events {
                Some(events) => self.deliver_to(screen, lang, head, &events).await,
                None => {
                    self.reset_channel(screen, lang, ResetReason::TooOld, head);
                    true
                }
            }
        });
        drawing.buffer_unordered(TOGETHER).fold(true, async |all, one| all && one).await
    }

    /// Brings one channel to the head. False: it waits for a retry.
    async fn deliver_to(&self, screen: Screen, lang: Lang, head: &Head, events: &[Event]) -> bool {
        match AssertUnwindSafe(self.rendered(screen, lang, head, events)).catch_unwind().await {
            Ok(Ok(rendered)) => {
                if self.push(screen, lang, head, &rendered) {
                    self.observe_delivery(screen, events);
                }
                true
            }
            Ok(Err(error)) => {
                tracing::warn!(error = %Chain(&error), screen = screen.name(), "a change could not be rendered");
                false
            }
            // A screen that cannot be drawn must not silence the others: its pages are fetched again.
            Err(_) => {
                metrics::counter!("task_panics_total", "task" => "render").increment(1);
                tracing::error!(screen = screen.name(), "drawing a change panicked");
                self.reset_channel(screen, lang, ResetReason::TooOld, head);
                true
            }
        }
    }

    /// Notifies every socket that needs may have changed, whatever its screen shows. `noticed` is the event up to which this
    /// was done; pages ask by themselves when they are opened.
    fn notice_needs(&self, noticed: &mut Option<i64>, head: &Head) {
        let Some(from) = noticed.replace(head.n).filter(|from| *from != head.n) else { return };
        let asks = Topics::of(&[Topic::Needs, Topic::Purchasing, Topic::Owners]) | Topics::UNKNOWN;
        let events = self.feed.between(from, head.n);
        // What is no longer known may have been anything.
        if events.is_some_and(|events| !events.iter().any(|event| event.topics.meets(asks))) {
            return;
        }
        let text = Framed::from(frame::needs());
        for watcher in self.watchers() {
            watcher.outbox.push(text.clone());
        }
    }

    /// Sends a frame, if there is something to say. False: there was not.
    fn push(&self, screen: Screen, lang: Lang, head: &Head, rendered: &Rendered) -> bool {
        let mut channels = self.channels();
        // A channel that was opened anew meanwhile may be further on.
        let channel = channels.get_mut(&(screen, lang)).filter(|channel| channel.scanned.n < head.n);
        let Some(channel) = channel else { return false };
        channel.scan(head);
        if rendered.is_empty() {
            return false;
        }
        let text = Framed::from(frame::changes(head, channel.covered.n, rendered));
        for watcher in channel.sockets.values() {
            watcher.outbox.push(text.clone());
        }
        metrics::counter!("live_frames_total", "screen" => screen.name())
            .increment(channel.sockets.len() as u64);
        channel.covered = head.clone();
        true
    }

    /// From the decision to the queues of all sockets.
    fn observe_delivery(&self, screen: Screen, events: &[Event]) {
        let now = self.state.clock.now();
        for event in events.iter().filter(|event| screen.effect(event) != Effect::Nothing) {
            let seconds = now.duration_since(event.at).as_secs_f64();
            metrics::histogram!("feed_delivery_seconds", "screen" => screen.name()).record(seconds.max(0.0));
        }
    }

    /// An empty frame says: nothing else happened up to here. Not said when Postgres did not just confirm it.
    fn beat(&self, beats: u64) {
        if !self.feed.is_confirmed_within(CONFIRMED) {
            return;
        }
        let Some(head) = self.feed.head() else { return };
        for channel in self.channels().values_mut() {
            let Some(text) = channel.beat(&head).map(Framed::from) else { continue };
            for watcher in channel.sockets.values() {
                if watcher.visible.load(Ordering::Relaxed) || beats.is_multiple_of(HIDDEN_BEATS) {
                    watcher.outbox.push(text.clone());
                }
            }
            // Hidden pages were not told, so the next frame still begins where the last one they got ended.
            if beats.is_multiple_of(HIDDEN_BEATS) {
                channel.covered = channel.scanned.clone();
            }
        }
    }

    /// A beat for one socket, now.
    pub fn beat_one(&self, watcher: &Watcher) {
        if !self.feed.is_confirmed_within(CONFIRMED) {
            return;
        }
        let Some(head) = self.feed.head() else { return };
        let text =
            self.channels().get(&(watcher.screen, watcher.lang)).and_then(|channel| channel.beat(&head));
        if let Some(text) = text {
            watcher.outbox.push(text.into());
        }
    }

    /// Resets the screens that were opened in the history before this rewriting.
    fn reset_rewritten(&self, rewrites: u64, head: &Head) {
        let mut behind = Vec::new();
        for (key, channel) in self.channels().iter_mut().filter(|(_, channel)| channel.rewrites < rewrites) {
            channel.rewrites = rewrites;
            behind.push(*key);
        }
        for (screen, lang) in behind {
            self.reset_channel(screen, lang, ResetReason::Rewritten, head);
        }
    }

    fn reset_channel(&self, screen: Screen, lang: Lang, reason: ResetReason, head: &Head) {
        let mut channels = self.channels();
        let Some(channel) = channels.get_mut(&(screen, lang)) else { return };
        let reset = Framed::from(frame::reset(reason));
        for watcher in channel.sockets.values() {
            count_reset(reason);
            watcher.outbox.push(reset.clone());
        }
        channel.covered = head.clone();
        channel.scan(head);
    }
}
