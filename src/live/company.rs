//! The live screens of one company: who watches, what they lack, and the task that runs while somebody does.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::channel::{Channel, Watcher};
use super::frame::{self, count_reset};
use super::outbox::Framed;
use super::presence::Presence;
use super::render::{self, Rendered};
use super::viewer::Viewer;
use super::{DRAWING, PATIENCE};
use crate::error::{AppError, Result};
use crate::feed::company::CompanyFeed;
use crate::feed::hub::{Position, ResetReason, Since};
use crate::feed::{Cursor, Event, Head};
use crate::ids::{CompanyId, OrderId, PersonId};
use crate::lang::Lang;
use crate::memo::Memo;
use crate::page::CompanyTime;
use crate::screen::{Effect, Screen};
use crate::state::AppState;

/// Rendered batches kept for sockets that need the same a moment later.
const MEMO: usize = 64;

/// The live screens of one company. How its channels are brought to the head is in [`super::channel`], who may go on
/// watching in [`super::sessions`].
#[derive(Debug)]
pub struct CompanyLive {
    pub(super) state: AppState,
    pub(super) feed: Arc<CompanyFeed>,
    time: Mutex<CompanyTime>,
    channels: Mutex<Channels>,
    memo: Memo<Batch, Rendered>,
    presence: Presence,
    running: AtomicBool,
}

type Channels = HashMap<(Screen, Lang), Channel>;
/// Screen, language, first event and head: what makes two batches the same.
type Batch = (Screen, Lang, i64, Head);

/// What a reader lacks since its cursor.
#[derive(Debug)]
pub enum CatchUp {
    /// A frame from the cursor to the head; empty when nothing touched the screen.
    Frame {
        text: Utf8Bytes,
        empty: bool,
        head: i64,
    },
    Reset(ResetReason),
}

impl CompanyLive {
    pub(super) fn new(state: &AppState, company_id: CompanyId, time: &CompanyTime) -> Self {
        Self {
            state: state.clone(),
            feed: state.hub.company(company_id),
            time: Mutex::new(time.clone()),
            channels: Mutex::default(),
            memo: Memo::new(MEMO),
            presence: Presence::default(),
            running: AtomicBool::new(false),
        }
    }

    /// Adds a socket. From here on it gets every frame; what came before, from its cursor on, is for
    /// [`CompanyLive::catch_up`].
    pub async fn join(self: &Arc<Self>, watcher: Arc<Watcher>) -> Result<()> {
        if self.feed.head().is_none() || !self.feed.is_watched() {
            self.feed.look(None).await?;
        }
        {
            let mut channels = self.channels();
            let Position { head, rewrites } = self.feed.position();
            let head = head.ok_or(AppError::Unavailable(None))?;
            let channel = channels
                .entry((watcher.screen, watcher.lang))
                .or_insert_with(|| Channel::new(head, rewrites));
            channel.sockets.insert(watcher.id, watcher);
        }
        if !self.running.swap(true, Ordering::SeqCst) {
            let company = self.clone();
            self.state.lifecycle.spawn_forever("live screens", move || company.clone().run());
        }
        Ok(())
    }

    pub fn leave(&self, watcher: &Watcher) {
        let mut channels = self.channels();
        if let Some(channel) = channels.get_mut(&(watcher.screen, watcher.lang)) {
            channel.sockets.remove(&watcher.id);
            if channel.sockets.is_empty() {
                channels.remove(&(watcher.screen, watcher.lang));
            }
        }
    }

    pub(super) fn channels(&self) -> MutexGuard<'_, Channels> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs while somebody watches: frames and beats, whose access changed, who is present; each waits for the
    /// database by itself, so that none delays another.
    async fn run(self: Arc<Self>) {
        tokio::select! {
            () = self.deliver_all() => {}
            () = self.watch_access() => {}
            () = self.renew_presence() => {}
        }
    }

