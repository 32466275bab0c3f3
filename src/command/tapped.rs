//! When a tap was made: it may have waited on its device for hours.

use axum::http::HeaderMap;
use jiff::{SignedDuration, Timestamp};

/// A script gives a tap up after 12 h (`EXPIRES` of `taps.js`); what it sends last may be on its way for a while.
const OLDEST: SignedDuration = SignedDuration::from_hours(13);
/// How far a device's clock may be ahead of the server's.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// The header of the script: milliseconds since the epoch, by the server's clock as the page knows it. An unreadable one is
/// no reason to refuse a tap.
pub fn tapped_header(headers: &HeaderMap) -> Option<Timestamp> {
    let ms = headers.get("x-tapped-at")?.to_str().ok()?.parse().ok()?;
    Timestamp::from_millisecond(ms).ok()
}

/// The time of a tap, if it is plausible.
pub fn believed(tapped_at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    tapped_at.filter(|at| now.duration_since(*at) <= OLDEST && at.duration_since(now) <= AHEAD)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::at_once(0, true)]
    #[case::after_a_shift_without_network(-12 * 60, true)]
    #[case::of_another_day(-13 * 60 - 1, false)]
    #[case::of_a_clock_that_is_ahead(5, true)]
    #[case::of_the_future(6, false)]
    fn a_time_is_believed_if_a_tap_can_have_waited_so_long(#[case] minutes: i64, #[case] expected: bool) {
        let now: Timestamp = "2025-10-22T17:32:00Z".parse().unwrap();
        let at = now + SignedDuration::from_mins(minutes);
        assert_eq!(believed(Some(at), now), Some(at).filter(|_| expected));
    }

    #[rstest]
    #[case("1761154320000", Some("2025-10-22T17:32:00Z"))]
    #[case("-1", Some("1969-12-31T23:59:59.999Z"))]
    #[case("", None)]
    #[case("9223372036854775807", None)]
    #[case("99999999999999999999", None)]
    #[case("2025-10-22T17:32:00Z", None)]
    fn a_header_is_milliseconds_or_nothing(#[case] value: &str, #[case] expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        headers.insert("x-tapped-at", value.parse().unwrap());
        assert_eq!(tapped_header(&headers), expected.map(|at| at.parse().unwrap()));
    }
}
