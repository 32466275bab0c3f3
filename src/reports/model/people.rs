//! What somebody picked in a period, and how quickly.

use rust_decimal::Decimal;

use crate::ids::PersonId;

/// Fewer lines say nothing about a person.
pub const FEW_LINES: i64 = 20;

/// Less time at work says nothing about a pace.
const LEAST_ACTIVE_SECONDS: i64 = 15 * 60;

/// Two actions of a person with more than this between them are not one stretch of work.
pub const LONGEST_GAP_SECONDS: i64 = 15 * 60;

/// What somebody did in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonFigures {
    /// None: all of them together.
    pub id: Option<PersonId>,
    pub name: String,
    /// Lines of which units were picked, and the units; what was undone at once does not count.
    pub lines: i64,
    pub units: Decimal,
    pub orders: i64,
    /// Picks, and those of them that were undone.
    pub picks: i64,
    pub undone: i64,
    /// The sum of gaps between own actions that are not longer than [`LONGEST_GAP_SECONDS`].
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
        let mut team = Self { name, orders, ..Self::default() };
        for person in people {
            team.lines += person.lines;
            team.units += person.units;
            team.picks += person.picks;
            team.undone += person.undone;
            team.active_seconds += person.active_seconds;
        }
        team
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
