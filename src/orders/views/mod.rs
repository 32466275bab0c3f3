//! Views of the board. The picking screen is in [`order`].

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::Timestamp;

pub(crate) mod adjust;
pub(crate) mod anonymise;
pub mod chips;
pub mod entry;
pub mod item;
pub(crate) mod item_sheet;
pub mod order;
pub(crate) mod papers;
pub mod parts;
pub(crate) mod shelf;
pub(crate) mod times;
pub mod words;

use chips::ChipsFragment;

use super::chips::Chip;
use super::indicators::{Indicators, Trend};
use super::model::OrderSummary;
use super::status::OrderStatus;
use crate::html::format::percent_encoded;
use crate::html::{Choice, Pager, RenderContext};

/// An order that is ready for longer than this asks to be finished, in minutes by the wall.
const READY_HINT_MINUTES: i64 = 30;

/// Cards on a page of the board.
pub const CARDS_PER_PAGE: i64 = 60;

/// Cards that a wall has at most: it turns its own pages, a quarter of a minute each.
pub const CARDS_ON_A_WALL: i64 = 120;

/// Where an order stands on a page of the board: what there is to do before what only waits to be finished, urgent ones
/// first, then the oldest.
pub fn board_sort(order: &OrderSummary) -> String {
    let ready = u8::from(order.status() == OrderStatus::ReadyToFinish);
    let rank = u8::from(!order.urgent);
    format!("{ready}{rank}{:016}{}", order.imported_at.as_microsecond(), order.id.0.simple())
}

/// One order: member `order-ID` of the list `#open-orders`; see [`board_sort`].
#[derive(Template)]
#[template(path = "orders/_card.html")]
pub struct CardFragment<'a> {
    pub ctx: RenderContext,
    pub order: &'a OrderSummary,
}

impl HtmlSafe for CardFragment<'_> {}

impl CardFragment<'_> {
    fn sort(&self) -> String {
        board_sort(self.order)
    }

    /// From when the card asks to be finished.
    fn hint_due(&self) -> Option<Timestamp> {
        let since = self.order.ready_since.filter(|_| self.order.status() == OrderStatus::ReadyToFinish)?;
        since.checked_add(jiff::SignedDuration::from_mins(READY_HINT_MINUTES)).ok()
    }

    fn is_hinted(&self, due: &Timestamp) -> bool {
        self.ctx.now >= *due
    }

    fn picked_by(&self) -> String {
        self.order.picked_by.join(", ")
    }
}

/// The indicators above the board: `#board-counters`.
#[derive(Clone, Copy, Template)]
#[template(path = "orders/_counters.html")]
pub struct CountersFragment {
    pub ctx: RenderContext,
    pub open_now: i64,
    pub finished_today: i64,
    pub indicators: Indicators,
}

impl HtmlSafe for CountersFragment {}

impl CountersFragment {
    fn average(&self, minutes: &Option<i64>) -> Option<String> {
        minutes.map(|minutes| self.ctx.duration(minutes))
    }

    /// The word, the class and the icon of the trend.
    fn trend(&self) -> (&'static str, &'static str, Option<&'static str>) {
        match self.indicators.trend {
            Trend::Better => ("board.trend_better", "better", Some("down")),
            Trend::Stable => ("board.trend_stable", "stable", Some("level")),
            Trend::Worse => ("board.trend_worse", "worse", Some("up")),
            Trend::Unknown => ("board.trend_unknown", "unknown", None),
        }
    }
}

/// What the board is narrowed to; all empty on the live, unfiltered board.
#[derive(Clone, Debug, Default)]
pub struct BoardFilter {
    pub q: String,
    /// The id of a seller.
    pub seller: Option<String>,
    pub status: Option<OrderStatus>,
    /// Only what should have left by now.
    pub late: bool,
    pub urgent: bool,
    /// Only what the person who looks sold, holds or picked of.
    pub mine: bool,
}

impl BoardFilter {
    pub fn is_empty(&self) -> bool {
        self.q.trim().is_empty() && self.seller.is_none() && self.chips().next().is_none()
    }

