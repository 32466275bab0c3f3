//! The rules of one line of an order: pure decisions, from what is true now to what is true then.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What is to happen with the rest of a line (quantity − picked). The only stored state of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestState {
    Pending,
    PurchaseRequested,
    PurchaseOrdered,
    Substituted,
    Short,
}

impl RestState {
    pub const ALL: [RestState; 5] = [
        RestState::Pending,
        RestState::PurchaseRequested,
        RestState::PurchaseOrdered,
        RestState::Substituted,
        RestState::Short,
    ];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            RestState::Pending => "pending",
            RestState::PurchaseRequested => "purchase_requested",
            RestState::PurchaseOrdered => "purchase_ordered",
            RestState::Substituted => "substituted",
            RestState::Short => "short",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        RestState::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// An agreed replacement (Trocar por X), or the one that was taken when the line is substituted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    pub text: String,
    pub quantity: Decimal,
}

/// Everything about a line that commands change. History keeps it before and after each command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemState {
    pub quantity: Decimal,
    pub picked: Decimal,
    pub to_return: Decimal,
    pub rest_state: RestState,
    pub ordered: Decimal,
    pub received: Decimal,
    pub not_found: Decimal,
    pub replacement: Option<Replacement>,
    pub reason: Option<String>,
    /// The newest quote does not have the line: it stays for what of it is in the box or bought, and wants no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off_quote: bool,
}

/// What the screen shows a line as; derived, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemStatus {
    /// Units in the box that the newest quote does not want, or all of a canceled order's, must go back to the shelf.
    Return,
    Pending,
    PurchaseRequested,
    PurchaseOrdered,
    Arrived,
    Swap,
    Substituted,
    Short,
    Picked,
}

impl ItemStatus {
    /// The word in class names, icons and catalogue keys.
    pub fn code(self) -> &'static str {
        match self {
            ItemStatus::Return => "return",
            ItemStatus::Pending => "pending",
            ItemStatus::PurchaseRequested => "requested",
            ItemStatus::PurchaseOrdered => "ordered",
            ItemStatus::Arrived => "arrived",
            ItemStatus::Swap => "swap",
            ItemStatus::Substituted => "substituted",
            ItemStatus::Short => "short",
            ItemStatus::Picked => "picked",
        }
    }
}

/// The groups of the picking screen, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemGroup {
    /// Of a canceled order: what is still in the box.
    Shelf,
    Now,
    Purchase,
    Short,
    Substituted,
    Picked,
}

impl ItemGroup {
    pub const ALL: [ItemGroup; 6] = [
        ItemGroup::Shelf,
        ItemGroup::Now,
        ItemGroup::Purchase,
        ItemGroup::Short,
        ItemGroup::Substituted,
        ItemGroup::Picked,
    ];

    pub fn code(self) -> &'static str {
        match self {
            ItemGroup::Shelf => "shelf",
            ItemGroup::Now => "now",
            ItemGroup::Purchase => "purchase",
            ItemGroup::Short => "short",
            ItemGroup::Substituted => "substituted",
            ItemGroup::Picked => "picked",
        }
    }
}

/// The codes of the shortage reasons that the sheet offers.
pub const SHORT_REASONS: [&str; 4] = ["stock", "damaged", "not_located", "other"];

/// Why a command on a line cannot be done; the caller adds who made it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemRefusal {
    /// An amount that is zero, negative, too fine (over 3 places) or too large to be one.
    AmountInvalid,
    /// More than the rest: what is left, and what is already picked.
    MoreThanRest { rest: Decimal },
    /// More than was picked.
    MoreThanPicked { picked: Decimal },
    /// More than has to go back to the shelf.
    MoreThanToReturn { left: Decimal },
    /// The line is in a state that this command does not start from.
    NotFrom { status: ItemStatus },
}

/// What a command does to a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The wanted end is already so: accepted, nothing to write.
    Already,
    Becomes(ItemState),
}

/// A pick that stands, with the line's state just before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingPick {
    pub seq: i32,
    pub quantity: Decimal,
    pub before: ItemState,
}

