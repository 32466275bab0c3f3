//! `/purchasing/history`: past purchases, with filters.

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use crate::actor::Permission;
use crate::auth::client::Client;
use crate::clock::Zone;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::export::file::FileKind;
use crate::export::grant::{Export, grant};
use crate::export::name::FileName;
use crate::export::stream::{self, FileHead, Part, Rows};
use crate::extract::{Query, day};
use crate::html::RenderContext;
use crate::ids::PurchaseId;
use crate::page::{self, CompanyTime, LivePage, Visitor};
use crate::purchasing::model::PastFilter;
use crate::purchasing::queries::{self, past};
use crate::purchasing::views::past::{COLUMNS, LIMIT, MOST_EXPORTED, PastPage, cells};
use crate::screen::Screen;
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
    /// Of a file: `csv` or `xlsx`.
    #[serde(default)]
    format: String,
}

impl PastQuery {
    /// Unreadable fields filter nothing.
    fn filter(&self) -> PastFilter {
        let short = |text: &str| text.trim().chars().take(100).collect::<String>();
        PastFilter {
            from: day(&self.from),
            to: day(&self.to),
            supplier: short(&self.supplier),
            q: short(&self.q),
            after: after(&self.after),
        }
    }
}

/// When the last purchase of the page before was bought, and which it is.
fn after(text: &str) -> Option<(Timestamp, PurchaseId)> {
    let (at, id) = text.split_once(' ')?;
    // The database's own times do not reach as far back as ours.
    let at = at.parse().ok().filter(|at: &Timestamp| *at >= Timestamp::UNIX_EPOCH)?;
    Some((at, id.parse().ok()?))
}

/// Between which instants the days of a filter are.
type Days = (Option<Timestamp>, Option<Timestamp>);

fn days(filter: &PastFilter, zone: Zone) -> Days {
    let until = filter.to.and_then(|day| day.tomorrow().ok());
    (filter.from.map(|day| zone.day_starts(day)), until.map(|day| zone.day_starts(day)))
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
    let days = days(&filter, zone);
    let (mut tx, live) = LivePage::open(&state.db, &visitor).await?;
    let mut purchases = past::list_purchases(&mut tx, &filter, days, LISTED + 1).await?;
    let suppliers = queries::list_suppliers(&mut tx).await?;
    let layout = live.layout(tx, Screen::Purchasing, state.clock.now());
    let more = purchases.len() > usize::try_from(LISTED).unwrap_or(usize::MAX);
    purchases.truncate(usize::try_from(LISTED).unwrap_or(usize::MAX));
    page::respond(&PastPage { layout: &layout, filter: &filter, purchases, suppliers, more })
}

/// `GET /purchasing/history/export`: what the page shows with the same query, up to [`MOST_EXPORTED`] purchases.
pub(super) async fn export(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    Query(query): Query<PastQuery>,
) -> Result<Response> {
    let granted = grant(&state, &visitor, &client, Export::Purchases).await?;
    let actor = granted.actor;
    let (time, now) = (CompanyTime::from(&actor.company), state.clock.now());
    let head = FileHead {
        name: FileName::new(visitor.lang, "purchasing.history").of_day(time.today(now)),
        kind: FileKind::read(&query.format),
        lang: visitor.lang,
        columns: &COLUMNS,
        most: MOST_EXPORTED,
        limit: LIMIT,
    };
    let filter = PastFilter { after: None, ..query.filter() };
    let days = days(&filter, actor.company.zone());
    let ctx = time.render_context(visitor.lang, 0, now);
    Ok(stream::respond(state, &granted, head, Purchases { filter, days, ctx }))
}

/// The purchases that a filter leaves.
struct Purchases {
    filter: PastFilter,
    days: Days,
    ctx: RenderContext,
}

impl Rows for Purchases {
    const AT_ONCE: i64 = 500;

    async fn read(&mut self, tx: &mut CompanyTx, limit: i64) -> Result<Part> {
        let mut purchases = past::list_purchases(tx, &self.filter, self.days, limit + 1).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = purchases.len() > most;
        purchases.truncate(most);
        self.filter.after = purchases.last().map(|last| (last.purchase.bought_at, last.purchase.id));
        let rows: Vec<_> = purchases.iter().map(|one| cells(one, self.ctx)).collect();
        Ok(Part { read: rows.len(), rows, more })
    }
}
