//! Files: a table of figures, and the history as it is narrowed down.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::history::HistoryQuery;
use super::metrics::{PeriodQuery, read};
use crate::actor::{Actor, Permission};
use crate::error::{AppError, Chain, Result};
use crate::extract::{Path, Query};
use crate::lang::Lang;
use crate::page::{CompanyTime, Visitor};
use crate::reports::model::history::{HistoryFilter, Place};
use crate::reports::search::Search;
use crate::reports::views::export::{HistoryFile, MOST_EXPORTED};
use crate::reports::{csv, load, tables};
use crate::state::AppState;

/// Orders that are read, and sent, at once.
const ORDERS_AT_ONCE: i64 = 200;

fn exporter(visitor: &Visitor) -> Result<&Actor> {
    let actor = visitor.actor()?;
    if actor.can(Permission::Export) { Ok(actor) } else { Err(AppError::Forbidden) }
}

/// `GET /reports/export/{table}`
pub async fn table(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(code): Path<String>,
    Query(query): Query<PeriodQuery>,
) -> Result<Response> {
    let actor = exporter(&visitor)?;
    if !tables::TABLES.contains(&code.as_str()) {
        return Err(AppError::NotFound);
    }
    let _turn = load::turn().await?;
    let mut tx = state.db.company(actor.company_id).await?;
    let metrics = read(&mut tx, actor, visitor.lang, query.choice(), state.clock.now()).await?;
    let table = tables::table(&metrics, &code).ok_or(AppError::NotFound)?;
    let period = metrics.period;
    let name = format!("{code}-{}-{}", period.from, period.to);
    Ok(file(&name, Body::from(csv::file(&table, visitor.lang))))
}

/// `GET /history/export`: what the page shows with the same query, up to [`MOST_EXPORTED`] orders.
pub async fn history(
    State(state): State<AppState>,
    visitor: Visitor,
    Query(query): Query<HistoryQuery>,
) -> Result<Response> {
    let actor = exporter(&visitor)?.clone();
    let name = format!("historico-{}", CompanyTime::from(&actor.company).today(state.clock.now()));
    let export = Export {
        state,
        lang: visitor.lang,
        filter: query.filter(),
        next: Next::Beginning,
        left: MOST_EXPORTED,
        actor,
    };
    let chunks = stream::unfold(export, |mut export| async move {
        let chunk = export.chunk().await?;
        Some((Ok::<_, Infallible>(Bytes::from(chunk)), export))
    });
    Ok(file(&name, Body::from_stream(chunks)))
}

/// Where the next part of a file begins.
enum Next {
    Beginning,
    After(Place),
    Nowhere,
}

/// A file on its way. Each part is read in a transaction of its own: a slow line holds no connection.
struct Export {
    state: AppState,
    actor: Actor,
    lang: Lang,
    filter: HistoryFilter,
    next: Next,
    left: i64,
}

impl Export {
    /// The next part; None: it is whole. A file that breaks off says so in its last row.
    async fn chunk(&mut self) -> Option<String> {
        match self.read().await {
            Ok(chunk) => chunk,
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "an export broke off");
                self.next = Next::Nowhere;
                Some(HistoryFile { lang: self.lang }.broken())
            }
        }
    }

    async fn read(&mut self) -> Result<Option<String>> {
        let file = HistoryFile { lang: self.lang };
        let (mut text, after) = match self.next {
            Next::Beginning => (file.head(), None),
            Next::After(place) => (String::new(), Some(place)),
            Next::Nowhere => return Ok(None),
        };
        let time = CompanyTime::from(&self.actor.company);
        let mut tx = self.state.db.company(self.actor.company_id).await?;
        let search = Search::begin(&mut tx, &self.filter, &time).await?;
        let part = search.part(&mut tx, &time, after, ORDERS_AT_ONCE.min(self.left)).await?;
        let scene = time.scene(self.lang, 0, self.state.clock.now());
        for row in &part.rows {
            file.push(&mut text, row, scene);
        }
        self.left -= i64::try_from(part.rows.len()).unwrap_or(self.left);
        self.next = match part.next {
            Some(place) if self.left > 0 => Next::After(place),
            Some(_) => {
                text.push_str(&file.limit());
                Next::Nowhere
            }
            None => Next::Nowhere,
        };
        Ok(Some(text))
    }
}

/// `name` is made of our own words and days.
fn file(name: &str, body: Body) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}.csv\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, body).into_response()
}
