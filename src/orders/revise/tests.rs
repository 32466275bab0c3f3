use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::orders::item::{Decision, ItemStatus, Reason, Replacement, StandingPick};

fn units(n: i64) -> Decimal {
    Decimal::from(n)
}

fn line(position: i32, code: &str, description: &str, quantity: i64) -> NewerLine {
    let snapshot = Snapshot {
        position,
        code: code.to_owned(),
        description: description.to_owned(),
        unit: "UN".to_owned(),
        unit_price: Decimal::new(350, 2),
        total_cents: 350 * quantity,
    };
    NewerLine { quantity: units(quantity), snapshot }
}

/// A line of the order, after `change`.
fn item(position: i32, code: &str, quantity: i64, change: impl Fn(&mut ItemState)) -> Item {
    let NewerLine { snapshot, .. } = line(position, code, code, quantity);
    let mut state = ItemState::new(units(quantity));
    change(&mut state);
    assert!(state.is_sound(), "{state:?}");
    Item {
        id: ItemId::new(),
        position,
        code: snapshot.code,
        description: snapshot.description,
        unit: snapshot.unit,
        unit_price: snapshot.unit_price,
        total_cents: snapshot.total_cents,
        state,
        last_change: None,
        location: None,
        last_pick: None,
    }
}

fn picked(n: i64) -> impl Fn(&mut ItemState) {
    move |state| state.picked = units(n)
}

/// The fate of each line, `#` and its code.
fn fates(revision: &Revision<'_>) -> Vec<(String, Fate)> {
    revision.lines.iter().map(|line| (line.snapshot.code.clone(), line.fate)).collect()
}

fn bought(state: &mut ItemState, ordered: i64, received: i64) {
    state.rest_state = RestState::PurchaseOrdered;
    state.ordered = units(ordered);
    state.received = units(received);
}

#[rstest]
// quantity, picked, wanted: picked, to return, rest
#[case(10, 0, 4, 0, 0, 4)]
#[case(10, 4, 4, 4, 0, 0)]
#[case(10, 7, 4, 4, 3, 0)]
#[case(10, 10, 15, 10, 0, 5)]
#[case(10, 0, 0, 0, 0, 0)]
#[case(10, 6, 0, 0, 6, 0)]
fn fewer_than_picked_go_back(
    #[case] quantity: i64,
    #[case] had: i64,
    #[case] wanted: i64,
    #[case] keeps: i64,
    #[case] returns: i64,
    #[case] rest: i64,
) {
    let after = item(1, "A", quantity, picked(had)).state.revised(units(wanted));
    assert_eq!((after.picked, after.to_return, after.rest()), (units(keeps), units(returns), units(rest)));
    assert!(after.is_sound());
    assert_eq!(after.status() == ItemStatus::Return, returns > 0);
}

#[test]
fn what_was_to_go_back_is_taken_again_when_the_next_quote_wants_it() {
    let less = item(1, "A", 10, picked(10)).state.revised(units(4));
    let more = less.revised(units(8));
    assert_eq!((more.picked, more.to_return, more.rest()), (units(8), units(2), units(0)));
    let gone = less.revised(units(0));
    assert_eq!((gone.to_return, gone.revised(units(10))), (units(10), item(1, "A", 10, picked(10)).state));
}

#[test]
fn fewer_than_bought_keeps_what_the_rest_needs_and_a_dropped_line_keeps_what_is_bought() {
    let line = item(1, "A", 20, |state| {
        state.picked = units(5);
        bought(state, 12, 6);
        state.not_found = units(3);
    });
    let less = line.state.revised(units(13));
    assert_eq!((less.ordered, less.received, less.not_found), (units(8), units(6), units(0)));
    let none = line.state.revised(units(5));
    assert_eq!((none.ordered, none.rest_state), (units(0), RestState::Pending));
    let dropped = line.state.revised(units(0));
    assert_eq!((dropped.quantity, dropped.ordered, dropped.received), (units(12), units(12), units(6)));
    assert_eq!((dropped.picked, dropped.to_return), (units(0), units(5)));
    assert!(dropped.off_quote && !dropped.has_left());
    // The buyer gives up on it: nothing is wanted any more.
    let Ok(Decision::Becomes(given_up)) = dropped.mark_short(&Reason::text("stock")) else { panic!("short") };
    assert_eq!((given_up.quantity, given_up.to_return), (units(0), units(5)));
}

