//! Working time: minutes inside working hours, Monday to Friday.

use jiff::Timestamp;

use crate::lang::Lang;

const DAY: i64 = 24 * 60;
/// Monday, 5 January 1970, in days since the epoch.
const FIRST_MONDAY: i64 = 4;

/// A company's working hours. The script counts with the same three numbers, from `data-offset` and `data-workday`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkCalendar {
    /// Minutes of the company's time zone east of UTC, now.
    pub offset_minutes: i64,
    /// First minute of the working day, local (450 is 07:30).
    pub starts_minute: i64,
    /// First minute after it (1020 is 17:00).
    pub ends_minute: i64,
}

impl WorkCalendar {
    /// Minutes of a whole working day.
    pub fn workday(self) -> i64 {
        (self.ends_minute - self.starts_minute).max(1)
    }

    /// Local minutes since the epoch: `floor(milliseconds / 60000) + offset`.
    fn local_minute(self, at: Timestamp) -> i64 {
        at.as_second().div_euclid(60) + self.offset_minutes
    }

    /// Working minutes from the first Monday of 1970 to a local minute: five days for each whole week, the days of
    /// this week that are over, and what of today lies inside working hours. Constant time.
    fn worked_until(self, local: i64) -> i64 {
        let day = local.div_euclid(DAY) - FIRST_MONDAY;
        let (week, weekday) = (day.div_euclid(7), day.rem_euclid(7));
        let today = match weekday {
            0..=4 => (local.rem_euclid(DAY) - self.starts_minute).clamp(0, self.workday()),
            _ => 0,
        };
        (week * 5 + weekday.min(5)) * self.workday() + today
    }

    /// Minutes inside working hours between two instants; never negative.
    pub fn minutes_between(self, from: Timestamp, to: Timestamp) -> i64 {
        (self.worked_until(self.local_minute(to)) - self.worked_until(self.local_minute(from))).max(0)
    }

    /// Minutes that work took, in one stretch or several: those inside working hours, or by the wall when all of it lay
    /// outside them.
    pub fn minutes_spent(self, stretches: impl Iterator<Item = (Timestamp, Timestamp)>) -> i64 {
        let (mut worked, mut by_the_wall, mut outside) = (0, 0, true);
        for (from, to) in stretches {
            let (from, to) = (self.local_minute(from), self.local_minute(to));
            worked += (self.worked_until(to) - self.worked_until(from)).max(0);
            by_the_wall += (to - from).max(0);
            // The last minute counts too here: what ends within working hours did not lie outside them.
            outside &= self.worked_until(to + 1) <= self.worked_until(from);
        }
        if outside { by_the_wall } else { worked }
    }

    /// "agora", "há 12 min", "há 2 h", "há 3 dias". Hours up to one working day, then days of working minutes.
    pub fn age(self, lang: Lang, from: Timestamp, now: Timestamp) -> String {
        let minutes = self.minutes_between(from, now);
        let (key, n) = if minutes < 1 {
            ("age.now", 0)
        } else if minutes < 60 {
            ("age.minutes", minutes)
        } else if minutes < self.workday() {
            ("age.hours", minutes / 60)
        } else if minutes < 2 * self.workday() {
            ("age.day", 1)
        } else {
            ("age.days", minutes / self.workday())
        };
        lang.t_with(key, &[("n", &n.to_string())])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// São Paulo, 07:30–17:00.
    const SP: WorkCalendar = WorkCalendar { offset_minutes: -180, starts_minute: 450, ends_minute: 1020 };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("inside a morning", "2025-10-22T09:00-03", "2025-10-22T09:12-03", 12, "há 12 min")]
    #[case("seconds are cut", "2025-10-22T09:00:59-03", "2025-10-22T09:01:00-03", 1, "há 1 min")]
    #[case("just now", "2025-10-22T09:00-03", "2025-10-22T09:00:40-03", 0, "agora")]
    #[case("before opening", "2025-10-22T05:00-03", "2025-10-22T07:40-03", 10, "há 10 min")]
    #[case("after closing", "2025-10-22T16:00-03", "2025-10-22T22:00-03", 60, "há 1 h")]
    #[case("over a night", "2025-10-22T16:30-03", "2025-10-23T08:30-03", 90, "há 1 h")]
    #[case("over a weekend", "2025-10-24T16:50-03", "2025-10-27T07:40-03", 20, "há 20 min")]
    #[case("on a Sunday", "2025-10-26T09:00-03", "2025-10-26T12:00-03", 0, "agora")]
    #[case("a whole day", "2025-10-22T07:30-03", "2025-10-22T17:00-03", 570, "há 1 dia")]
    #[case("three days", "2025-10-22T07:30-03", "2025-10-27T07:30-03", 1710, "há 3 dias")]
    #[case("backwards", "2025-10-22T10:00-03", "2025-10-22T09:00-03", 0, "agora")]
    #[case("before 1970", "1969-12-31T08:30-03", "1969-12-31T09:00-03", 30, "há 30 min")]
    fn working_minutes_and_their_words(
        #[case] _what: &str,
        #[case] from: &str,
        #[case] to: &str,
        #[case] minutes: i64,
        #[case] words: &str,
    ) {
        assert_eq!(SP.minutes_between(at(from), at(to)), minutes);
        assert_eq!(SP.age(Lang::PtBr, at(from), at(to)), words);
    }

    #[test]
    fn english_says_ago() {
        let from = at("2025-10-22T09:00-03");
        assert_eq!(SP.age(Lang::En, from, at("2025-10-22T09:12-03")), "12 min ago");
        assert_eq!(SP.age(Lang::En, from, at("2025-10-23T09:00-03")), "1 day ago");
    }

    proptest! {
        #[test]
        fn counting_minute_by_minute_gives_the_same(start in 0i64..20_000_000, length in 0i64..20_000) {
            let instant = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
            let works = |minute: i64| {
                let local = minute + SP.offset_minutes;
                let weekday = (local.div_euclid(DAY) - FIRST_MONDAY).rem_euclid(7);
                weekday < 5 && (450..1020).contains(&local.rem_euclid(DAY))
            };
            let counted = (start..start + length).filter(|minute| works(*minute)).count() as i64;
            prop_assert_eq!(SP.minutes_between(instant(start), instant(start + length)), counted);
        }
    }
}
