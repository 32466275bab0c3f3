//! Rules of answering for units that are short or not found.

use rust_decimal::Decimal;

use super::decisions::check_amount;
use super::{Decision, ItemRefusal, ItemState, Replacement, RestState};

/// A seller's answer about missing units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The customer takes other goods.
    Swap(Replacement),
    /// They are to be bought, or looked for again.
    Buy,
    /// The order goes without them.
    Without,
}

impl Answer {
    pub fn code(&self) -> &'static str {
        match self {
            Answer::Swap(_) => "swap",
            Answer::Buy => "buy",
            Answer::Without => "without",
        }
    }
}

impl ItemState {
    /// Answers for the `units` that the screen showed as unanswered: all of them, or nothing.
    pub fn answer(&self, units: Decimal, answer: &Answer) -> Result<Decision, ItemRefusal> {
        check_amount(units)?;
        if self.unanswered.is_zero() {
            return Err(ItemRefusal::Answered);
        }
        if units != self.unanswered {
            return Err(ItemRefusal::NotUnanswered { left: self.unanswered });
        }
        let is_short = self.rest_state == RestState::Short;
        let mut next = Self { unanswered: Decimal::ZERO, ..self.clone() };
        match answer {
            Answer::Swap(with) => {
                check_amount(with.quantity)?;
                next.swap(with);
                check_amount(next.replacement.as_ref().map_or(with.quantity, |both| both.quantity))?;
                if is_short {
                    (next.rest_state, next.reason) = (RestState::Pending, None);
                }
            }
            Answer::Buy if is_short => (next.rest_state, next.reason) = (RestState::PurchaseRequested, None),
            Answer::Buy => next.not_found -= units,
            Answer::Without => next.sends_without = !is_short && next.replacement.is_none(),
        }
        Ok(Decision::Becomes(next.with_answers()))
    }

    /// Agrees on other goods. Units of the same goods that were agreed before are added.
    fn swap(&mut self, with: &Replacement) {
        let had = self.replacement.take().filter(|had| had.is_of(with));
        let quantity = with.quantity + had.map_or(Decimal::ZERO, |had| had.quantity);
        self.replacement = Some(Replacement { quantity, agreed: true, ..with.clone() });
        self.sends_without = false;
    }

    /// How many units can be without an answer.
    pub(super) fn answerable(&self) -> Decimal {
        match self.rest_state {
            RestState::Short => self.rest(),
            RestState::PurchaseRequested | RestState::PurchaseOrdered => self.not_found,
            RestState::Pending | RestState::Substituted => Decimal::ZERO,
        }
    }

    /// Adapts the answers after a change of the line: none is left for units that need none, and what was answered about units
    /// that were not found takes effect once nothing else of the line is awaited.
    #[must_use]
    pub(in crate::orders) fn with_answers(mut self) -> Self {
        self.unanswered = self.unanswered.min(self.answerable());
        if self.not_found.is_zero() {
            self.sends_without = false;
        }
        if !self.is_in_purchase() {
            return self;
        }
        if self.not_found.is_zero() {
            self.replacement = None;
            return self;
        }
        let awaits = !(self.ordered.is_zero() && self.to_buy().is_zero() && self.unanswered.is_zero());
        if !awaits && self.replacement.is_some() {
            (self.rest_state, self.not_found) = (RestState::Pending, Decimal::ZERO);
        } else if !awaits && self.sends_without {
            (self.rest_state, self.not_found) = (RestState::Short, Decimal::ZERO);
            self.sends_without = false;
        }
        self
    }
}
