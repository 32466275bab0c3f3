use super::*;

fn units(n: i64) -> Decimal {
    Decimal::from(n)
}

fn becomes(decision: Result<Decision, ItemRefusal>) -> ItemState {
    match decision {
        Ok(Decision::Becomes(state)) => {
            assert!(state.is_sound(), "{state:?}");
            state
        }
        other => panic!("expected a change, got {other:?}"),
    }
}

fn goods(text: &str, quantity: i64) -> Replacement {
    Replacement { code: None, unit: None, text: text.to_owned(), quantity: units(quantity), agreed: false }
}

fn short(quantity: i64) -> ItemState {
    becomes(ItemState::new(units(quantity)).mark_short(&Reason::text("stock")))
}

/// Ten are asked of the buyer, `ordered` are on the way, and `missing` could not be bought.
fn missing(ordered: i64, missing: i64) -> ItemState {
    let line = becomes(ItemState::new(units(10)).request_purchase());
    let line = if ordered > 0 { becomes(line.mark_ordered(units(ordered))) } else { line };
    becomes(line.mark_not_found(units(missing)))
}

fn place(line: &ItemState) -> (ItemStatus, ItemGroup) {
    (line.status(), line.group())
}

#[test]
fn a_short_line_waits_for_an_answer_in_a_group_of_its_own_and_can_still_be_picked() {
    let line = short(10);
    assert_eq!((line.unanswered, place(&line)), (units(10), (ItemStatus::Unanswered, ItemGroup::Unanswered)));
    let line = becomes(line.pick(units(4)));
    assert_eq!((line.unanswered, line.status()), (units(6), ItemStatus::Unanswered));
    assert_eq!(becomes(line.pick(units(6))).unanswered, units(0));
    assert_eq!(becomes(line.unmark_short()).unanswered, units(0));
}

#[test]
fn the_first_answer_wins_and_another_number_of_units_is_refused_with_the_truth() {
    let line = short(10);
    let few = line.answer(units(4), &Answer::Without);
    assert_eq!(few, Err(ItemRefusal::NotUnanswered { left: units(10) }));
    let line = becomes(line.answer(units(10), &Answer::Without));
    assert_eq!(place(&line), (ItemStatus::Short, ItemGroup::Short));
    assert_eq!(line.answer(units(10), &Answer::Buy), Err(ItemRefusal::Answered));
}

#[test]
fn short_units_are_swapped_bought_or_left_out() {
    let swapped = becomes(short(10).answer(units(10), &Answer::Swap(goods("CB15", 10))));
    assert_eq!(place(&swapped), (ItemStatus::Swap, ItemGroup::Now));
    assert!(swapped.replacement.is_some_and(|with| with.agreed));
    let bought = becomes(short(10).answer(units(10), &Answer::Buy));
    assert_eq!((bought.status(), bought.to_buy()), (ItemStatus::PurchaseRequested, units(10)));
}

#[test]
fn units_that_cannot_be_bought_wait_for_an_answer_once_nothing_is_on_the_way() {
    let line = missing(0, 10);
    assert_eq!(place(&line), (ItemStatus::Unanswered, ItemGroup::Unanswered));
    let line = missing(5, 5);
    assert_eq!((line.unanswered, line.status()), (units(5), ItemStatus::PurchaseOrdered));
    let line = becomes(line.mark_received(units(5)));
    let line = becomes(line.pick(units(5)));
    assert_eq!((line.unanswered, line.status()), (units(5), ItemStatus::Unanswered));
}

#[test]
fn an_answer_waits_until_nothing_of_the_line_is_on_the_way() {
    let line = becomes(missing(5, 5).answer(units(5), &Answer::Swap(goods("CB15", 5))));
    assert_eq!((line.status(), line.unanswered), (ItemStatus::PurchaseOrdered, units(0)));
    let line = becomes(becomes(line.mark_received(units(5))).pick(units(5)));
    assert_eq!((line.status(), line.rest(), line.not_found), (ItemStatus::Swap, units(5), units(0)));

    let line = becomes(missing(5, 5).answer(units(5), &Answer::Without));
    assert!(line.sends_without);
    let line = becomes(becomes(line.mark_received(units(5))).pick(units(5)));
    assert_eq!((line.status(), line.rest(), line.sends_without), (ItemStatus::Short, units(5), false));

    let line = becomes(missing(5, 5).answer(units(5), &Answer::Buy));
    assert_eq!((line.to_buy(), line.not_found), (units(5), units(0)));
}

