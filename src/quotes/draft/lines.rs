//! The lines of a sheet: what was read, what a person completed of what was not read, and what a person added.

use rust_decimal::Decimal;

use super::Corrections;
use super::field::{Field, Kind};
use crate::html::format;
use crate::lang::Lang;
use crate::quotes::leftover::Leftover;
use crate::quotes::numbers;
use crate::quotes::{MOST_LINES, QuoteLine, Reading};

pub const LINE_FIELDS: [(&str, Kind); 6] = [
    ("code", Kind::Text(40)),
    ("description", Kind::Text(500)),
    ("unit", Kind::Unit),
    ("quantity", Kind::Quantity),
    ("unit_price", Kind::Price),
    ("total", Kind::Money),
];

/// Where a line comes from. Its name, which forms use, says it too: `3`, `p2`, `n1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Read from the paper as an item.
    Read,
    /// Something that was not read, by its place among the leftovers from 1; it counts once its cells are filled in.
    Leftover(usize),
    /// Added by hand.
    Added,
}

/// A line: code, description, unit, quantity, unit price, total.
#[derive(Clone, Debug)]
pub struct SheetLine {
    pub name: String,
    /// Its place in the quote, from 1; 0 while it is left out.
    pub number: u32,
    pub source: Source,
    /// A person took it out of the quote.
    pub dropped: bool,
    pub fields: [Field; 6],
}

impl SheetLine {
    fn new(name: String, source: Source, values: [String; 6], corrections: &Corrections) -> Self {
        let mut values = values.into_iter();
        let fields = LINE_FIELDS.map(|(field, kind)| {
            let value = values.next().unwrap_or_default();
            Field::new(&format!("line-{name}-{field}"), kind, value, corrections)
        });
        let dropped = source == Source::Read && corrections.contains_key(&dropped(&name));
        Self { name, number: 0, source, dropped, fields }
    }

    fn is_empty(&self) -> bool {
        self.fields.iter().all(|field| field.value.is_empty())
    }

    pub fn has_fault(&self) -> bool {
        self.fields.iter().any(|field| field.fault.is_some())
    }

    /// Something that was not read and that nobody has filled in, which a problem says; or an item that a person dropped.
    pub fn is_left_out(&self) -> bool {
        self.dropped || (matches!(self.source, Source::Leftover(_)) && self.is_empty())
    }

    pub fn quote_line(&self) -> QuoteLine {
        let [code, description, unit, quantity, unit_price, total] = &self.fields;
        QuoteLine {
            line: self.number,
            code: code.value.clone(),
            description: description.value.clone(),
            unit: unit.value.clone(),
            quantity: quantity.decimal(),
            unit_price: unit_price.decimal(),
            total: total.decimal(),
        }
    }
}

/// All lines, in the order of the paper: what was not read stands below the item it was found below, what was added
/// below the one it was added to.
pub fn lines(reading: &Reading, corrections: &Corrections) -> Vec<SheetLine> {
    let items = reading.quote.items.iter();
    let mut placed: Vec<(u32, SheetLine)> = items
        .map(|item| {
            let values = [
                item.code.clone(),
                item.description.clone(),
                item.unit.clone(),
                format::plain_quantity(item.quantity),
                format::plain_amount(item.unit_price),
                format::plain_amount(item.total),
            ];
            (item.line, SheetLine::new(item.line.to_string(), Source::Read, values, corrections))
        })
        .collect();
    let nothing = || std::array::from_fn(|_| String::new());
    for (at, leftover) in (1..).zip(&reading.leftovers).filter(|(_, leftover)| leftover.kind.may_be_an_item())
    {
        let line = SheetLine::new(format!("p{at}"), Source::Leftover(at), nothing(), corrections);
        placed.push((leftover.line, line));
    }
    for (name, after) in added(corrections) {
        placed.push((after, SheetLine::new(name.to_owned(), Source::Added, nothing(), corrections)));
    }
    // Stable: of what stands below one item, the item comes first.
    placed.sort_by_key(|(after, _)| *after);
    let mut number = 0;
    for (_, line) in &mut placed {
        if !line.is_left_out() {
            number += 1;
            line.number = number;
        }
    }
    placed.into_iter().map(|(_, line)| line).collect()
}

