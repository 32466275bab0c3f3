//! The feed of one company in this process: its newest events in memory, read from Postgres.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::cursor::{Cursor, Head};
use super::event::Event;
use super::hub::{Position, ResetReason, Since};
use super::queries;
use super::recent::{KEPT_EVENTS, REMEMBERED_EVENTS, RecentEvents};
use crate::db::Db;
use crate::error::{AppError, Chain, Result};
use crate::ids::CompanyId;

/// Events read at once: the one that is known already, by whose tag history is recognised, and as many newer ones as memory
/// holds. With more than that since the last read, clients are reset.
const READ_LIMIT: i64 = 1 + REMEMBERED_EVENTS;
/// The same for a client that was away. What it missed is drawn at once: with more, a fresh page is cheaper.
const CATCH_UP_LIMIT: i64 = 1 + 500;
const _: () = assert!(CATCH_UP_LIMIT <= KEPT_EVENTS, "the table has what a client may ask for");
/// Time limit of one read.
const PATIENCE: Duration = Duration::from_secs(6);

/// One company's feed in this process.
#[derive(Debug)]
pub struct CompanyFeed {
    db: Db,
    company_id: CompanyId,
    recent: Mutex<RecentEvents>,
    position: watch::Sender<Position>,
    /// Held while Postgres is read: single flight.
    reader: tokio::sync::Mutex<()>,
    /// The newest number that was rung and not read yet, and whether a task waits to read it.
    rung: AtomicI64,
    reading: AtomicBool,
    /// When the last successful read began.
    confirmed_at: Mutex<Option<Instant>>,
    made_at: Instant,
}

impl CompanyFeed {
    pub(super) fn new(db: Db, company_id: CompanyId) -> Self {
        Self {
            db,
            company_id,
            recent: Mutex::default(),
            position: watch::Sender::new(Position { head: None, rewrites: 0 }),
            reader: tokio::sync::Mutex::default(),
            rung: AtomicI64::new(0),
            reading: AtomicBool::new(false),
            confirmed_at: Mutex::default(),
            made_at: Instant::now(),
        }
    }

    pub fn company_id(&self) -> CompanyId {
        self.company_id
    }

    /// The feed is polled while it has watchers.
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

    pub(super) fn head_n(&self) -> Option<i64> {
        self.position.borrow().head.as_ref().map(|head| head.n)
    }

    fn recent(&self) -> MutexGuard<'_, RecentEvents> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn confirmed_at(&self) -> Option<Instant> {
        *self.confirmed_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether Postgres was read successfully within `age`: only then may a screen show that it is live.
    pub fn is_confirmed_within(&self, age: Duration) -> bool {
        self.confirmed_at().is_some_and(|at| at.elapsed() <= age)
    }

    /// How long Postgres has not been read successfully.
    pub(super) fn unconfirmed_for(&self) -> Duration {
        self.confirmed_at().unwrap_or(self.made_at).elapsed()
    }

    /// Reads until `wanted` is known (None: reads once, now). Callers that come while a read runs share the next one.
    pub async fn look(&self, wanted: Option<i64>) -> Result<()> {
        let asked = Instant::now();
        let _reading = self.reader.lock().await;
        // A read that began after this call was made has seen all that was committed before it.
        let known = self.confirmed_at().is_some_and(|at| at >= asked)
            || wanted.is_some_and(|n| self.head_n() >= Some(n));
        if known { Ok(()) } else { self.read().await }
    }

    /// Reads up to a number that was rung. At most one task waits; it reads all that was rung until its turn came.
    pub(super) async fn read_up_to(&self, head: i64) {
        self.rung.fetch_max(head, Ordering::SeqCst);
        if self.reading.swap(true, Ordering::SeqCst) {
            return;
        }
        let _reading = self.reader.lock().await;
        self.reading.store(false, Ordering::SeqCst);
        let wanted = self.rung.swap(0, Ordering::SeqCst);
        if self.head_n() < Some(wanted) {
            self.read_logged().await;
        }
    }

    /// Reads by the clock; skipped while another read runs, so that reads never pile up behind a silent database.
    pub(super) async fn poll(&self) {
        if let Ok(_reading) = self.reader.try_lock() {
            self.read_logged().await;
        }
    }

    async fn read_logged(&self) {
        if let Err(error) = self.read().await {
            metrics::counter!("feed_read_failures_total").increment(1);
            tracing::warn!(error = %Chain(&error), "the feed could not be read");
        }
    }

    /// A database that is silent in the middle of a read is away: others wait for this one.
    async fn read(&self) -> Result<()> {
        timeout(PATIENCE, self.read_patiently()).await.unwrap_or(Err(AppError::Unavailable(None)))
    }

    async fn read_patiently(&self) -> Result<()> {
        let began = Instant::now();
        let known = self.head();
        // The first read fills memory with recent events, for clients that reconnect.
        let (first, limit) = known.as_ref().map_or((None, KEPT_EVENTS), |known| (Some(known.n), READ_LIMIT));
        let (head, events) = queries::list_events(&self.db, self.company_id, first, limit).await?;
        self.advance(known.as_ref(), head, events);
        *self.confirmed_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(began);
        Ok(())
    }

    fn advance(&self, known: Option<&Head>, head: Head, events: Vec<Event>) {
        let rewritten = self.recent().append(known, &head, events);
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
    /// and before it rejects a cursor: the page may be newer than this replica's last read.
    pub async fn since(&self, cursor: &Cursor, through: Option<i64>) -> Result<Since> {
        // The caller is brought up to this moment, not to the last read; concurrent callers share one read.
        self.look(through).await?;
        if !self.is_in_history(cursor) {
            self.look(None).await?;
            if !self.is_in_history(cursor) {
                return Ok(Since::Reset(ResetReason::Rewritten));
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
        let events = self.recent().since(cursor, &head)?;
        if events.len() as i64 >= CATCH_UP_LIMIT {
            return Some(Since::Reset(ResetReason::TooOld));
        }
        Some(Since::Events { head, events })
    }

    async fn since_in_table(&self, cursor: &Cursor) -> Result<Since> {
        let (head, events) =
            queries::list_events(&self.db, self.company_id, Some(cursor.n), CATCH_UP_LIMIT).await?;
        if head.epoch != cursor.epoch || cursor.n > head.n {
            return Ok(Since::Reset(ResetReason::Rewritten));
        }
        match events.first() {
            Some(own) if own.n == cursor.n && own.tag != cursor.tag => {
                Ok(Since::Reset(ResetReason::Rewritten))
            }
            Some(own) if own.n == cursor.n && events.last().is_some_and(|event| event.n == head.n) => {
                Ok(Since::Events { head, events: events.into_iter().skip(1).collect() })
            }
            // Nothing precedes a company's first events.
            Some(first)
                if cursor.n == 0 && first.n == 1 && events.last().is_some_and(|event| event.n == head.n) =>
            {
                Ok(Since::Events { head, events })
            }
            _ => Ok(Since::Reset(ResetReason::TooOld)),
        }
    }

    /// Events in (from, to] if memory still has them all.
    pub fn between(&self, from: i64, to: i64) -> Option<Vec<Event>> {
        self.recent().between(from, to)
    }
}
