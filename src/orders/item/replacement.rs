//! Rules of replacements: substituted at once, or agreed for later.

use rust_decimal::Decimal;

use super::decisions::check_amount;
use super::{Decision, ItemRefusal, ItemState, Replacement, RestState};

impl Replacement {
    /// Whether both are the same goods, however many.
    pub fn is_of(&self, other: &Self) -> bool {
        (&self.code, &self.unit, &self.text) == (&other.code, &other.unit, &other.text)
    }
}

impl ItemState {
    /// Other goods are in the box in place of the rest, which the screen showed as `rest`.
    pub fn substitute(&self, rest: Decimal, with: &Replacement) -> Result<Decision, ItemRefusal> {
        check_amount(with.quantity)?;
        if self.rest_state == RestState::Substituted && !self.rest().is_zero() {
            let same =
                self.replacement.as_ref().is_some_and(|had| had.is_of(with) && had.quantity == with.quantity);
            return if same { Ok(Decision::Already) } else { Err(self.not_from()) };
        }
        self.must_be_the_rest(rest)?;
        let agreed = self.replacement.as_ref().is_some_and(|had| had.agreed && had.is_of(with));
        let replacement = Replacement { agreed, ..with.clone() };
        let next = self.without_purchases(RestState::Substituted, Some(replacement));
        Ok(Decision::Becomes(next.shed().with_answers()))
    }

    /// The other goods are out of the box again. What was agreed is still agreed.
    pub fn unsubstitute(&self) -> Result<Decision, ItemRefusal> {
        match (self.rest().is_zero(), self.rest_state) {
            (false, RestState::Substituted) => {
                let mut next = self.clone();
                next.rest_state = RestState::Pending;
                next.replacement = next.replacement.filter(|had| had.agreed);
                Ok(Decision::Becomes(next.shed()))
            }
            (false, RestState::Pending) => Ok(Decision::Already),
            _ => Err(self.not_from()),
        }
    }

    /// The other goods that are in the box in place of the rest.
    pub fn in_place(&self) -> Option<&Replacement> {
        let is_there = self.rest_state == RestState::Substituted && !self.rest().is_zero();
        self.replacement.as_ref().filter(|_| is_there)
    }

    /// The customer takes other goods in place of the rest, which the screen showed as `rest`: they are still to be fetched.
    pub fn agree_replacement(&self, rest: Decimal, with: &Replacement) -> Result<Decision, ItemRefusal> {
        check_amount(with.quantity)?;
        if self.rest_state == RestState::Substituted {
            return Err(self.not_from());
        }
        let replacement = Replacement { agreed: true, ..with.clone() };
        if self.rest_state == RestState::Pending && self.replacement.as_ref() == Some(&replacement) {
            return Ok(Decision::Already);
        }
        self.must_be_the_rest(rest)?;
        let next = self.without_purchases(RestState::Pending, Some(replacement));
        Ok(Decision::Becomes(next.shed().with_answers()))
    }

    /// The customer takes no other goods after all. Units that could not be bought wait for an answer again.
    pub fn withdraw_replacement(&self) -> Result<Decision, ItemRefusal> {
        if self.rest_state == RestState::Substituted || self.rest().is_zero() {
            return Err(self.not_from());
        }
        if self.replacement.is_none() {
            return Ok(Decision::Already);
        }
        let mut next = Self { replacement: None, ..self.clone() };
        if next.is_in_purchase() {
            next.unanswered = next.not_found;
        }
        Ok(Decision::Becomes(next.with_answers()))
    }

    /// A replacement of as many units as the rest was follows the rest.
    pub(in crate::orders) fn fit_replacement(&mut self, rest_before: Decimal) {
        let rest = self.rest();
        if let Some(replacement) = self.replacement.as_mut().filter(|had| had.quantity == rest_before) {
            replacement.quantity = rest;
        }
    }

    /// Whether other goods than those of `before` are agreed by now; a replacement that followed the rest is the same.
    pub(super) fn is_agreed_since(&self, before: &Self) -> bool {
        let mut was = before.clone();
        was.picked = was.quantity - self.rest();
        was.fit_replacement(before.rest());
        self.replacement.is_some()
            && self.replacement != before.replacement
            && self.replacement != was.replacement
    }

    /// The rest in another state, with nothing bought, asked for or short any more.
    pub(super) fn without_purchases(&self, rest_state: RestState, replacement: Option<Replacement>) -> Self {
        let none = Decimal::ZERO;
        let (ordered, received, not_found, unanswered) = (none, none, none, none);
        let reason = None;
        Self { rest_state, ordered, received, not_found, unanswered, reason, replacement, ..self.clone() }
    }

    fn must_be_the_rest(&self, rest: Decimal) -> Result<(), ItemRefusal> {
        match self.rest() {
            left if left.is_zero() => Err(self.not_from()),
            left if left != rest => Err(ItemRefusal::NotTheRest { rest: left }),
            _ => Ok(()),
        }
    }
}
