//! An order as the screens need it.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::claim::Holder;
use super::history::Told;
use super::item::{ItemGroup, ItemState, ItemStatus, Replacement};
use super::location;
use super::status::{Counts, OrderState, OrderStatus};
use crate::feed::EventKind;
use crate::ids::{ItemId, NoteId, OrderId, PackagingId, PersonId, PurchaseId, ShippingId};

/// An order's header: everything that card and picking screen share.
#[derive(Clone, Debug)]
pub struct OrderSummary {
    pub id: OrderId,
    /// None: the quote had no number.
    pub number: Option<String>,
    pub customer_code: String,
    pub customer: String,
    pub seller_id: PersonId,
    pub seller: String,
    pub seller_active: bool,
    pub imported_by: PersonId,
    pub importer: String,
    pub quote_date: Date,
    pub totals: Totals,
    pub shipping_id: ShippingId,
    pub shipping: String,
    pub packaging_id: PackagingId,
    pub packaging: String,
    pub state: OrderState,
    pub urgent: bool,
    /// Why the values do not add up; None where they do.
    pub values_mismatch_reason: Option<String>,
    pub imported_at: Timestamp,
    /// Until when it is to leave; late once that is past and it is still open.
    pub due_at: Option<Timestamp>,
    pub counts: Counts,
    pub notes: Vec<Note>,
    /// Names of those whose picks stand, in the order of their first pick.
    pub picked_by: Vec<String>,
    /// Who picks it, in the order in which they came; a claim may have lapsed since.
    pub holders: Vec<Holder>,
    /// When the last line was settled, if all are.
    pub ready_since: Option<Timestamp>,
    pub closed: Option<Closing>,
    /// Finished, and when it left, and who said so.
    pub left: Option<(Timestamp, String)>,
    /// Finished, and so many lines wait to be entered into the ERP.
    pub to_adjust: i64,
    /// Canceled, and what was in the box is back on the shelf.
    pub all_returned: bool,
}

impl OrderSummary {
    pub fn status(&self) -> OrderStatus {
        self.counts.status(self.state)
    }

    /// Its deadline is over.
    pub fn is_late(&self, now: &Timestamp) -> bool {
        self.due().is_some_and(|due| due <= *now)
    }

    /// The deadline, while it can be met or missed.
    pub fn due(&self) -> Option<Timestamp> {
        self.due_at.filter(|_| self.state == OrderState::Open)
    }
}

/// What the quote's foot says, in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub total: i64,
    pub discount: i64,
    pub payable: i64,
}

/// How an order ended.
#[derive(Clone, Debug)]
pub struct Closing {
    pub at: Timestamp,
    pub by: PersonId,
    pub by_name: String,
    pub reason: Option<String>,
    pub volumes: Option<i32>,
}

/// One entry of an order's notes.
#[derive(Clone, Debug)]
pub struct Note {
    pub id: NoteId,
    pub text: String,
    pub author_id: PersonId,
    pub author: String,
    pub version: i32,
    pub at: Timestamp,
    /// Who changed its text last, and when; None: it is as it was written.
    pub changed: Option<(String, Timestamp)>,
}

/// A line on the picking screen.
#[derive(Clone, Debug)]
pub struct Item {
    pub id: ItemId,
    pub position: i32,
    pub code: String,
    pub description: String,
    pub unit: String,
    /// In reais, with up to six decimals, as the paper prints it.
    pub unit_price: Decimal,
    pub total_cents: i64,
    pub state: ItemState,
    /// Who changed the line last, and when; None while nobody did.
    pub last_change: Option<LastChange>,
    /// Where the goods lie, in every order that has them; None: nobody has said.
    pub location: Option<String>,
    /// The newest pick that stands.
    pub last_pick: Option<LastPick>,
}

/// What "undo the last pick" takes back.
#[derive(Clone, Copy, Debug)]
pub struct LastPick {
    pub seq: i32,
    pub quantity: Decimal,
}

/// The newest entry of the history that touched a line.
#[derive(Clone, Debug)]
pub struct LastChange {
    pub version: i64,
    /// None: a kind of a newer build.
    pub kind: Option<EventKind>,
    /// Units that it moved.
    pub quantity: Option<Decimal>,
    pub by_name: String,
    pub at: Timestamp,
}

