//! Everything that the page of figures shows, read in one transaction. It is heavy, so few read at once.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::civil::Date;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::model::figures::Figures;
use super::model::hours::Hours;
use super::model::people::PersonFigures;
use super::model::period::{Period, PeriodChoice};
use super::queries::figures::{self, ProductMoves, SettledLine, Within};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::html::{Spent, WorkCalendar};
use crate::ids::PersonId;
use crate::orders::indicators::Sum;
use crate::orders::queries::times;
use crate::page::CompanyTime;
use jiff::Timestamp;

/// Reports that are worked out at once, for all companies: most connections stay for those who pick.
const AT_ONCE: usize = 2;
const PATIENCE: Duration = Duration::from_secs(3);
/// Days of the chart.
const CHART_DAYS: i64 = 30;
/// Orders that an average is made of, at most: the newest.
pub const MOST_ORDERS: i64 = 20_000;
/// Orders whose waiting is replayed from their histories, at most: the newest.
pub const MOST_WAITS: i64 = 300;
/// Rows of a table.
pub const MOST_ROWS: usize = 1000;
/// A product is slow by at least so many lines.
const FEWEST_LINES: i64 = 3;

/// What happened to a product, and how long its lines took.
#[derive(Clone, Debug, Default)]
pub struct Products {
    pub moved: Vec<ProductMoves>,
    pub slow: Vec<SlowProduct>,
}

/// The time from import until a line was settled, of all lines of a product.
#[derive(Clone, Debug)]
pub struct SlowProduct {
    pub code: String,
    pub description: String,
    pub unit: String,
    pub time: Sum,
}

/// The figures of a period, and those beside them.
#[derive(Clone, Debug)]
pub struct Metrics {
    pub choice: PeriodChoice,
    pub period: Period,
    pub before: Period,
    pub now: Figures,
    pub past: Figures,
    /// Day, orders created, orders finished: the last thirty.
    pub days: Vec<(Date, i64, i64)>,
    /// Those that may be seen by name.
    pub people: Vec<PersonFigures>,
    pub team: PersonFigures,
    pub products: Products,
    pub hours: Hours,
}

/// Whose figures may be seen by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Everybody,
    Only(PersonId),
}

static READERS: OnceLock<Semaphore> = OnceLock::new();

/// A turn to work a report out; who gets none reads a sentence.
pub async fn turn() -> Result<SemaphorePermit<'static>> {
    let readers = READERS.get_or_init(|| Semaphore::new(AT_ONCE));
    match tokio::time::timeout(PATIENCE, readers.acquire()).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(busy()),
    }
}

fn busy() -> AppError {
    AppError::Busy(Sentence::new("error.busy_reports"))
}

/// What took too long is said as such: a shorter period may be had.
pub fn as_busy(error: AppError) -> AppError {
    match error {
        AppError::Unavailable(Some(_)) => busy(),
        other => other,
    }
}

/// Where the company is, and what time it is there.
#[derive(Clone, Copy, Debug)]
pub struct Today<'a> {
    pub time: &'a CompanyTime,
    pub now: Timestamp,
}

impl Today<'_> {
    fn within(self, period: Period) -> Within {
        let after = period.to.tomorrow().unwrap_or(period.to);
        Within { from: self.time.day_starts(period.from), until: self.time.day_starts(after) }
    }
}

pub async fn metrics(
    tx: &mut CompanyTx,
    today: Today<'_>,
    choice: PeriodChoice,
    named: Named,
    team: String,
) -> Result<Metrics> {
    figures::yield_to_others(tx).await?;
    let day = today.time.today(today.now);
    let calendar = today.time.calendar();
    let (period, before) = (choice.period(day), choice.period_before(day));
    let within = today.within(period);
    let everybody = figures::list_people(tx, within).await?;
    let orders = figures::count_picked_orders(tx, within).await?;
    let team = PersonFigures::team(team, &everybody, orders);
    let people = everybody.into_iter().filter(|person| match named {
        Named::Everybody => true,
        Named::Only(own) => person.id == Some(own),
    });
    Ok(Metrics {
        choice,
        period,
        before,
        now: read_figures(tx, within, calendar).await?,
        past: read_figures(tx, today.within(before), calendar).await?,
        days: read_days(tx, today, Period::ending(day, CHART_DAYS)).await?,
        people: people.collect(),
        team,
        products: Products {
            moved: figures::list_products(tx, within, 20_000).await?,
            slow: slow_products(figures::list_settled_lines(tx, within, MOST_ORDERS).await?, calendar),
        },
        hours: Hours::new(figures::list_quarters(tx, within).await?, calendar.zone),
    })
}

async fn read_figures(tx: &mut CompanyTx, within: Within, calendar: WorkCalendar) -> Result<Figures> {
    let counted = figures::count_orders(tx, within).await?;
    let spans = figures::list_spans(tx, within, MOST_ORDERS).await?;
    let bought_for = figures::list_bought_for(tx, within, MOST_WAITS).await?;
    let times = times::list_times(tx, &bought_for, calendar).await?;
    let waits: Vec<Spent> = times.values().map(|times| times.waiting).collect();
    Ok(Figures::new(counted, &spans, &waits, calendar))
}

async fn read_days(tx: &mut CompanyTx, today: Today<'_>, period: Period) -> Result<Vec<(Date, i64, i64)>> {
    let bounds: Vec<Timestamp> = period.bounds().map(|day| today.time.day_starts(day)).collect();
    let counts = figures::count_by_day(tx, &bounds).await?;
    let days = period.bounds().zip(counts);
    Ok(days.map(|(day, (created, finished))| (day, created, finished)).collect())
}

fn slow_products(lines: Vec<SettledLine>, calendar: WorkCalendar) -> Vec<SlowProduct> {
    let mut products: HashMap<(String, String), SlowProduct> = HashMap::new();
    for line in lines {
        let minutes = calendar.minutes_spent([(line.imported_at, line.settled_at)].into_iter());
        let key = (line.code.clone(), line.unit.clone());
        let new = SlowProduct {
            code: line.code,
            description: line.description,
            unit: line.unit,
            time: Sum::default(),
        };
        products.entry(key).or_insert(new).time.add(minutes);
    }
    let mut slow: Vec<_> =
        products.into_values().filter(|product| product.time.orders >= FEWEST_LINES).collect();
    slow.sort_by(|one, other| {
        let by_time = other.time.average().cmp(&one.time.average());
        by_time.then_with(|| (&one.code, &one.unit).cmp(&(&other.code, &other.unit)))
    });
    slow
}
