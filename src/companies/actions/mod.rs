//! Actions of the operator: companies and first administrators.

pub mod admins;
pub mod companies;
pub(crate) mod set_up;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::config::Settings;
use crate::db::{Db, PooledConnection};
use crate::error::Result;
use crate::feed::queries::{Appending, append_events};
use crate::feed::{EventKind, NewEvent};
use crate::ids::{CompanyId, PersonId};

/// What the operator's actions need, without a server.
#[derive(Clone, Copy, Debug)]
pub struct Operator<'a> {
    pub db: &'a Db,
    pub clock: &'a Clock,
    pub settings: &'a Settings,
}

/// Tells open screens; they find it on their next look.
async fn append(
    db: &mut PooledConnection,
    company_id: CompanyId,
    kind: EventKind,
    about: PersonId,
    now: Timestamp,
) -> Result<()> {
    let event = NewEvent::by_clock(kind).person(about);
    append_events(db, company_id, &Appending::new(&[event], None, now)?).await.map(drop)
}
