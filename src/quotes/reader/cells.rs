//! The cells right of a description: unit, quantity, price and total.

use pdf_text::Run;
use rust_decimal::Decimal;

use super::columns::{Columns, Extent};
use crate::quotes::numbers::{parse, parse_money};

const KNOWN_UNITS: [&str; 22] = [
    "UN", "UND", "UNID", "PC", "PÇ", "PCT", "CX", "KG", "G", "MT", "M", "LT", "L", "ML", "PAR", "KIT", "JG",
    "RL", "DZ", "FD", "SC", "CJ",
];

pub fn is_known_unit(text: &str) -> bool {
    KNOWN_UNITS.contains(&text.to_uppercase().as_str())
}

/// What stands under the columns.
pub struct Cells<'r, 't> {
    /// Quantity, price and total.
    pub numbers: [Decimal; 3],
    pub unit: Option<(&'r Run, &'t str)>,
    /// What is none of them, from left to right.
    pub rest: Vec<&'r Run>,
    /// Numbers that are wider than what they say, since a digit may be missing; and others that stand as near to a column
    /// as the one that was taken.
    pub doubtful: Vec<&'r Run>,
}

/// The cells among the texts right of the description; none: there are no three numbers.
pub fn by_column<'r, 't>(right: &[(&'r Run, &'t str)], columns: &Columns) -> Option<Cells<'r, 't>> {
    let numbers = three_numbers(right, columns)?;
    let is_number = |run: &Run| numbers.iter().any(|number| std::ptr::eq(number.run, run));
    let is_currency = |text: &str| text == "R$";
    let rest: Vec<(&Run, &str)> =
        right.iter().copied().filter(|(run, text)| !is_number(run) && !is_currency(text)).collect();
    let unit = unit(&rest, columns);
    let is_unit = |run: &Run| unit.is_some_and(|(unit, _)| std::ptr::eq(unit, run));
    let rest = rest.iter().map(|(run, _)| *run).filter(|run| !is_unit(run)).collect();
    let mut doubtful: Vec<&Run> = numbers.iter().map(|number| number.run).filter(|run| gapes(run)).collect();
    let names = [columns.quantity, columns.price, columns.total];
    let is_rival = |run: &Run| {
        let nearly = |(number, name): (&Number<'_>, Extent)| {
            distance(run, name) <= distance(number.run, name) + RIVAL * run.size
        };
        numbers.iter().zip(names).any(nearly)
    };
    let others = right.iter().filter(|(run, text)| !is_number(run) && as_number(text).is_some());
    doubtful.extend(others.map(|(run, _)| *run).filter(|run| is_rival(run)));
    Some(Cells { numbers: numbers.map(|number| number.value), unit, rest, doubtful })
}

/// Of what stands under the columns without being a cell: what goes on from a long description drawn over them, and
/// what does not.
pub fn over_the_columns(mut end: f32, rest: Vec<&Run>) -> (Vec<&Run>, Vec<&Run>) {
    rest.into_iter().partition(|run| {
        let goes_on = run.left - end <= 1.2 * run.size;
        if goes_on {
            end = end.max(run.right);
        }
        goes_on
    })
}

/// A number this much farther from a column than another, in font sizes, is none of its cells.
const RIVAL: f32 = 1.0;

/// No digit is wider than this, in font sizes.
const WIDEST: f32 = 0.9;

/// Whether there is room for a character that the text does not have.
pub fn gapes(run: &Run) -> bool {
    let before = run.edges.first().is_some_and(|first| first - run.left > 0.3 * run.size);
    let between = run.edges.windows(2).any(|pair| pair[1] - pair[0] > WIDEST * run.size);
    before || between || run.edges.last().is_some_and(|last| run.right - last > WIDEST * run.size)
}

#[derive(Clone, Copy)]
struct Number<'a> {
    run: &'a Run,
    value: Decimal,
}

fn as_number(text: &str) -> Option<Decimal> {
    parse(text).or_else(|| parse_money(text))
}

/// Quantity, price and total: exactly three numbers are these three by their order. Where a description drawn over the
/// columns brings more, the nearest to each column's name are taken.
fn three_numbers<'a>(right: &[(&'a Run, &str)], columns: &Columns) -> Option<[Number<'a>; 3]> {
    let numbers: Vec<Number<'a>> =
        right.iter().filter_map(|(run, text)| as_number(text).map(|value| Number { run, value })).collect();
    if let [quantity, price, total] = numbers[..] {
        return Some([quantity, price, total]);
    }
    let mut left_of = f32::INFINITY;
    let mut nearest = |column: Extent| {
        let found = numbers
            .iter()
            .filter(|number| number.run.right < left_of)
            .min_by(|one, other| distance(one.run, column).total_cmp(&distance(other.run, column)))
            .copied()?;
        left_of = found.run.left;
        Some(found)
    };
    let (total, price, quantity) =
        (nearest(columns.total)?, nearest(columns.price)?, nearest(columns.quantity)?);
    Some([quantity, price, total])
}

/// How far a cell is from its column, whichever way it is aligned under the name.
fn distance(run: &Run, column: Extent) -> f32 {
    let center = f32::midpoint(run.left, run.right);
    (run.left - column.left).abs().min((run.right - column.right).abs()).min((center - column.center()).abs())
}

/// The unit among the texts right of the description: a known one first, then the nearest to the column's name, then
/// the one drawn last.
fn unit<'a, 'b>(texts: &[(&'a Run, &'b str)], columns: &Columns) -> Option<(&'a Run, &'b str)> {
    let rank = |(run, text): &(&Run, &str)| (!is_known_unit(text), distance(run, columns.unit), run.show);
    texts.iter().copied().min_by(|one, other| {
        let (one, other) = (rank(one), rank(other));
        one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)).then(other.2.cmp(&one.2))
    })
}
