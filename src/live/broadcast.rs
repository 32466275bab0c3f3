//! Who watches what, and how an event reaches them all: one task per company with open screens.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::{MissedTickBehavior, interval};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::frame::{self, Frame};
use super::outbox::{CloseReason, Outbox};
use super::presence::Presence;
use super::render::{self, Rendered};
use super::screen::{Effect, Screen};
use crate::error::{AppError, Result};
use crate::feed::hub::{CompanyFeed, Position, ResetReason, Since};
use crate::feed::{Cursor, Event, EventKind, Head};
use crate::ids::{CompanyId, OrderId, PersonId, SessionId};
use crate::lang::Lang;
use crate::page::Place;
use crate::state::AppState;
use crate::users::model::Actor;
use crate::users::session;

/// Hidden pages get every fourth beat.
const HIDDEN_BEATS: u64 = 4;
/// How often the sessions of open sockets are looked at, when nothing says sooner.
const SESSION_CHECK: Duration = Duration::from_secs(60);
/// A beat claims that nothing was missed: only after a successful look this recent.
const CONFIRMED: Duration = Duration::from_millis(2_500);
/// How soon a batch that could not be rendered (the database is away) is tried again.
const RETRY: Duration = Duration::from_millis(300);
/// Rendered batches kept for those who ask for the same a moment later.
const MEMO: usize = 64;

/// All live screens of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Live {
    pub state: AppState,
    companies: Arc<Mutex<HashMap<CompanyId, Arc<CompanyLive>>>>,
    ids: Arc<AtomicU64>,
}

/// The live screens of one company.
#[derive(Debug)]
pub struct CompanyLive {
    state: AppState,
    feed: Arc<CompanyFeed>,
    place: Place,
    channels: Mutex<HashMap<(Screen, Lang), Channel>>,
    memo: Mutex<VecDeque<(MemoKey, MemoCell)>>,
    presence: Presence,
    running: AtomicBool,
}

type MemoKey = (Screen, Lang, Arc<str>, i64, i64);
type MemoCell = Arc<OnceCell<Arc<Rendered>>>;

/// The sockets of one screen in one language.
#[derive(Debug)]
struct Channel {
    /// `to` of the last frame: the next one begins here.
    covered: Head,
    /// Events up to here are known not to touch the screen beyond `covered`.
    scanned: i64,
    /// Rewritings of history that it has seen; a later one resets its sockets.
    rewrites: u64,
    sockets: HashMap<u64, Arc<Watcher>>,
}

/// One open socket, as the broadcaster sees it.
#[derive(Debug)]
pub struct Watcher {
    pub id: u64,
    pub person_id: PersonId,
    pub session_id: SessionId,
    pub screen: Screen,
    pub lang: Lang,
    pub outbox: Outbox,
    pub visible: AtomicBool,
}

/// What a reader with a cursor is given.
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

impl Live {
    pub fn new(state: AppState) -> Self {
        Self { state, companies: Arc::default(), ids: Arc::default() }
    }

    /// The live screens of a company.
    pub fn company(&self, company_id: CompanyId, place: &Place) -> Arc<CompanyLive> {
        let mut companies = self.companies.lock().unwrap_or_else(PoisonError::into_inner);
        let company = companies.entry(company_id).or_insert_with(|| {
            Arc::new(CompanyLive {
                state: self.state.clone(),
                feed: self.state.hub.company(company_id),
                place: place.clone(),
                channels: Mutex::default(),
                memo: Mutex::default(),
                presence: Presence::default(),
                running: AtomicBool::new(false),
            })
        });
        company.clone()
    }

    /// A number for a new socket, unique in this process.
    pub fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// Every open socket of this process.
    pub fn watchers(&self) -> Vec<Arc<Watcher>> {
        let companies: Vec<_> =
            self.companies.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        companies.iter().flat_map(|company| company.watchers()).collect()
    }
}

