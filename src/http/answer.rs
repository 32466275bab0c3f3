//! Turns handlers' results into answers: JSON with the missing frames for the script, a page for a person.

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

use crate::auth::client;
use crate::clock::Zone;
use crate::command::Done;
use crate::error::{AppError, Chain, Result, Sentence};
use crate::extract::wants_json;
use crate::feed::Cursor;
use crate::http::views::{AwayPage, ErrorPage};
use crate::lang::Lang;
use crate::live::Live;
use crate::live::company::CatchUp;
use crate::live::viewer::Viewer;
use crate::page::{self, CompanyTime, Visitor};
use crate::screen::Screen;
use crate::state::AppState;

/// Time limit for the frames of an answer; they come over the socket as well.
const CATCH_UP: Duration = Duration::from_secs(1);

/// `Refresh` header of errors on a wall: nobody is there to navigate back.
const BACK_TO_THE_WALL: &str = "5; url=/wall";

/// axum's own sentences are short.
const LONGEST_REJECTION: usize = 4096;

/// What the answer depends on, taken before the handler consumes the request.
#[derive(Debug)]
pub(super) struct RequestContext {
    visitor: Visitor,
    json: bool,
    screen: Option<Screen>,
    cursor: Option<Cursor>,
    back: String,
}

impl RequestContext {
    pub(super) fn of(visitor: Visitor, parts: &Parts) -> Self {
        let headers = &parts.headers;
        Self {
            visitor,
            json: wants_json(headers) || client::is_awaited(parts.uri.path()),
            screen: parsed(headers, "x-screen"),
            cursor: parsed(headers, "x-cursor"),
            back: back(&parts.uri),
        }
    }

    pub(super) fn visitor(&self) -> &Visitor {
        &self.visitor
    }
}

fn parsed<T: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// Where "back" leads after an error: the page above, and from a file to the page that shows the same.
fn back(uri: &Uri) -> String {
    let (path, query) = (uri.path(), uri.query().unwrap_or_default());
    match path.split_once("/export") {
        Some((page, _)) if query.is_empty() => page.to_owned(),
        Some((page, _)) => format!("{page}?{query}"),
        None => above(path).to_owned(),
    }
}

fn above(path: &str) -> &str {
    let mut ends = path.match_indices('/').map(|(at, _)| at).skip(2);
    match (path.starts_with("/orders/") || path.starts_with("/quotes/"), ends.next()) {
        (true, Some(end)) => &path[..end],
        (true, None) => "/",
        (false, _) if path.starts_with("/people/") => "/people",
        (false, _) if path.starts_with("/settings/") => "/settings",
        (false, _) if path.starts_with("/walls/") => "/walls",
        (false, _) => "/",
    }
}

/// Puts what a handler answered into words.
pub(super) async fn say(live: &Live, context: &RequestContext, mut response: Response) -> Response {
    if let Some(done) = response.extensions_mut().remove::<Done>() {
        return if context.json { accepted(live, context, &done).await } else { response };
    }
    if let Some(error) = response.extensions_mut().remove::<Arc<AppError>>() {
        return refused(live, context, &error, error.status()).await;
    }
    if is_in_plain_english(&response) {
        let status = response.status();
        let error = from_rejection(response).await;
        let status = if status == StatusCode::PAYLOAD_TOO_LARGE { status } else { error.status() };
        return refused(live, context, &error, status).await;
    }
    response
}

/// Whether axum itself rejected the path, the query or the body.
fn is_in_plain_english(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    response.status().is_client_error() && content_type.is_none_or(|kind| kind.starts_with("text/plain"))
}

/// An unparsable path is answered as not found, anything else as invalid.
async fn from_rejection(response: Response) -> AppError {
    let status = response.status();
    if matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
        return AppError::NotFound;
    }
    let text = axum::body::to_bytes(response.into_body(), LONGEST_REJECTION).await.unwrap_or_default();
    match status {
        StatusCode::BAD_REQUEST if text.starts_with(b"Invalid URL") => AppError::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => AppError::invalid("error.413.title"),
        _ => AppError::invalid("error.422.title"),
    }
}

/// How errors are said before the visitor is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plainly {
    lang: Lang,
    json: bool,
}

impl Plainly {
    pub(super) fn to(headers: &HeaderMap) -> Self {
        Self { lang: client::lang(headers), json: wants_json(headers) }
    }
}

