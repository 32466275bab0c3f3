//! Pure rules of sign-in.

pub(crate) mod events;
pub(crate) mod limits;
pub(crate) mod pin;

use crate::actor::{Actor, CompanySettings, Role};
use crate::html::{Kept, Look};
use crate::ids::{CompanyId, PersonId};
use crate::page::Named;

/// A company that people can sign in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCompany {
    pub id: CompanyId,
    pub code: String,
    pub name: String,
    pub login_digits: u8,
    pub pin_digits: u8,
    /// Nobody's PIN is longer: it may enter by itself.
    pub pin_enters: bool,
    pub look: Kept<Look>,
}

impl OpenCompany {
    pub fn named(&self) -> Named {
        Named { name: self.name.clone(), look: self.look }
    }
}

impl From<&Actor> for OpenCompany {
    fn from(actor: &Actor) -> Self {
        let CompanySettings { code, name, login_digits, pin_digits, settings, .. } = actor.company.clone();
        let look = Look::stored(&settings);
        Self { id: actor.company_id, code, name, login_digits, pin_digits, pin_enters: false, look }
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
