//! `GET /live` (the socket) and `GET /feed` (the same frames over HTTP).

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::Live;
use super::channel::Watcher;
use super::company::{CatchUp, CompanyLive};
use super::limits::Limits;
use super::viewer::Viewer;
use super::{frame, sessions, socket};
use crate::actor::Actor;
use crate::auth::session;
use crate::error::{AppError, OriginRefused, Result};
use crate::extract::Query;
use crate::feed::Cursor;
use crate::lifecycle::Stage;
use crate::orders::queries::summaries;
use crate::page::{CompanyTime, Visitor};
use crate::screen::Screen;

/// What the live routes share.
#[derive(Clone, Debug)]
pub struct LiveState {
    pub live: Live,
    pub limits: Arc<Limits>,
    /// Exact origins that may open sockets.
    pub origins: Arc<Vec<String>>,
}

pub fn router(state: LiveState) -> Router {
    Router::new()
        .route("/live", get(open_socket))
        .route("/feed", get(read_feed))
        .route("/wall/live", get(open_wall_socket))
        .route("/wall/feed", get(read_wall_feed))
        .with_state(state)
}

#[derive(Debug, Deserialize)]
struct Subscription {
    screen: String,
    cursor: String,
    /// Seconds to wait for something new; only `GET /feed`.
    #[serde(default)]
    wait: u64,
}

/// The longest a poll waits; shorter than any proxy's patience.
const LONGEST_WAIT: u64 = 25;

impl Subscription {
    fn parse(&self) -> Result<(Screen, Cursor)> {
        let screen = self.screen.parse().map_err(|_| AppError::invalid("error.screen_unknown"))?;
        let cursor = self.cursor.parse().map_err(|_| AppError::invalid("error.cursor_invalid"))?;
        Ok((screen, cursor))
    }
}

/// Refuses a screen that is not for this person, and an order that is not this company's.
async fn authorise(live: &Live, actor: &Actor, screen: Screen) -> Result<()> {
    if !screen.is_allowed(actor) {
        return Err(AppError::Forbidden);
    }
    if let Screen::Order(order_id) = screen
        && !summaries::order_exists(&live.state.db, actor.company_id, order_id).await?
    {
        return Err(AppError::NotFound);
    }
    Ok(())
}

/// Much may have happened while a poll waited.
async fn authorise_again(live: &Live, viewer: Viewer, screen: Screen) -> Result<()> {
    match viewer {
        Viewer::Person { session_id, .. } => {
            let found =
                session::check_sessions(&live.state.db, &live.state.clock, &[session_id], &[]).await?;
            let actor = found.into_iter().find_map(|(_, actor)| actor).ok_or(AppError::SignedOut)?;
            authorise(live, &actor, screen).await
        }
        Viewer::Wall(id) => {
            let paired = sessions::list_paired(live, &[id]).await?;
            if paired.contains(&id) { Ok(()) } else { Err(AppError::SignedOut) }
        }
    }
}

/// An authorised viewer of a screen.
struct Watching {
    viewer: Viewer,
    company: Arc<CompanyLive>,
    screen: Screen,
    cursor: Cursor,
}

impl Watching {
    async fn of_person(state: &LiveState, visitor: &Visitor, asked: &Subscription) -> Result<Self> {
        let actor = visitor.actor()?;
        let (screen, cursor) = asked.parse()?;
        authorise(&state.live, actor, screen).await?;
        let company = state.live.company(actor.company_id, &CompanyTime::from(&actor.company));
        Ok(Self { viewer: Viewer::from(actor), company, screen, cursor })
    }

    /// A wall sees its board alone.
    fn of_wall(state: &LiveState, visitor: &Visitor, asked: &Subscription) -> Result<Self> {
        let wall = visitor.wall.as_ref().ok_or(AppError::SignedOut)?;
        let (screen, cursor) = asked.parse()?;
        if screen != Screen::Wall {
            return Err(AppError::WallOnly);
        }
        let company = state.live.company(wall.company_id, &CompanyTime::from(&wall.company));
        Ok(Self { viewer: Viewer::from(wall), company, screen, cursor })
    }
}

async fn open_socket(
    State(state): State<LiveState>,
    subscription: Result<Query<Subscription>>,
    visitor: Visitor,
    request: Request,
) -> Result<Response> {
    if !is_our_origin(&state.origins, request.headers()) {
        return Ok(OriginRefused.into_response());
    }
    visitor.actor()?;
    let Query(subscription) = subscription?;
    if state.live.state.lifecycle.stage() > Stage::Serving {
        return Err(AppError::Unavailable(None));
    }
    let watching = Watching::of_person(&state, &visitor, &subscription).await?;
    upgrade(&state, &visitor, watching, request)
}

