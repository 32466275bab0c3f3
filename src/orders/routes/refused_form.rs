//! A refused form of an order, shown again on the order's page.

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::{Redirect, Response};

use super::OrderPages;
use super::order::{draw_order, respond};
use crate::error::{AppError, Result};
use crate::html::FormState;
use crate::ids::OrderId;
use crate::orders::views::order::OpenSheet;
use crate::page::{RefusedRequest, run_form};

/// Middleware around the commands on an order.
pub async fn answer(State(pages): State<OrderPages>, request: Request, next: Next) -> Response {
    let place = place(request.uri().path()).map(|(order_id, form)| (order_id, form.to_owned()));
    let Some((order_id, form)) = place else { return next.run(request).await };
    let (response, refused) = run_form(request, next, &form).await;
    match refused {
        Some(refused) => show_again(&pages, order_id, &refused).await.unwrap_or(response),
        None => response,
    }
}

/// A page that a form answered with, loaded again: back to where the form stands.
pub async fn back(uri: Uri) -> Result<Redirect> {
    let (order_id, _) = place(uri.path()).ok_or(AppError::NotFound)?;
    Ok(Redirect::to(&format!("/orders/{order_id}")))
}

/// The order, and the form's address below it.
fn place(path: &str) -> Option<(OrderId, &str)> {
    let (order, form) = path.strip_prefix("/orders/")?.split_once('/')?;
    Some((order.parse().ok()?, form))
}

async fn show_again(pages: &OrderPages, order_id: OrderId, refused: &RefusedRequest) -> Result<Response> {
    let RefusedRequest { visitor, form, error } = refused;
    let now = pages.app.clock.now();
    let open = sheet(&form.form, matches!(**error, AppError::Conflict(_)));
    let body = draw_order(pages, visitor, order_id, open, FormState(Some(form))).await?;
    let mut response = respond(visitor, order_id, &body, now)?;
    error.mark(&mut response);
    Ok(response)
}

/// The sheet that holds the form. After a conflict none is opened: the lines show the current state.
fn sheet(form: &str, conflict: bool) -> OpenSheet {
    match form.strip_prefix("items/").and_then(|rest| rest.split_once('/')) {
        Some(_) if conflict => OpenSheet::None,
        Some((item, _)) => OpenSheet::from_query(Some(item), None),
        None if matches!(form, "shipping" | "seller") => OpenSheet::Change,
        None => OpenSheet::from_query(None, Some(form)),
    }
}
