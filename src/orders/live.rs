//! Fragments of the board and of an order's screen for a batch of events.

use askama::Template;

use super::indicators::{Indicators, PAST_DAYS};
use super::queries::{board, departures, history, items, locations, summaries};
use super::status::OrderState;
use super::views::adjust::AdjustFragment;
use super::views::entry::EntryFragment;
use super::views::item::{GroupCountFragment, ItemFragment};
use super::views::parts::{BarFragment, FinishFragment, HeadFragment, NotesFragment};
use super::views::{BoardFilter, CardFragment, CountersFragment, PagerFragment};
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::feed::{Event, Topic};
use crate::html::{FormState, Gone, Pager, RenderContext};
use crate::ids::{ItemId, OrderId};
use crate::page::CompanyTime;

/// Cards of the orders that were touched, the edge of the `cards` that the screen has where it moved, and the counters
/// where they did.
pub async fn draw_board(
    tx: &mut CompanyTx,
    time: &CompanyTime,
    ctx: RenderContext,
    events: &[&Event],
    cards: i64,
) -> Result<String> {
    let mut touched: Vec<OrderId> = events.iter().filter_map(|event| event.order_id).collect();
    touched.sort_unstable();
    touched.dedup();
    let moves = events.iter().filter(|event| event.topics.has(Topic::Place)).count();
    let window_end = usize::try_from(cards).unwrap_or(usize::MAX);
    let edge = i64::try_from(moves).unwrap_or(cards);
    let nearby = board::list_open_ids(tx, cards + edge, 0).await?;
    let (window, beyond) = nearby.split_at(nearby.len().min(window_end));
    // A full window: as many cards as left it come in at its end, and those that came in push others out.
    let moved_in = if window.len() == window_end { &window[window_end.saturating_sub(moves)..] } else { &[] };
    let shown: Vec<OrderId> =
        window.iter().filter(|id| touched.contains(id) || moved_in.contains(id)).copied().collect();
    let gone = touched.iter().filter(|id| !window.contains(id)).chain(beyond);

    let mut html = String::new();
    for order in summaries::list_summaries(tx, &shown).await? {
        draw(&CardFragment { ctx, order: &order }, &mut html)?;
    }
    for id in gone {
        draw(&Gone { id: format!("order-{id}"), v: ctx.v }, &mut html)?;
    }
    let counted = events.iter().any(|event| event.topics.has(Topic::Counters));
    if !counted && moves == 0 {
        return Ok(html);
    }
    let midnight = time.midnight(ctx.now);
    let (open_now, finished_today) = board::get_totals(tx, midnight).await?;
    if counted {
        let since = time.midnight_before(ctx.now, PAST_DAYS);
        let spans = board::list_finished_spans(tx, since).await?;
        let indicators = Indicators::new(&spans, midnight, ctx.calendar);
        draw(&CountersFragment { ctx, open_now, finished_today, indicators }, &mut html)?;
    }
    if moves > 0 {
        let pager = Pager::new(1, cards, open_now);
        draw(&PagerFragment { s: ctx, filter: &BoardFilter::default(), pager }, &mut html)?;
    }
    Ok(html)
}

/// The touched lines of an order, and the pieces around them that depend on all lines.
pub async fn draw_order(
    tx: &mut CompanyTx,
    order_id: OrderId,
    ctx: RenderContext,
    events: &[&Event],
) -> Result<String> {
    let (own, touched) = touched_lines(tx, order_id, events).await?;
    if own.is_empty() && touched.is_empty() {
        return Ok(String::new());
    }
    let order = summaries::get_summary(tx, order_id).await?;
    let items = items::list_items(tx, order_id, None).await?;
    let versions: Vec<i64> = own.iter().filter_map(|event| event.version).collect();
    let timeline = history::list_timeline(tx, order_id, Some(&versions)).await?;

    let mut html = String::new();
    draw(&BarFragment { ctx, order: &order }, &mut html)?;
    draw(&HeadFragment { ctx, order: &order }, &mut html)?;
    if own.iter().any(|event| event.topics.has(Topic::Head)) {
        draw(&NotesFragment { ctx, order: &order, given: FormState::default() }, &mut html)?;
    }
    for id in &touched {
        match items.iter().find(|item| item.id == *id) {
            Some(item) => {
                draw(&ItemFragment { ctx, order_id, order_state: order.state, item }, &mut html)?;
            }
            // What a newer quote no longer has leaves once it is back on the shelf.
            None => draw(&Gone { id: format!("item-{id}"), v: ctx.v }, &mut html)?,
        }
    }
    for count in GroupCountFragment::all(ctx, order.state, &items) {
        draw(&count, &mut html)?;
    }
    draw(
        &FinishFragment { ctx, order: &order, items: &items, open: false, given: FormState::default() },
        &mut html,
    )?;
    if order.state == OrderState::Finished {
        let ticks = departures::list_ticks(tx, order_id).await?;
        draw(&AdjustFragment::new(ctx, &order, &items, &ticks), &mut html)?;
    }
    for entry in &timeline {
        draw(&EntryFragment { ctx, order_id, entry }, &mut html)?;
    }
    for old in versions.iter().map(|version| version - history::TIMELINE).filter(|old| *old > 0) {
        draw(&Gone { id: format!("entry-{old}"), v: ctx.v }, &mut html)?;
    }
    Ok(html)
}

/// The events of an order itself, and the lines that changed, each once: theirs, and those whose goods were put elsewhere,
/// whichever order that was said on.
async fn touched_lines<'e>(
    tx: &mut CompanyTx,
    order_id: OrderId,
    events: &[&'e Event],
) -> Result<(Vec<&'e Event>, Vec<ItemId>)> {
    let is_own = |event: &&Event| event.order_id.is_none_or(|about| about == order_id);
    let own: Vec<&Event> = events.iter().copied().filter(is_own).collect();
    let mut lines: Vec<ItemId> = own.iter().filter_map(|event| event.item_id).collect();
    let placed = events.iter().filter(|event| event.topics.has(Topic::Location));
    let placed: Vec<ItemId> = placed.filter_map(|event| event.item_id).collect();
    if !placed.is_empty() {
        lines.extend(locations::list_lines_of_goods(tx, order_id, &placed).await?);
    }
    lines.sort_unstable();
    lines.dedup();
    Ok((own, lines))
}

fn draw(fragment: &impl Template, html: &mut String) -> Result<()> {
    fragment.render_into(html).map_err(AppError::internal)
}