impl CompanyLive {
    /// Adds a socket. From here on it gets every frame; what came before, from its cursor on, is for
    /// [`CompanyLive::catch_up`].
    pub async fn join(self: &Arc<Self>, watcher: Arc<Watcher>) -> Result<()> {
        if self.feed.head().is_none() || !self.feed.is_watched() {
            self.feed.look(None).await?;
        }
        {
            let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
            let Position { head, rewrites } = self.feed.position();
            let head = head.ok_or(AppError::Unavailable(None))?;
            let channel = channels.entry((watcher.screen, watcher.lang)).or_insert_with(|| Channel {
                scanned: head.n,
                covered: head,
                rewrites,
                sockets: HashMap::new(),
            });
            channel.sockets.insert(watcher.id, watcher);
        }
        if !self.running.swap(true, Ordering::SeqCst) {
            let company = self.clone();
            self.state.lifecycle.spawn_loop(async move { company.run().await });
        }
        Ok(())
    }

    pub fn leave(&self, watcher: &Watcher) {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = channels.get_mut(&(watcher.screen, watcher.lang)) {
            channel.sockets.remove(&watcher.id);
            if channel.sockets.is_empty() {
                channels.remove(&(watcher.screen, watcher.lang));
            }
        }
    }

    fn watchers(&self) -> Vec<Arc<Watcher>> {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.values().flat_map(|channel| channel.sockets.values().cloned()).collect()
    }

