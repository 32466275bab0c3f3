//! Names, codes and time zones of companies.

use jiff::tz::TimeZone;

use crate::error::{AppError, Result, Sentence};
use crate::ids::{CompanyId, PackagingId};
use crate::people::model::is_name;

#[derive(Clone, Copy, Debug)]
pub struct NewCompany<'a> {
    pub name: &'a str,
    pub code: &'a str,
    pub time_zone: &'a str,
}

/// A company as `separacao company list` prints it.
#[derive(Debug)]
pub struct ListedCompany {
    pub id: CompanyId,
    pub code: String,
    pub name: String,
    pub time_zone: String,
    pub login_digits: u8,
    pub pin_digits: u8,
    pub closed: bool,
    pub people: i64,
}

/// A way of shipping with the packaging it allows.
#[derive(Debug)]
pub struct NewShipping<'a> {
    pub name: &'a str,
    pub position: i16,
    pub makes_urgent: bool,
    /// Minute of the day until which its orders are to leave.
    pub due_minute: Option<i16>,
    pub packaging: &'a [PackagingId],
}

pub fn check_company(new: NewCompany<'_>) -> Result<()> {
    let mut fields: Vec<(String, Sentence)> = Vec::new();
    if !is_name(new.name) {
        fields.push(("company_name".to_owned(), Sentence::new("people.name_wrong")));
    }
    if !is_code(new.code) {
        fields.push(("company_code".to_owned(), Sentence::new("set_up.code_wrong")));
    }
    if TimeZone::get(new.time_zone).is_err() {
        fields.push(("time_zone".to_owned(), Sentence::new("set_up.zone_wrong")));
    }
    match fields.first() {
        None => Ok(()),
        Some((_, sentence)) => Err(AppError::Invalid { sentence: sentence.clone(), fields }),
    }
}

/// As the table has it: 2 to 30 lower-case letters, digits and hyphens.
fn is_code(code: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (2..=30).contains(&code.len())
        && code.bytes().all(|byte| plain(byte) || byte == b'-')
        && code.bytes().next().is_some_and(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_s_code_is_what_an_address_can_hold() {
        for code in ["matriz", "filial-2", "0a"] {
            assert!(is_code(code), "{code}");
        }
        for code in ["a", "-a", "Matriz", "são", "a b", &"x".repeat(31)] {
            assert!(!is_code(code), "{code}");
        }
    }
}
