use proptest::prelude::*;

use super::*;

fn units(n: i64) -> Decimal {
    Decimal::from(n)
}

fn becomes(decision: Result<Decision, ItemRefusal>) -> ItemState {
    match decision {
        Ok(Decision::Becomes(state)) => state,
        other => panic!("expected a change, got {other:?}"),
    }
}

#[test]
fn more_than_the_rest_is_refused_with_the_truth() {
    let line = becomes(ItemState::new(units(12)).pick(units(7)));
    assert_eq!(line.pick(units(12)), Err(ItemRefusal::MoreThanRest { rest: units(5) }));
}

#[test]
fn a_short_rest_can_still_be_found_and_picked() {
    let line = becomes(becomes(ItemState::new(units(30)).pick(units(20))).mark_short(&Reason::text("fora")));
    assert_eq!(line.group(), ItemGroup::Unanswered);
    let line = becomes(line.pick(units(10)));
    assert_eq!(line.status(), ItemStatus::Picked);
    assert!(line.is_sound());
}

#[test]
fn unpicking_restores_what_was_before_and_arrived_goods_stay_arrived() {
    let mut before = ItemState::new(units(10));
    before.rest_state = RestState::PurchaseOrdered;
    before.ordered = units(10);
    before.received = units(10);
    let after = becomes(before.pick(units(10)));
    assert_eq!(after.status(), ItemStatus::Picked);
    let picks = [StandingPick { seq: 1, quantity: units(10), before }];
    let back = after.unpick(&picks, units(10)).unwrap();
    assert_eq!(back.state.status(), ItemStatus::Arrived);
    assert_eq!(back.removed, vec![1]);
}

#[test]
fn units_put_back_do_not_enlarge_a_shortage_unseen() {
    let whole = ItemState::new(units(30));
    let short = becomes(becomes(whole.pick(units(20))).mark_short(&Reason::text("stock")));
    let picks = [StandingPick { seq: 1, quantity: units(20), before: whole.clone() }];
    let back = short.unpick(&picks, units(20)).unwrap();
    assert_eq!((back.state.rest_state, back.state.rest()), (RestState::Pending, units(30)));
    assert_eq!(back.state.reason, None);
}

#[test]
fn units_put_back_are_not_bought_because_the_others_were_asked_for() {
    let whole = ItemState::new(units(10));
    let asked = becomes(becomes(whole.pick(units(4))).request_purchase());
    let picks = [StandingPick { seq: 1, quantity: units(4), before: whole.clone() }];
    assert_eq!(asked.unpick(&picks, units(4)).unwrap().state, whole);
    assert_eq!(asked.unpick(&picks, units(1)).unwrap().state.to_buy(), units(0));
    let given_up = becomes(asked.mark_not_found(units(2)));
    assert_eq!(given_up.unpick(&picks, units(4)).unwrap().state, whole);
    // Where all of it was asked for before, it is again.
    let all = becomes(whole.request_purchase());
    let rest = becomes(all.pick(units(4)));
    let picks = [StandingPick { seq: 1, quantity: units(4), before: all.clone() }];
    assert_eq!(rest.unpick(&picks, units(4)).unwrap().state, all);
}

#[test]
fn units_are_not_put_back_behind_goods_that_stand_for_the_others() {
    let whole = ItemState::new(units(10));
    let goods =
        Replacement { code: None, unit: None, text: "CB15".to_owned(), quantity: units(6), agreed: false };
    let substituted = becomes(becomes(whole.pick(units(4))).substitute(units(6), &goods));
    let picks = [StandingPick { seq: 1, quantity: units(4), before: whole.clone() }];
    let refused = Err(ItemRefusal::NotFrom { status: ItemStatus::Substituted });
    assert_eq!(substituted.unpick(&picks, units(4)), refused);
    assert_eq!(substituted.unpick_last(&picks, 1, units(4)), refused);
    assert_eq!(substituted.unpick(&picks, units(5)), Err(ItemRefusal::MoreThanPicked { picked: units(4) }));
    assert!(substituted.put_back_canceled(&picks, units(4)).is_ok());
    let open = becomes(substituted.unsubstitute());
    assert_eq!(open.unpick(&picks, units(4)).unwrap().state, whole);
    // What the newest quote does not want goes back all the same.
    let unwanted = ItemState { quantity: units(8), picked: units(2), to_return: units(2), ..substituted };
    assert!(unwanted.unpick(&picks, units(2)).is_ok());
}