impl Item {
    /// What people call the goods: the text before the arrow ("FO11 --> FONE" is FO11), else the description.
    pub fn reference(&self) -> &str {
        split_reference(&self.description).0
    }

    /// The description without its reference.
    pub fn description_rest(&self) -> &str {
        split_reference(&self.description).1
    }

    /// Units that must go back to the shelf: what the newest quote does not want; of a canceled order, all in the box.
    pub fn to_shelf(&self, order: OrderState) -> Decimal {
        if order == OrderState::Canceled { self.state.held() } else { self.state.to_return }
    }

    /// Other goods that must go back to the shelf: of a canceled order, those that are in the box in place of the line's.
    pub fn others_to_shelf(&self, order: OrderState) -> Option<&Replacement> {
        self.state.in_place().filter(|_| order == OrderState::Canceled)
    }

    /// What the line is shown as in an order of this state.
    pub fn status(&self, order: OrderState) -> ItemStatus {
        let boxed = !self.to_shelf(order).is_zero() || self.others_to_shelf(order).is_some();
        match self.state.status() {
            _ if boxed => ItemStatus::Return,
            // Nobody answers for an order that is closed.
            ItemStatus::Unanswered if order != OrderState::Open => ItemStatus::Short,
            status => status,
        }
    }

    /// Where the line stands in an order of this state.
    pub fn group(&self, order: OrderState) -> ItemGroup {
        match self.status(order) {
            ItemStatus::Return if order == OrderState::Canceled => ItemGroup::Shelf,
            ItemStatus::Short => ItemGroup::Short,
            _ => self.state.group(),
        }
    }

    /// Whether the stepper goes by whole units.
    pub fn counts_in_pieces(&self) -> bool {
        !is_measured(&self.unit)
    }

    /// Whether only whole units may be moved: pieces, unless the line itself has a part of one.
    pub fn moves_whole(&self) -> bool {
        let state = &self.state;
        let odd =
            [state.quantity, state.picked, state.to_return].iter().any(|units| !units.fract().is_zero());
        self.counts_in_pieces() && !odd
    }
}

/// Units that are to go back to the shelf, of any order.
#[derive(Clone, Debug)]
pub struct ShelfLine {
    pub order_id: OrderId,
    pub number: Option<String>,
    pub customer: String,
    pub canceled: bool,
    pub item_id: ItemId,
    pub code: String,
    pub description: String,
    pub unit: String,
    pub units: Decimal,
    /// Some: they were bought and came when no line needed them any more, so they are in no box.
    pub purchase_id: Option<PurchaseId>,
    /// They are in the box in place of the line's own goods. Code and unit are empty where nobody said them.
    pub in_place: bool,
    /// Where they go.
    pub location: Option<String>,
}

impl ShelfLine {
    pub fn reference(&self) -> &str {
        split_reference(&self.description).0
    }

    pub fn description_rest(&self) -> &str {
        split_reference(&self.description).1
    }

    /// The words by which the lines of an order are sorted.
    pub fn words(&self) -> String {
        location::sort_key(self.location.as_deref(), &crate::html::folded(&self.description))
    }
}

/// Goods as a quote named them.
#[derive(Clone, Debug)]
pub struct Goods {
    pub code: String,
    pub unit: String,
    pub description: String,
}

impl Goods {
    pub fn reference(&self) -> &str {
        split_reference(&self.description).0
    }
}

/// Goods that are weighed or measured; everything else (UN, PC, PÇ, CX, CJ, PAR …) is counted.
pub fn is_measured(unit: &str) -> bool {
    const MEASURES: [&str; 27] = [
        "k", "kg", "kgs", "kilo", "quilo", "g", "gr", "grs", "mg", "t", "ton", "m", "mt", "mts", "mtr",
        "metro", "m2", "m3", "cm", "mm", "l", "lt", "lts", "ltr", "litro", "ml", "km",
    ];
    MEASURES.contains(&crate::html::folded(unit.trim()).trim_end_matches('.'))
}

/// Splits a description at its arrow (`-->`, `--->`, `-->>`, glued or not).
pub fn split_reference(description: &str) -> (&str, &str) {
    let Some((before, after)) = description.split_once("-->") else { return (description, "") };
    let reference = before.trim_end_matches('-').trim();
    if reference.is_empty() { (description, "") } else { (reference, after.trim_start_matches('>').trim()) }
}

