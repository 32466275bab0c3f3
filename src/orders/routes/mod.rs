//! `/orders/…`: pages, and every command on an order.

pub(crate) mod amount;
mod anonymise;
pub(crate) mod board;
pub(crate) mod commands;
mod departures;
mod due;
mod goods;
pub(crate) mod hand_over;
mod items;
mod location;
pub(crate) mod next;
mod notes;
pub(crate) mod order;
mod orders;
pub(crate) mod pages;
mod papers;
pub(crate) mod purchases;
pub(crate) mod refused_form;
pub(crate) mod replacements;
mod seen;
mod shelf;
mod undo;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};

use super::access::Ownership;
use super::chips::OpenOrder;
use crate::ids::CompanyId;
use crate::memo::Memo;
use crate::page::PageCache;
use crate::state::AppState;

/// What the pages of orders share.
#[derive(Clone, Debug)]
pub struct OrderPages {
    pub app: AppState,
    pub boards: Arc<PageCache>,
    /// Apart, so that many searches do not push out the one board that all share.
    pub filtered_boards: Arc<PageCache>,
    pub orders: Arc<PageCache<Ownership>>,
    /// The open orders by the second in which they were read: for the numbers of the chips.
    pub open: Arc<Memo<(CompanyId, i64), Vec<OpenOrder>>>,
}

/// Companies whose open orders are kept for a second.
const COMPANIES_KEPT: usize = 16;

impl OrderPages {
    pub fn new(app: AppState) -> Self {
        let open = Arc::new(Memo::new(COMPANIES_KEPT));
        Self { app, boards: Arc::default(), filtered_boards: Arc::default(), orders: Arc::default(), open }
    }
}

impl FromRef<OrderPages> for AppState {
    fn from_ref(pages: &OrderPages) -> Self {
        pages.app.clone()
    }
}

pub fn router(pages: OrderPages) -> Router {
    let given_back = axum::middleware::from_fn_with_state(pages.clone(), refused_form::answer);
    let stale = Router::new()
        .route("/orders/{order}/undo/{version}", post(undo::undo_by_version).get(refused_form::back));
    Router::new()
        .route("/chips", get(board::chips))
        .route("/orders/{order}", get(order::order))
        .route("/orders/{order}/sheets", get(order::sheets))
        .route("/orders/{order}/quote.pdf", get(pages::quote_pdf))
        .route("/orders/{order}/print/list", get(papers::list))
        .route("/orders/{order}/print/slip", get(papers::slip))
        .route("/orders/{order}/print/labels", get(papers::labels))
        .route("/anonymise", get(anonymise::page).post(anonymise::anonymise))
        .route("/returns", get(shelf::returns))
        .route("/goods", get(goods::goods))
        .route("/next", post(next::next_order).get(undo::back_to_board))
        .route("/undo/{operation}", post(undo::undo).get(undo::back_to_board))
        .route("/people/{person}/orders", post(hand_over::everything).get(hand_over::to_people))
        .merge(commands::router().merge(stale).route_layer(given_back))
        .with_state(pages)
}
