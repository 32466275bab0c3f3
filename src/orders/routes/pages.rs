//! Pages that are drawn for who asks, and the papers.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::actor::Permission;
use crate::error::{AppError, Result};
use crate::extract::{Path, Query};
use crate::ids::OrderId;
use crate::orders::queries::{board, documents};
use crate::orders::views::ClosedPage;
use crate::page::{self, Snapshot, Subscribed, Visitor};
use crate::screen::Screen;
use crate::state::AppState;

/// Orders on the plain list of closed ones.
const CLOSED_LISTED: i64 = 200;

/// `GET /closed`: the last finished and canceled orders.
pub async fn closed(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    let actor = visitor.actor()?;
    if !actor.can(Permission::View) {
        return Err(AppError::Forbidden);
    }
    let _turn = page::turn().await?;
    let (mut tx, moment) = Snapshot::begin(&state.db, actor.company_id).await?;
    let orders = board::list_closed(&mut tx, CLOSED_LISTED).await?;
    let live = Subscribed { screen: Screen::Closed, moment };
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
    let pdf = documents::find_document(&mut tx, order_id, query.revision).await?;
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
