//! Loads the page of figures in one transaction. It is heavy, so few load at once.

use std::sync::OnceLock;
use std::time::Duration;

use jiff::civil::Date;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::model::cover::Days;
use super::model::figures::Figures;
use super::model::hours::Hours;
use super::model::people::PersonFigures;
use super::model::period::{Period, PeriodChoice};
use super::model::work::{ProductFigures, ProductKey, Work};
use super::period_sums::{self, find_cover};
use super::queries::{figures, work as entries};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::html::WorkCalendar;
use crate::ids::PersonId;
use jiff::Timestamp;

/// Reports computed at once, for all companies: the rest of the database's capacity is for picking.
const AT_ONCE: usize = 1;
const PATIENCE: Duration = Duration::from_secs(3);
/// Days of the chart.
const CHART_DAYS: i64 = 30;
/// Rows of a table.
pub const MOST_ROWS: usize = 1000;

/// The figures of a period, and those beside them.
#[derive(Clone, Debug, PartialEq)]
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
    /// By code and unit.
    pub products: Vec<(ProductKey, ProductFigures)>,
    pub hours: Hours,
    /// What was done in the period before, and by all people together.
    pub past_work: Work,
    pub past_team: PersonFigures,
    /// Open orders of which the deadline is past, now.
    pub late: i64,
}

/// Whose figures may be seen by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Everybody,
    Only(PersonId),
}

static READERS: OnceLock<Semaphore> = OnceLock::new();

/// A permit to compute a report, or a sentence that says to try later.
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

/// Turns a timeout into a sentence that suggests a shorter period.
pub fn as_busy(error: AppError) -> AppError {
    match error {
        AppError::Unavailable(Some(_)) => busy(),
        other => other,
    }
}

/// Where the company is and when it works, and what time it is there.
#[derive(Clone, Copy, Debug)]
pub struct Today {
    pub calendar: WorkCalendar,
    pub now: Timestamp,
}

impl Today {
    fn days(self, period: Period) -> Days {
        Days::new(period, |day| self.calendar.zone.day_starts(day))
    }

    fn day(self) -> Date {
        self.calendar.zone.local(self.now).date()
    }
}

pub async fn metrics(
    tx: &mut CompanyTx,
    today: Today,
    choice: PeriodChoice,
    named: Named,
    team: String,
) -> Result<Metrics> {
    figures::yield_to_others(tx).await?;
    let day = today.day();
    let (period, before) = (choice.period(day), choice.period_before(day));
    let (work, past_work) = (read_work(tx, today, period).await?, read_work(tx, today, before).await?);
    let past_team = team_of(&past_work, team.clone());
    let (people, team) = people(tx, &work, named, team).await?;
    let mut products: Vec<_> = work.products.into_iter().collect();
    products.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(Metrics {
        choice,
        period,
        before,
        now: read_figures(tx, today, period).await?,
        past: read_figures(tx, today, before).await?,
        days: read_days(tx, today, Period::ending(day, CHART_DAYS)).await?,
        people,
        team,
        products,
        hours: work.hours,
        past_work,
        past_team,
        late: figures::count_late(tx, today.now).await?,
    })
}

/// Those who may be seen by name, in the order of names, and all of them together.
async fn people(
    tx: &mut CompanyTx,
    work: &Work,
    named: Named,
    team: String,
) -> Result<(Vec<PersonFigures>, PersonFigures)> {
    let team = team_of(work, team);
    let ids: Vec<_> = work.people.keys().map(|id| id.0).collect();
    let seen = |id: PersonId| match named {
        Named::Everybody => true,
        Named::Only(own) => id == own,
    };
    let names = entries::list_names(tx, &ids).await?.into_iter().filter(|(id, _)| seen(*id));
    let person = |(id, name): (PersonId, String)| {
        let figures = work.people.get(&id)?;
        Some(PersonFigures { id: Some(id), name, ..figures.clone() })
    };
    Ok((names.filter_map(person).collect(), team))
}

fn team_of(work: &Work, name: String) -> PersonFigures {
    let everybody: Vec<PersonFigures> = work.people.values().cloned().collect();
    PersonFigures::team(name, &everybody, work.picked_orders)
}

async fn read_work(tx: &mut CompanyTx, today: Today, period: Period) -> Result<Work> {
    let cover = find_cover(tx, &today.days(period), today.calendar).await?;
    period_sums::work(tx, &cover, today.calendar).await
}

async fn read_figures(tx: &mut CompanyTx, today: Today, period: Period) -> Result<Figures> {
    let days = today.days(period);
    let cover = find_cover(tx, &days, today.calendar).await?;
    let mut figures = period_sums::figures(tx, &cover, today.calendar).await?;
    let (open, canceled) = figures::count_unfinished(tx, days.within()).await?;
    figures.counted.created_canceled = canceled;
    figures.counted.created_finished = figures.counted.created - open - canceled;
    Ok(figures)
}

async fn read_days(tx: &mut CompanyTx, today: Today, period: Period) -> Result<Vec<(Date, i64, i64)>> {
    let counts = figures::count_by_day(tx, &today.days(period)).await?;
    let days = period.bounds().zip(counts);
    Ok(days.map(|(day, (created, finished))| (day, created, finished)).collect())
}
