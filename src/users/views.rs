//! Sign-in, set-up, PIN and people: what their pages show.

use askama::Template;
use askama::filters::HtmlSafe;

use super::model::{Actor, Role};
use super::shared::Present;
use crate::html::{FieldErrors, Layout, Nav, RenderContext, SignedIn};
use crate::ids::PersonId;

impl From<&Actor> for SignedIn {
    fn from(actor: &Actor) -> Self {
        let roles = actor.roles.iter().map(|role| role.code()).collect();
        Self { id: actor.person_id, name: actor.name.clone(), roles }
    }
}

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
    pub chrome: &'a Layout,
    pub company: SignInCompany,
    /// As typed before; the PIN is never printed back.
    pub number: &'a str,
    /// The focus moves to the PIN after so many digits.
    pub number_digits: u8,
    /// What was wrong, as a sentence; the same for an unknown number and a wrong PIN.
    pub error: Option<&'a str>,
    pub next: &'a str,
    /// The device is shared and was unlocked lately: today's people are one tap away.
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
    pub chrome: &'a Layout,
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
            person.roles.iter().map(|role| self.chrome.scene.word("role", role.code())).collect();
        words.join(", ")
    }
}

/// `/set-up`, once, with the token that the server printed. Posts to `/set-up`: `token`, `company_name`,
/// `company_code`, `time_zone` (these three only where no company exists), `name`, `number`, `pin`, `pin_again`.
#[derive(Template)]
#[template(path = "users/set_up.html")]
pub struct SetUpPage<'a> {
    pub chrome: &'a Layout,
    pub token: &'a str,
    /// The name of the company that exists already; None: it is created here.
    pub existing: Option<&'a str>,
    pub company_name: &'a str,
    pub company_code: &'a str,
    pub time_zone: &'a str,
    pub name: &'a str,
    pub number: &'a str,
    pub errors: &'a FieldErrors,
}

impl SetUpPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Elsewhere
    }
}

/// `/pin`. Posts to `/pin`: `current_pin`, `pin`, `pin_again`.
#[derive(Template)]
#[template(path = "users/change_pin.html")]
pub struct ChangePinPage<'a> {
    pub chrome: &'a Layout,
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

/// A person in the list of people.
#[derive(Clone, Debug)]
pub struct PersonRow {
    pub id: PersonId,
    pub number: String,
    pub name: String,
    pub roles: Vec<Role>,
    pub active: bool,
    pub pin_must_change: bool,
    /// The only active administrator: cannot be deactivated or lose the role.
    pub last_admin: bool,
}

/// One person: member `person-ID` of the list `#people`. Posts to `/people/{id}/roles` (`roles`, several: `seller`,
/// `picker`, `buyer`, `admin`), `/people/{id}/active` (`active`: `yes` or `no`), `/people/{id}/pin` (nothing).
/// Every form carries `v`.
#[derive(Template)]
#[template(path = "users/_person.html")]
pub struct PersonFragment<'a> {
    pub scene: RenderContext,
    pub person: &'a PersonRow,
}

impl HtmlSafe for PersonFragment<'_> {}

impl PersonFragment<'_> {
    fn sort(&self) -> String {
        format!("{} {}", u8::from(!self.person.active), crate::html::format::folded(&self.person.name))
    }

    fn has(&self, role: &Role) -> bool {
        self.person.roles.contains(role)
    }

    /// Whoever sells, or is gone, may have orders that somebody else is to go on with.
    fn may_have_orders(&self) -> bool {
        !self.person.active || self.has(&Role::Seller)
    }
}

/// The orders of one person, about to be another seller's. Posts to `/people/{id}/orders`: `seller` (an id), `v`.
pub struct HandOver<'a> {
    pub person: &'a PersonRow,
    pub open_orders: i64,
    /// Active sellers who may get them.
    pub sellers: Vec<&'a PersonRow>,
}

impl<'a> HandOver<'a> {
    pub fn new(person: &'a PersonRow, open_orders: i64, people: &'a [PersonRow]) -> Self {
        let sells =
            |other: &&PersonRow| other.active && other.roles.contains(&Role::Seller) && other.id != person.id;
        Self { person, open_orders, sellers: people.iter().filter(sells).collect() }
    }
}

/// A PIN that is shown once, right after it was made.
#[derive(Clone, Debug)]
pub struct OneTimePin {
    pub name: String,
    pub number: String,
    pub pin: String,
}

/// What was typed for a new person.
#[derive(Clone, Debug, Default)]
pub struct NewPersonForm {
    pub name: String,
    pub number: String,
    pub roles: Vec<Role>,
}

/// `/people`. Posts to `/people`: `name`, `number`, `roles` (several), `v`.
#[derive(Template)]
#[template(path = "users/people.html")]
pub struct PeoplePage<'a> {
    pub chrome: &'a Layout,
    pub people: &'a [PersonRow],
    pub form: &'a NewPersonForm,
    pub errors: &'a FieldErrors,
    pub one_time_pin: Option<&'a OneTimePin>,
    /// `?orders=ID`: whose orders are to be handed over.
    pub hand_over: Option<HandOver<'a>>,
    /// The PIN was not proven lately: the page asks for it first (posts to `/unlock` with `next=/people`).
    pub needs_pin: bool,
    pub number_digits: u8,
}

impl PeoplePage<'_> {
    fn nav(&self) -> Nav {
        Nav::People
    }

    fn row<'r>(&self, person: &'r PersonRow) -> PersonFragment<'r> {
        PersonFragment { scene: self.chrome.scene, person }
    }
}

/// Any refusal that is a whole page: 403, 404, 409, 422, 429, 503, 507 and 500.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    pub chrome: &'a Layout,
    pub status: u16,
    /// The sentence for a person; None: the usual one of the status.
    pub sentence: Option<&'a str>,
    /// Where "back" leads.
    pub back: &'a str,
}

impl ErrorPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Elsewhere
    }

    /// The key of the status in the catalogue: `error.404.title`, `error.404.help`.
    fn word(&self, part: &str) -> String {
        let code = match self.status {
            400 | 422 => "422",
            401 | 403 => "403",
            404 | 405 | 410 => "404",
            409 => "409",
            413 => "413",
            429 => "429",
            502..=504 => "503",
            507 => "507",
            _ => "500",
        };
        self.chrome.scene.lang.t(&format!("error.{code}.{part}")).into_owned()
    }
}
