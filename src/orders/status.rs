//! An order's stored state, the status that is derived from its lines, and what keeps it from being finished.

use crate::error::{Sentence, Word};

/// The stored state of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum OrderState {
    Open,
    Finished,
    Canceled,
}

impl OrderState {
    pub fn code(self) -> &'static str {
        match self {
            OrderState::Open => "open",
            OrderState::Finished => "finished",
            OrderState::Canceled => "canceled",
        }
    }
}

/// What people read on the card; derived from the lines, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderStatus {
    Canceled,
    Finished,
    ReadyToFinish,
    AwaitingGoods,
    Picking,
    Waiting,
}

impl OrderStatus {
    pub const ALL: [OrderStatus; 6] = [
        OrderStatus::Canceled,
        OrderStatus::Finished,
        OrderStatus::ReadyToFinish,
        OrderStatus::AwaitingGoods,
        OrderStatus::Picking,
        OrderStatus::Waiting,
    ];

    /// The word in class names, icons, filters and catalogue keys.
    pub fn code(self) -> &'static str {
        match self {
            OrderStatus::Canceled => "canceled",
            OrderStatus::Finished => "finished",
            OrderStatus::ReadyToFinish => "ready",
            OrderStatus::AwaitingGoods => "awaiting",
            OrderStatus::Picking => "picking",
            OrderStatus::Waiting => "waiting",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        OrderStatus::ALL.into_iter().find(|status| status.code() == code)
    }
}

/// How many lines of an order count as what. What a line counts as is said once, in the generated columns of `order_items`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub lines: i64,
    /// Picked, substituted or short.
    pub settled: i64,
    /// Lines of which something is in the box: a unit, or other goods in their place.
    pub touched: i64,
    /// Lines of which a unit can be picked now.
    pub pickable: i64,
    /// Lines requested or ordered from a supplier.
    pub in_purchase: i64,
    /// Lines in purchase of which a unit may still come: it was neither received nor given up.
    pub coming: i64,
    /// Lines in purchase of which something arrived.
    pub arrived: i64,
    pub short: i64,
    /// Lines with short or not-found units that nobody has answered.
    pub unanswered: i64,
    pub substituted: i64,
    /// Lines with units that must go back to the shelf first.
    pub to_return: i64,
}

impl Counts {
    /// Settled lines in percent, rounded down: 100 only when all are.
    pub fn percent(&self) -> i64 {
        if self.lines == 0 { 0 } else { self.settled * 100 / self.lines }
    }

    /// The shown status; first match wins.
    pub fn status(&self, state: OrderState) -> OrderStatus {
        match state {
            OrderState::Canceled => OrderStatus::Canceled,
            OrderState::Finished => OrderStatus::Finished,
            OrderState::Open if self.lines > 0 && self.settled == self.lines => OrderStatus::ReadyToFinish,
            OrderState::Open if self.pickable == 0 && self.coming > 0 => OrderStatus::AwaitingGoods,
            OrderState::Open if self.touched + self.settled + self.in_purchase > 0 => OrderStatus::Picking,
            OrderState::Open => OrderStatus::Waiting,
        }
    }

    /// Lines with units that must go back to the shelf; of a canceled order that is whatever is in the box.
    pub fn to_shelf(&self, state: OrderState) -> i64 {
        if state == OrderState::Canceled { self.touched } else { self.to_return }
    }

    /// Why the order cannot be finished yet, if it cannot.
    pub fn finish_refusal(&self) -> Option<FinishRefusal> {
        if self.to_return > 0 {
            Some(FinishRefusal::ToReturn)
        } else if self.settled < self.lines {
            Some(FinishRefusal::Unsettled { left: self.lines - self.settled })
        } else if self.touched + self.substituted == 0 {
            Some(FinishRefusal::NothingPicked)
        } else {
            None
        }
    }
}

/// Why an order cannot be finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishRefusal {
    /// Lines that are neither picked, substituted nor short.
    Unsettled { left: i64 },
    /// Everything is short: such an order is canceled instead.
    NothingPicked,
    /// Units beyond the quantity are not back on the shelf.
    ToReturn,
}

impl FinishRefusal {
    /// What the finish bar says beforehand, and the refusal afterwards.
    pub fn sentence(self) -> Sentence {
        match self {
            FinishRefusal::Unsettled { left } => {
                Sentence::new("orders.finish.unsettled").with("count", Word::Count(left))
            }
            FinishRefusal::NothingPicked => Sentence::new("orders.finish.nothing_picked"),
            FinishRefusal::ToReturn => Sentence::new("orders.finish.to_return"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_matching_status_wins() {
        let counts = |lines, settled, touched, pickable, in_purchase| Counts {
            lines,
            settled,
            touched,
            pickable,
            in_purchase,
            coming: in_purchase,
            ..Counts::default()
        };
        let open = |counts: Counts| counts.status(OrderState::Open);
        assert_eq!(open(counts(3, 0, 0, 3, 0)), OrderStatus::Waiting);
        assert_eq!(open(counts(3, 0, 1, 3, 0)), OrderStatus::Picking);
        assert_eq!(open(counts(3, 1, 1, 2, 0)), OrderStatus::Picking);
        assert_eq!(open(counts(3, 1, 1, 1, 1)), OrderStatus::Picking);
        assert_eq!(open(counts(3, 2, 2, 0, 1)), OrderStatus::AwaitingGoods);
        let nothing_comes = Counts { coming: 0, ..counts(3, 2, 2, 0, 1) };
        assert_eq!(open(nothing_comes), OrderStatus::Picking, "what was not found is not coming");
        assert_eq!(open(counts(3, 3, 3, 0, 0)), OrderStatus::ReadyToFinish);
        assert_eq!(counts(3, 3, 3, 0, 0).status(OrderState::Finished), OrderStatus::Finished);
    }

    #[test]
    fn an_order_of_shortages_only_is_canceled_not_finished() {
        let all_short = Counts { lines: 2, settled: 2, short: 2, ..Counts::default() };
        assert_eq!(all_short.finish_refusal(), Some(FinishRefusal::NothingPicked));
        assert_eq!(Counts { touched: 1, ..all_short }.finish_refusal(), None);
    }
}
