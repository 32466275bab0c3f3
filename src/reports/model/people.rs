//! Figures of one person in a period.

use rust_decimal::Decimal;

use crate::ids::PersonId;

/// With fewer lines no figures of a person are shown.
pub const FEW_LINES: i64 = 20;

/// With less active time no pace is shown.
const LEAST_ACTIVE_SECONDS: i64 = 15 * 60;

/// Two actions of a person with more than this between them are not one stretch of work.
pub const LONGEST_GAP_SECONDS: i64 = 15 * 60;

/// What somebody did in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonFigures {
    /// None: all of them together.
    pub id: Option<PersonId>,
    pub name: String,
    /// Lines of which units were picked, and the units; what was undone at once does not count. A line counts once for each
    /// local day on which somebody picked of it, and so does an order.
    pub lines: i64,
    pub units: Decimal,
    pub orders: i64,
    /// Picks, and those of them that were undone.
    pub picks: i64,
    pub undone: i64,
    /// The sum of gaps between own actions of a local day that are not longer than [`LONGEST_GAP_SECONDS`].
    pub active_seconds: i64,
}

impl PersonFigures {
    pub fn is_little(&self) -> bool {
        self.lines < FEW_LINES
    }

    /// Lines per active hour, in tenths; None where there is too little to say so.
    pub fn pace(&self) -> Option<i64> {
        let is_enough = !self.is_little() && self.active_seconds >= LEAST_ACTIVE_SECONDS;
        is_enough.then(|| self.lines * 36_000 / self.active_seconds)
    }

    /// Of the picks, those that were undone; in tenths of a percent.
    pub fn undone_share(&self) -> Option<i64> {
        (!self.is_little() && self.picks > 0).then(|| self.undone * 1000 / self.picks)
    }

    /// Everybody together. Lines that two picked count for each of them.
    pub fn team(name: String, people: &[Self], orders: i64) -> Self {
        let mut team = Self { name, ..Self::default() };
        for person in people {
            team.add(person);
        }
        Self { orders, ..team }
    }

    /// Adds what was done on other days.
    pub fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.units += other.units;
        self.orders += other.orders;
        self.picks += other.picks;
        self.undone += other.undone;
        self.active_seconds += other.active_seconds;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_lines_tell_no_pace() {
        let person = |lines, active_seconds| PersonFigures {
            lines,
            active_seconds,
            picks: lines + 1,
            undone: 1,
            ..PersonFigures::default()
        };
        assert_eq!(person(19, 3600).pace(), None);
        assert_eq!(person(19, 3600).undone_share(), None);
        assert_eq!(person(20, 3600).pace(), Some(200));
        assert_eq!(person(30, 5400).pace(), Some(200));
        assert_eq!(person(30, 899).pace(), None, "thirty lines in a minute are no hour's work");
        assert_eq!(person(24, 3600).undone_share(), Some(40));
    }

    #[test]
    fn the_team_is_the_sum_of_its_people() {
        let one = PersonFigures {
            lines: 12,
            units: Decimal::TEN,
            active_seconds: 1800,
            ..PersonFigures::default()
        };
        let team = PersonFigures::team("Equipe".to_owned(), &[one.clone(), one], 3);
        assert_eq!((team.lines, team.orders, team.pace()), (24, 3, Some(240)));
        assert_eq!(team.units, Decimal::from(20));
    }
}