    /// What a screen lacks since its cursor, through event `through` at least. Commands, polls and resuming
    /// sockets all come here.
    pub async fn catch_up(
        &self,
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
            Since::Events { head, events } => {
                let rendered = self.rendered(screen, lang, &head, &events).await?;
                let text = frame_text(&head, cursor.n, &rendered);
                Ok(CatchUp::Frame { text, empty: rendered.is_empty(), head: head.n })
            }
        }
    }

    /// Waits until the screen is touched by something after the cursor, or the time is over.
    pub async fn wait_for(&self, screen: Screen, cursor: &Cursor, time: Duration) {
        let mut position = self.feed.watch();
        let touched = async {
            loop {
                let head = position.borrow_and_update().head.clone();
                if let Some(head) = head {
                    let events = self.feed.between(cursor.n, head.n);
                    let quiet = head.epoch == cursor.epoch
                        && events.is_some_and(|events| {
                            events.iter().all(|event| screen.effect(event) == Effect::Nothing)
                        });
                    if !quiet {
                        return;
                    }
                }
                if position.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(time, touched).await;
    }

    /// Renders a batch once for everybody who asks for it.
    async fn rendered(
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
            return Ok(Arc::new(Rendered { html: String::new(), touched: true }));
        }
        let cell = self.memo_cell((screen, lang, head.epoch.clone(), first.n, head.n));
        let company_id = self.feed.company_id();
        let rendered = cell
            .get_or_try_init(|| async {
                metrics::counter!("live_renders_total", "screen" => screen.kind()).increment(1);
                render::fragments(&self.state, company_id, &self.place, screen, lang, &touching)
                    .await
                    .map(Arc::new)
            })
            .await?;
        Ok(rendered.clone())
    }

    fn memo_cell(&self, key: MemoKey) -> MemoCell {
        let mut memo = self.memo.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, cell)) = memo.iter().find(|(known, _)| *known == key) {
            return cell.clone();
        }
        let cell = MemoCell::default();
        memo.push_back((key, cell.clone()));
        if memo.len() > MEMO {
            memo.pop_front();
        }
        cell
    }

    /// Runs while somebody watches.
    async fn run(self: Arc<Self>) {
        let mut position = self.feed.watch();
        let mut beat = interval(self.state.settings.beat());
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sessions = interval(SESSION_CHECK);
        sessions.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut beats = 0u64;
        let mut behind = false;
        let mut access_scanned = position.borrow().head.as_ref().map_or(0, |head| head.n);
        loop {
            tokio::select! {
                changed = position.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(RETRY), if behind => {}
                _ = beat.tick() => {
                    beats += 1;
                    self.beat(beats);
                    self.presence.refresh(&self).await;
                    if self.is_abandoned() { return }
                }
                _ = sessions.tick() => self.check_sessions(None).await,
            }
            let now = position.borrow_and_update().clone();
            let Some(head) = now.head else { continue };
            if self.reset_rewritten(now.rewrites, &head) {
                // Sessions, too, are those of another history.
                self.check_sessions(None).await;
                access_scanned = head.n;
            }
            self.heed_access(&mut access_scanned, head.n).await;
            behind = !self.deliver(&head).await;
        }
    }

    /// Nobody watches: the task ends, and the feed rests. A socket that joins meanwhile starts a new one.
    fn is_abandoned(&self) -> bool {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let abandoned = channels.is_empty();
        if abandoned {
            self.running.store(false, Ordering::SeqCst);
        }
        abandoned
    }

    /// Brings every channel to the head. False: something could not be rendered and waits for a retry.
    async fn deliver(&self, head: &Head) -> bool {
        let behind: Vec<(Screen, Lang, i64, Arc<str>)> = {
            let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
            channels
                .iter()
                .filter(|(_, channel)| channel.scanned < head.n)
                .map(|((screen, lang), channel)| {
                    (*screen, *lang, channel.scanned, channel.covered.epoch.clone())
                })
                .collect()
        };
        let mut complete = true;
        for (screen, lang, scanned, epoch) in behind {
            let Some(events) = self.feed.between(scanned, head.n).filter(|_| epoch == head.epoch) else {
                self.reset_channel(screen, lang, ResetReason::TooOld, head);
                continue;
            };
            match self.rendered(screen, lang, head, &events).await {
                Ok(rendered) => self.push(screen, lang, head, &rendered),
                Err(error) => {
                    complete = false;
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        screen = screen.kind(),
                        "a change could not be rendered"
                    );
                }
            }
        }
        complete
    }

    fn push(&self, screen: Screen, lang: Lang, head: &Head, rendered: &Rendered) {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(channel) = channels.get_mut(&(screen, lang)) else { return };
        channel.scanned = head.n;
        if rendered.is_empty() {
            return;
        }
        let text = frame_text(head, channel.covered.n, rendered);
        for watcher in channel.sockets.values() {
            watcher.outbox.push(text.clone());
        }
        metrics::counter!("live_frames_total", "screen" => screen.kind())
            .increment(channel.sockets.len() as u64);
        channel.covered = head.clone();
    }

    /// An empty frame says: nothing else happened up to here. Not said when Postgres did not just confirm it.
    fn beat(&self, beats: u64) {
        if !self.feed.is_confirmed_within(CONFIRMED) {
            return;
        }
        let Some(head) = self.feed.head() else { return };
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        for channel in channels
            .values_mut()
            .filter(|channel| channel.scanned == head.n && channel.covered.epoch == head.epoch)
        {
            let text = frame_text(&head, channel.covered.n, &Rendered::default());
            for watcher in channel.sockets.values() {
                if watcher.visible.load(Ordering::Relaxed) || beats.is_multiple_of(HIDDEN_BEATS) {
                    watcher.outbox.push(text.clone());
                }
            }
            // Hidden pages were not told, so the next frame still begins where the last one they got ended.
            if beats.is_multiple_of(HIDDEN_BEATS) {
                channel.covered = head.clone();
            }
        }
    }

    /// A beat for one socket, now.
    pub fn beat_one(&self, watcher: &Watcher) {
        if !self.feed.is_confirmed_within(CONFIRMED) {
            return;
        }
        let Some(head) = self.feed.head() else { return };
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let channel = channels.get(&(watcher.screen, watcher.lang));
        if let Some(channel) =
            channel.filter(|channel| channel.scanned == head.n && channel.covered.epoch == head.epoch)
        {
            watcher.outbox.push(frame_text(&head, channel.covered.n, &Rendered::default()));
        }
    }

    /// Resets the screens that were opened in the history before this rewriting. False: there are none.
    fn reset_rewritten(&self, rewrites: u64, head: &Head) -> bool {
        let behind: Vec<_> = {
            let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
            let behind = channels.iter_mut().filter(|(_, channel)| channel.rewrites < rewrites);
            behind
                .map(|(key, channel)| {
                    channel.rewrites = rewrites;
                    *key
                })
                .collect()
        };
        for (screen, lang) in &behind {
            self.reset_channel(*screen, *lang, ResetReason::Rewritten, head);
        }
        !behind.is_empty()
    }

    fn reset_channel(&self, screen: Screen, lang: Lang, reason: ResetReason, head: &Head) {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(channel) = channels.get_mut(&(screen, lang)) else { return };
        for watcher in channel.sockets.values() {
            count_reset(reason);
            watcher.outbox.push(frame::reset(reason));
        }
        channel.covered = head.clone();
        channel.scanned = head.n;
    }

    /// People whose access changed have their sockets looked at, at once.
    async fn heed_access(&self, scanned: &mut i64, head: i64) {
        if *scanned >= head {
            return;
        }
        let events = self.feed.between(*scanned, head);
        *scanned = head;
        match events {
            None => self.check_sessions(None).await,
            Some(events) => {
                let people: HashSet<PersonId> = events
                    .iter()
                    .filter(|event| event.kind == Some(EventKind::AccessChanged))
                    .filter_map(|event| event.person_id)
                    .collect();
                if !people.is_empty() {
                    self.check_sessions(Some(&people)).await;
                }
            }
        }
    }

    /// Closes sockets whose session is no more, and sends those whose person may do other things now to
    /// fetch their page again. `only` limits it to people whose access changed.
    async fn check_sessions(&self, only: Option<&HashSet<PersonId>>) {
        let watchers: Vec<_> = self
            .watchers()
            .into_iter()
            .filter(|w| only.is_none_or(|people| people.contains(&w.person_id)))
            .collect();
        if watchers.is_empty() {
            return;
        }
        let keys: Vec<SessionId> = watchers.iter().map(|watcher| watcher.session_id).collect();
        let seen: Vec<SessionId> = watchers
            .iter()
            .filter(|watcher| watcher.visible.load(Ordering::Relaxed))
            .map(|watcher| watcher.session_id)
            .collect();
        let valid = match session::check_sessions(&self.state.db, &self.state.clock, &keys, &seen).await {
            Ok(valid) => valid,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "sessions of open sockets could not be checked"
                );
                return;
            }
        };
        let valid: HashMap<SessionId, Actor> =
            valid.into_iter().filter_map(|(id, actor)| Some((id, actor?))).collect();
        for watcher in watchers {
            match valid.get(&watcher.session_id) {
                None => watcher.outbox.close(CloseReason::SessionEnded),
                Some(actor) if !watcher.screen.is_allowed(actor) => {
                    watcher.outbox.close(CloseReason::NotAllowed);
                }
                Some(_) if only.is_some() => watcher.outbox.push(frame::reset(ResetReason::Access)),
                Some(_) => {}
            }
        }
    }

    /// Why a socket that has just joined must go: its session ended, or changed, while its handshake was under way.
    pub async fn refusal(&self, watcher: &Watcher) -> Result<Option<CloseReason>> {
        let key = [watcher.session_id];
        let found = session::check_sessions(&self.state.db, &self.state.clock, &key, &[]).await?;
        Ok(match found.into_iter().find_map(|(_, actor)| actor) {
            None => Some(CloseReason::SessionEnded),
            Some(actor) if !watcher.screen.is_allowed(&actor) => Some(CloseReason::NotAllowed),
            Some(_) => None,
        })
    }

    /// Sockets on order screens that somebody looks at, for presence.
    pub(super) fn at_work(&self) -> Vec<(OrderId, PersonId)> {
        let mut pairs: Vec<_> = self
            .watchers()
            .iter()
            .filter(|watcher| watcher.visible.load(Ordering::Relaxed))
            .filter_map(|watcher| match watcher.screen {
                Screen::Order(order_id) => Some((order_id, watcher.person_id)),
                _ => None,
            })
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Sends a text to every socket of a kind of screen.
    pub(super) fn send(&self, lang: Lang, to: impl Fn(Screen) -> bool, text: &Utf8Bytes) {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        for ((_, _), channel) in
            channels.iter().filter(|((screen, spoken), _)| *spoken == lang && to(*screen))
        {
            for watcher in channel.sockets.values() {
                watcher.outbox.push(text.clone());
            }
        }
    }

    pub(super) fn state(&self) -> &AppState {
        &self.state
    }

    pub fn company_id(&self) -> CompanyId {
        self.feed.company_id()
    }

    pub(super) fn presence(&self) -> &Presence {
        &self.presence
    }
}

fn frame_text(head: &Head, from: i64, rendered: &Rendered) -> Utf8Bytes {
    let frame = Frame {
        epoch: &head.epoch,
        from,
        to: head.n,
        tag: head.tag.to_string(),
        html: &rendered.html,
        touched: rendered.touched,
    };
    frame.text()
}

fn count_reset(reason: ResetReason) {
    metrics::counter!("live_resets_total", "reason" => reason.code()).increment(1);
}
