//! One reader per replica and company: whoever wants to know what is new asks here, and Postgres is asked once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast::error::RecvError, watch};
use tokio::time::Instant;

use super::cursor::{Cursor, Head};
use super::doorbell::{Doorbell, Ring};
use super::event::Event;
use super::queries;
use crate::db::Db;
use crate::error::Result;
use crate::ids::CompanyId;
use crate::lifecycle::Lifecycle;

/// Events kept in memory for those who come back after a short absence.
const RING_EVENTS: usize = 512;
/// Events read in one look; more than that since the last look means: start afresh.
const LOOK_LIMIT: i64 = 501;

/// Why a cursor cannot be continued. The word travels to the browser and is a label of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetReason {
    /// Another epoch, a number beyond the head or another tag: history was rewritten. An alarm.
    Rewritten,
    /// The cursor is older than what is kept, or too far behind.
    TooOld,
    /// The client could not keep up with its queue.
    Slow,
    /// What the person may do has changed.
    Access,
}

impl ResetReason {
    pub fn code(self) -> &'static str {
        match self {
            ResetReason::Rewritten => "rewritten",
            ResetReason::TooOld => "too_old",
            ResetReason::Slow => "slow",
            ResetReason::Access => "access",
        }
    }
}

/// What came after a cursor, up to and including `head`.
#[derive(Clone, Debug)]
pub enum Since {
    Events { head: Head, events: Vec<Event> },
    Reset(ResetReason),
}

/// What watchers of a company's feed see: the head, and a number that grows when history was rewritten.
#[derive(Clone, Debug)]
pub struct Position {
    pub head: Option<Head>,
    pub rewrites: u64,
}

/// All companies' feeds of this process.
#[derive(Clone, Debug)]
pub struct Hub {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    db: Db,
    companies: Mutex<HashMap<CompanyId, Arc<CompanyFeed>>>,
}

/// One company's feed in this process.
#[derive(Debug)]
pub struct CompanyFeed {
    db: Db,
    company_id: CompanyId,
    ring: Mutex<VecDeque<Event>>,
    position: watch::Sender<Position>,
    /// Held while Postgres is read: single flight.
    reader: tokio::sync::Mutex<()>,
    /// When the last successful read began.
    confirmed_at: Mutex<Option<Instant>>,
}

impl Hub {
    /// Starts listening to the doorbell, and polling for those who are `watched`.
    pub fn start(db: Db, doorbell: &Doorbell, lifecycle: &Lifecycle, poll: Duration) -> Self {
        let hub = Hub { shared: Arc::new(Shared { db, companies: Mutex::default() }) };
        lifecycle.spawn_loop(hub.clone().listen(doorbell.clone(), lifecycle.clone()));
        lifecycle.spawn_loop(hub.clone().poll(poll, lifecycle.clone()));
        hub
    }

    /// The feed of a company; made on first use.
    pub fn company(&self, company_id: CompanyId) -> Arc<CompanyFeed> {
        let mut companies = self.shared.companies.lock().unwrap_or_else(PoisonError::into_inner);
        companies
            .entry(company_id)
            .or_insert_with(|| Arc::new(CompanyFeed::new(self.shared.db.clone(), company_id)))
            .clone()
    }

    fn known(&self, company_id: CompanyId) -> Option<Arc<CompanyFeed>> {
        self.shared.companies.lock().unwrap_or_else(PoisonError::into_inner).get(&company_id).cloned()
    }

    fn watched(&self) -> Vec<Arc<CompanyFeed>> {
        let companies = self.shared.companies.lock().unwrap_or_else(PoisonError::into_inner);
        companies.values().filter(|feed| feed.is_watched()).cloned().collect()
    }

