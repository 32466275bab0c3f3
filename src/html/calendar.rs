//! Working time: minutes inside working hours, each with the hours and the offset of its day.

use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::kept::Kept;
use super::schedule::{DAY, Schedule};
use crate::clock::Zone;
use crate::lang::Lang;

/// The oldest age that pages show.
const OLDEST: SignedDuration = SignedDuration::from_hours(5 * 366 * 24);
/// The longest that a page stays open.
const AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);

/// A company's zone and working hours. The script counts with the same, from `data-offset` and `data-workday`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkCalendar {
    pub zone: Zone,
    pub schedule: Kept<Schedule>,
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
    /// For pages that show no time: UTC, without working hours.
    pub fn none() -> Self {
        Self::weekdays(Zone::UTC, 0, DAY)
    }

    /// The same hours from Monday to Friday, always.
    pub fn weekdays(zone: Zone, starts_minute: i64, ends_minute: i64) -> Self {
        Self { zone, schedule: Schedule::stored(starts_minute, ends_minute, "{}") }
    }

    /// Whether people work on a day.
    pub fn is_workday(self, day: Date) -> bool {
        self.schedule.get().open(day).is_some()
    }

    /// The minute at which work ends on a day, or on the next working day.
    pub fn ends_minute(self, day: Date) -> i64 {
        let schedule = self.schedule.get();
        let days = std::iter::successors(Some(day), |day| day.tomorrow().ok()).take(14);
        days.filter_map(|day| schedule.open(day)).map(|open| open.1).next().unwrap_or(DAY)
    }

    /// Minutes inside working hours between two instants; never negative. Between two changes of the clock they are counted
    /// with the offset of that time: an hour that a change leaves out is not worked, and one that it repeats is worked twice.
    pub fn minutes_between(self, from: Timestamp, to: Timestamp) -> i64 {
        self.worked(&self.schedule.get(), from, to)
    }

    fn worked(self, schedule: &Schedule, from: Timestamp, to: Timestamp) -> i64 {
        let stretch = |begins: i64, ends: i64, offset: i64| {
            schedule.worked_until(ends + offset) - schedule.worked_until(begins + offset)
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
        let schedule = self.schedule.get();
        let (mut worked, mut wall, mut outside) = (0, 0, true);
        for (from, to) in stretches {
            worked += self.worked(&schedule, from, to);
            wall += (minute(to) - minute(from)).max(0);
            // The last minute counts too here: what ends within working hours did not lie outside them.
            outside &= self.worked(&schedule, from, next_minute(to)) == 0;
        }
        Spent { minutes: if outside { wall } else { worked }, wall, outside }
    }

    /// "agora", "há 12 min", "há 2 h", "há 3 dias e 2 h". Inside working hours it is working time, in days of work; outside
    /// them, and as long as none was worked, it goes by the clock.
    pub fn age(self, lang: Lang, from: Timestamp, now: Timestamp) -> String {
        let worked = self.minutes_between(from, now);
        let is_working_time = self.minutes_between(now, next_minute(now)) > 0;
        let (minutes, day) = if is_working_time && worked > 0 {
            (worked, self.schedule.get().workday(self.zone.local(now).date()))
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

    /// What the script needs of the hours: those of the same time.
    pub fn workday(self, now: &Timestamp) -> String {
        let day = |at: Timestamp| self.zone.local(at).date();
        let oldest = day(now.saturating_sub(OLDEST).unwrap_or(*now));
        self.schedule.get().text_between(oldest, day(now.saturating_add(AHEAD).unwrap_or(*now)))
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
    use crate::html::schedule::{Opening, StoredSchedule};

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
        #[serde(default)]
        workday: (i64, i64),
        /// What was set, and what the script is told of it.
        #[serde(default)]
        settings: Option<serde_json::Value>,
        #[serde(default)]
        hours: String,
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
        WorkCalendar::weekdays(Zone::named(zone), workday.0, workday.1)
    }

    #[test]
    fn working_minutes_and_their_words() {
        for AgeRow { what, zone, workday, settings, hours, from, to, minutes, words } in table().ages {
            let mut calendar = calendar(&zone, workday);
            if let Some(settings) = settings {
                calendar.schedule = Schedule::stored(workday.0, workday.1, &settings.to_string());
                assert_eq!(calendar.workday(&to), hours, "{zone}: {what}");
            }
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

    /// Hours that change on a Tuesday and on a Saturday, a break, a shift until midnight, days off.
    const CHANGES: &str = r#"{"hours": [
        {"from": "1990-05-01", "days": [[480, 1080], [480, 1080], [0, 0], [600, 1440], [480, 960], [480, 720], [0, 0]], "lunch": [720, 780]},
        {"from": "2001-09-01", "days": [[0, 1440], [0, 1440], [0, 1440], [0, 1440], [0, 1440], [0, 1440], [0, 1440]]},
        {"from": "2001-09-11", "days": [[450, 1020], [450, 1020], [450, 1020], [450, 1020], [450, 1020], [0, 0], [0, 0]], "lunch": [1000, 1100]}],
        "holidays": ["1990-04-30", "1990-05-01", "1990-05-02", "2001-09-09", "2001-09-07", "2010-12-25"]}"#;

    fn stored() -> StoredSchedule {
        serde_json::from_str(CHANGES).unwrap()
    }

    /// As a person would look it up: the day's hours, the break, the days off.
    fn works(calendar: WorkCalendar, workday: (i64, i64), set: &StoredSchedule, minute: i64) -> bool {
        let local = calendar.zone.local(Timestamp::from_second(minute * 60).unwrap());
        let weekday = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap();
        let hours = set.hours.iter().rev().find(|hours| hours.from <= local.date());
        let first = Schedule::weekdays(workday.0, workday.1);
        let (days, lunch) = hours.map_or((first, None), |hours| (hours.days, hours.lunch));
        let time = i64::from(local.hour()) * 60 + i64::from(local.minute());
        let holds = |open: Opening| (open.0..open.1).contains(&time);
        holds(days[weekday]) && !lunch.is_some_and(holds) && !set.holidays.contains(&local.date())
    }

    #[test]
    fn what_is_set_for_a_day_changes_nothing_before_it() {
        let (set, zone) = (stored(), Zone::named("America/Sao_Paulo"));
        let all = WorkCalendar { zone, schedule: Schedule::stored(450, 1020, CHANGES) };
        let without = StoredSchedule { hours: set.hours[..2].to_vec(), holidays: set.holidays.clone() };
        let text = serde_json::to_string(&without).unwrap();
        let before = WorkCalendar { zone, schedule: Schedule::stored(450, 1020, &text) };
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (from, until) = (at("1989-01-01T00:00-03"), at("2001-09-11T00:00-03"));
        assert_eq!(all.minutes_between(from, until), before.minutes_between(from, until));
        let after = at("2001-09-12T00:00-03");
        assert_ne!(all.minutes_between(until, after), before.minutes_between(until, after));
    }

    #[test]
    fn the_same_hours_are_one_schedule() {
        let one = Schedule::stored(450, 1020, CHANGES);
        assert_eq!(one, Schedule::stored(450, 1020, CHANGES));
        let unread = Schedule::stored(450, 1020, r#"{"hours": "none"}"#).get();
        assert_eq!(unread, Schedule::stored(450, 1020, "{}").get(), "hours that are not understood are none");
    }

    #[test]
    fn people_go_home_when_the_day_says_so() {
        let zone = Zone::named("America/Sao_Paulo");
        let calendar = WorkCalendar { zone, schedule: Schedule::stored(450, 1020, CHANGES) };
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(calendar.ends_minute(day("1990-05-03")), 1440);
        assert_eq!(calendar.ends_minute(day("1990-05-02")), 1440, "the next day on which people work");
        assert!(!calendar.is_workday(day("2010-12-25")) && calendar.is_workday(day("2010-12-24")));
    }

    proptest! {
        #[test]
        fn counting_minute_by_minute_gives_the_same(start in 0i64..30_000_000, length in 0i64..20_000, hours in 0usize..4, zone in 0usize..4) {
            let zone = ["America/New_York", "Europe/Lisbon", "America/Santiago", "America/Sao_Paulo"][zone];
            let workday = [(450, 1020), (0, DAY), (60, 200), (450, 1020)][hours];
            let mut calendar = calendar(zone, workday);
            let (mut set, mut start) = (StoredSchedule::default(), start);
            if hours == 3 {
                calendar.schedule = Schedule::stored(workday.0, workday.1, CHANGES);
                set = stored();
                // Around the days on which something changes.
                start = [10_691_000, 16_655_000][usize::try_from(start % 2).unwrap()] + start % 20_000;
            }
            let instant = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
            let counted = (start..start + length).filter(|minute| works(calendar, workday, &set, *minute)).count() as i64;
            prop_assert_eq!(calendar.minutes_between(instant(start), instant(start + length)), counted);
        }
    }
}
