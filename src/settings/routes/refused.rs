//! A refused form of settings, shown again on its page.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::{company, hours, look, options, permissions, reasons};
use crate::error::Result;
use crate::html::FormState;
use crate::page::{RefusedRequest, run_form};
use crate::state::AppState;

/// Middleware around the forms.
pub async fn answer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let form = request.uri().path().trim_start_matches("/settings/").to_owned();
    let (response, refused) = run_form(request, next, &form).await;
    match refused {
        Some(refused) => show_again(&state, &refused).await.unwrap_or(response),
        None => response,
    }
}

async fn show_again(state: &AppState, refused: &RefusedRequest) -> Result<Response> {
    let (visitor, given) = (&refused.visitor, FormState(Some(&refused.form)));
    let mut response = match refused.form.form.split('/').next() {
        Some("hours" | "holidays") => hours::render(state, visitor, given).await?,
        Some("company") => company::render(state, visitor, given).await?,
        Some("reasons") => reasons::render(state, visitor, given).await?,
        Some("look") => look::render(state, visitor, given).await?,
        Some("permissions") => permissions::render(state, visitor, given).await?,
        _ => options::render(state, visitor, given).await?,
    };
    refused.error.mark(&mut response);
    Ok(response)
}
