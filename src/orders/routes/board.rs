//! The board: its first page is rendered once for everybody, a filtered one per request.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use askama::Template as _;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::OrderPages;
use crate::actor::Permission;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::extract::Query;
use crate::html::{Choice, Nav, Pager};
use crate::ids::{OrderId, PersonId};
use crate::orders::actions::import::search_words;
use crate::orders::chips::{CountedChip, OpenOrder, counted};
use crate::orders::indicators::{Indicators, PAST_DAYS};
use crate::orders::queries::{board, options, search, summaries};
use crate::orders::status::OrderStatus;
use crate::orders::views::chips::ChipsFragment;
use crate::orders::views::{BoardBody, BoardFilter, CARDS_PER_PAGE, CountersFragment, board_sort};
use crate::page::{self, Body, CompanyTime, SharedHtml, Snapshot, Subscribed, Visitor};
use crate::screen::Screen;

/// The query of the board.
#[derive(Debug, Default, Deserialize)]
pub struct BoardQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    seller: String,
    #[serde(default)]
    status: String,
    /// `yes`: only those whose deadline is over.
    #[serde(default)]
    late: String,
    /// `yes`: only urgent ones.
    #[serde(default)]
    urgent: String,
    /// `yes`: only those of the person who looks.
    #[serde(default)]
    mine: String,
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
            late: self.late == "yes",
            urgent: self.urgent == "yes",
            mine: self.mine == "yes",
        }
    }
}

/// `GET /`, signed in.
pub async fn board(pages: &OrderPages, visitor: &Visitor, query: &BoardQuery) -> Result<Response> {
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
        let mut part = filter.query("", Some(&wanted));
        if filter.mine {
            let _ = write!(part, " {}", actor.person_id);
        }
        let screen = Screen::FilteredBoard;
        (screen, pages.filtered_boards.get(visitor, screen, part, now, draw).await?)
    };
    let live = Subscribed { screen, snapshot: body.snapshot.clone() };
    let layout = page::layout(actor, visitor.lang, now, actor.can_codes(), Some(live));
    page::respond_framed(&layout, &body, "board", Nav::Board)
}

async fn draw_board(
    pages: &OrderPages,
    visitor: &Visitor,
    filter: &BoardFilter,
    wanted: i64,
    nothing_next: bool,
) -> Result<Body> {
    let actor = visitor.actor()?;
    let now = pages.app.clock.now();
    let _turn = page::turn().await?;
    metrics::counter!("page_bodies_drawn_total", "page" => "board").increment(1);
    let (mut tx, snapshot) = Snapshot::begin(&pages.app.db, actor.company_id).await?;
    let time = CompanyTime::from(&actor.company);
    let (open_now, finished_today) = board::get_totals(&mut tx, time.midnight(now)).await?;
    let spans = board::list_finished_spans(&mut tx, time.midnight_before(now, PAST_DAYS)).await?;
    let indicators = Indicators::new(&spans, time.midnight(now), time.calendar());
    let open = board::list_open_counts(&mut tx).await?;
    let found = Found::find(&mut tx, &open, filter, actor.person_id, now).await?;
    let pager = Pager::new(wanted, CARDS_PER_PAGE, i64::try_from(found.passing.len()).unwrap_or(i64::MAX));
    let skipped = usize::try_from(pager.skipped()).unwrap_or(usize::MAX);
    let on_page = usize::try_from(CARDS_PER_PAGE).unwrap_or(usize::MAX);
    let ids: Vec<OrderId> = found.passing.iter().skip(skipped).take(on_page).copied().collect();
    let mut orders = summaries::list_summaries(&mut tx, &ids).await?;
    orders.sort_by_cached_key(board_sort);
    let sellers = list_sellers(&mut tx).await?;
    let ctx = time.render_context(visitor.lang, snapshot.head.n, now);
    let counters = CountersFragment { ctx, open_now, finished_today, indicators };
    let chips = ChipsFragment { ctx, filter, chips: found.chips };
    let body =
        BoardBody { ctx, orders: &orders, counters, filter, sellers: &sellers, pager, chips, nothing_next };
    let html = body.render().map_err(AppError::internal)?;
    Ok(Body { title: ctx.t("nav.board").into_owned(), html: SharedHtml::new(html), snapshot, facts: () })
}

