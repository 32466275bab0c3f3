//! What the board can be narrowed to in one tap, and how many orders that leaves.

use std::collections::HashSet;

use super::status::{Counts, OrderState, OrderStatus};
use crate::ids::{OrderId, PersonId};

/// An open order with what filters look at.
#[derive(Debug)]
pub struct OpenOrder {
    pub id: OrderId,
    pub seller_id: PersonId,
    pub urgent: bool,
    pub counts: Counts,
}

/// One chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chip {
    Status(OrderStatus),
    Urgent,
    /// Sold, held or picked by who looks.
    Mine,
}

impl Chip {
    /// In the order in which they stand.
    pub const ALL: [Chip; 6] = [
        Chip::Status(OrderStatus::Waiting),
        Chip::Status(OrderStatus::Picking),
        Chip::Status(OrderStatus::AwaitingGoods),
        Chip::Status(OrderStatus::ReadyToFinish),
        Chip::Urgent,
        Chip::Mine,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Chip::Status(status) => status.code(),
            Chip::Urgent => "urgent",
            Chip::Mine => "mine",
        }
    }

    /// Whether an order stays where the chip is on; whose it is, the caller knows.
    pub fn holds(self, order: &OpenOrder, is_mine: bool) -> bool {
        match self {
            Chip::Status(status) => order.counts.status(OrderState::Open) == status,
            Chip::Urgent => order.urgent,
            Chip::Mine => is_mine,
        }
    }
}

/// A chip with its number; None: it is nobody's in particular who looks.
#[derive(Clone, Copy, Debug)]
pub struct CountedChip {
    pub chip: Chip,
    pub orders: Option<usize>,
}

/// How many of these orders each chip would leave. `own` are those of who looks; None: nobody in particular does.
pub fn counted(orders: &[&OpenOrder], own: Option<&HashSet<OrderId>>) -> Vec<CountedChip> {
    let count = |chip: Chip| {
        let is_mine = |order: &OpenOrder| own.is_some_and(|own| own.contains(&order.id));
        orders.iter().filter(|order| chip.holds(order, is_mine(order))).count()
    };
    let known = |chip: Chip| chip != Chip::Mine || own.is_some();
    Chip::ALL.map(|chip| CountedChip { chip, orders: known(chip).then(|| count(chip)) }).into()
}