/// The key of a dropped item among the corrections.
pub fn dropped(line: &str) -> String {
    format!("dropped-{line}")
}

/// The names of added lines, each with the item it stands below.
fn added(corrections: &Corrections) -> impl Iterator<Item = (&str, u32)> {
    corrections.iter().filter_map(|(name, correction)| {
        Some((name.strip_prefix("added-")?, correction.text.parse().unwrap_or(u32::MAX)))
    })
}

/// Adds an empty line below the item of this number in the quote (none: at the end) and gives its name; `None` when
/// there are enough lines.
pub fn add(reading: &Reading, corrections: &mut Corrections, below: Option<u32>) -> Option<String> {
    let lines = lines(reading, corrections);
    if lines.iter().filter(|line| !line.is_left_out()).count() >= MOST_LINES {
        return None;
    }
    let shown = below.and_then(|below| lines.iter().position(|line| line.number == below));
    let until = lines.get(..=shown.unwrap_or(lines.len().saturating_sub(1))).unwrap_or_default();
    let after = until.iter().rev().find(|line| line.source == Source::Read).map_or("0", |line| &*line.name);
    let name =
        (1..).map(|at| format!("n{at}")).find(|name| !corrections.contains_key(&format!("added-{name}")))?;
    let after = super::Correction { text: after.to_owned(), misread: false };
    corrections.insert(format!("added-{name}"), after);
    Some(name)
}

/// Takes an added line away again.
pub fn remove(corrections: &mut Corrections, name: &str) {
    if corrections.remove(&format!("added-{name}")).is_some() {
        corrections.retain(|field, _| !field.starts_with(&format!("line-{name}-")));
    }
}

/// Whether `name` is the name of a line in a form.
pub fn is_name(name: &str) -> bool {
    let digits = name.strip_prefix(['p', 'n']).unwrap_or(name);
    digits.parse::<u32>().is_ok() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the cells of a line that was not read may be, as machines write them: a start for whoever fills them in.
pub fn guess(leftover: &Leftover) -> [String; 6] {
    let mut words: Vec<&str> = leftover.text.split(' ').filter(|word| !matches!(*word, "/" | "R$")).collect();
    let readable = |word: &&&str| numbers::parse_money(word).is_some();
    let amounts = words.iter().rev().take(3).take_while(readable).count();
    let mut amounts = words.split_off(words.len() - amounts).into_iter().rev().map(numbers::parse_money);
    let mut amount = |write: fn(Decimal) -> String| amounts.next().flatten().map(write).unwrap_or_default();
    let (total, price, quantity) =
        (amount(format::plain_amount), amount(format::plain_amount), amount(format::plain_quantity));
    let is_unit = |word: &&&str| word.chars().count() <= 3 && word.chars().all(char::is_alphabetic);
    let unit = words.last().filter(is_unit).map(|unit| (*unit).to_owned());
    words.truncate(words.len() - usize::from(unit.is_some()));
    let is_code = |word: &&&str| word.len() >= 4 && word.chars().any(|letter| letter.is_ascii_digit());
    let code = words.first().filter(is_code).map(|code| (*code).to_owned());
    let description = words[usize::from(code.is_some())..].join(" ");
    [code.unwrap_or_default(), description, unit.unwrap_or_default(), quantity, price, total]
}

/// A guess as a person writes it.
pub fn written_guess(leftover: &Leftover, fields: &[Field; 6], lang: Lang) -> [String; 6] {
    let mut guess = guess(leftover).into_iter();
    fields.each_ref().map(|field| field.written(&guess.next().unwrap_or_default(), lang))
}
