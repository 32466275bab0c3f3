//! The screen of people.

use askama::Template;
use askama::filters::HtmlSafe;

use super::model::{OneTimePin, PersonRow};
use crate::actor::Role;
use crate::html::{FieldErrors, Layout, Nav, RenderContext};

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
