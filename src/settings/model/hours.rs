//! When people work: hours from a day on, and days off. What is over stays as it was counted.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::changes::LastChange;
use super::day::{time_text, typed_minute};
use super::options::LONGEST_NAME;
use crate::error::{AppError, Result, Sentence};
use crate::html::{Hours, Opening};
use crate::people::model::is_name;

/// Hours that hold from different days on; and days off, of all years.
pub const MOST_HOURS: usize = 60;
pub const MOST_HOLIDAYS: usize = 300;
/// How many years ahead hours and days off may be set.
const FURTHEST_YEARS: i64 = 2;
const DAY: i64 = 24 * 60;

/// A day off, as administrators see it.
#[derive(Clone, Debug)]
pub struct Holiday {
    pub day: Date,
    pub name: String,
    pub last: Option<LastChange>,
}

/// What somebody typed into the form of hours: `from`, for each day of the week (0 is Monday) `starts.0` and `ends.0`, and
/// `starts.lunch` and `ends.lunch`. Both empty: nobody works, and there is no break.
pub fn typed_hours(fields: &BTreeMap<String, String>) -> Result<Hours> {
    let from = typed_day(fields.get("from").map_or("", String::as_str), "from")?;
    let mut days = [Opening::default(); 7];
    for (weekday, day) in days.iter_mut().enumerate() {
        *day = typed_opening(fields, &weekday.to_string(), "settings.hours.wrong")?.unwrap_or_default();
    }
    if days.iter().all(|day| day.minutes() == 0) {
        return Err(AppError::field("starts.0", "settings.hours.never"));
    }
    let lunch = typed_opening(fields, "lunch", "settings.hours.lunch_wrong")?;
    let inside = |lunch: Opening| days.iter().any(|day| day.0 < lunch.0 && lunch.1 < day.1);
    if lunch.is_some_and(|lunch| !inside(lunch)) {
        return Err(AppError::field("starts.lunch", "settings.hours.lunch_outside"));
    }
    Ok(Hours { from, days, lunch })
}

/// The end of a day may be midnight.
fn typed_opening(
    fields: &BTreeMap<String, String>,
    name: &str,
    wrong: &'static str,
) -> Result<Option<Opening>> {
    let (starts, ends) = (format!("starts.{name}"), format!("ends.{name}"));
    let typed = |field: &str| typed_minute(field, fields.get(field).map_or("", String::as_str), wrong);
    match (typed(&starts)?, typed(&ends)?) {
        (None, None) => Ok(None),
        (Some(first), Some(last)) => {
            let open = Opening(i64::from(first), if last == 0 { DAY } else { i64::from(last) });
            if open.0 < open.1 { Ok(Some(open)) } else { Err(AppError::field(&ends, wrong)) }
        }
        (None, Some(_)) => Err(AppError::field(&starts, wrong)),
        (Some(_), None) => Err(AppError::field(&ends, wrong)),
    }
}

pub fn typed_day(typed: &str, field: &str) -> Result<Date> {
    typed.trim().parse().map_err(|_| AppError::field(field, "settings.day_wrong"))
}

/// What holds from a day that is over on would change what was counted.
pub fn check_day(day: Date, today: Date, field: &str) -> Result<()> {
    let furthest = today.checked_add(FURTHEST_YEARS.years()).unwrap_or(Date::MAX);
    match () {
        () if day < today => Err(AppError::field(field, "settings.day_past")),
        () if day > furthest => Err(AppError::field(field, "settings.day_far")),
        () => Ok(()),
    }
}

pub fn check_holiday(name: &str, holidays: usize) -> Result<()> {
    if !is_name(name) || name.chars().count() > LONGEST_NAME {
        let sentence = Sentence::new("settings.name_wrong").text("most", LONGEST_NAME.to_string());
        return Err(AppError::Invalid {
            sentence: sentence.clone(),
            fields: vec![("name".to_owned(), sentence)],
        });
    }
    check_count("day", holidays, MOST_HOLIDAYS)
}

pub fn check_count(field: &str, there: usize, most: usize) -> Result<()> {
    if there < most {
        return Ok(());
    }
    let sentence = Sentence::new("settings.too_many").text("most", most.to_string());
    Err(AppError::Invalid { sentence: sentence.clone(), fields: vec![(field.to_owned(), sentence)] })
}

/// "07:30–17:00"; "–" where nobody works.
pub fn opening_text(day: Opening) -> String {
    let time = |minute: i64| time_text(i16::try_from(minute % DAY).unwrap_or_default());
    if day.minutes() == 0 { "–".to_owned() } else { format!("{}–{}", time(day.0), time(day.1)) }
}

/// Every day of a week, Monday first.
pub fn week_text(hours: &Hours) -> String {
    hours.days.map(opening_text).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
        let usual = [("from", "2026-12-01"), ("starts.0", "07:30"), ("ends.0", "17:00")];
        let fields = usual.iter().chain(fields);
        fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_week_is_read_as_it_was_typed() {
        let hours = typed_hours(&form(&[
            ("starts.5", "18:00"),
            ("ends.5", "00:00"),
            ("starts.lunch", "12:00"),
            ("ends.lunch", "13:00"),
        ]))
        .unwrap();
        let closed = Opening::default();
        let days = [Opening(450, 1020), closed, closed, closed, closed, Opening(1080, 1440), closed];
        assert_eq!((hours.days, hours.lunch), (days, Some(Opening(720, 780))));
        assert_eq!(week_text(&hours), "07:30–17:00, –, –, –, –, 18:00–00:00, –");
    }

    #[test]
    fn what_is_wrong_is_said_where_it_was_typed() {
        let wrong = |fields: &[(&str, &str)]| match typed_hours(&form(fields)) {
            Err(AppError::Invalid { fields, .. }) => fields[0].0.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wrong(&[("from", "amanhã")]), "from");
        assert_eq!(wrong(&[("starts.3", "08:00")]), "ends.3");
        assert_eq!(wrong(&[("starts.3", "08:00"), ("ends.3", "07:00")]), "ends.3");
        assert_eq!(wrong(&[("starts.0", ""), ("ends.0", "")]), "starts.0");
        assert_eq!(wrong(&[("starts.lunch", "06:00"), ("ends.lunch", "07:00")]), "starts.lunch");
    }

    #[test]
    fn only_what_is_to_come_is_set() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let check = |text: &str| check_day(day(text), day("2026-11-30"), "from").is_ok();
        assert!(check("2026-11-30") && check("2028-11-30"));
        assert!(!check("2026-11-29") && !check("2028-12-01"));
    }
}
