//! Exports of tables and of the filtered history.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use super::history::HistoryQuery;
use super::metrics::{PeriodQuery, read};
use crate::auth::client::Client;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::export::grant::{Export, grant};
use crate::export::name::FileName;
use crate::export::stream::{self, FileHead, Part, Rows};
use crate::extract::{Path, Query};
use crate::html::RenderContext;
use crate::page::{CompanyTime, Snapshot, Visitor};
use crate::reports::model::history::{HistoryFilter, HistoryPosition};
use crate::reports::search::Search;
use crate::reports::views::export::{COLUMNS, LIMIT, MOST_EXPORTED, cells};
use crate::reports::{load, tables};
use crate::state::AppState;

/// `GET /reports/export/{table}`
pub async fn table(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    Path(code): Path<String>,
    Query(query): Query<PeriodQuery>,
) -> Result<Response> {
    if !tables::TABLES.contains(&code.as_str()) {
        return Err(AppError::NotFound);
    }
    let granted = grant(&state, &visitor, &client, Export::Figures).await?;
    let actor = granted.actor;
    let _turn = load::turn().await?;
    let (mut tx, _) = Snapshot::begin(&state.db, actor.company_id).await?;
    let metrics = read(&mut tx, actor, visitor.lang, query.choice(), state.clock.now()).await?;
    let table = tables::table(&metrics, &code).ok_or(AppError::NotFound)?;
    let period = metrics.period;
    let name = FileName::new(visitor.lang, &tables::title(&code)).of_days(period.from, period.to);
    let kind = query.kind();
    Ok(stream::attachment(&granted, &name, kind, Body::from(kind.table(&table, visitor.lang))))
}

/// `GET /history/export`: what the page shows with the same query, up to [`MOST_EXPORTED`] orders.
pub async fn history(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    Query(query): Query<HistoryQuery>,
) -> Result<Response> {
    let granted = grant(&state, &visitor, &client, Export::History).await?;
    let (time, now) = (CompanyTime::from(&granted.actor.company), state.clock.now());
    let head = FileHead {
        name: FileName::new(visitor.lang, "history.title").of_day(time.today(now)),
        kind: query.kind(),
        lang: visitor.lang,
        columns: &COLUMNS,
        most: MOST_EXPORTED,
        limit: LIMIT,
    };
    let ctx = time.render_context(visitor.lang, 0, now);
    let orders = ClosedOrders { filter: query.filter(), time, ctx, after: None };
    Ok(stream::respond(state, &granted, head, orders))
}

/// The closed orders that a filter leaves.
struct ClosedOrders {
    filter: HistoryFilter,
    time: CompanyTime,
    ctx: RenderContext,
    after: Option<HistoryPosition>,
}

impl Rows for ClosedOrders {
    const AT_ONCE: i64 = 200;

    async fn read(&mut self, tx: &mut CompanyTx, limit: i64) -> Result<Part> {
        let search = Search::begin(tx, &self.filter, &self.time).await?;
        let part = search.part(tx, &self.time, self.after, limit).await?;
        self.after = part.next;
        let rows = part.rows.iter().filter_map(|row| cells(row, self.ctx)).collect();
        Ok(Part { rows, read: part.rows.len(), more: part.next.is_some() })
    }
}
