//! One row of the table: from runs to cells, by the columns; or from plain words where a row is drawn as one text.

use pdf_text::Run;
use rust_decimal::Decimal;

use super::columns::{Columns, Extent};
use super::layout::{Line, join};
use crate::quotes::numbers::{parse, parse_money};

/// Longest text that is taken for a unit where a row is one text.
const LONGEST_UNIT: usize = 5;
const KNOWN_UNITS: [&str; 22] = [
    "UN", "UND", "UNID", "PC", "PÇ", "PCT", "CX", "KG", "G", "MT", "M", "LT", "L", "ML", "PAR", "KIT", "JG",
    "RL", "DZ", "FD", "SC", "CJ",
];

/// What a row says, its description still without the lines it is wrapped onto.
#[derive(Clone, Debug)]
pub struct Row {
    pub code: String,
    pub description: String,
    pub unit: String,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub total: Decimal,
    /// Where the description begins, if it is not drawn together with the code.
    pub left: Option<f32>,
    /// The show operators that drew the row, sorted.
    pub shows: Vec<usize>,
}

/// The row on a line, if the line is one: a code under its column and three numbers on the right.
pub fn read(line: &Line<'_>, columns: &Columns) -> Option<Row> {
    let first = line.runs.iter().find(|run| !is_slash(&run.text))?;
    if first.left >= columns.code.right || leading_code(&first.text).is_none() {
        return None;
    }
    by_columns(line, first, columns).or_else(|| by_words(line))
}

/// Whether a line begins with a product code, as a row does.
pub fn begins_with_code(line: &Line<'_>, columns: &Columns) -> bool {
    line.runs.first().is_some_and(|run| {
        run.left < columns.code.right && leading_code(&run.text).is_some_and(|(code, _)| code.len() >= 4)
    })
}

/// A product code at the start of a text, and the rest: "00014 / CB11 --> CABO" or just "00014".
fn leading_code(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (code, rest) = text.split_at_checked(end)?;
    (!code.is_empty() && (rest.is_empty() || rest.starts_with([' ', '/'])))
        .then_some((code, rest.trim_start()))
}

fn is_slash(text: &str) -> bool {
    text == "/"
}

fn by_columns(line: &Line<'_>, first: &Run, columns: &Columns) -> Option<Row> {
    let (code, glued) = leading_code(&first.text)?;
    let others: Vec<&Run> = line.runs.iter().copied().filter(|run| !std::ptr::eq(*run, first)).collect();
    let from = columns.unit_from();
    let separators: Vec<&Run> =
        others.iter().copied().filter(|run| run.left >= from && is_slash(&run.text)).collect();
    let slashes = !separators.is_empty()
        || others
            .iter()
            .any(|run| run.left >= from && (run.text.starts_with('/') || run.text.ends_with('/')));

    let (mut left, right): (Vec<&Run>, Vec<&Run>) = others.into_iter().partition(|run| run.left < from);
    let right: Vec<(&Run, &str)> = right
        .into_iter()
        .map(|run| (run, if slashes { run.text.trim_matches([' ', '/']) } else { &*run.text }))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let numbers = three_numbers(&right, columns)?;
    let rest: Vec<(&Run, &str)> = right
        .iter()
        .copied()
        .filter(|(run, _)| !numbers.iter().any(|number| std::ptr::eq(number.run, *run)))
        .collect();
    let unit = unit(&rest, columns);
    let taken = |run: &Run| unit.is_some_and(|(unit, _)| std::ptr::eq(unit, run));
    left.extend(rest.iter().map(|(run, _)| *run).filter(|run| !taken(run)));

    let closed = unit.is_some_and(|(unit, _)| {
        unit.text.starts_with('/') || separators.iter().any(|separator| separator.left < unit.left)
    });
    let mut shows: Vec<usize> =
        line.runs.iter().filter(|run| !is_slash(&run.text)).map(|run| run.show).collect();
    shows.sort_unstable();
    let [quantity, unit_price, total] = numbers.map(|number| number.value);
    Some(Row {
        code: code.to_owned(),
        left: left.iter().find(|run| !is_slash(&run.text)).map(|run| run.left).filter(|_| glued.is_empty()),
        description: if slashes {
            between_slashes(glued, left, &separators, closed)
        } else {
            after(glued, &left)
        },
        unit: unit.map(|(_, text)| text.to_owned()).unwrap_or_default(),
        quantity,
        unit_price,
        total,
        shows,
    })
}

