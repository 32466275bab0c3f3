//! Commands on a draft: read the form, run one action, answer.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use crate::actor::Actor;
use crate::command::{self, Done, Outcome, Tap};
use crate::error::{AppError, Result, Sentence};
use crate::extract::{Path, wants_json};
use crate::ids::{DraftId, OperationId};
use crate::page::{Snapshot, Visitor};
use crate::quotes::actions::confirm::{ConfirmDraft, ConfirmedOrder};
use crate::quotes::actions::discard::{DiscardDraft, RestoreDraft};
use crate::quotes::actions::save::SaveDraft;
use crate::quotes::actions::{DraftContext, Sent, scope};
use crate::quotes::draft::lines::is_name as is_line_name;
use crate::quotes::queries::drafts;
use crate::quotes::routes::pages::{PreviewQuery, show_preview};
use crate::state::AppState;

/// Every field of the form, in its order: the names of cells depend on the paper.
type Fields = Vec<(String, String)>;

pub fn on<'a>(state: &AppState, actor: &'a Actor, draft_id: DraftId) -> DraftContext<'a> {
    DraftContext { actor, draft_id, now: state.clock.now() }
}

/// Where a form that was saved leads: to the cells somebody wants to correct, to the list, or back.
fn after_save(draft_id: DraftId, sent: &Sent) -> String {
    match (sent.get("edit"), sent.get("later")) {
        (Some("head"), _) => format!("/quotes/{draft_id}?line=head#number"),
        (Some(line), _) if is_line_name(line) => {
            format!("/quotes/{draft_id}?line={line}#line-{line}")
        }
        (_, Some(_)) => "/quotes".to_owned(),
        _ if sent.get("strike").is_some() || sent.get("restore").is_some() => {
            format!("/quotes/{draft_id}#leftovers")
        }
        _ if sent.get("drop").or(sent.get("keep")).is_some_and(is_line_name) => {
            let line = sent.get("drop").or(sent.get("keep")).unwrap_or_default();
            format!("/quotes/{draft_id}#line-{line}")
        }
        _ if sent.get("add").is_some() => format!("/quotes/{draft_id}#add-line"),
        _ if sent.get("compare").is_some() => format!("/quotes/{draft_id}#existing-title"),
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
    let on = on(&state, visitor.actor()?, draft_id);
    let next = next_draft(&state, on, sent.get("later")).await;
    let outcome = command::run(&state, &tap, &SaveDraft { on, sent: &sent }).await?;
    let place = next.map_or_else(|| after_save(draft_id, &sent), |id| format!("/quotes/{id}"));
    let done = Done::new(&outcome, "/quotes");
    // Where a cell opens on the same paper, that is the answer.
    let done = if place.contains('#') { done } else { done.say(Sentence::new("preview.saved")) };
    Ok(done.go(place))
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
    let next = next_draft(&state, on, sent.get("then")).await;
    match command::run(&state, &tap, &ConfirmDraft { on, sent: &sent }).await {
        Ok(outcome) => {
            let done = confirmed(&outcome);
            Ok(match next {
                Some(id) => done.go(format!("/quotes/{id}")),
                None => done,
            }
            .into_response())
        }
        // What was typed is kept: the preview, shown or fetched again, says what does not hold by now.
        Err(error @ (AppError::Invalid { .. } | AppError::Conflict(_))) => {
            let kept = keep(&state, on, &sent, tap).await;
            if wants_json(&headers) { Err(error) } else { refused(&state, &visitor, on, error, kept).await }
        }
        Err(error) => Err(error),
    }
}

/// What a browser without script is shown instead of the order.
async fn refused(
    state: &AppState,
    visitor: &Visitor,
    on: DraftContext<'_>,
    error: AppError,
    kept: Result<Outcome>,
) -> Result<Response> {
    match (error, kept) {
        (AppError::Conflict(sentence), Ok(_)) => {
            let said = sentence.say(visitor.lang, visitor.zone());
            let page =
                show_preview(state, visitor, on.draft_id, &PreviewQuery::default(), Some(&said)).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        (conflict @ AppError::Conflict(_), Err(_)) => Err(conflict),
        (_, kept) => {
            kept?;
            Ok(Redirect::to(&format!("/quotes/{}?checked=yes", on.draft_id)).into_response())
        }
    }
}

/// Keeps what the form of a refused confirmation says.
async fn keep(state: &AppState, on: DraftContext<'_>, sent: &Sent, tap: Tap<Fields>) -> Result<Outcome> {
    let tap = Tap { operation_id: OperationId::new(), ..tap };
    command::run(state, &tap, &SaveDraft { on, sent }).await
}

/// The draft that is checked after this one, where a button asks for it. Looked for before the command: a draft that was
/// confirmed has no place in the list. Whatever becomes of it, the command is not answered as if it had failed.
async fn next_draft(state: &AppState, on: DraftContext<'_>, asked: Option<&str>) -> Option<DraftId> {
    if asked != Some("next") {
        return None;
    }
    let (mut tx, _) = Snapshot::begin(&state.db, on.actor.company_id).await.ok()?;
    let listed = drafts::list_drafts(&mut tx, scope(on.actor)).await.ok()?;
    below(&listed.iter().map(|draft| draft.id).collect::<Vec<_>>(), on.draft_id)
}

/// The one below in the list, and below the last the first: who passes over some comes back to them at the end.
fn below(listed: &[DraftId], draft_id: DraftId) -> Option<DraftId> {
    let at = listed.iter().position(|id| *id == draft_id);
    let (above, rest) = listed.split_at(at.unwrap_or_default());
    rest.iter().chain(above).copied().find(|id| *id != draft_id)
}

/// To the order, also when the confirmation was sent again and the draft is long gone.
fn confirmed(outcome: &Outcome<ConfirmedOrder>) -> Done {
    let ConfirmedOrder { order_id, is_new } = outcome.output;
    let said = Sentence::new(if is_new { "preview.confirmed" } else { "preview.applied" });
    Done::new(outcome, "/quotes").say(said).go(format!("/orders/{order_id}"))
}

pub async fn discard(
    State(state): State<AppState>,
    actor: Actor,
    Path(draft_id): Path<DraftId>,
    tap: Tap<Fields>,
) -> Result<Done> {
    let command = DiscardDraft { on: on(&state, &actor, draft_id) };
    let outcome = command::run(&state, &tap, &command).await?;
    let done = Done::new(&outcome, "/quotes").say(Sentence::new("draft.discarded")).go("/quotes");
    Ok(done.undo(Some(format!("/quotes/{draft_id}/restore"))))
}

pub async fn restore(
    State(state): State<AppState>,
    actor: Actor,
    Path(draft_id): Path<DraftId>,
    tap: Tap<Fields>,
) -> Result<Done> {
    let command = RestoreDraft { on: on(&state, &actor, draft_id) };
    let outcome = command::run(&state, &tap, &command).await?;
    Ok(Done::new(&outcome, "/quotes").say(Sentence::new("draft.restored")))
}
