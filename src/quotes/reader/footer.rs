//! The totals under the table, on the last page only.

use rust_decimal::Decimal;

use super::layout::{Line, join, key};
use crate::quotes::numbers::parse_money;
use crate::quotes::pdf::Run;

/// Words of a label or an amount stand at most this many font sizes apart.
const WORD_GAP: f32 = 0.8;

/// The amounts, in reais, and where they begin.
#[derive(Clone, Copy, Debug, Default)]
pub struct Footer {
    pub total: Option<Decimal>,
    pub discount: Option<Decimal>,
    pub payable: Option<Decimal>,
}

impl Footer {
    /// Takes the amount on a line, if it begins with one of the three labels; whether it did.
    pub fn take(&mut self, line: &Line<'_>) -> bool {
        let phrases = phrases(line);
        let mut found = false;
        for (at, phrase) in phrases.iter().enumerate() {
            let Some((slot, glued)) = self.slot(phrase) else { continue };
            let beside =
                || phrases.get(at + 1..).unwrap_or_default().iter().find_map(|next| parse_money(next));
            if let Some(amount) = glued.or_else(beside) {
                *slot = Some(amount);
                found = true;
            }
        }
        found
    }

    fn slot(&mut self, phrase: &str) -> Option<(&mut Option<Decimal>, Option<Decimal>)> {
        let end = phrase.find(|letter: char| letter.is_ascii_digit() || letter == '$' || letter == '-');
        let name = phrase.get(..end.unwrap_or(phrase.len()))?;
        let currency = end.and_then(|end| phrase.get(end..)).is_some_and(|rest| rest.starts_with('$'));
        let name = if currency { name.strip_suffix('R').unwrap_or(name) } else { name };
        let amount = phrase.get(name.len()..).and_then(|rest| parse_money(rest.trim_start()));
        match &*key(name) {
            "valortotal" => Some((&mut self.total, amount)),
            "desconto" => Some((&mut self.discount, amount)),
            "valorapagar" => Some((&mut self.payable, amount)),
            _ => None,
        }
    }
}

/// The line's runs, joined where they stand as close as words do.
fn phrases(line: &Line<'_>) -> Vec<String> {
    let mut phrases: Vec<Vec<&Run>> = Vec::new();
    for run in line.runs.iter().copied() {
        match phrases.last_mut() {
            Some(phrase)
                if phrase.last().is_some_and(|last| run.left - last.right <= WORD_GAP * run.size) =>
            {
                phrase.push(run);
            }
            _ => phrases.push(vec![run]),
        }
    }
    phrases.iter().map(|phrase| join(phrase)).collect()
}
