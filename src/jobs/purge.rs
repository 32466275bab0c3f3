//! Deletes old rows in batches, by the database's clock, for closed companies as well.

use super::Run;
use crate::auth::actions::clear_away;
use crate::error::Result;
use crate::feed::{self, EventKind, NewEvent};
use crate::{orders, quotes, walls};

/// Rows of a step: few enough that nobody waits for it.
const BATCH: i64 = 1000;
/// Drafts hold a PDF each.
const BATCH_OF_DRAFTS: i64 = 50;

fn is_full(deleted: u64, batch: i64) -> bool {
    i64::try_from(deleted).is_ok_and(|deleted| deleted >= batch)
}

/// Events of more than a day ago, but never the last [`feed::KEPT_EVENTS`].
pub async fn purge_feed(run: Run) -> Result<()> {
    run.for_each_company(|state, company_id| async move {
        let mut tx = state.db.company(company_id).await?;
        let deleted = feed::queries::delete_old_events(&mut tx, feed::KEPT_EVENTS, BATCH).await?;
        feed::commit_without_event(tx).await?;
        Ok(is_full(deleted, BATCH))
    })
    .await
}

/// What is remembered of taps, so that one that is sent again acts once: for a day.
pub async fn purge_operations(run: Run) -> Result<()> {
    run.for_each_company(|state, company_id| async move {
        let mut tx = state.db.company(company_id).await?;
        let deleted = feed::queries::delete_old_operations(&mut tx, BATCH).await?;
        feed::commit_without_event(tx).await?;
        Ok(is_full(deleted, BATCH))
    })
    .await
}

/// Claims of orders that have lapsed end, when they lapsed; what only says that an order was passed over goes a day later.
/// Screens take a lapsed claim away by themselves.
pub async fn end_claims(run: Run) -> Result<()> {
    run.for_each_company(|state, company_id| async move {
        let mut tx = state.db.company(company_id).await?;
        let ended = orders::queries::claims::end_lapsed_claims(&mut tx).await?;
        let deleted = orders::queries::claims::delete_old_skips(&mut tx, BATCH).await?;
        if ended + deleted > 0 {
            feed::commit_without_event(tx).await?;
        }
        Ok(is_full(deleted, BATCH))
    })
    .await
}

/// Drafts that nobody confirmed for a week; open lists of drafts lose them, too.
pub async fn purge_drafts(run: Run) -> Result<()> {
    run.for_each_company(|state, company_id| async move {
        let now = state.clock.now();
        let mut tx = state.db.company(company_id).await?;
        let deleted = quotes::queries::delete_old_drafts(&mut tx, BATCH_OF_DRAFTS).await?;
        if deleted > 0 {
            let event = NewEvent::by_clock(EventKind::DraftsChanged);
            feed::commit(tx, &state.doorbell, &[event], now).await?;
        }
        Ok(is_full(deleted, BATCH_OF_DRAFTS))
    })
    .await
}

/// Papers of orders that were closed long ago, where the operator says how long.
pub async fn purge_papers(run: Run) -> Result<()> {
    let Some(days) = run.state.settings.keep_pdf_days else { return Ok(()) };
    run.for_each_company(move |state, company_id| async move {
        let mut tx = state.db.company(company_id).await?;
        let removed =
            orders::queries::documents::remove_old_documents(&mut tx, days, BATCH_OF_DRAFTS).await?;
        feed::commit_without_event(tx).await?;
        Ok(is_full(removed, BATCH_OF_DRAFTS))
    })
    .await
}

/// Sessions that have ended by age; each is told once.
pub async fn purge_sessions(run: Run) -> Result<()> {
    run.repeat(|| async { Ok(is_full(clear_away::delete_old_sessions(&run.state, BATCH).await?, BATCH)) })
        .await
}

/// Failures of yesterday, devices not seen for a year, shared ones too.
pub async fn purge_failures(run: Run) -> Result<()> {
    run.repeat(|| async { Ok(is_full(clear_away::delete_old_failures(&run.state, BATCH).await?, BATCH)) })
        .await
}

/// Folds search words again that an older build wrote, some orders at a time.
pub async fn fold_words(run: Run) -> Result<()> {
    run.for_each_company(|state, company_id| async move {
        orders::actions::fold::fold_again(&state.db, company_id).await.map(|()| false)
    })
    .await
}

/// Codes of walls that nobody typed, and wrong ones of yesterday.
pub async fn purge_wall_codes(run: Run) -> Result<()> {
    walls::actions::delete_old(&run.state).await
}
