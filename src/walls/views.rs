//! Views of a wall before and after it is paired, and of the administrator's list.

use askama::Template;
use jiff::Timestamp;

use super::model::WallRow;
use crate::actor::Wall;
use crate::html::{Drawn, FieldErrors, Layout, Nav, Pager, RenderContext};
use crate::orders::model::OrderSummary;
use crate::orders::views::{BoardFilter, CardFragment, CountersFragment, PagerFragment};

/// `/wall` on a screen that is no wall yet. Posts to `/wall/code`: nothing.
#[derive(Template)]
#[template(path = "walls/pairing.html")]
pub struct PairingPage<'a> {
    pub layout: &'a Layout,
    /// Two times three digits; None: the screen has to ask for a code.
    pub code: Option<(&'a str, &'a str)>,
    /// The person signed in on this browser, who keeps it from becoming a wall.
    pub person: Option<&'a str>,
}

impl PairingPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Walls
    }
}

/// `/wall`: the board, read from five metres.
#[derive(Template)]
#[template(path = "walls/wall.html")]
pub struct WallPage<'a> {
    pub s: RenderContext,
    pub wall: &'a Wall,
    pub cursor: String,
    pub body: Drawn<'a>,
}

impl WallPage<'_> {
    fn screen(&self) -> crate::screen::Screen {
        crate::screen::Screen::Wall
    }
}

/// The body of every wall of a company.
#[derive(Template)]
#[template(path = "walls/_board.html")]
pub struct WallBody<'a> {
    pub ctx: RenderContext,
    pub orders: &'a [OrderSummary],
    pub counters: CountersFragment,
    /// Nothing is looked for on a wall.
    pub filter: &'a BoardFilter,
    pub pager: Pager,
}

impl WallBody<'_> {
    fn card<'o>(&self, order: &'o OrderSummary) -> CardFragment<'o> {
        CardFragment { ctx: self.ctx, order }
    }

    /// How many there are.
    fn pages(&self) -> PagerFragment<'_> {
        PagerFragment { s: self.ctx, filter: self.filter, pager: self.pager }
    }
}

/// `/walls`. Posts to `/walls` (`code`, `name`, `v`), `/walls/{wall}/name` (`name`, `v`), `/walls/{wall}/revoke` (`v`).
#[derive(Template)]
#[template(path = "walls/walls.html")]
pub struct WallsPage<'a> {
    pub layout: &'a Layout,
    pub walls: &'a [WallRow],
    pub code: &'a str,
    pub name: &'a str,
    pub errors: &'a FieldErrors,
    /// The address that a screen opens.
    pub address: &'a str,
    pub needs_pin: bool,
}

/// Seconds after which a wall counts as off or offline: its use is recorded once a minute.
const SEEN_FOR: i64 = 150;

impl WallsPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Walls
    }

    fn is_on(&self, wall: &WallRow) -> bool {
        let now: Timestamp = self.layout.ctx.now;
        now.duration_since(wall.last_seen_at).as_secs() < SEEN_FOR
    }
}
