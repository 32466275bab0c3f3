//! `POST /quotes`: files become drafts, each with its own result.

use axum::extract::State;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::QuotesState;
use super::pages::import_page;
use crate::actor::Actor;
use crate::clock::Zone;
use crate::command::{self, Caller, Done, Outcome, Tap};
use crate::error::{AppError, Result, Sentence};
use crate::extract::{Multipart, Parts, wants_json};
use crate::ids::{DraftId, OperationId};
use crate::lang::Lang;
use crate::page::Visitor;
use crate::quotes::actions::require_import;
use crate::quotes::actions::upload::{StoreDraft, StoredDraft};
use crate::quotes::draft::{tidied, tidy};
use crate::quotes::queries::drafts::NewDraft;
use crate::quotes::views::UploadResult;
use crate::quotes::{MAX_BYTES, Refusal};

/// All files of one request. The script sends one file a request; without script they come together.
pub const MOST_REQUEST_BYTES: usize = 64 << 20;
/// Characters of a file's name that are kept.
const NAME: usize = 200;

/// A file as it was sent; None where it is too large to be kept.
struct File {
    name: String,
    bytes: Option<Vec<u8>>,
}

fn sentence(stored: StoredDraft) -> Sentence {
    match stored {
        StoredDraft { draft_id: None, .. } => Sentence::new("draft.gone"),
        StoredDraft { known: true, .. } => Sentence::new("draft.same_draft"),
        StoredDraft { known: false, .. } => Sentence::new("upload.done"),
    }
}

pub async fn upload(
    State(state): State<QuotesState>,
    visitor: Visitor,
    headers: HeaderMap,
    Multipart(mut multipart): Multipart,
) -> Result<Response> {
    let actor = visitor.actor()?;
    require_import(actor)?;
    let _turn = state.quota.turn(actor.person_id)?;
    let operation_id = command::operation_header(&headers)?;
    if wants_json(&headers) {
        let file = next_file(&mut multipart).await?.ok_or_else(|| AppError::invalid("upload.nothing"))?;
        let stored = store(&state, actor, file, operation_id.unwrap_or_default()).await?;
        let done = Done::new(&stored, "/quotes").say(sentence(stored.output));
        let location = stored.output.draft_id.map(|id| format!("/quotes/{id}"));
        return Ok(Done { location, ..done }.into_response());
    }
    let results = store_all(&state, actor, visitor.lang, &mut multipart).await?;
    import_page(&state.app, &visitor, &results).await
}

/// Without script: one after the other, so that one file at a time is held.
async fn store_all(
    state: &QuotesState,
    actor: &Actor,
    lang: Lang,
    multipart: &mut Parts,
) -> Result<Vec<UploadResult>> {
    let mut results = Vec::new();
    while let Some(file) = next_file(multipart).await? {
        let file_name = file.name.clone();
        let refusal = match store(state, actor, file, OperationId::new()).await {
            Ok(stored) if stored.output.known => Some(sentence(stored.output)),
            Ok(_) => None,
            Err(error) => Some(error.sentence()),
        };
        results
            .push(UploadResult { file_name, refusal: refusal.map(|sentence| sentence.say(lang, Zone::UTC)) });
    }
    if results.is_empty() {
        return Err(AppError::field("file", "upload.nothing"));
    }
    Ok(results)
}

/// Reads a file in a child process and keeps it. What is refused leaves no trace.
async fn store(
    state: &QuotesState,
    actor: &Actor,
    file: File,
    operation_id: OperationId,
) -> Result<Outcome<StoredDraft>> {
    let now = state.app.clock.now();
    state.quota.count(actor.person_id, now)?;
    let pdf = file.bytes.ok_or_else(|| refused(Refusal::TooLarge))?;
    let reading = tidied(state.sandbox.read_in_child(&pdf).await.map_err(refused)?);
    let sha256: [u8; 32] = Sha256::digest(&pdf).into();
    let draft = NewDraft {
        id: DraftId::new(),
        importer_id: actor.person_id,
        file_name: &file.name,
        sha256: &sha256,
        pdf: &pdf,
        reading: &reading,
    };
    let tap =
        Tap { caller: Caller::from(actor), operation_id, fingerprint: sha256, tapped_at: None, form: () };
    command::run(&state.app, &tap, &StoreDraft { draft, now }).await
}

fn refused(refusal: Refusal) -> AppError {
    let sentence = Sentence::new(format!("quotes.refusal.{}", refusal.code()));
    match refusal {
        Refusal::Busy => AppError::TooMany { sentence, retry_after: 5 },
        Refusal::Unavailable => AppError::Unavailable(None),
        _ => AppError::Invalid { sentence, fields: Vec::new() },
    }
}

/// The next file that somebody chose. A form without a choice sends one without name and content.
async fn next_file(multipart: &mut Parts) -> Result<Option<File>> {
    while let Some(field) = multipart.next_field().await.map_err(|error| broken(&error))? {
        let name = field.file_name().map(file_name).unwrap_or_default();
        if field.name() == Some("file") && !name.is_empty() {
            return Ok(Some(File { name, bytes: take(field).await? }));
        }
    }
    Ok(None)
}

/// A file's content; one that is too large is read to its end and not kept, so that the next one can be.
async fn take(mut field: Field<'_>) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut too_large = false;
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        too_large |= bytes.len() + chunk.len() > MAX_BYTES;
        if too_large {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((!too_large).then_some(bytes))
}

fn broken(error: &MultipartError) -> AppError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return refused(Refusal::TooLarge);
    }
    tracing::debug!(%error, "an upload could not be read");
    AppError::invalid("error.form_unreadable")
}

/// The last part of what the browser calls the file. It is shown, and never used as a path.
fn file_name(sent: &str) -> String {
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    tidy(name).chars().take(NAME).collect()
}