/// `GET /chips`: the chips of the board at the same query, with the visitor's own numbers. A company's open orders are read
/// once a second, whoever asks: otherwise a busy board would have them counted for every tap of everybody.
pub async fn chips(
    State(pages): State<OrderPages>,
    visitor: Visitor,
    Query(query): Query<BoardQuery>,
) -> Result<Response> {
    let actor = visitor.actor()?;
    if !actor.can(Permission::View) {
        return Err(AppError::Forbidden);
    }
    let now = pages.app.clock.now();
    let filter = query.filter();
    let _turn = page::turn().await?;
    let read = async || {
        let mut tx = pages.app.db.company(actor.company_id).await?;
        board::list_open_counts(&mut tx).await
    };
    let open = pages.open.get((actor.company_id, now.as_second()), read).await?;
    let mut tx = pages.app.db.company(actor.company_id).await?;
    let base = matching(&mut tx, &open, &filter).await?;
    let own = board::list_own_ids(&mut tx, actor.person_id, now).await?;
    let ctx = CompanyTime::from(&actor.company).render_context(visitor.lang, 0, now);
    let chips = counted(&base, Some(&own), now);
    page::respond(&ChipsFragment { ctx, filter: &filter, chips })
}

/// The orders that pass a filter, in the board's order, and what each chip would leave of those it looks at.
struct Found {
    passing: Vec<OrderId>,
    chips: Vec<CountedChip>,
}

impl Found {
    async fn find(
        tx: &mut CompanyTx,
        open: &[OpenOrder],
        filter: &BoardFilter,
        person_id: PersonId,
        now: Timestamp,
    ) -> Result<Self> {
        let base = matching(tx, open, filter).await?;
        let own = if filter.mine { board::list_own_ids(tx, person_id, now).await? } else { HashSet::new() };
        let stays =
            |order: &&&OpenOrder| filter.chips().all(|chip| chip.holds(order, own.contains(&order.id), now));
        let passing = base.iter().filter(stays).map(|order| order.id).collect();
        // A board drawn for everybody has no number for "mine".
        let chips = counted(&base, filter.mine.then_some(&own), now);
        Ok(Self { passing, chips })
    }
}

async fn list_sellers(tx: &mut CompanyTx) -> Result<Vec<Choice>> {
    let sellers = options::list_sellers(tx).await?;
    Ok(sellers.into_iter().map(|(id, name)| Choice { value: id.to_string(), name }).collect())
}

/// Words worth searching for: one letter adds nothing to whole words, and every word costs an index scan.
pub(crate) fn telling(mut words: Vec<String>) -> Vec<String> {
    const MOST_WORDS: usize = 6;
    if words.iter().any(|word| word.chars().nth(1).is_some()) {
        words.retain(|word| word.chars().nth(1).is_some());
    }
    words.truncate(MOST_WORDS);
    words
}

/// The open orders that match the search and the seller: those that the chips count.
async fn matching<'o>(
    tx: &mut CompanyTx,
    open: &'o [OpenOrder],
    filter: &BoardFilter,
) -> Result<Vec<&'o OpenOrder>> {
    let words = telling(search_words(&filter.q));
    let matching: Option<HashSet<OrderId>> = if filter.q.trim().is_empty() {
        None
    } else if words.is_empty() {
        // Punctuation alone matches no word.
        Some(HashSet::new())
    } else {
        Some(search::list_matching(tx, &words).await?.into_iter().collect())
    };
    let seller = filter.seller.as_deref().and_then(|seller| seller.parse::<PersonId>().ok());
    let passing = open
        .iter()
        .filter(|order| matching.as_ref().is_none_or(|ids| ids.contains(&order.id)))
        .filter(|order| seller.is_none_or(|seller| order.seller_id == seller));
    Ok(passing.collect())
}