    async fn listen(self, doorbell: Doorbell, lifecycle: Lifecycle) {
        let mut rings = doorbell.listen();
        loop {
            match rings.recv().await {
                Ok(Ring::Look { company_id, head }) => {
                    // Only companies that are known: a hostile ring must not fill the memory.
                    let known =
                        self.known(company_id).filter(|feed| feed.is_watched() && feed.head_n() < Some(head));
                    if let Some(feed) = known {
                        lifecycle.spawn_loop(async move { feed.look_logged(Some(head)).await });
                    }
                }
                Ok(Ring::LookEverywhere) | Err(RecvError::Lagged(_)) => {
                    for feed in self.watched() {
                        lifecycle.spawn_loop(async move { feed.look_logged(None).await });
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    }

    async fn poll(self, every: Duration, lifecycle: Lifecycle) {
        loop {
            let spread = 0.8 + rand::random::<f64>() * 0.4;
            tokio::time::sleep(every.mul_f64(spread)).await;
            for feed in self.watched() {
                lifecycle.spawn_loop(async move { feed.look_logged(None).await });
            }
        }
    }
}

impl CompanyFeed {
    fn new(db: Db, company_id: CompanyId) -> Self {
        Self {
            db,
            company_id,
            ring: Mutex::default(),
            position: watch::Sender::new(Position { head: None, rewrites: 0 }),
            reader: tokio::sync::Mutex::default(),
            confirmed_at: Mutex::default(),
        }
    }

    pub fn company_id(&self) -> CompanyId {
        self.company_id
    }

    /// While somebody watches, the feed is polled; without watchers it rests.
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.position.subscribe()
    }

    pub fn is_watched(&self) -> bool {
        self.position.receiver_count() > 0
    }

    pub fn position(&self) -> Position {
        self.position.borrow().clone()
    }

    pub fn head(&self) -> Option<Head> {
        self.position.borrow().head.clone()
    }

    fn head_n(&self) -> Option<i64> {
        self.position.borrow().head.as_ref().map(|head| head.n)
    }

    /// Whether Postgres was read successfully within `age`: only then may a screen be told that it is live.
    pub fn is_confirmed_within(&self, age: Duration) -> bool {
        let confirmed = *self.confirmed_at.lock().unwrap_or_else(PoisonError::into_inner);
        confirmed.is_some_and(|at| at.elapsed() <= age)
    }

    /// Reads until `wanted` is known (None: reads once, now). Those who come while a read runs share the next.
    pub async fn look(&self, wanted: Option<i64>) -> Result<()> {
        let asked = Instant::now();
        let _reading = self.reader.lock().await;
        // A read that began after this call was made has seen all that was committed before it.
        let confirmed = *self.confirmed_at.lock().unwrap_or_else(PoisonError::into_inner);
        let known =
            confirmed.is_some_and(|at| at >= asked) || wanted.is_some_and(|n| self.head_n() >= Some(n));
        if known { Ok(()) } else { self.read().await }
    }

    async fn look_logged(&self, wanted: Option<i64>) {
        if let Err(error) = self.look(wanted).await {
            metrics::counter!("feed_read_failures_total").increment(1);
            tracing::warn!(error = &error as &dyn std::error::Error, "the feed could not be read");
        }
    }

    async fn read(&self) -> Result<()> {
        let began = Instant::now();
        let known = self.head();
        let mut tx = self.db.company(self.company_id).await?;
        let (head, events) = if let Some(known) = &known {
            queries::list_events(&mut tx, self.company_id, known.n, LOOK_LIMIT).await?
        } else {
            // The first look fills the ring with what is recent, for those who come back.
            let head = queries::get_head(&mut tx, self.company_id).await?;
            let first = (head.n - RING_EVENTS as i64 + 1).max(0);
            queries::list_events(&mut tx, self.company_id, first, LOOK_LIMIT + 11).await?
        };
        drop(tx);
        self.take(known.as_ref(), head, events);
        *self.confirmed_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(began);
        Ok(())
    }

    /// Joins what was read to the ring, or drops the ring where the two do not belong together.
    fn take(&self, known: Option<&Head>, head: Head, events: Vec<Event>) {
        let continues = known.is_none_or(|known| continues(known, &head, &events));
        let fresh: Vec<Event> =
            events.into_iter().filter(|event| known.is_none_or(|known| event.n > known.n)).collect();
        let expected = known.map_or(head.n - fresh.len() as i64, |known| known.n);
        let dense = fresh.iter().zip(expected + 1..).all(|(event, n)| event.n == n)
            && fresh.last().map_or(head.n == expected, |event| event.n == head.n);
        let mut rewritten = false;
        {
            let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
            if !continues {
                ring.clear();
                rewritten = true;
            } else if dense {
                ring.extend(fresh);
            } else {
                // Too far behind for one look: those who are behind start afresh, no alarm.
                ring.clear();
            }
            while ring.len() > RING_EVENTS {
                ring.pop_front();
            }
        }
        if rewritten {
            metrics::counter!("feed_rewrites_total").increment(1);
            tracing::error!(company = %self.company_id, "the feed's history was rewritten: every screen starts afresh");
        }
        self.position.send_if_modified(|position| {
            let changed = rewritten || position.head.as_ref() != Some(&head);
            position.rewrites += u64::from(rewritten);
            position.head = Some(head);
            changed
        });
    }

    /// What came after the cursor, through `through` at least. Reads Postgres only for what is not in memory,
    /// and before it calls a cursor wrong: the page may know more than this replica's last look.
    pub async fn since(&self, cursor: &Cursor, through: Option<i64>) -> Result<Since> {
        // Whoever asks is brought up to this moment, not to the last look; many who ask at once share one.
        self.look(through).await?;
        if !self.is_in_history(cursor) {
            self.look(None).await?;
            if !self.is_in_history(cursor) {
                return Ok(reset(ResetReason::Rewritten));
            }
        }
        match self.since_in_memory(cursor) {
            Some(since) => Ok(since),
            None => self.since_in_table(cursor).await,
        }
    }

    /// Whether the cursor's epoch and number can be of the history known here, and its tag where it is the head.
    fn is_in_history(&self, cursor: &Cursor) -> bool {
        self.head().is_some_and(|head| {
            head.epoch == cursor.epoch
                && (cursor.n < head.n || (cursor.n == head.n && cursor.tag == head.tag))
        })
    }

    fn since_in_memory(&self, cursor: &Cursor) -> Option<Since> {
        let head = self.head()?;
        if *cursor == head {
            return Some(Since::Events { head, events: Vec::new() });
        }
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let own = ring.iter().position(|event| event.n == cursor.n && event.tag == cursor.tag)?;
        let events: Vec<Event> =
            ring.iter().skip(own + 1).take_while(|event| event.n <= head.n).cloned().collect();
        (events.last()?.n == head.n).then_some(Since::Events { head, events })
    }

    async fn since_in_table(&self, cursor: &Cursor) -> Result<Since> {
        let mut tx = self.db.company(self.company_id).await?;
        let (head, events) = queries::list_events(&mut tx, self.company_id, cursor.n, LOOK_LIMIT).await?;
        drop(tx);
        if head.epoch != cursor.epoch || cursor.n > head.n {
            return Ok(reset(ResetReason::Rewritten));
        }
        match events.first() {
            Some(own) if own.n == cursor.n && own.tag != cursor.tag => Ok(reset(ResetReason::Rewritten)),
            Some(own) if own.n == cursor.n && events.last().is_some_and(|event| event.n == head.n) => {
                Ok(Since::Events { head, events: events.into_iter().skip(1).collect() })
            }
            // A company's first events have nobody before them.
            Some(first)
                if cursor.n == 0 && first.n == 1 && events.last().is_some_and(|event| event.n == head.n) =>
            {
                Ok(Since::Events { head, events })
            }
            _ => Ok(reset(ResetReason::TooOld)),
        }
    }

    /// Events in (from, to] if memory still has them all.
    pub fn between(&self, from: i64, to: i64) -> Option<Vec<Event>> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let events: Vec<Event> =
            ring.iter().filter(|event| event.n > from && event.n <= to).cloned().collect();
        (events.len() as i64 == to - from).then_some(events)
    }
}

/// Whether what was read can follow what was known. The first row must be the event known last, with its tag;
/// where it is missing the feed was cleared up to later than that, which is a gap but no rewriting.
fn continues(known: &Head, head: &Head, events: &[Event]) -> bool {
    let same_end = head.n > known.n || (head.n == known.n && head.tag == known.tag);
    let same_event = events.first().is_none_or(|first| first.n != known.n || first.tag == known.tag);
    known.epoch == head.epoch && same_end && same_event
}

fn reset(reason: ResetReason) -> Since {
    Since::Reset(reason)
}