#[test]
fn unpicking_a_part_takes_the_newest_pick_first() {
    let start = ItemState::new(units(10));
    let one = becomes(start.pick(units(4)));
    let two = becomes(one.pick(units(6)));
    let picks = [
        StandingPick { seq: 1, quantity: units(4), before: start },
        StandingPick { seq: 2, quantity: units(6), before: one },
    ];
    let back = two.unpick(&picks, units(8)).unwrap();
    assert_eq!(back.state.picked, units(2));
    assert_eq!((back.removed, back.reduced), (vec![2], Some((1, units(2)))));
}

#[test]
fn the_last_pick_is_taken_back_only_while_it_is_the_one_that_was_shown() {
    let start = ItemState::new(units(10));
    let one = becomes(start.pick(units(4)));
    let two = becomes(one.pick(units(6)));
    let picks = [
        StandingPick { seq: 2, quantity: units(4), before: start },
        StandingPick { seq: 5, quantity: units(6), before: one.clone() },
    ];
    for (seq, amount) in [(2, 4), (4, 6), (5, 4)] {
        assert_eq!(two.unpick_last(&picks, seq, units(amount)), Err(ItemRefusal::NotLastPick));
    }
    let back = two.unpick_last(&picks, 5, units(6)).unwrap();
    assert_eq!((back.state, back.removed, back.reduced), (one, vec![5], None));
}

#[test]
fn of_a_canceled_order_everything_in_the_box_goes_back_the_unwanted_first() {
    let start = ItemState::new(units(10));
    let mut line = becomes(start.pick(units(8)));
    (line.quantity, line.picked, line.to_return) = (units(5), units(5), units(3));
    let picks = [StandingPick { seq: 1, quantity: units(8), before: start }];
    let refused = line.put_back_canceled(&picks, units(9));
    assert_eq!(refused, Err(ItemRefusal::MoreThanToReturn { left: units(8) }));
    let back = line.put_back_canceled(&picks, units(4)).unwrap();
    assert_eq!((back.state.picked, back.state.to_return), (units(4), units(0)));
    assert_eq!((back.removed, back.reduced), (vec![], Some((1, units(4)))));
    assert!(back.state.is_sound());
}

#[test]
fn marking_short_twice_is_the_wanted_end_already() {
    let line = becomes(ItemState::new(units(3)).mark_short(&Reason::text("fora")));
    assert_eq!(line.mark_short(&Reason::text("fora")), Ok(Decision::Already));
    let otherwise = line.mark_short(&Reason::text("quebrado"));
    assert_eq!(otherwise, Err(ItemRefusal::NotFrom { status: line.status() }), "nothing would be kept of it");
    assert_eq!(becomes(line.unmark_short()).status(), ItemStatus::Pending);
}

proptest! {
    #[test]
    fn every_sequence_of_commands_leaves_a_sound_line(
        quantity in 1i64..50,
        ordered in 0i64..50,
        received in 0i64..50,
        commands in prop::collection::vec((0u8..4, 1i64..20), 0..20),
    ) {
        let mut line = ItemState::new(units(quantity));
        line.ordered = units(ordered.min(quantity));
        line.received = units(received.min(ordered).min(quantity));
        if !line.ordered.is_zero() {
            line.rest_state = RestState::PurchaseOrdered;
        }
        let mut picks: Vec<StandingPick> = Vec::new();
        for (seq, (command, n)) in commands.into_iter().enumerate() {
            prop_assert!(line.is_sound(), "{line:?}");
            match command {
                0 => if let Ok(Decision::Becomes(next)) = line.pick(units(n)) {
                    picks.push(StandingPick { seq: seq as i32, quantity: units(n), before: line });
                    line = next;
                },
                1 => if let Ok(done) = line.unpick(&picks, units(n)) {
                    picks.retain(|pick| !done.removed.contains(&pick.seq));
                    if let Some((seq, left)) = done.reduced {
                        picks.iter_mut().filter(|pick| pick.seq == seq).for_each(|pick| pick.quantity = left);
                    }
                    line = done.state;
                },
                2 => if let Ok(Decision::Becomes(next)) = line.mark_short(&Reason::text("fora")) { line = next; },
                _ => if let Ok(Decision::Becomes(next)) = line.unmark_short() { line = next; },
            }
            let standing: Decimal = picks.iter().map(|pick| pick.quantity).sum();
            prop_assert_eq!(standing, line.picked);
        }
        prop_assert!(line.is_sound(), "{line:?}");
    }
}
