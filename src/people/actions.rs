//! Administration of people. Each action is a command: once per tap, one event in the feed.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::model::NewPerson;
use super::queries::{self, LockedPerson};
use crate::actor::{Permission, Role};
use crate::auth::client::Source;
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::auth::queries::{devices, people, sessions, sign_in};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{EventKind, NewEvent};
use crate::ids::{PersonId, SessionId};

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
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        tx.require(Permission::Administer)?;
        self.create(tx).await
    }
}

impl CreatePerson<'_> {
    /// What [`Self::apply`] does after the check of the permission; the demo calls it before there is an administrator.
    pub async fn create(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        check_numbers(tx, std::slice::from_ref(&self.new)).await?;
        queries::insert_person(tx, company_id, &self.new).await?;
        let detail = json!({ "number": self.new.number, "roles": codes(&self.new.roles) });
        self.by.note(tx, SecurityEvent::PersonCreated, self.new.id, detail).await?;
        let event = NewEvent::new(EventKind::PeopleChanged, self.by.actor_id).person(self.new.id);
        Ok(event.changes_owners(self.new.roles.contains(&Role::Seller)).into())
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
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        let keeps_admin = self.roles.contains(&Role::Admin);
        let person = lock(tx, self.person_id, !keeps_admin).await?;
        if Role::ALL.iter().all(|role| person.roles.contains(role) == self.roles.contains(role)) {
            return Ok(Change::unchanged(()));
        }
        queries::update_roles(tx, company_id, self.person_id, &self.roles).await?;
        sessions::update_sessions_renew(tx, company_id, self.person_id).await?;
        let detail = json!({ "before": codes(&person.roles), "after": codes(&self.roles) });
        self.by.note(tx, SecurityEvent::RolesChanged, self.person_id, detail).await?;
        let sells = |roles: &[Role]| roles.contains(&Role::Seller);
        let comes_or_goes = sells(&person.roles) != sells(&self.roles);
        Ok(self.by.access_changed(self.person_id).changes_owners(comes_or_goes).into())
    }
}

/// Activates or deactivates a person. Deactivation ends every session.
#[derive(Debug)]
pub struct SetActive<'a> {
    pub by: By<'a>,
    pub person_id: PersonId,
    pub active: bool,
}

impl Command for SetActive<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        let person = lock(tx, self.person_id, !self.active).await?;
        if person.active == self.active {
            return Ok(Change::unchanged(()));
        }
        if person.anonymised {
            return Err(AppError::conflict("people.anonymised"));
        }
        queries::update_active(tx, company_id, self.person_id, self.active).await?;
        let kind =
            if self.active { SecurityEvent::PersonReactivated } else { SecurityEvent::PersonDeactivated };
        let (mut ended, mut given_up) = (0, None);
        if !self.active {
            (ended, given_up) = end_access(tx, &self.by, self.person_id).await?;
        }
        self.by.note(tx, kind, self.person_id, json!({ "sessions_ended": ended })).await?;
        // The orders of a seller who is gone are any seller's.
        let sells = person.roles.contains(&Role::Seller)
            || queries::count_open_orders(tx, company_id, self.person_id).await? > 0;
        let changed = self.by.access_changed(self.person_id).changes_owners(sells);
        Ok(Change::with_events((), given_up.into_iter().chain([changed]).collect()))
    }
}

/// Anonymises a deactivated person: the history stays, without the name. The number is free again.
#[derive(Debug)]
pub struct AnonymisePerson<'a> {
    pub by: By<'a>,
    pub person_id: PersonId,
}

impl Command for AnonymisePerson<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        // Two who are forgotten at once take turns: each gets a number of its own.
        tx.require(Permission::Administer)?;
        queries::lock_admins(tx, company_id).await?;
        let person = lock(tx, self.person_id, false).await?;
        if person.anonymised {
            return Ok(Change::unchanged(()));
        }
        if person.active {
            return Err(AppError::conflict("people.still_active"));
        }
        let n = queries::count_anonymised(tx, company_id).await? + 1;
        let called = format!("Pessoa anonimizada {n}");
        queries::anonymise_person(tx, company_id, self.person_id, &called, self.by.now).await?;
        self.by.note(tx, SecurityEvent::PersonAnonymised, self.person_id, json!({})).await?;
        let event = NewEvent::new(EventKind::PeopleChanged, self.by.actor_id).person(self.person_id);
        Ok(event.changes_owners(true).into())
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
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        let person = lock(tx, self.person_id, false).await?;
        if !person.active {
            return Err(AppError::conflict("people.not_active"));
        }
        people::update_pin_reset(tx, company_id, self.person_id, &self.pin_hash).await?;
        sign_in::delete_failures_of(tx, company_id, self.person_id).await?;
        let (ended, given_up) = end_access(tx, &self.by, self.person_id).await?;
        self.by.note(tx, SecurityEvent::PinReset, self.person_id, json!({ "sessions_ended": ended })).await?;
        let changed = self.by.access_changed(self.person_id);
        Ok(Change::with_events((), given_up.into_iter().chain([changed]).collect()))
    }
}

