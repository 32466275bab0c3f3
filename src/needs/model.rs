//! Who is asked for an answer, and when. Pure.

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::actor::{Actor, Permission};
use crate::html::WorkCalendar;
use crate::ids::{ItemId, OrderId, PersonId};
use crate::orders::item::Replacement;
use crate::orders::model::split_reference;

/// Working minutes after which everybody who may answer is asked.
const ALONE_MINUTES: i64 = 15;

/// Units of a line that nobody has answered for.
#[derive(Clone, Debug)]
pub struct Need {
    pub order_id: OrderId,
    pub item_id: ItemId,
    /// None: the quote had no number.
    pub number: Option<String>,
    pub customer: String,
    pub urgent: bool,
    pub due_at: Option<Timestamp>,
    pub seller_id: PersonId,
    pub seller: String,
    /// If the seller is gone, everybody who may answer is asked at once.
    pub seller_active: bool,
    pub unit: String,
    pub description: String,
    /// Of the line as a whole.
    pub quantity: Decimal,
    pub unanswered: Decimal,
    pub on_the_way: Decimal,
    /// They are not on the shelf; false: they cannot be bought.
    pub is_short: bool,
    pub marked_by: String,
    pub marked_at: Timestamp,
    /// What this customer took in place of these goods the last time.
    pub last: Option<Replacement>,
}

impl Need {
    pub fn reference(&self) -> &str {
        split_reference(&self.description).0
    }

    pub fn description_rest(&self) -> &str {
        split_reference(&self.description).1
    }

    /// Until when the order is to leave.
    pub fn due(&self) -> Option<Timestamp> {
        self.due_at
    }

    pub fn is_late(&self, now: impl std::borrow::Borrow<Timestamp>) -> bool {
        self.due_at.is_some_and(|due| due <= *now.borrow())
    }

    /// Working minutes until this person is asked; zero: now.
    fn asked_in(&self, person: PersonId, now: Timestamp, calendar: WorkCalendar) -> i64 {
        if self.seller_id == person || !self.seller_active {
            return 0;
        }
        (ALONE_MINUTES - calendar.minutes_between(self.marked_at, now)).max(0)
    }
}

/// What buyers have to look after, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buying {
    /// Purchases that should have come.
    pub late: i64,
    /// Bought units that no line needs any more.
    pub displaced: i64,
    /// Bought units of canceled orders.
    pub canceled: i64,
}

impl Buying {
    /// What this person has to look after: late purchases whoever buys, what is left over whoever settles it.
    fn of(self, actor: &Actor) -> Self {
        let seen = |permission: Permission, n: i64| if actor.can(permission) { n } else { 0 };
        Self {
            late: seen(Permission::Buy, self.late),
            displaced: seen(Permission::SettlePurchase, self.displaced),
            canceled: seen(Permission::SettlePurchase, self.canceled),
        }
    }

    fn all(self) -> i64 {
        self.late + self.displaced + self.canceled
    }
}

/// Everything of a company that waits for somebody.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// Urgent orders first, then what waits longest.
    pub needs: Vec<Need>,
    pub buying: Buying,
}

/// What waits for one person.
#[derive(Debug)]
pub struct OpenNeeds<'a> {
    pub needs: Vec<&'a Need>,
    pub buying: Buying,
    /// Minutes after which more may wait, without anything having changed.
    pub next: Option<i64>,
}

impl OpenNeeds<'_> {
    pub fn count(&self) -> i64 {
        i64::try_from(self.needs.len()).unwrap_or(i64::MAX).saturating_add(self.buying.all())
    }

    /// The one that came last.
    pub fn newest(&self) -> Option<&Need> {
        self.needs.iter().copied().max_by_key(|need| need.marked_at)
    }
}

impl Desk {
    pub fn of(&self, actor: &Actor, now: Timestamp, calendar: WorkCalendar) -> OpenNeeds<'_> {
        let (mut needs, mut next) = (Vec::new(), None);
        let asked = if actor.can(Permission::Answer) { self.needs.as_slice() } else { &[] };
        for need in asked {
            match need.asked_in(actor.person_id, now, calendar) {
                0 => needs.push(need),
                minutes => next = Some(next.map_or(minutes, |sooner: i64| sooner.min(minutes))),
            }
        }
        OpenNeeds { needs, buying: self.buying.of(actor), next }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;
    use crate::clock::Zone;

    fn need(seller_id: PersonId, seller_active: bool, marked_at: Timestamp) -> Need {
        Need {
            order_id: OrderId::new(),
            item_id: ItemId::new(),
            number: None,
            customer: String::new(),
            urgent: false,
            due_at: None,
            seller_id,
            seller: String::new(),
            seller_active,
            unit: String::new(),
            description: String::new(),
            quantity: Decimal::TEN,
            unanswered: Decimal::ONE,
            on_the_way: Decimal::ZERO,
            is_short: true,
            marked_by: String::new(),
            marked_at,
            last: None,
        }
    }

    /// 07:30–17:00; the 24th is a Friday.
    #[test]
    fn the_seller_is_asked_at_once_and_the_others_after_fifteen_minutes_of_work() {
        let calendar = WorkCalendar::weekdays(Zone::UTC, 450, 1020);
        let friday: Timestamp = "2025-10-24T16:50:00Z".parse().unwrap();
        let (seller, other) = (PersonId::new(), PersonId::new());
        let line = need(seller, true, friday);
        assert_eq!(line.asked_in(seller, friday, calendar), 0);
        assert_eq!(line.asked_in(other, friday, calendar), 15);
        assert_eq!(line.asked_in(other, friday + 10.minutes(), calendar), 5);
        let monday: Timestamp = "2025-10-27T07:30:00Z".parse().unwrap();
        assert_eq!(line.asked_in(other, monday, calendar), 5, "nobody waits over a weekend");
        assert_eq!(line.asked_in(other, monday + 5.minutes(), calendar), 0);
        let orphan = need(seller, false, friday);
        assert_eq!(orphan.asked_in(other, friday, calendar), 0, "the seller is gone");
    }
}
