//! Invariants of a line that properties check; the schema refuses every line that breaks them.

use rust_decimal::Decimal;

use super::{ItemState, RestState};

impl ItemState {
    /// The rules that hold for every line at every moment.
    pub(crate) fn is_sound(&self) -> bool {
        let zero = Decimal::ZERO;
        (self.quantity > zero || (self.quantity.is_zero() && self.off_quote))
            && self.to_return >= zero
            && self.picked >= zero
            && self.rest() >= zero
            && self.received >= zero
            && self.received <= self.ordered
            && self.not_found >= zero
            && self.ordered + self.not_found <= self.rest()
            && (self.rest_state == RestState::PurchaseOrdered) == (self.ordered > zero)
            && self.unanswered >= zero
            && self.unanswered <= self.answerable()
            && (!self.sends_without || self.not_found > zero)
            && (self.rest() > zero || self.rest_state == RestState::Pending)
    }
}
