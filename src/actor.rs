//! Who acts: roles, permissions and the one table that joins them, and the company a person works for.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::clock::Zone;
use crate::ids::{CompanyId, PersonId, SessionId};
use crate::lang::Lang;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// Mark ordered, not found.
    Buy,
    /// Mark received; see what is bought.
    Receive,
    /// Settle what was bought and is no longer needed.
    SettlePurchase,
    Finish,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    No,
    /// Orders that one finished oneself, for 30 minutes.
    FinishedByOneself,
    /// Orders whose seller one is, or that one imported.
    Own,
    Yes,
}

/// How long a picker may reopen an order that he or she finished, in minutes.
pub const REOPEN_OWN_FINISH_MINUTES: i64 = 30;

impl Permission {
    pub const ALL: [Permission; 15] = [
        Permission::View,
        Permission::ImportQuote,
        Permission::AddNote,
        Permission::ChangeOrder,
        Permission::Pick,
        Permission::ResolveItem,
        Permission::Buy,
        Permission::Receive,
        Permission::SettlePurchase,
        Permission::Finish,
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
            Permission::Buy => "buy",
            Permission::Receive => "receive",
            Permission::SettlePurchase => "settle",
            Permission::Finish => "finish",
            Permission::Reopen => "reopen",
            Permission::Cancel => "cancel",
            Permission::NamedFigures => "figures",
            Permission::Export => "export",
            Permission::Administer => "administer",
        }
    }

    /// The widest grant that these roles give.
    pub fn granted(self, roles: &[Role]) -> Grant {
        roles.iter().map(|role| self.grant(*role)).max().unwrap_or(Grant::No)
    }

    /// The table of permissions (product rules, section 1). The only place that knows it.
    pub fn grant(self, role: Role) -> Grant {
        use Permission::{
            AddNote, Administer, Buy, Cancel, ChangeOrder, Export, Finish, ImportQuote, NamedFigures, Pick,
            Receive, Reopen, ResolveItem, SettlePurchase, View,
        };
        match (self, role) {
            (_, Role::Admin) | (View | AddNote | Pick | ResolveItem | Finish, _) => Grant::Yes,
            (ImportQuote, Role::Seller) | (Export, Role::Seller | Role::Buyer) => Grant::Yes,
            (Buy | Receive | SettlePurchase, Role::Buyer) | (Receive, Role::Picker) => Grant::Yes,
            (ChangeOrder | Reopen | Cancel, Role::Seller) => Grant::Own,
            (Reopen, Role::Picker) => Grant::FinishedByOneself,
            (ImportQuote | ChangeOrder | Reopen | Cancel | Administer, _)
            | (Buy | Receive | SettlePurchase | NamedFigures | Export, _) => Grant::No,
        }
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
}

impl CompanySettings {
    /// UTC if the stored name is not known to this build.
    pub fn zone(&self) -> Zone {
        Zone::named(&self.time_zone)
    }
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

/// A session ends after so long without use.
pub const SESSION_IDLE: SignedDuration = SignedDuration::from_hours(8);
/// And after so long in all.
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
    /// Chosen by the person; without a choice the browser's language counts.
    pub language: Option<Lang>,
    pub pin_must_change: bool,
    pub company: CompanySettings,
    pub session: SessionFacts,
}

impl Actor {
    /// The widest grant that this person's roles give.
    pub fn grant(&self, permission: Permission) -> Grant {
        permission.granted(&self.roles)
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

    /// Whether the PIN was proven lately enough for what is guarded twice.
    pub fn has_proven(&self, now: Timestamp) -> bool {
        now.duration_since(self.session.proven_at) < PROOF_LASTS && !self.is_idle(now)
    }

    /// How long a shared device may go untouched before it asks for the PIN.
    pub fn idle_limit(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.company.shared_idle_minutes))
    }

    /// Whether this is a shared device that nobody has touched for too long: it may be somebody else's hand by now.
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
    fn the_table_of_permissions_is_the_product_s() {
        let table = [
            ("view", "yes yes yes yes"),
            ("import", "yes no no yes"),
            ("note", "yes yes yes yes"),
            ("change", "own no no yes"),
            ("pick", "yes yes yes yes"),
            ("resolve", "yes yes yes yes"),
            ("buy", "no no yes yes"),
            ("receive", "no yes yes yes"),
            ("settle", "no no yes yes"),
            ("finish", "yes yes yes yes"),
            ("reopen", "own finished no yes"),
            ("cancel", "own no no yes"),
            ("figures", "no no no yes"),
            ("export", "yes no yes yes"),
            ("administer", "no no no yes"),
        ];
        for (permission, (code, expected)) in Permission::ALL.into_iter().zip(table) {
            let grants = Role::ALL.map(|role| match permission.grant(role) {
                Grant::No => "no",
                Grant::FinishedByOneself => "finished",
                Grant::Own => "own",
                Grant::Yes => "yes",
            });
            assert_eq!(permission.code(), code);
            assert_eq!(grants.join(" "), expected, "{code}");
        }
    }
}
