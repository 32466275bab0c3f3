//! What is forgotten of a customer, before it is.

use askama::Template;

use crate::html::format::address;
use crate::html::{Layout, Nav};
use crate::orders::customer::{Customer, CustomerOrder};

/// Which orders a code and a name stand for.
pub enum Found {
    /// The code is that of whoever comes to the counter.
    NameNeeded,
    Orders {
        count: i64,
        /// As the papers print them, each once.
        names: Vec<String>,
        any_open: bool,
    },
}

impl Found {
    pub fn of(orders: &[CustomerOrder]) -> Self {
        let mut names: Vec<String> = orders.iter().map(|order| order.customer.clone()).collect();
        names.sort_unstable();
        names.dedup();
        let count = i64::try_from(orders.len()).unwrap_or(i64::MAX);
        Found::Orders { count, names, any_open: orders.iter().any(|order| order.open) }
    }
}

/// `/anonymise`. Asks with GET: `code`, `name`. Posts to itself: these, `orders` (how many were shown), `v`.
#[derive(Template)]
#[template(path = "orders/anonymise.html")]
pub struct AnonymisePage<'a> {
    pub layout: &'a Layout,
    pub customer: &'a Customer,
    /// None: nothing was asked for.
    pub found: Option<Found>,
    /// The PIN was not proven recently: the page asks for it first, then shows what was asked for.
    pub needs_pin: bool,
}

impl AnonymisePage<'_> {
    fn nav(&self) -> Nav {
        Nav::People
    }

    /// The board with the orders that stand in the way.
    fn open_orders(&self) -> String {
        let Customer { code, name } = self.customer;
        address("/", &[("q", if name.is_empty() { code.clone() } else { name.clone() })])
    }

    /// The address of the page with what it was asked for.
    fn here(&self) -> String {
        let Customer { code, name } = self.customer;
        let pairs = [("code", code.clone()), ("name", name.clone())];
        let pairs: Vec<_> = pairs.into_iter().filter(|(_, typed)| !typed.is_empty()).collect();
        address("/anonymise", &pairs)
    }
}
