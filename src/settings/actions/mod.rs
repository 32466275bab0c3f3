//! Actions of settings. Each is a command: one event in the feed, one audit entry, one version of what was changed.

pub(crate) mod company;
pub(crate) mod due;
pub(crate) mod hours;
pub(crate) mod look;
pub(crate) mod packaging;
pub(crate) mod permissions;
pub(crate) mod reasons;
pub(crate) mod shipping;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::actor::{Actor, Permission};
use crate::auth::client::Source;
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::command::Change;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::settings::model::changes::{Part, version};
use crate::settings::queries::changes::{NewChange, insert_change, list_newest, lock_settings};

/// Who sets it, from where, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    pub actor: &'a Actor,
    pub source: &'a Source,
    pub now: Timestamp,
}

/// What a thing was and is, for its history.
pub struct Changed<'a> {
    pub part: Part,
    pub subject: &'a str,
    /// The version that it had.
    pub version: i64,
    pub before: Option<Value>,
    pub after: Value,
}

impl By<'_> {
    /// Serialises changes of settings: what is read from here on stays true until the commit.
    pub async fn begin(&self, tx: &mut CompanyTx) -> Result<()> {
        tx.require(Permission::Administer)?;
        lock_settings(tx).await
    }

    /// Records the change, and writes the event of the audit.
    pub async fn record(&self, tx: &mut CompanyTx, changed: Changed<'_>) -> Result<NewEvent> {
        let Changed { part, subject, version, before, after } = changed;
        let detail = json!({ "part": part.code(), "before": before, "after": after });
        let changed_by = self.actor.person_id;
        let new = NewChange { part, subject, version: version + 1, before, after, changed_by, at: self.now };
        insert_change(tx, &new).await?;
        let event = NewSecurityEvent {
            kind: SecurityEvent::SettingChanged,
            person_id: None,
            actor_id: Some(changed_by),
            source: self.source,
            detail,
            at: self.now,
        };
        let company_id = tx.company_id();
        insert_security_event(tx, company_id, &event).await?;
        Ok(NewEvent::new(EventKind::SettingsChanged, changed_by))
    }

    /// A place in a list has versions of its own, so renaming an option never conflicts with moving it.
    async fn record_place(
        &self,
        tx: &mut CompanyTx,
        part: Part,
        id: &str,
        name: &str,
        place: usize,
    ) -> Result<Change> {
        let subject = format!("{id}.place");
        let newest = list_newest(tx, part).await?;
        let changed = Changed {
            part,
            subject: &subject,
            version: version(newest.get(&subject)),
            before: None,
            after: json!({ "name": name, "place": place }),
        };
        Ok(self.record(tx, changed).await?.into())
    }
}

/// After those that are there.
fn next_place(options: usize) -> i16 {
    i16::try_from(options + 1).unwrap_or(i16::MAX)
}
