//! Who acts: roles, permissions and the one table that joins them, and the company a person works for.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::clock::Zone;
use crate::ids::{CompanyId, PersonId, SessionId, WallId};
use crate::lang::Lang;
use crate::theme::Theme;

/// What a person is in the company; a person has one or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Seller,
    Picker,
    Buyer,
    Admin,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Seller, Role::Picker, Role::Buyer, Role::Admin];

    /// The word in the database, in forms and in catalogue keys (`role.seller`).
    pub fn code(self) -> &'static str {
        match self {
            Role::Seller => "seller",
            Role::Picker => "picker",
            Role::Buyer => "buyer",
            Role::Admin => "admin",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// Something a person may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// See board, orders, history, team metrics.
    View,
    ImportQuote,
    AddNote,
    /// Change notes, shipping, packaging, urgent.
    ChangeOrder,
    /// Pick, unpick, partial pick.
    Pick,
    /// Substitute, mark short, request or withdraw purchase.
    ResolveItem,
    /// Agree a replacement, answer a shortage.
    Answer,
    /// Mark ordered, not found.
    Buy,
    /// Mark received; see what is bought.
    Receive,
    /// Settle what was bought and is no longer needed.
    SettlePurchase,
    Finish,
    /// Say that a finished order left.
    MarkLeft,
    /// Tick off what was entered into the ERP.
    Adjust,
    Reopen,
    Cancel,
    /// See figures of other people by name.
    NamedFigures,
    /// Get the history and figures as files.
    Export,
    /// People, settings, audit.
    Administer,
}

/// How far a permission reaches. Ordered: the widest of a person's roles counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grant {
    No,
    /// Orders that the person finished, for 30 minutes.
    FinishedByOneself,
    /// Orders that the person sells or imported.
    Own,
    Yes,
}

impl Grant {
    pub const ALL: [Grant; 4] = [Grant::No, Grant::FinishedByOneself, Grant::Own, Grant::Yes];

    /// The word in the database, in forms and in catalogue keys (`grant.own`).
    pub fn code(self) -> &'static str {
        match self {
            Grant::No => "no",
            Grant::FinishedByOneself => "finished",
            Grant::Own => "own",
            Grant::Yes => "yes",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Grant::ALL.into_iter().find(|grant| grant.code() == code)
    }
}

/// How long a picker may reopen an order that he or she finished, in minutes.
pub const REOPEN_OWN_FINISH_MINUTES: i64 = 30;

impl Permission {
    pub const ALL: [Permission; 18] = [
        Permission::View,
        Permission::ImportQuote,
        Permission::AddNote,
        Permission::ChangeOrder,
        Permission::Pick,
        Permission::ResolveItem,
        Permission::Answer,
        Permission::Buy,
        Permission::Receive,
        Permission::SettlePurchase,
        Permission::Finish,
        Permission::MarkLeft,
        Permission::Adjust,
        Permission::Reopen,
        Permission::Cancel,
        Permission::NamedFigures,
        Permission::Export,
        Permission::Administer,
    ];

    /// The word in `data-can` and `data-need`.
    pub fn code(self) -> &'static str {
        match self {
            Permission::View => "view",
            Permission::ImportQuote => "import",
            Permission::AddNote => "note",
            Permission::ChangeOrder => "change",
            Permission::Pick => "pick",
            Permission::ResolveItem => "resolve",
            Permission::Answer => "answer",
            Permission::Buy => "buy",
            Permission::Receive => "receive",
            Permission::SettlePurchase => "settle",
            Permission::Finish => "finish",
            Permission::MarkLeft => "left",
            Permission::Adjust => "adjust",
            Permission::Reopen => "reopen",
            Permission::Cancel => "cancel",
            Permission::NamedFigures => "figures",
            Permission::Export => "export",
            Permission::Administer => "administer",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Permission::ALL.into_iter().find(|permission| permission.code() == code)
    }

    /// The table of permissions (product rules, section 1). The only definition. A company may set some of it
    /// otherwise: see [`Overrides`].
    pub fn grant(self, role: Role) -> Grant {
        use Permission::{
            AddNote, Adjust, Administer, Answer, Buy, Cancel, ChangeOrder, Export, Finish, ImportQuote,
            MarkLeft, NamedFigures, Pick, Receive, Reopen, ResolveItem, SettlePurchase, View,
        };
        match (self, role) {
            (_, Role::Admin) | (View | AddNote | Pick | ResolveItem | Finish, _) => Grant::Yes,
            (ImportQuote, Role::Seller) | (Answer | Export, Role::Seller | Role::Buyer) => Grant::Yes,
            (Buy | Receive | SettlePurchase, Role::Buyer) | (Receive | MarkLeft, Role::Picker) => Grant::Yes,
            (ChangeOrder | MarkLeft | Adjust | Reopen | Cancel, Role::Seller) => Grant::Own,
            (Reopen, Role::Picker) => Grant::FinishedByOneself,
            (ImportQuote | Answer | ChangeOrder | MarkLeft | Adjust | Reopen | Cancel | Administer, _)
            | (Buy | Receive | SettlePurchase | NamedFigures | Export, _) => Grant::No,
        }
    }
}

