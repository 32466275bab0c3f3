//! Filters and rows of the audit.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::history::PlaceError;
use super::period::PeriodChoice;
use crate::auth::model::events::{EventGroup, SecurityEvent};
use crate::feed::EventKind;
use crate::ids::{OrderId, PersonId};

/// What a filter can select: a kind or a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditKind {
    /// A group of security events.
    Group(EventGroup),
    Security(SecurityEvent),
    /// Everything that was done to orders.
    Orders,
    Order(EventKind),
}

impl AuditKind {
    /// The word in addresses. Kinds of both lists have different words.
    pub fn code(self) -> &'static str {
        match self {
            AuditKind::Group(group) => group.code(),
            AuditKind::Security(kind) => kind.code(),
            AuditKind::Orders => "orders",
            AuditKind::Order(kind) => kind.code(),
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        let group = EventGroup::ALL.into_iter().find(|group| group.code() == code).map(AuditKind::Group);
        let orders = (code == "orders").then_some(AuditKind::Orders);
        let security = || SecurityEvent::from_code(code).map(AuditKind::Security);
        let order = || EventKind::from_code(code).filter(|kind| kind.is_told()).map(AuditKind::Order);
        group.or(orders).or_else(security).or_else(order)
    }

    /// The security events that it selects, by their codes; None: all of them.
    pub fn security(kind: Option<Self>) -> Option<Vec<String>> {
        let codes = |wanted: &dyn Fn(&SecurityEvent) -> bool| {
            SecurityEvent::ALL.iter().filter(|kind| wanted(kind)).map(|kind| kind.code().to_owned()).collect()
        };
        match kind? {
            AuditKind::Group(group) => Some(codes(&|kind| kind.group() == group)),
            AuditKind::Security(wanted) => Some(codes(&|kind| *kind == wanted)),
            AuditKind::Orders | AuditKind::Order(_) => Some(Vec::new()),
        }
    }

    /// The entries of orders that it selects, by their codes; None: all of them.
    pub fn orders(kind: Option<Self>) -> Option<Vec<String>> {
        match kind? {
            AuditKind::Orders => None,
            AuditKind::Order(kind) => Some(vec![kind.code().to_owned()]),
            AuditKind::Group(_) | AuditKind::Security(_) => Some(Vec::new()),
        }
    }
}

/// The filter of the list. There is always a period, since the list is unbounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditFilter {
    pub kind: Option<AuditKind>,
    /// Who did it, or whom it is about.
    pub person: Option<PersonId>,
    pub period: PeriodChoice,
}

impl AuditFilter {
    /// The filter as the query of an address.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if let Some(kind) = self.kind {
            pairs.push(("kind", kind.code().to_owned()));
        }
        if let Some(person) = self.person {
            pairs.push(("person", person.to_string()));
        }
        match self.period {
            PeriodChoice::Between(from, to) => {
                pairs.extend([("from", from.to_string()), ("to", to.to_string())]);
            }
            other => pairs.push(("period", other.code().to_owned())),
        }
        pairs
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    pub place: AuditPlace,
    /// None: a visitor who was not signed in, or the clock.
    pub actor: Option<String>,
    pub what: AuditWhat,
}

#[derive(Clone, Debug)]
pub enum AuditWhat {
    Security {
        /// None: a kind of a newer build.
        kind: Option<SecurityEvent>,
        /// Whom it is about.
        about: Option<String>,
        address: Option<String>,
        request_id: Option<String>,
        detail: Value,
    },
    Order {
        order_id: OrderId,
        /// Number and customer.
        number: Option<String>,
        customer: String,
        kind: Option<EventKind>,
        undoes: Option<EventKind>,
        item: Option<String>,
        quantity: Option<Decimal>,
    },
}

/// An entry's place in the list, newest first; at the same instant, events of no order come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditPlace {
    pub at: Timestamp,
    pub of: PlaceOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceOf {
    Order(Uuid, i64),
    Security(Uuid),
}

impl AuditPlace {
    /// The place that everything before a moment comes after.
    pub fn before(at: Timestamp) -> Self {
        Self { at, of: PlaceOf::Order(Uuid::nil(), 0) }
    }

