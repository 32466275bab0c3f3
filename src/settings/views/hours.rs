//! When people work.

use std::borrow::Borrow;

use askama::Template;
use jiff::civil::Date;

use super::TABS;
use crate::html::{FieldError, FormState, Hours, Layout, Nav, Opening, Schedule};
use crate::settings::model::changes::LastChange;
use crate::settings::model::day::time_text;
use crate::settings::model::hours::{Holiday, opening_text};

const WEEKDAYS: [&str; 7] = [
    "weekday.monday",
    "weekday.tuesday",
    "weekday.wednesday",
    "weekday.thursday",
    "weekday.friday",
    "weekday.saturday",
    "weekday.sunday",
];

/// `/settings/hours`. Posts to itself: `from` (a day), `starts.N` and `ends.N` (`07:30`, or nothing) with N from 0, Monday, to
/// 6, and `lunch`; `version`, `v`; to `…/{from}/remove`: `v`. To `/settings/holidays`: `day`, `name`, `v`; to
/// `/settings/holidays/{day}/remove`: `v`.
#[derive(Template)]
#[template(path = "settings/hours.html")]
pub struct HoursPage<'a> {
    pub layout: &'a Layout,
    /// What held before anything was set.
    first: Hours,
    /// The newest first.
    set: Vec<&'a Hours>,
    /// Those to come, the next first; and how many are over.
    holidays: Vec<&'a Holiday>,
    over: i64,
    last: Option<LastChange>,
    today: Date,
    given: FormState<'a>,
}

impl<'a> HoursPage<'a> {
    const PATH: &'static str = "/settings/hours";

    pub fn new(
        layout: &'a Layout,
        first: (i16, i16),
        set: &'a [Hours],
        holidays: &'a [Holiday],
        last: Option<LastChange>,
        today: Date,
        given: FormState<'a>,
    ) -> Self {
        let days = Schedule::weekdays(i64::from(first.0), i64::from(first.1));
        let first = Hours { from: Date::MIN, days, lunch: None };
        let to_come: Vec<&Holiday> = holidays.iter().filter(|holiday| holiday.day >= today).collect();
        let over = i64::try_from(holidays.len() - to_come.len()).unwrap_or_default();
        let set = set.iter().rev().collect();
        Self { layout, first, set, holidays: to_come, over, last, today, given }
    }

    fn nav(&self) -> Nav {
        Nav::Settings
    }

    /// The hours that hold today.
    fn today(&self) -> &Hours {
        self.set.iter().copied().find(|hours| hours.from <= self.today).unwrap_or(&self.first)
    }

    fn holds(&self, hours: &Hours) -> bool {
        self.today() == hours
    }

    fn is_to_come(&self, hours: &Hours) -> bool {
        hours.from > self.today
    }

    fn word(&self, weekday: impl Borrow<usize>) -> String {
        let key = WEEKDAYS.get(*weekday.borrow()).copied().unwrap_or_default();
        self.layout.ctx.lang.t(key).into_owned()
    }

    /// "segunda a sexta 07:30–17:00, sábado 08:00–12:00": days that are alike are one.
    fn week(&self, hours: &Hours) -> String {
        let lang = self.layout.ctx.lang;
        let mut parts = Vec::new();
        let mut begins = 0;
        while begins < 7 {
            let alike = hours.days[begins..].iter().take_while(|day| **day == hours.days[begins]).count();
            let last = begins + alike - 1;
            if hours.days[begins].minutes() > 0 {
                let days = match alike {
                    1 => self.word(begins),
                    _ => lang.t_with(
                        "settings.hours.days",
                        &[("first", &self.word(begins)), ("last", &self.word(last))],
                    ),
                };
                parts.push(format!("{days} {}", opening_text(hours.days[begins])));
            }
            begins = last + 1;
        }
        parts.join(", ")
    }

    fn lunch(&self, hours: &Hours) -> Option<String> {
        let text = opening_text(hours.lunch?);
        Some(self.layout.ctx.lang.t_with("settings.hours.lunch_at", &[("time", &text)]))
    }

    /// What a field of the form says: what was typed, else what holds today.
    fn time(&self, end: &str, name: &str) -> String {
        if let Some(typed) = self.given.typed("hours", &format!("{end}.{name}")) {
            return typed.to_owned();
        }
        let today = self.today();
        let opening = match name.parse::<usize>() {
            Ok(weekday) => today.days.get(weekday).copied().filter(|day| day.minutes() > 0),
            Err(_) => today.lunch,
        };
        let minute = |Opening(starts, ends): Opening| if end == "starts" { starts } else { ends % 1440 };
        opening
            .map(|opening| time_text(i16::try_from(minute(opening)).unwrap_or_default()))
            .unwrap_or_default()
    }

    fn wrong(&self, name: &str) -> &'static str {
        let wrong = |end: &str| self.given.wrong("hours", &format!("{end}.{name}"));
        if wrong("starts").is_empty() { wrong("ends") } else { wrong("starts") }
    }

    /// The sentence beside the two times.
    fn said(&self, name: &str) -> FieldError<'_> {
        let starts = format!("starts.{name}");
        let end = if self.given.wrong("hours", &starts).is_empty() { format!("ends.{name}") } else { starts };
        self.given.said("hours", &end)
    }

    /// The default day of the form: tomorrow, since today's hours are already in use.
    fn begins(&self) -> String {
        let tomorrow = self.today.tomorrow().unwrap_or(self.today).to_string();
        self.given.typed("hours", "from").map_or(tomorrow, str::to_owned)
    }
}
