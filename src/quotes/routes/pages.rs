//! The list Para conferir and the preview of one draft; each is one snapshot.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::actor::{Actor, Permission};
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::extract::{Path, Query};
use crate::html::{FieldErrors, Layout};
use crate::ids::DraftId;
use crate::orders::queries::documents::find_order_of_draft;
use crate::orders::routes::pages::pdf_response;
use crate::page::{self, Snapshot, Subscribed, Visitor};
use crate::quotes::actions::{gone, require_import, scope};
use crate::quotes::context::{ImportTarget, KnownOrder};
use crate::quotes::difference::{self, Reader};
use crate::quotes::draft::{Draft, Sheet};
use crate::quotes::preview;
use crate::quotes::queries::{context, drafts};
use crate::quotes::views::{DraftRow, ImportPage, PreviewPage, UploadResult};
use crate::screen::Screen;
use crate::state::AppState;

/// `GET /quotes`
pub async fn quotes(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    import_page(&state, &visitor, &[]).await
}

/// The import page, with what became of files that a browser without script sent.
pub async fn import_page(state: &AppState, visitor: &Visitor, results: &[UploadResult]) -> Result<Response> {
    let actor = visitor.actor()?;
    require_import(actor)?;
    let _turn = page::turn().await?;
    let (mut tx, snapshot) = Snapshot::begin(&state.db, actor.company_id).await?;
    let stored = drafts::list_drafts(&mut tx, scope(actor)).await?;
    let sheets: Vec<Sheet> = stored.iter().map(Draft::sheet).collect();
    let pairs: Vec<(&Draft, &Sheet)> = stored.iter().zip(&sheets).collect();
    let context = context::get_context(&mut tx, &pairs).await?;
    let rows: Vec<DraftRow> =
        pairs.iter().map(|(draft, sheet)| preview::draft_row(draft, sheet, &context, visitor.lang)).collect();
    let layout = layout(state, visitor, actor, snapshot);
    page::respond(&ImportPage { layout: &layout, drafts: &rows, results })
}

/// The frame of a page of the screen `quotes`.
fn layout(state: &AppState, visitor: &Visitor, actor: &Actor, snapshot: Snapshot) -> Layout {
    let live = Subscribed { screen: Screen::Quotes, snapshot };
    page::layout(actor, visitor.lang, state.clock.now(), actor.can_codes(), Some(live))
}

/// How a preview is drawn.
#[derive(Debug, Default, Deserialize)]
pub struct PreviewQuery {
    /// The line, or `head`, whose cells are open for correction.
    line: Option<String>,
    /// A confirmation was refused: what is missing is said beside each field.
    checked: Option<String>,
}

/// Where a browser without script is after it went back to a command's address.
pub async fn to_list() -> Redirect {
    Redirect::to("/quotes")
}

/// `GET /quotes/{draft}/confirm`: a page fetched again after a confirmation was refused.
pub async fn to_preview(Path(draft_id): Path<DraftId>) -> Redirect {
    Redirect::to(&format!("/quotes/{draft_id}"))
}

/// `GET /quotes/{draft}`; of a draft that was confirmed, the way to its order.
pub async fn preview(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(draft_id): Path<DraftId>,
    Query(query): Query<PreviewQuery>,
) -> Result<Response> {
    show_preview(&state, &visitor, draft_id, &query, None).await
}

/// The preview, also after a confirmation was refused for `conflict`: then with what is true by now.
pub async fn show_preview(
    state: &AppState,
    visitor: &Visitor,
    draft_id: DraftId,
    query: &PreviewQuery,
    conflict: Option<&str>,
) -> Result<Response> {
    let actor = visitor.actor()?;
    require_import(actor)?;
    let _turn = page::turn().await?;
    let (mut tx, snapshot) = Snapshot::begin(&state.db, actor.company_id).await?;
    if let Some(draft) = drafts::find_draft(&mut tx, draft_id, scope(actor)).await? {
        return preview_page(state, visitor, (&mut tx, snapshot), &draft, query, conflict).await;
    }
    let order = find_order_of_draft(&mut tx, draft_id).await?.ok_or_else(gone)?;
    Ok(Redirect::to(&format!("/orders/{order}")).into_response())
}

async fn preview_page(
    state: &AppState,
    visitor: &Visitor,
    (tx, snapshot): (&mut CompanyTx, Snapshot),
    draft: &Draft,
    query: &PreviewQuery,
    conflict: Option<&str>,
) -> Result<Response> {
    let (actor, lang) = (visitor.actor()?, visitor.lang);
    let reader = Reader { actor, lang, now: state.clock.now() };
    let sheet = draft.sheet();
    let mut context = context::get_context(tx, &[(draft, &sheet)]).await?;
    let target = match context.target(draft, &sheet) {
        ImportTarget::Changes(&KnownOrder { id, .. }) => {
            Some(context::get_target(tx, id, &mut context).await?)
        }
        ImportTarget::NewOrder | ImportTarget::Finished(_) | ImportTarget::Lost => None,
    };
    let chosen = match &target {
        Some(target) => context.chosen_over(draft, &sheet.quote, target.chosen()),
        None => context.chosen(draft, &sheet.quote),
    };
    let existing = difference::existing(draft, &sheet, &context, target.as_ref(), chosen, reader);
    let may_override = !sheet.holds() && sheet.may_be_accepted() && actor.can(Permission::Administer);
    let mut errors = FieldErrors::default();
    if query.checked.is_some() {
        for (field, key) in context.missing(chosen) {
            errors.push(field, lang.t(key));
        }
        if may_override && draft.form.reason.is_empty() {
            errors.push("reason", lang.t("form.reason_required"));
        }
    }
    let layout = layout(state, visitor, actor, snapshot);
    let page = PreviewPage {
        layout: &layout,
        id: draft.id,
        version: draft.version,
        file_name: &draft.file_name,
        importer: &draft.importer,
        at: draft.created_at,
        head: &sheet.head.each_ref().map(|field| preview::cell(field, lang)),
        seller_read: &draft.reading.quote.seller,
        lines: &preview::preview_lines(draft, &sheet, query.line.as_deref(), lang),
        totals: &sheet.totals.each_ref().map(|field| preview::cell(field, lang)),
        problems: &preview::preview_problems(&sheet, lang),
        leftovers: &preview::preview_leftovers(&sheet, lang),
        notices: &preview::notices(draft, &sheet, &context, lang),
        existing: existing.as_ref(),
        replaceable: &preview::replace_choices(&context, &sheet, reader),
        shippings: &preview::shipping_choices(&context),
        packagings: &preview::packaging_choices(&context),
        sellers: &preview::seller_choices(&context, chosen),
        form: &preview::form(draft, chosen),
        errors: &errors,
        text: &draft.reading.text,
        editing: query.line.as_deref(),
        may_override,
        conflict,
    };
    page::respond(&page)
}

/// `GET /quotes/{draft}/quote.pdf`
pub async fn quote_pdf(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(draft_id): Path<DraftId>,
) -> Result<Response> {
    let actor = visitor.actor()?;
    require_import(actor)?;
    let mut tx = state.db.company(actor.company_id).await?;
    let pdf = drafts::find_draft_pdf(&mut tx, draft_id, scope(actor)).await?;
    let mut response = pdf_response(pdf.ok_or(AppError::NotFound)?, visitor.lang);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, IN_A_FRAME);
    Ok(response)
}

/// The preview shows the paper inside itself.
const IN_A_FRAME: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'",
);