/// An entry of the order's history, as the timeline shows it.
#[derive(Clone, Debug)]
pub struct TimelineEntry {
    pub version: i64,
    /// Names its sentence in the catalogue (`timeline.item_picked`). None: a kind of a newer build.
    pub kind: Option<EventKind>,
    pub actor_id: PersonId,
    /// What that person is called, with the number where another has the same name.
    pub actor: String,
    pub at: Timestamp,
    /// When its device says that it was tapped; None: it says nothing.
    pub tapped_at: Option<Timestamp>,
    /// The reference of the line it was about.
    pub item: Option<String>,
    pub quantity: Option<Decimal>,
    pub told: Option<Told>,
    /// The note that there is, or was.
    pub note: Option<String>,
    /// The entry was taken back later.
    pub undone: bool,
    /// What the entry took back.
    pub undoes: Option<EventKind>,
    /// What a newer quote did.
    pub revised: Option<RevisedCounts>,
    /// The revision of the order's documents that came with it.
    pub document: Option<i32>,
    /// Who saw it, the first one first.
    pub seen: Vec<Seen>,
}

/// Somebody said "Vi" of a change.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Seen {
    pub person_id: PersonId,
    /// With the number where another has the same name.
    pub name: String,
    /// When it was tapped, which may be before the server heard of it.
    pub at: Timestamp,
}

/// What a newer quote did to an order, in numbers of lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisedCounts {
    pub new: i64,
    pub changed: i64,
    /// Lines that the quote no longer has, whether they left or stay for what is in the box or bought.
    pub gone: i64,
    /// Lines of which units must go back to the shelf.
    pub returns: i64,
    /// The number the order had, where it has another one now.
    pub number_before: Option<String>,
}

/// A shipping option with the packaging it allows.
#[derive(Clone, Debug)]
pub struct ShippingOption {
    pub id: ShippingId,
    pub name: String,
    pub makes_urgent: bool,
    /// Its orders leave at this minute of a working day.
    pub due_minute: Option<i16>,
    pub packagings: Vec<PackagingId>,
}

#[derive(Clone, Debug)]
pub struct PackagingOption {
    pub id: PackagingId,
    pub name: String,
}

/// What may be chosen for an order that exists.
#[derive(Clone, Debug)]
pub struct OrderChoices {
    pub shippings: Vec<ShippingOption>,
    pub packagings: Vec<PackagingOption>,
    /// Active people who sell.
    pub sellers: Vec<(PersonId, String)>,
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::pieces(&["UN", "PC", "PÇ", "CX", "PCT", "CJ", "PAR", "KIT", "RL", "un", ""], false)]
    #[case::measures(&["KG", "kg", "Kg.", "MT", "M", "LT", "ML", "G", "M²"], true)]
    fn goods_are_counted_unless_they_are_weighed_or_measured(#[case] units: &[&str], #[case] measured: bool) {
        for unit in units {
            assert_eq!(is_measured(unit), measured, "{unit}");
        }
    }

    #[rstest]
    #[case("FO11 --> FONE MODELO", "FO11", "FONE MODELO")]
    #[case("CJ-42--> SUPORTE VEICULAR", "CJ-42", "SUPORTE VEICULAR")]
    #[case("3D -->XIAOMI REDMI 30C", "3D", "XIAOMI REDMI 30C")]
    #[case("SP52 -->> SUPORTE PARA MOTO", "SP52", "SUPORTE PARA MOTO")]
    #[case("SP52 ---> SUPORTE", "SP52", "SUPORTE")]
    #[case("FONE MODELO FO13", "FONE MODELO FO13", "")]
    #[case("CABO 2--3 --> USB", "CABO 2--3", "USB")]
    #[case("--> SEM REFERENCIA", "--> SEM REFERENCIA", "")]
    #[case(" ---> SEM REFERENCIA", " ---> SEM REFERENCIA", "")]
    fn the_reference_is_what_stands_before_the_arrow(
        #[case] description: &str,
        #[case] reference: &str,
        #[case] rest: &str,
    ) {
        assert_eq!(split_reference(description), (reference, rest));
    }
}
