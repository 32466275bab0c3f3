//! Forms of browsers without script: a refused one is shown again on its page, with what was typed, the sentence above the
//! page and beside the field.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::{Visitor, field_errors};
use crate::error::AppError;
use crate::extract::{keep_form, parse_form, wants_json};
use crate::html::RefusedForm;

/// A form that was refused, and whose it is.
#[derive(Debug)]
pub struct RefusedRequest {
    pub visitor: Visitor,
    pub form: RefusedForm,
    pub error: Arc<AppError>,
}

/// Runs a request to a form, whose address below that of its page is `form`. What a browser without script sent and a
/// handler refused comes beside the answer.
pub async fn run_form(request: Request, next: Next, form: &str) -> (Response, Option<RefusedRequest>) {
    let is_sent = request.method() == Method::POST && !wants_json(request.headers());
    let visitor = request.extensions().get::<Visitor>().filter(|_| is_sent).cloned();
    let Some(visitor) = visitor else { return (next.run(request).await, None) };
    let (request, body) = match keep_form(request).await {
        Ok(kept) => kept,
        Err(error) => return (error.into_response(), None),
    };
    let response = next.run(request).await;
    let error = response.extensions().get::<Arc<AppError>>().cloned();
    let refused = error.filter(|error| matches!(**error, AppError::Invalid { .. } | AppError::Conflict(_)));
    let refused = refused.map(|error| {
        let form = RefusedForm {
            form: form.to_owned(),
            typed: parse_form(&body).unwrap_or_default(),
            errors: field_errors(&error, visitor.lang),
            sentence: error.sentence().say(visitor.lang, visitor.zone()),
        };
        RefusedRequest { visitor, form, error }
    });
    (response, refused)
}
