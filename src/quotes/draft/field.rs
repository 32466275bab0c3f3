//! One cell of a draft: what was read, what was typed, and whether it can be used.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Correction, Corrections};
use crate::html::format;
use crate::html::number::read_number;
use crate::html::text::{length, visible};
use crate::lang::Lang;
use crate::quotes::numbers;

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A quote's number; may be empty.
    Number,
    /// At least one character, at most so many.
    Text(usize),
    /// May be empty.
    Unit,
    Date,
    Quantity,
    /// Of one unit, in reais: up to six decimals.
    Price,
    Money,
}

/// Why a cell's value cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Missing,
    TooLong,
    NotAQuoteNumber,
    NotANumber,
    NotADate,
    Negative,
    /// More decimals than cents, than a price has, or than thousandths of a unit.
    TooFine,
    /// It has letters that the paper gives no meaning.
    Illegible,
    TooLarge,
}

impl Fault {
    /// The last part of the catalogue's key.
    pub fn code(self) -> &'static str {
        match self {
            Fault::Missing => "missing",
            Fault::TooLong => "too_long",
            Fault::NotAQuoteNumber => "not_a_quote_number",
            Fault::NotANumber => "not_a_number",
            Fault::NotADate => "not_a_date",
            Fault::Negative => "negative",
            Fault::TooFine => "too_fine",
            Fault::Illegible => "illegible",
            Fault::TooLarge => "too_large",
        }
    }
}

/// A cell of the paper; `read` and `value` as machines write them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub kind: Kind,
    pub read: String,
    pub value: String,
    pub fault: Option<Fault>,
}

impl Field {
    pub(super) fn new(name: &str, kind: Kind, read: String, corrections: &Corrections) -> Self {
        let correction = corrections.get(name);
        let value = correction.map_or_else(|| read.clone(), |correction| correction.text.clone());
        let fault = match correction {
            Some(correction) if correction.misread => Some(kind.misread()),
            _ => kind.fault(&value),
        };
        Self { name: name.to_owned(), kind, read, value, fault }
    }

    pub(super) fn decimal(&self) -> Decimal {
        self.value.parse().ok().filter(|_| self.fault.is_none()).unwrap_or_default()
    }

    /// Text as machines write it, written for a person.
    pub fn written(&self, text: &str, lang: Lang) -> String {
        let written = match self.kind {
            Kind::Quantity => text.parse().ok().map(|value| format::quantity(lang, value)),
            Kind::Price | Kind::Money => text.parse().ok().map(|value| format::amount(lang, value)),
            Kind::Date => text.parse().ok().map(crate::html::format::date),
            Kind::Number | Kind::Text(_) | Kind::Unit => None,
        };
        // What was typed and not understood is shown as it was typed.
        let misread = matches!(self.fault, Some(Fault::NotANumber | Fault::NotADate)) && text == self.value;
        written.filter(|_| !misread).unwrap_or_else(|| text.to_owned())
    }
}

/// Decimals of a unit price: those of numeric(18, 6).
pub(super) const PRICE_DECIMALS: u32 = 6;
/// The most whole units that numeric(12, 3) holds.
const MOST_QUANTITY: Decimal = Decimal::from_parts(999_999_999, 0, 0, false, 0);
/// In reais; far above any quote, far below what cents in 64 bits hold.
pub(super) const MOST_MONEY: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

impl Kind {
    /// What a person typed, in the notation of the person's language.
    pub fn read(self, typed: &str, lang: Lang) -> Correction {
        let typed = tidy(typed);
        let understood = match self {
            Kind::Number | Kind::Text(_) | Kind::Unit => Some(typed.clone()),
            Kind::Date => parse_date(&typed).map(|date| date.to_string()),
            Kind::Quantity => parse_number(&typed, lang).map(format::plain_quantity),
            Kind::Price | Kind::Money => parse_number(&typed, lang).map(format::plain_amount),
        };
        let emptied = typed.is_empty();
        match understood {
            Some(text) => Correction { text, misread: false },
            None => Correction { text: typed, misread: !emptied },
        }
    }

    fn misread(self) -> Fault {
        if self == Kind::Date { Fault::NotADate } else { Fault::NotANumber }
    }

    fn fault(self, value: &str) -> Option<Fault> {
        let (min, max) = match self {
            Kind::Number => (0, 10),
            Kind::Unit => (0, 12),
            Kind::Text(max) => (1, max),
            Kind::Date | Kind::Quantity | Kind::Price | Kind::Money => (1, 40),
        };
        let length = length(value);
        if length < min || (min > 0 && !visible(value)) {
            return Some(Fault::Missing);
        }
        if length > max {
            return Some(Fault::TooLong);
        }
        if value.contains(char::REPLACEMENT_CHARACTER) {
            return Some(Fault::Illegible);
        }
        match self {
            Kind::Number if !value.bytes().all(|byte| byte.is_ascii_digit()) => Some(Fault::NotAQuoteNumber),
            // What is before the year 1 is no date to Postgres.
            Kind::Date => {
                let date = value.parse().ok().filter(|date: &Date| date.year() >= 1);
                date.is_none().then_some(Fault::NotADate)
            }
            Kind::Quantity => decimal_fault(value, 3, MOST_QUANTITY),
            Kind::Price => decimal_fault(value, PRICE_DECIMALS, MOST_MONEY),
            Kind::Money => decimal_fault(value, 2, MOST_MONEY),
            Kind::Number | Kind::Text(_) | Kind::Unit => None,
        }
    }
}

fn decimal_fault(value: &str, places: u32, most: Decimal) -> Option<Fault> {
    let Ok(value) = value.parse::<Decimal>() else { return Some(Fault::NotANumber) };
    match value {
        value if value < Decimal::ZERO => Some(Fault::Negative),
        value if value > most => Some(Fault::TooLarge),
        value => (value.normalize().scale() > places).then_some(Fault::TooFine),
    }
}

/// Reads a number, also with the signs that money has on paper.
fn parse_number(typed: &str, lang: Lang) -> Option<Decimal> {
    numbers::parse_signed(typed, |amount| read_number(amount, lang).ok())
}

/// Reads 22/10/2025, 22/10/25 or an ISO date.
fn parse_date(typed: &str) -> Option<Date> {
    if let Ok(date) = typed.parse() {
        return Some(date);
    }
    let mut parts = typed.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let year: i16 = match year.len() {
        2 => 2000 + year.parse::<i16>().ok()?,
        4 => year.parse().ok()?,
        _ => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// One line of text without anything invisible: Postgres keeps no NUL, and nobody can check what nobody sees.
pub fn tidy(text: &str) -> String {
    let visible: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}
