//! What administrators do with people. Each is a command: once per tap, one event in the feed.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::client::Source;
use super::model::Role;
use super::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use super::queries::people::{self, LockedPerson, NewPerson};
use super::queries::sessions;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{EventKind, NewEvent};
use crate::ids::PersonId;

/// Who does it, from where, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    pub actor_id: PersonId,
    pub source: &'a Source,
    pub now: Timestamp,
}

impl By<'_> {
    async fn note(
        &self,
        tx: &mut CompanyTx,
        kind: SecurityEvent,
        about: PersonId,
        detail: Value,
    ) -> Result<()> {
        let event = NewSecurityEvent {
            kind,
            person_id: Some(about),
            actor_id: Some(self.actor_id),
            source: self.source,
            detail,
            at: self.now,
        };
        let company_id = tx.company_id();
        insert_security_event(tx, company_id, &event).await
    }

    fn access_changed(&self, person_id: PersonId) -> NewEvent {
        NewEvent::new(EventKind::AccessChanged, self.actor_id).person(person_id)
    }
}

/// Adds a person, with a PIN to be changed at the first sign-in.
#[derive(Debug)]
pub struct CreatePerson<'a> {
    pub by: By<'a>,
    pub new: NewPerson,
}

impl Command for CreatePerson<'_> {
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        people::insert_person(tx, company_id, &self.new).await?;
        let detail = json!({ "number": self.new.number, "roles": codes(&self.new.roles) });
        self.by.note(tx, SecurityEvent::PersonCreated, self.new.id, detail).await?;
        let event = NewEvent::new(EventKind::PeopleChanged, self.by.actor_id).person(self.new.id);
        Ok(Change::Happened(event.changes_owners(self.new.roles.contains(&Role::Seller))))
    }
}

/// Gives a person exactly these roles. Open sessions go on with the new ones, under a new key.
#[derive(Debug)]
pub struct SetRoles<'a> {
    pub by: By<'a>,
    pub person_id: PersonId,
    pub roles: Vec<Role>,
}

impl Command for SetRoles<'_> {
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        let keeps_admin = self.roles.contains(&Role::Admin);
        let person = lock(tx, self.person_id, !keeps_admin).await?;
        if Role::ALL.iter().all(|role| person.roles.contains(role) == self.roles.contains(role)) {
            return Ok(Change::Unchanged);
        }
        people::update_roles(tx, company_id, self.person_id, &self.roles).await?;
        sessions::update_sessions_renew(tx, company_id, self.person_id).await?;
        let detail = json!({ "before": codes(&person.roles), "after": codes(&self.roles) });
        self.by.note(tx, SecurityEvent::RolesChanged, self.person_id, detail).await?;
        let sells = |roles: &[Role]| roles.contains(&Role::Seller);
        let comes_or_goes = sells(&person.roles) != sells(&self.roles);
        Ok(Change::Happened(self.by.access_changed(self.person_id).changes_owners(comes_or_goes)))
    }
}

/// Lets a person in, or no longer. Going ends every session.
#[derive(Debug)]
pub struct SetActive<'a> {
    pub by: By<'a>,
    pub person_id: PersonId,
    pub active: bool,
}

impl Command for SetActive<'_> {
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        let person = lock(tx, self.person_id, !self.active).await?;
        if person.active == self.active {
            return Ok(Change::Unchanged);
        }
        people::update_active(tx, company_id, self.person_id, self.active).await?;
        let kind =
            if self.active { SecurityEvent::PersonReactivated } else { SecurityEvent::PersonDeactivated };
        let mut ended = 0;
        if !self.active {
            ended = end_access(tx, self.person_id).await?;
        }
        self.by.note(tx, kind, self.person_id, json!({ "sessions_ended": ended })).await?;
        // The orders of a seller who is gone are any seller's.
        let sells = person.roles.contains(&Role::Seller)
            || people::count_open_orders(tx, company_id, self.person_id).await? > 0;
        Ok(Change::Happened(self.by.access_changed(self.person_id).changes_owners(sells)))
    }
}

/// Gives a person a PIN that must be changed at the next sign-in, and ends every session.
#[derive(Debug)]
pub struct ResetPin<'a> {
    pub by: By<'a>,
    pub person_id: PersonId,
    pub pin_hash: String,
}

impl Command for ResetPin<'_> {
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        let person = lock(tx, self.person_id, false).await?;
        if !person.active {
            return Err(AppError::conflict("people.not_active"));
        }
        people::update_pin_reset(tx, company_id, self.person_id, &self.pin_hash).await?;
        let ended = end_access(tx, self.person_id).await?;
        self.by.note(tx, SecurityEvent::PinReset, self.person_id, json!({ "sessions_ended": ended })).await?;
        Ok(Change::Happened(self.by.access_changed(self.person_id)))
    }
}

/// Locks a person's row. Where the person may stop being an administrator, all of those are locked first: two
/// who go at once take turns, and the second finds out that nobody else is left.
async fn lock(tx: &mut CompanyTx, id: PersonId, may_lose_admin: bool) -> Result<LockedPerson> {
    let company_id = tx.company_id();
    if may_lose_admin && people::lock_admins(tx, company_id).await? == [id] {
        return Err(AppError::conflict("people.last_admin"));
    }
    people::lock_person(tx, company_id, id).await?.ok_or(AppError::NotFound)
}

/// The sessions after the person's row: one that begins meanwhile waits for the row, and is refused.
async fn end_access(tx: &mut CompanyTx, id: PersonId) -> Result<u64> {
    let company_id = tx.company_id();
    people::delete_known_devices(tx, company_id, id).await?;
    sessions::delete_sessions_of(tx, company_id, id, None).await
}

fn codes(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.code()).collect()
}

/// What an administrator types for a new person, checked. The sentences stand beside their fields.
pub fn check_new_person(name: &str, number: &str, roles: &[Role], login_digits: u8) -> Result<()> {
    let mut fields: Vec<(String, Sentence)> = Vec::new();
    if !is_name(name) {
        fields.push(("name".to_owned(), Sentence::new("people.name_wrong")));
    }
    if number.len() != usize::from(login_digits) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        let sentence = Sentence::new("people.number_wrong").text("digits", login_digits.to_string());
        fields.push(("number".to_owned(), sentence));
    }
    if roles.is_empty() {
        fields.push(("roles".to_owned(), Sentence::new("people.role_required")));
    }
    match fields.first() {
        None => Ok(()),
        Some((_, sentence)) => Err(AppError::Invalid { sentence: sentence.clone(), fields }),
    }
}

/// 1 to 80 letters that can be seen, and nothing that writes over its neighbours.
pub fn is_name(name: &str) -> bool {
    let hidden = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    (1..=80).contains(&name.chars().count()) && name.trim() == name && !name.contains(hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_is_wrong_is_named() {
        assert!(check_new_person("Ana Souza", "1042", &[Role::Picker], 4).is_ok());
        let Err(AppError::Invalid { fields, .. }) = check_new_person("", "10a2", &[], 4) else { panic!() };
        let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["name", "number", "roles"]);
    }

    #[test]
    fn names_hold_no_control_characters_and_are_not_endless() {
        assert!(is_name("José da Conceição"));
        for name in ["", " Ana", "A\nB", "Ana\u{202e}", &"x".repeat(81)] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
