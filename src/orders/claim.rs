//! Soft claims on orders. A claim never refuses anybody; it says who is picking.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::ids::PersonId;

/// How long a claim lasts after the person's last command on the order.
const LASTS: SignedDuration = SignedDuration::from_mins(15);

/// When a claim ends that is made or renewed now; also how long an order that was passed over is not offered again.
pub fn lapses_at(now: Timestamp) -> Timestamp {
    now.saturating_add(LASTS).unwrap_or(Timestamp::MAX)
}

/// Somebody who picks an order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Holder {
    pub person_id: PersonId,
    pub name: String,
    /// Names the claim, together with the person.
    pub since: Timestamp,
    /// From then on the claim has ended, unless it was renewed.
    pub until: Timestamp,
}
