//! The picking screen: drawn once for everybody; with a sheet open, for a browser without script, for who asks.

use std::sync::Arc;

use askama::Template as _;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::Pages;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::extract::{Path, Query};
use crate::html::Nav;
use crate::ids::OrderId;
use crate::orders::access::{self, Ownership};
use crate::orders::model::Item;
use crate::orders::queries::{history, items, options, purchases, summaries, times};
use crate::orders::views::order::{OpenSheet, OrderBody};
use crate::orders::views::refused_form::FormState;
use crate::orders::views::times::TimesFragment;
use crate::page::{self, Body, CompanyTime, Snapshot, Subscribed, Visitor};
use crate::screen::Screen;

/// Which sheet the server draws open, for browsers without script.
#[derive(Debug, Default, Deserialize)]
pub struct OrderQuery {
    item: Option<String>,
    sheet: Option<String>,
}

/// `GET /orders/{order}`
pub async fn order(
    State(pages): State<Pages>,
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

/// The frame around an order, for whoever looks.
pub fn respond(
    visitor: &Visitor,
    order_id: OrderId,
    body: &Body<Ownership>,
    now: Timestamp,
) -> Result<Response> {
    let actor = visitor.actor()?;
    let live = Subscribed { screen: Screen::Order(order_id), moment: body.moment.clone() };
    let can = access::can_codes(actor, body.facts, now);
    let chrome = page::chrome(actor, visitor.lang, now, can, Some(live));
    page::respond_framed(&chrome, body, "order", Nav::Order)
}

pub async fn draw_order(
    pages: &Pages,
    visitor: &Visitor,
    order_id: OrderId,
    open: OpenSheet,
    given: FormState<'_>,
) -> Result<Body<Ownership>> {
    let actor = visitor.actor()?;
    let _turn = page::turn().await?;
    metrics::counter!("page_bodies_drawn_total", "page" => "order").increment(1);
    let (mut tx, moment) = Snapshot::begin(&pages.app.db, actor.company_id).await?;
    let order = summaries::get_summary(&mut tx, order_id).await?;
    let items = items::list_items(&mut tx, order_id, None).await?;
    let timeline = history::list_timeline(&mut tx, order_id, None).await?;
    let choices = options::get_order_choices(&mut tx, order.shipping_id, order.packaging_id).await?;
    let others = list_others(&mut tx, order_id, open, &items).await?;
    let scene = CompanyTime::from(&actor.company).scene(visitor.lang, moment.head.n, pages.app.clock.now());
    let mut body = OrderBody::new(scene, &order, &items, &timeline, &choices, open, given);
    body.others = &others;
    if order.closed.is_some() {
        let times = times::list_times(&mut tx, &[order_id.0], scene.calendar).await?.remove(&order_id.0);
        body.times = times.map(|times| TimesFragment { s: scene, times });
    }
    let html = body.render().map_err(AppError::internal)?;
    Ok(Body { title: body.title(), html, moment, facts: Ownership::from(&order) })
}

/// Other open orders that want the goods of the line whose sheet is open.
async fn list_others(
    tx: &mut CompanyTx,
    order_id: OrderId,
    open: OpenSheet,
    items: &[Item],
) -> Result<Vec<OrderId>> {
    let OpenSheet::Item(id) = open else { return Ok(Vec::new()) };
    let Some(item) = items.iter().find(|item| item.id == id) else { return Ok(Vec::new()) };
    purchases::list_same_goods(tx, order_id, &item.code, &item.unit).await
}
