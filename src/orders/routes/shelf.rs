//! `GET /returns`: goods that go back to the shelf, of all orders.

use axum::extract::State;
use axum::response::Response;

use crate::actor::Permission;
use crate::error::{AppError, Result};
use crate::orders::model::ShelfLine;
use crate::orders::queries::shelf;
use crate::orders::views::shelf::ReturnsPage;
use crate::page::{self, LivePage, Visitor};
use crate::screen::Screen;
use crate::state::AppState;

pub async fn returns(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    let actor = visitor.actor()?;
    if !actor.can(Permission::View) {
        return Err(AppError::Forbidden);
    }
    let (mut tx, live) = LivePage::open(&state.db, &visitor).await?;
    let mut lines = shelf::list_shelf_lines(&mut tx).await?;
    for order in lines.chunk_by_mut(|one, other| one.order_id == other.order_id) {
        order.sort_by_cached_key(ShelfLine::words);
    }
    let layout = live.layout(tx, Screen::Returns, state.clock.now());
    page::respond(&ReturnsPage { layout: &layout, lines: &lines })
}
