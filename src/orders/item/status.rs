//! The status and group of a line: derived, never stored.

use super::{ItemState, RestState};

/// What the screen shows a line as; derived, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemStatus {
    /// Units in the box that the newest quote does not want, or all of a canceled order's, must go back to the shelf.
    Return,
    Pending,
    /// Units are short or cannot be bought, nothing else of the line is awaited, and nobody has answered.
    Unanswered,
    PurchaseRequested,
    PurchaseOrdered,
    Arrived,
    /// None of the units can be bought.
    NotFound,
    Swap,
    Substituted,
    Short,
    Picked,
}

impl ItemStatus {
    /// The word in class names, icons and catalogue keys.
    pub fn code(self) -> &'static str {
        match self {
            ItemStatus::Return => "return",
            ItemStatus::Pending => "pending",
            ItemStatus::Unanswered => "unanswered",
            ItemStatus::PurchaseRequested => "requested",
            ItemStatus::PurchaseOrdered => "ordered",
            ItemStatus::Arrived => "arrived",
            ItemStatus::NotFound => "not_found",
            ItemStatus::Swap => "swap",
            ItemStatus::Substituted => "substituted",
            ItemStatus::Short => "short",
            ItemStatus::Picked => "picked",
        }
    }
}

/// The groups of the picking screen, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemGroup {
    /// Of a canceled order: what is still in the box.
    Shelf,
    Now,
    Unanswered,
    Purchase,
    Short,
    Substituted,
    Picked,
}

impl ItemGroup {
    pub const ALL: [ItemGroup; 7] = [
        ItemGroup::Shelf,
        ItemGroup::Now,
        ItemGroup::Unanswered,
        ItemGroup::Purchase,
        ItemGroup::Short,
        ItemGroup::Substituted,
        ItemGroup::Picked,
    ];

    pub fn code(self) -> &'static str {
        match self {
            ItemGroup::Shelf => "shelf",
            ItemGroup::Now => "now",
            ItemGroup::Unanswered => "unanswered",
            ItemGroup::Purchase => "purchase",
            ItemGroup::Short => "short",
            ItemGroup::Substituted => "substituted",
            ItemGroup::Picked => "picked",
        }
    }
}

impl ItemState {
    pub fn status(&self) -> ItemStatus {
        if !self.to_return.is_zero() {
            return ItemStatus::Return;
        }
        if self.rest().is_zero() {
            return ItemStatus::Picked;
        }
        if !self.unanswered.is_zero() && self.ordered.is_zero() {
            return ItemStatus::Unanswered;
        }
        match self.rest_state {
            RestState::Pending if self.replacement.is_some() => ItemStatus::Swap,
            RestState::Pending => ItemStatus::Pending,
            RestState::PurchaseRequested if self.not_found == self.rest() => ItemStatus::NotFound,
            RestState::PurchaseRequested => ItemStatus::PurchaseRequested,
            RestState::PurchaseOrdered if self.received == self.rest() => ItemStatus::Arrived,
            RestState::PurchaseOrdered => ItemStatus::PurchaseOrdered,
            RestState::Substituted => ItemStatus::Substituted,
            RestState::Short => ItemStatus::Short,
        }
    }

    pub fn group(&self) -> ItemGroup {
        match self.status() {
            ItemStatus::Return | ItemStatus::Pending | ItemStatus::Arrived | ItemStatus::Swap => {
                ItemGroup::Now
            }
            // What came can be picked before the rest comes.
            ItemStatus::PurchaseOrdered if !self.received.is_zero() => ItemGroup::Now,
            ItemStatus::Unanswered => ItemGroup::Unanswered,
            ItemStatus::PurchaseRequested | ItemStatus::PurchaseOrdered | ItemStatus::NotFound => {
                ItemGroup::Purchase
            }
            ItemStatus::Short => ItemGroup::Short,
            ItemStatus::Substituted => ItemGroup::Substituted,
            ItemStatus::Picked => ItemGroup::Picked,
        }
    }
}
