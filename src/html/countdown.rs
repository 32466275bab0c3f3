//! The time until a deadline, or since it passed. The script says the same, see `countdown` in `static/js/ages.js`.

use jiff::Timestamp;

use super::format;
use crate::lang::Lang;

const DAY: i64 = 24 * 60;

/// "em 2 h 05", "agora", "atrasado há 12 min": by the clock, since what leaves does not wait for working hours.
pub fn countdown(lang: Lang, due: Timestamp, now: Timestamp) -> String {
    let minute = |at: Timestamp| at.as_second().div_euclid(60);
    let left = minute(due) - minute(now);
    let key = match left {
        0 => "due.now",
        1.. => "due.in",
        _ => "due.late",
    };
    let time = match left.abs() / DAY {
        0 => format::duration(lang, left.abs()),
        days => lang.count("due.days", days),
    };
    lang.t_with(key, &[("time", &time)])
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// The script's tests read the same file.
    #[derive(Deserialize)]
    struct Row {
        due: Timestamp,
        now: Timestamp,
        words: String,
    }

    #[test]
    fn a_deadline_is_counted_down_and_then_up() {
        let rows: Vec<Row> =
            serde_json::from_str(include_str!("../../tests/fixtures/countdown.json")).unwrap();
        for Row { due, now, words } in rows {
            assert_eq!(countdown(Lang::PtBr, due, now), words, "{due} at {now}");
        }
    }
}
