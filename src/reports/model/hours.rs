//! Picks by weekday and hour, in the company's time zone.

use jiff::Timestamp;

use crate::clock::Zone;

/// Picks from Monday to Sunday, hour by hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hours([[i64; 24]; 7]);

impl Hours {
    /// `quarters`: how many picks there were in each quarter of an hour, which no time zone cuts.
    pub fn new(quarters: impl IntoIterator<Item = (Timestamp, i64)>, zone: Zone) -> Self {
        let mut hours = Self::default();
        hours.add_quarters(quarters, zone);
        hours
    }

    /// Adds picks to those that are there.
    pub fn add_quarters(&mut self, quarters: impl IntoIterator<Item = (Timestamp, i64)>, zone: Zone) {
        for (at, picks) in quarters {
            let local = zone.local(at);
            let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default();
            self.add(day, usize::try_from(local.hour()).unwrap_or_default(), picks);
        }
    }

    /// Weekday, hour and how many picks there were, where there were any.
    pub fn worked(&self) -> impl Iterator<Item = (usize, usize, i64)> {
        let hours = (0..7).flat_map(|day| (0..24).map(move |hour| (day, hour)));
        hours.map(|(day, hour)| (day, hour, self.at(day, hour))).filter(|(.., picks)| *picks > 0)
    }

    pub fn add(&mut self, day: usize, hour: usize, picks: i64) {
        if let Some(place) = self.0.get_mut(day).and_then(|day| day.get_mut(hour)) {
            *place += picks;
        }
    }

    pub fn at(&self, day: usize, hour: usize) -> i64 {
        self.0[day][hour]
    }

    fn all(&self) -> impl Iterator<Item = i64> {
        self.0.iter().flatten().copied()
    }

    pub fn total(&self) -> i64 {
        self.all().sum()
    }

    /// From 0 (none) to 4 (the most).
    pub fn level(&self, picks: i64) -> i64 {
        let most = self.all().max().unwrap_or_default().max(1);
        (picks * 4 + most - 1) / most
    }

    /// The hours in which something was picked, with those between them.
    pub fn span(&self) -> std::ops::Range<usize> {
        let worked = |hour: &usize| self.0.iter().any(|day| day[*hour] > 0);
        let first = (0..24).find(worked);
        first.map_or(8..17, |first| first..(0..24).rfind(worked).unwrap_or(first) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_evening_belongs_to_its_day_where_the_company_is() {
        let zone = Zone::named("America/Sao_Paulo");
        // In São Paulo it is Wednesday, 21:30; in UTC it is Thursday.
        let hours = Hours::new([(at("2025-10-23T00:30Z"), 3), (at("2025-10-22T11:00Z"), 1)], zone);
        assert_eq!((hours.at(2, 21), hours.at(3, 0), hours.at(2, 8)), (3, 0, 1));
        assert_eq!((hours.total(), hours.span()), (4, 8..22));
        assert_eq!((hours.level(3), hours.level(1), hours.level(0)), (4, 2, 0));
    }

    #[test]
    fn an_hour_that_a_change_of_the_clock_repeats_is_counted_twice_in_one_place() {
        let zone = Zone::named("America/New_York");
        let hours = Hours::new([(at("2025-11-02T05:30Z"), 1), (at("2025-11-02T06:30Z"), 1)], zone);
        assert_eq!(hours.at(6, 1), 2);
    }
}
