//! The rules of one line: pure decisions, from what is true now to what is true then.

use rust_decimal::Decimal;

use super::{ItemState, ItemStatus, Reason, RestState};

/// Why a command on a line cannot be done; the caller adds who made it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemRefusal {
    /// An amount that is zero, negative, too fine (over 3 places) or too large to be one.
    AmountInvalid,
    /// More than the rest: what is left, and what is already picked.
    MoreThanRest { rest: Decimal },
    /// Amounts that should be the whole rest together, and are not.
    NotTheRest { rest: Decimal },
    /// More than was picked.
    MoreThanPicked { picked: Decimal },
    /// The pick that was to be taken back is not the newest one of the line, or not as it was.
    NotLastPick,
    /// More than has to go back to the shelf.
    MoreThanToReturn { left: Decimal },
    /// More than the buyer is still asked for.
    MoreThanToBuy { left: Decimal },
    /// More than was bought and has not come.
    MoreThanOnTheWay { left: Decimal },
    /// More than came and was not picked.
    MoreThanArrived { left: Decimal },
    /// Not as many units as nobody has answered.
    NotUnanswered { left: Decimal },
    /// It was answered, or needs no answer.
    Answered,
    /// The line is in a state that this command does not start from.
    NotFrom { status: ItemStatus },
}

/// What a command does to a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "made once for a tap, and nearly always the large one")]
pub enum Decision {
    /// The wanted state already holds: accepted, nothing to write.
    Already,
    Becomes(ItemState),
}

impl Decision {
    /// The line after this decision on `before`.
    fn state(self, before: &ItemState) -> ItemState {
        match self {
            Decision::Already => before.clone(),
            Decision::Becomes(next) => next,
        }
    }
}

/// A pick that stands, with the line's state just before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingPick {
    pub seq: i32,
    pub quantity: Decimal,
    pub before: ItemState,
}

/// What putting units back leaves: the line, and how the stack of picks changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutBack {
    pub state: ItemState,
    /// Picks taken back whole.
    pub removed: Vec<i32>,
    /// The pick of which a part was taken back, and what is left of it.
    pub reduced: Option<(i32, Decimal)>,
}

impl ItemState {
    /// Pick `amount` units of the original goods. Never cut: more than the rest is refused with the truth.
    pub fn pick(&self, amount: Decimal) -> Result<Decision, ItemRefusal> {
        check_amount(amount)?;
        if self.rest_state == RestState::Substituted && !self.rest().is_zero() {
            return Err(ItemRefusal::NotFrom { status: self.status() });
        }
        if amount > self.rest() {
            return Err(ItemRefusal::MoreThanRest { rest: self.rest() });
        }
        let mut next = self.clone();
        next.picked += amount;
        next.use_up_purchases(amount);
        if next.rest().is_zero() {
            next.rest_state = RestState::Pending;
            next.replacement = None;
            next.reason = None;
        } else {
            next.end_empty_purchase();
            next.fit_replacement(self.rest());
        }
        Ok(Decision::Becomes(next.with_answers()))
    }

    /// Ends the state ordered where no unit is ordered any more: the rest is pending, or still requested if some units were
    /// not found.
    pub(super) fn end_empty_purchase(&mut self) {
        if self.rest_state == RestState::PurchaseOrdered && self.ordered.is_zero() {
            let missing = !self.not_found.is_zero();
            self.rest_state = if missing { RestState::PurchaseRequested } else { RestState::Pending };
        }
    }

    /// Picking uses up what arrived, then units that are neither bought nor found, then those on the way. `self` has them
    /// picked already.
    fn use_up_purchases(&mut self, amount: Decimal) {
        let arrived = amount.min(self.received);
        self.received -= arrived;
        let rest = self.rest();
        self.ordered = (self.ordered - arrived).min(rest);
        self.received = self.received.min(self.ordered);
        self.not_found = self.not_found.min(rest - self.ordered);
    }

