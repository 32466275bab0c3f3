//! Allocation of purchased units to lines. Pure.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{ItemState, RestState};
use crate::ids::PurchaseId;

/// The units of one purchase that were bought for one line. Each counts in one of these amounts; `received` alone is a part
/// of another, `ordered`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    pub purchase: PurchaseId,
    /// The line waits for them, or they came for it.
    pub ordered: Decimal,
    /// Of these, units that are here.
    pub received: Decimal,
    /// Came, and went into the box.
    pub used: Decimal,
    /// On the way, and no longer needed: the buyer is to settle them.
    pub displaced: Decimal,
    /// Here, and no longer needed: to be put on the shelf.
    pub to_return: Decimal,
    /// Settled: not sent after all.
    pub canceled: Decimal,
    /// Settled: came for the stock.
    pub stocked: Decimal,
    /// Settled: here, and put on the shelf.
    pub returned: Decimal,
}

/// How the buyer settles units that no line needs any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    Canceled,
    Stocked,
    Returned,
}

impl Settlement {
    pub fn code(self) -> &'static str {
        match self {
            Settlement::Canceled => "canceled",
            Settlement::Stocked => "stocked",
            Settlement::Returned => "returned",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        let all = [Settlement::Canceled, Settlement::Stocked, Settlement::Returned];
        all.into_iter().find(|settlement| settlement.code() == code)
    }
}

impl Allocation {
    pub fn new(purchase: PurchaseId, ordered: Decimal) -> Self {
        let none = Decimal::ZERO;
        Self {
            purchase,
            ordered,
            received: none,
            used: none,
            displaced: none,
            to_return: none,
            canceled: none,
            stocked: none,
            returned: none,
        }
    }

    /// Units that were bought for the line.
    pub fn quantity(&self) -> Decimal {
        let settled = self.canceled + self.stocked + self.returned;
        self.ordered + self.used + self.displaced + self.to_return + settled
    }

    fn on_the_way(&self) -> Decimal {
        self.ordered - self.received
    }

    /// Takes `amount` units from the line, which needs none any more; None: it has fewer.
    #[must_use]
    pub fn freed(&self, amount: Decimal, arrived: bool) -> Option<Self> {
        let mut next = self.clone();
        if amount > if arrived { self.received } else { self.on_the_way() } {
            return None;
        }
        next.ordered -= amount;
        if arrived {
            next.received -= amount;
            next.to_return += amount;
        } else {
            next.displaced += amount;
        }
        Some(next)
    }

    /// Settles `amount` units that the line no longer needs; None: there are fewer.
    #[must_use]
    pub fn settled(&self, settlement: Settlement, amount: Decimal) -> Option<Self> {
        let mut next = self.clone();
        let (from, to) = match settlement {
            Settlement::Canceled => (&mut next.displaced, &mut next.canceled),
            Settlement::Stocked => (&mut next.displaced, &mut next.stocked),
            Settlement::Returned => (&mut next.to_return, &mut next.returned),
        };
        if amount > *from {
            return None;
        }
        *from -= amount;
        *to += amount;
        Some(next)
    }
}

/// Why units of a line's purchases move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// They, or others from the shelf, went into the box: what came is used up first, and what is still on the way is no
    /// longer needed.
    Picked,
    /// The line no longer wants them.
    Displaced,
    /// Picked units went back: those that had come for the line stay arrived.
    PutBack,
    /// Picked units of a canceled order are on the shelf: nobody waits for them, nor for what came in their place.
    Shelved,
    /// They came: the oldest purchase first.
    Received,
    /// They are not here after all: the newest purchase first.
    Unreceived,
    /// They were never bought: the newest purchase first.
    Unordered,
}

impl Flow {
    /// Moves the units of `allocations`, the oldest purchase first, as the line went from `before` to `after`. Answers what
    /// is true of the line then: it does not wait for what is gone.
    #[must_use]
    pub fn follow(self, allocations: &mut [Allocation], before: &ItemState, after: ItemState) -> ItemState {
        match self {
            Flow::Picked => use_up(allocations, before, &after),
            Flow::Displaced => displace(allocations, before, &after),
            Flow::PutBack => return give_back(allocations, before, after),
            Flow::Shelved => return shelve(allocations, before, after),
            Flow::Received => arrive(allocations, after.received - before.received),
            Flow::Unreceived => unarrive(allocations, before.received - after.received),
            Flow::Unordered => unbuy(allocations, before.ordered - after.ordered),
        }
        after
    }
}

