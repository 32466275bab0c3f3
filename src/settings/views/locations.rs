//! Where goods lie: the page of a file.

use askama::Template;

use super::TABS;
use crate::clock::Zone;
use crate::export::links::Files;
use crate::export::table::Cell;
use crate::html::{Layout, Nav};
use crate::ids::OperationId;
use crate::orders::location::PlacedGoods;
use crate::settings::model::locations::{LONGEST, PlaceRow};

/// Goods of one file.
pub const MOST_EXPORTED: i64 = 50_000;

pub const COLUMNS: [&str; 3] = ["papers.code", "purchasing.column.unit", "location.label"];

/// The last row of a file that holds as many as one may.
pub const LIMIT: Cell = Cell::Word("location.export_limit");

/// The row of goods; it can be brought again.
pub fn cells(goods: PlacedGoods) -> Vec<Cell> {
    vec![Cell::Code(goods.code), Cell::Code(goods.unit), goods.location.map_or(Cell::None, Cell::Code)]
}

/// `/settings/locations`. Posts to itself: `places` (the text of a file), `save` (`yes`: it was looked at).
#[derive(Template)]
#[template(path = "settings/locations.html")]
pub struct LocationsPage<'a> {
    pub layout: &'a Layout,
    /// How many goods have a place; None: nobody asked.
    pub placed: Option<i64>,
    pub text: &'a str,
    pub rows: &'a [PlaceRow],
    pub error: Option<&'a str>,
    /// Of how many goods it is another place now.
    pub saved: Option<i64>,
    /// What saving is called: the same file may be brought again another day.
    pub tap: OperationId,
}

impl LocationsPage<'_> {
    const PATH: &'static str = "/settings/locations";

    fn nav(&self) -> Nav {
        Nav::Settings
    }

    fn longest(&self) -> usize {
        LONGEST
    }

    fn row_count(&self) -> i64 {
        i64::try_from(self.rows.len()).unwrap_or(i64::MAX)
    }

    /// Rows that cannot be taken: which of the file, and why.
    fn wrong(&self) -> Vec<(usize, &PlaceRow, String)> {
        let lang = self.layout.ctx.lang;
        let wrong = self.rows.iter().filter_map(|row| Some((row, row.wrong.as_ref()?)));
        wrong.map(|(row, (n, why))| (*n, row, why.say(lang, Zone::UTC))).collect()
    }

    fn files(&self) -> Files {
        Files::new(self.layout.ctx, "/settings/locations/export", &[])
    }
}
