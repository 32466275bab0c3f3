//! Commands on a draft: read the form, run one action, say what was done.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use crate::command::{self, Done, Outcome, Tap};
use crate::error::{AppError, Result, Sentence};
use crate::extract::Path;
use crate::ids::{DraftId, OperationId};
use crate::page::Visitor;
use crate::quotes::actions::confirm::ConfirmDraft;
use crate::quotes::actions::discard::DiscardDraft;
use crate::quotes::actions::save::SaveDraft;
use crate::quotes::actions::{On, Sent};
use crate::quotes::queries::drafts;
use crate::state::AppState;
use crate::users::client::wants_json;
use crate::users::model::Actor;

/// Every field of the form, in its order: the names of cells depend on the paper.
type Fields = Vec<(String, String)>;

fn on<'a>(state: &AppState, actor: &'a Actor, draft_id: DraftId) -> On<'a> {
    On { actor, draft_id, now: state.clock.now() }
}

/// Where a form that was saved leads: to the cells somebody wants to correct, to the list, or back.
fn after_save(draft_id: DraftId, sent: &Sent) -> String {
    match (sent.get("edit"), sent.get("later")) {
        (Some("head"), _) => format!("/quotes/{draft_id}?line=head#number"),
        (Some(line), _) if line.parse::<u32>().is_ok() => {
            format!("/quotes/{draft_id}?line={line}#line-{line}")
        }
        (_, Some(_)) => "/quotes".to_owned(),
        _ => format!("/quotes/{draft_id}"),
    }
}

pub async fn save(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(draft_id): Path<DraftId>,
    tap: Tap<Fields>,
) -> Result<Done> {
    let sent = Sent { fields: tap.form.clone(), lang: visitor.lang };
    let command = SaveDraft { on: on(&state, visitor.actor()?, draft_id), sent: &sent };
    let outcome = command::run(&state, &tap, &command).await?;
    let done = Done::new(outcome, after_save(draft_id, &sent));
    Ok(done.say(Sentence::new("preview.saved")))
}

pub async fn confirm(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(draft_id): Path<DraftId>,
    headers: HeaderMap,
    tap: Tap<Fields>,
) -> Result<Response> {
    let sent = Sent { fields: tap.form.clone(), lang: visitor.lang };
    let on = on(&state, visitor.actor()?, draft_id);
    match command::run(&state, &tap, &ConfirmDraft { on, sent: &sent }).await {
        Ok(outcome) => Ok(confirmed(&state, on, outcome).await?.into_response()),
        // What was typed is kept, and the preview says what is missing beside each field.
        Err(AppError::Invalid { .. }) if !wants_json(&headers) => {
            let save = SaveDraft { on, sent: &sent };
            command::run(&state, &Tap { operation_id: OperationId::new(), ..tap }, &save).await?;
            Ok(Redirect::to(&format!("/quotes/{draft_id}?checked=yes")).into_response())
        }
        Err(error) => Err(error),
    }
}

/// To the order, also when the confirmation was sent again and the draft is long gone.
async fn confirmed(state: &AppState, on: On<'_>, outcome: Outcome) -> Result<Done> {
    let company_id = on.actor.company_id;
    let mut tx = state.db.company(company_id).await?;
    let order = drafts::find_order_of_event(&mut tx, company_id, outcome.n).await?;
    let path = order.map_or_else(|| format!("/quotes/{}", on.draft_id), |order| format!("/orders/{order}"));
    Ok(Done::new(outcome, "/quotes").say(Sentence::new("preview.confirmed")).go(path))
}

pub async fn discard(
    State(state): State<AppState>,
    actor: Actor,
    Path(draft_id): Path<DraftId>,
    tap: Tap<Fields>,
) -> Result<Done> {
    let command = DiscardDraft { on: on(&state, &actor, draft_id) };
    let outcome = command::run(&state, &tap, &command).await?;
    Ok(Done::new(outcome, "/quotes").say(Sentence::new("draft.discarded")))
}
