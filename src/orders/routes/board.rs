//! The board: its first page is drawn once for everybody; a narrowed one for who asks.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template as _;
use axum::response::Response;
use serde::Deserialize;

use super::Pages;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::html::{Choice, Nav, Pager};
use crate::ids::{OrderId, PersonId};
use crate::orders::actions::import::search_words;
use crate::orders::indicators::{Indicators, PAST_DAYS};
use crate::orders::queries::{board, options, search, summaries};
use crate::orders::status::{OrderState, OrderStatus};
use crate::orders::views::{BoardBody, BoardFilter, CARDS_PER_PAGE, CountersFragment, board_sort};
use crate::page::{self, Body, CompanyTime, Snapshot, Subscribed, Visitor};
use crate::screen::Screen;

/// What the board was asked for.
#[derive(Debug, Default, Deserialize)]
pub struct BoardQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    seller: String,
    #[serde(default)]
    status: String,
    page: Option<i64>,
    /// `none`: there was no next order.
    #[serde(default)]
    next: String,
}

impl BoardQuery {
    fn filter(&self) -> BoardFilter {
        BoardFilter {
            q: self.q.chars().take(100).collect(),
            seller: Some(self.seller.clone()).filter(|seller| seller.parse::<PersonId>().is_ok()),
            status: OrderStatus::from_code(&self.status),
        }
    }
}

/// `GET /`, signed in.
pub async fn board(pages: &Pages, visitor: &Visitor, query: &BoardQuery) -> Result<Response> {
    let actor = visitor.actor()?;
    let now = pages.app.clock.now();
    let filter = query.filter();
    let nothing_next = query.next == "none";
    let wanted = query.page.unwrap_or(1).max(1);
    let draw = || draw_board(pages, visitor, &filter, wanted, nothing_next);
    let (screen, body) = if nothing_next {
        (Screen::FilteredBoard, Arc::new(draw().await?))
    } else if filter.is_empty() && wanted == 1 {
        (Screen::Board, pages.boards.get(visitor, Screen::Board, String::new(), now, draw).await?)
    } else {
        // Everybody with the same filter fetches it again after the same event.
        let part = filter.query("", Some(&wanted));
        let screen = Screen::FilteredBoard;
        (screen, pages.filtered_boards.get(visitor, screen, part, now, draw).await?)
    };
    let live = Subscribed { screen, moment: body.moment.clone() };
    let chrome = page::chrome(actor, visitor.lang, now, actor.can_codes(), Some(live));
    page::respond_framed(&chrome, &body, "board", Nav::Board)
}

async fn draw_board(
    pages: &Pages,
    visitor: &Visitor,
    filter: &BoardFilter,
    wanted: i64,
    nothing_next: bool,
) -> Result<Body> {
    let actor = visitor.actor()?;
    let now = pages.app.clock.now();
    let _turn = page::turn().await?;
    metrics::counter!("page_bodies_drawn_total", "page" => "board").increment(1);
    let (mut tx, moment) = Snapshot::begin(&pages.app.db, actor.company_id).await?;
    let time = CompanyTime::from(&actor.company);
    let (open_now, finished_today) = board::get_totals(&mut tx, time.midnight(now)).await?;
    let spans = board::list_finished_spans(&mut tx, time.midnight_before(now, PAST_DAYS)).await?;
    let indicators = Indicators::new(&spans, time.midnight(now), time.calendar());
    let passing = if filter.is_empty() { None } else { Some(passing(&mut tx, filter).await?) };
    let total = passing.as_ref().map_or(open_now, |ids| i64::try_from(ids.len()).unwrap_or(i64::MAX));
    let pager = Pager::new(wanted, CARDS_PER_PAGE, total);
    let ids = match passing {
        None => board::list_open_ids(&mut tx, CARDS_PER_PAGE, pager.skipped()).await?,
        Some(ids) => {
            let skipped = usize::try_from(pager.skipped()).unwrap_or(usize::MAX);
            ids.into_iter()
                .skip(skipped)
                .take(usize::try_from(CARDS_PER_PAGE).unwrap_or(usize::MAX))
                .collect()
        }
    };
    let mut orders = summaries::list_summaries(&mut tx, &ids).await?;
    orders.sort_by_cached_key(board_sort);
    let sellers = list_sellers(&mut tx).await?;
    let scene = time.scene(visitor.lang, moment.head.n, now);
    let counters = CountersFragment { scene, open_now, finished_today, indicators };
    let body = BoardBody { scene, orders: &orders, counters, filter, sellers: &sellers, pager, nothing_next };
    let html = body.render().map_err(AppError::internal)?;
    Ok(Body { title: scene.t("nav.board").into_owned(), html, moment, facts: () })
}

async fn list_sellers(tx: &mut CompanyTx) -> Result<Vec<Choice>> {
    let sellers = options::list_sellers(tx).await?;
    Ok(sellers.into_iter().map(|(id, name)| Choice { value: id.to_string(), name }).collect())
}

/// What is looked for: one letter says nothing beside whole words, and every word costs a walk through an index.
pub(crate) fn telling(mut words: Vec<String>) -> Vec<String> {
    const MOST_WORDS: usize = 6;
    if words.iter().any(|word| word.chars().nth(1).is_some()) {
        words.retain(|word| word.chars().nth(1).is_some());
    }
    words.truncate(MOST_WORDS);
    words
}

/// The orders that pass a filter, in the board's order.
async fn passing(tx: &mut CompanyTx, filter: &BoardFilter) -> Result<Vec<OrderId>> {
    let words = telling(search_words(&filter.q));
    let matching: Option<HashSet<OrderId>> = if filter.q.trim().is_empty() {
        None
    } else if words.is_empty() {
        // Signs alone are in no word.
        Some(HashSet::new())
    } else {
        Some(search::list_matching(tx, &words).await?.into_iter().collect())
    };
    let seller = filter.seller.as_deref().and_then(|seller| seller.parse::<PersonId>().ok());
    let open = board::list_open_counts(tx).await?.into_iter();
    let passing = open
        .filter(|order| matching.as_ref().is_none_or(|ids| ids.contains(&order.id)))
        .filter(|order| seller.is_none_or(|seller| order.seller_id == seller))
        .filter(|order| filter.status.is_none_or(|status| order.counts.status(OrderState::Open) == status));
    Ok(passing.map(|order| order.id).collect())
}
