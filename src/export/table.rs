//! A table of figures, for the page and for files.

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

/// A table, by the word of its address and of its sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub code: &'static str,
    /// Keys of the columns' names.
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
}

/// A value, not yet written in any language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    /// A number that is a name: its zeros stay.
    Code(String),
    /// A word of the catalogue.
    Word(&'static str),
    Whole(i64),
    Quantity(Decimal),
    Minutes(i64),
    /// With one decimal: 205 is 20,5.
    Tenths(i64),
    /// In tenths of a percent.
    Share(i64),
    Day(Date),
    /// Where the company is.
    Moment(DateTime),
    /// Not known.
    None,
}

impl Cell {
    pub fn of(value: Option<i64>, cell: fn(i64) -> Cell) -> Self {
        value.map_or(Cell::None, cell)
    }

    pub fn is_number(&self) -> bool {
        !matches!(self, Cell::Text(_) | Cell::Code(_) | Cell::Word(_))
    }
}
