//! Without script: a form that is not accepted comes back on its order's page with what was typed, the sentence above
//! everything and beside the field.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::Pages;
use super::order::{draw_order, respond};
use crate::auth::client::wants_json;
use crate::error::{AppError, Result};
use crate::extract::{self, keep_form};
use crate::html::FieldErrors;
use crate::ids::OrderId;
use crate::orders::views::order::OpenSheet;
use crate::orders::views::refused_form::{FormState, RefusedForm};
use crate::page::Visitor;

/// Middleware around the commands on an order.
pub async fn answer(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned();
    let place = place(request.uri().path()).map(|(order_id, form)| (order_id, form.to_owned()));
    let sends = request.method() == Method::POST && !wants_json(request.headers());
    let (Some(visitor), Some((order_id, form)), true) = (visitor, place, sends) else {
        return next.run(request).await;
    };
    let (request, body) = match keep_form(request).await {
        Ok(kept) => kept,
        Err(error) => return error.into_response(),
    };
    let response = next.run(request).await;
    let refused = response.extensions().get::<Arc<AppError>>().cloned();
    match refused.filter(|error| matches!(**error, AppError::Invalid { .. } | AppError::Conflict(_))) {
        None => response,
        Some(error) => {
            let typed = extract::parse_form(&body).unwrap_or_default();
            give_back(&pages, &visitor, order_id, form, typed, &error).await.unwrap_or(response)
        }
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

async fn give_back(
    pages: &Pages,
    visitor: &Visitor,
    order_id: OrderId,
    form: String,
    typed: Vec<(String, String)>,
    error: &AppError,
) -> Result<Response> {
    let now = pages.app.clock.now();
    let (lang, zone) = (visitor.lang, visitor.zone());
    let mut errors = FieldErrors::default();
    if let AppError::Invalid { fields, .. } = error {
        for (field, sentence) in fields {
            errors.push(field, sentence.say(lang, zone));
        }
    }
    let open = sheet(&form, matches!(error, AppError::Conflict(_)));
    let refused = RefusedForm { form, typed, errors, sentence: error.sentence().say(lang, zone) };
    let body = draw_order(pages, visitor, order_id, open, FormState(Some(&refused))).await?;
    let mut response = respond(visitor, order_id, &body, now)?;
    error.mark(&mut response);
    Ok(response)
}

/// Where the form stands. After a conflict the lines themselves tell what is true.
fn sheet(form: &str, conflict: bool) -> OpenSheet {
    match form.strip_prefix("items/").and_then(|rest| rest.split_once('/')) {
        Some(_) if conflict => OpenSheet::None,
        Some((item, _)) => OpenSheet::from_query(Some(item), None),
        None if matches!(form, "shipping" | "seller") => OpenSheet::Change,
        None => OpenSheet::from_query(None, Some(form)),
    }
}