    /// Take back `amount` picked units, newest picks first. What has to go back anyway goes first. `picks` are those
    /// that stand, oldest first.
    pub fn unpick(&self, picks: &[StandingPick], amount: Decimal) -> Result<PutBack, ItemRefusal> {
        let is_substituted = self.rest_state == RestState::Substituted && !self.rest().is_zero();
        if is_substituted && amount > self.to_return && amount <= self.held() {
            // The goods in place of the rest would stand for these units, too.
            return Err(ItemRefusal::NotFrom { status: ItemStatus::Substituted });
        }
        self.take_out(picks, amount)
    }

    /// Takes `amount` units out of the box, newest picks first.
    fn take_out(&self, picks: &[StandingPick], amount: Decimal) -> Result<PutBack, ItemRefusal> {
        let refusal = ItemRefusal::MoreThanPicked { picked: self.held() };
        check_amount(amount)?;
        if amount > self.held() {
            return Err(refusal);
        }
        let Some((removed, reduced, oldest)) = take_newest(picks, amount) else { return Err(refusal) };
        let unwanted = amount.min(self.to_return);
        let mut state = self.clone();
        state.to_return -= unwanted;
        if amount > unwanted {
            state = state.with_rest_as_before(&oldest.before, amount - unwanted).shed();
        }
        Ok(PutBack { state, removed, reduced })
    }

    /// Take back the pick `seq` of `amount` units, which a screen showed as the newest one: that one, or nothing.
    pub fn unpick_last(
        &self,
        picks: &[StandingPick],
        seq: i32,
        amount: Decimal,
    ) -> Result<PutBack, ItemRefusal> {
        match picks.last() {
            Some(last) if (last.seq, last.quantity) == (seq, amount) => self.unpick(picks, amount),
            _ => Err(ItemRefusal::NotLastPick),
        }
    }

    /// Units that the newest quote does not want are back on the shelf.
    pub fn put_back(&self, picks: &[StandingPick], amount: Decimal) -> Result<PutBack, ItemRefusal> {
        check_amount(amount)?;
        if amount > self.to_return {
            return Err(ItemRefusal::MoreThanToReturn { left: self.to_return });
        }
        let taken = take_newest(picks, amount);
        let (removed, reduced, _) = taken.ok_or(ItemRefusal::MoreThanPicked { picked: self.held() })?;
        let state = ItemState { to_return: self.to_return - amount, ..self.clone() };
        Ok(PutBack { state, removed, reduced })
    }

    /// Units of a canceled order are back on the shelf: everything in the box is to go there.
    pub fn put_back_canceled(&self, picks: &[StandingPick], amount: Decimal) -> Result<PutBack, ItemRefusal> {
        check_amount(amount)?;
        if amount > self.held() {
            return Err(ItemRefusal::MoreThanToReturn { left: self.held() });
        }
        self.take_out(picks, amount)
    }

    /// The rest returns to the state it had before the pick; goods that arrived stay arrived.
    fn with_rest_as_before(&self, before: &ItemState, amount: Decimal) -> ItemState {
        let mut next = self.clone();
        next.picked -= amount;
        // Nobody asked the buyer for units that were in the box, and a rest has one state: all of it is to be picked.
        if self.rest_state == RestState::PurchaseRequested && !before.is_in_purchase() {
            return next.without_purchases(RestState::Pending, None).with_answers();
        }
        // A rest that became short after the pick is not short any more either: else the units put back would be short, and
        // nobody has said so.
        if self.rest().is_zero() || matches!(self.rest_state, RestState::Pending | RestState::Short) {
            let rest = next.rest();
            next.rest_state = before.rest_state;
            next.ordered = before.ordered.min(rest);
            next.received = before.received.min(next.ordered);
            next.not_found = before.not_found.min(rest - next.ordered);
            next.reason.clone_from(&before.reason);
            if self.is_agreed_since(before) {
                next.rest_state = self.rest_state;
                (next.ordered, next.received, next.not_found) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
                next.reason = None;
            } else {
                next.replacement.clone_from(&before.replacement);
                next.fit_replacement(before.rest());
            }
            // Units that were answered for since are not asked about again.
            let answered = !self.rest().is_zero() && self.unanswered.is_zero();
            let most = if answered { amount } else { before.unanswered };
            next.unanswered = before.unanswered.min(most);
            next.sends_without = before.sends_without;
            next.end_empty_purchase();
        }
        next.with_answers()
    }

