//! The figures of a period: how many orders, how long they took, how much of them was sent.

use crate::html::{Spent, WorkCalendar};
use crate::orders::indicators::{Span, Sum, Trend};

/// How orders of a period went, as rows are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub finished: i64,
    /// Lines of the quotes of finished orders, and those of them that were sent whole.
    pub lines: i64,
    pub whole: i64,
    /// Orders that were imported; of those, the finished and the canceled ones.
    pub created: i64,
    pub created_finished: i64,
    pub created_canceled: i64,
}

/// The figures of one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub counted: Counted,
    /// From import to finish, without the time that an order lay closed.
    pub order_time: Sum,
    pub order_wall: i64,
    /// Orders that were done outside working hours altogether: their time goes by the wall.
    pub outside: i64,
    /// In Aguardando mercadoria, of the orders that were in it.
    pub waiting: Sum,
    pub waiting_wall: i64,
    /// From the first pick until everything was settled, without waiting, of the orders of which something was picked.
    pub picking: Sum,
    pub picking_wall: i64,
    /// Orders that had a deadline, and those of them that were finished in time.
    pub due: i64,
    pub on_time: i64,
}

impl Figures {
    /// `waits`: of the orders that were bought for; `picks`: the picking times that are known.
    pub fn new(
        counted: Counted,
        spans: &[Span],
        waits: &[Spent],
        picks: &[Spent],
        calendar: WorkCalendar,
    ) -> Self {
        let mut figures = Self { counted, ..Self::default() };
        for span in spans {
            let spent = calendar.spent(span.stretches());
            figures.order_time.add(spent.minutes);
            figures.order_wall += spent.wall;
            figures.outside += i64::from(spent.outside);
        }
        for wait in waits.iter().filter(|wait| wait.wall > 0) {
            figures.waiting.add(wait.minutes);
            figures.waiting_wall += wait.wall;
        }
        for pick in picks {
            figures.picking.add(pick.minutes);
            figures.picking_wall += pick.wall;
        }
        figures
    }

    /// Adds the figures of other days.
    pub fn add(&mut self, other: &Self) {
        self.counted.finished += other.counted.finished;
        self.counted.lines += other.counted.lines;
        self.counted.whole += other.counted.whole;
        self.counted.created += other.counted.created;
        self.counted.created_finished += other.counted.created_finished;
        self.counted.created_canceled += other.counted.created_canceled;
        add(&mut self.order_time, other.order_time);
        self.order_wall += other.order_wall;
        self.outside += other.outside;
        add(&mut self.waiting, other.waiting);
        self.waiting_wall += other.waiting_wall;
        add(&mut self.picking, other.picking);
        self.picking_wall += other.picking_wall;
        self.due += other.due;
        self.on_time += other.on_time;
    }

    /// The average by the wall, beside the one in working time.
    pub fn average_wall(&self) -> Option<i64> {
        Sum { minutes: self.order_wall, orders: self.order_time.orders }.average()
    }

    /// The average wait by the wall.
    pub fn average_waiting_wall(&self) -> Option<i64> {
        Sum { minutes: self.waiting_wall, orders: self.waiting.orders }.average()
    }

    /// The average picking time by the wall.
    pub fn average_picking_wall(&self) -> Option<i64> {
        Sum { minutes: self.picking_wall, orders: self.picking.orders }.average()
    }

    /// Lines sent whole, of those quoted; in tenths of a percent, rounded down.
    pub fn fill_rate(&self) -> Option<i64> {
        rate(self.counted.whole, self.counted.lines)
    }

    /// Of the orders that had a deadline, those that were finished in time; in tenths of a percent, rounded down.
    pub fn on_time_rate(&self) -> Option<i64> {
        rate(self.on_time, self.due)
    }

    /// Of the orders created in the period, the finished ones, of those that were not canceled.
    pub fn completion_rate(&self) -> Option<i64> {
        rate(self.counted.created_finished, self.counted.created - self.counted.created_canceled)
    }

    pub fn trend(&self, before: &Self) -> Trend {
        Trend::between(self.order_time, before.order_time)
    }

    pub fn waiting_trend(&self, before: &Self) -> Trend {
        Trend::between(self.waiting, before.waiting)
    }

    pub fn picking_trend(&self, before: &Self) -> Trend {
        Trend::between(self.picking, before.picking)
    }
}

fn add(sum: &mut Sum, other: Sum) {
    sum.minutes += other.minutes;
    sum.orders += other.orders;
}

fn rate(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| part * 1000 / whole)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::clock::Zone;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn span(from: &str, to: &str) -> Span {
        Span { imported_at: at(from), closed_at: at(to), rests: Vec::new() }
    }

    /// São Paulo, 07:30–17:00; an order over a night, one over a weekend, and one all in the evening.
    #[test]
    fn order_time_is_working_time_and_the_wall_stands_beside_it() {
        let zone = Zone::named("America/Sao_Paulo");
        let calendar = WorkCalendar::weekdays(zone, 450, 1020);
        let spans = [
            span("2025-10-21T16:30-03", "2025-10-22T08:30-03"),
            span("2025-10-17T16:50-03", "2025-10-20T07:40-03"),
            span("2025-10-22T21:00-03", "2025-10-22T21:40-03"),
        ];
        let counted = Counted { finished: 3, ..Counted::default() };
        let figures = Figures::new(counted, &spans, &[], &[], calendar);
        assert_eq!(figures.order_time, Sum { minutes: 90 + 20 + 40, orders: 3 });
        assert_eq!(figures.order_wall, 16 * 60 + (2 * 24 * 60 + 14 * 60 + 50) + 40);
        assert_eq!((figures.outside, figures.order_time.average()), (1, Some(50)));
    }

    /// New York's clocks go back at 02:00 on 2 November 2025: that night is an hour longer by the wall.
    #[test]
    fn a_change_of_the_clock_counts_by_the_wall_alone() {
        let zone = Zone::named("America/New_York");
        let calendar = WorkCalendar::weekdays(zone, 450, 1020);
        let friday = [span("2025-10-31T16:00-04", "2025-11-03T08:30-05")];
        let figures = Figures::new(Counted::default(), &friday, &[], &[], calendar);
        assert_eq!(figures.order_time.minutes, 120);
        assert_eq!(figures.order_wall, (2 * 24 + 16) * 60 + 30 + 60);
    }

    #[test]
    fn rates_are_of_what_there_is_and_orders_that_never_waited_do_not_lower_the_wait() {
        let counted = Counted {
            finished: 2,
            lines: 30,
            whole: 28,
            created: 5,
            created_finished: 2,
            created_canceled: 1,
        };
        let wait = |minutes| Spent { minutes, wall: 2 * minutes, outside: false };
        let (waits, picks) = ([wait(0), wait(60), wait(30)], [wait(0), wait(20)]);
        let figures = Figures::new(counted, &[], &waits, &picks, WorkCalendar::none());
        assert_eq!((figures.fill_rate(), figures.completion_rate()), (Some(933), Some(500)));
        assert_eq!((figures.waiting.average(), figures.average_waiting_wall()), (Some(45), Some(90)));
        assert_eq!((figures.picking.average(), figures.average_picking_wall()), (Some(10), Some(20)));
        assert_eq!(Figures::default().fill_rate(), None);
        assert_eq!(Figures::default().completion_rate(), None);
    }
}
