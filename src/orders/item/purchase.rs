//! Rules of purchasing for a line. How units are spread over purchases is in [`super::allocation`].

use rust_decimal::Decimal;

use super::decisions::check_amount;
use super::{Decision, ItemRefusal, ItemState, RestState};

impl RestState {
    /// Whether whoever asks for the same goods elsewhere asks for a line's rest, of which `unanswered` units wait for an answer:
    /// not where it is short and somebody has answered that the order goes without.
    pub fn is_asked_along(self, unanswered: Decimal) -> bool {
        self != RestState::Short || !unanswered.is_zero()
    }
}

impl ItemState {
    /// Whether the rest is asked of the buyer, or ordered from a supplier.
    pub fn is_in_purchase(&self) -> bool {
        matches!(self.rest_state, RestState::PurchaseRequested | RestState::PurchaseOrdered)
    }

    /// Units that are asked of the buyer and neither bought nor given up.
    pub fn to_buy(&self) -> Decimal {
        if self.is_in_purchase() { self.rest() - self.ordered - self.not_found } else { Decimal::ZERO }
    }

    /// Units that were bought and have not come.
    pub fn on_the_way(&self) -> Decimal {
        self.ordered - self.received
    }

    /// The rest is asked of the buyer; units that were not found are asked for anew.
    pub fn request_purchase(&self) -> Result<Decision, ItemRefusal> {
        if self.rest().is_zero() || self.rest_state == RestState::Substituted {
            return Err(self.not_from());
        }
        if self.is_in_purchase() && self.not_found.is_zero() {
            return Ok(Decision::Already);
        }
        let mut next = self.clone();
        next.not_found = Decimal::ZERO;
        next.replacement = None;
        if !self.is_in_purchase() {
            next.rest_state = RestState::PurchaseRequested;
            next.reason = None;
        }
        Ok(Decision::Becomes(next.with_answers()))
    }

    /// The rest is to be picked after all; what was ordered has to be taken back first. Other goods that were agreed for a part
    /// of it are let go: they would stand for all of it.
    pub fn withdraw_request(&self) -> Result<Decision, ItemRefusal> {
        match (self.rest().is_zero(), self.rest_state) {
            (false, RestState::PurchaseRequested) => {
                let (rest_state, not_found, replacement) = (RestState::Pending, Decimal::ZERO, None);
                Ok(Decision::Becomes(
                    Self { rest_state, not_found, replacement, ..self.clone() }.with_answers(),
                ))
            }
            (false, RestState::Pending) => Ok(Decision::Already),
            _ => Err(self.not_from()),
        }
    }

    /// `amount` units were bought, also some that were given up before.
    pub fn mark_ordered(&self, amount: Decimal) -> Result<Decision, ItemRefusal> {
        check_amount(amount)?;
        self.must_be_in_purchase()?;
        let left = self.rest() - self.ordered;
        if amount > left {
            return Err(ItemRefusal::MoreThanToBuy { left });
        }
        let mut next = self.clone();
        next.rest_state = RestState::PurchaseOrdered;
        next.ordered += amount;
        next.not_found = next.not_found.min(left - amount);
        Ok(Decision::Becomes(next.with_answers()))
    }

    /// `amount` units were not bought after all.
    pub fn unmark_ordered(&self, amount: Decimal) -> Result<Decision, ItemRefusal> {
        check_amount(amount)?;
        if amount > self.on_the_way() {
            return Err(ItemRefusal::MoreThanOnTheWay { left: self.on_the_way() });
        }
        let mut next = self.clone();
        next.ordered -= amount;
        if next.ordered.is_zero() {
            next.rest_state = RestState::PurchaseRequested;
        }
        Ok(Decision::Becomes(next.shed().with_answers()))
    }

    /// `amount` of the units that were bought are here.
    pub fn mark_received(&self, amount: Decimal) -> Result<Decision, ItemRefusal> {
        check_amount(amount)?;
        if amount > self.on_the_way() {
            return Err(ItemRefusal::MoreThanOnTheWay { left: self.on_the_way() });
        }
        Ok(Decision::Becomes(Self { received: self.received + amount, ..self.clone() }))
    }

    /// `amount` units that were said to be here are not.
    pub fn unmark_received(&self, amount: Decimal) -> Result<Decision, ItemRefusal> {
        check_amount(amount)?;
        if amount > self.received {
            return Err(ItemRefusal::MoreThanArrived { left: self.received });
        }
        Ok(Decision::Becomes(Self { received: self.received - amount, ..self.clone() }))
    }

    /// `amount` units cannot be bought: whoever sells answers for them.
    pub fn mark_not_found(&self, amount: Decimal) -> Result<Decision, ItemRefusal> {
        check_amount(amount)?;
        self.must_be_in_purchase()?;
        if amount > self.to_buy() {
            return Err(ItemRefusal::MoreThanToBuy { left: self.to_buy() });
        }
        let (not_found, unanswered) = (self.not_found + amount, self.unanswered + amount);
        Ok(Decision::Becomes(Self { not_found, unanswered, ..self.clone() }))
    }

    /// Of a canceled order: `amount` bought units are settled, and the line keeps none of them. `arrived` are here.
    #[must_use]
    pub fn released(&self, amount: Decimal, arrived: bool) -> Self {
        let mut next = self.clone();
        next.ordered -= amount;
        if arrived {
            next.received -= amount;
        }
        next.end_empty_purchase();
        next.shed().with_answers()
    }

    fn must_be_in_purchase(&self) -> Result<(), ItemRefusal> {
        if self.is_in_purchase() { Ok(()) } else { Err(self.not_from()) }
    }

    pub(super) fn not_from(&self) -> ItemRefusal {
        ItemRefusal::NotFrom { status: self.status() }
    }
}
