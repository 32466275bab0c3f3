//! Deadlines: set by the shipping option or by a person; a past deadline stays where it is.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::html::WorkCalendar;

/// How many days are searched for the next working day.
const SOON: i64 = 60;
/// The furthest deadline that a person may set.
const FURTHEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// The next time that it is this minute of a working day. None: nobody works on any day that is near.
pub fn next_at(calendar: WorkCalendar, minute: i16, now: Timestamp) -> Option<Timestamp> {
    let time = time_of(minute)?;
    let today = calendar.zone.local(now).date();
    (0..=SOON)
        .filter_map(|days| today.checked_add(days.days()).ok())
        .filter(|day| calendar.is_workday(*day))
        .find_map(|day| instant(calendar, day, time).filter(|at| *at > now))
}

/// The instant at which it is this time of this day where the company is.
pub fn instant(calendar: WorkCalendar, day: Date, time: Time) -> Option<Timestamp> {
    let zoned = day.to_datetime(time).to_zoned(calendar.zone.get().clone());
    zoned.ok().map(|zoned| zoned.timestamp())
}

/// The deadline once the shipping is another one: what the new option says; where it says nothing, one that a person set
/// stays, and one that the option before `brought` goes.
pub fn after_shipping(
    before: Option<Timestamp>,
    brought: bool,
    says: Option<Timestamp>,
) -> Option<Timestamp> {
    says.or(before.filter(|_| !brought))
}

/// The deadline once the time of its option is another one: on the day that it has, else the next one.
pub fn moved(
    calendar: WorkCalendar,
    minute: i16,
    before: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let day = before.map(|before| calendar.zone.local(before).date());
    let same = day.zip(time_of(minute)).and_then(|(day, time)| instant(calendar, day, time));
    same.filter(|at| *at > now).or_else(|| next_at(calendar, minute, now))
}

/// The deadline of an order that is not late, once its option says this; None: the option has no time any more.
pub fn applied(
    calendar: WorkCalendar,
    minute: Option<i16>,
    before: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    minute.and_then(|minute| moved(calendar, minute, before, now))
}

/// Why a person cannot set a deadline: the key of the sentence.
pub fn refusal(due: Timestamp, now: Timestamp) -> Option<&'static str> {
    match () {
        () if due <= now => Some("orders.error.due_past"),
        () if due.duration_since(now) > FURTHEST => Some("orders.error.due_far"),
        () => None,
    }
}

/// The time of the day that a minute of it is.
pub fn time_of(minute: i16) -> Option<Time> {
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    Time::new(hour, minute, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::clock::Zone;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn calendar(zone: &str) -> WorkCalendar {
        WorkCalendar::weekdays(Zone::named(zone), 450, 1020)
    }

    #[rstest]
    #[case::later_today("2025-10-22T09:00-03", "2025-10-22T18:30-03")]
    #[case::at_that_very_minute("2025-10-22T18:30-03", "2025-10-23T18:30-03")]
    #[case::in_the_evening("2025-10-22T21:30-03", "2025-10-23T18:30-03")]
    #[case::on_friday_evening("2025-10-24T19:00-03", "2025-10-27T18:30-03")]
    #[case::on_a_sunday("2025-10-26T09:00-03", "2025-10-27T18:30-03")]
    fn a_time_of_the_day_is_the_next_one_of_a_working_day(#[case] now: &str, #[case] due: &str) {
        assert_eq!(next_at(calendar("America/Sao_Paulo"), 1110, at(now)), Some(at(due)));
    }

    #[test]
    fn a_time_that_a_change_of_the_clock_leaves_out_is_the_one_after_it() {
        let sunday = jiff::civil::date(2025, 3, 9);
        let due = instant(calendar("America/New_York"), sunday, jiff::civil::time(2, 30, 0, 0));
        assert_eq!(due, Some(at("2025-03-09T07:30Z")));
    }

    #[rstest]
    #[case::the_option_says_so(Some(1), true, Some(2), Some(2))]
    #[case::over_what_a_person_set(Some(1), false, Some(2), Some(2))]
    #[case::it_went_with_its_option(Some(1), true, None, None)]
    #[case::it_was_a_person_s(Some(1), false, None, Some(1))]
    fn another_shipping_brings_its_own_deadline(
        #[case] before: Option<i64>,
        #[case] brought: bool,
        #[case] says: Option<i64>,
        #[case] after: Option<i64>,
    ) {
        let day = |day: Option<i64>| day.map(|day| Timestamp::from_second(day * 86400).unwrap());
        assert_eq!(after_shipping(day(before), brought, day(says)), day(after));
    }

    #[rstest]
    #[case::it_keeps_its_day(Some("2025-10-24T18:30-03"), "2025-10-24T19:00-03")]
    #[case::it_had_none(None, "2025-10-22T19:00-03")]
    fn another_time_of_the_option_keeps_the_day(#[case] before: Option<&str>, #[case] after: &str) {
        let calendar = calendar("America/Sao_Paulo");
        let now = at("2025-10-22T09:00-03");
        assert_eq!(moved(calendar, 1140, before.map(at), now), Some(at(after)));
        let evening = at("2025-10-22T19:30-03");
        let today = Some(at("2025-10-22T20:00-03"));
        assert_eq!(moved(calendar, 1140, today, evening), Some(at("2025-10-23T19:00-03")));
    }

    #[test]
    fn what_is_over_or_far_away_is_no_deadline() {
        let now = at("2025-10-22T09:00-03");
        assert_eq!(refusal(now, now), Some("orders.error.due_past"));
        assert_eq!(refusal(at("2025-10-22T09:01-03"), now), None);
        assert_eq!(refusal(at("2027-10-22T09:01-03"), now), Some("orders.error.due_far"));
    }
}
