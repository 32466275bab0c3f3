//! The jobs of a new local day.

use super::{Run, queries};
use crate::clock::Zone;
use crate::error::Result;
use crate::feed::{self, EventKind, NewEvent};
use crate::ids::CompanyId;
use crate::reports::actions::add_up;
use crate::state::AppState;

/// Local midnight is an event: what is counted by the day starts afresh on every screen. By the clock of the pages; however
/// late, for a screen may have been open since the day before.
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
    let Some(company) = queries::find_open_company(&mut tx).await? else { return Ok(()) };
    let zone = Zone::named(&company.time_zone);
    let midnight = zone.day_starts(zone.local(now).date());
    // What was made today has no screen of yesterday. All day long the lock is not asked for.
    if company.created_at >= midnight
        || feed::queries::is_day_started(&mut tx, midnight).await?
        || feed::queries::lock_day_started(&mut tx, midnight).await?
    {
        return Ok(());
    }
    let event = NewEvent::by_clock(EventKind::DayStarted);
    feed::commit(tx, &state.doorbell, &[event], now).await?;
    Ok(())
}
