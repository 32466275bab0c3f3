//! The pure part of signing in.

pub(crate) mod limits;
pub(crate) mod pin;

use crate::actor::{Actor, CompanySettings, Role};
use crate::ids::{CompanyId, PersonId};

/// A company that people can sign in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCompany {
    pub id: CompanyId,
    pub code: String,
    pub name: String,
    pub login_digits: u8,
    pub pin_digits: u8,
}

impl From<&Actor> for OpenCompany {
    fn from(actor: &Actor) -> Self {
        let CompanySettings { code, name, login_digits, pin_digits, .. } = actor.company.clone();
        Self { id: actor.company_id, code, name, login_digits, pin_digits }
    }
}

/// Somebody who works today.
#[derive(Clone, Debug)]
pub struct Present {
    pub id: PersonId,
    pub name: String,
    pub roles: Vec<Role>,
}

impl From<&Actor> for Present {
    fn from(actor: &Actor) -> Self {
        Self { id: actor.person_id, name: actor.name.clone(), roles: actor.roles.clone() }
    }
}