fn after(glued: &str, runs: &[&Run]) -> String {
    let rest = join(runs);
    if glued.is_empty() || rest.is_empty() { format!("{glued}{rest}") } else { format!("{glued} {rest}") }
}

/// The description of a row whose cells are parted by slashes. Slashes drawn together with those between the numbers
/// are separators wherever they stand; else the one after the code is, and, unless it is already `closed` by one further
/// right, the last one before the unit.
fn between_slashes(glued: &str, mut runs: Vec<&Run>, separators: &[&Run], closed: bool) -> String {
    let is_sibling = |run: &Run| is_slash(&run.text) && separators.iter().any(|other| other.show == run.show);
    let opened = runs.first().is_some_and(|run| is_sibling(run)) && glued.is_empty();
    let before = runs.len();
    runs.retain(|run| !is_sibling(run));
    let mut closed = closed || before - runs.len() > usize::from(opened);
    let has_text = !glued.is_empty() || runs.len() > 1;
    if !closed && has_text && runs.last().is_some_and(|run| is_slash(&run.text)) {
        runs.pop();
        closed = true;
    }
    let text = after(glued, &runs);
    let text = if opened { &text } else { text.strip_prefix('/').map_or(&*text, str::trim_start) };
    let text = if closed { text } else { text.strip_suffix('/').map_or(text, str::trim_end) };
    text.to_owned()
}

#[derive(Clone, Copy)]
struct Number<'a> {
    run: &'a Run,
    value: Decimal,
}

/// Quantity, price and total: exactly three numbers are these three by their order. Where a description drawn over the
/// columns brings more, the nearest to each column's name are taken.
fn three_numbers<'a>(right: &[(&'a Run, &str)], columns: &Columns) -> Option<[Number<'a>; 3]> {
    let numbers: Vec<Number<'a>> = right
        .iter()
        .filter_map(|(run, text)| {
            parse(text).or_else(|| parse_money(text)).map(|value| Number { run, value })
        })
        .collect();
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
    let rank = |(run, text): &(&Run, &str)| {
        (!KNOWN_UNITS.contains(&text.to_uppercase().as_str()), distance(run, columns.unit), run.show)
    };
    texts.iter().copied().min_by(|one, other| {
        let (one, other) = (rank(one), rank(other));
        one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)).then(other.2.cmp(&one.2))
    })
}

/// Reads a row from its words alone, from the right: total, price, quantity, unit; then the code from the left.
fn by_words(line: &Line<'_>) -> Option<Row> {
    let text = line.text();
    let (code, rest) = leading_code(&text)?;
    let slashes = rest.starts_with('/');
    let mut shows: Vec<usize> = line.runs.iter().map(|run| run.show).collect();
    shows.sort_unstable();
    let (rest, total) = last_word(rest, slashes)?;
    let (rest, unit_price) = last_word(rest.trim_end_matches("R$"), slashes)?;
    let (rest, quantity) = last_word(rest.trim_end_matches("R$"), slashes)?;
    let (description, unit) = last_word(rest, slashes)
        .filter(|(_, unit)| slashes || (unit.len() <= LONGEST_UNIT && unit.chars().all(char::is_alphabetic)))
        .unwrap_or((rest, ""));
    let description = if slashes { description.strip_prefix('/')? } else { description };
    Some(Row {
        code: code.to_owned(),
        description: description.trim().to_owned(),
        unit: unit.to_owned(),
        quantity: parse(quantity)?,
        unit_price: parse_money(unit_price)?,
        total: parse_money(total)?,
        left: None,
        shows,
    })
}

fn last_word(text: &str, slashes: bool) -> Option<(&str, &str)> {
    let (rest, word) = text.trim_end().rsplit_once(if slashes { '/' } else { ' ' })?;
    Some((rest.trim_end(), word.trim()))
}
