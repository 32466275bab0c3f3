//! How long a closed order took, how long of that it waited for goods, and how long it was picked: replayed from its
//! history, pure.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::history::LineChange;
use super::item::{ItemState, RestState};
use super::status::{Counts, OrderState, OrderStatus};
use crate::html::{Spent, WorkCalendar};
use crate::ids::ItemId;

/// What an entry of the history means for the times of its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Milestone {
    /// A pick that was not undone.
    Picked,
    Closed,
    Reopened,
    Other,
}

/// An entry of the history.
#[derive(Clone, Debug)]
pub struct Moment {
    pub at: Timestamp,
    pub milestone: Milestone,
    pub lines: Vec<LineChange>,
}

/// The times of an order, each without the time that the order was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderTimes {
    /// From import to the last time that it was closed.
    pub order: Spent,
    /// While its status was Aguardando mercadoria.
    pub waiting: Spent,
    /// From the first pick until everything was settled, without waiting. None: nothing was picked, or not all is settled.
    pub picking: Option<Spent>,
}

type Stretch = (Timestamp, Timestamp);

impl OrderTimes {
    /// `moments` in their order, the import first. `lines` tells each line of which no moment tells the state before.
    pub fn new(moments: &[Moment], lines: &[(ItemId, ItemState)], calendar: WorkCalendar) -> Self {
        let replay = Replay::new(moments, lines);
        let spent = |stretches: &[Stretch]| calendar.spent(stretches.iter().copied());
        Self {
            order: spent(&replay.open),
            waiting: if replay.waiting.is_empty() { NOTHING } else { spent(&replay.waiting) },
            picking: replay.picking().map(|picking| spent(&picking)),
        }
    }
}

const NOTHING: Spent = Spent { minutes: 0, wall: 0, outside: false };

/// An order's life in stretches between its entries.
#[derive(Debug, Default)]
struct Replay {
    open: Vec<Stretch>,
    waiting: Vec<Stretch>,
    working: Vec<Stretch>,
    first_pick: Option<Timestamp>,
    /// Since when everything is settled.
    settled_at: Option<Timestamp>,
}

impl Replay {
    fn new(moments: &[Moment], lines: &[(ItemId, ItemState)]) -> Self {
        let mut states: BTreeMap<ItemId, ItemState> = lines.iter().cloned().collect();
        // As the lines were before anything happened to them.
        for change in moments.iter().rev().flat_map(|moment| moment.lines.iter().rev()) {
            states.insert(change.item, change.before.clone());
        }
        let mut replay = Self::default();
        let (mut is_open, mut before) = (true, None);
        for moment in moments {
            if let Some((from, status)) = before.filter(|_| is_open) {
                replay.pass(from, moment.at, status);
            }
            match moment.milestone {
                Milestone::Closed => is_open = false,
                Milestone::Reopened => is_open = true,
                Milestone::Picked => replay.first_pick = replay.first_pick.or(Some(moment.at)),
                Milestone::Other => {}
            }
            for change in &moment.lines {
                states.insert(change.item, change.after.clone());
            }
            let status = counts(states.values()).status(OrderState::Open);
            replay.settled_at = match status {
                OrderStatus::ReadyToFinish => replay.settled_at.or(Some(moment.at)),
                _ => None,
            };
            before = Some((moment.at, status));
        }
        replay
    }

    /// The order was open, in this status, from one entry to the next.
    fn pass(&mut self, from: Timestamp, to: Timestamp, status: OrderStatus) {
        self.open.push((from, to));
        if status == OrderStatus::AwaitingGoods {
            self.waiting.push((from, to));
        } else {
            self.working.push((from, to));
        }
    }

    fn picking(&self) -> Option<Vec<Stretch>> {
        let (first, last) = (self.first_pick?, self.settled_at?);
        let inside = |(from, to): &Stretch| (*from.max(&first), *to.min(&last));
        Some(self.working.iter().map(inside).filter(|(from, to)| from < to).collect())
    }
}

