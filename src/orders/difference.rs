//! What of a finished order differs from its quote: the list that somebody enters into the ERP ("Ajustar no ERP"). Read from
//! the lines alone, however they came to be short or substituted.

use jiff::Timestamp;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::item::{Replacement, RestState};
use super::model::Item;
use crate::ids::{ItemId, PersonId};

/// The goods that were sent instead, for the ERP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub text: String,
    pub quantity: Decimal,
}

impl From<&Replacement> for Taken {
    fn from(replacement: &Replacement) -> Self {
        Self { text: replacement.text.clone(), quantity: replacement.quantity }
    }
}

/// A line was entered into the ERP as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    pub quantity: Decimal,
    pub sent: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<Taken>,
    pub at: Timestamp,
    pub by: PersonId,
}

/// A tick with the name of who made it.
#[derive(Clone, Debug)]
pub struct StoredTick {
    pub item_id: ItemId,
    pub tick: Tick,
    pub by_name: String,
}

/// A line that was not sent as it was quoted.
#[derive(Clone, Debug)]
pub struct Difference<'a> {
    pub item: &'a Item,
    /// Of the goods that were quoted.
    pub sent: Decimal,
    /// What is in the box instead of the rest.
    pub replacement: Option<&'a Replacement>,
    /// The quoted price of the units that were not sent, in cents.
    pub less_cents: i64,
    /// It was entered as it is now.
    pub tick: Option<&'a StoredTick>,
}

impl<'a> Difference<'a> {
    /// None: the line was sent whole.
    fn of(item: &'a Item, ticks: &'a [StoredTick]) -> Option<Self> {
        let state = &item.state;
        let rest = state.rest();
        if rest.is_zero() {
            return None;
        }
        let replacement = state.replacement.as_ref().filter(|_| state.rest_state == RestState::Substituted);
        let mut difference =
            Self { item, sent: state.picked, replacement, less_cents: worth(item, rest), tick: None };
        difference.tick = ticks.iter().find(|tick| difference.is_as_in(tick));
        Some(difference)
    }

    fn is_as_in(&self, stored: &StoredTick) -> bool {
        let Tick { quantity, sent, replacement, .. } = &stored.tick;
        stored.item_id == self.item.id
            && (*quantity, *sent) == (self.item.state.quantity, self.sent)
            && *replacement == taken(self.item)
    }

    /// The tick that marks it, as it is now, as entered.
    pub fn ticked(&self, by: PersonId, at: Timestamp) -> Tick {
        let state = &self.item.state;
        Tick { quantity: state.quantity, sent: state.picked, replacement: taken(self.item), at, by }
    }
}

fn taken(item: &Item) -> Option<Taken> {
    item.state.replacement.as_ref().map(Taken::from)
}

/// What units of a line cost, in cents: of all of them what the quote says.
fn worth(item: &Item, units: Decimal) -> i64 {
    if units == item.state.quantity {
        return item.total_cents;
    }
    let cents = (units * item.unit_price * Decimal::ONE_HUNDRED)
        .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    i64::try_from(cents).unwrap_or(item.total_cents)
}

/// The lines that were not sent as quoted, in the quote's order.
pub fn differences<'a>(items: &'a [Item], ticks: &'a [StoredTick]) -> Vec<Difference<'a>> {
    items.iter().filter_map(|item| Difference::of(item, ticks)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::orders::item::ItemState;

    fn item(quantity: i64, picked: i64, rest_state: RestState) -> Item {
        Item {
            id: ItemId::new(),
            position: 1,
            code: "00102".to_owned(),
            description: "FO11 --> FONE".to_owned(),
            unit: "UN".to_owned(),
            unit_price: Decimal::new(35_005, 4),
            total_cents: 3501,
            state: ItemState {
                picked: Decimal::from(picked),
                rest_state,
                replacement: (rest_state == RestState::Substituted)
                    .then(|| serde_json::from_value(json!({ "text": "CB15", "quantity": "2" })).unwrap()),
                ..ItemState::new(Decimal::from(quantity))
            },
            last_change: None,
            last_pick: None,
        }
    }

    #[test]
    fn what_was_sent_whole_is_no_difference_and_the_rest_is_told_with_its_worth() {
        let items = [
            item(10, 10, RestState::Pending),
            item(10, 7, RestState::Short),
            item(10, 0, RestState::Short),
            item(10, 8, RestState::Substituted),
        ];
        let found = differences(&items, &[]);
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.sent.to_string(), one.less_cents, one.replacement.map(|it| it.text.as_str())))
            .collect();
        // 3 × 3.5005 is 10.5015; all ten are what the quote says.
        let expected =
            [("7".to_owned(), 1050, None), ("0".to_owned(), 3501, None), ("8".to_owned(), 700, Some("CB15"))];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_tick_counts_as_long_as_the_line_is_what_it_was() {
        let (mut line, by, at) = (item(10, 7, RestState::Short), PersonId::new(), Timestamp::UNIX_EPOCH);
        let lines = [line.clone()];
        let tick = differences(&lines, &[])[0].ticked(by, at);
        let stored = [StoredTick { item_id: line.id, tick, by_name: "Caio".to_owned() }];
        assert!(differences(&lines, &stored)[0].tick.is_some());
        line.state.picked = Decimal::from(8);
        assert!(differences(&[line], &stored)[0].tick.is_none());
    }
}