    /// The chips that are on.
    pub fn chips(&self) -> impl Iterator<Item = Chip> {
        let on = [(self.late, Chip::Late), (self.urgent, Chip::Urgent), (self.mine, Chip::Mine)];
        let on = on.into_iter().filter(|(on, _)| *on).map(|(_, chip)| chip);
        self.status.map(Chip::Status).into_iter().chain(on)
    }

    /// The same with a chip switched on, or off where it was on.
    #[must_use]
    pub fn toggled(&self, chip: Chip) -> Self {
        let mut filter = self.clone();
        match chip {
            Chip::Status(status) => {
                filter.status = Some(status).filter(|status| self.status != Some(*status));
            }
            Chip::Late => filter.late = !self.late,
            Chip::Urgent => filter.urgent = !self.urgent,
            Chip::Mine => filter.mine = !self.mine,
        }
        filter
    }

    /// The same filter as a query string, without one field, on a page: `?q=fone&page=2`.
    pub fn query(&self, without: &str, page: Option<&i64>) -> String {
        let mut pairs = Vec::new();
        let q = self.q.trim();
        if !q.is_empty() && without != "q" {
            pairs.push(format!("q={}", percent_encoded(q)));
        }
        if let Some(seller) = self.seller.as_deref().filter(|_| without != "seller") {
            pairs.push(format!("seller={}", percent_encoded(seller)));
        }
        if let Some(status) = self.status.filter(|_| without != "status") {
            pairs.push(format!("status={}", status.code()));
        }
        for (name, on) in [("late", self.late), ("urgent", self.urgent), ("mine", self.mine)] {
            if on && without != name {
                pairs.push(format!("{name}=yes"));
            }
        }
        if let Some(page) = page.filter(|page| **page > 1) {
            pairs.push(format!("page={page}"));
        }
        if pairs.is_empty() { "/".to_owned() } else { format!("/?{}", pairs.join("&")) }
    }
}

/// Where in the list one is, and the pages around: always there, hidden while there is only one page.
#[derive(Template)]
#[template(path = "orders/_pager.html")]
pub struct PagerFragment<'a> {
    pub s: RenderContext,
    pub filter: &'a BoardFilter,
    pub pager: Pager,
}

impl HtmlSafe for PagerFragment<'_> {}

/// `/`, signed in. Asks with GET: `q`, `seller` (a person's id), `status` (a status code), `page`.
#[derive(Template)]
#[template(path = "orders/_board.html")]
pub struct BoardBody<'a> {
    pub ctx: RenderContext,
    /// In the order of [`board_sort`], at most [`CARDS_PER_PAGE`].
    pub orders: &'a [OrderSummary],
    pub counters: CountersFragment,
    pub filter: &'a BoardFilter,
    /// Active people with the role of a seller; the value is their id.
    pub sellers: &'a [Choice],
    pub pager: Pager,
    pub chips: ChipsFragment<'a>,
    /// Without script: somebody asked for the next order, and there is none.
    pub nothing_next: bool,
}

impl BoardBody<'_> {
    fn card<'o>(&self, order: &'o OrderSummary) -> CardFragment<'o> {
        CardFragment { ctx: self.ctx, order }
    }

    fn pages(&self) -> PagerFragment<'_> {
        PagerFragment { s: self.ctx, filter: self.filter, pager: self.pager }
    }

    fn open_statuses(&self) -> [OrderStatus; 4] {
        [OrderStatus::Waiting, OrderStatus::Picking, OrderStatus::AwaitingGoods, OrderStatus::ReadyToFinish]
    }

    fn status_is(&self, status: &OrderStatus) -> bool {
        self.filter.status == Some(*status)
    }

    fn seller_name(&self) -> Option<&str> {
        let chosen = self.filter.seller.as_deref()?;
        self.sellers.iter().find(|seller| seller.value == chosen).map(|seller| seller.name.as_str())
    }

    fn seller_is(&self, value: &str) -> bool {
        self.filter.seller.as_deref() == Some(value)
    }
}