    async fn renew_presence(&self) {
        let mut beat = interval(self.state.settings.beat());
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            if timeout(PATIENCE, self.presence.refresh(self)).await.is_err() {
                tracing::debug!("presence could not be read in time");
            }
        }
    }

    /// Without watchers the task ends, and the feed is no longer polled. A socket that joins starts a new one.
    pub(super) fn is_abandoned(&self) -> bool {
        let channels = self.channels();
        let abandoned = channels.is_empty();
        if abandoned {
            self.running.store(false, Ordering::SeqCst);
        }
        abandoned
    }

    pub(super) fn watchers(&self) -> Vec<Arc<Watcher>> {
        let channels = self.channels();
        channels.values().flat_map(|channel| channel.sockets.values().cloned()).collect()
    }

    /// What a viewer's screen lacks since its cursor, through event `through` at least. Commands, polls and resuming
    /// sockets all come here.
    pub async fn catch_up(
        &self,
        viewer: Viewer,
        screen: Screen,
        lang: Lang,
        cursor: &Cursor,
        through: Option<i64>,
    ) -> Result<CatchUp> {
        match self.feed.since(cursor, through).await? {
            Since::Reset(reason) => {
                count_reset(reason);
                Ok(CatchUp::Reset(reason))
            }
            Since::Events { events, .. } if events.iter().any(|event| viewer.needs_another_page(event)) => {
                count_reset(ResetReason::Access);
                Ok(CatchUp::Reset(ResetReason::Access))
            }
            Since::Events { head, events } => {
                let rendered = self.rendered(screen, lang, &head, &events).await?;
                let text = frame::changes(&head, cursor.n, &rendered);
                Ok(CatchUp::Frame { text, empty: rendered.is_empty(), head: head.n })
            }
        }
    }

    /// Waits until the screen is touched by something after the cursor, the viewer's access changes, or the time
    /// is over.
    pub async fn wait_for(&self, screen: Screen, viewer: Viewer, cursor: &Cursor, time: Duration) {
        let concerns = |event: &Event| {
            viewer.may_lose_access(event)
                || viewer.needs_another_page(event)
                || screen.effect(event) != Effect::Nothing
        };
        let mut position = self.feed.watch();
        let touched = async {
            loop {
                let head = position.borrow_and_update().head.clone();
                if let Some(head) = head {
                    let events = self.feed.between(cursor.n, head.n);
                    let quiet = head.epoch == cursor.epoch
                        && events.is_some_and(|events| !events.iter().any(concerns));
                    if !quiet {
                        return;
                    }
                }
                if position.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = timeout(time, touched).await;
    }

    /// Renders a batch once for everybody who asks for it.
    pub(super) async fn rendered(
        &self,
        screen: Screen,
        lang: Lang,
        head: &Head,
        events: &[Event],
    ) -> Result<Arc<Rendered>> {
        let touching: Vec<&Event> =
            events.iter().filter(|event| screen.effect(event) != Effect::Nothing).collect();
        let Some(first) = touching.first() else { return Ok(Arc::default()) };
        if touching.iter().any(|event| screen.effect(event) == Effect::Refetch) {
            return Ok(Arc::new(Rendered::refetch()));
        }
        let company_id = self.feed.company_id();
        let render = async || {
            metrics::counter!("live_renders_total", "screen" => screen.name()).increment(1);
            let time = self.time.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let drawn = render::fragments(&self.state, company_id, &time, screen, lang, &touching);
            timeout(DRAWING, drawn).await.unwrap_or(Err(AppError::Unavailable(None)))
        };
        self.memo.get((screen, lang, first.n, head.clone()), render).await
    }

    /// Updates the company's time zone and hours from a session that was just read.
    pub(super) fn set_time(&self, time: &CompanyTime) {
        self.time.lock().unwrap_or_else(PoisonError::into_inner).clone_from(time);
    }

    /// Sockets on order screens that somebody looks at, for presence.
    pub(super) fn at_work(&self) -> Vec<(OrderId, PersonId)> {
        let mut pairs: Vec<_> = self
            .watchers()
            .iter()
            .filter(|watcher| watcher.visible.load(Ordering::Relaxed))
            .filter_map(|watcher| match watcher.screen {
                Screen::Order(order_id) => Some((order_id, watcher.viewer.person_id()?)),
                _ => None,
            })
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Sends a text to every socket of a kind of screen.
    pub(super) fn send(&self, lang: Lang, to: impl Fn(Screen) -> bool, text: Utf8Bytes) {
        let text = Framed::from(text);
        let channels = self.channels();
        for (_, channel) in channels.iter().filter(|((screen, spoken), _)| *spoken == lang && to(*screen)) {
            for watcher in channel.sockets.values() {
                watcher.outbox.push(text.clone());
            }
        }
    }

    pub fn company_id(&self) -> CompanyId {
        self.feed.company_id()
    }

    pub(super) fn presence(&self) -> &Presence {
        &self.presence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another history may have reached the same number.
    #[tokio::test]
    async fn heads_of_one_number_and_another_tag_or_epoch_share_no_rendering() {
        let memo: Memo<Batch, &str> = Memo::new(MEMO);
        let batch = |tag: i64, epoch: &str| -> Batch {
            (Screen::Board, Lang::PtBr, 7, Head { epoch: epoch.into(), n: 9, tag })
        };
        assert_eq!(*memo.get(batch(1, "a"), async || Ok("first")).await.unwrap(), "first");
        assert_eq!(*memo.get(batch(2, "a"), async || Ok("other tag")).await.unwrap(), "other tag");
        assert_eq!(*memo.get(batch(1, "b"), async || Ok("other epoch")).await.unwrap(), "other epoch");
        assert_eq!(*memo.get(batch(1, "a"), async || Ok("again")).await.unwrap(), "first");
    }
}