#[test]
fn a_replacement_in_the_box_stays_until_somebody_undoes_it() {
    let line = item(1, "A", 10, |state| {
        state.picked = units(4);
        state.rest_state = RestState::Substituted;
        state.replacement = Some(Replacement {
            code: None,
            unit: None,
            text: "B".to_owned(),
            quantity: units(6),
            agreed: false,
        });
    });
    for wanted in [0, 4] {
        let after = line.state.revised(units(wanted));
        assert_eq!((after.rest(), after.rest_state), (units(6), RestState::Substituted), "{wanted}");
        assert_eq!(after.to_return, units(4 - wanted));
        assert!(after.is_sound());
    }
}

#[test]
fn lines_are_the_same_by_code_and_description_then_by_code_then_untouched_at_their_place() {
    let items = [item(1, "A", 5, |_| {}), item(2, "B", 5, picked(5)), item(3, "C", 5, |_| {})];
    // B's text was edited, C became D, and everything moved down by one.
    let quote = [line(1, "N", "N", 1), line(2, "A", "A", 5), line(3, "B", "B 2.0", 5), line(4, "D", "D", 5)];
    let revision = revise(&items, &quote);
    let expected =
        [("N", Fate::New), ("A", Fate::Same), ("B", Fate::Changed), ("D", Fate::New), ("C", Fate::Leaves)];
    assert_eq!(fates(&revision), expected.map(|(code, fate)| (code.to_owned(), fate)));
    // At its place C is D, while nobody touched it.
    let revision = revise(&items, &[line(1, "A", "A", 5), line(2, "B", "B", 5), line(3, "D", "D", 5)]);
    assert_eq!(revision.lines[2].fate, Fate::Changed);
    // Picked goods of B never count for E.
    let revision = revise(&items, &[line(1, "A", "A", 5), line(2, "E", "E", 5), line(3, "C", "C", 5)]);
    let expected = [("A", Fate::Same), ("E", Fate::New), ("C", Fate::Same), ("B", Fate::Stays)];
    assert_eq!(fates(&revision), expected.map(|(code, fate)| (code.to_owned(), fate)));
    assert_eq!(revision.lines[3].returns(), units(5));
}

#[test]
fn of_two_lines_that_are_alike_the_touched_one_stays() {
    let items = [item(1, "A", 20, |_| {}), item(2, "A", 10, picked(10))];
    let revision = revise(&items, &[line(1, "A", "A", 10)]);
    assert_eq!(revision.lines[0].item.map(|item| item.id), Some(items[1].id));
    assert_eq!(revision.lines[0].fate, Fate::Same);
    assert_eq!(revision.lines[1].fate, Fate::Leaves);
    let both = revise(&items, &[line(1, "A", "A", 20), line(2, "A", "A", 10)]);
    assert_eq!(both.changes().count(), 0, "each is itself");
}

#[test]
fn the_fingerprint_is_of_what_is_seen() {
    let quote = [line(1, "A", "A", 6), line(2, "B", "B", 5)];
    let seen = |first: i64, second: i64| {
        let mut items = [item(1, "A", 10, picked(first)), item(2, "B", 5, picked(second))];
        (items[0].id, items[1].id) = (ItemId(uuid::Uuid::nil()), ItemId(uuid::Uuid::max()));
        revise(&items, &quote).fingerprint(&())
    };
    assert_eq!(seen(2, 0), seen(6, 5), "work that does not show in the difference");
    assert_ne!(seen(6, 0), seen(7, 0), "one must go back now");
}

fn lines() -> impl Strategy<Value = Vec<(u8, i64, i64, u8)>> {
    prop::collection::vec((0u8..5, 1i64..12, 0i64..12, 0u8..5), 0..8)
}

const REST_STATES: [RestState; 5] = [
    RestState::Pending,
    RestState::PurchaseRequested,
    RestState::PurchaseOrdered,
    RestState::Substituted,
    RestState::Short,
];

fn order((position, (code, quantity, had, kind)): (i32, (u8, i64, i64, u8))) -> Item {
    item(position, &code.to_string(), quantity, |state| {
        state.picked = units(had.min(quantity));
        let rest = state.rest();
        if rest.is_zero() {
            return;
        }
        state.rest_state = REST_STATES[usize::from(kind)];
        if state.rest_state == RestState::PurchaseOrdered {
            state.ordered = units(1);
            state.received = units(had % 2);
            state.not_found = rest - units(1);
        }
    })
}

