//! Covers a period with spans that are added up, and single days.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::period::Period;

/// From an instant on, and until before another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Within {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// The local midnights of a period: one for each day, and that of the day after the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days(Vec<Timestamp>);

/// A period, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    pub spans: Vec<Within>,
    /// Days of which nothing was added up, in stretches.
    pub gaps: Vec<Days>,
}

impl Days {
    pub fn new(period: Period, starts: impl Fn(Date) -> Timestamp) -> Self {
        Self(period.bounds().map(starts).collect())
    }

    pub fn one(day: Within) -> Self {
        Self(vec![day.from, day.until])
    }

    pub fn within(&self) -> Within {
        let ends = |bound: Option<&Timestamp>| bound.copied().unwrap_or(Timestamp::UNIX_EPOCH);
        Within { from: ends(self.0.first()), until: ends(self.0.last()) }
    }

    /// The midnights, in seconds.
    pub fn seconds(&self) -> Vec<i64> {
        self.0.iter().map(|at| at.as_second()).collect()
    }

    pub fn is_one(&self) -> bool {
        self.0.len() == 2
    }

    fn each(&self) -> impl Iterator<Item = Within> {
        self.0.windows(2).map(|bounds| Within { from: bounds[0], until: bounds[1] })
    }
}

/// The longest spans that begin and end where days do, one after the other.
pub fn cover(days: &Days, made: impl IntoIterator<Item = Within>) -> Cover {
    let places: HashMap<Timestamp, usize> = days.0.iter().enumerate().map(|(at, day)| (*day, at)).collect();
    let mut longest = vec![0; days.0.len()];
    for span in made {
        if let (Some(from), Some(until)) = (places.get(&span.from), places.get(&span.until)) {
            longest[*from] = longest[*from].max(*until);
        }
    }
    let mut cover = Cover::default();
    let (mut at, mut gap) = (0, Vec::new());
    while at + 1 < days.0.len() {
        if longest[at] > at {
            close(&mut gap, days.0[at], &mut cover.gaps);
            cover.spans.push(Within { from: days.0[at], until: days.0[longest[at]] });
            at = longest[at];
        } else {
            gap.push(days.0[at]);
            at += 1;
        }
    }
    if let Some(end) = days.0.last() {
        close(&mut gap, *end, &mut cover.gaps);
    }
    cover
}

fn close(gap: &mut Vec<Timestamp>, end: Timestamp, gaps: &mut Vec<Days>) {
    if !gap.is_empty() {
        gap.push(end);
        gaps.push(Days(std::mem::take(gap)));
    }
}

/// The first days of the thirds of a month.
const THIRDS: [i8; 3] = [1, 11, 21];

/// What is still to be added up.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Days, the newest first.
    pub days: Vec<Within>,
    /// Thirds of months and months of which every day is there, or among those above; shorter ones first.
    pub longer: Vec<Days>,
}

impl Missing {
    /// `period`: the first and the last day that can be added up; at most `most` days, and none that `failed_lately`.
    pub fn new(
        period: Period,
        starts: impl Fn(Date) -> Timestamp,
        made: &HashSet<Within>,
        failed_lately: &HashSet<Within>,
        most: usize,
    ) -> Self {
        let whole = Days::new(period, &starts);
        let wanted = |span: &Within| !made.contains(span) && !failed_lately.contains(span);
        let days: Vec<Within> = whole.each().filter(wanted).collect();
        let days: Vec<Within> = days.into_iter().rev().take(most).collect();
        let there = |day: &Within| made.contains(day) || days.contains(day);
        let longer = longer_spans(period).map(|span| Days::new(span, &starts));
        let longer = longer.filter(|span| wanted(&span.within()) && span.each().all(|day| there(&day)));
        Self { longer: longer.collect(), days }
    }
}

