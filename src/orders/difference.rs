//! What of a finished order differs from its quote, or from what the ERP was told: the list that somebody enters there ("Ajustar
//! no ERP"). Read from the lines and the ticks alone, however lines came to be short or substituted.

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

/// A line that was not sent as it was quoted; or that was, after it had been entered as fewer.
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
    /// What the ERP has of a line that was sent whole in the end.
    pub entered: Option<Decimal>,
}

impl<'a> Difference<'a> {
    /// None: the line was sent whole, and the ERP never heard otherwise.
    fn of(item: &'a Item, ticks: &'a [StoredTick]) -> Option<Self> {
        let state = &item.state;
        let rest = state.rest();
        // Once a newer quote wants another quantity, the ERP has that quote.
        let of_it = |tick: &&StoredTick| tick.item_id == item.id && tick.tick.quantity == state.quantity;
        let stored = ticks.iter().find(of_it);
        if rest.is_zero() && stored.is_none() {
            return None;
        }
        let replacement = state.replacement.as_ref().filter(|_| state.rest_state == RestState::Substituted);
        let less_cents = if rest.is_zero() { 0 } else { worth(item, rest) };
        let mut difference =
            Self { item, sent: state.picked, replacement, less_cents, tick: None, entered: None };
        difference.tick = stored.filter(|tick| difference.is_as_in(tick));
        if rest.is_zero() && difference.tick.is_none() {
            difference.entered = stored.map(|stored| stored.tick.sent);
        }
        Some(difference)
    }

    /// `stored` is of this line, and of the quantity that it has.
    fn is_as_in(&self, stored: &StoredTick) -> bool {
        stored.tick.sent == self.sent && stored.tick.replacement == taken(self.item)
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

/// The lines of which the ERP is to be told, or was, in the quote's order.
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
            location: None,
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

    #[test]
    fn a_line_that_was_entered_as_fewer_and_sent_whole_after_all_is_entered_again() {
        let (mut line, by, at) = (item(10, 7, RestState::Short), PersonId::new(), Timestamp::UNIX_EPOCH);
        let stored =
            |line: &Item, tick: Tick| StoredTick { item_id: line.id, tick, by_name: "Caio".to_owned() };
        let fewer = [stored(&line, differences(&[line.clone()], &[])[0].ticked(by, at))];
        line.state = ItemState { picked: Decimal::TEN, ..ItemState::new(Decimal::TEN) };
        let lines = [line.clone()];
        let found = differences(&lines, &fewer);
        let told = (found[0].sent, found[0].entered, found[0].less_cents, found[0].tick.is_some());
        assert_eq!(told, (Decimal::TEN, Some(Decimal::from(7)), 0, false));
        // Entered again, it stands there as done; and a newer quote made the ERP forget.
        let whole = [stored(&line, found[0].ticked(by, at))];
        let found = differences(&lines, &whole);
        assert!(found[0].tick.is_some() && found[0].entered.is_none());
        line.state = ItemState { picked: Decimal::from(7), ..ItemState::new(Decimal::from(7)) };
        assert!(differences(&[line], &fewer).is_empty());
    }
}
