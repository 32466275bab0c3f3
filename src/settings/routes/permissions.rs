//! `/settings/permissions`: the permissions matrix. Needs the permission and a PIN proven recently.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;

use super::by;
use super::forms::run;
use crate::actor::{Actor, Overrides};
use crate::auth::client::Client;
use crate::auth::step_up::{administrator, needs_pin};
use crate::command::{Done, Tap};
use crate::error::Result;
use crate::html::FormState;
use crate::page::{self, LivePage, Visitor};
use crate::screen::Screen;
use crate::settings::actions::permissions::SetPermissions;
use crate::settings::model::changes::Part;
use crate::settings::model::permissions::Cell;
use crate::settings::queries::{changes, permissions};
use crate::settings::views::permissions::PermissionsPage;
use crate::state::AppState;

const PATH: &str = "/settings/permissions";

pub async fn page(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    render(&state, &visitor, FormState(None)).await
}

pub async fn render(state: &AppState, visitor: &Visitor, given: FormState<'_>) -> Result<Response> {
    let actor = visitor.actor()?;
    let now = state.clock.now();
    if needs_pin(state, actor)? {
        let layout = page::layout(actor, visitor.lang, now, actor.can_codes(), None);
        let overrides = &Overrides::default();
        let asks = PermissionsPage { layout: &layout, overrides, last: None, given, needs_pin: true };
        return page::respond(&asks);
    }
    let (mut tx, live) = LivePage::open(&state.db, visitor).await?;
    let overrides = permissions::get_overrides(&mut tx).await?;
    let last = changes::list_newest(&mut tx, Part::Permissions).await?.remove(Part::Permissions.code());
    let layout = live.layout(tx, Screen::Settings, now);
    page::respond(&PermissionsPage { layout: &layout, overrides: &overrides, last, given, needs_pin: false })
}

pub async fn set(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    tap: Tap<BTreeMap<String, String>>,
) -> Result<Done> {
    administrator(&state, &actor)?;
    let read = tap.form.get("version").and_then(|version| version.parse().ok()).unwrap_or_default();
    let command = SetPermissions { by: by(&state, &actor, &client), read, cells: Cell::read(&tap.form)? };
    run(&state, &tap, &command, PATH, "settings.permissions.saved").await
}
