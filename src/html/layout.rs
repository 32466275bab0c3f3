//! The layout of every page: header, navigation, person, live line and the script's words.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use super::render_context::RenderContext;
use crate::actor::Actor;
use crate::ids::PersonId;
use crate::lang::Lang;
use crate::screen::Screen;
use crate::theme::Theme;

/// The entries of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nav {
    /// A page that is none of them (sign-in, PIN, errors).
    Elsewhere,
    Board,
    /// One order: on a phone the navigation gives way to the finish bar.
    Order,
    Quotes,
    History,
    Purchasing,
    Reports,
    Needs,
    People,
    Settings,
    Walls,
    Audit,
    /// Who uses a shared device: what is elsewhere a sheet is the page itself.
    Switch,
}

impl Nav {
    /// Whether the page is one of a desk, with styles and script of its own besides those of the aisles.
    pub fn is_desk(self) -> bool {
        !matches!(self, Nav::Elsewhere | Nav::Board | Nav::Order | Nav::Switch)
    }
}

/// A device that several people use in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedDevice {
    /// Seconds without a touch after which commands ask for the PIN.
    pub idle_seconds: i64,
    /// Whether the device is idle now.
    pub is_idle: bool,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub id: PersonId,
    pub name: String,
    /// Codes of the roles: `seller`, `picker`, `buyer`, `admin`.
    pub roles: Vec<&'static str>,
}

impl From<&Actor> for SignedIn {
    fn from(actor: &Actor) -> Self {
        let roles = actor.roles.iter().map(|role| role.code()).collect();
        Self { id: actor.person_id, name: actor.name.clone(), roles }
    }
}

impl SignedIn {
    /// Up to two initials, for the menu button on a phone.
    pub fn initials(&self) -> String {
        initials(&self.name)
    }

    /// The first name.
    pub fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or(&self.name)
    }

    pub fn role_words(&self, lang: &Lang) -> String {
        let words: Vec<_> =
            self.roles.iter().map(|role| lang.t(&format!("role.{role}")).into_owned()).collect();
        words.join(", ")
    }
}

/// Up to two initials of a name.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next().into_iter();
    first.chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// Everything `templates/base.html` prints around a page.
#[derive(Clone, Debug)]
pub struct Layout {
    pub ctx: RenderContext,
    pub theme: Theme,
    /// None where no company is known yet.
    pub company: Option<String>,
    /// None: signed out. Then there is no navigation, no live line and no PIN sheet.
    pub person: Option<SignedIn>,
    /// Permissions that hold on this page (`Actor::can_codes`, and on an order those for own orders), for `data-can`.
    pub can: String,
    /// What the socket subscribes to; None on pages that are not live.
    pub screen: Option<Screen>,
    /// It shows data, and cannot be fetched again: it says of when they are.
    pub of_a_moment: bool,
    /// `epoch.n.tag` of the transaction that rendered the page.
    pub cursor: Option<String>,
    /// Drafts to check, for the badge in the navigation; 0 shows none.
    pub drafts: i64,
    /// Digits of a PIN, for the PIN sheet.
    pub pin_digits: u8,
    /// None: one person's own device.
    pub shared: Option<SharedDevice>,
}

/// A page whose inside was drawn already.
#[derive(Template)]
#[template(path = "framed.html")]
pub struct FramedPage<'a> {
    pub layout: &'a Layout,
    pub title: &'a str,
    /// The class of `<main>`.
    pub kind: &'static str,
    pub nav: Nav,
    pub body: Drawn<'a>,
}

impl FramedPage<'_> {
    fn nav(&self) -> Nav {
        self.nav
    }
}

/// HTML that a template of ours has drawn: printed as it is.
#[derive(Clone, Copy, Debug)]
pub struct Drawn<'a>(pub &'a str);

impl HtmlSafe for Drawn<'_> {}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Layout {
    /// A page without a person: sign-in, set-up, errors before a session.
    pub fn signed_out(ctx: RenderContext, company: Option<String>) -> Self {
        Self {
            ctx,
            theme: Theme::default(),
            company,
            person: None,
            can: String::new(),
            screen: None,
            of_a_moment: false,
            cursor: None,
            drafts: 0,
            pin_digits: 6,
            shared: None,
        }
    }

    /// Whether this person is signed in.
    pub fn is(&self, person: impl std::borrow::Borrow<PersonId>) -> bool {
        self.person.as_ref().is_some_and(|signed_in| signed_in.id == *person.borrow())
    }

    /// Other languages to switch to.
    pub fn other_languages(&self) -> impl Iterator<Item = Lang> + use<> {
        let current = self.ctx.lang;
        Lang::ALL.into_iter().filter(move |lang| *lang != current)
    }
}
