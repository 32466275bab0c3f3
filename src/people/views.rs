//! Views of people.

use askama::Template;
use askama::filters::HtmlSafe;

use super::model::roster::RosterRow;
use super::model::{OneTimePin, PersonRow};
use crate::actor::Role;
use crate::clock::Zone;
use crate::html::{FieldErrors, Layout, Nav, RenderContext};

/// One person: member `person-ID` of the list `#people`. Posts to `/people/{id}/roles` (`roles`, several: `seller`,
/// `picker`, `buyer`, `admin`), `/people/{id}/active` (`active`: `yes` or `no`), `/people/{id}/pin` (nothing).
/// Every form carries `v`.
#[derive(Template)]
#[template(path = "users/_person.html")]
pub struct PersonFragment<'a> {
    pub ctx: RenderContext,
    pub person: &'a PersonRow,
}

impl HtmlSafe for PersonFragment<'_> {}

impl PersonFragment<'_> {
    fn last_seen(&self) -> Option<String> {
        let time = self.ctx.date_time(&self.person.last_seen_at?);
        Some(self.ctx.lang.t_with("people.last_seen", &[("time", &time)]))
    }

    fn sort(&self) -> String {
        format!("{} {}", u8::from(!self.person.active), crate::html::format::folded(&self.person.name))
    }

    fn has(&self, role: &Role) -> bool {
        self.person.roles.contains(role)
    }

    /// Sellers, and people who are gone, may have orders to hand over; and whoever has another job by now.
    fn may_have_orders(&self) -> bool {
        !self.person.active || self.has(&Role::Seller) || self.person.has_open_orders
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
    pub layout: &'a Layout,
    pub people: &'a [PersonRow],
    pub form: &'a NewPersonForm,
    pub errors: &'a FieldErrors,
    pub one_time_pin: Option<&'a OneTimePin>,
    /// `?orders=ID`: whose orders are to be handed over.
    pub hand_over: Option<HandOver<'a>>,
    /// The PIN was not proven recently: the page asks for it first (posts to `/unlock` with `next=/people`).
    pub needs_pin: bool,
    pub number_digits: u8,
}

impl PeoplePage<'_> {
    fn nav(&self) -> Nav {
        Nav::People
    }

    fn row<'r>(&self, person: &'r PersonRow) -> PersonFragment<'r> {
        PersonFragment { ctx: self.layout.ctx, person }
    }
}

/// `/people/roster`. Posts to itself: `people` (the text of a file), `create` (`yes`: it was looked at).
#[derive(Template)]
#[template(path = "users/roster.html")]
pub struct RosterPage<'a> {
    pub layout: &'a Layout,
    pub text: &'a str,
    /// What was read of it.
    pub rows: &'a [RosterRow],
    pub error: Option<&'a str>,
    /// Everybody who was created, with a PIN that is shown once.
    pub made: &'a [OneTimePin],
    /// The PIN is asked for first (posts to `/people/roster/prove`: `pin`, `people`; where nothing was brought, to `/unlock`).
    pub asks_pin: bool,
    pub login_digits: u8,
}

impl RosterPage<'_> {
    fn nav(&self) -> Nav {
        Nav::People
    }

    fn made_count(&self) -> i64 {
        i64::try_from(self.made.len()).unwrap_or(i64::MAX)
    }

    fn row_count(&self) -> i64 {
        i64::try_from(self.rows.len()).unwrap_or(i64::MAX)
    }

    fn has_wrong(&self) -> bool {
        self.rows.iter().any(|row| row.wrong.is_some())
    }

    fn wrong(&self, row: &RosterRow) -> Option<String> {
        Some(row.wrong.as_ref()?.say(self.layout.ctx.lang, Zone::UTC))
    }

    fn roles(&self, row: &RosterRow) -> String {
        let words: Vec<String> =
            row.roles.iter().map(|role| self.layout.ctx.word("role", role.code())).collect();
        words.join(", ")
    }

    /// How a row looks, with as many digits as the company's numbers have.
    fn example(&self) -> String {
        let s = self.layout.ctx;
        let number = &"501234567"[..usize::from(self.login_digits).clamp(1, 9)];
        format!("{number};Ana Lima;{}", s.word("role", Role::Picker.code()))
    }
}
