//! Figures computed from the history and the outcomes of orders: what spans are made of, and what is read where there is none.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::model::cover::{Days, Within};
use super::model::figures::Figures;
use super::model::work::{ProductFigures, ProductKey, Work};
use super::queries::{figures, work as entries};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::html::{Spent, WorkCalendar};
use crate::orders::indicators::Sum;
use crate::orders::queries::times;

/// Limits on what is read, the newest first.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Orders that an average is made of.
    orders: i64,
    /// Orders whose waiting, and as many whose picking, is replayed from their histories.
    replays: i64,
    /// Lines of finished orders, whose times make a product slow.
    lines: i64,
    products: i64,
}

impl Limits {
    /// Limits for a page.
    pub const ASKED: Limits = Limits { orders: 20_000, replays: 300, lines: 20_000, products: 20_000 };
    /// Limits for adding up a day.
    pub const ADDED_UP: Limits =
        Limits { orders: 100_000, replays: 3_000, lines: 200_000, products: 100_000 };
}

/// The figures of the orders that were imported or finished in a stretch.
pub async fn figures(
    tx: &mut CompanyTx,
    within: Within,
    calendar: WorkCalendar,
    limits: Limits,
) -> Result<Figures> {
    let counted = figures::count_orders(tx, within).await?;
    let spans = figures::list_spans(tx, within, limits.orders).await?;
    let bought_for = figures::list_bought_for(tx, within, limits.replays).await?;
    let finished = figures::list_finished(tx, within, limits.replays).await?;
    let replayed: BTreeSet<Uuid> = bought_for.iter().chain(&finished).copied().collect();
    let replayed: Vec<Uuid> = replayed.into_iter().collect();
    let mut all = HashMap::with_capacity(replayed.len());
    for some in replayed.chunks(100) {
        all.extend(times::list_times(tx, some, calendar).await?);
    }
    let of = |order: &Uuid| all.get(order);
    let waits: Vec<Spent> = bought_for.iter().filter_map(of).map(|times| times.waiting).collect();
    let picks: Vec<Spent> = finished.iter().filter_map(of).filter_map(|times| times.picking).collect();
    let (due, on_time) = figures::count_due(tx, within).await?;
    Ok(Figures { due, on_time, ..Figures::new(counted, &spans, &waits, &picks, calendar) })
}

/// What was done on some days, added to `work`.
pub async fn add_work(
    tx: &mut CompanyTx,
    days: &Days,
    calendar: WorkCalendar,
    limits: Limits,
    work: &mut Work,
) -> Result<()> {
    for (id, figures) in entries::list_people(tx, days).await? {
        work.add_person(id, &figures);
    }
    work.picked_orders += entries::count_picked_orders(tx, days).await?;
    for (key, figures) in entries::list_products(tx, days, limits.products).await? {
        work.add_product(key, &figures);
    }
    for (key, figures) in entries::list_substitutes(tx, days, limits.products).await? {
        work.add_product(key, &figures);
    }
    for line in figures::list_settled_lines(tx, days.within(), limits.lines).await? {
        let minutes = calendar.minutes_spent([(line.imported_at, line.settled_at)].into_iter());
        let time = Sum { minutes, orders: 1 };
        let figures = ProductFigures { description: line.description, time, ..ProductFigures::default() };
        work.add_product(ProductKey { code: line.code, unit: line.unit }, &figures);
    }
    work.hours.add_quarters(entries::list_quarters(tx, days).await?, calendar.zone);
    Ok(())
}
