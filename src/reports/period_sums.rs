//! The figures of a period: sums of its spans, and entries of the days between.

use super::entries::{self, Limits};
use super::model::cover::{Cover, Days, Within, cover};
use super::model::figures::Figures;
use super::model::rules::rules;
use super::model::work::Work;
use super::queries::{spans, sums};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::html::WorkCalendar;

/// The spans and the gaps of some days, as they are in this transaction.
pub async fn find_cover(tx: &mut CompanyTx, days: &Days, calendar: WorkCalendar) -> Result<Cover> {
    let made = spans::list_made(tx, days.within()).await?;
    let valid = made.into_iter().filter(|span| span.rules == rules(calendar, span.within));
    Ok(cover(days, valid.map(|span| span.within)))
}

/// The figures of orders.
pub async fn figures(tx: &mut CompanyTx, cover: &Cover, calendar: WorkCalendar) -> Result<Figures> {
    let (mut figures, _) = sums::sum_figures(tx, &cover.spans).await?;
    for gap in &cover.gaps {
        figures.add(&entries::figures(tx, gap.within(), calendar, Limits::ASKED).await?);
    }
    Ok(figures)
}

/// What was done.
pub async fn work(tx: &mut CompanyTx, cover: &Cover, calendar: WorkCalendar) -> Result<Work> {
    let mut work = added_up(tx, &cover.spans).await?;
    for gap in &cover.gaps {
        entries::add_work(tx, gap, calendar, Limits::ASKED, &mut work).await?;
    }
    Ok(work)
}

/// What was done in some spans.
pub async fn added_up(tx: &mut CompanyTx, made: &[Within]) -> Result<Work> {
    let mut work = Work::default();
    if !made.is_empty() {
        (_, work.picked_orders) = sums::sum_figures(tx, made).await?;
        sums::add_work(tx, made, &mut work).await?;
    }
    Ok(work)
}
