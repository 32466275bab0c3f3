//! A page of the history. It scans the shortest list: that of a mark, or of a word that few orders have.

use super::model::history::{Found, HistoryFilter, HistoryPosition, HistoryRow};
use super::queries::history::{self, OutcomeFilter};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::OrderId;
use crate::orders::actions::import::search_words;
use crate::orders::indicators::Span;
use crate::orders::queries::{board, summaries};
use crate::orders::routes::board::telling;
use crate::page::CompanyTime;
use jiff::Timestamp;

/// Orders on a page.
pub const ROWS_PER_PAGE: i64 = 50;
/// Orders are counted up to here.
pub const MOST_COUNTED: i64 = 1000;
/// The most orders that are listed by word: they are sorted each time.
const RARE: i64 = 2000;

/// What was found, and the way to more.
#[derive(Debug)]
pub struct HistoryPart {
    pub rows: Vec<HistoryRow>,
    /// Where the next page begins; None: this is the last.
    pub next: Option<HistoryPosition>,
}

/// A search, with the list that it scans.
#[derive(Debug)]
pub struct Search {
    wanted: OutcomeFilter,
    along: Along,
}

#[derive(Debug)]
enum Along {
    Mark(String),
    Word(String),
    /// The search text contains no word.
    Nothing,
}

impl Search {
    pub async fn begin(tx: &mut CompanyTx, filter: &HistoryFilter, time: &CompanyTime) -> Result<Self> {
        let day_after =
            |day: jiff::civil::Date| day.tomorrow().map_or(Timestamp::MAX, |day| time.day_starts(day));
        let wanted = OutcomeFilter {
            marks: filter.marks(),
            words: telling(search_words(&filter.q)),
            from: filter.from.map_or(Timestamp::UNIX_EPOCH, |day| time.day_starts(day)),
            until: filter.to.map_or(Timestamp::MAX, day_after),
        };
        if wanted.words.is_empty() && !filter.q.trim().is_empty() {
            return Ok(Self { wanted, along: Along::Nothing });
        }
        let along = shortest(tx, &wanted).await?;
        Ok(Self { wanted, along })
    }

    async fn list(
        &self,
        tx: &mut CompanyTx,
        after: Option<HistoryPosition>,
        limit: i64,
    ) -> Result<Vec<HistoryPosition>> {
        let after = after.unwrap_or(HistoryPosition::newest(self.wanted.until));
        match &self.along {
            Along::Mark(mark) => history::list_by_mark(tx, &self.wanted, mark, after, limit).await,
            Along::Word(word) => history::list_by_word(tx, &self.wanted, word, after, limit).await,
            Along::Nothing => Ok(Vec::new()),
        }
    }

    pub async fn count(&self, tx: &mut CompanyTx) -> Result<Found> {
        let found = self.list(tx, None, MOST_COUNTED + 1).await?.len();
        let found = i64::try_from(found).unwrap_or(MOST_COUNTED);
        Ok(Found { orders: found.min(MOST_COUNTED), more: found > MOST_COUNTED })
    }

    /// The orders that come after a place, at most `limit`.
    pub async fn part(
        &self,
        tx: &mut CompanyTx,
        time: &CompanyTime,
        after: Option<HistoryPosition>,
        limit: i64,
    ) -> Result<HistoryPart> {
        let mut places = self.list(tx, after, limit + 1).await?;
        let more = i64::try_from(places.len()).is_ok_and(|found| found > limit);
        if more {
            places.pop();
        }
        let ids: Vec<OrderId> = places.iter().map(|place| place.id).collect();
        let rows = rows(tx, time, &ids).await?;
        Ok(HistoryPart { rows, next: places.last().copied().filter(|_| more) })
    }
}

async fn shortest(tx: &mut CompanyTx, wanted: &OutcomeFilter) -> Result<Along> {
    let of_words = history::count_words(tx, &wanted.words, RARE).await?;
    let rarest = of_words.into_iter().zip(&wanted.words).min_by_key(|(count, _)| *count);
    if let Some((_, word)) = rarest.filter(|(count, _)| *count < RARE) {
        return Ok(Along::Word(word.clone()));
    }
    let of_marks = history::count_marks(tx, wanted, MOST_COUNTED * 10).await?;
    let rarest = of_marks.into_iter().zip(&wanted.marks).min_by_key(|(count, _)| *count);
    Ok(rarest.map_or(Along::Nothing, |(_, mark)| Along::Mark(mark.clone())))
}

async fn rows(tx: &mut CompanyTx, time: &CompanyTime, ids: &[OrderId]) -> Result<Vec<HistoryRow>> {
    let orders = summaries::list_summaries(tx, ids).await?;
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let mut rests = board::list_rests(tx, &ids).await?;
    let rows = orders.into_iter().filter_map(|order| {
        let span = Span {
            imported_at: order.imported_at,
            closed_at: order.closed.as_ref()?.at,
            rests: rests.remove(&order.id.0).unwrap_or_default(),
        };
        Some(HistoryRow { time: time.calendar().spent(span.stretches()), order })
    });
    Ok(rows.collect())
}
