//! What was done in a period: by whom, with which products, at what time of the day. All of it is counted by the local day,
//! so the sums of the days of a period are its figures.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::hours::Hours;
use super::people::PersonFigures;
use crate::ids::PersonId;
use crate::orders::indicators::Sum;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub people: BTreeMap<PersonId, PersonFigures>,
    /// Orders of which something was picked, each once a day.
    pub picked_orders: i64,
    pub products: HashMap<ProductKey, ProductFigures>,
    pub hours: Hours,
}

/// What makes a product the same one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductKey {
    pub code: String,
    pub unit: String,
}

/// What happened to a product. A line counts once for each local day on which it happened to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductFigures {
    pub description: String,
    pub picked: Decimal,
    pub picked_lines: i64,
    pub requested: i64,
    pub substituted: i64,
    pub short: i64,
    /// How often it stood in for another.
    pub stood_in: i64,
    /// From import until a line was settled, of the lines of finished orders.
    pub time: Sum,
}

impl ProductFigures {
    pub fn add(&mut self, other: &Self) {
        // Of two descriptions of a day either would do, as long as it is always the same.
        if other.description > self.description {
            self.description.clone_from(&other.description);
        }
        self.picked += other.picked;
        self.picked_lines += other.picked_lines;
        self.requested += other.requested;
        self.substituted += other.substituted;
        self.short += other.short;
        self.stood_in += other.stood_in;
        self.time.minutes += other.time.minutes;
        self.time.orders += other.time.orders;
    }
}

impl Work {
    pub fn add_person(&mut self, id: PersonId, figures: &PersonFigures) {
        self.people.entry(id).or_default().add(figures);
    }

    pub fn add_product(&mut self, key: ProductKey, figures: &ProductFigures) {
        self.products.entry(key).or_default().add(figures);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_two_days_are_added_up() {
        let key = || ProductKey { code: "00100".to_owned(), unit: "UN".to_owned() };
        let figures = |description: &str, minutes| ProductFigures {
            description: description.to_owned(),
            picked: Decimal::TEN,
            picked_lines: 1,
            short: 1,
            time: Sum { minutes, orders: 1 },
            ..ProductFigures::default()
        };
        let mut work = Work::default();
        work.add_product(key(), &figures("FONE NOVO", 30));
        work.add_product(key(), &figures("FONE", 60));
        let sum = &work.products[&key()];
        assert_eq!((sum.picked, sum.picked_lines, sum.short), (Decimal::from(20), 2, 2));
        assert_eq!((sum.time.average(), sum.description.as_str()), (Some(45), "FONE NOVO"));
    }
}
