//! The picking screen: rendered once for everybody; with an open sheet, without script, per request.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template as _;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::OrderPages;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::extract::{Path, Query};
use crate::html::{FormState, Nav};
use crate::ids::OrderId;
use crate::orders::access::{self, Ownership};
use crate::orders::model::Item;
use crate::orders::queries::{
    departures, history, items, options, purchases, replacements, summaries, times,
};
use crate::orders::status::OrderState;
use crate::orders::views::item_sheet::SheetsFragment;
use crate::orders::views::order::{OpenSheet, OrderBody};
use crate::orders::views::times::TimesFragment;
use crate::page::{self, Body, CompanyTime, SharedHtml, Snapshot, Subscribed, Visitor};
use crate::screen::Screen;

/// Which sheet the server draws open, for browsers without script.
#[derive(Debug, Default, Deserialize)]
pub struct OrderQuery {
    item: Option<String>,
    sheet: Option<String>,
}

/// `GET /orders/{order}`
pub async fn order(
    State(pages): State<OrderPages>,
    visitor: Visitor,
    Path(order_id): Path<OrderId>,
    Query(query): Query<OrderQuery>,
) -> Result<Response> {
    let now = pages.app.clock.now();
    let screen = Screen::Order(order_id);
    let open = OpenSheet::from_query(query.item.as_deref(), query.sheet.as_deref());
    let draw = || draw_order(&pages, &visitor, order_id, open, FormState::default());
    let body = if open == OpenSheet::None {
        pages.orders.get(&visitor, screen, String::new(), now, draw).await?
    } else {
        Arc::new(draw().await?)
    };
    respond(&visitor, order_id, &body, now)
}

/// `GET /orders/{order}/sheets`: all sheets at once, drawn once for everybody while nothing changes.
pub async fn sheets(
    State(pages): State<OrderPages>,
    visitor: Visitor,
    Path(order_id): Path<OrderId>,
) -> Result<Response> {
    let now = pages.app.clock.now();
    let draw = || draw_sheets(&pages, &visitor, order_id);
    let part = "sheets".to_owned();
    let body = pages.orders.get(&visitor, Screen::Order(order_id), part, now, draw).await?;
    Ok(page::respond_unframed(&body))
}

async fn draw_sheets(pages: &OrderPages, visitor: &Visitor, order_id: OrderId) -> Result<Body<Ownership>> {
    let actor = visitor.actor()?;
    let _turn = page::turn().await?;
    metrics::counter!("page_bodies_drawn_total", "page" => "sheets").increment(1);
    let (mut tx, snapshot) = Snapshot::begin(&pages.app.db, actor.company_id).await?;
    let order = summaries::get_summary(&mut tx, order_id).await?;
    let items = items::list_items(&mut tx, order_id, None).await?;
    let now = pages.app.clock.now();
    let last = replacements::list_last_agreed(&mut tx, order_id, None, now).await?;
    let ctx = CompanyTime::from(&actor.company).render_context(visitor.lang, snapshot.head.n, now);
    let sheets = SheetsFragment { ctx, order: &order, items: &items, last: &last };
    let html = sheets.render().map_err(AppError::internal)?;
    Ok(Body { title: String::new(), html: SharedHtml::new(html), snapshot, facts: Ownership::from(&order) })
}

/// The frame around an order, for this visitor.
pub fn respond(
    visitor: &Visitor,
    order_id: OrderId,
    body: &Body<Ownership>,
    now: Timestamp,
) -> Result<Response> {
    let actor = visitor.actor()?;
    let live = Subscribed { screen: Screen::Order(order_id), snapshot: body.snapshot.clone() };
    let can = access::can_codes(actor, body.facts, now);
    let layout = page::layout(actor, visitor.lang, now, can, Some(live));
    page::respond_framed(&layout, body, "order", Nav::Order)
}

pub async fn draw_order(
    pages: &OrderPages,
    visitor: &Visitor,
    order_id: OrderId,
    open: OpenSheet,
    given: FormState<'_>,
) -> Result<Body<Ownership>> {
    let actor = visitor.actor()?;
    let _turn = page::turn().await?;
    metrics::counter!("page_bodies_drawn_total", "page" => "order").increment(1);
    let (mut tx, snapshot) = Snapshot::begin(&pages.app.db, actor.company_id).await?;
    let order = summaries::get_summary(&mut tx, order_id).await?;
    let items = items::list_items(&mut tx, order_id, None).await?;
    let timeline = history::list_timeline(&mut tx, order_id, None).await?;
    let choices = options::get_order_choices(&mut tx, order.shipping_id, order.packaging_id).await?;
    let others = list_others(&mut tx, order_id, open, &items).await?;
    let now = pages.app.clock.now();
    let last = match open {
        OpenSheet::Item(id) => replacements::list_last_agreed(&mut tx, order_id, Some(id), now).await?,
        _ => HashMap::new(),
    };
    let ctx = CompanyTime::from(&actor.company).render_context(visitor.lang, snapshot.head.n, now);
    let mut body = OrderBody::new(ctx, &order, &items, &timeline, &choices, open, given);
    body.others = &others;
    body.last = Some(&last);
    let ticks = match order.state {
        OrderState::Finished => departures::list_ticks(&mut tx, order_id).await?,
        _ => Vec::new(),
    };
    body.ticks = &ticks;
    if order.closed.is_some() {
        let times = times::list_times(&mut tx, &[order_id.0], ctx.calendar).await?.remove(&order_id.0);
        body.times = times.map(|times| TimesFragment { s: ctx, times });
    }
    let html = body.render().map_err(AppError::internal)?;
    Ok(Body { title: body.title(), html: SharedHtml::new(html), snapshot, facts: Ownership::from(&order) })
}

/// Orders that are asked for in one tap.
const MOST_OTHERS: usize = 100;

/// Other open orders that want the goods of the line whose sheet is open.
async fn list_others(
    tx: &mut CompanyTx,
    order_id: OrderId,
    open: OpenSheet,
    items: &[Item],
) -> Result<Vec<OrderId>> {
    let OpenSheet::Item(id) = open else { return Ok(Vec::new()) };
    let Some(item) = items.iter().find(|item| item.id == id) else { return Ok(Vec::new()) };
    let same = purchases::list_same_goods(tx, order_id, &item.code, &item.unit).await?;
    let asked = same.into_iter().filter(|(_, state, unanswered)| state.is_asked_along(*unanswered));
    let mut others: Vec<OrderId> = asked.map(|(id, ..)| id).collect();
    others.dedup();
    others.truncate(MOST_OTHERS);
    Ok(others)
}
