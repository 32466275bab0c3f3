//! Working time: minutes inside working hours, Monday to Friday.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use crate::clock::Zone;
use crate::lang::Lang;

const DAY: i64 = 24 * 60;
/// Monday, 5 January 1970, in days since the epoch.
const FIRST_MONDAY: i64 = 4;
/// What pages show as an age is not older than this.
const OLDEST: SignedDuration = SignedDuration::from_hours(5 * 366 * 24);
/// A page is not open for longer.
const AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);

/// A company's zone and working hours. The script counts with the same, from `data-offset` and `data-workday`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkCalendar {
    pub zone: Zone,
    /// First minute of the working day, local (450 is 07:30).
    pub starts_minute: i64,
    /// First minute after it (1020 is 17:00).
    pub ends_minute: i64,
}

/// How long something took, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Inside working hours; by the wall where all of it lay outside them.
    pub minutes: i64,
    pub wall: i64,
    pub outside: bool,
}

/// Minutes since the epoch: seconds are cut.
fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

impl WorkCalendar {
    /// For what tells no time: round the clock, in UTC.
    pub const NONE: WorkCalendar = WorkCalendar { zone: Zone::UTC, starts_minute: 0, ends_minute: DAY };

    /// Minutes of a whole working day.
    pub fn workday(self) -> i64 {
        (self.ends_minute - self.starts_minute).max(1)
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

    /// Minutes inside working hours between two instants; never negative. Between two changes of the clock they are counted
    /// with the offset of that time: an hour that a change leaves out is not worked, and one that it repeats is worked twice.
    pub fn minutes_between(self, from: Timestamp, to: Timestamp) -> i64 {
        let stretch = |begins: i64, ends: i64, offset: i64| {
            self.worked_until(ends + offset) - self.worked_until(begins + offset)
        };
        let (mut begins, mut offset, mut worked) = (minute(from), self.zone.offset_minutes(from), 0);
        for (at, next) in self.zone.changes(from, to) {
            worked += stretch(begins, minute(at), offset);
            (begins, offset) = (minute(at), next);
        }
        (worked + stretch(begins, minute(to), offset)).max(0)
    }

    /// Minutes that work took, in one stretch or several: those inside working hours, or by the wall when all of it lay
    /// outside them.
    pub fn minutes_spent(self, stretches: impl Iterator<Item = (Timestamp, Timestamp)>) -> i64 {
        self.spent(stretches).minutes
    }

    /// The same, with the minutes by the wall beside it, and whether all of it lay outside working hours.
    pub fn spent(self, stretches: impl Iterator<Item = (Timestamp, Timestamp)>) -> Spent {
        let (mut worked, mut wall, mut outside) = (0, 0, true);
        for (from, to) in stretches {
            worked += self.minutes_between(from, to);
            wall += (minute(to) - minute(from)).max(0);
            // The last minute counts too here: what ends within working hours did not lie outside them.
            outside &= self.minutes_between(from, next_minute(to)) == 0;
        }
        Spent { minutes: if outside { wall } else { worked }, wall, outside }
    }

    /// "agora", "há 12 min", "há 2 h", "há 3 dias e 2 h". Inside working hours it is working time, in days of work; outside
    /// them, and as long as none was worked, it goes by the clock.
    pub fn age(self, lang: Lang, from: Timestamp, now: Timestamp) -> String {
        let worked = self.minutes_between(from, now);
        let is_working_time = self.minutes_between(now, next_minute(now)) > 0;
        let (minutes, day) = if is_working_time && worked > 0 {
            (worked, self.workday())
        } else {
            (minute(now) - minute(from), DAY)
        };
        let (days, hours) = (minutes / day, minutes % day / 60);
        let (key, n) = match (days, hours) {
            _ if minutes < 1 => ("age.now", 0),
            (0, 0) => ("age.minutes", minutes),
            (0, hours) => ("age.hours", hours),
            (1, 0) => ("age.day", 1),
            (1, _) => ("age.day_hours", 1),
            (days, 0) => ("age.days", days),
            (days, _) => ("age.days_hours", days),
        };
        lang.t_with(key, &[("n", &n.to_string()), ("h", &hours.to_string())])
    }

    /// What the script needs of the zone: the minutes east of UTC of the oldest that a page shows, and then for each change
    /// of the clock, until long after now, the minute since the epoch and the offset from then on. `-240 29369160:-300`
    pub fn offsets(self, now: &Timestamp) -> String {
        let oldest = now.saturating_sub(OLDEST).unwrap_or(*now);
        let newest = now.saturating_add(AHEAD).unwrap_or(*now);
        let mut text = self.zone.offset_minutes(oldest).to_string();
        for (at, offset) in self.zone.changes(oldest, newest) {
            // Writing into a string cannot fail.
            let _ = write!(text, " {}:{offset}", minute(at));
        }
        text
    }
}

fn next_minute(at: Timestamp) -> Timestamp {
    at.saturating_add(SignedDuration::from_mins(1)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    /// The script's tests read the same file: server and script must count and say the same.
    #[derive(Deserialize)]
    struct Table {
        zones: HashMap<String, ZoneRow>,
        ages: Vec<AgeRow>,
    }

    #[derive(Deserialize)]
    struct ZoneRow {
        /// When the page is drawn that says `offset`.
        now: Timestamp,
        offset: String,
    }

    #[derive(Deserialize)]
    struct AgeRow {
        what: String,
        zone: String,
        workday: (i64, i64),
        from: Timestamp,
        to: Timestamp,
        /// Inside working hours.
        minutes: i64,
        words: String,
    }

    fn table() -> Table {
        serde_json::from_str(include_str!("../../tests/fixtures/ages.json")).unwrap()
    }

    fn calendar(zone: &str, workday: (i64, i64)) -> WorkCalendar {
        WorkCalendar { zone: Zone::named(zone), starts_minute: workday.0, ends_minute: workday.1 }
    }

    #[test]
    fn working_minutes_and_their_words() {
        for AgeRow { what, zone, workday, from, to, minutes, words } in table().ages {
            let calendar = calendar(&zone, workday);
            assert_eq!(calendar.minutes_between(from, to), minutes, "{zone}: {what}");
            assert_eq!(calendar.age(Lang::PtBr, from, to), words, "{zone}: {what}");
        }
    }

    #[test]
    fn a_page_knows_the_changes_of_the_clock_that_it_can_show() {
        for (name, ZoneRow { now, offset }) in table().zones {
            assert_eq!(calendar(&name, (450, 1020)).offsets(&now), offset, "{name}");
        }
    }

    #[test]
    fn english_says_ago() {
        let sp = calendar("America/Sao_Paulo", (450, 1020));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let from = at("2025-10-22T09:00-03");
        assert_eq!(sp.age(Lang::En, from, at("2025-10-22T09:12-03")), "12 min ago");
        assert_eq!(sp.age(Lang::En, from, at("2025-10-23T10:00-03")), "1 day 1 h ago");
    }

    proptest! {
        #[test]
        fn counting_minute_by_minute_gives_the_same(start in 0i64..30_000_000, length in 0i64..20_000, hours in 0usize..3, zone in 0usize..4) {
            let zone = ["America/New_York", "Europe/Lisbon", "America/Santiago", "America/Sao_Paulo"][zone];
            let workday = [(450, 1020), (0, DAY), (60, 200)][hours];
            let calendar = calendar(zone, workday);
            let instant = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
            let works = |minute: i64| {
                let local = calendar.zone.local(instant(minute));
                let time = i64::from(local.hour()) * 60 + i64::from(local.minute());
                local.weekday().to_monday_zero_offset() < 5 && (workday.0..workday.1).contains(&time)
            };
            let counted = (start..start + length).filter(|minute| works(*minute)).count() as i64;
            prop_assert_eq!(calendar.minutes_between(instant(start), instant(start + length)), counted);
        }
    }
}