#[test]
fn what_was_agreed_is_taken_as_it_is_or_the_original_is_picked_after_all() {
    let with = goods("CB15", 10);
    let line = becomes(ItemState::new(units(10)).agree_replacement(units(10), &with));
    assert_eq!(place(&line), (ItemStatus::Swap, ItemGroup::Now));
    assert_eq!(becomes(line.pick(units(10))).replacement, None, "the original was there");
    let part = becomes(line.pick(units(4)));
    assert_eq!(part.replacement.as_ref().map(|with| with.quantity), Some(units(6)), "it follows the rest");
    let taken = becomes(line.substitute(units(10), &with));
    assert_eq!(place(&taken), (ItemStatus::Substituted, ItemGroup::Substituted));
    assert_eq!(becomes(taken.unsubstitute()), line, "it is still agreed");
    assert_eq!(taken.substitute(units(10), &with), Ok(Decision::Already));
    assert!(matches!(taken.substitute(units(10), &goods("CB16", 10)), Err(ItemRefusal::NotFrom { .. })));
    let other = becomes(line.substitute(units(10), &goods("CB16", 10)));
    assert_eq!(becomes(other.unsubstitute()).status(), ItemStatus::Pending, "nobody agreed that");
    assert_eq!(becomes(line.withdraw_replacement()).status(), ItemStatus::Pending);
}

#[test]
fn a_substitution_is_for_the_rest_that_was_shown_and_lets_go_of_what_was_bought() {
    let line = missing(5, 2);
    let early = line.substitute(units(8), &goods("CB15", 1));
    assert_eq!(early, Err(ItemRefusal::NotTheRest { rest: units(10) }));
    let line = becomes(line.substitute(units(10), &goods("CB15", 1)));
    assert_eq!((line.ordered, line.not_found, line.unanswered), (units(0), units(0), units(0)));
}

#[test]
fn a_replacement_that_is_withdrawn_leaves_what_cannot_be_bought_unanswered_again() {
    let line = becomes(missing(5, 5).answer(units(5), &Answer::Swap(goods("CB15", 5))));
    let line = becomes(line.withdraw_replacement());
    assert_eq!((line.unanswered, line.replacement), (units(5), None));
}

#[test]
fn units_put_back_leave_an_agreed_replacement_and_ask_for_no_answer_again() {
    let whole = ItemState::new(units(20));
    let picked = becomes(whole.pick(units(15)));
    let picks = [StandingPick { seq: 1, quantity: units(15), before: whole }];
    let line = becomes(picked.mark_short(&Reason::text("stock")));
    let swapped = becomes(line.answer(units(5), &Answer::Swap(goods("CB15", 5))));
    let back = swapped.unpick(&picks, units(15)).unwrap().state;
    assert_eq!((back.status(), back.rest()), (ItemStatus::Swap, units(20)));

    let short = short(10);
    let found = becomes(short.pick(units(4)));
    let picks = [StandingPick { seq: 1, quantity: units(4), before: short }];
    let answered = becomes(found.answer(units(6), &Answer::Without));
    let back = answered.unpick(&picks, units(4)).unwrap().state;
    assert_eq!((back.rest(), back.unanswered), (units(10), units(4)));
}

#[test]
fn a_replacement_of_the_whole_rest_follows_it_when_units_go_back() {
    let with = goods("CB15", 10);
    let agreed = becomes(ItemState::new(units(10)).agree_replacement(units(10), &with));
    let quantity = |line: &ItemState| line.replacement.as_ref().map(|with| with.quantity);
    let part = becomes(agreed.pick(units(4)));
    let first = StandingPick { seq: 1, quantity: units(4), before: agreed.clone() };
    let back = |line: &ItemState, picks: &[StandingPick], n| line.unpick(picks, units(n)).unwrap().state;
    assert_eq!(back(&part, std::slice::from_ref(&first), 4), agreed);
    assert_eq!(quantity(&back(&part, std::slice::from_ref(&first), 1)), Some(units(7)));
    let whole = becomes(part.pick(units(6)));
    let picks = [first, StandingPick { seq: 2, quantity: units(6), before: part }];
    assert_eq!(quantity(&back(&whole, &picks, 2)), Some(units(2)));
    assert_eq!(quantity(&back(&whole, &picks, 9)), Some(units(9)));
    // What was agreed for the last units alone stays what it is.
    let plain = ItemState::new(units(10));
    let part = becomes(plain.pick(units(4)));
    let agreed = becomes(part.agree_replacement(units(6), &goods("CB15", 6)));
    let pick = [StandingPick { seq: 1, quantity: units(4), before: plain }];
    assert_eq!(quantity(&back(&agreed, &pick, 4)), Some(units(6)));
}

#[test]
fn two_answers_together_are_no_more_than_a_line_holds() {
    let most = 999_999_999;
    let line = becomes(missing(0, 4).answer(units(4), &Answer::Swap(goods("CB15", most))));
    let line = becomes(line.mark_not_found(units(6)));
    let both = line.answer(units(6), &Answer::Swap(goods("CB15", 1)));
    assert_eq!(both, Err(ItemRefusal::AmountInvalid));
}

