//! The place of a line's goods in the warehouse. It is the place of these goods, on every order that has them.

use jiff::Timestamp;
use serde_json::json;

use super::items::get_item;
use super::{Entry, OrderContext};
use crate::actor::{Actor, Permission};
use crate::auth::client::Source;
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{EventKind, NewEvent};
use crate::ids::{ItemId, OrderId};
use crate::orders::commands;
use crate::orders::history::{Detail, LocationChange, Told};
use crate::orders::location::PlacedGoods;
use crate::orders::queries::locations::{self, Placing, StoredLocation};

/// The goods of the line lie there.
#[derive(Debug)]
pub struct SetLocation<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    /// The place that the screen showed.
    pub shown: Option<String>,
    /// None: no place any more.
    pub location: Option<String>,
}

impl Command for SetLocation<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_open(tx, commands::SET_LOCATION.permission).await?;
        let item = get_item(tx, self.on, self.item_id).await?;
        let placing = placing(self.on, &item.code, &item.unit);
        let stored = locations::lock_location(tx, placing).await?;
        if stored.location == self.location {
            return Ok(Change::unchanged(()));
        }
        if stored.location != self.shown {
            return Err(conflict(&stored, self.on));
        }
        let version = locations::update_location(tx, placing, self.location.as_deref()).await?;
        let (before, after) = (stored.location, self.location.clone());
        let told = Told::Location { before: before.clone(), after: after.clone() };
        let change = LocationChange { code: item.code, unit: item.unit, before, after, version };
        let detail = Detail { location: Some(change), ..Detail::told(Some(told)) };
        // The line itself does not change: only the history names it.
        let entry = Entry { item_id: Some(item.id), ..Entry::order(EventKind::LocationChanged, &detail) };
        Ok(Change::from(self.on.record_event(tx, &order, entry).await?))
    }
}

/// Goods lie where a file says, each of which it names once.
#[derive(Debug)]
pub struct ImportLocations<'a> {
    pub actor: &'a Actor,
    pub source: &'a Source,
    pub now: Timestamp,
    pub goods: Vec<PlacedGoods>,
}

impl Command for ImportLocations<'_> {
    /// Of how many it is another place now.
    type Output = u64;

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<u64>> {
        tx.require(Permission::Administer)?;
        let by = self.actor.person_id;
        let changed = locations::write_locations(tx, &self.goods, by, self.now).await?;
        if changed == 0 {
            return Ok(Change::unchanged(changed));
        }
        let event = NewSecurityEvent {
            kind: SecurityEvent::LocationsImported,
            person_id: None,
            actor_id: Some(by),
            source: self.source,
            detail: json!({ "goods": changed }),
            at: self.now,
        };
        let company_id = tx.company_id();
        insert_security_event(tx, company_id, &event).await?;
        Ok(Change::happened(changed, NewEvent::new(EventKind::LocationsChanged, by)))
    }
}

/// Puts the goods back where they were before a change, if nobody has changed it since; answers what that changed.
pub(super) async fn take_back(
    tx: &mut CompanyTx,
    on: OrderContext<'_>,
    change: LocationChange,
) -> Result<LocationChange> {
    let LocationChange { code, unit, before, after, version } = change;
    let placing = placing(on, &code, &unit);
    let stored = locations::lock_location(tx, placing).await?;
    if stored.version != version {
        return Err(conflict(&stored, on));
    }
    let version = locations::update_location(tx, placing, before.as_deref()).await?;
    Ok(LocationChange { code, unit, before: after, after: before, version })
}

fn placing<'a>(on: OrderContext<'_>, code: &'a str, unit: &'a str) -> Placing<'a> {
    Placing { code, unit, by: on.actor.person_id, at: on.now }
}

/// "João mudou o local para A-12-3 às 14:32"
fn conflict(stored: &StoredLocation, on: OrderContext<'_>) -> AppError {
    let key =
        if stored.location.is_some() { "conflict.location_changed" } else { "conflict.location_cleared" };
    let sentence = Sentence::new(key).text("location", stored.location.clone().unwrap_or_default());
    AppError::Conflict(sentence.text("name", stored.by_name.clone()).when(stored.at, on.now))
}
