//! Pages: each is one snapshot, whose head becomes the page's cursor.

use std::collections::HashSet;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::extract::{Path, Query};
use crate::feed;
use crate::html::{Choice, FieldErrors, Pager};
use crate::ids::{CompanyId, OrderId, PersonId};
use crate::orders::access;
use crate::orders::actions::import::search_words;
use crate::orders::indicators::{Indicators, PAST_DAYS};
use crate::orders::model::{OrderState, OrderStatus};
use crate::orders::queries::{board, documents, history, items, options, search, summaries};
use crate::orders::views::order::{OpenSheet, OrderPage};
use crate::orders::views::{BoardFilter, BoardPage, CARDS_PER_PAGE, ClosedPage, CountersFragment};
use crate::page::{self, Place, Subscribed, Visitor};
use crate::state::AppState;
use crate::users::model::Permission;

/// Orders on the plain list of closed ones.
const CLOSED_LISTED: i64 = 200;

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
pub async fn board(state: &AppState, visitor: &Visitor, query: &BoardQuery) -> Result<Response> {
    let actor = visitor.actor()?;
    let _turn = page::turn().await?;
    let company_id = actor.company_id;
    let now = state.clock.now();
    let mut tx = state.db.snapshot(company_id).await?;
    let head = feed::queries::get_head(&mut tx, company_id).await?;
    let filter = query.filter();
    let place = Place::from(&actor.company);
    let (open_now, finished_today) = board::get_totals(&mut tx, company_id, place.midnight(now)).await?;
    let spans =
        board::list_finished_spans(&mut tx, company_id, place.midnight_before(now, PAST_DAYS)).await?;
    let indicators = Indicators::new(&spans, place.midnight(now), place.calendar(now));
    let passing = if filter.is_empty() { None } else { Some(passing(&mut tx, company_id, &filter).await?) };
    let total = passing.as_ref().map_or(open_now, |ids| i64::try_from(ids.len()).unwrap_or(i64::MAX));
    let pager = Pager::new(query.page.unwrap_or(1), CARDS_PER_PAGE, total);
    let ids = match passing {
        None => board::list_open_ids(&mut tx, company_id, CARDS_PER_PAGE, pager.skipped()).await?,
        Some(ids) => {
            let skipped = usize::try_from(pager.skipped()).unwrap_or(usize::MAX);
            ids.into_iter()
                .skip(skipped)
                .take(usize::try_from(CARDS_PER_PAGE).unwrap_or(usize::MAX))
                .collect()
        }
    };
    let orders = summaries::list_summaries(&mut tx, company_id, &ids).await?;
    let sellers: Vec<Choice> = options::list_sellers(&mut tx, company_id)
        .await?
        .into_iter()
        .map(|(id, name)| Choice { value: id.to_string(), name })
        .collect();
    let screen = if filter.is_empty() && pager.page == 1 { "board" } else { "board-filtered" };
    let live = Subscribed { screen: screen.to_owned(), head };
    let chrome = page::chrome(actor, visitor.lang, now, actor.can_codes(), Some(live));
    let page = BoardPage {
        chrome: &chrome,
        orders: &orders,
        counters: CountersFragment { scene: chrome.scene, open_now, finished_today, indicators },
        filter: &filter,
        sellers: &sellers,
        pager,
    };
    page::respond(&page)
}

/// What is looked for: one letter says nothing beside whole words, and every word costs a walk through an index.
fn telling(mut words: Vec<String>) -> Vec<String> {
    const MOST_WORDS: usize = 6;
    if words.iter().any(|word| word.chars().nth(1).is_some()) {
        words.retain(|word| word.chars().nth(1).is_some());
    }
    words.truncate(MOST_WORDS);
    words
}

