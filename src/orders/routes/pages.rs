//! The PDFs of an order.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::error::{AppError, Result};
use crate::export::name::FileName;
use crate::extract::{Path, Query};
use crate::ids::OrderId;
use crate::lang::Lang;
use crate::orders::queries::documents::{self, Paper};
use crate::page::Visitor;
use crate::state::AppState;

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
    match documents::find_document(&mut tx, order_id, query.revision).await?.ok_or(AppError::NotFound)? {
        Paper::Pdf(pdf) => Ok(pdf_response(pdf, visitor.lang)),
        Paper::Removed => Err(AppError::conflict("order.paper_removed")),
    }
}

/// A quote that the browser shows, under a name of ours: no name from outside reaches a header.
pub fn pdf_response(pdf: Vec<u8>, lang: Lang) -> Response {
    let name = FileName::new(lang, "quote.quote");
    let disposition = HeaderValue::from_str(&format!("inline; filename=\"{name}.pdf\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("inline"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, pdf).into_response()
}
