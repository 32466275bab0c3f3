//! The filter chips of the board, and how many orders each leaves.

use std::collections::HashSet;

use jiff::Timestamp;

use super::status::{Counts, OrderState, OrderStatus};
use crate::ids::{OrderId, PersonId};

/// An open order with what filters look at.
#[derive(Debug)]
pub struct OpenOrder {
    pub id: OrderId,
    pub seller_id: PersonId,
    pub urgent: bool,
    pub due_at: Option<Timestamp>,
    pub counts: Counts,
}

/// One chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chip {
    Status(OrderStatus),
    /// Its deadline is over.
    Late,
    Urgent,
    /// Sold, held or picked by the visitor.
    Mine,
}

impl Chip {
    /// In the order in which they stand.
    pub const ALL: [Chip; 7] = [
        Chip::Status(OrderStatus::Waiting),
        Chip::Status(OrderStatus::Picking),
        Chip::Status(OrderStatus::AwaitingGoods),
        Chip::Status(OrderStatus::ReadyToFinish),
        Chip::Late,
        Chip::Urgent,
        Chip::Mine,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Chip::Status(status) => status.code(),
            Chip::Late => "late",
            Chip::Urgent => "urgent",
            Chip::Mine => "mine",
        }
    }

    /// Whether an order passes the chip; the caller says whether it is the visitor's.
    pub fn holds(self, order: &OpenOrder, is_mine: bool, now: Timestamp) -> bool {
        match self {
            Chip::Status(status) => order.counts.status(OrderState::Open) == status,
            Chip::Late => order.due_at.is_some_and(|due| due <= now),
            Chip::Urgent => order.urgent,
            Chip::Mine => is_mine,
        }
    }
}

/// A chip with its number; None: the number depends on the visitor.
#[derive(Clone, Copy, Debug)]
pub struct CountedChip {
    pub chip: Chip,
    pub orders: Option<usize>,
}

/// How many of these orders each chip would leave. `own` are the visitor's; None: drawn for everybody.
pub fn counted(orders: &[&OpenOrder], own: Option<&HashSet<OrderId>>, now: Timestamp) -> Vec<CountedChip> {
    let count = |chip: Chip| {
        let is_mine = |order: &OpenOrder| own.is_some_and(|own| own.contains(&order.id));
        orders.iter().filter(|order| chip.holds(order, is_mine(order), now)).count()
    };
    let known = |chip: Chip| chip != Chip::Mine || own.is_some();
    Chip::ALL.map(|chip| CountedChip { chip, orders: known(chip).then(|| count(chip)) }).into()
}
