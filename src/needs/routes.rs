//! `/needs`, and the request of the badge.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use serde::Serialize;

use crate::actor::Actor;
use crate::error::{AppError, Result};
use crate::feed::Head;
use crate::ids::CompanyId;
use crate::memo::Memo;
use crate::needs::model::Desk;
use crate::needs::queries;
use crate::needs::views::{NeedsPage, headline};
use crate::page::{self, CompanyTime, LivePage, Visitor};
use crate::screen::Screen;
use crate::state::AppState;

/// Companies whose desks are kept, each until the head of its feed moves.
const COMPANIES_KEPT: usize = 16;

#[derive(Clone, Debug)]
struct NeedsPages {
    app: AppState,
    /// By head and day: after an event every page asks for its own badge at once.
    desks: Arc<Memo<(CompanyId, Head, jiff::civil::Date), Desk>>,
}

pub fn router(app: AppState) -> Router {
    let pages = NeedsPages { app, desks: Arc::new(Memo::new(COMPANIES_KEPT)) };
    Router::new().route("/needs", get(page)).route("/needs/badge", get(badge)).with_state(pages)
}

fn require_desk(visitor: &Visitor) -> Result<&Actor> {
    let actor = visitor.actor()?;
    if Screen::Needs.is_allowed(actor) { Ok(actor) } else { Err(AppError::Forbidden) }
}

async fn page(State(pages): State<NeedsPages>, visitor: Visitor) -> Result<Response> {
    let actor = require_desk(&visitor)?;
    let now = pages.app.clock.now();
    let time = CompanyTime::from(&actor.company);
    let (mut tx, live) = LivePage::open(&pages.app.db, &visitor).await?;
    let desk = queries::get_desk(&mut tx, now, time.today(now)).await?;
    let asked = desk.of(actor, now, time.calendar());
    let layout = live.layout(tx, Screen::Needs, now);
    page::respond(&NeedsPage { s: layout.ctx, layout: &layout, asked: &asked })
}

/// What the badge says, and the newest of it, for a notification.
#[derive(Debug, Serialize)]
struct Badge {
    count: i64,
    newest: Option<Timestamp>,
    text: Option<String>,
    /// Seconds after which to ask again, even if nothing changes.
    next: Option<i64>,
}

/// `GET /needs/badge`: fetched by every open page of a person for whom something may wait, after each change of needs.
async fn badge(State(pages): State<NeedsPages>, visitor: Visitor) -> Result<Response> {
    let actor = require_desk(&visitor)?;
    let now = pages.app.clock.now();
    let time = CompanyTime::from(&actor.company);
    let today = time.today(now);
    let read = async || {
        let mut tx = pages.app.db.company(actor.company_id).await?;
        queries::get_desk(&mut tx, now, today).await
    };
    let desk = match visitor.head.clone() {
        Some(head) => pages.desks.get((actor.company_id, head, today), read).await?,
        None => Arc::new(read().await?),
    };
    let asked = desk.of(actor, now, time.calendar());
    let newest = asked.newest();
    let badge = Badge {
        count: asked.count(),
        newest: newest.map(|need| need.marked_at),
        text: newest.map(|need| headline(visitor.lang, need)),
        next: asked.next.map(|minutes| minutes * 60),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(badge)).into_response())
}
