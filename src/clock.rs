//! The only source of the current time, so that tests can move it; and local times in a time zone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Wall time, UTC, in microseconds (what Postgres can store). Cheap to clone; clones share an offset.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_seconds: Arc<AtomicI64>,
    /// Microseconds since 1970 at which the clock was stopped; 0: it goes.
    stopped_at: Arc<AtomicI64>,
}

impl Clock {
    /// The present moment, moved by whatever [`Clock::advance`] was given.
    pub fn now(&self) -> Timestamp {
        let offset = SignedDuration::from_secs(self.offset_seconds.load(Ordering::Relaxed));
        let now = self.unmoved().saturating_add(offset).unwrap_or(Timestamp::MAX);
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system clock")]
    fn unmoved(&self) -> Timestamp {
        match self.stopped_at.load(Ordering::Relaxed) {
            0 => Timestamp::now(),
            stopped => Timestamp::from_microsecond(stopped).unwrap_or(Timestamp::MAX),
        }
    }

    /// Stops this clock and its clones: from now on only [`Clock::advance`] moves them. What has to happen within seconds is
    /// tested on a machine of any speed.
    pub fn stop(&self) {
        self.stopped_at.store(self.unmoved().as_microsecond(), Ordering::Relaxed);
    }

    /// Moves this clock and its clones: time-outs of hours are tested without waiting for them.
    pub fn advance(&self, seconds: i64) {
        self.offset_seconds.fetch_add(seconds, Ordering::Relaxed);
    }
}

static UTC: TimeZone = TimeZone::UTC;

/// A time zone, cheap to copy: each is read once and kept, and there are some hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(&'static TimeZone);

impl Zone {
    pub const UTC: Zone = Zone(&UTC);

    /// By its IANA name; UTC if the name is not known to this build.
    pub fn named(name: &str) -> Self {
        static KNOWN: Mutex<Option<HashMap<String, Zone>>> = Mutex::new(None);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_or_insert_default();
        if let Some(zone) = known.get(name) {
            return *zone;
        }
        let Ok(zone) = TimeZone::get(name) else { return Zone::UTC };
        *known.entry(name.to_owned()).or_insert(Zone(Box::leak(Box::new(zone))))
    }

    pub fn get(self) -> &'static TimeZone {
        self.0
    }

    /// Minutes east of UTC at that instant.
    pub fn offset_minutes(self, at: Timestamp) -> i64 {
        i64::from(self.0.to_offset(at).seconds()).div_euclid(60)
    }

    /// The civil day and time of an instant.
    pub fn local(self, at: Timestamp) -> DateTime {
        self.0.to_datetime(at)
    }

    /// The first instant of a day there.
    pub fn day_starts(self, day: Date) -> Timestamp {
        let midnight = day.at(0, 0, 0, 0).to_zoned(self.0.clone());
        midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
    }

    /// The instants between the two at which clocks are changed, and the minutes east of UTC from then on.
    pub fn changes(self, after: Timestamp, before: Timestamp) -> impl Iterator<Item = (Timestamp, i64)> {
        let following = self.0.following(after).map(|change| change.timestamp());
        following.take_while(move |at| *at < before).map(move |at| (at, self.offset_minutes(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_stopped_goes_no_further_than_it_is_moved() {
        let (clock, going) = (Clock::default(), Clock::default());
        let copy = clock.clone();
        clock.stop();
        let (stopped, began) = (copy.now(), going.now());
        while going.now() == began {}
        assert_eq!(copy.now(), stopped);
        clock.advance(2);
        assert_eq!(copy.now().duration_since(stopped), SignedDuration::from_secs(2));
    }

    #[test]
    fn a_zone_has_an_offset_for_each_instant() {
        let zone = Zone::named("America/New_York");
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(zone.offset_minutes(at("2025-11-02T05:59Z")), -240);
        assert_eq!(zone.offset_minutes(at("2025-11-02T06:00Z")), -300);
        let year: Vec<_> = zone.changes(at("2025-01-01T00:00Z"), at("2026-01-01T00:00Z")).collect();
        assert_eq!(year, [(at("2025-03-09T07:00Z"), -240), (at("2025-11-02T06:00Z"), -300)]);
        assert_eq!(Zone::named("nowhere"), Zone::UTC);
    }
}
