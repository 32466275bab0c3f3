//! Views of the history: filters, rows, and the link to older ones.

use std::collections::HashSet;

use askama::Template;
use jiff::civil::Date;

use super::export::MOST_EXPORTED;
use crate::export::links::Files;
use crate::html::format::address;
use crate::html::{Choice, Layout, Nav};
use crate::ids::OrderId;
use crate::orders::status::{OrderState, OrderStatus};
use crate::reports::model::history::{Found, HistoryFilter, HistoryPosition, HistoryRow};

/// Names of what can be, or was, chosen.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub sellers: Vec<Choice>,
    pub pickers: Vec<Choice>,
    /// Of the customer that it is narrowed to.
    pub customer: Option<String>,
}

/// A part of a filter, and the address without it.
struct Chip {
    words: String,
    href: String,
}

/// Marks of what is left to do with finished orders, in the order of their chips.
pub const LISTS: [&str; 2] = ["here", "adjust"];

/// `/history`. Asks with GET: `q`, `seller`, `picker` (ids of people), `customer` (a code), `state` (`finished`,
/// `canceled`), `purchase`, `substitution`, `short`, `here`, `adjust` (`yes`), `from`, `to` (days), `after` (a [`HistoryPosition`]).
#[derive(Template)]
#[template(path = "reports/history.html")]
pub struct HistoryPage<'a> {
    pub layout: &'a Layout,
    pub filter: &'a HistoryFilter,
    pub names: &'a Names,
    pub rows: &'a [HistoryRow],
    /// Of which of them the visitor may say that they left.
    pub leaving: &'a HashSet<OrderId>,
    pub found: Found,
    /// How many orders each of [`LISTS`] has.
    pub lists: Vec<i64>,
    /// How many lines are to go back to the shelf.
    pub to_shelf: i64,
    /// It does not begin with the newest order.
    pub begun: bool,
    pub next: Option<HistoryPosition>,
}

impl HistoryPage<'_> {
    fn nav(&self) -> Nav {
        Nav::History
    }

    fn status(&self, row: &HistoryRow) -> OrderStatus {
        row.order.status()
    }

    /// How many lines wait to go back to the shelf.
    fn to_shelf(&self, row: &HistoryRow) -> i64 {
        row.order.counts.to_shelf(row.order.state)
    }

    /// Of a canceled order, which goes nowhere, only how many items it has is told.
    fn is_canceled(&self, row: &HistoryRow) -> bool {
        row.order.state == OrderState::Canceled
    }

    /// Whether the row offers to say that the order left: of the list of those that are here, and of today's.
    fn waits(&self, row: &HistoryRow) -> bool {
        let s = self.layout.ctx;
        let day = |at| s.calendar.zone.local(at).date();
        let is_todays = row.order.closed.as_ref().is_some_and(|closed| day(closed.at) == day(s.now));
        let waits = row.order.state == OrderState::Finished && (self.filter.here || is_todays);
        waits && self.leaving.contains(&row.order.id)
    }

    fn picked_by(&self, row: &HistoryRow) -> String {
        row.order.picked_by.join(", ")
    }

    /// The same history of one customer.
    fn of_customer(&self, row: &HistoryRow) -> String {
        let filter = HistoryFilter { customer: Some(row.order.customer_code.clone()), ..self.filter.clone() };
        address("/history", &filter.pairs())
    }

    fn older(&self) -> Option<String> {
        let mut pairs = self.filter.pairs();
        pairs.push(("after", self.next?.to_string()));
        Some(address("/history", &pairs))
    }

    fn newest(&self) -> String {
        address("/history", &self.filter.pairs())
    }

    fn files(&self) -> Files {
        Files::new(self.layout.ctx, "/history/export", &self.filter.pairs())
    }

    fn files_hold(&self) -> String {
        let s = self.layout.ctx;
        s.lang.t_with("history.export", &[("count", &s.whole(MOST_EXPORTED))])
    }

    fn is(&self, chosen: &Option<crate::ids::PersonId>, value: &str) -> bool {
        chosen.is_some_and(|id| id.to_string() == value)
    }

    fn states(&self) -> [OrderState; 2] {
        [OrderState::Finished, OrderState::Canceled]
    }

    fn state_is(&self, state: &OrderState) -> bool {
        self.filter.state == Some(*state)
    }

    /// Name, word, and whether it is asked for.
    fn flags(&self) -> [(&'static str, &'static str, bool); 5] {
        [
            ("short", "history.with_short", self.filter.short),
            ("purchase", "history.with_purchase", self.filter.purchase),
            ("substitution", "history.with_substitution", self.filter.substitution),
            ("here", "history.here", self.filter.here),
            ("adjust", "history.adjust", self.filter.adjust),
        ]
    }

    /// How many things besides the words narrow it.
    fn narrowed(&self) -> usize {
        self.filter.pairs().iter().filter(|(name, _)| *name != "q").count()
    }

    /// The parts of the filter. A list above that is pressed, and narrowed by nothing else, shows that itself.
    fn chips(&self) -> Vec<Chip> {
        let pairs = self.filter.pairs();
        let without = |name: &str| {
            let rest: Vec<_> = pairs.iter().filter(|(other, _)| *other != name).cloned().collect();
            address("/history", &rest)
        };
        let chip =
            |(name, value): &(&str, String)| Chip { words: self.words(name, value), href: without(name) };
        let is_said = |name: &str| pairs.len() == 1 && LISTS.contains(&name);
        pairs.iter().filter(|(name, _)| !is_said(name)).map(chip).collect()
    }

    fn words(&self, name: &str, value: &str) -> String {
        let s = self.layout.ctx;
        let named = |choices: &[Choice]| {
            choices.iter().find(|choice| choice.value == value).map(|choice| choice.name.clone())
        };
        let said = |key, name: &str| s.lang.t_with(key, &[("name", name)]);
        let day = |day: Option<Date>| day.map(|day| s.date(&day)).unwrap_or_default();
        match name {
            "q" => format!("“{value}”"),
            "seller" => said("history.of_seller", &named(&self.names.sellers).unwrap_or_default()),
            "picker" => said("history.of_picker", &named(&self.names.pickers).unwrap_or_default()),
            "customer" => self.names.customer.clone().unwrap_or_default(),
            "state" => s.word("status", value),
            "short" => s.t("history.with_short").into_owned(),
            "purchase" => s.t("history.with_purchase").into_owned(),
            "substitution" => s.t("history.with_substitution").into_owned(),
            "here" => s.t("history.here").into_owned(),
            "adjust" => s.t("history.adjust").into_owned(),
            "from" => s.lang.t_with("history.since", &[("date", &day(self.filter.from))]),
            _ => s.lang.t_with("history.until", &[("date", &day(self.filter.to))]),
        }
    }

    /// Word, number, address and whether it is on, of each list of what is left to do.
    fn left_to_do(&self) -> Vec<(String, i64, String, bool)> {
        let on = [self.filter.here, self.filter.adjust];
        let lists = LISTS.iter().zip(&self.lists).zip(on);
        lists
            .map(|((mark, orders), on)| {
                let chosen = HistoryFilter {
                    here: *mark == "here" && !on,
                    adjust: *mark == "adjust" && !on,
                    ..HistoryFilter::default()
                };
                (self.layout.ctx.word("history", mark), *orders, address("/history", &chosen.pairs()), on)
            })
            .collect()
    }

    fn counted(&self) -> String {
        let s = self.layout.ctx;
        if self.found.more {
            s.lang.t_with("history.found_more", &[("count", &s.whole(self.found.orders))])
        } else {
            s.count("history.found", self.found.orders)
        }
    }
}
