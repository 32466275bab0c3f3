//! A company's working hours: hours that hold from a day on, a break, days off.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::kept::{Kept, MOST, Setting, Texts};

/// Minutes of a day.
pub const DAY: i64 = 24 * 60;
/// Monday, 5 January 1970, in days since the epoch.
const FIRST_MONDAY: i64 = 4;
/// The day from which the oldest hours hold.
const EVER: i64 = -99_999_999;

/// Working hours of a day, in minutes since midnight, without the break. Equal bounds: a day without work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening(pub i64, pub i64);

/// The hours that hold from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    pub from: Date,
    /// Monday first.
    pub days: [Opening; 7],
    pub lunch: Option<Opening>,
}

/// What a company has set, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSchedule {
    #[serde(default)]
    pub hours: Vec<Hours>,
    #[serde(default)]
    pub holidays: BTreeSet<Date>,
}

/// Hours that hold until others do, and what was worked before them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Period {
    /// Days since the first Monday; the oldest holds since ever.
    from: i64,
    days: [Opening; 7],
    lunch: Option<Opening>,
    /// Minutes of the week before each day, and of the whole of it.
    week: [i64; 8],
    /// Minutes worked before it under other hours, minus what its own hours would have counted for that time.
    shift: i64,
}

/// A day on which nobody works though it is one of the week's working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DayOff {
    day: i64,
    /// Minutes not worked on it and on earlier days off.
    lost: i64,
}

/// All of it, made once so that counting takes no time.
#[derive(Debug, PartialEq, Eq)]
pub struct Schedule {
    periods: Vec<Period>,
    days_off: Vec<DayOff>,
}

impl Opening {
    pub const fn minutes(self) -> i64 {
        if self.1 > self.0 { self.1 - self.0 } else { 0 }
    }

    /// How much of it lies before a minute of the day.
    fn until(self, minute: i64) -> i64 {
        (minute - self.0).clamp(0, self.minutes())
    }

    fn within(self, other: Opening) -> Opening {
        Opening(self.0.max(other.0), self.1.min(other.1))
    }
}

/// Days since the first Monday of 1970.
fn number(day: Date) -> i64 {
    i64::from(Date::constant(1970, 1, 5).until(day).map_or(0, |span| span.get_days()))
}

impl Period {
    fn day(&self, day: i64) -> Opening {
        self.days[usize::try_from(day.rem_euclid(7)).unwrap_or_default()]
    }

    /// Working minutes of a day until one of its minutes.
    fn until(&self, day: i64, minute: i64) -> i64 {
        let open = self.day(day);
        let lunch = self.lunch.map_or(0, |lunch| lunch.within(open).until(minute));
        open.until(minute) - lunch
    }

    fn new(from: i64, days: [Opening; 7], lunch: Option<Opening>) -> Self {
        let mut period = Self { from, days, lunch, week: [0; 8], shift: 0 };
        for (weekday, day) in (0..7).enumerate() {
            period.week[weekday + 1] = period.week[weekday] + period.until(day, DAY);
        }
        period
    }

    /// Working minutes of the days before one, from the first Monday on, as if it had held since then.
    fn whole(&self, day: i64) -> i64 {
        day.div_euclid(7) * self.week[7] + self.week[usize::try_from(day.rem_euclid(7)).unwrap_or_default()]
    }
}

impl Schedule {
    /// The same hours from Monday to Friday, always.
    pub const fn weekdays(starts: i64, ends: i64) -> [Opening; 7] {
        let (open, closed) = (Opening(starts, ends), Opening(0, 0));
        [open, open, open, open, open, closed, closed]
    }

    /// `first` held before anything was set.
    fn new(first: [Opening; 7], stored: &StoredSchedule) -> Self {
        let mut periods = vec![Period::new(EVER, first, None)];
        let mut hours: Vec<&Hours> = stored.hours.iter().collect();
        hours.sort_by_key(|hours| hours.from);
        for hours in hours {
            let mut period = Period::new(number(hours.from), hours.days, hours.lunch);
            let before = periods.last().map_or(0, |last| last.shift + last.whole(period.from));
            period.shift = before - period.whole(period.from);
            periods.push(period);
        }
        let mut schedule = Self { periods, days_off: Vec::new() };
        let mut lost = 0;
        for holiday in &stored.holidays {
            let day = number(*holiday);
            lost += schedule.period(day).until(day, DAY);
            schedule.days_off.push(DayOff { day, lost });
        }
        schedule
    }

