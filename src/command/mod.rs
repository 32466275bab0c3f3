//! Runs a command exactly once, and answers it.
//!
//! A tap carries an operation id. The first time, its transaction is: operation id and locks (one message) → read →
//! decide → write, history and head row (one statement, where the command leaves it to [`LastWrite`]) → commit. Sent
//! again it answers what was stored. A refusal stores nothing. It acts with the authority of the moment in which the
//! operation id is claimed: the body may come long after the session was read.

mod tapped;

use std::time::Duration;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::to_raw_value;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use crate::actor::Actor;
use crate::db::CompanyTx;
use crate::error::{AppError, Chain, Result, Sentence};
use crate::extract;
use crate::feed::queries::{
    self, AcceptedOperation, Appending, NewOperation, OperationClaim, OperationKey, StoredOperation,
};
use crate::feed::{self, LastWrite, NewEvent};
use crate::ids::{CompanyId, OperationId, OrderId, PersonId, SessionId};
use crate::state::AppState;

/// Who sends a command; put into the request by the session layer.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    pub company_id: CompanyId,
    pub person_id: PersonId,
    /// None: the person has no session, as in the demo.
    pub session_id: Option<SessionId>,
}

impl From<&Actor> for Caller {
    fn from(actor: &Actor) -> Self {
        Self { company_id: actor.company_id, person_id: actor.person_id, session_id: Some(actor.session.id) }
    }
}

/// One tap: its operation id, the fingerprint of what was sent, and the form.
#[derive(Debug)]
pub struct Tap<T> {
    pub caller: Caller,
    pub operation_id: OperationId,
    pub fingerprint: [u8; 32],
    /// When the tap was made, by its device; None: the device does not say.
    pub tapped_at: Option<Timestamp>,
    pub form: T,
}

/// What a command did to the database, and what its answer says about it.
#[derive(Debug)]
pub struct Change<T = ()> {
    pub output: T,
    /// In feed order, of all orders that were changed. Empty: the wanted state already held,
    /// and the command is accepted without history or event.
    pub events: Vec<NewEvent>,
    /// Pending writes; the last one goes into one statement with the events.
    pub writes: Vec<Box<dyn LastWrite>>,
}

impl<T> Change<T> {
    pub fn unchanged(output: T) -> Self {
        Self::with_events(output, Vec::new())
    }

    pub fn happened(output: T, event: NewEvent) -> Self {
        Self::with_events(output, vec![event])
    }

    pub fn with_events(output: T, events: Vec<NewEvent>) -> Self {
        Self { output, events, writes: Vec::new() }
    }

    pub fn writing(mut self, write: impl LastWrite + 'static) -> Self {
        self.writes.push(Box::new(write));
        self
    }
}

impl From<NewEvent> for Change {
    fn from(event: NewEvent) -> Self {
        Self::happened((), event)
    }
}

/// A command: decides and writes inside the transaction it is given. Run again from the start when the
/// transaction has to be.
pub trait Command: Sync {
    /// What the answer needs to know, also when the same tap comes again: ids and counts. It is stored beside the
    /// operation, so it never holds a secret.
    type Output: Serialize + DeserializeOwned + Send;

    /// The orders that are locked when the operation is claimed. Orders that it learns of later, or that are locked
    /// after people, it locks by itself.
    fn orders(&self) -> &[OrderId] {
        &[]
    }

    fn apply(&self, tx: &mut CompanyTx) -> impl Future<Output = Result<Change<Self::Output>>> + Send;
}

/// An accepted command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome<T = ()> {
    /// The company's feed holds the command's effect from this number on.
    pub n: i64,
    /// The last entry of an order's history that it wrote; None: it changed no order.
    pub version: Option<i64>,
    pub output: T,
    /// This is the stored answer to a tap that came before: a secret that it made was shown then.
    pub replayed: bool,
}

/// A transaction that met a deadlock, a lock time-out or a broken connection is tried again until then.
const NO_NEW_TRY_AFTER: Duration = Duration::from_secs(3);
/// Time limit of a command with its frames; the script gives up after 10 s.
const LONGEST: Duration = Duration::from_secs(6);
/// Pause before a retry, with jitter up to twice as long, so that two transactions do not collide again.
const PAUSE: Duration = Duration::from_millis(20);

/// Runs a command once for its operation id. A commit whose answer was lost is found by the next try, or by the next tap
/// of the same id.
pub async fn run<T, C: Command>(state: &AppState, tap: &Tap<T>, command: &C) -> Result<Outcome<C::Output>> {
    let began = Instant::now();
    timeout_at(began + LONGEST, run_from(began, state, tap, command))
        .await
        .unwrap_or(Err(AppError::Unavailable(None)))
}

/// Whether a tap was accepted before: [`run`] will answer what was stored, so what a first try is judged by, or costs, is
/// left out.
pub async fn was_accepted<T>(state: &AppState, tap: &Tap<T>) -> Result<bool> {
    let Caller { company_id, person_id, .. } = tap.caller;
    let mut tx = state.db.company(company_id).await?;
    queries::is_accepted(&mut tx, OperationKey { person_id, operation_id: tap.operation_id }).await
}

