//! Filters and cursor of the history.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::html::Spent;
use crate::ids::{OrderId, PersonId};
use crate::orders::model::OrderSummary;
use crate::orders::status::OrderState;

/// Narrows the history down; all empty where it is shown whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Number, customer, reference, product code.
    pub q: String,
    pub seller: Option<PersonId>,
    pub picker: Option<PersonId>,
    /// A customer's code.
    pub customer: Option<String>,
    /// Finished or canceled.
    pub state: Option<OrderState>,
    pub purchase: bool,
    pub substitution: bool,
    pub short: bool,
    /// Finished, and not gone.
    pub here: bool,
    /// Something waits to be entered into the ERP.
    pub adjust: bool,
    /// The first and the last day on which it was closed, where the company is.
    pub from: Option<Date>,
    pub to: Option<Date>,
}

impl HistoryFilter {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The marks that an order must have; `write_outcome` of the schema writes them.
    pub fn marks(&self) -> Vec<String> {
        let mut marks = Vec::new();
        marks.extend(self.seller.map(|id| format!("seller:{id}")));
        marks.extend(self.picker.map(|id| format!("picker:{id}")));
        marks.extend(self.customer.as_ref().map(|code| format!("customer:{code}")));
        marks.extend(self.state.map(|state| state.code().to_owned()));
        let flags = [
            ("purchase", self.purchase),
            ("substitution", self.substitution),
            ("short", self.short),
            ("here", self.here),
            ("adjust", self.adjust),
        ];
        marks.extend(flags.into_iter().filter(|(_, wanted)| *wanted).map(|(mark, _)| mark.to_owned()));
        if marks.is_empty() {
            marks.push("any".to_owned());
        }
        marks
    }

    /// The filter as the query of an address, in the order of the form.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let id = |id: Option<PersonId>| id.map(|id| id.to_string());
        let flag = |wanted: bool| wanted.then(|| "yes".to_owned());
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        let all = [
            ("q", Some(self.q.clone()).filter(|q| !q.is_empty())),
            ("seller", id(self.seller)),
            ("picker", id(self.picker)),
            ("customer", self.customer.clone()),
            ("state", self.state.map(|state| state.code().to_owned())),
            ("purchase", flag(self.purchase)),
            ("substitution", flag(self.substitution)),
            ("short", flag(self.short)),
            ("here", flag(self.here)),
            ("adjust", flag(self.adjust)),
            ("from", day(self.from)),
            ("to", day(self.to)),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// An order's place in the history: newest first, and of the same instant the later id first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryPosition {
    pub closed_at: Timestamp,
    pub id: OrderId,
}

impl HistoryPosition {
    /// The place that every order closed before `until` comes after.
    pub fn newest(until: Timestamp) -> Self {
        Self { closed_at: until, id: OrderId(Uuid::nil()) }
    }
}

/// `1761150600000000.0198…`: as it stands in an address.
impl fmt::Display for HistoryPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.closed_at.as_microsecond(), self.id)
    }
}

/// The text names no place in a list.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a place")]
pub struct PlaceError;

impl FromStr for HistoryPosition {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (at, id) = text.split_once('.').ok_or(PlaceError)?;
        let at: i64 = at.parse().map_err(|_| PlaceError)?;
        let id = id.parse().map_err(|_| PlaceError)?;
        let closed_at = Timestamp::from_microsecond(at).map_err(|_| PlaceError)?;
        if closed_at < Timestamp::UNIX_EPOCH { Err(PlaceError) } else { Ok(Self { closed_at, id }) }
    }
}

/// How many orders were found; counting stops at a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub orders: i64,
    /// There are more.
    pub more: bool,
}

/// An order of the history.
#[derive(Clone, Debug)]
pub struct HistoryRow {
    pub order: OrderSummary,
    /// From import to finish or cancellation, without the time that it lay closed.
    pub time: Spent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_names_the_marks_that_an_order_must_have() {
        let seller = PersonId::new();
        let filter = HistoryFilter {
            seller: Some(seller),
            customer: Some("001007".to_owned()),
            state: Some(OrderState::Canceled),
            short: true,
            ..HistoryFilter::default()
        };
        assert_eq!(filter.marks(), [&format!("seller:{seller}"), "customer:001007", "canceled", "short"]);
        assert_eq!(HistoryFilter::default().marks(), ["any"]);
        let searched = HistoryFilter { q: "fone".to_owned(), ..HistoryFilter::default() };
        assert_eq!(searched.marks(), ["any"], "words are no marks");
    }

    #[test]
    fn a_place_is_read_from_its_text_and_nothing_else_is() {
        let place =
            HistoryPosition { closed_at: "2025-10-22T17:30:00.123456Z".parse().unwrap(), id: OrderId::new() };
        assert_eq!(place.to_string().parse(), Ok(place));
        let id = OrderId::new();
        for text in
            ["", ".", "1", "1.", &format!("x.{id}"), &format!("-1.{id}"), &format!("{}.{id}", i64::MAX)]
        {
            assert_eq!(text.parse::<HistoryPosition>(), Err(PlaceError), "{text}");
        }
    }
}
