//! Confirms all drafts whose checks hold and that nobody need look at, each in a transaction of its own.

use axum::extract::State;
use uuid::Uuid;

use super::commands::on;
use crate::command::{self, Done, Outcome, Tap};
use crate::error::{AppError, Result, Sentence};
use crate::ids::{DraftId, OperationId};
use crate::page::Visitor;
use crate::quotes::actions::Sent;
use crate::quotes::actions::confirm::{ConfirmDraft, ConfirmedOrder};
use crate::state::AppState;

/// More drafts than this are confirmed with the next press.
const AT_ONCE: usize = 50;

/// `POST /quotes/confirm`: `draft` (several), each the id and the version that the list showed, as `ID:3`.
pub async fn confirm_all(
    State(state): State<AppState>,
    visitor: Visitor,
    tap: Tap<Vec<(String, String)>>,
) -> Result<Done> {
    let shown: Vec<(DraftId, i32)> = tap.form.iter().filter_map(|(name, value)| shown(name, value)).collect();
    let (mut last, mut count, mut refusal) = (None, 0, None);
    for (draft_id, version) in shown.into_iter().take(AT_ONCE) {
        match confirm(&state, &visitor, &tap, draft_id, version).await {
            Ok(outcome) => (last, count) = (Some(outcome), count + 1),
            // Somebody changed it, or it holds no longer: it stays in the list and says why.
            Err(error @ (AppError::Invalid { .. } | AppError::Conflict(_) | AppError::Gone(_))) => {
                refusal = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
    let Some(outcome) = last else {
        return Err(refusal.unwrap_or_else(|| AppError::conflict("draft.none_ready")));
    };
    let key = match (count, refusal) {
        (1, None) => "draft.confirmed_one",
        (_, None) => "draft.confirmed_all",
        (_, Some(_)) => "draft.confirmed_some",
    };
    Ok(Done::new(&outcome, "/quotes").say(Sentence::new(key).text("count", count.to_string())))
}

fn shown(name: &str, value: &str) -> Option<(DraftId, i32)> {
    let (id, version) = value.split_once(':').filter(|_| name == "draft")?;
    Some((id.parse().ok()?, version.parse().ok()?))
}

/// The operation id of each draft follows from the tap's: sent twice, none of them becomes two orders.
async fn confirm(
    state: &AppState,
    visitor: &Visitor,
    tap: &Tap<Vec<(String, String)>>,
    draft_id: DraftId,
    version: i32,
) -> Result<Outcome<ConfirmedOrder>> {
    let operation_id = OperationId(Uuid::new_v5(&tap.operation_id.0, draft_id.0.as_bytes()));
    let Tap { caller, fingerprint, tapped_at, .. } = *tap;
    let own = Tap { caller, operation_id, fingerprint, tapped_at, form: () };
    let sent = Sent::as_kept(version, visitor.lang);
    command::run(state, &own, &ConfirmDraft { on: on(state, visitor.actor()?, draft_id), sent: &sent }).await
}
