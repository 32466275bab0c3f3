//! Average times from import to finish: today, the last seven days, and the trend.

use std::iter;

use jiff::Timestamp;

use crate::html::WorkCalendar;

/// Whole days before today that today is compared with.
pub const PAST_DAYS: i64 = 7;

/// A difference of up to this many percent counts as stable.
const STABLE_PERCENT: i64 = 5;

/// Today's average beside the past's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    Better,
    Stable,
    Worse,
    /// Nothing was finished today, or nothing in the days before.
    Unknown,
}

/// When a finished order was imported and when it was closed.
#[derive(Clone, Debug)]
pub struct Span {
    pub imported_at: Timestamp,
    pub closed_at: Timestamp,
    /// When it lay finished or canceled before: closed, reopened. In their order.
    pub rests: Vec<(Timestamp, Timestamp)>,
}

impl Span {
    /// The times in which it was open.
    pub fn stretches(&self) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let begins = iter::once(self.imported_at).chain(self.rests.iter().map(|(_, reopened)| *reopened));
        let ends = self.rests.iter().map(|(closed, _)| *closed).chain(iter::once(self.closed_at));
        begins.zip(ends)
    }
}

/// Average order times, in minutes of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indicators {
    pub today: Option<i64>,
    pub past: Option<i64>,
    pub trend: Trend,
}

/// Times of several orders together, in minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub minutes: i64,
    pub orders: i64,
}

impl Sum {
    pub fn add(&mut self, minutes: i64) {
        self.minutes += minutes;
        self.orders += 1;
    }

    /// Rounded to the nearest minute.
    pub fn average(self) -> Option<i64> {
        (self.orders > 0).then(|| (2 * self.minutes + self.orders) / (2 * self.orders))
    }
}

impl Indicators {
    /// An order counts on the day it was finished; today begins at `midnight`.
    pub fn new(spans: &[Span], midnight: Timestamp, calendar: WorkCalendar) -> Self {
        let (mut today, mut past) = (Sum::default(), Sum::default());
        for span in spans {
            let sum = if span.closed_at >= midnight { &mut today } else { &mut past };
            sum.add(calendar.minutes_spent(span.stretches()));
        }
        Self { today: today.average(), past: past.average(), trend: Trend::between(today, past) }
    }
}

