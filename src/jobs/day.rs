//! The jobs of a new local day.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Run, queries};
use crate::error::Result;
use crate::feed::{self, EventKind, NewEvent};
use crate::ids::CompanyId;
use crate::reports::actions::add_up;
use crate::state::AppState;

/// Long past midnight every page was rendered in the new day.
const LATE: SignedDuration = SignedDuration::from_hours(1);

/// Local midnight is an event: what is counted by the day starts afresh on every screen. By the clock of the pages.
pub async fn begin_days(run: Run) -> Result<()> {
    run.for_each_company(
        |state, company_id| async move { begin_day(&state, company_id).await.map(|()| false) },
    )
    .await
}

/// Days that are over are added up for the figures.
pub async fn add_up_days(run: Run) -> Result<()> {
    run.for_each_company(|state, company_id| async move {
        add_up::add_up_days(&state, company_id).await.map(|()| false)
    })
    .await
}

async fn begin_day(state: &AppState, company_id: CompanyId) -> Result<()> {
    let now = state.clock.now();
    let mut tx = state.db.company(company_id).await?;
    let zone = queries::find_open_zone(&mut tx).await?;
    let Some(midnight) = zone.and_then(|zone| last_midnight(now, &zone)) else { return Ok(()) };
    if now.duration_since(midnight) > LATE || feed::queries::lock_day_started(&mut tx, midnight).await? {
        return Ok(());
    }
    let event = NewEvent::by_clock(EventKind::DayStarted);
    feed::commit(tx, &state.doorbell, &[event], now).await?;
    Ok(())
}

fn last_midnight(now: Timestamp, time_zone: &str) -> Option<Timestamp> {
    let zone = TimeZone::get(time_zone).ok()?;
    now.to_zoned(zone).start_of_day().ok().map(|midnight| midnight.timestamp())
}
