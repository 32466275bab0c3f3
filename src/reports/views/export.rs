//! The history as a file.

use crate::export::table::Cell;
use crate::html::RenderContext;
use crate::reports::model::history::HistoryRow;

/// Orders of one file.
pub const MOST_EXPORTED: i64 = 20_000;

pub const COLUMNS: [&str; 16] = [
    "order.order",
    "history.column.customer_code",
    "order.customer",
    "order.seller",
    "history.state",
    "history.column.imported",
    "history.closed",
    "history.column.closed_by",
    "history.column.picked_by",
    "history.items",
    "history.column.short",
    "history.column.substituted",
    "history.column.minutes",
    "history.column.wall",
    "history.column.volumes",
    "history.column.reason",
];

/// The last row of a file that holds as many as one may.
pub const LIMIT: Cell = Cell::Word("history.export_limit");

/// The row of a closed order.
pub fn cells(row: &HistoryRow, ctx: RenderContext) -> Option<Vec<Cell>> {
    let order = &row.order;
    let closed = order.closed.as_ref()?;
    let moment = |at| Cell::Moment(ctx.calendar.zone.local(at));
    let said = |text: &Option<String>| text.clone().map_or(Cell::None, Cell::Text);
    Some(vec![
        order.number.clone().map_or(Cell::None, Cell::Code),
        Cell::Code(order.customer_code.clone()),
        Cell::Text(order.customer.clone()),
        Cell::Text(order.seller.clone()),
        Cell::Text(ctx.word("status", order.status().code())),
        moment(order.imported_at),
        moment(closed.at),
        Cell::Text(closed.by_name.clone()),
        Cell::Text(order.picked_by.join(", ")),
        Cell::Whole(order.counts.lines),
        Cell::Whole(order.counts.short),
        Cell::Whole(order.counts.substituted),
        Cell::Minutes(row.time.minutes),
        Cell::Minutes(row.time.wall),
        closed.volumes.map_or(Cell::None, |volumes| Cell::Whole(i64::from(volumes))),
        said(&closed.reason),
    ])
}
