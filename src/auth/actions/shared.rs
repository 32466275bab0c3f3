//! Shared devices: marking one as shared, and the people who may be named on it.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::actor::Actor;
use crate::auth::client::{Device, Source};
use crate::auth::model::Present;
use crate::auth::queries::devices;
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::auth::queries::sessions;
use crate::error::Result;
use crate::feed;
use crate::ids::CompanyId;
use crate::state::AppState;

/// A shared device names people for this long after somebody proved a PIN on it.
const UNLOCKED: SignedDuration = SignedDuration::from_hours(12);

fn unlocked_since(now: Timestamp) -> Timestamp {
    now - UNLOCKED
}

/// Whether this is a shared device of the company that one of its people unlocked recently. Only then it names people.
pub async fn is_open(state: &AppState, company_id: CompanyId, device: Option<Device>) -> Result<bool> {
    let Some(device) = device else { return Ok(false) };
    let since = unlocked_since(state.clock.now());
    let mut tx = state.db.gate().await?;
    devices::is_shared_and_unlocked(&mut tx, company_id, &device.key(), since).await
}

/// Today's people of the company, first those who have used this device. Ask [`is_open`] before.
pub async fn list_present(state: &AppState, company_id: CompanyId, device: Device) -> Result<Vec<Present>> {
    let now = state.clock.now();
    let mut tx = state.db.company(company_id).await?;
    let zone = devices::get_zone(&mut tx, company_id).await?;
    let midnight = zone.day_starts(zone.local(now).date());
    devices::list_present(&mut tx, company_id, &device.key(), midnight, unlocked_since(now)).await
}

/// Makes a device one that several people use, or one person's again. The session is bound to the device, so that
/// it stays one of a shared device whatever cookies are sent with it.
pub async fn set_shared(
    state: &AppState,
    actor: &Actor,
    source: &Source,
    device: Device,
    shared: bool,
) -> Result<()> {
    let now = state.clock.now();
    let Actor { company_id, person_id, .. } = *actor;
    let key = device.key();
    let mut tx = state.db.company(company_id).await?;
    if shared {
        devices::insert_shared_device(&mut tx, company_id, &key, person_id, now).await?;
        sessions::update_session_device(&mut tx, company_id, actor.session.id, &key, now).await?;
    } else {
        devices::delete_shared_device(&mut tx, company_id, &key, actor.session.id).await?;
    }
    let event = NewSecurityEvent {
        kind: if shared { SecurityEvent::DeviceShared } else { SecurityEvent::DeviceUnshared },
        person_id: None,
        actor_id: Some(person_id),
        source,
        detail: json!({}),
        at: now,
    };
    insert_security_event(&mut tx, company_id, &event).await?;
    feed::commit_without_event(tx).await
}
