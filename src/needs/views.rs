//! The view of `/needs`.

use std::borrow::Borrow;

use askama::Template;
use rust_decimal::Decimal;

use crate::html::format::{plain_quantity, quantity};
use crate::html::{Layout, Nav, RenderContext};
use crate::lang::Lang;
use crate::needs::model::{Need, OpenNeeds};
use crate::orders::item::Replacement;
use crate::orders::model::{is_measured, split_reference};
use crate::orders::views::words::replacement_words;

/// "CB14: 5 de 20 UN em falta · 30567 Paula": what a notification says.
pub fn headline(lang: Lang, need: &Need) -> String {
    let order: Vec<&str> = need.number.iter().map(String::as_str).chain([need.customer.as_str()]).collect();
    format!("{} · {}", missing(lang, need), order.join(" "))
}

/// "CB14: 5 de 20 UN em falta"
fn missing(lang: Lang, need: &Need) -> String {
    let (units, of) = (quantity(lang, need.unanswered), quantity(lang, need.quantity));
    let key = if need.is_short { "needs.short" } else { "needs.not_found" };
    let values =
        [("item", need.reference()), ("units", &units), ("quantity", &of), ("unit", need.unit.as_str())];
    lang.t_with(key, &values)
}

/// `/needs`. Posts to `/orders/{order}/items/{item}/answer`: `answer` (`swap`, `buy`, `without`), `units`, `from=needs`, and
/// with `swap` the goods (`text`, `code`, `unit`, `quantity`), with `buy` `expected`.
#[derive(Template)]
#[template(path = "needs/page.html")]
pub struct NeedsPage<'a> {
    pub s: RenderContext,
    pub layout: &'a Layout,
    pub asked: &'a OpenNeeds<'a>,
}

impl NeedsPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Needs
    }

    fn missing(&self, need: &Need) -> String {
        missing(self.s.lang, need)
    }

    fn on_the_way(&self, need: &Need) -> String {
        let units = self.s.quantity(need.on_the_way);
        self.s.lang.t_with("item.on_the_way", &[("quantity", &units)])
    }

    fn plain(&self, units: impl Borrow<Decimal>) -> String {
        plain_quantity(*units.borrow())
    }

    /// The name of a replacement, as the button has it.
    fn last_name<'r>(&self, last: &'r Replacement) -> &'r str {
        split_reference(&last.text).0
    }

    fn last_words(&self, last: &Replacement) -> String {
        replacement_words(&self.s, last)
    }

    fn step(&self, need: &Need) -> &'static str {
        if is_measured(&need.unit) { "0.1" } else { "1" }
    }

    /// The text to send to the customer.
    fn letter(&self, need: &Need) -> String {
        let lang = self.s.lang;
        let units = self.s.quantity(need.unanswered);
        let number = need.number.as_deref().unwrap_or_default();
        let goods = format!("{} {}", need.reference(), need.description_rest());
        let last = need.last.as_ref().map(|last| self.last_name(last)).unwrap_or_default();
        let key = match (need.number.is_some(), need.last.is_some()) {
            (true, true) => "needs.letter_last",
            (true, false) => "needs.letter",
            (false, true) => "needs.letter_last_no_number",
            (false, false) => "needs.letter_no_number",
        };
        let values = [
            ("number", number),
            ("units", &units),
            ("unit", need.unit.as_str()),
            ("goods", goods.trim()),
            ("last", last),
        ];
        lang.t_with(key, &values)
    }

    /// What buyers have to look after: the address, the words and the icon of each.
    fn buying(&self) -> Vec<(&'static str, String, &'static str)> {
        let buying = self.asked.buying;
        let all = [
            ("/purchasing?view=late", "needs.late", buying.late, "clock"),
            ("/purchasing?view=settle", "needs.displaced", buying.displaced, "s-ordered"),
            ("/purchasing?view=settle", "needs.canceled", buying.canceled, "s-canceled"),
        ];
        let some = all.into_iter().filter(|(_, _, n, _)| *n > 0);
        some.map(|(href, key, n, icon)| (href, self.s.lang.count(key, n), icon)).collect()
    }
}
