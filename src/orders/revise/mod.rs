//! Compares an open order's lines with a newer quote. Pure.

mod line;
mod pairs;
#[cfg(test)]
mod tests;

use rust_decimal::Decimal;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::history::Snapshot;
use super::item::{ItemState, RestState};
use super::model::Item;
use crate::hex;
use crate::ids::ItemId;

/// A line of the newer quote: what it says, and how much it wants. Its place is its number on the paper, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewerLine {
    pub quantity: Decimal,
    pub snapshot: Snapshot,
}

/// What becomes of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Nothing but, perhaps, its place changes.
    Same,
    New,
    Changed,
    /// The quote does not have it, and nothing of it is in the box or bought.
    Leaves,
    /// The quote does not have it, but it stays: something of it is in the box or bought.
    Stays,
}

/// A line of the order, of the newer quote, or of both.
#[derive(Clone, Debug)]
pub struct RevisedLine<'a> {
    /// None: the line is new.
    pub item: Option<&'a Item>,
    pub fate: Fate,
    /// What the line says from now on; of one that the quote does not have, what it said.
    pub snapshot: Snapshot,
    pub after: ItemState,
}

/// All lines of the order and of the newer quote: the quote's in its order, then those it does not have.
#[derive(Clone, Debug)]
pub struct Revision<'a> {
    pub lines: Vec<RevisedLine<'a>>,
}

/// Compares the lines of an order with those of a newer quote.
pub fn revise<'a>(items: &'a [Item], wanted: &[NewerLine]) -> Revision<'a> {
    let (pairs, without) = pairs::pair(items, wanted);
    let mut lines: Vec<RevisedLine<'a>> = pairs
        .into_iter()
        .zip(wanted)
        .map(|(item, line)| match item {
            Some(item) => RevisedLine::kept(item, line),
            None => RevisedLine::new(line),
        })
        .collect();
    lines.extend(without.into_iter().map(RevisedLine::dropped));
    for (position, line) in (1..).zip(&mut lines) {
        line.snapshot.position = position;
    }
    Revision { lines }
}

impl<'a> RevisedLine<'a> {
    fn new(line: &NewerLine) -> Self {
        let after = ItemState::new(line.quantity);
        Self { item: None, fate: Fate::New, snapshot: line.snapshot.clone(), after }
    }

    fn kept(item: &'a Item, line: &NewerLine) -> Self {
        let after = item.state.revised(line.quantity);
        let same = after == item.state && line.snapshot.unplaced() == Snapshot::of(item).unplaced();
        let fate = if same { Fate::Same } else { Fate::Changed };
        Self { item: Some(item), fate, snapshot: line.snapshot.clone(), after }
    }

    fn dropped(item: &'a Item) -> Self {
        let after = item.state.revised(Decimal::ZERO);
        let fate = if after == item.state {
            Fate::Same
        } else if after.has_left() {
            Fate::Leaves
        } else {
            Fate::Stays
        };
        Self { item: Some(item), fate, snapshot: Snapshot::of(item), after }
    }

    /// Units that must go back to the shelf because of this revision.
    pub fn returns(&self) -> Decimal {
        let before = self.item.map_or(Decimal::ZERO, |item| item.state.to_return);
        (self.after.to_return - before).max(Decimal::ZERO)
    }

    /// Bought units that the line no longer takes.
    pub fn bought_too_many(&self) -> Decimal {
        self.item.map_or(Decimal::ZERO, |item| item.state.ordered) - self.after.ordered
    }
}

impl<'a> Revision<'a> {
    /// The lines of which more than the place changes.
    pub fn changes(&self) -> impl Iterator<Item = &RevisedLine<'a>> {
        self.lines.iter().filter(|line| line.fate != Fate::Same)
    }

    pub fn count(&self, fates: &[Fate]) -> i64 {
        let of = self.lines.iter().filter(|line| fates.contains(&line.fate)).count();
        i64::try_from(of).unwrap_or(i64::MAX)
    }

    /// How many lines have units that must go back to the shelf because of this revision.
    pub fn count_returns(&self) -> i64 {
        let of = self.lines.iter().filter(|line| !line.returns().is_zero()).count();
        i64::try_from(of).unwrap_or(i64::MAX)
    }

    /// Identifies the difference as a person sees it. Work on the order that does not show in it does not change it. `about`
    /// is what else the person saw of the order.
    pub fn fingerprint(&self, about: &impl Serialize) -> String {
        let mut hash = Sha256::new();
        hash.update(serde_json::to_vec(about).unwrap_or_default());
        for line in self.changes() {
            hash.update(serde_json::to_vec(&DifferenceLine::of(line)).unwrap_or_default());
        }
        hex::encode(&hash.finalize()[..16])
    }
}

/// What a person sees of a line in the difference.
#[derive(Serialize)]
struct DifferenceLine {
    item: Option<ItemId>,
    fate: Fate,
    before: Option<(Decimal, Snapshot)>,
    after: (Decimal, Snapshot),
    returns: Decimal,
    bought_too_many: Decimal,
    rest_state: RestState,
}

impl DifferenceLine {
    fn of(line: &RevisedLine<'_>) -> Self {
        let before = |item: &Item| (item.state.quantity.normalize(), Snapshot::of(item).unplaced());
        Self {
            item: line.item.map(|item| item.id),
            fate: line.fate,
            before: line.item.map(before),
            after: (line.after.quantity.normalize(), line.snapshot.unplaced()),
            returns: line.returns().normalize(),
            bought_too_many: line.bought_too_many().normalize(),
            rest_state: line.after.rest_state,
        }
    }
}
