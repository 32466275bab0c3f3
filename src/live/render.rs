//! Renders a batch of events into fragments: each slice draws those of its own screens.

use crate::error::Result;
use crate::feed::{self, Event};
use crate::ids::CompanyId;
use crate::lang::Lang;
use crate::orders;
use crate::orders::views::{CARDS_ON_A_WALL, CARDS_PER_PAGE};
use crate::page::CompanyTime;
use crate::screen::Screen;
use crate::state::AppState;

/// What a batch of events looks like on one screen.
#[derive(Debug, Default)]
pub struct Rendered {
    pub html: String,
    /// The page is to be fetched again instead.
    pub touched: bool,
}

impl Rendered {
    pub fn refetch() -> Self {
        Self { html: String::new(), touched: true }
    }

    pub fn is_empty(&self) -> bool {
        self.html.is_empty() && !self.touched
    }
}

/// Draws what `events` changed on a screen. The rows are read in one snapshot; its head is the version of
/// every fragment, so a fragment may be newer than its frame, never older.
pub async fn fragments(
    state: &AppState,
    company_id: CompanyId,
    time: &CompanyTime,
    screen: Screen,
    lang: Lang,
    events: &[&Event],
) -> Result<Rendered> {
    let (mut tx, head) = feed::queries::snapshot(&state.db, company_id).await?;
    let ctx = time.render_context(lang, head.n, state.clock.now());
    let html = match screen {
        Screen::Board => orders::live::draw_board(&mut tx, time, ctx, events, CARDS_PER_PAGE).await?,
        Screen::Wall => orders::live::draw_board(&mut tx, time, ctx, events, CARDS_ON_A_WALL).await?,
        Screen::Order(order_id) => orders::live::draw_order(&mut tx, order_id, ctx, events).await?,
        Screen::FilteredBoard
        | Screen::Quotes
        | Screen::People
        | Screen::History
        | Screen::Purchasing
        | Screen::Returns
        | Screen::Reports
        | Screen::Settings
        | Screen::Needs
        | Screen::Walls
        | Screen::Audit
        | Screen::Anonymise => {
            return Ok(Rendered::refetch());
        }
    };
    Ok(Rendered { html, touched: false })
}