/// What putting units back leaves: the line, and how the stack of picks changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutBack {
    pub state: ItemState,
    /// Picks taken back whole.
    pub removed: Vec<i32>,
    /// The pick of which a part was taken back, and what is left of it.
    pub reduced: Option<(i32, Decimal)>,
}

impl ItemState {
    /// A line as a quote brings it.
    pub fn new(quantity: Decimal) -> Self {
        Self {
            quantity,
            picked: Decimal::ZERO,
            to_return: Decimal::ZERO,
            rest_state: RestState::Pending,
            ordered: Decimal::ZERO,
            received: Decimal::ZERO,
            not_found: Decimal::ZERO,
            replacement: None,
            reason: None,
            off_quote: false,
        }
    }

    /// A line that is not in the order, before it comes or after it left.
    pub fn absent() -> Self {
        Self { off_quote: true, ..Self::new(Decimal::ZERO) }
    }

    /// Units still to be settled.
    pub fn rest(&self) -> Decimal {
        self.quantity - self.picked
    }

    /// Picked, substituted or short: nothing left to do.
    pub fn is_settled(&self) -> bool {
        self.to_return.is_zero()
            && (self.rest().is_zero() || matches!(self.rest_state, RestState::Substituted | RestState::Short))
    }

    /// Whether goods for this line are known to be on the shelf.
    pub fn can_be_picked_now(&self) -> bool {
        !self.rest().is_zero() && (self.rest_state == RestState::Pending || !self.received.is_zero())
    }

    /// Units in the box: those that are wanted and those that must go back. The picks that stand add up to it.
    pub fn held(&self) -> Decimal {
        self.picked + self.to_return
    }

    pub fn status(&self) -> ItemStatus {
        if !self.to_return.is_zero() {
            return ItemStatus::Return;
        }
        if self.rest().is_zero() {
            return ItemStatus::Picked;
        }
        match self.rest_state {
            RestState::Pending if self.replacement.is_some() => ItemStatus::Swap,
            RestState::Pending => ItemStatus::Pending,
            RestState::PurchaseRequested => ItemStatus::PurchaseRequested,
            RestState::PurchaseOrdered if self.received == self.rest() => ItemStatus::Arrived,
            RestState::PurchaseOrdered => ItemStatus::PurchaseOrdered,
            RestState::Substituted => ItemStatus::Substituted,
            RestState::Short => ItemStatus::Short,
        }
    }

    pub fn group(&self) -> ItemGroup {
        match self.status() {
            ItemStatus::Return | ItemStatus::Pending | ItemStatus::Arrived | ItemStatus::Swap => {
                ItemGroup::Now
            }
            ItemStatus::PurchaseRequested | ItemStatus::PurchaseOrdered => ItemGroup::Purchase,
            ItemStatus::Short => ItemGroup::Short,
            ItemStatus::Substituted => ItemGroup::Substituted,
            ItemStatus::Picked => ItemGroup::Picked,
        }
    }

    /// Pick `amount` units of the original goods. Never cut: more than the rest is refused with the truth.
    pub fn pick(&self, amount: Decimal) -> Result<Decision, ItemRefusal> {
        check_amount(amount)?;
        if self.rest_state == RestState::Substituted && !self.rest().is_zero() {
            return Err(ItemRefusal::NotFrom { status: self.status() });
        }
        if amount > self.rest() {
            return Err(ItemRefusal::MoreThanRest { rest: self.rest() });
        }
        let mut next = self.clone();
        next.picked += amount;
        next.use_up_purchases(amount);
        if next.rest().is_zero() {
            next.rest_state = RestState::Pending;
            next.replacement = None;
            next.reason = None;
        } else if next.rest_state == RestState::PurchaseOrdered && next.ordered.is_zero() {
            next.rest_state = RestState::Pending;
        }
        Ok(Decision::Becomes(next))
    }

    /// Picking uses up received units, then ordered ones, then those not found.
    fn use_up_purchases(&mut self, amount: Decimal) {
        let from_received = amount.min(self.received);
        self.received -= from_received;
        self.ordered -= from_received;
        let from_ordered = (amount - from_received).min(self.ordered);
        self.ordered -= from_ordered;
        // Units that were neither bought nor sought come off the rest first and touch nothing else.
        self.received = self.received.min(self.ordered);
        let rest = self.rest();
        if self.ordered + self.not_found > rest {
            self.not_found = (rest - self.ordered).max(Decimal::ZERO);
        }
    }

