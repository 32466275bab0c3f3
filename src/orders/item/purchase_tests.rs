use proptest::prelude::*;
use rstest::rstest;
use rust_decimal::Decimal;

use super::allocation::{Allocation, Flow, Settlement};
use super::*;
use crate::ids::PurchaseId;

fn units(n: i64) -> Decimal {
    Decimal::from(n)
}

fn becomes(decision: Result<Decision, ItemRefusal>) -> ItemState {
    match decision {
        Ok(Decision::Becomes(state)) => state,
        other => panic!("expected a change, got {other:?}"),
    }
}

fn requested(quantity: i64) -> ItemState {
    becomes(ItemState::new(units(quantity)).request_purchase())
}

fn bought(quantity: i64, ordered: i64, received: i64) -> ItemState {
    let line = becomes(requested(quantity).mark_ordered(units(ordered)));
    if received == 0 { line } else { becomes(line.mark_received(units(received))) }
}

fn short(quantity: i64) -> ItemState {
    becomes(ItemState::new(units(quantity)).mark_short(&Reason::text("stock")))
}

fn substituted(quantity: i64) -> ItemState {
    ItemState { rest_state: RestState::Substituted, ..ItemState::new(units(quantity)) }
}

fn picked(quantity: i64) -> ItemState {
    becomes(ItemState::new(units(quantity)).pick(units(quantity)))
}

fn given_up(quantity: i64, not_found: i64) -> ItemState {
    becomes(requested(quantity).mark_not_found(units(not_found)))
}

type Outcome = Result<Decision, ItemRefusal>;