#[test]
fn goods_in_place_of_the_rest_are_picked_no_more_nor_short_nor_withdrawn_but_put_back_first() {
    let line = becomes(ItemState::new(units(10)).substitute(units(10), &goods("CB15", 10)));
    let refused = Err(ItemRefusal::NotFrom { status: ItemStatus::Substituted });
    assert_eq!(line.pick(units(3)), refused);
    assert_eq!(line.mark_short(&Reason::text("stock")), refused);
    assert_eq!(line.withdraw_replacement(), refused);
    assert_eq!(line.substitute(units(10), &goods("CB15", 10)), Ok(Decision::Already));
    assert_eq!(line.substitute(units(10), &goods("CB15", 9)), refused, "fewer of the same is another word");
}

#[test]
fn what_was_agreed_twice_is_agreed_and_follows_the_rest_only_where_it_was_all_of_it() {
    let agreed =
        |quantity| becomes(ItemState::new(units(10)).agree_replacement(units(10), &goods("CB15", quantity)));
    let left = |line: &ItemState| line.replacement.as_ref().map(|with| with.quantity);
    assert_eq!(agreed(10).agree_replacement(units(10), &goods("CB15", 10)), Ok(Decision::Already));
    assert_eq!(left(&becomes(agreed(10).pick(units(4)))), Some(units(6)));
    assert_eq!(left(&becomes(agreed(3).pick(units(4)))), Some(units(3)));
    assert_eq!(becomes(agreed(10).mark_short(&Reason::text("stock"))).replacement, None);
}

#[test]
fn a_line_that_is_no_longer_short_says_no_reason() {
    assert_eq!(becomes(short(10).unmark_short()).reason, None);
    assert_eq!(becomes(short(10).pick(units(10))).reason, None);
    assert!(becomes(short(10).pick(units(4))).reason.is_some());
}

#[test]
fn picked_and_short_are_the_whole_rest_or_nothing() {
    let line = ItemState::new(units(10));
    let reason = Reason::text("stock");
    for (picked, short) in [(4, 5), (4, 7)] {
        let refused = Err(ItemRefusal::NotTheRest { rest: units(10) });
        assert_eq!(line.pick_and_short(units(picked), units(short), &reason), refused);
    }
    assert!(line.pick_and_short(units(4), units(6), &reason).is_ok());
}

#[test]
fn an_amount_has_three_places_at_most_however_many_zeros_it_is_written_with() {
    let line = ItemState::new(units(10));
    assert_eq!(line.pick(Decimal::new(15_001, 4)), Err(ItemRefusal::AmountInvalid));
    assert!(line.pick(Decimal::new(15_000, 4)).is_ok());
    assert!(line.pick(Decimal::new(1_501, 3)).is_ok());
}

#[test]
fn no_more_goes_back_to_the_shelf_than_has_to() {
    let line = ItemState { picked: units(4), to_return: units(3), ..ItemState::new(units(10)) };
    let picks = [StandingPick { seq: 1, quantity: units(7), before: ItemState::new(units(10)) }];
    assert_eq!(line.put_back(&picks, units(4)), Err(ItemRefusal::MoreThanToReturn { left: units(3) }));
    let done = line.put_back(&picks, units(2)).unwrap();
    assert_eq!((done.state.to_return, done.state.picked), (units(1), units(4)));
    assert_eq!((done.removed, done.reduced), (vec![], Some((1, units(5)))));
}

#[test]
fn goods_that_are_agreed_beside_others_take_their_place_and_add_up_only_with_their_own() {
    let swapped =
        |line: &ItemState, text| becomes(line.answer(line.unanswered, &Answer::Swap(goods(text, 2))));
    let quantity = |line: &ItemState| line.replacement.as_ref().map(|with| with.quantity);
    let once = swapped(&missing(5, 2), "CB15");
    let more = becomes(once.mark_not_found(units(2)));
    assert_eq!(quantity(&swapped(&more, "CB15")), Some(units(4)));
    assert_eq!(quantity(&swapped(&more, "CB16")), Some(units(2)));
}

#[test]
fn what_was_agreed_for_a_part_does_not_stand_for_all_that_is_to_be_picked_again() {
    let line = becomes(missing(0, 5).answer(units(5), &Answer::Swap(goods("CB15", 5))));
    let line = becomes(line.withdraw_request());
    assert_eq!((line.status(), line.rest(), line.replacement), (ItemStatus::Pending, units(10), None));
}

#[test]
fn a_part_that_cannot_be_bought_is_not_the_line() {
    let line = becomes(missing(0, 4).answer(units(4), &Answer::Without));
    assert_eq!(line.status(), ItemStatus::PurchaseRequested);
    assert_eq!(missing(0, 10).status(), ItemStatus::Unanswered);
}