async fn open_wall_socket(
    State(state): State<LiveState>,
    subscription: Result<Query<Subscription>>,
    visitor: Visitor,
    request: Request,
) -> Result<Response> {
    if !is_our_origin(&state.origins, request.headers()) {
        return Ok(OriginRefused.into_response());
    }
    let Query(subscription) = subscription?;
    if state.live.state.lifecycle.stage() > Stage::Serving {
        return Err(AppError::Unavailable(None));
    }
    let watching = Watching::of_wall(&state, &visitor, &subscription)?;
    upgrade(&state, &visitor, watching, request)
}

fn upgrade(state: &LiveState, visitor: &Visitor, watching: Watching, request: Request) -> Result<Response> {
    let Watching { viewer, company, screen, cursor } = watching;
    let lang = visitor.lang;
    let accept = websocket_accept(request.headers())?;
    let permit = state.limits.admit_socket(viewer, visitor.address)?;
    let live = state.live.clone();
    let upgrade = hyper::upgrade::on(request);
    live.state.lifecycle.clone().spawn(async move {
        let Ok(upgraded) = upgrade.await else { return };
        if let Some((stream, outbox)) = socket::open(upgraded).await {
            let watcher = Arc::new(Watcher {
                id: live.next_id(),
                viewer,
                screen,
                lang,
                outbox,
                visible: AtomicBool::new(true),
            });
            socket::serve(stream, company, watcher, cursor, &live.state.settings).await;
        }
        drop(permit);
    });
    let headers = [
        (header::CONNECTION, HeaderValue::from_static("upgrade")),
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    Ok((StatusCode::SWITCHING_PROTOCOLS, headers).into_response())
}

/// The exact scheme, host and port of an allowed page; a missing or `null` origin is a foreign one.
fn is_our_origin(allowed: &[String], headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    match origin {
        Some(origin) if allowed.iter().any(|known| known == origin) => true,
        other => {
            metrics::counter!("live_origin_refused_total").increment(1);
            tracing::warn!(origin = other.unwrap_or("none"), "a socket from a foreign origin was refused");
            false
        }
    }
}

/// Checks the handshake (RFC 6455, 4.2.1) and answers its key.
fn websocket_accept(headers: &HeaderMap) -> Result<HeaderValue> {
    let has = |name: header::HeaderName, token: &str| {
        let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(token))
    };
    let handshake = has(header::CONNECTION, "upgrade")
        && has(header::UPGRADE, "websocket")
        && has(header::SEC_WEBSOCKET_VERSION, "13");
    match headers.get(header::SEC_WEBSOCKET_KEY) {
        Some(key) if handshake => {
            HeaderValue::try_from(derive_accept_key(key.as_bytes())).map_err(AppError::internal)
        }
        _ => Err(AppError::invalid("error.socket_expected")),
    }
}

/// The same frames without a socket. With `wait`, answers as soon as something touches the screen.
async fn read_feed(
    State(state): State<LiveState>,
    subscription: Result<Query<Subscription>>,
    visitor: Visitor,
) -> Result<Response> {
    visitor.actor()?;
    let Query(subscription) = subscription?;
    let watching = Watching::of_person(&state, &visitor, &subscription).await?;
    read(&state, watching, &visitor, subscription.wait).await
}

async fn read_wall_feed(
    State(state): State<LiveState>,
    subscription: Result<Query<Subscription>>,
    visitor: Visitor,
) -> Result<Response> {
    let Query(subscription) = subscription?;
    let watching = Watching::of_wall(&state, &visitor, &subscription)?;
    read(&state, watching, &visitor, subscription.wait).await
}

async fn read(state: &LiveState, watching: Watching, visitor: &Visitor, wait: u64) -> Result<Response> {
    let Watching { viewer, company, screen, cursor } = watching;
    let lang = visitor.lang;
    let mut answer = company.catch_up(viewer, screen, lang, &cursor, None).await?;
    let wait = Duration::from_secs(wait.min(LONGEST_WAIT));
    if matches!(answer, CatchUp::Frame { empty: true, .. }) && !wait.is_zero() {
        let waiting = state.limits.admit_poll(viewer, visitor.address)?;
        tokio::select! {
            () = company.wait_for(screen, viewer, &cursor, wait) => {}
            // Waiting polls are answered when the replica goes away.
            () = state.live.state.lifecycle.reached(Stage::Draining) => {}
        }
        drop(waiting);
        authorise_again(&state.live, viewer, screen).await?;
        answer = company.catch_up(viewer, screen, lang, &cursor, None).await?;
    }
    let body = feed_body(&answer);
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body)
        .into_response())
}

/// `{"frames":[…]}` or `{"reset":"reason"}`, the objects that a socket sends.
fn feed_body(answer: &CatchUp) -> String {
    match answer {
        CatchUp::Frame { text, .. } => format!("{{\"frames\":[{text}]}}"),
        CatchUp::Reset(reason) => frame::reset_of_one(*reason).to_string(),
    }
}