/// Thirds of months that lie in a period altogether, then the months.
fn longer_spans(period: Period) -> impl Iterator<Item = Period> {
    let firsts = |wanted: fn(&Date) -> bool| period.bounds().filter(wanted);
    let last_of = |first: Date| {
        let next = THIRDS.iter().find(|third| **third > first.day());
        next.and_then(|third| first.with().day(third - 1).build().ok()).unwrap_or(first.last_of_month())
    };
    let thirds =
        firsts(|day| THIRDS.contains(&day.day())).map(move |from| Period { from, to: last_of(from) });
    let months = firsts(|day| day.day() == 1).map(|from| Period { from, to: from.last_of_month() });
    thirds.chain(months).filter(move |span| span.to <= period.to)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::clock::Zone;

    fn days(from: Date, to: Date) -> Days {
        Days::new(Period { from, to }, starts)
    }

    fn starts(day: Date) -> Timestamp {
        let zone = Zone::named("America/New_York");
        day.at(0, 0, 0, 0).to_zoned(zone.get().clone()).unwrap().timestamp()
    }

    fn october(from: i8, until: i8) -> Within {
        Within { from: starts(date(2025, 10, from)), until: starts(date(2025, 10, until)) }
    }

    #[test]
    fn the_longest_spans_are_taken_and_what_is_between_them_is_left() {
        let period = days(date(2025, 10, 1), date(2025, 10, 30));
        let made =
            [october(1, 2), october(3, 4), october(3, 9), october(4, 12), october(20, 31), october(30, 31)];
        let found = cover(&period, made);
        assert_eq!(found.spans, [october(1, 2), october(3, 9), october(20, 31)]);
        let gaps: Vec<Within> = found.gaps.iter().map(Days::within).collect();
        assert_eq!(gaps, [october(2, 3), october(9, 20)]);
        assert_eq!(found.gaps[1].seconds().len(), 12);
        assert_eq!(cover(&period, []).gaps, [period]);
    }

    #[test]
    fn spans_of_another_zone_fit_nowhere() {
        let day = days(date(2025, 10, 1), date(2025, 10, 1));
        let Within { from, until } = day.within();
        let later = |at: Timestamp| at + jiff::SignedDuration::from_hours(1);
        for other in [
            Within { from: later(from), until: later(until) },
            Within { from, until: later(until) },
            Within { from: later(from), until },
        ] {
            assert_eq!(cover(&day, [other]).gaps, std::slice::from_ref(&day));
        }
    }

    #[test]
    fn days_are_made_newest_first_and_what_is_longer_when_its_days_are_there() {
        let period = Period { from: date(2025, 9, 1), to: date(2025, 10, 12) };
        let missing = Missing::new(period, starts, &HashSet::new(), &HashSet::new(), 13);
        assert_eq!(missing.days.len(), 13);
        assert_eq!(missing.days[0], october(12, 13));
        let withins = |longer: &[Days]| longer.iter().map(Days::within).collect::<Vec<_>>();
        assert_eq!(withins(&missing.longer), [october(1, 11)]);
        let all = Missing::new(period, starts, &HashSet::new(), &HashSet::new(), 400);
        assert_eq!((all.days.len(), all.longer.len()), (42, 5), "four thirds and September");
        let mut made: HashSet<Within> = all.days.iter().copied().collect();
        made.extend(withins(&all.longer));
        assert_eq!(Missing::new(period, starts, &made, &HashSet::new(), 400), Missing::default());
        made.remove(&october(3, 4));
        made.remove(&october(1, 11));
        let again = Missing::new(period, starts, &made, &HashSet::new(), 400);
        assert_eq!((again.days, withins(&again.longer)), (vec![october(3, 4)], vec![october(1, 11)]));
        // What failed lately keeps others from nothing, and what needs it waits.
        let failed_lately = HashSet::from([october(3, 4)]);
        assert_eq!(Missing::new(period, starts, &made, &failed_lately, 400), Missing::default());
    }

    #[test]
    fn thirds_end_where_the_next_ones_begin() {
        let year = Period { from: date(2024, 1, 1), to: date(2024, 12, 31) };
        let spans: Vec<Period> = longer_spans(year).collect();
        assert_eq!(spans.len(), 48);
        for pair in spans[..36].windows(2) {
            assert_eq!(pair[0].to.tomorrow().unwrap(), pair[1].from);
        }
        assert_eq!(spans[5], Period { from: date(2024, 2, 21), to: date(2024, 2, 29) });
        assert_eq!(spans[37], Period { from: date(2024, 2, 1), to: date(2024, 2, 29) });
    }
}
