//! `/settings/locations`: where goods lie, from a file that is looked at first, and as one.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::require_administrator;
use crate::actor::Actor;
use crate::auth::client::Client;
use crate::clock::Zone;
use crate::command::{self, Tap};
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::export::file::FileKind;
use crate::export::grant::{Export, grant};
use crate::export::name::FileName;
use crate::export::stream::{self, FileHead, Part, Rows};
use crate::extract::{Query, YesNo};
use crate::html::Layout;
use crate::ids::OperationId;
use crate::orders::actions::location::ImportLocations;
use crate::orders::location::PlacedGoods;
use crate::orders::queries::locations;
use crate::page::{self, CompanyTime, LivePage, Visitor};
use crate::screen::Screen;
use crate::settings::model::locations::{PlaceRow, read};
use crate::settings::views::locations::{COLUMNS, LIMIT, LocationsPage, MOST_EXPORTED, cells};
use crate::state::AppState;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/settings/locations", get(page).post(bring))
        .route("/settings/locations/export", get(export))
}

#[derive(Debug, Deserialize)]
struct FileForm {
    /// The text of the file.
    #[serde(default)]
    places: String,
    /// It was looked at.
    save: Option<YesNo>,
}

/// What a form is answered with.
#[derive(Default)]
struct Shown<'a> {
    text: &'a str,
    rows: &'a [PlaceRow],
    error: Option<String>,
    saved: Option<i64>,
}

async fn page(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    require_administrator(visitor.actor()?)?;
    let (mut tx, live) = LivePage::open(&state.db, &visitor).await?;
    let placed = locations::count_locations(&mut tx).await?;
    let layout = live.layout(tx, Screen::Settings, state.clock.now());
    respond(&layout, Some(placed), &Shown::default())
}

/// Fetched again it would be gone: so it is not live.
fn show(state: &AppState, visitor: &Visitor, actor: &Actor, shown: &Shown<'_>) -> Result<Response> {
    let layout = page::layout(actor, visitor.lang, state.clock.now(), actor.can_codes(), None);
    respond(&Layout { of_a_moment: true, ..layout }, None, shown)
}

fn respond(layout: &Layout, placed: Option<i64>, shown: &Shown<'_>) -> Result<Response> {
    page::respond(&LocationsPage {
        layout,
        placed,
        text: shown.text,
        rows: shown.rows,
        error: shown.error.as_deref(),
        saved: shown.saved,
        tap: OperationId::new(),
    })
}

/// `POST /settings/locations`: shows what a file says; with `save`, takes all of it.
async fn bring(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    client: Client,
    tap: Tap<FileForm>,
) -> Result<Response> {
    require_administrator(&actor)?;
    let text = tap.form.places.as_str();
    let rows = match read(text) {
        Ok(rows) => rows,
        Err(error) => return show_refusal(&state, &visitor, &actor, text, &error),
    };
    let wanted = matches!(tap.form.save, Some(YesNo::Yes));
    if !wanted || rows.iter().any(|row| row.wrong.is_some()) {
        return show(&state, &visitor, &actor, &Shown { text, rows: &rows, ..Shown::default() });
    }
    let placed = |row: PlaceRow| PlacedGoods { code: row.code, unit: row.unit, location: row.location };
    let goods = rows.into_iter().map(placed).collect();
    let now = state.clock.now();
    let command = ImportLocations { actor: &actor, source: &client.source, now, goods };
    let outcome = command::run(&state, &tap, &command).await?;
    let saved = Some(i64::try_from(outcome.output).unwrap_or(i64::MAX));
    show(&state, &visitor, &actor, &Shown { saved, ..Shown::default() })
}

fn show_refusal(
    state: &AppState,
    visitor: &Visitor,
    actor: &Actor,
    text: &str,
    error: &AppError,
) -> Result<Response> {
    let said = Some(error.sentence().say(visitor.lang, Zone::UTC));
    let mut response = show(state, visitor, actor, &Shown { text, error: said, ..Shown::default() })?;
    error.mark(&mut response);
    Ok(response)
}

#[derive(Debug, Default, Deserialize)]
struct ExportQuery {
    /// `csv` or `xlsx`.
    #[serde(default)]
    format: String,
}

/// `GET /settings/locations/export`
async fn export(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    Query(query): Query<ExportQuery>,
) -> Result<Response> {
    let granted = grant(&state, &visitor, &client, Export::Locations).await?;
    let today = CompanyTime::from(&granted.actor.company).today(state.clock.now());
    let head = FileHead {
        name: FileName::new(visitor.lang, "settings.tab.locations").of_day(today),
        kind: FileKind::read(&query.format),
        lang: visitor.lang,
        columns: &COLUMNS,
        most: MOST_EXPORTED,
        limit: LIMIT,
    };
    Ok(stream::respond(state, &granted, head, Places::default()))
}

/// All goods that have a place.
#[derive(Default)]
struct Places {
    /// Code and unit of the last one that was read.
    after: (String, String),
}

impl Rows for Places {
    const AT_ONCE: i64 = 1_000;

    async fn read(&mut self, tx: &mut CompanyTx, limit: i64) -> Result<Part> {
        let after = (self.after.0.as_str(), self.after.1.as_str());
        let mut goods = locations::list_locations(tx, after, limit + 1).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = goods.len() > most;
        goods.truncate(most);
        if let Some(last) = goods.last() {
            self.after = (last.code.clone(), last.unit.clone());
        }
        let rows: Vec<_> = goods.into_iter().map(cells).collect();
        Ok(Part { read: rows.len(), rows, more })
    }
}
