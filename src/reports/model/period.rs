//! Periods, and the period before each.

use jiff::ToSpan;
use jiff::civil::Date;

/// What somebody chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeriodChoice {
    #[default]
    Today,
    /// This many days, ending today.
    Days(i64),
    ThisMonth,
    LastMonth,
    Between(Date, Date),
}

/// Days from the first to the last, both of them included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

/// The longest period that is worked out.
const MOST_DAYS: i64 = 366;

impl PeriodChoice {
    /// The choices that the page offers, in their order.
    pub const OFFERED: [PeriodChoice; 6] = [
        PeriodChoice::Today,
        PeriodChoice::Days(7),
        PeriodChoice::Days(30),
        PeriodChoice::Days(90),
        PeriodChoice::ThisMonth,
        PeriodChoice::LastMonth,
    ];

    /// The word in addresses and catalogue keys.
    pub fn code(self) -> &'static str {
        match self {
            PeriodChoice::Today => "today",
            PeriodChoice::Days(7) => "7",
            PeriodChoice::Days(30) => "30",
            PeriodChoice::Days(_) => "90",
            PeriodChoice::ThisMonth => "month",
            PeriodChoice::LastMonth => "last_month",
            PeriodChoice::Between(..) => "between",
        }
    }

    /// Two typed days win over a code; anything unreadable means today.
    pub fn read(code: &str, from: Option<Date>, to: Option<Date>) -> Self {
        let offered = PeriodChoice::OFFERED.into_iter().find(|choice| choice.code() == code);
        match (from, to) {
            (Some(from), Some(to)) => PeriodChoice::Between(from.min(to), from.max(to)),
            (Some(day), None) | (None, Some(day)) => PeriodChoice::Between(day, day),
            (None, None) => offered.unwrap_or_default(),
        }
    }

    pub fn period(self, today: Date) -> Period {
        match self {
            PeriodChoice::Today => Period { from: today, to: today },
            PeriodChoice::Days(days) => Period { from: before(today, days - 1), to: today },
            PeriodChoice::ThisMonth => Period { from: today.first_of_month(), to: today },
            PeriodChoice::LastMonth => {
                let last = before(today.first_of_month(), 1);
                Period { from: last.first_of_month(), to: last }
            }
            PeriodChoice::Between(from, to) => Period { from: from.max(before(to, MOST_DAYS - 1)), to },
        }
    }

    /// The period that its figures are compared with: as many days just before; for a month, the same days of the month before.
    pub fn period_before(self, today: Date) -> Period {
        let period = self.period(today);
        let last = before(period.from, 1);
        match self {
            PeriodChoice::ThisMonth => {
                let from = last.first_of_month();
                Period { from, to: last.min(after(from, period.days() - 1)) }
            }
            PeriodChoice::LastMonth => Period { from: last.first_of_month(), to: last },
            _ => Period { from: before(period.from, period.days()), to: last },
        }
    }
}

impl Period {
    pub fn days(self) -> i64 {
        self.from.until(self.to).map_or(0, |span| i64::from(span.get_days())) + 1
    }

    /// The days up to and with `to`, `days` of them.
    pub fn ending(to: Date, days: i64) -> Self {
        Self { from: before(to, days - 1), to }
    }

    /// Every day, and the one after the last.
    pub fn bounds(self) -> impl Iterator<Item = Date> {
        let days = self.days();
        (0..=days).map(move |day| after(self.from, day))
    }
}

fn before(day: Date, days: i64) -> Date {
    day.saturating_sub(days.days())
}

fn after(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(PeriodChoice::Today, "2025-10-22 2025-10-22", "2025-10-21 2025-10-21")]
    #[case(PeriodChoice::Days(7), "2025-10-16 2025-10-22", "2025-10-09 2025-10-15")]
    #[case(PeriodChoice::Days(30), "2025-09-23 2025-10-22", "2025-08-24 2025-09-22")]
    #[case(PeriodChoice::ThisMonth, "2025-10-01 2025-10-22", "2025-09-01 2025-09-22")]
    #[case(PeriodChoice::LastMonth, "2025-09-01 2025-09-30", "2025-08-01 2025-08-31")]
    #[case(
        PeriodChoice::Between(date(2025, 10, 1), date(2025, 10, 3)),
        "2025-10-01 2025-10-03",
        "2025-09-28 2025-09-30"
    )]
    fn a_period_and_the_one_before(#[case] choice: PeriodChoice, #[case] now: &str, #[case] past: &str) {
        let today = date(2025, 10, 22);
        let said = |period: Period| format!("{} {}", period.from, period.to);
        assert_eq!(said(choice.period(today)), now);
        assert_eq!(said(choice.period_before(today)), past);
    }

    #[test]
    fn the_last_day_of_a_long_month_stands_beside_a_shorter_one() {
        let march = date(2025, 3, 31);
        let before = PeriodChoice::ThisMonth.period_before(march);
        assert_eq!((before.from, before.to), (date(2025, 2, 1), date(2025, 2, 28)));
    }

    #[test]
    fn days_are_read_in_either_order_and_years_are_cut() {
        let (early, late) = (date(2020, 1, 1), date(2025, 1, 1));
        let choice = PeriodChoice::read("7", Some(late), Some(early));
        assert_eq!(choice, PeriodChoice::Between(early, late));
        assert_eq!(choice.period(late).days(), MOST_DAYS);
        assert_eq!(PeriodChoice::read("7", None, None), PeriodChoice::Days(7));
        assert_eq!(PeriodChoice::read("nunca", None, None), PeriodChoice::Today);
        assert_eq!(PeriodChoice::read("", Some(early), None).period(late).days(), 1);
    }
}
