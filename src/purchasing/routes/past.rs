//! `/purchasing/history`: what was bought, with filters.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;

use crate::actor::Permission;
use crate::clock::Zone;
use crate::error::{AppError, Result};
use crate::extract::Query;
use crate::page::{self, Snapshot, Visitor};
use crate::purchasing::model::PastFilter;
use crate::purchasing::queries::{self, past};
use crate::purchasing::views::past::PastPage;
use crate::state::AppState;

/// Purchases on one page.
const LISTED: i64 = 50;

#[derive(Debug, Default, Deserialize)]
pub(super) struct PastQuery {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    supplier: String,
    #[serde(default)]
    q: String,
    /// The last purchase of the page before: when, and which.
    #[serde(default)]
    after: String,
}

impl PastQuery {
    /// What cannot be read asks for nothing.
    fn filter(&self) -> PastFilter {
        let short = |text: &str| text.trim().chars().take(100).collect::<String>();
        PastFilter {
            from: self.from.parse().ok(),
            to: self.to.parse().ok(),
            supplier: short(&self.supplier),
            q: short(&self.q),
            after: self.after.split_once(' ').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?))),
        }
    }
}

/// The moment a day begins where the company is.
fn begins(day: Date, zone: Zone) -> Option<Timestamp> {
    day.to_zoned(zone.get().clone()).ok().map(|zoned| zoned.timestamp())
}

pub(super) async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    Query(query): Query<PastQuery>,
) -> Result<Response> {
    let actor = visitor.actor()?;
    if !actor.can(Permission::Receive) {
        return Err(AppError::Forbidden);
    }
    let (filter, zone) = (query.filter(), actor.company.zone());
    let until = filter.to.and_then(|day| day.checked_add(1.day()).ok());
    let days = (filter.from.and_then(|day| begins(day, zone)), until.and_then(|day| begins(day, zone)));
    let _turn = page::turn().await?;
    let (mut tx, _) = Snapshot::begin(&state.db, actor.company_id).await?;
    let mut purchases = past::list_purchases(&mut tx, &filter, days, LISTED + 1).await?;
    let suppliers = queries::list_suppliers(&mut tx).await?;
    drop(tx);
    let more = purchases.len() > usize::try_from(LISTED).unwrap_or(usize::MAX);
    purchases.truncate(usize::try_from(LISTED).unwrap_or(usize::MAX));
    let chrome = page::chrome(actor, visitor.lang, state.clock.now(), actor.can_codes(), None);
    page::respond(&PastPage { chrome: &chrome, filter: &filter, purchases, suppliers, more })
}
