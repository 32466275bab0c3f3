//! The demo's orders and how far each has come: thirty recent ones, and those of the weeks before. The same
//! every time.

use super::goods::{CUSTOMERS, NOTES, PICKERS, SELLERS};

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Waiting,
    /// Some lines picked, one of them in part.
    Begun,
    /// The same, and a line is short.
    BegunShort,
    /// Some lines picked, others asked of the buyer, bought, or here.
    Buying,
    /// Every line is settled, one of them short.
    Ready,
    Finished,
    /// Finished with a shortage.
    FinishedShort,
    Canceled,
    /// Finished, and brought back.
    Reopened,
}

#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub number: Option<u32>,
    pub customer: usize,
    pub seller: usize,
    pub pickers: [usize; 2],
    /// Of the company's list of shipping options; with it, of those of packaging that it allows.
    pub shipping: usize,
    pub packaging: usize,
    pub lines: usize,
    /// Working minutes ago.
    pub age: i64,
    pub stage: Stage,
    pub note: Option<&'static str>,
    /// Made urgent by hand.
    pub urgent: bool,
    pub discount_percent: i64,
}

use Stage::{Begun, BegunShort, Buying, Canceled, Finished, FinishedShort, Ready, Reopened, Waiting};

/// Oldest first.
const STAGES: [(Stage, i64); 30] = [
    (Finished, 1130),
    (Finished, 1095),
    (FinishedShort, 1070),
    (Canceled, 1040),
    (Finished, 1010),
    (Finished, 960),
    (FinishedShort, 930),
    (Finished, 890),
    (Reopened, 840),
    (Finished, 800),
    (Canceled, 760),
    (Ready, 720),
    (Finished, 690),
    (Ready, 610),
    (BegunShort, 560),
    (Buying, 520),
    (Begun, 470),
    (BegunShort, 430),
    (Buying, 380),
    (Begun, 330),
    (Ready, 290),
    (Buying, 250),
    (Waiting, 205),
    (Begun, 170),
    (Waiting, 140),
    (Waiting, 110),
    (Begun, 80),
    (Waiting, 50),
    (Waiting, 22),
    (Waiting, 6),
];

/// Finished orders of the weeks before, and working minutes between them.
const PAST: i64 = 24;
const BETWEEN: i64 = 430;

/// What figures and history have to show: orders that were finished in the weeks before.
pub fn past() -> Vec<Plan> {
    let mut dice = Dice(1789);
    let numbered = (30_411..).step_by(4).zip((1..=PAST).rev()).enumerate();
    numbered
        .map(|(index, (number, n))| {
            let stage = match index % 6 {
                2 => FinishedShort,
                5 if index % 4 == 1 => Canceled,
                _ => Finished,
            };
            Plan {
                number: Some(number),
                customer: 1 + dice.roll(CUSTOMERS.len() - 1),
                seller: SELLERS[dice.roll(4)],
                pickers: [PICKERS[index % 6], PICKERS[(index + 2) % 6]],
                shipping: dice.roll(5),
                packaging: dice.roll(2),
                lines: 3 + dice.roll(7),
                age: 1200 + n * BETWEEN + i64::try_from(dice.roll(300)).unwrap_or_default(),
                stage,
                note: None,
                urgent: false,
                discount_percent: 0,
            }
        })
        .collect()
}

pub fn plans() -> Vec<Plan> {
    let mut dice = Dice(2025);
    let numbered = (30_511..).step_by(3).zip(STAGES).enumerate();
    numbered
        .map(|(index, (number, (stage, age)))| {
            let numberless = matches!(index, 9 | 22);
            let pickers = [PICKERS[index % 6], PICKERS[(index + 1 + index % 3) % 6]];
            Plan {
                number: (!numberless).then_some(number),
                customer: if numberless { 0 } else { 1 + index * 5 % (CUSTOMERS.len() - 1) },
                seller: SELLERS[dice.roll(4)],
                pickers,
                shipping: if matches!(index, 18 | 27) { 5 } else { dice.roll(5) },
                packaging: dice.roll(2),
                lines: [3, 15, 8, 22, 11, 17, 1, 40, 12, 6][index % 10]
                    - usize::from(index > 19 && index % 10 == 7) * 22,
                age,
                stage,
                note: (index % 4 == 1).then(|| NOTES[index / 4 % NOTES.len()]),
                urgent: index == 16,
                discount_percent: if index % 7 == 3 { 5 } else { 0 },
            }
        })
        .collect()
}

/// A small generator of reproducible pseudo-random numbers.
#[derive(Clone, Copy, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// From 0 to `sides` − 1.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides.max(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_thirty_orders_of_every_stage() {
        let plans = plans();
        assert_eq!(plans.len(), 30);
        assert!(plans.windows(2).all(|pair| pair[0].age > pair[1].age));
        let past = past();
        assert!(past.iter().all(|plan| plan.age > plans[0].age));
        let numbers: HashSet<_> = plans.iter().chain(&past).filter_map(|plan| plan.number).collect();
        assert_eq!(numbers.len(), 28 + past.len());
        for stage in [Waiting, Begun, BegunShort, Buying, Ready, Finished, FinishedShort, Canceled, Reopened]
        {
            assert!(plans.iter().any(|plan| plan.stage == stage), "{stage:?}");
        }
    }
}
