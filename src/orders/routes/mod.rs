//! `/orders/…` and `/closed`: pages, and every command on an order.

pub mod commands;
pub mod pages;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/closed", get(pages::closed))
        .route("/orders/{order}", get(pages::order))
        .route("/orders/{order}/quote.pdf", get(pages::quote_pdf))
        .route("/orders/{order}/items/{item}/pick", post(commands::pick))
        .route("/orders/{order}/items/{item}/unpick", post(commands::unpick))
        .route("/orders/{order}/items/{item}/return", post(commands::put_back))
        .route("/orders/{order}/items/{item}/short", post(commands::short))
        .route("/orders/{order}/items/{item}/unshort", post(commands::unshort))
        .route("/orders/{order}/undo/{version}", post(commands::undo))
        .route("/orders/{order}/finish", post(commands::finish))
        .route("/orders/{order}/reopen", post(commands::reopen))
        .route("/orders/{order}/cancel", post(commands::cancel))
        .route("/orders/{order}/urgent", post(commands::urgent))
        .route("/orders/{order}/shipping", post(commands::shipping))
        .route("/orders/{order}/notes", post(commands::add_note))
        .route("/orders/{order}/notes/{note}", post(commands::change_note))
}
