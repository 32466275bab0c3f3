//! Roles, permissions and the one table that joins them.

use serde::{Deserialize, Serialize};

use crate::ids::{CompanyId, PersonId};
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
    Finish,
    Reopen,
    Cancel,
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
    pub const ALL: [Permission; 10] = [
        Permission::View,
        Permission::ImportQuote,
        Permission::AddNote,
        Permission::ChangeOrder,
        Permission::Pick,
        Permission::ResolveItem,
        Permission::Finish,
        Permission::Reopen,
        Permission::Cancel,
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
            Permission::Finish => "finish",
            Permission::Reopen => "reopen",
            Permission::Cancel => "cancel",
            Permission::Administer => "administer",
        }
    }

    /// The table of permissions (product rules, section 1). The only place that knows it.
    pub fn grant(self, role: Role) -> Grant {
        use Permission::{
            AddNote, Administer, Cancel, ChangeOrder, Finish, ImportQuote, Pick, Reopen, ResolveItem, View,
        };
        match (self, role) {
            (_, Role::Admin) | (View | AddNote | Pick | ResolveItem | Finish, _) => Grant::Yes,
            (ImportQuote, Role::Seller) => Grant::Yes,
            (ChangeOrder | Reopen | Cancel, Role::Seller) => Grant::Own,
            (Reopen, Role::Picker) => Grant::FinishedByOneself,
            (ImportQuote | ChangeOrder | Reopen | Cancel | Administer, _) => Grant::No,
        }
    }
}

/// The person behind a request, as the session and the people table have it at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub company_id: CompanyId,
    pub person_id: PersonId,
    pub name: String,
    pub roles: Vec<Role>,
    /// Chosen by the person; without a choice the browser's language counts.
    pub language: Option<Lang>,
    pub pin_must_change: bool,
}

impl Actor {
    /// The widest grant that this person's roles give.
    pub fn grant(&self, permission: Permission) -> Grant {
        self.roles.iter().map(|role| permission.grant(*role)).max().unwrap_or(Grant::No)
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_permissions_is_the_product_s() {
        let table = [
            ("view", "yes yes yes yes"),
            ("import", "yes no no yes"),
            ("note", "yes yes yes yes"),
            ("change", "own no no yes"),
            ("pick", "yes yes yes yes"),
            ("resolve", "yes yes yes yes"),
            ("finish", "yes yes yes yes"),
            ("reopen", "own finished no yes"),
            ("cancel", "own no no yes"),
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