/// Where a company's roles may do more or less than the table says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overrides(Vec<(Permission, Role, Grant)>);

impl Overrides {
    /// "permission role grant", each. Unknown codes, and cells that may not be set, are ignored.
    pub fn from_stored(stored: &[String]) -> Self {
        let read = |text: &String| {
            let mut words = text.split(' ');
            let permission = Permission::from_code(words.next()?)?;
            let role = Role::from_code(words.next()?)?;
            let grant = Grant::from_code(words.next()?)?;
            permission.choices().contains(&grant).then_some((permission, role, grant))
        };
        Self(stored.iter().filter_map(read).collect())
    }

    /// What a role of this company may do.
    pub fn grant(&self, permission: Permission, role: Role) -> Grant {
        let set = self.0.iter().find(|(set, of, _)| (*set, *of) == (permission, role));
        set.map_or_else(|| permission.grant(role), |(_, _, grant)| *grant)
    }

    /// What each of these roles gives.
    pub fn grants<'a>(
        &'a self,
        permission: Permission,
        roles: &'a [Role],
    ) -> impl Iterator<Item = Grant> + 'a {
        roles.iter().map(move |role| self.grant(permission, *role))
    }

    /// The widest grant that these roles give.
    pub fn widest(&self, permission: Permission, roles: &[Role]) -> Grant {
        self.grants(permission, roles).max().unwrap_or(Grant::No)
    }
}

impl Permission {
    /// What a company may set it to, from the least on; empty for permissions that are fixed. Without View a person can
    /// do nothing, and Administer follows the role. "Own" is offered where the table defines it.
    pub fn choices(self) -> Vec<Grant> {
        if matches!(self, Permission::View | Permission::Administer) {
            return Vec::new();
        }
        let known = |grant: &Grant| Role::ALL.iter().any(|role| self.grant(*role) == *grant);
        let always = |grant: &Grant| matches!(grant, Grant::No | Grant::Yes);
        Grant::ALL.into_iter().filter(|grant| always(grant) || known(grant)).collect()
    }
}

/// The company a person works for, as far as every page needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanySettings {
    pub code: String,
    pub name: String,
    /// IANA name, checked when it was stored.
    pub time_zone: String,
    /// Minutes of the local day at which the working day begins and ends.
    pub workday_starts_minute: i16,
    pub workday_ends_minute: i16,
    /// Digits of a login number and of a PIN, by the company's rule.
    pub login_digits: u8,
    pub pin_digits: u8,
    /// Minutes without a touch after which a shared device asks for the PIN again.
    pub shared_idle_minutes: i16,
    /// Its other settings, the JSON of `company_settings`.
    #[serde(default)]
    pub settings: String,
}

impl CompanySettings {
    /// UTC if this build does not know the stored name.
    pub fn zone(&self) -> Zone {
        Zone::named(&self.time_zone)
    }
}

/// The wall behind a request: it sees the board of its company, without a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wall {
    pub id: WallId,
    pub name: String,
    pub company_id: CompanyId,
    pub company: CompanySettings,
}

/// The session a request came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionFacts {
    pub id: SessionId,
    pub created_at: Timestamp,
    /// When the PIN was last proven.
    pub proven_at: Timestamp,
    /// Whether it was begun on a device that several people use.
    pub shared: bool,
    /// When a person last touched the device; kept for shared devices only.
    pub touched_at: Timestamp,
    /// The person's roles have changed since the session got its key.
    pub renew: bool,
}

/// How long a session lasts without use.
pub const SESSION_IDLE: SignedDuration = SignedDuration::from_hours(8);
/// How long a session lasts in all.
pub const SESSION_ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// People, permissions and exports of everything ask for a PIN proven within this time.
pub const PROOF_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// Whether a session that began and was used at these moments still holds.
pub fn session_holds(created_at: Timestamp, last_seen_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(last_seen_at) < SESSION_IDLE && now.duration_since(created_at) < SESSION_ABSOLUTE
}

/// A name without case, accents and spaces: what a seller's name on a quote is matched with.
pub fn folded_name(name: &str) -> String {
    let letters = name.nfd().filter(|letter| !is_combining_mark(*letter) && !letter.is_whitespace());
    letters.flat_map(char::to_lowercase).collect()
}

