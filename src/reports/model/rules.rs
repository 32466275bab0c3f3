//! The rules that the sums of a span were made by. Sums made by other rules are made again.

use jiff::SignedDuration;
use jiff::civil::Date;

use super::cover::Within;
use crate::html::WorkCalendar;

/// Grows when a figure is added, or counted in another way.
const FIGURES: u32 = 6;

/// The rules depend on the time zone, which bounds days, and on the working hours until the end of the span.
pub fn rules(calendar: WorkCalendar, span: Within) -> String {
    let zone = calendar.zone.get().iana_name().unwrap_or("UTC");
    let last = span.until.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(span.until);
    let hours = calendar.schedule.get().text_between(Date::MIN, calendar.zone.local(last).date());
    format!("{FIGURES} {zone} {hours}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Zone;
    use crate::html::Schedule;

    #[test]
    fn sums_of_days_before_other_hours_stay_valid() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
        let day = |text: &str| {
            let from = at(text);
            Within { from, until: from + SignedDuration::from_hours(24) }
        };
        let zone = Zone::named("America/Sao_Paulo");
        let before = WorkCalendar::weekdays(zone, 450, 1020);
        let set = r#"{"hours": [{"from": "2026-12-01", "days": [[480, 1080], [480, 1080], [480, 1080], [480, 1080], [480, 1080], [0, 0], [0, 0]]}],
            "holidays": ["2026-12-25"]}"#;
        let after = WorkCalendar { zone, schedule: Schedule::stored(450, 1020, set) };
        let old = day("2026-11-30T00:00-03");
        assert_eq!(rules(before, old), "6 America/Sao_Paulo 450-1020");
        assert_eq!(rules(before, old), rules(after, old));
        let new = day("2026-12-01T00:00-03");
        assert_ne!(rules(before, new), rules(after, new));
        let eve = day("2026-12-24T00:00-03");
        let without = WorkCalendar {
            zone,
            schedule: Schedule::stored(450, 1020, &set.replace("2026-12-25", "2027-01-01")),
        };
        assert_eq!(rules(after, eve), rules(without, eve));
        let christmas = day("2026-12-25T00:00-03");
        assert_ne!(rules(after, christmas), rules(without, christmas));
    }
}