    /// Take back `amount` picked units, newest picks first; `None` takes back the last pick. What has to go back
    /// anyway goes first. `picks` are those that stand, oldest first.
    pub fn unpick(&self, picks: &[StandingPick], amount: Option<Decimal>) -> Result<PutBack, ItemRefusal> {
        let refusal = ItemRefusal::MoreThanPicked { picked: self.held() };
        let Some(last) = picks.last() else { return Err(refusal) };
        let amount = amount.unwrap_or(last.quantity);
        check_amount(amount)?;
        if amount > self.held() {
            return Err(refusal);
        }
        let Some((removed, reduced, oldest)) = take_newest(picks, amount) else { return Err(refusal) };
        let unwanted = amount.min(self.to_return);
        let mut state = self.clone();
        state.to_return -= unwanted;
        if amount > unwanted {
            state = state.with_rest_as_before(&oldest.before, amount - unwanted).shed();
        }
        Ok(PutBack { state, removed, reduced })
    }

    /// Units that the newest quote does not want are back on the shelf.
    pub fn put_back(&self, picks: &[StandingPick], amount: Decimal) -> Result<PutBack, ItemRefusal> {
        check_amount(amount)?;
        if amount > self.to_return {
            return Err(ItemRefusal::MoreThanToReturn { left: self.to_return });
        }
        let taken = take_newest(picks, amount);
        let (removed, reduced, _) = taken.ok_or(ItemRefusal::MoreThanPicked { picked: self.held() })?;
        let state = ItemState { to_return: self.to_return - amount, ..self.clone() };
        Ok(PutBack { state, removed, reduced })
    }

    /// Units of a canceled order are back on the shelf: everything in the box is to go there.
    pub fn put_back_canceled(&self, picks: &[StandingPick], amount: Decimal) -> Result<PutBack, ItemRefusal> {
        check_amount(amount)?;
        if amount > self.held() {
            return Err(ItemRefusal::MoreThanToReturn { left: self.held() });
        }
        self.unpick(picks, Some(amount))
    }

    /// The rest returns to the state it had before the pick; goods that arrived stay arrived.
    fn with_rest_as_before(&self, before: &ItemState, amount: Decimal) -> ItemState {
        let mut next = self.clone();
        next.picked -= amount;
        // What was short stays what it was before the pick as well: units put back must not become a shortage unseen.
        if self.rest().is_zero() || matches!(self.rest_state, RestState::Pending | RestState::Short) {
            let rest = next.rest();
            next.rest_state = before.rest_state;
            next.ordered = before.ordered.min(rest);
            next.received = before.received.min(next.ordered);
            next.not_found = before.not_found.min(rest - next.ordered);
            next.replacement.clone_from(&before.replacement);
            next.reason.clone_from(&before.reason);
            if next.rest_state == RestState::PurchaseOrdered && next.ordered.is_zero() {
                next.rest_state = RestState::Pending;
            }
        }
        next
    }

    /// The rest will not be sent. Units on the way move on to the buyer's list, the line keeps none.
    pub fn mark_short(&self, reason: &str) -> Result<Decision, ItemRefusal> {
        if self.rest().is_zero() || self.rest_state == RestState::Substituted {
            return Err(ItemRefusal::NotFrom { status: self.status() });
        }
        if self.rest_state == RestState::Short {
            return Ok(Decision::Already);
        }
        let mut next = self.clone();
        next.rest_state = RestState::Short;
        next.ordered = Decimal::ZERO;
        next.received = Decimal::ZERO;
        next.not_found = Decimal::ZERO;
        next.replacement = None;
        next.reason = Some(reason.to_owned());
        Ok(Decision::Becomes(next.shed()))
    }