/// The person behind a request, as the session and the people table have it at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub company_id: CompanyId,
    pub person_id: PersonId,
    /// The login number.
    pub number: String,
    pub name: String,
    pub roles: Vec<Role>,
    /// What the company's roles may do otherwise than the table says.
    pub overrides: Overrides,
    /// Chosen by the person; without a choice the browser's language counts.
    pub language: Option<Lang>,
    pub theme: Theme,
    pub pin_must_change: bool,
    pub company: CompanySettings,
    pub session: SessionFacts,
}

impl Actor {
    /// The widest grant that this person's roles give.
    pub fn grant(&self, permission: Permission) -> Grant {
        self.overrides.widest(permission, &self.roles)
    }

    /// Whether the permission holds for every order.
    pub fn can(&self, permission: Permission) -> bool {
        self.grant(permission) == Grant::Yes
    }

    /// Codes of the permissions that hold everywhere, for `data-can`.
    pub fn can_codes(&self) -> String {
        let codes: Vec<_> = Permission::ALL
            .into_iter()
            .filter(|permission| self.can(*permission))
            .map(Permission::code)
            .collect();
        codes.join(" ")
    }

    /// Whether the PIN was proven recently enough for step-up.
    pub fn has_proven(&self, now: Timestamp) -> bool {
        now.duration_since(self.session.proven_at) < PROOF_LASTS && !self.is_idle(now)
    }

    /// How long a shared device may go untouched before it asks for the PIN.
    pub fn idle_limit(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.company.shared_idle_minutes))
    }

    /// Whether this is a shared device that was not touched for too long: somebody else may hold it by now.
    pub fn is_idle(&self, now: Timestamp) -> bool {
        self.session.shared && now.duration_since(self.session.touched_at) >= self.idle_limit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_after_eight_idle_hours_or_twelve_in_all() {
        let start: Timestamp = "2025-10-22T10:00:00Z".parse().unwrap();
        let at = |minutes: i64| start + SignedDuration::from_mins(minutes);
        assert!(session_holds(start, start, at(8 * 60 - 1)));
        assert!(!session_holds(start, start, at(8 * 60)));
        assert!(session_holds(start, at(11 * 60), at(12 * 60 - 1)));
        assert!(!session_holds(start, at(12 * 60 - 1), at(12 * 60)));
    }

    #[test]
    fn names_are_compared_without_case_accents_and_spaces() {
        assert_eq!(folded_name(" José  da CONCEIÇÃO "), "josedaconceicao");
    }

    #[test]
    fn a_company_sets_what_a_role_may_and_the_widest_role_counts() {
        let stored =
            ["pick picker no", "cancel picker own", "administer admin no", "view buyer no", "fly buyer yes"];
        let set = Overrides::from_stored(&stored.map(str::to_owned));
        assert_eq!(set.widest(Permission::Pick, &[Role::Picker]), Grant::No);
        assert_eq!(set.widest(Permission::Pick, &[Role::Picker, Role::Buyer]), Grant::Yes);
        assert_eq!(set.widest(Permission::Cancel, &[Role::Picker]), Grant::Own);
        assert_eq!(
            set.widest(Permission::Administer, &[Role::Admin]),
            Grant::Yes,
            "an administrator stays one"
        );
        assert_eq!(set.widest(Permission::View, &[Role::Buyer]), Grant::Yes);
        assert_eq!(set.widest(Permission::Pick, &[]), Grant::No);
    }

    #[test]
    fn own_is_offered_where_the_table_knows_it() {
        let codes = |permission: Permission| {
            permission.choices().into_iter().map(Grant::code).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(codes(Permission::Pick), "no yes");
        assert_eq!(codes(Permission::Cancel), "no own yes");
        assert_eq!(codes(Permission::Reopen), "no finished own yes");
        assert_eq!(codes(Permission::Administer), "");
    }

    #[test]
    fn the_table_of_permissions_is_the_product_s() {
        let table = [
            ("view", "yes yes yes yes"),
            ("import", "yes no no yes"),
            ("note", "yes yes yes yes"),
            ("change", "own no no yes"),
            ("pick", "yes yes yes yes"),
            ("resolve", "yes yes yes yes"),
            ("answer", "yes no yes yes"),
            ("buy", "no no yes yes"),
            ("receive", "no yes yes yes"),
            ("settle", "no no yes yes"),
            ("finish", "yes yes yes yes"),
            ("left", "own yes no yes"),
            ("adjust", "own no no yes"),
            ("reopen", "own finished no yes"),
            ("cancel", "own no no yes"),
            ("figures", "no no no yes"),
            ("export", "yes no yes yes"),
            ("administer", "no no no yes"),
        ];
        for (permission, (code, expected)) in Permission::ALL.into_iter().zip(table) {
            let grants = Role::ALL.map(|role| permission.grant(role).code());
            assert_eq!(permission.code(), code);
            assert_eq!(grants.join(" "), expected, "{code}");
        }
    }
}