    /// The rest will not be sent. Units on the way move on to the buyer's list, the line keeps none. Of a line that is short
    /// for another reason nothing is done: what was said first stands until it is taken back.
    pub fn mark_short(&self, reason: &Reason) -> Result<Decision, ItemRefusal> {
        let is_short = self.rest_state == RestState::Short;
        if is_short && !self.rest().is_zero() && self.reason.as_ref() == Some(reason) {
            return Ok(Decision::Already);
        }
        if self.rest().is_zero() || is_short || self.rest_state == RestState::Substituted {
            return Err(ItemRefusal::NotFrom { status: self.status() });
        }
        let mut next = self.clone();
        next.rest_state = RestState::Short;
        next.ordered = Decimal::ZERO;
        next.received = Decimal::ZERO;
        next.not_found = Decimal::ZERO;
        next.replacement = None;
        next.reason = Some(reason.clone());
        next.unanswered = next.rest();
        Ok(Decision::Becomes(next.shed().with_answers()))
    }

    /// Pick `picked` units and mark the `short` ones that are left. Both amounts are named: where they are not the rest
    /// together, somebody was here since the screen was drawn, and nothing is done. Answers the line after each step.
    pub fn pick_and_short(
        &self,
        picked: Decimal,
        short: Decimal,
        reason: &Reason,
    ) -> Result<(ItemState, ItemState), ItemRefusal> {
        check_amount(picked)?;
        check_amount(short)?;
        if self.rest_state == RestState::Short {
            return Err(ItemRefusal::NotFrom { status: self.status() });
        }
        if picked + short != self.rest() {
            return Err(ItemRefusal::NotTheRest { rest: self.rest() });
        }
        let in_the_box = self.pick(picked)?.state(self);
        let settled = in_the_box.mark_short(reason)?.state(&in_the_box);
        Ok((in_the_box, settled))
    }

    /// Takes a shortage back: the rest is pending again.
    pub fn unmark_short(&self) -> Result<Decision, ItemRefusal> {
        match (self.rest().is_zero(), self.rest_state) {
            (false, RestState::Short) => {
                let mut next = self.clone();
                next.rest_state = RestState::Pending;
                next.reason = None;
                Ok(Decision::Becomes(next.with_answers()))
            }
            (false, RestState::Pending) => Ok(Decision::Already),
            _ => Err(ItemRefusal::NotFrom { status: self.status() }),
        }
    }
}

/// The newest of the picks that together are `amount`: those taken whole, the one of which a part is left, and the
/// oldest of them. None: they are fewer.
type Taken<'a> = (Vec<i32>, Option<(i32, Decimal)>, &'a StandingPick);

fn take_newest(picks: &[StandingPick], amount: Decimal) -> Option<Taken<'_>> {
    let mut left = amount;
    let mut removed = Vec::new();
    for pick in picks.iter().rev() {
        if pick.quantity > left {
            return Some((removed, Some((pick.seq, pick.quantity - left)), pick));
        }
        left -= pick.quantity;
        removed.push(pick.seq);
        if left.is_zero() {
            return Some((removed, None, pick));
        }
    }
    None
}

/// Refuses an amount that is not positive, has more than three decimals, or more than nine digits before them.
pub(in crate::orders) fn check_amount(amount: Decimal) -> Result<(), ItemRefusal> {
    let fits =
        amount > Decimal::ZERO && amount < Decimal::from(1_000_000_000) && amount.normalize().scale() <= 3;
    if fits { Ok(()) } else { Err(ItemRefusal::AmountInvalid) }
}