/// The orders that pass a filter, in the board's order.
async fn passing(tx: &mut CompanyTx, company_id: CompanyId, filter: &BoardFilter) -> Result<Vec<OrderId>> {
    let words = telling(search_words(&filter.q));
    let matching: Option<HashSet<OrderId>> = if words.is_empty() {
        None
    } else {
        Some(search::list_matching(tx, company_id, &words).await?.into_iter().collect())
    };
    let seller = filter.seller.as_deref().and_then(|seller| seller.parse::<PersonId>().ok());
    let open = board::list_open_counts(tx, company_id).await?.into_iter();
    let passing = open
        .filter(|order| matching.as_ref().is_none_or(|ids| ids.contains(&order.id)))
        .filter(|order| seller.is_none_or(|seller| order.seller_id == seller))
        .filter(|order| filter.status.is_none_or(|status| order.counts.status(OrderState::Open) == status));
    Ok(passing.map(|order| order.id).collect())
}

/// Which sheet the server draws open, for browsers without script.
#[derive(Debug, Default, Deserialize)]
pub struct OrderQuery {
    item: Option<String>,
    sheet: Option<String>,
}

/// `GET /orders/{order}`
pub async fn order(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(order_id): Path<OrderId>,
    Query(query): Query<OrderQuery>,
) -> Result<Response> {
    let actor = visitor.actor()?;
    let _turn = page::turn().await?;
    let company_id = actor.company_id;
    let now = state.clock.now();
    let mut tx = state.db.snapshot(company_id).await?;
    let head = feed::queries::get_head(&mut tx, company_id).await?;
    let order = summaries::get_summary(&mut tx, company_id, order_id).await?;
    let items = items::list_items(&mut tx, company_id, order_id, None).await?;
    let timeline = history::list_timeline(&mut tx, company_id, order_id, None).await?;
    let shippings = options::list_shipping_options(&mut tx, company_id, Some(order.shipping_id)).await?;
    let packagings = options::list_packaging_options(&mut tx, company_id, Some(order.packaging_id)).await?;
    let can = access::can_codes(actor, &order, now);
    let live = Subscribed { screen: format!("order:{order_id}"), head };
    let chrome = page::chrome(actor, visitor.lang, now, can, Some(live));
    let open = OpenSheet::from_query(query.item.as_deref(), query.sheet.as_deref());
    let errors = FieldErrors::default();
    let page = OrderPage::new(&chrome, &order, &items, &timeline, &shippings, &packagings, open, &errors);
    page::respond(&page)
}

/// `GET /closed`: the last finished and canceled orders.
pub async fn closed(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    let actor = visitor.actor()?;
    if !actor.can(Permission::View) {
        return Err(AppError::Forbidden);
    }
    let _turn = page::turn().await?;
    let mut tx = state.db.snapshot(actor.company_id).await?;
    let head = feed::queries::get_head(&mut tx, actor.company_id).await?;
    let orders = board::list_closed(&mut tx, actor.company_id, CLOSED_LISTED).await?;
    let live = Subscribed { screen: "closed".to_owned(), head };
    let chrome = page::chrome(actor, visitor.lang, state.clock.now(), actor.can_codes(), Some(live));
    page::respond(&ClosedPage { chrome: &chrome, orders: &orders })
}

/// Which of an order's papers.
#[derive(Debug, Default, Deserialize)]
pub struct DocumentQuery {
    /// From 1, the oldest; absent: the newest.
    revision: Option<i32>,
}

/// `GET /orders/{order}/quote.pdf`: a paper the order came from.
pub async fn quote_pdf(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(order_id): Path<OrderId>,
    Query(query): Query<DocumentQuery>,
) -> Result<Response> {
    let actor = visitor.actor()?;
    let mut tx = state.db.company(actor.company_id).await?;
    let pdf = documents::find_document(&mut tx, actor.company_id, order_id, query.revision).await?;
    pdf.map(pdf_response).ok_or(AppError::NotFound)
}

/// A PDF to look at. No name from outside reaches a header.
pub fn pdf_response(pdf: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"orcamento.pdf\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, pdf).into_response()
}