    /// The schedule in a company's `company_settings`.
    pub fn stored(starts: i64, ends: i64, settings: &str) -> Kept<Schedule> {
        Kept::of(&format!("{starts}-{ends} {settings}"), || {
            // Unreadable settings count as none.
            let stored = serde_json::from_str(settings).unwrap_or_default();
            Schedule::new(Self::weekdays(starts, ends), &stored)
        })
    }

    fn period(&self, day: i64) -> &Period {
        let after = self.periods.partition_point(|period| period.from <= day);
        &self.periods[after.saturating_sub(1)]
    }

    fn is_day_off(&self, day: i64) -> bool {
        self.days_off.binary_search_by_key(&day, |off| off.day).is_ok()
    }

    /// Working minutes from the first Monday of 1970 to a local minute since the epoch.
    pub fn worked_until(&self, local: i64) -> i64 {
        let day = local.div_euclid(DAY) - FIRST_MONDAY;
        let period = self.period(day);
        let whole = period.shift + period.whole(day);
        let off = self.days_off.partition_point(|off| off.day < day);
        let lost = off.checked_sub(1).map_or(0, |last| self.days_off[last].lost);
        let today = if self.is_day_off(day) { 0 } else { period.until(day, local.rem_euclid(DAY)) };
        whole - lost + today
    }

    /// From when until when people work on a day; None: nobody does.
    pub fn open(&self, day: Date) -> Option<Opening> {
        let day = number(day);
        let open = self.period(day).day(day);
        (open.minutes() > 0 && !self.is_day_off(day)).then_some(open)
    }

    /// Minutes of the longest working day of the week at that time: what "a day" of work is.
    pub fn workday(&self, day: Date) -> i64 {
        let period = self.period(number(day));
        (0..7).map(|weekday| period.week[weekday + 1] - period.week[weekday]).max().unwrap_or_default().max(1)
    }

    /// What the script counts with: the hours that hold on these days, in days since the first Monday. `450-1020` holds from
    /// Monday to Friday; another one from a day on, for each day of the week, with its break:
    /// `2960:450-1020,450-1020,,,,,/720-780`. Days off follow: `!2965`.
    pub fn text(&self, days: std::ops::RangeInclusive<i64>) -> String {
        let ends = self.periods.iter().skip(1).map(|next| next.from.saturating_sub(1)).chain([i64::MAX]);
        let mut text = String::new();
        for (period, last) in self.periods.iter().zip(ends) {
            if last < *days.start() || period.from > *days.end() {
                continue;
            }
            period.write(&mut text);
        }
        for off in self.days_off.iter().filter(|off| days.contains(&off.day)) {
            // Writing into a string cannot fail.
            let _ = write!(text, " !{}", off.day);
        }
        text
    }

    /// The same between two local days.
    pub fn text_between(&self, from: Date, to: Date) -> String {
        self.text(number(from)..=number(to))
    }
}

impl Setting for Schedule {
    fn texts() -> &'static Texts<Self> {
        static TEXTS: LazyLock<Texts<Schedule>> = LazyLock::new(|| Texts::new(MOST));
        &TEXTS
    }

    fn unset() -> Self {
        Self::new(Self::weekdays(0, DAY), &StoredSchedule::default())
    }
}

impl Period {
    fn write(&self, text: &mut String) {
        if !text.is_empty() {
            text.push(' ');
        }
        let Opening(starts, ends) = self.days[0];
        if self.from == EVER && self.lunch.is_none() && self.days == Schedule::weekdays(starts, ends) {
            let _ = write!(text, "{starts}-{ends}");
            return;
        }
        let _ = write!(text, "{}:", self.from);
        for (place, Opening(starts, ends)) in self.days.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let _ =
                if starts == ends { write!(text, "{comma}") } else { write!(text, "{comma}{starts}-{ends}") };
        }
        if let Some(Opening(starts, ends)) = self.lunch {
            let _ = write!(text, "/{starts}-{ends}");
        }
    }
}
