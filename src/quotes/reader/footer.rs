//! The totals under the table, on the last page only.

use pdf_text::Run;
use rust_decimal::Decimal;

use super::layout::{Line, join, key};
use crate::quotes::numbers::parse_money;

/// Words of a label or an amount stand at most this many font sizes apart.
const WORD_GAP: f32 = 0.8;

/// The amounts, in reais.
#[derive(Clone, Copy, Debug, Default)]
pub struct Footer {
    pub total: Option<Decimal>,
    pub discount: Option<Decimal>,
    pub payable: Option<Decimal>,
}

/// Which amount a label announces.
#[derive(Clone, Copy)]
enum Amount {
    Total,
    Discount,
    Payable,
}

impl Footer {
    /// The totals, and the lines they stand on: of each the last there is, since a product may be called anything.
    pub fn read(lines: &[Line<'_>]) -> (Self, Vec<usize>) {
        let mut footer = Self::default();
        let mut stands_on = [None; 3];
        for (at, line) in lines.iter().enumerate() {
            for (amount, value) in amounts(line) {
                let slot = match amount {
                    Amount::Total => &mut footer.total,
                    Amount::Discount => &mut footer.discount,
                    Amount::Payable => &mut footer.payable,
                };
                *slot = Some(value);
                stands_on[amount as usize] = Some(at);
            }
        }
        (footer, stands_on.into_iter().flatten().collect())
    }
}

fn amounts(line: &Line<'_>) -> Vec<(Amount, Decimal)> {
    let phrases = phrases(line);
    let amount = |(at, phrase): (usize, &String)| {
        let (amount, glued) = label(phrase)?;
        let beside = || phrases.get(at + 1..).unwrap_or_default().iter().find_map(|next| parse_money(next));
        glued.or_else(beside).map(|value| (amount, value))
    };
    phrases.iter().enumerate().filter_map(amount).collect()
}

/// The label a phrase is, and the amount behind it if that is part of the phrase.
fn label(phrase: &str) -> Option<(Amount, Option<Decimal>)> {
    let end = phrase.find(|letter: char| letter.is_ascii_digit() || letter == '$' || letter == '-');
    let name = phrase.get(..end.unwrap_or(phrase.len()))?;
    let currency = end.and_then(|end| phrase.get(end..)).is_some_and(|rest| rest.starts_with('$'));
    let name = if currency { name.strip_suffix('R').unwrap_or(name) } else { name };
    let value = phrase.get(name.len()..).and_then(parse_money);
    match &*key(name) {
        "valortotal" => Some((Amount::Total, value)),
        "desconto" => Some((Amount::Discount, value)),
        "valorapagar" => Some((Amount::Payable, value)),
        _ => None,
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
