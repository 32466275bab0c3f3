//! The history as a file.

use super::super::csv;
use crate::html::RenderContext;
use crate::lang::Lang;
use crate::reports::model::history::HistoryRow;
use crate::reports::model::table::Cell;

/// Orders of one file.
pub const MOST_EXPORTED: i64 = 20_000;

const COLUMNS: [&str; 16] = [
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

/// Writes rows in a language.
#[derive(Clone, Copy, Debug)]
pub struct HistoryFile {
    pub lang: Lang,
}

impl HistoryFile {
    pub fn head(self) -> String {
        let mut text = csv::MARK.to_owned();
        csv::push_row(&mut text, &COLUMNS.map(Cell::Word), self.lang);
        text
    }

    pub fn push(self, text: &mut String, row: &HistoryRow, scene: RenderContext) {
        let order = &row.order;
        let Some(closed) = order.closed.as_ref() else { return };
        let moment = |at| Cell::Text(scene.date_time(at));
        let said = |text: &Option<String>| text.clone().map_or(Cell::None, Cell::Text);
        let cells = [
            order.number.clone().map_or(Cell::None, Cell::Code),
            Cell::Code(order.customer_code.clone()),
            Cell::Text(order.customer.clone()),
            Cell::Text(order.seller.clone()),
            Cell::Text(scene.word("status", order.status().code())),
            moment(&order.imported_at),
            moment(&closed.at),
            Cell::Text(closed.by_name.clone()),
            Cell::Text(order.picked_by.join(", ")),
            Cell::Whole(order.counts.lines),
            Cell::Whole(order.counts.short),
            Cell::Whole(order.counts.substituted),
            Cell::Minutes(row.time.minutes),
            Cell::Minutes(row.time.wall),
            closed.volumes.map_or(Cell::None, |volumes| Cell::Whole(i64::from(volumes))),
            said(&closed.reason),
        ];
        csv::push_row(text, &cells, self.lang);
    }

    /// The last row of a file that holds as many as one may.
    pub fn limit(self) -> String {
        self.last("history.export_limit")
    }

    /// The last row of a file that could not be read to its end.
    pub fn broken(self) -> String {
        self.last("history.export_broken")
    }

    fn last(self, key: &'static str) -> String {
        let mut text = String::new();
        csv::push_row(&mut text, &[Cell::Word(key)], self.lang);
        text
    }
}