#[rstest]
#[case::pending(ItemState::new(units(10)), true)]
#[case::short(short(10), true)]
#[case::given_up(given_up(10, 4), true)]
#[case::picked(picked(10), false)]
#[case::substituted(substituted(10), false)]
fn purchase_is_requested_for_what_is_left(#[case] line: ItemState, #[case] allowed: bool) {
    match line.request_purchase() {
        Ok(Decision::Becomes(next)) if allowed => {
            assert!(next.is_sound() && next.is_in_purchase(), "{next:?}");
            assert_eq!((next.to_buy(), next.reason), (units(10), None));
        }
        Err(ItemRefusal::NotFrom { .. }) if !allowed => {}
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case::requested(requested(10).request_purchase(), Ok(Decision::Already))]
#[case::bought(bought(10, 4, 0).request_purchase(), Ok(Decision::Already))]
#[case::pending(ItemState::new(units(10)).withdraw_request(), Ok(Decision::Already))]
#[case::withdrawn(requested(10).withdraw_request(), Ok(Decision::Becomes(ItemState::new(units(10)))))]
#[case::given_up(given_up(10, 4).withdraw_request(), Ok(Decision::Becomes(ItemState::new(units(10)))))]
#[case::ordered(bought(10, 4, 0).withdraw_request(), not_from(ItemStatus::PurchaseOrdered))]
#[case::short(short(10).withdraw_request(), not_from(ItemStatus::Unanswered))]
#[case::not_asked_for(ItemState::new(units(10)).mark_ordered(units(1)), not_from(ItemStatus::Pending))]
#[case::too_many(bought(10, 4, 0).mark_ordered(units(7)), Err(ItemRefusal::MoreThanToBuy { left: units(6) }))]
#[case::nothing(requested(10).mark_ordered(units(0)), Err(ItemRefusal::AmountInvalid))]
#[case::came(bought(10, 4, 3).unmark_ordered(units(2)), Err(ItemRefusal::MoreThanOnTheWay { left: units(1) }))]
#[case::back(bought(10, 4, 0).unmark_ordered(units(4)), Ok(Decision::Becomes(requested(10))))]
#[case::not_bought(bought(10, 4, 3).mark_received(units(2)), Err(ItemRefusal::MoreThanOnTheWay { left: units(1) }))]
#[case::not_here(bought(10, 4, 3).unmark_received(units(4)), Err(ItemRefusal::MoreThanArrived { left: units(3) }))]
#[case::is_bought(bought(10, 4, 0).mark_not_found(units(7)), Err(ItemRefusal::MoreThanToBuy { left: units(6) }))]
#[case::is_pending(ItemState::new(units(10)).mark_not_found(units(1)), not_from(ItemStatus::Pending))]
fn a_command_starts_from_what_it_is_for(#[case] told: Outcome, #[case] expected: Outcome) {
    assert_eq!(told, expected);
}

fn not_from(status: ItemStatus) -> Outcome {
    Err(ItemRefusal::NotFrom { status })
}

#[rstest]
#[case::requested(requested(10), ItemStatus::PurchaseRequested, ItemGroup::Purchase)]
#[case::ordered(bought(10, 10, 0), ItemStatus::PurchaseOrdered, ItemGroup::Purchase)]
#[case::partly_here(bought(10, 10, 4), ItemStatus::PurchaseOrdered, ItemGroup::Now)]
#[case::here(bought(10, 10, 10), ItemStatus::Arrived, ItemGroup::Now)]
#[case::partly_given_up(given_up(10, 4), ItemStatus::Unanswered, ItemGroup::Unanswered)]
#[case::given_up(given_up(10, 10), ItemStatus::Unanswered, ItemGroup::Unanswered)]
fn a_line_in_purchase_is_shown_where_its_goods_are(
    #[case] line: ItemState,
    #[case] status: ItemStatus,
    #[case] group: ItemGroup,
) {
    assert_eq!((line.status(), line.group()), (status, group));
}

#[test]
fn what_was_given_up_may_be_bought_after_all() {
    let line = becomes(given_up(10, 10).mark_ordered(units(6)));
    assert_eq!((line.ordered, line.not_found, line.to_buy()), (units(6), units(4), units(0)));
}

#[test]
fn a_pick_from_the_shelf_displaces_what_is_on_the_way_last() {
    let mut line = bought(10, 4, 1);
    line.not_found = units(2);
    let next = becomes(line.pick(units(6)));
    assert_eq!((next.ordered, next.received, next.not_found), (units(3), units(0), units(1)));
    let next = becomes(next.pick(units(2)));
    assert_eq!((next.ordered, next.not_found), (units(2), units(0)));
}

#[test]
fn receipts_use_up_the_oldest_purchase_first_and_mistakes_the_newest() {
    let mut both =
        [Allocation::new(PurchaseId::new(), units(4)), Allocation::new(PurchaseId::new(), units(6))];
    let ordered = bought(10, 10, 0);
    let line = Flow::Received.follow(&mut both, &ordered, becomes(ordered.mark_received(units(5))));
    assert_eq!((both[0].received, both[1].received), (units(4), units(1)));
    let line = Flow::Unreceived.follow(&mut both, &line, becomes(line.unmark_received(units(2))));
    assert_eq!((both[0].received, both[1].received), (units(3), units(0)));
    let line = Flow::Unordered.follow(&mut both, &line, becomes(line.unmark_ordered(units(7))));
    assert_eq!((line.ordered, line.received), (units(3), units(3)));
    assert_eq!((both[0].ordered, both[1].ordered), (units(3), units(0)));
}

#[test]
fn units_no_longer_needed_are_settled_once() {
    let mut one = [Allocation::new(PurchaseId::new(), units(5))];
    let line = Flow::Received.follow(&mut one, &bought(5, 5, 0), bought(5, 5, 2));
    let _ = Flow::Displaced.follow(&mut one, &line, becomes(line.mark_short(&Reason::text("stock"))));
    assert_eq!((one[0].displaced, one[0].to_return, one[0].ordered), (units(3), units(2), units(0)));
    let settled = one[0].settled(Settlement::Stocked, units(3)).expect("three are to be settled");
    assert_eq!(settled.settled(Settlement::Canceled, units(1)), None);
    assert_eq!((settled.stocked, settled.quantity()), (units(3), units(5)));
    assert!(settled.settled(Settlement::Returned, units(2)).is_some());
}

#[test]
fn units_that_came_go_back_beside_what_was_agreed_for_the_others() {
    let mut one = [Allocation::new(PurchaseId::new(), units(5))];
    let came = bought(10, 5, 5);
    one[0].received = units(5);
    let picked = Flow::Picked.follow(&mut one, &came, becomes(came.pick(units(5))));
    let picks = [StandingPick { seq: 1, quantity: units(5), before: came }];
    let agreed = becomes(picked.agree_replacement(units(5), &other(units(5))));
    let back = agreed.unpick(&picks, units(5)).unwrap().state;
    let back = Flow::PutBack.follow(&mut one, &agreed, back);
    assert!(back.is_sound(), "{back:?}");
    assert_eq!((back.received, back.to_buy(), back.replacement.is_some()), (units(5), units(0), true));
    let again = Flow::Picked.follow(&mut one, &back, becomes(back.pick(units(5))));
    assert_eq!(again, agreed);
}

fn other(quantity: Decimal) -> Replacement {
    Replacement { code: None, unit: None, text: "CB15".to_owned(), quantity, agreed: false }
}

/// A line, its picks and its allocations, as the commands leave them.
struct Story {
    line: ItemState,
    picks: Vec<StandingPick>,
    allocations: Vec<Allocation>,
    bought: Decimal,
}

impl Story {
    fn follow(&mut self, flow: Flow, before: &ItemState, told: Outcome) -> bool {
        let Ok(Decision::Becomes(next)) = told else { return false };
        self.line = flow.follow(&mut self.allocations, before, next);
        true
    }

    fn step(&mut self, seq: usize, command: u8, n: Decimal) {
        let before = self.line.clone();
        match command {
            0 if self.follow(Flow::Picked, &before, before.pick(n)) => {
                self.picks.push(StandingPick { seq: i32::try_from(seq).unwrap(), quantity: n, before });
            }
            1 => {
                let Ok(back) = before.unpick(&self.picks, n) else { return };
                self.picks.retain(|pick| !back.removed.contains(&pick.seq));
                if let Some((seq, left)) = back.reduced {
                    let reduced = self.picks.iter_mut().find(|pick| pick.seq == seq);
                    reduced.expect("a pick that stands").quantity = left;
                }
                self.line = Flow::PutBack.follow(&mut self.allocations, &before, back.state);
            }
            2 => drop(self.follow(Flow::Displaced, &before, before.mark_short(&Reason::text("stock")))),
            3 => drop(self.follow(Flow::Displaced, &before, before.request_purchase())),
            4 => {
                if let Ok(Decision::Becomes(next)) = before.mark_ordered(n) {
                    self.line = next;
                    self.allocations.push(Allocation::new(PurchaseId::new(), n));
                    self.bought += n;
                }
            }
            5 => drop(self.follow(Flow::Received, &before, before.mark_received(n))),
            6 if self.follow(Flow::Unordered, &before, before.unmark_ordered(n)) => self.bought -= n,
            7 => drop(self.follow(Flow::Unreceived, &before, before.unmark_received(n))),
            8 => drop(self.follow(Flow::Displaced, &before, before.mark_not_found(n))),
            9 => drop(self.follow(Flow::Displaced, &before, before.withdraw_request())),
            12 => drop(self.follow(Flow::Displaced, &before, before.substitute(before.rest(), &other(n)))),
            13 => drop(self.follow(Flow::Displaced, &before, before.unsubstitute())),
            14 => drop(self.follow(
                Flow::Displaced,
                &before,
                before.agree_replacement(before.rest(), &other(n)),
            )),
            15 => drop(self.follow(Flow::Displaced, &before, before.withdraw_replacement())),
            16 => {
                let answers = [Answer::Swap(other(n)), Answer::Buy, Answer::Without];
                let answer = &answers[seq % answers.len()];
                self.follow(Flow::Displaced, &before, before.answer(before.unanswered, answer));
            }
            17 => drop(self.follow(Flow::Displaced, &before, before.unmark_short())),
            10 => {
                let revised = Ok(Decision::Becomes(before.revised(n)));
                self.follow(Flow::Displaced, &before, revised);
            }
            _ => {
                if let Some(one) = self.allocations.iter_mut().find(|one| one.displaced >= n) {
                    *one = one.settled(Settlement::Stocked, n).expect("enough to settle");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn what_was_bought_is_always_somewhere_and_the_line_waits_for_just_that(
        quantity in 1i64..30,
        commands in prop::collection::vec((0u8..18, 1i64..15), 0..40),
    ) {
        let line = ItemState::new(units(quantity));
        let mut story = Story { line, picks: Vec::new(), allocations: Vec::new(), bought: Decimal::ZERO };
        for (seq, (command, n)) in commands.into_iter().enumerate() {
            story.step(seq, command, units(n));
            let line = &story.line;
            prop_assert!(line.is_sound(), "{command}: {line:?}");
            let sum = |of: fn(&Allocation) -> Decimal| story.allocations.iter().map(of).sum::<Decimal>();
            prop_assert_eq!(sum(|one| one.ordered), line.ordered, "{}: {:?}", command, story.allocations);
            prop_assert_eq!(sum(|one| one.received), line.received, "{}", command);
            prop_assert_eq!(sum(Allocation::quantity), story.bought, "{}", command);
            prop_assert!(story.allocations.iter().all(|one| one.received <= one.ordered));
        }
    }
}
