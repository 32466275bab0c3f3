//! Adds up the figures of past days, so that long periods are read from few rows.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::db::CompanyTx;
use crate::error::{Chain, Result};
use crate::feed;
use crate::html::WorkCalendar;
use crate::ids::CompanyId;
use crate::reports::entries::{self, Limits};
use crate::reports::model::cover::{Days, Missing, Within};
use crate::reports::model::figures::Figures;
use crate::reports::model::period::Period;
use crate::reports::model::rules::rules;
use crate::reports::model::work::Work;
use crate::reports::period_sums::{added_up, find_cover};
use crate::reports::queries::spans::{self, NewSpan};
use crate::reports::queries::{figures, sums};
use crate::state::AppState;

/// A tap of the last minute of a day is written before this has passed.
const AFTER_MIDNIGHT: SignedDuration = SignedDuration::from_mins(10);
/// Days that are added up in one round, each in a transaction of its own.
const MOST_DAYS: usize = 40;
/// The longest that a round takes.
const LONGEST: Duration = Duration::from_secs(8);

/// What could not be added up is left alone for so long: it may be too heavy, and others wait behind it.
const RETRY_AFTER: Duration = Duration::from_hours(1);

/// What could not be added up lately by this process, and when. A round of [`LONGEST`] meets few, so they stay few.
type Failures = HashMap<(CompanyId, Within), Instant>;
static FAILED_LATELY: LazyLock<Mutex<Failures>> = LazyLock::new(Mutex::default);

fn failures() -> MutexGuard<'static, Failures> {
    let mut failures = FAILED_LATELY.lock().unwrap_or_else(PoisonError::into_inner);
    failures.retain(|_, failed_at| failed_at.elapsed() < RETRY_AFTER);
    failures
}

/// Adds up missing spans, the newest days first, and deletes outdated ones. Does nothing while another replica
/// does the same. A day that fails keeps no other from its turn; the first such error is answered.
pub async fn add_up_days(state: &AppState, company_id: CompanyId) -> Result<()> {
    let began = Instant::now();
    let now = state.clock.now();
    let mut tx = state.db.company(company_id).await?;
    if !spans::lock_spans(&mut tx).await? {
        return Ok(());
    }
    spans::delete_outdated(&mut tx).await?;
    let calendar = spans::get_calendar(&mut tx).await?;
    let failed_lately: HashSet<Within> =
        failures().keys().filter(|(of, _)| *of == company_id).map(|(_, within)| *within).collect();
    let missing = find_missing(&mut tx, calendar, now, &failed_lately).await?;
    feed::commit_without_event(tx).await?;
    let days = missing.days.into_iter().map(Days::one);
    let mut failed = None;
    for days in days.chain(missing.longer) {
        if began.elapsed() > LONGEST {
            break;
        }
        match add_up(state, company_id, calendar, &days).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let within = days.within();
                tracing::warn!(error = %Chain(&error), from = %within.from, "a day could not be added up");
                failures().insert((company_id, within), Instant::now());
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

/// From the month of the first entry until the last day that is over, without those that `failed_lately`. Spans that were made
/// by other rules are deleted, and those of days that are not over: a clock that was ahead made them of half a day.
async fn find_missing(
    tx: &mut CompanyTx,
    calendar: WorkCalendar,
    now: Timestamp,
    failed_lately: &HashSet<Within>,
) -> Result<Missing> {
    let Some(first) = spans::find_first_entry(tx).await? else { return Ok(Missing::default()) };
    let local = |at: Timestamp| calendar.zone.local(at).date();
    let over = local(now.saturating_sub(AFTER_MIDNIGHT).unwrap_or(now));
    let all = Within { from: Timestamp::UNIX_EPOCH, until: Timestamp::MAX };
    let today = calendar.zone.day_starts(over);
    let (valid, old): (Vec<_>, Vec<_>) = spans::list_made(tx, all)
        .await?
        .into_iter()
        .partition(|span| span.within.until <= today && span.rules == rules(calendar, span.within));
    if !old.is_empty() {
        let old: Vec<Within> = old.iter().map(|span| span.within).collect();
        spans::delete_spans(tx, &old).await?;
    }
    let (Ok(last), from) = (over.yesterday(), local(first).first_of_month()) else {
        return Ok(Missing::default());
    };
    if last < from {
        return Ok(Missing::default());
    }
    let made: HashSet<Within> = valid.iter().map(|span| span.within).collect();
    let starts = |day: Date| calendar.zone.day_starts(day);
    Ok(Missing::new(Period { from, to: last }, starts, &made, failed_lately, MOST_DAYS))
}

/// Adds up one day from its entries, or what is longer from the spans in it. False: another replica adds up.
async fn add_up(
    state: &AppState,
    company_id: CompanyId,
    calendar: WorkCalendar,
    days: &Days,
) -> Result<bool> {
    let mut tx = state.db.company(company_id).await?;
    if !spans::lock_spans(&mut tx).await? {
        return Ok(false);
    }
    match write(&mut tx, state.clock.now(), calendar, days).await {
        Ok(()) => feed::commit_without_event(tx).await.map(|()| true),
        Err(error) => {
            // Otherwise the next day may meet the lock of this one, and take it for another replica's.
            tx.roll_back().await.ok();
            Err(error)
        }
    }
}

async fn write(tx: &mut CompanyTx, made_at: Timestamp, calendar: WorkCalendar, days: &Days) -> Result<()> {
    figures::yield_to_others(tx).await?;
    let within = days.within();
    let Some((figures, work)) = read(tx, calendar, days).await? else { return Ok(()) };
    let rules = rules(calendar, within);
    let span =
        NewSpan { within, rules: &rules, made_at, picked_orders: work.picked_orders, figures: &figures };
    if spans::insert_span(tx, &span).await? {
        sums::insert_work(tx, within, &work).await?;
    }
    Ok(())
}

/// None: the span is there already, or a day that it would add up is gone.
async fn read(tx: &mut CompanyTx, calendar: WorkCalendar, days: &Days) -> Result<Option<(Figures, Work)>> {
    let cover = find_cover(tx, days, calendar).await?;
    if cover.spans == [days.within()] {
        return Ok(None);
    }
    if days.is_one() {
        let mut work = Work::default();
        entries::add_work(tx, days, calendar, Limits::ADDED_UP, &mut work).await?;
        let figures = entries::figures(tx, days.within(), calendar, Limits::ADDED_UP).await?;
        return Ok(Some((figures, work)));
    }
    if !cover.gaps.is_empty() {
        return Ok(None);
    }
    let (figures, _) = sums::sum_figures(tx, &cover.spans).await?;
    Ok(Some((figures, added_up(tx, &cover.spans).await?)))
}