    /// Takes a shortage back: the rest is pending again.
    pub fn unmark_short(&self) -> Result<Decision, ItemRefusal> {
        match (self.rest().is_zero(), self.rest_state) {
            (false, RestState::Short) => {
                let mut next = self.clone();
                next.rest_state = RestState::Pending;
                next.reason = None;
                Ok(Decision::Becomes(next))
            }
            (false, RestState::Pending) => Ok(Decision::Already),
            _ => Err(ItemRefusal::NotFrom { status: self.status() }),
        }
    }

    /// The rules that hold for every line at every moment; the schema holds the same.
    pub fn is_sound(&self) -> bool {
        let zero = Decimal::ZERO;
        (self.quantity > zero || (self.quantity.is_zero() && self.off_quote))
            && self.to_return >= zero
            && self.picked >= zero
            && self.rest() >= zero
            && self.received >= zero
            && self.received <= self.ordered
            && self.not_found >= zero
            && self.ordered + self.not_found <= self.rest()
            && (self.rest_state == RestState::PurchaseOrdered) == (self.ordered > zero)
            && (self.rest() > zero || self.rest_state == RestState::Pending)
    }
}

/// The newest of the picks that together are `amount`: those taken whole, the one of which a part is left, and the
/// oldest of them. None: they are fewer.
type Taken<'a> = (Vec<i32>, Option<(i32, Decimal)>, &'a StandingPick);

fn take_newest(picks: &[StandingPick], amount: Decimal) -> Option<Taken<'_>> {
    let mut left = amount;
    let mut removed = Vec::new();
    for pick in picks.iter().rev() {
        if pick.quantity > left {
            return Some((removed, Some((pick.seq, pick.quantity - left)), pick));
        }
        left -= pick.quantity;
        removed.push(pick.seq);
        if left.is_zero() {
            return Some((removed, None, pick));
        }
    }
    None
}

/// Amounts are positive, have at most three places and fit a line (9 digits before the comma).
fn check_amount(amount: Decimal) -> Result<(), ItemRefusal> {
    let fits =
        amount > Decimal::ZERO && amount < Decimal::from(1_000_000_000) && amount.normalize().scale() <= 3;
    if fits { Ok(()) } else { Err(ItemRefusal::AmountInvalid) }
}

#[cfg(test)]
mod tests {
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
        let line = becomes(becomes(ItemState::new(units(30)).pick(units(20))).mark_short("fora"));
        assert!(line.is_settled());
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
        let back = after.unpick(&picks, None).unwrap();
        assert_eq!(back.state.status(), ItemStatus::Arrived);
        assert_eq!(back.removed, vec![1]);
    }

    #[test]
    fn units_put_back_do_not_enlarge_a_shortage_unseen() {
        let whole = ItemState::new(units(30));
        let short = becomes(becomes(whole.pick(units(20))).mark_short("stock"));
        let picks = [StandingPick { seq: 1, quantity: units(20), before: whole.clone() }];
        let back = short.unpick(&picks, None).unwrap();
        assert_eq!((back.state.rest_state, back.state.rest()), (RestState::Pending, units(30)));
        assert_eq!(back.state.reason, None);
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
        let back = two.unpick(&picks, Some(units(8))).unwrap();
        assert_eq!(back.state.picked, units(2));
        assert_eq!((back.removed, back.reduced), (vec![2], Some((1, units(2)))));
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
        let line = becomes(ItemState::new(units(3)).mark_short("fora"));
        assert_eq!(line.mark_short("fora"), Ok(Decision::Already));
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
                    1 => if let Ok(done) = line.unpick(&picks, Some(units(n))) {
                        picks.retain(|pick| !done.removed.contains(&pick.seq));
                        if let Some((seq, left)) = done.reduced {
                            picks.iter_mut().filter(|pick| pick.seq == seq).for_each(|pick| pick.quantity = left);
                        }
                        line = done.state;
                    },
                    2 => if let Ok(Decision::Becomes(next)) = line.mark_short("fora") { line = next; },
                    _ => if let Ok(Decision::Becomes(next)) = line.unmark_short() { line = next; },
                }
                let standing: Decimal = picks.iter().map(|pick| pick.quantity).sum();
                prop_assert_eq!(standing, line.picked);
            }
            prop_assert!(line.is_sound(), "{line:?}");
        }
    }
}
