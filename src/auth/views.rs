//! Views of sign-in, PIN and shared devices.

use askama::Template;

use super::model::Present;
use crate::html::{FieldErrors, Layout, Nav};
use crate::ids::PersonId;

/// Which company a sign-in is for.
#[derive(Clone, Debug)]
pub enum SignInCompany {
    /// The only one, or the one of `/e/CODE`.
    Known { code: String, name: String },
    /// There are several: the code is typed, and shown again after a mistake.
    Ask { typed: String },
}

/// `/`, signed out, and `/e/{code}`. Posts to `/sign-in`: `company` (code), `number`, `pin`, `next` (a local path).
#[derive(Template)]
#[template(path = "users/sign_in.html")]
pub struct SignInPage<'a> {
    pub layout: &'a Layout,
    pub company: SignInCompany,
    /// As typed before; the PIN is never printed back.
    pub number: &'a str,
    /// The focus moves to the PIN after so many digits.
    pub number_digits: u8,
    /// The PIN enters by itself after so many digits.
    pub enters_after: Option<u8>,
    /// What was wrong, as a sentence; the same for an unknown number and a wrong PIN.
    pub error: Option<&'a str>,
    pub next: &'a str,
    /// The device is shared and was unlocked recently: today's people are one tap away.
    pub names_people: bool,
}

impl SignInPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Elsewhere
    }
}

/// Whom the page of a shared device asks for.
#[derive(Clone, Copy, Debug)]
pub enum SwitchAsk<'a> {
    /// One of the people.
    Who,
    /// The PIN of this one.
    Pin(&'a Present),
    /// Login number, of so many digits, and PIN.
    Number(u8),
}

/// `/switch`, on a shared device: who uses it now. Its forms post to `/unlock`: `person` or `number`, `pin`, `next`.
#[derive(Template)]
#[template(path = "users/switch.html")]
pub struct SwitchPage<'a> {
    pub layout: &'a Layout,
    pub people: &'a [Present],
    pub ask: SwitchAsk<'a>,
    /// Who acts on the device at this moment.
    pub acting: Option<PersonId>,
    /// The device was idle, and a command was not done.
    pub idle: bool,
    /// The page to go back to.
    pub next: &'a str,
    pub pin_digits: u8,
    pub error: Option<&'a str>,
}

impl SwitchPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Switch
    }

    /// The same page one step on, which still knows where to go back to.
    fn link(&self, name: &str, value: &str) -> String {
        let pairs = [(name, value), ("next", self.next)];
        let pairs: Vec<_> = pairs.into_iter().filter(|(name, _)| !name.is_empty()).collect();
        format!("/switch?{}", serde_html_form::to_string(pairs).unwrap_or_default())
    }

    fn is_acting(&self, person: &Present) -> bool {
        self.acting == Some(person.id)
    }

    fn initials(&self, person: &Present) -> String {
        crate::html::layout::initials(&person.name)
    }

    fn roles(&self, person: &Present) -> String {
        let words: Vec<_> =
            person.roles.iter().map(|role| self.layout.ctx.word("role", role.code())).collect();
        words.join(", ")
    }
}

/// `/pin`. Posts to `/pin`: `current_pin`, `pin`, `pin_again`.
#[derive(Template)]
#[template(path = "users/change_pin.html")]
pub struct ChangePinPage<'a> {
    pub layout: &'a Layout,
    /// The PIN was given by somebody else and must be replaced before anything else.
    pub must_change: bool,
    pub pin_digits: u8,
    pub errors: &'a FieldErrors,
}

impl ChangePinPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Elsewhere
    }
}
