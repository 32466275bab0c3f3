//! `/wall`, which a screen opens, and `/walls`, where administrators manage them.

use std::sync::Arc;

use askama::Template as _;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::actions::{PairWall, RenameWall, RevokeWall, check_code, find_code, new_code};
use super::model::{check_name, read_code};
use super::queries;
use super::views::{PairingPage, WallBody, WallPage, WallsPage};
use crate::actor::{Actor, Wall};
use crate::auth::client::{self, Client};
use crate::auth::step_up::{administrator, needs_pin};
use crate::clock::Zone;
use crate::command::{self, Done, Tap};
use crate::error::{AppError, Result, Sentence};
use crate::extract::{NoForm, Path};
use crate::html::{Drawn, FieldErrors, Pager};
use crate::ids::WallId;
use crate::orders::indicators::{Indicators, PAST_DAYS};
use crate::orders::queries::{board, summaries};
use crate::orders::views::{BoardFilter, CARDS_ON_A_WALL, CountersFragment, board_sort};
use crate::page::{self, Body, CompanyTime, PageCache, SharedHtml, Snapshot, Subscribed, Visitor};
use crate::people::routes::by;
use crate::screen::Screen;
use crate::state::AppState;

/// What the pages of walls share.
#[derive(Clone, Debug)]
pub struct Walls {
    app: AppState,
    boards: Arc<PageCache>,
}

impl FromRef<Walls> for AppState {
    fn from_ref(walls: &Walls) -> Self {
        walls.app.clone()
    }
}

pub fn router(app: AppState) -> Router {
    Router::new()
        .route("/wall", get(wall))
        .route("/wall/code", post(ask_for_code).get(to_wall))
        .route("/walls", get(walls).post(pair))
        .route("/walls/{wall}/name", post(rename).get(to_walls))
        .route("/walls/{wall}/revoke", post(revoke).get(to_walls))
        .with_state(Walls { app, boards: Arc::default() })
}

async fn to_wall() -> Redirect {
    Redirect::to("/wall")
}

/// A page that a form answered with, loaded again: back to where the form stands.
async fn to_walls() -> Redirect {
    Redirect::to("/walls")
}

async fn wall(State(walls): State<Walls>, visitor: Visitor, headers: HeaderMap) -> Result<Response> {
    let settings = &walls.app.settings;
    let secret = client::wall_secret(&headers, settings);
    let (Some(wall), Some(secret)) = (&visitor.wall, secret) else {
        return pairing(&walls.app, &visitor, &headers).await;
    };
    let now = walls.app.clock.now();
    let draw = || draw_board(&walls.app, wall, &visitor);
    let body = walls.boards.get(&visitor, Screen::Wall, String::new(), now, draw).await?;
    let s = CompanyTime::from(&wall.company).render_context(visitor.lang, body.snapshot.head.n, now);
    let cursor = body.snapshot.head.to_string();
    let mut response = page::respond(&WallPage { s, wall, cursor, body: Drawn(body.html.as_str()) })?;
    // Sent each time: a cookie expires this long after it was last set.
    response.headers_mut().append(header::SET_COOKIE, client::wall_cookie(secret, settings));
    Ok(response)
}

async fn draw_board(app: &AppState, wall: &Wall, visitor: &Visitor) -> Result<Body> {
    let now = app.clock.now();
    let _turn = page::turn().await?;
    metrics::counter!("page_bodies_drawn_total", "page" => "wall").increment(1);
    let (mut tx, snapshot) = Snapshot::begin(&app.db, wall.company_id).await?;
    let time = CompanyTime::from(&wall.company);
    let (open_now, finished_today) = board::get_totals(&mut tx, time.midnight(now)).await?;
    let spans = board::list_finished_spans(&mut tx, time.midnight_before(now, PAST_DAYS)).await?;
    let indicators = Indicators::new(&spans, time.midnight(now), time.calendar());
    let ids = board::list_open_ids(&mut tx, CARDS_ON_A_WALL, 0).await?;
    let mut orders = summaries::list_summaries(&mut tx, &ids).await?;
    orders.sort_by_cached_key(board_sort);
    let ctx = time.render_context(visitor.lang, snapshot.head.n, now);
    let counters = CountersFragment { ctx, open_now, finished_today, indicators };
    let pager = Pager::new(1, CARDS_ON_A_WALL, open_now);
    let filter = &BoardFilter::default();
    let body = WallBody { ctx, orders: &orders, counters, filter, pager };
    let html = body.render().map_err(AppError::internal)?;
    Ok(Body { title: String::new(), html: SharedHtml::new(html), snapshot, facts: () })
}

/// What a screen shows until an administrator has typed its code.
async fn pairing(app: &AppState, visitor: &Visitor, headers: &HeaderMap) -> Result<Response> {
    let person = visitor.person.as_ref().map(|actor| actor.name.as_str());
    let secret = client::wall_secret(headers, &app.settings).filter(|_| person.is_none());
    let code = find_code(app, secret).await?;
    let layout = page::signed_out(visitor.lang, visitor.theme, app.clock.now(), None);
    let code = code.as_deref().and_then(|code| code.split_at_checked(3));
    page::respond(&PairingPage { layout: &layout, code, person })
}