async fn run_from<T, C: Command>(
    began: Instant,
    state: &AppState,
    tap: &Tap<T>,
    command: &C,
) -> Result<Outcome<C::Output>> {
    loop {
        match run_once(state, tap, command).await {
            Err(error) if error.is_transient() && began.elapsed() < NO_NEW_TRY_AFTER => {
                metrics::counter!("command_retries_total").increment(1);
                tracing::debug!(error = %Chain(&error), "a command is tried again");
                sleep(PAUSE.mul_f64(1.0 + rand::random::<f64>())).await;
            }
            other => return other,
        }
    }
}

async fn run_once<T, C: Command>(state: &AppState, tap: &Tap<T>, command: &C) -> Result<Outcome<C::Output>> {
    let Caller { company_id, person_id, session_id } = tap.caller;
    let key = OperationKey { person_id, operation_id: tap.operation_id };
    let now = state.clock.now();
    let tapped_at = tapped::believed(tap.tapped_at, now);
    let fingerprint = &tap.fingerprint;
    let operation = NewOperation { company_id, key, fingerprint, session_id, tapped_at, now };
    let (mut tx, claim) = queries::claim_operation(&state.db, &operation, command.orders()).await?;
    match claim {
        OperationClaim::First(roles, overrides) => tx.set_operation(tap.operation_id, roles, overrides),
        OperationClaim::SignedOut => return Err(AppError::SignedOut),
        OperationClaim::Stored(stored) => return replay(stored, &tap.fingerprint),
    }
    let Change { output, events, writes } = command.apply(&mut tx).await?;
    let stored_output = to_raw_value(&output).map_err(AppError::internal)?;
    let accepted = AcceptedOperation { key, output: &stored_output };
    let Some(newest) = events.last() else {
        let n = queries::update_operation_unchanged(&mut tx, accepted).await?;
        feed::commit_without_event(tx).await?;
        return Ok(Outcome { n, version: None, output, replayed: false });
    };
    let version = newest.version;
    let appending = Appending::new(&events, Some(accepted), now)?;
    let committed = feed::commit_with(tx, &state.doorbell, &appending, &writes).await?;
    Ok(Outcome { n: committed.n, version, output, replayed: false })
}

fn replay<T: DeserializeOwned>(stored: StoredOperation, fingerprint: &[u8]) -> Result<Outcome<T>> {
    if stored.fingerprint != fingerprint {
        return Err(AppError::invalid("error.operation_reused"));
    }
    // A build whose output was another one accepted it: the page is fetched again and shows what was done.
    let output = serde_json::from_value(stored.output.unwrap_or(Value::Null))
        .map_err(|_| AppError::conflict("error.operation_done"))?;
    Ok(Outcome { n: stored.n, version: stored.version, output, replayed: true })
}

/// The answer of a handler after a command. The http layer turns it into what `GET /feed` would answer, for the
/// script, or into a redirect back to a page.
#[derive(Clone, Debug)]
pub struct Done {
    pub n: i64,
    pub message: Option<Sentence>,
    /// Path that takes the command back.
    pub undo: Option<String>,
    /// Where the script goes next, if it does not stay.
    pub location: Option<String>,
    /// Where a browser without script goes.
    pub back: String,
}

impl Done {
    pub fn new<T>(outcome: &Outcome<T>, back: impl Into<String>) -> Self {
        Self { n: outcome.n, message: None, undo: None, location: None, back: back.into() }
    }

    pub fn say(mut self, sentence: Sentence) -> Self {
        self.message = Some(sentence);
        self
    }

    pub fn undo(mut self, path: Option<String>) -> Self {
        self.undo = path;
        self
    }

    /// Both kinds of browser go there.
    pub fn go(mut self, location: impl Into<String>) -> Self {
        let location = location.into();
        self.back.clone_from(&location);
        self.location = Some(location);
        self
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, self.back.clone())]).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl<S, T> FromRequest<S> for Tap<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = AppError;

    async fn from_request(request: Request, _state: &S) -> Result<Self> {
        let caller = *request.extensions().get::<Caller>().ok_or(AppError::SignedOut)?;
        let path = request.uri().path().to_owned();
        let header = operation_header(request.headers())?;
        let tapped_at = tapped::tapped_header(request.headers());
        let body = extract::form_bytes(request).await?;
        let fingerprint = fingerprint(&path, &body);
        let operation_id = header.unwrap_or_else(|| derived_operation(caller.person_id, &path, &body));
        let form = extract::parse_form(&body)?;
        Ok(Tap { caller, operation_id, fingerprint, tapped_at, form })
    }
}

/// The operation id that the script sends; None: there is no script.
pub fn operation_header(headers: &HeaderMap) -> Result<Option<OperationId>> {
    let Some(value) = headers.get("x-operation-id") else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| text.parse().ok());
    id.map(Some).ok_or_else(|| AppError::invalid("error.operation_invalid"))
}

fn fingerprint(path: &str, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(path.as_bytes());
    hash.update([0]);
    hash.update(body);
    hash.finalize().into()
}

/// Without script the page's own version makes the tap's id: the same form sent twice from the same page is
/// one tap.
fn derived_operation(person_id: PersonId, path: &str, body: &[u8]) -> OperationId {
    let name = [person_id.0.as_bytes().as_slice(), path.as_bytes(), b"\0", body].concat();
    OperationId(Uuid::new_v5(&Uuid::NAMESPACE_URL, &name))
}
