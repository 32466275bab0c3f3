//! One line under a newer quote.

use rust_decimal::Decimal;

use crate::orders::item::{ItemState, RestState};

impl ItemState {
    /// The line under a newer quote that wants `wanted` units of it; zero: the quote does not have the line.
    ///
    /// What is in the box counts for what is wanted, also units that were to go back; what is more goes back. Units
    /// that no quote can take away stay wanted: the bought ones of a line that left the quote, and those whose
    /// replacement is in the box already.
    #[must_use]
    pub fn revised(&self, wanted: Decimal) -> Self {
        let held = self.held();
        let stuck = match self.rest_state {
            RestState::Substituted if wanted <= held => self.rest(),
            RestState::PurchaseOrdered if wanted.is_zero() => self.ordered,
            _ => Decimal::ZERO,
        };
        let picked = held.min(wanted);
        let mut next = self.clone();
        next.quantity = wanted + stuck;
        next.picked = picked;
        next.to_return = held - picked;
        next.off_quote = wanted.is_zero();
        next.fit_rest();
        if next.rest_state == RestState::Pending {
            next.fit_replacement(self.rest());
        }
        next.with_answers()
    }

    /// A line that left the quote wants no more than what is picked, bought or replaced.
    #[must_use]
    pub(in crate::orders) fn shed(mut self) -> Self {
        if self.off_quote {
            let stuck = match self.rest_state {
                RestState::Substituted => self.rest(),
                RestState::PurchaseOrdered => self.ordered,
                _ => Decimal::ZERO,
            };
            self.quantity = self.picked + stuck;
            self.fit_rest();
        }
        self
    }

    /// Whether the line is no longer part of its order.
    pub fn has_left(&self) -> bool {
        self.quantity.is_zero() && self.to_return.is_zero()
    }

    /// Whether nobody has done or decided anything about the line.
    pub(super) fn is_untouched(&self) -> bool {
        self.held().is_zero() && self.rest_state == RestState::Pending && self.replacement.is_none()
    }

    /// Purchases never exceed the rest, and a rest of nothing has no state of its own.
    fn fit_rest(&mut self) {
        let rest = self.rest();
        self.ordered = self.ordered.min(rest);
        self.received = self.received.min(self.ordered);
        self.not_found = self.not_found.min(rest - self.ordered);
        if rest.is_zero() {
            self.rest_state = RestState::Pending;
            self.replacement = None;
            self.reason = None;
        }
    }
}
