//! `/settings/hours`: when people work, and on which days nobody does.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;

use super::forms::run;
use super::{by, require_administrator};
use crate::actor::Actor;
use crate::auth::client::Client;
use crate::command::{Done, Tap};
use crate::error::Result;
use crate::extract::{NoForm, Path};
use crate::html::FormState;
use crate::page::{self, CompanyTime, LivePage, Visitor};
use crate::screen::Screen;
use crate::settings::actions::hours::{AddHoliday, RemoveHoliday, RemoveHours, SetHours};
use crate::settings::model::changes::Part;
use crate::settings::model::hours::{typed_day, typed_hours};
use crate::settings::queries::{changes, hours};
use crate::settings::views::hours::HoursPage;
use crate::state::AppState;

const PATH: &str = "/settings/hours";

pub async fn page(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    render(&state, &visitor, FormState(None)).await
}

pub async fn render(state: &AppState, visitor: &Visitor, given: FormState<'_>) -> Result<Response> {
    let actor = visitor.actor()?;
    require_administrator(actor)?;
    let (mut tx, live) = LivePage::open(&state.db, visitor).await?;
    let set = hours::list_hours(&mut tx).await?;
    let holidays = hours::list_holidays(&mut tx).await?;
    let last = changes::list_newest(&mut tx, Part::Hours).await?.remove(Part::Hours.code());
    let now = state.clock.now();
    let layout = live.layout(tx, Screen::Settings, now);
    let today = CompanyTime::from(&actor.company).today(now);
    let first = (actor.company.workday_starts_minute, actor.company.workday_ends_minute);
    page::respond(&HoursPage::new(&layout, first, &set, &holidays, last, today, given))
}

/// A page that a form answered with, loaded again.
pub async fn back() -> Redirect {
    Redirect::to(PATH)
}

#[derive(Debug, Deserialize)]
pub struct HolidayForm {
    #[serde(default)]
    day: String,
    #[serde(default)]
    name: String,
}

pub async fn set_hours(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    tap: Tap<BTreeMap<String, String>>,
) -> Result<Done> {
    require_administrator(&actor)?;
    let read = tap.form.get("version").and_then(|version| version.parse().ok()).unwrap_or_default();
    let command = SetHours { by: by(&state, &actor, &client), read, hours: typed_hours(&tap.form)? };
    run(&state, &tap, &command, PATH, "settings.hours.saved").await
}

pub async fn remove_hours(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(from): Path<Date>,
    tap: Tap<NoForm>,
) -> Result<Done> {
    let command = RemoveHours { by: by(&state, &actor, &client), from };
    run(&state, &tap, &command, PATH, "settings.hours.removed").await
}

pub async fn add_holiday(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    tap: Tap<HolidayForm>,
) -> Result<Done> {
    require_administrator(&actor)?;
    let day = typed_day(&tap.form.day, "day")?;
    let name = tap.form.name.trim().to_owned();
    let command = AddHoliday { by: by(&state, &actor, &client), day, name };
    run(&state, &tap, &command, PATH, "settings.holiday.added").await
}

pub async fn remove_holiday(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(day): Path<Date>,
    tap: Tap<NoForm>,
) -> Result<Done> {
    let command = RemoveHoliday { by: by(&state, &actor, &client), day };
    run(&state, &tap, &command, PATH, "settings.holiday.removed").await
}