/// Adds everybody of a file, or nobody.
#[derive(Debug)]
pub struct CreatePeople<'a> {
    pub by: By<'a>,
    pub people: Vec<NewPerson>,
}

impl Command for CreatePeople<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        tx.require(Permission::Administer)?;
        let company_id = tx.company_id();
        check_numbers(tx, &self.people).await?;
        for new in &self.people {
            queries::insert_person(tx, company_id, new).await?;
            let detail = json!({ "number": new.number, "roles": codes(&new.roles) });
            self.by.note(tx, SecurityEvent::PersonCreated, new.id, detail).await?;
        }
        let sells = self.people.iter().any(|new| new.roles.contains(&Role::Seller));
        let event = NewEvent::new(EventKind::PeopleChanged, self.by.actor_id);
        Ok(event.changes_owners(sells).into())
    }
}

/// Signs a person out everywhere; of the administrator's own sessions the one at hand goes on.
#[derive(Debug)]
pub struct EndSessions<'a> {
    pub by: By<'a>,
    pub person_id: PersonId,
    /// The actor's session.
    pub own: SessionId,
}

impl Command for EndSessions<'_> {
    /// How many there were.
    type Output = u64;

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<u64>> {
        let company_id = tx.company_id();
        lock(tx, self.person_id, false).await?;
        let own = Some(self.own);
        let ended = sessions::delete_sessions_of(tx, company_id, self.person_id, own).await?;
        if ended > 0 {
            let detail = json!({ "sessions_ended": ended });
            self.by.note(tx, SecurityEvent::SessionsRevoked, self.person_id, detail).await?;
        }
        let stays = self.person_id == self.by.actor_id;
        let given_up = if stays { None } else { give_up_claim(tx, &self.by, self.person_id).await? };
        // Also where there was none: signing in moves no head, and a form without script is the same tap as long as its
        // page is of the same head. Without an event it would answer "nobody" for whoever came meanwhile.
        let changed = self.by.access_changed(self.person_id);
        Ok(Change::with_events(ended, given_up.into_iter().chain([changed]).collect()))
    }
}

/// The rule may have been changed since the form was checked: the door takes no longer number.
async fn check_numbers(tx: &mut CompanyTx, people: &[NewPerson]) -> Result<()> {
    let company_id = tx.company_id();
    let digits = queries::lock_login_digits(tx, company_id).await?;
    if people.iter().all(|new| new.number.len() <= digits) {
        return Ok(());
    }
    Err(AppError::Conflict(Sentence::new("people.number_wrong").text("digits", digits.to_string())))
}

/// Locks a person's row. Where the person may stop being an administrator, all of those are locked first: two
/// who go at once take turns, and the second finds out that nobody else is left.
async fn lock(tx: &mut CompanyTx, id: PersonId, may_lose_admin: bool) -> Result<LockedPerson> {
    tx.require(Permission::Administer)?;
    let company_id = tx.company_id();
    if may_lose_admin && queries::lock_admins(tx, company_id).await? == [id] {
        return Err(AppError::conflict("people.last_admin"));
    }
    queries::lock_person(tx, company_id, id).await?.ok_or(AppError::NotFound)
}

/// The sessions after the person's row: one that begins meanwhile waits for the row, and is refused. Answers how many there
/// were, and the event of the order that the person held.
async fn end_access(tx: &mut CompanyTx, by: &By<'_>, id: PersonId) -> Result<(u64, Option<NewEvent>)> {
    let company_id = tx.company_id();
    devices::delete_known_devices(tx, company_id, id).await?;
    let ended = sessions::delete_sessions_of(tx, company_id, id, None).await?;
    Ok((ended, give_up_claim(tx, by, id).await?))
}

/// Whoever is signed out holds no order: others are offered it as the next one.
async fn give_up_claim(tx: &mut CompanyTx, by: &By<'_>, id: PersonId) -> Result<Option<NewEvent>> {
    let company_id = tx.company_id();
    let held = sessions::end_claim(tx, company_id, id, by.now).await?;
    Ok(held.map(|order_id| NewEvent::new(EventKind::ClaimChanged, by.actor_id).order(order_id)))
}

fn codes(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.code()).collect()
}
