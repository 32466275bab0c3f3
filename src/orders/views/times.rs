//! The view of a closed order's times.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::html::{RenderContext, Spent};
use crate::orders::times::OrderTimes;

/// Order time, waiting and picking, each in working time and by the wall.
#[derive(Template)]
#[template(path = "orders/_times.html")]
pub struct TimesFragment {
    pub s: RenderContext,
    pub times: OrderTimes,
}

impl HtmlSafe for TimesFragment {}

impl TimesFragment {
    fn rows(&self) -> Vec<(&'static str, Spent)> {
        let times = self.times;
        let mut rows = vec![("times.order", times.order)];
        rows.extend(Some(("times.waiting", times.waiting)).filter(|(_, spent)| spent.wall > 0));
        rows.extend(times.picking.map(|spent| ("times.picking", spent)));
        rows
    }
}
