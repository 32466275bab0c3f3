//! A batch of events becomes fragments: read again in one snapshot, drawn by the templates that draw the page.

use askama::Template;

use super::screen::Screen;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::feed::{self, Event, EventKind};
use crate::html::{Gone, Pager, RenderContext};
use crate::ids::{CompanyId, ItemId, OrderId};
use crate::lang::Lang;
use crate::orders::indicators::{Indicators, PAST_DAYS};
use crate::orders::queries::{board, history, items, summaries};
use crate::orders::views::parts::{
    BarFragment, EntryFragment, FinishFragment, GroupCountFragment, HeadFragment, ItemFragment, NotesFragment,
};
use crate::orders::views::refused_form::FormState;
use crate::orders::views::{BoardFilter, CARDS_PER_PAGE, CardFragment, CountersFragment, PagerFragment};
use crate::page::CompanyTime;
use crate::state::AppState;

/// What a batch of events looks like on one screen.
#[derive(Debug, Default)]
pub struct Rendered {
    pub html: String,
    /// The page is to be fetched again instead.
    pub touched: bool,
}

impl Rendered {
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
    let mut tx = state.db.snapshot(company_id).await?;
    let head = feed::queries::get_head(&mut tx).await?;
    let scene = time.scene(lang, head.n, state.clock.now());
    let html = match screen {
        Screen::Board => board(&mut tx, time, scene, events).await?,
        Screen::Order(order_id) => order(&mut tx, order_id, scene, events).await?,
        Screen::FilteredBoard | Screen::Quotes | Screen::People | Screen::Closed => {
            return Ok(Rendered { html: String::new(), touched: true });
        }
    };
    Ok(Rendered { html, touched: false })
}

/// Cards of the orders that were touched, the window's edge where it moved, and the counters where they did.
async fn board(
    tx: &mut CompanyTx,
    time: &CompanyTime,
    scene: RenderContext,
    events: &[&Event],
) -> Result<String> {
    let mut touched: Vec<OrderId> = events.iter().filter_map(|event| event.order_id).collect();
    touched.sort_unstable();
    touched.dedup();
    let moves = events.iter().filter(|event| moves_cards(event)).count();
    let window_end = usize::try_from(CARDS_PER_PAGE).unwrap_or(usize::MAX);
    let edge = i64::try_from(moves).unwrap_or(CARDS_PER_PAGE);
    let nearby = board::list_open_ids(tx, CARDS_PER_PAGE + edge, 0).await?;
    let (window, beyond) = nearby.split_at(nearby.len().min(window_end));
    // A full window: as many cards as left it come in at its end, and those that came in push others out.
    let moved_in = if window.len() == window_end { &window[window_end.saturating_sub(moves)..] } else { &[] };
    let shown: Vec<OrderId> =
        window.iter().filter(|id| touched.contains(id) || moved_in.contains(id)).copied().collect();
    let gone = touched.iter().filter(|id| !window.contains(id)).chain(beyond);

    let mut html = String::new();
    for order in summaries::list_summaries(tx, &shown).await? {
        draw(&CardFragment { scene, order: &order }, &mut html)?;
    }
    for id in gone {
        draw(&Gone { id: format!("order-{id}"), v: scene.v }, &mut html)?;
    }
    let counted = events.iter().any(|event| event.kind.is_none_or(counts));
    if !counted && moves == 0 {
        return Ok(html);
    }
    let midnight = time.midnight(scene.now);
    let (open_now, finished_today) = board::get_totals(tx, midnight).await?;
    if counted {
        let since = time.midnight_before(scene.now, PAST_DAYS);
        let spans = board::list_finished_spans(tx, since).await?;
        let indicators = Indicators::new(&spans, midnight, scene.calendar);
        draw(&CountersFragment { scene, open_now, finished_today, indicators }, &mut html)?;
    }
    if moves > 0 {
        let pager = Pager::new(1, CARDS_PER_PAGE, open_now);
        draw(&PagerFragment { s: scene, filter: &BoardFilter::default(), pager }, &mut html)?;
    }
    Ok(html)
}

/// Whether the event changes which cards the board has, or their order.
fn moves_cards(event: &Event) -> bool {
    let Some(kind) = event.kind else { return true };
    // What was taken back may be that it is urgent.
    let of_the_order = kind == EventKind::ActionUndone && event.item_id.is_none();
    of_the_order
        || matches!(
            kind,
            EventKind::OrderImported
                | EventKind::OrderRevised
                | EventKind::OrderChanged
                | EventKind::OrderUrgent
                | EventKind::OrderNotUrgent
                | EventKind::OrderFinished
                | EventKind::OrderReopened
                | EventKind::OrderCanceled
        )
}

/// Whether the kind changes what the counters above the board say.
fn counts(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::OrderImported
            | EventKind::OrderFinished
            | EventKind::OrderReopened
            | EventKind::OrderCanceled
            | EventKind::DayStarted
    )
}

/// The touched lines of an order, and the pieces around them that depend on all lines.
async fn order(
    tx: &mut CompanyTx,
    order_id: OrderId,
    scene: RenderContext,
    events: &[&Event],
) -> Result<String> {
    let order = summaries::get_summary(tx, order_id).await?;
    let items = items::list_items(tx, order_id, None).await?;
    let versions: Vec<i64> = events.iter().filter_map(|event| event.version).collect();
    let timeline = history::list_timeline(tx, order_id, Some(&versions)).await?;
    let mut touched: Vec<ItemId> = events.iter().filter_map(|event| event.item_id).collect();
    touched.sort_unstable();
    touched.dedup();

    let mut html = String::new();
    draw(&BarFragment { scene, order: &order }, &mut html)?;
    draw(&HeadFragment { scene, order: &order }, &mut html)?;
    if events.iter().any(|event| event.item_id.is_none()) {
        draw(&NotesFragment { scene, order: &order, given: FormState::default() }, &mut html)?;
    }
    for id in &touched {
        match items.iter().find(|item| item.id == *id) {
            Some(item) => {
                draw(&ItemFragment { scene, order_id, order_state: order.state, item }, &mut html)?;
            }
            // What a newer quote no longer has leaves once it is back on the shelf.
            None => draw(&Gone { id: format!("item-{id}"), v: scene.v }, &mut html)?,
        }
    }
    for count in GroupCountFragment::all(scene, order.state, &items) {
        draw(&count, &mut html)?;
    }
    draw(
        &FinishFragment { scene, order: &order, items: &items, open: false, given: FormState::default() },
        &mut html,
    )?;
    for entry in &timeline {
        draw(&EntryFragment { scene, order_id, entry }, &mut html)?;
    }
    Ok(html)
}

fn draw(fragment: &impl Template, html: &mut String) -> Result<()> {
    fragment.render_into(html).map_err(AppError::internal)
}
