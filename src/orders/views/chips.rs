//! The view of the filter chips above the board.

use askama::Template;
use askama::filters::HtmlSafe;

use super::BoardFilter;
use crate::html::RenderContext;
use crate::orders::chips::{Chip, CountedChip};

/// `#board-chips`. The page has the same for everybody; the script fetches those of the visitor.
#[derive(Template)]
#[template(path = "orders/_chips.html")]
pub struct ChipsFragment<'a> {
    pub ctx: RenderContext,
    pub filter: &'a BoardFilter,
    pub chips: Vec<CountedChip>,
}

impl HtmlSafe for ChipsFragment<'_> {}

impl ChipsFragment<'_> {
    fn word(&self, chip: &Chip) -> String {
        self.ctx.lang.t(&format!("chips.{}", chip.code())).into_owned()
    }

    fn is_on(&self, chip: &Chip) -> bool {
        self.filter.chips().any(|on| on == *chip)
    }

    /// Where a tap leads: the same list with the chip, or without it.
    fn href(&self, chip: &Chip) -> String {
        self.filter.toggled(*chip).query("", None)
    }
}