fn use_up(allocations: &mut [Allocation], before: &ItemState, after: &ItemState) {
    let arrived = before.received - after.received;
    spread(
        allocations.iter_mut(),
        arrived,
        |one| one.received,
        |one, n| {
            one.received -= n;
            one.ordered -= n;
            one.used += n;
        },
    );
    displace_coming(allocations, before.ordered - after.ordered - arrived);
}

fn displace(allocations: &mut [Allocation], before: &ItemState, after: &ItemState) {
    let arrived = before.received - after.received;
    spread(
        allocations.iter_mut().rev(),
        arrived,
        |one| one.received,
        |one, n| {
            one.received -= n;
            one.ordered -= n;
            one.to_return += n;
        },
    );
    displace_coming(allocations, before.ordered - after.ordered - arrived);
}

fn displace_coming(allocations: &mut [Allocation], amount: Decimal) {
    spread(allocations.iter_mut().rev(), amount, Allocation::on_the_way, |one, n| {
        one.ordered -= n;
        one.displaced += n;
    });
}

/// Gives the line back units that had come for it and were used, then units that it displaced and the buyer has not settled.
/// Units of `wanted` beyond those are gone.
fn give_back(allocations: &mut [Allocation], before: &ItemState, wanted: ItemState) -> ItemState {
    let mut after = wanted;
    if matches!(after.rest_state, RestState::Substituted | RestState::Short) || after.rest().is_zero() {
        return after;
    }
    let arrived = spread(
        allocations.iter_mut().rev(),
        before.picked - after.picked,
        |one| one.used,
        |one, n| {
            one.used -= n;
            one.ordered += n;
            one.received += n;
        },
    );
    let coming = spread(
        allocations.iter_mut(),
        after.ordered - before.ordered - arrived,
        |one| one.displaced,
        |one, n| {
            one.displaced -= n;
            one.ordered += n;
        },
    );
    after.ordered = before.ordered + arrived + coming;
    after.received = before.received + arrived;
    after.not_found = after.not_found.min(after.rest() - after.ordered);
    if !after.ordered.is_zero() {
        // The agreed replacement stands for the units that did not come.
        if after.rest_state == RestState::Pending && after.replacement.is_some() {
            after.not_found = after.rest() - after.ordered;
        }
        after.rest_state = RestState::PurchaseOrdered;
    }
    after.end_empty_purchase();
    after.shed().with_answers()
}

/// Units that had come for the line and were used are on the shelf; the line waits for no more than before.
fn shelve(allocations: &mut [Allocation], before: &ItemState, wanted: ItemState) -> ItemState {
    let mut after = wanted;
    spread(
        allocations.iter_mut().rev(),
        before.picked - after.picked,
        |one| one.used,
        |one, n| {
            one.used -= n;
            one.returned += n;
        },
    );
    (after.ordered, after.received) = (before.ordered, before.received);
    after.not_found = after.not_found.min(after.rest() - after.ordered);
    if !after.ordered.is_zero() {
        after.rest_state = RestState::PurchaseOrdered;
    }
    after.end_empty_purchase();
    after.shed().with_answers()
}

fn arrive(allocations: &mut [Allocation], amount: Decimal) {
    spread(allocations.iter_mut(), amount, Allocation::on_the_way, |one, n| one.received += n);
}

fn unarrive(allocations: &mut [Allocation], amount: Decimal) {
    spread(allocations.iter_mut().rev(), amount, |one| one.received, |one, n| one.received -= n);
}

fn unbuy(allocations: &mut [Allocation], amount: Decimal) {
    spread(allocations.iter_mut().rev(), amount, Allocation::on_the_way, |one, n| one.ordered -= n);
}

/// Takes `amount` from the allocations in their order, from as many as needed. Answers how much was there to take.
fn spread<'a>(
    allocations: impl Iterator<Item = &'a mut Allocation>,
    amount: Decimal,
    available: impl Fn(&Allocation) -> Decimal,
    take: impl Fn(&mut Allocation, Decimal),
) -> Decimal {
    let mut taken = Decimal::ZERO;
    for allocation in allocations {
        let part = available(allocation).min(amount - taken);
        if part > Decimal::ZERO {
            take(allocation, part);
            taken += part;
        }
    }
    taken
}
