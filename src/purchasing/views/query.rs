//! What the buyer's page was asked for, and the addresses of its other views.

use std::fmt::Write as _;

use crate::html::format::percent_encoded;

/// What the page lists: its count chips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    #[default]
    Buy,
    Coming,
    Late,
    Settle,
}

impl View {
    pub const ALL: [View; 4] = [View::Buy, View::Coming, View::Late, View::Settle];

    pub fn code(self) -> &'static str {
        match self {
            View::Buy => "buy",
            View::Coming => "coming",
            View::Late => "late",
            View::Settle => "settle",
        }
    }

    /// Whether it lists what was bought, of suppliers.
    pub(super) fn is_bought(self) -> bool {
        matches!(self, View::Coming | View::Late)
    }

    pub fn from_code(code: &str) -> Option<Self> {
        View::ALL.into_iter().find(|view| view.code() == code)
    }
}

/// What the page was asked for.
#[derive(Clone, Debug, Default)]
pub struct PurchasingQuery {
    pub view: View,
    pub by_order: bool,
    pub q: String,
    /// Of what is on the way, only what was bought of this one.
    pub supplier: Option<String>,
    /// Pages of rows count from 1.
    pub page: i64,
    /// Code and unit of the product whose sheet is open.
    pub open: Option<(String, String)>,
}

impl PurchasingQuery {
    /// The same page with another view.
    pub(super) fn href(&self, view: View, by_order: bool) -> String {
        let mut href = format!("/purchasing?view={}", view.code());
        if by_order {
            href.push_str("&by=order");
        }
        if !self.q.trim().is_empty() {
            let _ = write!(href, "&q={}", percent_encoded(self.q.trim()));
        }
        if let Some(supplier) = self.supplier.as_deref().filter(|_| view.is_bought()) {
            let _ = write!(href, "&supplier={}", percent_encoded(supplier));
        }
        href
    }

    /// This view, of another supplier, or of all.
    pub(super) fn of_supplier(&self, supplier: Option<&str>) -> String {
        let asked = Self { supplier: supplier.map(str::to_owned), ..self.clone() };
        asked.href(self.view, self.by_order)
    }
}
