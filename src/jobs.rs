//! What happens by the clock: the new day, and the clearing away of what is old.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::error::{AppError, Chain, Result};
use crate::feed::{self, EventKind, NewEvent};
use crate::ids::CompanyId;
use crate::state::AppState;

/// How long events and operation ids are kept; the last 512 events of a company always are.
const FEED_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// A draft that nobody confirmed.
const DRAFTS_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

const EVERY: Duration = Duration::from_secs(60);
/// The longest that one job of one company waits for the database.
const LONGEST_JOB: Duration = Duration::from_secs(20);
/// Clearing away happens once in so many rounds.
const CLEAR_EVERY: u64 = 60;

/// Starts the rounds. Every replica makes them; each job is harmless when two make it at once.
pub fn start(state: &AppState) {
    let own = state.clone();
    state.lifecycle.spawn_forever("jobs", move || rounds(own.clone()));
}

async fn rounds(state: AppState) {
    let mut round = rand::random::<u64>() % CLEAR_EVERY;
    loop {
        tokio::time::sleep(EVERY.mul_f64(0.8 + rand::random::<f64>() * 0.4)).await;
        round += 1;
        if let Err(error) = make_round(&state, round.is_multiple_of(CLEAR_EVERY)).await {
            tracing::warn!(error = %Chain(&error), "a round of the jobs failed");
        }
    }
}

/// One round over all companies.
pub async fn make_round(state: &AppState, clear: bool) -> Result<()> {
    let mut tx = state.db.gate().await?;
    let companies = feed::queries::list_companies(&mut tx).await?;
    drop(tx);
    for (company_id, time_zone) in companies {
        note_failure("begin_day", bounded(begin_day(state, company_id, &time_zone)).await);
        if clear {
            note_failure("clear_feed", bounded(clear_feed(state, company_id)).await);
            note_failure("clear_drafts", bounded(clear_drafts(state, company_id)).await);
        }
    }
    if clear {
        bounded(crate::auth::actions::clear_away::delete_old(state)).await?;
    }
    Ok(())
}

/// A job that takes longer is given up: the next round tries again.
async fn bounded(job: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::time::timeout(LONGEST_JOB, job).await.unwrap_or(Err(AppError::Unavailable(None)))
}

/// One company's trouble is not the others': the round goes on, and the next one tries again.
fn note_failure(job: &'static str, outcome: Result<()>) {
    if let Err(error) = outcome {
        metrics::counter!("job_failures_total", "job" => job).increment(1);
        tracing::warn!(error = %Chain(&error), job, "a job failed for one company");
    }
}

/// Local midnight is an event: what is counted by the day starts afresh on every screen.
async fn begin_day(state: &AppState, company_id: CompanyId, time_zone: &str) -> Result<()> {
    let now = state.clock.now();
    let Some(midnight) = last_midnight(now, time_zone) else { return Ok(()) };
    // Long past midnight every page was rendered in the new day.
    if now.duration_since(midnight) > SignedDuration::from_hours(1) {
        return Ok(());
    }
    let mut tx = state.db.company(company_id).await?;
    if feed::queries::lock_day_started(&mut tx, midnight).await? {
        return Ok(());
    }
    let event = NewEvent::by_clock(EventKind::DayStarted);
    feed::commit(tx, &state.doorbell, &[event], None, now).await?;
    Ok(())
}

fn last_midnight(now: Timestamp, time_zone: &str) -> Option<Timestamp> {
    let zone = TimeZone::get(time_zone).ok()?;
    now.to_zoned(zone).start_of_day().ok().map(|midnight| midnight.timestamp())
}

async fn clear_feed(state: &AppState, company_id: CompanyId) -> Result<()> {
    let mut tx = state.db.company(company_id).await?;
    feed::queries::delete_old(&mut tx, state.clock.now() - FEED_KEPT).await?;
    feed::commit_without_event(tx).await
}

/// Open lists of drafts lose the old ones, too.
async fn clear_drafts(state: &AppState, company_id: CompanyId) -> Result<()> {
    let now = state.clock.now();
    let mut tx = state.db.company(company_id).await?;
    let deleted = crate::quotes::queries::delete_old_drafts(&mut tx, now - DRAFTS_KEPT).await?;
    if deleted > 0 {
        let event = NewEvent::by_clock(EventKind::DraftsChanged);
        feed::commit(tx, &state.doorbell, &[event], None, now).await?;
    }
    Ok(())
}
