//! One line of an order: its state. How it is shown is in [`status`], what commands do to it in [`decisions`],
//! [`purchase`], [`replacement`] and [`answer`], and which units of which purchase are its own in [`allocation`].

pub(crate) mod allocation;
mod answer;
#[cfg(test)]
mod answer_tests;
mod decisions;
mod purchase;
#[cfg(test)]
mod purchase_tests;
mod replacement;
#[cfg(test)]
mod sound;
mod status;
#[cfg(test)]
mod tests;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use answer::Answer;
pub(in crate::orders) use decisions::check_amount;
pub use decisions::{Decision, ItemRefusal, PutBack, StandingPick};
pub use status::{ItemGroup, ItemStatus};

/// What is to happen with the rest of a line (quantity − picked). The only stored state of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum RestState {
    Pending,
    PurchaseRequested,
    PurchaseOrdered,
    Substituted,
    Short,
}

impl RestState {
    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            RestState::Pending => "pending",
            RestState::PurchaseRequested => "purchase_requested",
            RestState::PurchaseOrdered => "purchase_ordered",
            RestState::Substituted => "substituted",
            RestState::Short => "short",
        }
    }
}

/// An agreed replacement (Trocar por X), or the one that was taken when the line is substituted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// Code and unit of the goods, where they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    pub text: String,
    pub quantity: Decimal,
    /// The seller agreed it with the customer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub agreed: bool,
}

/// Why something was done: a code of a list, what was added in words, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Reason {
    /// A reason in words alone.
    pub fn text(text: impl Into<String>) -> Self {
        Self { code: None, text: Some(text.into()) }
    }
}

/// Everything about a line that commands change. History keeps it before and after each command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemState {
    pub quantity: Decimal,
    pub picked: Decimal,
    pub to_return: Decimal,
    pub rest_state: RestState,
    pub ordered: Decimal,
    pub received: Decimal,
    pub not_found: Decimal,
    /// Short or not-found units that nobody has answered.
    #[serde(default, skip_serializing_if = "Decimal::is_zero")]
    pub unanswered: Decimal,
    /// Not-found units are answered with "send without them", once nothing else of the line is awaited.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sends_without: bool,
    pub replacement: Option<Replacement>,
    /// Why the rest is short.
    pub reason: Option<Reason>,
    /// The newest quote does not have the line: it stays for what of it is in the box or bought, and wants no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off_quote: bool,
}

impl ItemState {
    /// A line as a quote brings it.
    pub fn new(quantity: Decimal) -> Self {
        Self {
            quantity,
            picked: Decimal::ZERO,
            to_return: Decimal::ZERO,
            rest_state: RestState::Pending,
            ordered: Decimal::ZERO,
            received: Decimal::ZERO,
            not_found: Decimal::ZERO,
            unanswered: Decimal::ZERO,
            sends_without: false,
            replacement: None,
            reason: None,
            off_quote: false,
        }
    }

    /// A line that is not in the order, before it comes or after it left.
    pub fn absent() -> Self {
        Self { off_quote: true, ..Self::new(Decimal::ZERO) }
    }

    /// Units still to be settled.
    pub fn rest(&self) -> Decimal {
        self.quantity - self.picked
    }

    /// Units in the box: those that are wanted and those that must go back. The picks that stand add up to it.
    pub fn held(&self) -> Decimal {
        self.picked + self.to_return
    }
}