impl Trend {
    /// (today − past) / past, of the exact averages: multiplied out, so that nothing is rounded.
    pub fn between(today: Sum, past: Sum) -> Self {
        if today.orders == 0 || past.orders == 0 {
            return Trend::Unknown;
        }
        let before = past.minutes * today.orders;
        let change = today.minutes * past.orders - before;
        if change.abs() * 100 <= before * STABLE_PERCENT {
            Trend::Stable
        } else if change < 0 {
            Trend::Better
        } else {
            Trend::Worse
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use rstest::rstest;

    use super::*;
    use crate::clock::Zone;

    /// São Paulo, 07:30–17:00.
    fn sp() -> WorkCalendar {
        WorkCalendar::weekdays(Zone::named("America/Sao_Paulo"), 450, 1020)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Wednesday.
    fn midnight() -> Timestamp {
        at("2025-10-22T00:00-03")
    }

    /// An order that took `minutes` of the morning of a day.
    fn took(day: &str, minutes: i64) -> Span {
        let imported_at = at(&format!("{day}T08:00-03"));
        let closed_at = imported_at + SignedDuration::from_mins(minutes);
        Span { imported_at, closed_at, rests: Vec::new() }
    }

    #[rstest]
    #[case("no data", &[], &[], None, None, Trend::Unknown)]
    #[case("only today", &[38], &[], Some(38), None, Trend::Unknown)]
    #[case("only the past", &[], &[45], None, Some(45), Trend::Unknown)]
    #[case("the same", &[40], &[40], Some(40), Some(40), Trend::Stable)]
    #[case("5 % more", &[105], &[100], Some(105), Some(100), Trend::Stable)]
    #[case("5 % less", &[95], &[100], Some(95), Some(100), Trend::Stable)]
    #[case("6 % more", &[106], &[100], Some(106), Some(100), Trend::Worse)]
    #[case("6 % less", &[94], &[100], Some(94), Some(100), Trend::Better)]
    #[case("a little over 5 % that rounding hides", &[105, 106], &[100], Some(106), Some(100), Trend::Worse)]
    #[case("averages are rounded to the nearest", &[10, 11, 11], &[1, 2], Some(11), Some(2), Trend::Worse)]
    #[case("nothing took time", &[0], &[0], Some(0), Some(0), Trend::Stable)]
    #[case("from nothing", &[1], &[0], Some(1), Some(0), Trend::Worse)]
    fn averages_and_their_trend(
        #[case] what: &str,
        #[case] of_today: &[i64],
        #[case] of_past: &[i64],
        #[case] today: Option<i64>,
        #[case] past: Option<i64>,
        #[case] trend: Trend,
    ) {
        let of_today = of_today.iter().map(|minutes| took("2025-10-22", *minutes));
        let spans: Vec<Span> =
            of_today.chain(of_past.iter().map(|minutes| took("2025-10-21", *minutes))).collect();
        assert_eq!(Indicators::new(&spans, midnight(), sp()), Indicators { today, past, trend }, "{what}");
    }

    #[rstest]
    #[case("within a day", "2025-10-22T08:00-03", "2025-10-22T08:38-03", 38)]
    #[case("over a night", "2025-10-21T16:30-03", "2025-10-22T08:30-03", 90)]
    #[case("over a weekend", "2025-10-17T16:50-03", "2025-10-20T07:40-03", 20)]
    #[case("closed after hours", "2025-10-22T16:50-03", "2025-10-22T18:00-03", 10)]
    #[case("all after hours, by the wall", "2025-10-22T18:00-03", "2025-10-22T18:45-03", 45)]
    #[case("all on a Sunday, by the wall", "2025-10-19T09:00-03", "2025-10-19T11:00-03", 120)]
    #[case("closed in the first minute of work", "2025-10-21T18:00-03", "2025-10-22T07:30-03", 0)]
    #[case("backwards", "2025-10-22T19:00-03", "2025-10-22T18:00-03", 0)]
    fn an_order_takes_working_minutes(
        #[case] what: &str,
        #[case] imported_at: &str,
        #[case] closed_at: &str,
        #[case] minutes: i64,
    ) {
        let span = Span { imported_at: at(imported_at), closed_at: at(closed_at), rests: Vec::new() };
        let found = Indicators::new(&[span], at("2025-10-01T00:00-03"), sp());
        assert_eq!(found.today, Some(minutes), "{what}");
    }

    #[rstest]
    #[case("an hour of a morning", &[("10-22T08:30", "10-22T09:30")], "10-22T10:00", 60)]
    #[case("over a weekend", &[("10-17T16:50", "10-20T07:40")], "10-20T07:45", 535)]
    #[case("twice", &[("10-22T08:10", "10-22T09:00"), ("10-22T09:05", "10-22T11:00")], "10-22T11:10", 25)]
    #[case("reopened after hours", &[("10-22T08:10", "10-22T18:00")], "10-22T18:40", 10)]
    #[case("closed again at once", &[("10-22T08:10", "10-22T16:00")], "10-22T16:00", 10)]
    fn time_that_an_order_lay_closed_does_not_count(
        #[case] what: &str,
        #[case] rests: &[(&str, &str)],
        #[case] closed_at: &str,
        #[case] minutes: i64,
    ) {
        let moment = |text: &str| at(&format!("2025-{text}-03"));
        let rests: Vec<_> =
            rests.iter().map(|(closed, reopened)| (moment(closed), moment(reopened))).collect();
        let day = if what == "over a weekend" { "10-17" } else { "10-22" };
        let imported_at = moment(&format!("{day}T08:00"));
        let span = Span { imported_at, closed_at: moment(closed_at), rests };
        let found = Indicators::new(&[span], at("2025-10-01T00:00-03"), sp());
        assert_eq!(found.today, Some(minutes), "{what}");
    }

    #[test]
    fn an_order_counts_on_the_day_it_was_finished() {
        let imported_at = at("2025-10-21T23:00-03");
        let closed = |closed_at| Span { imported_at, closed_at: at(closed_at), rests: Vec::new() };
        let spans = [closed("2025-10-21T23:59:59-03"), closed("2025-10-22T00:00-03")];
        let found = Indicators::new(&spans, midnight(), sp());
        assert_eq!((found.past, found.today), (Some(59), Some(60)));
    }
}
