//! What a company is called, where it is, and the rules of its sign-in.

use jiff::tz::TimeZone;

use crate::error::{AppError, Result, Sentence};
use crate::people::model::is_name;

/// What an administrator sets of the company's own row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    pub name: String,
    /// IANA name.
    pub time_zone: String,
    /// The customer code that stands for "whoever comes to the counter".
    pub counter_customer_code: String,
    /// Digits of a new person's number.
    pub login_digits: i16,
    /// The fewest digits of a PIN.
    pub pin_digits: i16,
    /// Minutes without a touch after which a shared device asks for the PIN again.
    pub shared_idle_minutes: i16,
}

/// The longest customer code of any paper.
const LONGEST_CODE: usize = 20;

impl Company {
    /// Every field that is wrong, each with its sentence.
    pub fn check(&self) -> Result<()> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-./".contains(c);
        let code = self.counter_customer_code.as_str();
        let right = [
            ("name", is_name(&self.name), "people.name_wrong"),
            ("time_zone", TimeZone::get(&self.time_zone).is_ok(), "set_up.zone_wrong"),
            (
                "counter",
                (1..=LONGEST_CODE).contains(&code.len()) && code.chars().all(plain),
                "settings.company.code_wrong",
            ),
            ("login_digits", (2..=6).contains(&self.login_digits), "settings.company.login_wrong"),
            ("pin_digits", (4..=10).contains(&self.pin_digits), "settings.company.pin_wrong"),
            ("idle", (1..=60).contains(&self.shared_idle_minutes), "settings.company.idle_wrong"),
        ];
        let wrong = right.into_iter().filter(|(_, right, _)| !right);
        let fields: Vec<_> = wrong.map(|(field, _, key)| (field.to_owned(), Sentence::new(key))).collect();
        match fields.first() {
            None => Ok(()),
            Some((_, sentence)) => Err(AppError::Invalid { sentence: sentence.clone(), fields }),
        }
    }
}

/// Parses a whole number; anything else becomes a number that is refused.
pub fn typed_number(typed: &str) -> i16 {
    typed.trim().parse().unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company() -> Company {
        Company {
            name: "Alfa".to_owned(),
            time_zone: "America/Sao_Paulo".to_owned(),
            counter_customer_code: "000001".to_owned(),
            login_digits: 4,
            pin_digits: 6,
            shared_idle_minutes: 5,
        }
    }

    #[test]
    fn each_wrong_field_has_its_sentence() {
        assert!(company().check().is_ok());
        let wrong = Company {
            name: " ".to_owned(),
            time_zone: "America/Campinas".to_owned(),
            counter_customer_code: String::new(),
            login_digits: 7,
            pin_digits: 3,
            shared_idle_minutes: typed_number("cinco"),
        };
        let Err(AppError::Invalid { fields, .. }) = wrong.check() else { panic!() };
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["name", "time_zone", "counter", "login_digits", "pin_digits", "idle"]);
    }
}