/// Puts errors of the layers around the handlers into words.
pub(super) fn say_plainly(Plainly { lang, json }: Plainly, mut response: Response) -> Response {
    let Some(error) = response.extensions_mut().remove::<Arc<AppError>>() else { return response };
    let sentence = error.sentence().say(lang, Zone::UTC);
    let status = error.status();
    let mut response = if json {
        let body = json!({ "type": error.problem_type(), "title": sentence, "status": status.as_u16() });
        let headers =
            [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
        (status, headers, body.to_string()).into_response()
    } else {
        (status, [(header::CACHE_CONTROL, "no-store")], format!("{sentence}\n")).into_response()
    };
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// 200 with what was done and the frames through it.
async fn accepted(live: &Live, context: &RequestContext, done: &Done) -> Response {
    let zone = context.visitor.zone();
    let say = |sentence: &Sentence| sentence.say(context.visitor.lang, zone);
    let mut body = Map::new();
    body.insert("n".to_owned(), json!(done.n));
    body.insert("message".to_owned(), json!(done.message.as_ref().map(say)));
    body.insert("undo".to_owned(), json!(done.undo));
    body.insert("location".to_owned(), json!(done.location));
    let more = frames(live, context, Some(done.n)).await;
    json_response(body, more, StatusCode::OK, "application/json")
}

/// Problem details (RFC 9457) with the frames that show the truth, or a page with the sentence.
async fn refused(live: &Live, context: &RequestContext, error: &AppError, status: StatusCode) -> Response {
    log(error);
    let (lang, zone) = (context.visitor.lang, context.visitor.zone());
    let sentence = error.sentence().say(lang, zone);
    let mut response = if context.json {
        let mut body = Map::new();
        body.insert("type".to_owned(), json!(error.problem_type()));
        body.insert("title".to_owned(), json!(sentence));
        body.insert("status".to_owned(), json!(status.as_u16()));
        if let AppError::Invalid { fields, .. } = error {
            let fields: Map<String, Value> = fields
                .iter()
                .map(|(name, sentence)| (name.clone(), json!(sentence.say(lang, zone))))
                .collect();
            body.insert("fields".to_owned(), Value::Object(fields));
        }
        // A database that is away has no frames either; the answer comes before the script gives up.
        let away = matches!(error, AppError::Unavailable(_));
        let more = if away { None } else { frames(live, context, None).await };
        json_response(body, more, status, "application/problem+json")
    } else if matches!(error, AppError::SignedOut) {
        (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response()
    } else if matches!(error, AppError::Idle) {
        let query = [("idle", "yes"), ("next", context.back.as_str())];
        let location = format!("/switch?{}", serde_html_form::to_string(query).unwrap_or_default());
        (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
    } else {
        error_page(live, context, error, (status, &sentence))
    };
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if matches!(error, AppError::WallOnly) {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static(BACK_TO_THE_WALL));
    }
    response
}

fn error_page(
    live: &Live,
    context: &RequestContext,
    error: &AppError,
    (status, sentence): (StatusCode, &str),
) -> Response {
    let now = live.state.clock.now();
    let layout = match &context.visitor.person {
        Some(actor) => page::layout(actor, context.visitor.lang, now, actor.can_codes(), None),
        None => page::signed_out(context.visitor.lang, context.visitor.theme, now, None),
    };
    let page = ErrorPage {
        layout: &layout,
        status: status.as_u16(),
        sentence: Some(sentence),
        back: &context.back,
        asks_pin: matches!(error, AppError::StepUp),
    };
    match page::respond(&page) {
        Ok(mut response) => {
            *response.status_mut() = status;
            response
        }
        Err(_) => status.into_response(),
    }
}

/// `GET /away`: what a device keeps for pages that it has no copy of.
pub async fn away(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    let layout = page::signed_out(visitor.lang, visitor.theme, state.clock.now(), None);
    page::respond(&AwayPage { layout: &layout })
}

/// `more` are members that are text already.
fn json_response(
    body: Map<String, Value>,
    more: Option<String>,
    status: StatusCode,
    content_type: &'static str,
) -> Response {
    let mut text = Value::Object(body).to_string();
    if let Some(more) = more {
        text.pop();
        text.push(',');
        text.push_str(&more);
        text.push('}');
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, text).into_response()
}

/// What `GET /feed` would answer from the request's cursor, so that the actor's screen takes the same way as everybody's:
/// `"frames":[…]` or `"reset":"…"`; None without a cursor, or when the frames cannot be had now (they will
/// come over the socket).
async fn frames(live: &Live, context: &RequestContext, through: Option<i64>) -> Option<String> {
    let (screen, cursor) = (context.screen?, context.cursor.as_ref()?);
    let actor = context.visitor.person.as_deref()?;
    if !screen.is_allowed(actor) {
        return None;
    }
    let company = live.company(actor.company_id, &CompanyTime::from(&actor.company));
    let catch_up = company.catch_up(Viewer::from(actor), screen, context.visitor.lang, cursor, through);
    let caught_up = tokio::time::timeout(CATCH_UP, catch_up).await;
    match caught_up.unwrap_or(Err(AppError::Unavailable(None))) {
        Ok(CatchUp::Frame { text, .. }) => Some(format!("\"frames\":[{text}]")),
        Ok(CatchUp::Reset(reason)) => Some(format!("\"reset\":\"{}\"", reason.code())),
        Err(error) => {
            tracing::debug!(
                error = %Chain(&error),
                "the frames of an answer could not be rendered"
            );
            None
        }
    }
}

/// The person reads the sentence; the operator reads why.
fn log(error: &AppError) {
    match error {
        AppError::Internal(_) => tracing::error!(error = %Chain(error), "a request failed"),
        AppError::NoSpace(_) => {
            tracing::error!(error = %Chain(error), "the database's disk is full");
        }
        AppError::Unavailable(_) => {
            tracing::warn!(error = %Chain(error), "a request could not be served");
        }
        _ => tracing::debug!(%error, "a request was refused"),
    }
}