/// What lines count as; the generated columns of `order_items` say the same.
fn counts<'a>(states: impl Iterator<Item = &'a ItemState>) -> Counts {
    let mut counts = Counts::default();
    for state in states.filter(|state| !(state.quantity + state.to_return).is_zero()) {
        let rest = !state.rest().is_zero();
        let ends = matches!(state.rest_state, RestState::Substituted | RestState::Short);
        let bought = matches!(state.rest_state, RestState::PurchaseRequested | RestState::PurchaseOrdered);
        let settled = !state.quantity.is_zero() && state.to_return.is_zero() && (!rest || ends);
        let pickable = rest && (state.rest_state == RestState::Pending || !state.received.is_zero());
        counts.lines += 1;
        counts.settled += i64::from(settled);
        counts.touched += i64::from(!state.held().is_zero() || state.in_place().is_some());
        counts.pickable += i64::from(pickable);
        counts.in_purchase += i64::from(rest && bought);
        counts.coming += i64::from(bought && state.rest() > state.received + state.not_found);
    }
    counts
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::clock::Zone;

    const TEN: Decimal = Decimal::TEN;

    /// Wednesday, in São Paulo, 07:30–17:00.
    fn at(time: &str) -> Timestamp {
        format!("2025-10-{time}-03").parse().unwrap()
    }

    fn calendar() -> WorkCalendar {
        WorkCalendar::weekdays(Zone::named("America/Sao_Paulo"), 450, 1020)
    }

    /// One line, told by the states that it goes through.
    struct Tale {
        item: ItemId,
        now: ItemState,
        moments: Vec<Moment>,
    }

    impl Tale {
        fn new(time: &str) -> Self {
            let moments = vec![Moment { at: at(time), milestone: Milestone::Other, lines: Vec::new() }];
            Self { item: ItemId::new(), now: ItemState::new(TEN), moments }
        }

        fn line(mut self, time: &str, milestone: Milestone, change: impl Fn(&mut ItemState)) -> Self {
            let before = self.now.clone();
            change(&mut self.now);
            let lines = vec![LineChange { item: self.item, before, after: self.now.clone() }];
            self.moments.push(Moment { at: at(time), milestone, lines });
            self
        }

        fn order(mut self, time: &str, milestone: Milestone) -> Self {
            self.moments.push(Moment { at: at(time), milestone, lines: Vec::new() });
            self
        }

        fn times(&self) -> (i64, i64, Option<i64>) {
            let times = OrderTimes::new(&self.moments, &[(self.item, self.now.clone())], calendar());
            (times.order.minutes, times.waiting.minutes, times.picking.map(|spent| spent.minutes))
        }
    }

    fn picked(state: &mut ItemState) {
        *state = ItemState { picked: TEN, ..ItemState::new(TEN) };
    }

    #[test]
    fn an_order_without_purchase_waits_for_nothing() {
        let tale =
            Tale::new("22T08:00").line("22T09:00", Milestone::Picked, |line| line.picked = Decimal::TWO);
        let tale = tale.line("22T09:30", Milestone::Picked, picked).order("22T10:00", Milestone::Closed);
        assert_eq!(tale.times(), (120, 0, Some(30)));
    }

    #[test]
    fn waiting_is_over_when_goods_arrive_and_is_no_picking_time() {
        let tale = Tale::new("22T08:00")
            .line("22T09:00", Milestone::Picked, |line| line.picked = Decimal::TWO)
            .line("22T10:00", Milestone::Other, |line| line.rest_state = RestState::PurchaseRequested)
            .line("22T16:30", Milestone::Other, |line| {
                (line.rest_state, line.ordered) = (RestState::PurchaseOrdered, Decimal::from(8));
            })
            .line("23T08:00", Milestone::Other, |line| line.received = Decimal::from(8))
            .line("23T08:20", Milestone::Picked, picked)
            .order("23T08:25", Milestone::Closed);
        // 10:00–17:00 and 07:30–08:00 the next day.
        assert_eq!(tale.times(), (540 + 55, 420 + 30, Some(60 + 20)));
    }

    #[test]
    fn waiting_is_over_when_nothing_more_comes() {
        let tale = Tale::new("22T08:00")
            .line("22T09:00", Milestone::Picked, |line| line.picked = Decimal::TWO)
            .line("22T10:00", Milestone::Other, |line| line.rest_state = RestState::PurchaseRequested)
            .line("22T11:00", Milestone::Other, |line| {
                (line.not_found, line.unanswered) = (Decimal::from(8), Decimal::from(8));
            })
            .line("22T11:30", Milestone::Picked, picked)
            .order("22T11:40", Milestone::Closed);
        assert_eq!(tale.times(), (220, 60, Some(60 + 30)));
    }

    #[test]
    fn time_that_it_lay_closed_counts_for_none() {
        let tale = Tale::new("22T08:00")
            .line("22T08:10", Milestone::Picked, picked)
            .order("22T08:20", Milestone::Closed)
            .order("22T10:00", Milestone::Reopened)
            .line("22T10:05", Milestone::Other, |line| *line = ItemState::new(TEN))
            .line("22T10:15", Milestone::Picked, picked)
            .order("22T10:20", Milestone::Closed);
        assert_eq!(tale.times(), (20 + 20, 0, Some(10 + 15)));
        let canceled = Tale::new("22T08:00").order("22T08:30", Milestone::Closed);
        assert_eq!(canceled.times(), (30, 0, None));
    }
}
