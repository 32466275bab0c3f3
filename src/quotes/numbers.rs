//! Numbers as they are printed in Brazil: a comma before the decimals, a point between thousands, or none.

use rust_decimal::Decimal;

/// More digits than any real quote has, and few enough that a product of two numbers cannot overflow a `Decimal`.
const MOST_WHOLE_DIGITS: usize = 12;
const MOST_DECIMALS: usize = 6;

/// The signs that are printed for a minus.
const MINUS: [char; 3] = ['-', '\u{2212}', '\u{2013}'];

/// Reads "1050,00", "1.707,00", "05", "1.000" (a thousand) or "1,500" (one and a half), also with a sign.
/// A point is always a thousands mark and must stand before groups of three; anything else is `None`.
pub fn parse(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix(MINUS) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let (whole, decimals) = text.split_once(',').map_or((text, ""), |(whole, decimals)| (whole, decimals));
    if text.ends_with(',') || decimals.len() > MOST_DECIMALS || !all_digits(decimals) {
        return None;
    }
    let whole = without_thousands_marks(whole)?;
    let mut digits = whole;
    let scale = u32::try_from(decimals.len()).ok()?;
    digits.push_str(decimals);
    let mut value = Decimal::try_from_i128_with_scale(digits.parse::<i128>().ok()?, scale).ok()?;
    value.set_sign_negative(negative && !value.is_zero());
    Some(value)
}

/// Reads an amount of money, with or without "R$"; negative with a minus before or behind it, or in brackets.
pub fn parse_money(text: &str) -> Option<Decimal> {
    parse_signed(text, |amount| parse(amount).filter(|value| !value.is_sign_negative()))
}

/// Reads the signs of an amount of money; `read` reads what stands between them.
pub fn parse_signed(text: &str, read: impl Fn(&str) -> Option<Decimal>) -> Option<Decimal> {
    let text = without_currency(text.trim());
    let bracketed = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    match bracketed.or_else(|| text.strip_prefix(MINUS)).or_else(|| text.strip_suffix(MINUS)) {
        Some(amount) => read(without_currency(amount.trim())).map(|value| -value),
        None => read(text),
    }
}

pub fn without_currency(text: &str) -> &str {
    let text = text.trim_start();
    text.strip_prefix("R$").map_or(text, str::trim_start)
}

fn without_thousands_marks(whole: &str) -> Option<String> {
    let mut groups = whole.split('.');
    let first = groups.next().filter(|group| !group.is_empty() && all_digits(group))?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !all_digits(group) || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    (digits.len() <= MOST_WHOLE_DIGITS).then_some(digits)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