proptest! {
    #[test]
    fn a_revision_is_sound_loses_nothing_and_done_twice_changes_nothing(before in lines(), after in lines()) {
        let items: Vec<Item> = (1..).zip(before).map(order).collect();
        let quote: Vec<NewerLine> = (1..)
            .zip(after)
            .map(|(position, (code, quantity, ..))| line(position, &code.to_string(), &code.to_string(), quantity))
            .collect();
        let revision = revise(&items, &quote);
        // Every line of both is there once, the quote's in their order.
        prop_assert_eq!(revision.lines.iter().filter(|line| line.item.is_some()).count(), items.len());
        for (wanted, line) in quote.iter().zip(&revision.lines) {
            prop_assert_eq!(&wanted.snapshot, &line.snapshot);
            prop_assert!(line.after.quantity >= wanted.quantity);
        }
        let mut again = Vec::new();
        for line in &revision.lines {
            prop_assert!(line.after.is_sound(), "{line:?}");
            if let Some(item) = line.item {
                prop_assert_eq!(item.state.held(), line.after.held(), "units in the box");
                let taken = !item.state.held().is_zero() || !item.state.ordered.is_zero();
                prop_assert!(line.fate != Fate::Leaves || !taken, "nothing picked or bought leaves");
                prop_assert!(line.snapshot.code == item.code || item.state.is_untouched());
            }
            if line.fate != Fate::Leaves {
                let mut item = line.item.cloned().unwrap_or_else(|| order((1, (0, 1, 0, 0))));
                if line.item.is_none() { item.id = ItemId::new(); }
                let Snapshot { position, code, description, unit, unit_price, total_cents } = line.snapshot.clone();
                let state = line.after.clone();
                again.push(Item { position, code, description, unit, unit_price, total_cents, state, ..item });
            }
        }
        prop_assert_eq!(revise(&again, &quote).changes().count(), 0, "{:?}", revise(&again, &quote));
    }

    #[test]
    fn every_sequence_of_commands_and_quotes_leaves_a_sound_line(
        quantity in 1i64..20,
        commands in prop::collection::vec((0u8..7, 0i64..20), 0..25),
    ) {
        let mut line = ItemState::new(units(quantity));
        let mut picks: Vec<StandingPick> = Vec::new();
        for (seq, (command, n)) in commands.into_iter().enumerate() {
            let back = match command {
                0 => {
                    if let Ok(Decision::Becomes(next)) = line.pick(units(n)) {
                        picks.push(StandingPick { seq: seq as i32, quantity: units(n), before: line });
                        line = next;
                    }
                    None
                }
                1 => line.unpick(&picks, units(n)).ok(),
                2 => line.put_back(&picks, units(n)).ok(),
                3 | 4 => {
                    let decision = if command == 3 { line.mark_short(&Reason::text("fora")) } else { line.unmark_short() };
                    if let Ok(Decision::Becomes(next)) = decision { line = next; }
                    None
                }
                5 if !line.rest().is_zero() && line.rest_state == RestState::Pending && !line.off_quote && n > 0 => {
                    line.rest_state = RestState::PurchaseOrdered;
                    line.ordered = units(n).min(line.rest());
                    None
                }
                5 => None,
                _ => {
                    // Only what is still part of the order meets a newer quote.
                    if !line.has_left() { line = line.revised(units(n)); }
                    None
                }
            };
            if let Some(done) = back {
                picks.retain(|pick| !done.removed.contains(&pick.seq));
                if let Some((seq, left)) = done.reduced {
                    picks.iter_mut().filter(|pick| pick.seq == seq).for_each(|pick| pick.quantity = left);
                }
                line = done.state;
            }
            prop_assert!(line.is_sound(), "{line:?}");
            let standing: Decimal = picks.iter().map(|pick| pick.quantity).sum();
            prop_assert_eq!(standing, line.held(), "the picks that stand are what is in the box");
        }
    }
}

#[rstest]
// of them agreed, wanted now: agreed then
#[case(10, 6, 6)]
#[case(10, 12, 12)]
#[case(3, 6, 3)]
fn what_was_agreed_for_the_whole_rest_follows_the_newer_quote(
    #[case] agreed: i64,
    #[case] wanted: i64,
    #[case] expected: i64,
) {
    let (text, quantity) = ("CB15".to_owned(), units(agreed));
    let with = Replacement { code: None, unit: None, text, quantity, agreed: true };
    let line = ItemState { replacement: Some(with), ..ItemState::new(units(10)) };
    let revised = line.revised(units(wanted));
    assert_eq!(revised.replacement.map(|with| with.quantity), Some(units(expected)));
}