/// `POST /wall/code`: a screen wants to be paired.
async fn ask_for_code(
    State(app): State<AppState>,
    visitor: Visitor,
    client: Client,
    headers: HeaderMap,
) -> Result<Response> {
    let mut response = Redirect::to("/wall").into_response();
    if visitor.person.is_none() && visitor.wall.is_none() {
        let secret = client::wall_secret(&headers, &app.settings);
        let secret = new_code(&app, &client, secret).await?;
        response.headers_mut().append(header::SET_COOKIE, client::wall_cookie(secret, &app.settings));
    }
    Ok(response)
}

/// What was typed into the form of `/walls`, and what is wrong with it.
#[derive(Default)]
struct Typed {
    code: String,
    name: String,
    errors: FieldErrors,
}

async fn walls(
    State(app): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    headers: HeaderMap,
) -> Result<Response> {
    render(&app, &visitor, &actor, &headers, Typed::default()).await
}

async fn render(
    app: &AppState,
    visitor: &Visitor,
    actor: &Actor,
    headers: &HeaderMap,
    typed: Typed,
) -> Result<Response> {
    let needs_pin = needs_pin(app, actor)?;
    let _turn = page::turn().await?;
    let (mut tx, snapshot) = Snapshot::begin(&app.db, actor.company_id).await?;
    let walls = match needs_pin {
        true => Vec::new(),
        false => queries::list_walls(&mut tx, actor.company_id).await?,
    };
    drop(tx);
    let live = (!needs_pin).then_some(Subscribed { screen: Screen::Walls, snapshot });
    let layout = page::layout(actor, visitor.lang, app.clock.now(), actor.can_codes(), live);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    page::respond(&WallsPage {
        layout: &layout,
        walls: &walls,
        code: &typed.code,
        name: &typed.name,
        errors: &typed.errors,
        address: &format!("{host}/wall"),
        needs_pin,
    })
}

#[derive(Debug, Deserialize)]
struct PairForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    name: String,
}

/// The name first: what is typed wrong there costs no try.
async fn pair(
    State(app): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    client: Client,
    headers: HeaderMap,
    tap: Tap<PairForm>,
) -> Result<Response> {
    administrator(&app, &actor)?;
    match insert(&app, &actor, &client, &tap).await {
        Ok(done) => Ok(done.into_response()),
        Err(error @ (AppError::Invalid { .. } | AppError::Conflict(_) | AppError::TooMany { .. }))
            if !client.wants_json =>
        {
            let mut errors = page::field_errors(&error, visitor.lang);
            if errors.is_empty() {
                errors.push("code", error.sentence().say(visitor.lang, Zone::UTC));
            }
            let typed = Typed { code: tap.form.code.clone(), name: tap.form.name.clone(), errors };
            let mut response = render(&app, &visitor, &actor, &headers, typed).await?;
            error.mark(&mut response);
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

async fn insert(app: &AppState, actor: &Actor, client: &Client, tap: &Tap<PairForm>) -> Result<Done> {
    let name = tap.form.name.trim().to_owned();
    check_name(&name)?;
    let code = read_code(&tap.form.code);
    // The code of a tap that is sent again has ended, or is another wall's by now: that is no guess.
    if !command::was_accepted(app, tap).await? {
        check_code(app, actor, &client.source, code.as_deref()).await?;
    }
    let (id, code) = (WallId::new(), code.unwrap_or_default());
    let command = PairWall { by: by(app, actor, client), id, name: name.clone(), code };
    let outcome = command::run(app, tap, &command).await?;
    Ok(Done::new(&outcome, "/walls").say(Sentence::new("walls.paired").text("name", name)))
}

#[derive(Debug, Deserialize)]
struct NameForm {
    #[serde(default)]
    name: String,
}

async fn rename(
    State(app): State<AppState>,
    actor: Actor,
    client: Client,
    Path(id): Path<WallId>,
    tap: Tap<NameForm>,
) -> Result<Done> {
    administrator(&app, &actor)?;
    let name = tap.form.name.trim().to_owned();
    check_name(&name)?;
    let command = RenameWall { by: by(&app, &actor, &client), id, name: name.clone() };
    let outcome = command::run(&app, &tap, &command).await?;
    Ok(Done::new(&outcome, "/walls").say(Sentence::new("walls.renamed").text("name", name)))
}

async fn revoke(
    State(app): State<AppState>,
    actor: Actor,
    client: Client,
    Path(id): Path<WallId>,
    tap: Tap<NoForm>,
) -> Result<Done> {
    administrator(&app, &actor)?;
    let command = RevokeWall { by: by(&app, &actor, &client), id };
    let outcome = command::run(&app, &tap, &command).await?;
    let sentence = Sentence::new("walls.revoked").text("name", outcome.output.clone());
    Ok(Done::new(&outcome, "/walls").say(sentence))
}
