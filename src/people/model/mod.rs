//! People, as administrators see and create them.

pub(crate) mod roster;

use jiff::Timestamp;

use crate::actor::Role;
use crate::error::{AppError, Result, Sentence};
use crate::html::text::{length, visible};
use crate::ids::PersonId;

/// A person in the list of people.
#[derive(Clone, Debug)]
pub struct PersonRow {
    pub id: PersonId,
    pub number: String,
    pub name: String,
    pub roles: Vec<Role>,
    pub active: bool,
    pub pin_must_change: bool,
    /// When a device of this person was used last, as far as is known; devices are forgotten with a new PIN.
    pub last_seen_at: Option<Timestamp>,
    /// The only active administrator: cannot be deactivated or lose the role.
    pub last_admin: bool,
    /// Forgotten: neither name nor number are theirs.
    pub anonymised: bool,
    /// The seller of open orders, whatever the roles are by now.
    pub has_open_orders: bool,
}

/// A person about to be written.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub id: PersonId,
    pub number: String,
    pub name: String,
    pub roles: Vec<Role>,
    pub pin_hash: String,
    /// Whether somebody else knows the PIN.
    pub pin_must_change: bool,
    /// None: made by a command line or the set-up page.
    pub created_by: Option<PersonId>,
}

/// A PIN that is shown once, right after it was made.
#[derive(Clone, Debug)]
pub struct OneTimePin {
    pub name: String,
    pub number: String,
    pub pin: String,
}

/// What an administrator types for a new person, checked. The sentences stand beside their fields.
pub fn check_new_person(name: &str, number: &str, roles: &[Role], login_digits: u8) -> Result<()> {
    let mut fields: Vec<(String, Sentence)> = Vec::new();
    if !is_name(name) {
        fields.push(("name".to_owned(), Sentence::new("people.name_wrong")));
    }
    if number.len() != usize::from(login_digits) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        let sentence = Sentence::new("people.number_wrong").text("digits", login_digits.to_string());
        fields.push(("number".to_owned(), sentence));
    }
    if roles.is_empty() {
        fields.push(("roles".to_owned(), Sentence::new("people.role_required")));
    }
    match fields.first() {
        None => Ok(()),
        Some((_, sentence)) => Err(AppError::Invalid { sentence: sentence.clone(), fields }),
    }
}

/// Whether a text may be a person's name: 1 to 80 visible characters, without control characters.
pub fn is_name(name: &str) -> bool {
    is_label(name, 80)
}

/// Whether a text may be a name of at most `longest` characters.
pub fn is_label(name: &str, longest: usize) -> bool {
    let hidden = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    (1..=longest).contains(&length(name)) && visible(name) && name.trim() == name && !name.contains(hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_is_wrong_is_named() {
        assert!(check_new_person("Ana Souza", "1042", &[Role::Picker], 4).is_ok());
        let Err(AppError::Invalid { fields, .. }) = check_new_person("", "10a2", &[], 4) else { panic!() };
        let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["name", "number", "roles"]);
    }

    #[test]
    fn names_hold_no_control_characters_and_are_not_endless() {
        assert!(is_name("José da Conceição"));
        for name in ["", " Ana", "A\nB", "Ana\u{202e}", &"x".repeat(81)] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
