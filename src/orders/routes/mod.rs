//! `/orders/…` and `/closed`: pages, and every command on an order.

pub mod board;
pub mod commands;
pub mod hand_over;
pub mod order;
pub mod pages;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};

use super::access::Ownership;
use crate::page::Bodies;
use crate::state::AppState;

/// What the pages of orders share.
#[derive(Clone, Debug)]
pub struct Pages {
    pub app: AppState,
    pub boards: Arc<Bodies>,
    pub orders: Arc<Bodies<Ownership>>,
}

impl Pages {
    pub fn new(app: AppState) -> Self {
        Self { app, boards: Arc::default(), orders: Arc::default() }
    }
}

impl FromRef<Pages> for AppState {
    fn from_ref(pages: &Pages) -> Self {
        pages.app.clone()
    }
}

pub fn router(pages: Pages) -> Router {
    Router::new()
        .route("/closed", get(pages::closed))
        .route("/orders/{order}", get(order::order))
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
        .route("/orders/{order}/seller", post(hand_over::order))
        .route("/people/{person}/orders", post(hand_over::everything).get(hand_over::to_people))
        .route("/orders/{order}/notes", post(commands::add_note))
        .route("/orders/{order}/notes/{note}", post(commands::change_note))
        .with_state(pages)
}