    /// The events of no order that come after this place are those before this one.
    pub fn of_security(self) -> (Timestamp, Uuid) {
        match self.of {
            PlaceOf::Security(id) => (self.at, id),
            PlaceOf::Order(..) => (self.at, Uuid::nil()),
        }
    }

    /// The entries of orders that come after this place are those before this one.
    pub fn of_orders(self) -> (Timestamp, Uuid, i64) {
        match self.of {
            PlaceOf::Security(_) => (self.at, Uuid::max(), i64::MAX),
            PlaceOf::Order(id, version) => (self.at, id, version),
        }
    }

    /// Greater is newer.
    pub fn order(self) -> (Timestamp, PlaceOf) {
        (self.at, self.of)
    }
}

impl fmt::Display for AuditPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.as_microsecond();
        match self.of {
            PlaceOf::Security(id) => write!(f, "{at}.{id}"),
            PlaceOf::Order(id, version) => write!(f, "{at}.{id}.{version}"),
        }
    }
}

impl FromStr for AuditPlace {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let mut parts = text.split('.');
        let (at, id, version) = (parts.next(), parts.next(), parts.next());
        let at = at.and_then(|at| at.parse().ok()).and_then(|at| Timestamp::from_microsecond(at).ok());
        let id = id.and_then(|id| Uuid::parse_str(id).ok());
        // The database's own times do not reach as far back as ours.
        let at = at.filter(|at| *at >= Timestamp::UNIX_EPOCH);
        let (at, id) = at.zip(id).ok_or(PlaceError)?;
        let of = match version {
            None => PlaceOf::Security(id),
            Some(version) => PlaceOf::Order(id, version.parse().map_err(|_| PlaceError)?),
        };
        if parts.next().is_none() { Ok(Self { at, of }) } else { Err(PlaceError) }
    }
}

/// The newest `most` of two lists, newest first each, and whether there are more.
pub fn newest(one: Vec<AuditEntry>, other: Vec<AuditEntry>, most: usize) -> (Vec<AuditEntry>, bool) {
    let mut all: Vec<AuditEntry> = one.into_iter().chain(other).collect();
    all.sort_by_key(|entry| std::cmp::Reverse(entry.place.order()));
    let more = all.len() > most;
    all.truncate(most);
    (all, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let at = Timestamp::from_microsecond(1_761_000_000_000_001).unwrap();
        for of in [PlaceOf::Security(Uuid::now_v7()), PlaceOf::Order(Uuid::now_v7(), 12)] {
            let place = AuditPlace { at, of };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        let ancient = format!("{}.{}", Timestamp::MIN.as_microsecond(), Uuid::nil());
        for text in ["", "1", "x.y", "1.01890000-0000-7000-8000-000000000000.x", "1.2.3.4", &ancient] {
            assert_eq!(text.parse::<AuditPlace>(), Err(PlaceError), "{text}");
        }
    }

    #[test]
    fn every_kind_is_read_from_its_word_and_no_two_share_one() {
        let security = SecurityEvent::ALL.iter().map(|kind| AuditKind::Security(*kind));
        let orders = EventKind::ALL.iter().filter(|kind| kind.is_told()).map(|kind| AuditKind::Order(*kind));
        let groups = EventGroup::ALL.into_iter().map(AuditKind::Group);
        for kind in security.chain(orders).chain(groups).chain([AuditKind::Orders]) {
            assert_eq!(AuditKind::from_code(kind.code()), Some(kind));
        }
    }

    #[test]
    fn what_is_of_no_order_comes_first_of_its_moment() {
        let at = Timestamp::UNIX_EPOCH;
        let security = AuditPlace { at, of: PlaceOf::Security(Uuid::nil()) };
        let order = AuditPlace { at, of: PlaceOf::Order(Uuid::max(), i64::MAX) };
        assert!(security.order() > order.order());
        assert_eq!(security.of_orders().1, Uuid::max(), "all orders of the moment come after it");
        assert_eq!(order.of_security().1, Uuid::nil(), "and nothing else of the moment after an order");
    }
}
