//! The totals under the table, on the last page only.

use pdf_text::Run;
use rust_decimal::Decimal;

use super::layout::{Line, join, key};
use super::words::is_nothing_more;
use crate::quotes::numbers::parse_money;

/// Words of a label or an amount stand at most this many font sizes apart.
const WORD_GAP: f32 = 0.8;

/// The totals are at most so many lines high.
const HEIGHT: usize = 6;

/// The amounts, in reais.
#[derive(Clone, Copy, Debug, Default)]
pub struct Footer {
    pub total: Option<Decimal>,
    pub discount: Option<Decimal>,
    pub payable: Option<Decimal>,
}

/// Which amount a label announces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Amount {
    Total,
    Discount,
    Payable,
}

impl Footer {
    /// Whether several totals stand on the line.
    pub fn is_whole(line: &Line<'_>) -> bool {
        amounts(line).len() > 1
    }

    /// Whether one of the totals stands on the line, and nothing else.
    pub fn is_total(line: &Line<'_>) -> bool {
        !amounts(line).is_empty()
    }

    /// What stands on the line of a total and is neither a label nor its amount.
    pub fn beside(line: &Line<'_>) -> Vec<String> {
        let phrases = phrases(line);
        let mut own: Vec<usize> = Vec::new();
        for (at, phrase) in phrases.iter().enumerate() {
            let Some((_, glued)) = label(phrase) else { continue };
            own.push(at);
            own.extend(amount_behind(&phrases, at).filter(|_| glued.is_none()));
        }
        let is_foreign = |at: usize, phrase: &String| {
            let words = phrase.replace("R$", "");
            let is_share = words.trim_matches(['(', ')', ' ']).ends_with('%');
            words.contains(char::is_alphanumeric)
                && !own.contains(&at)
                && !is_share
                && !is_nothing_more(phrase)
        };
        let foreign = phrases.iter().enumerate().filter(|(at, phrase)| is_foreign(*at, phrase));
        let mut told: Vec<String> = foreign.map(|(_, phrase)| phrase.clone()).collect();
        if amounts(line).windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1) {
            told.push(line.text());
        }
        told
    }

    /// Takes the amounts of the line on which the totals end; `false` when they do not.
    pub fn end(&mut self, line: &Line<'_>) -> bool {
        let ends = amounts(line).iter().any(|(amount, _)| matches!(amount, Amount::Payable));
        if ends {
            self.take(line);
        }
        ends
    }

    /// Takes what stands right above the line on which the totals end, out of the lines before it.
    pub fn take_above(&mut self, lines: &mut Vec<&Line<'_>>) {
        for at in (lines.len().saturating_sub(HEIGHT)..lines.len()).rev() {
            let found = amounts(lines[at]);
            let is_new = found.iter().all(|(amount, _)| match amount {
                Amount::Total => self.total.is_none(),
                Amount::Discount => self.discount.is_none(),
                Amount::Payable => false,
            });
            if !found.is_empty() && is_new {
                self.take(lines[at]);
                lines.remove(at);
            }
            if self.total.is_some() {
                break;
            }
        }
    }

    /// Takes the amounts of a line, later ones over earlier ones.
    pub fn take(&mut self, line: &Line<'_>) {
        for (amount, value) in amounts(line) {
            match amount {
                Amount::Total => self.total = Some(value),
                // A discount is printed with or without its minus.
                Amount::Discount => self.discount = Some(value.abs()),
                Amount::Payable => self.payable = Some(value),
            }
        }
    }
}

fn amounts(line: &Line<'_>) -> Vec<(Amount, Decimal)> {
    let phrases = phrases(line);
    let amount = |(at, phrase): (usize, &String)| {
        let (amount, glued) = label(phrase)?;
        let beside = || amount_behind(&phrases, at).and_then(|at| parse_money(phrases.get(at)?));
        glued.or_else(beside).map(|value| (amount, value))
    };
    phrases.iter().enumerate().filter_map(amount).collect()
}

/// Where the amount of a label stands: the next one behind it.
fn amount_behind(phrases: &[String], at: usize) -> Option<usize> {
    (at + 1..phrases.len()).find(|next| phrases.get(*next).is_some_and(|next| parse_money(next).is_some()))
}

/// The label a phrase is, and the amount behind it if that is part of the phrase.
fn label(phrase: &str) -> Option<(Amount, Option<Decimal>)> {
    let end = phrase.find(|letter: char| letter.is_ascii_digit() || "$-(\u{2212}\u{2013}".contains(letter));
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
