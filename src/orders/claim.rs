//! Who is picking an order: a soft claim. It never refuses anybody; it says who is there, and what comes next for whom.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::ids::PersonId;

/// A claim ends so long after its person's last command there.
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
