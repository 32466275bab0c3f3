//! `/settings/company`: what the company is called, where it is, and the rules of its sign-in. Needs the
//! permission and a PIN proven recently.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::by;
use super::forms::run;
use crate::actor::Actor;
use crate::auth::client::Client;
use crate::auth::step_up::{administrator, needs_pin};
use crate::command::{Done, Tap};
use crate::error::Result;
use crate::html::FormState;
use crate::page::{self, LivePage, Visitor};
use crate::screen::Screen;
use crate::settings::actions::company::SetCompany;
use crate::settings::model::changes::Part;
use crate::settings::model::company::{Company, typed_number};
use crate::settings::queries::{changes, company};
use crate::settings::views::company::CompanyPage;
use crate::state::AppState;

const PATH: &str = "/settings/company";

pub async fn page(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    render(&state, &visitor, FormState(None)).await
}

pub async fn render(state: &AppState, visitor: &Visitor, given: FormState<'_>) -> Result<Response> {
    let actor = visitor.actor()?;
    let now = state.clock.now();
    if needs_pin(state, actor)? {
        let layout = page::layout(actor, visitor.lang, now, actor.can_codes(), None);
        return page::respond(&CompanyPage { layout: &layout, company: None, last: None, given });
    }
    let (mut tx, live) = LivePage::open(&state.db, visitor).await?;
    let company = company::get_company(&mut tx).await?;
    let last = changes::list_newest(&mut tx, Part::Company).await?.remove(Part::Company.code());
    let layout = live.layout(tx, Screen::Settings, now);
    page::respond(&CompanyPage { layout: &layout, company: Some(company), last, given })
}

#[derive(Debug, Deserialize)]
pub struct CompanyForm {
    #[serde(default)]
    version: i64,
    #[serde(default)]
    name: String,
    #[serde(default)]
    time_zone: String,
    #[serde(default)]
    counter: String,
    /// A page of the build before has no such field.
    login_digits: Option<String>,
    #[serde(default)]
    pin_digits: String,
    #[serde(default)]
    idle: String,
}

pub async fn set(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    tap: Tap<CompanyForm>,
) -> Result<Done> {
    administrator(&state, &actor)?;
    let form = &tap.form;
    let company = Company {
        name: form.name.trim().to_owned(),
        time_zone: form.time_zone.trim().to_owned(),
        counter_customer_code: form.counter.trim().to_owned(),
        login_digits: form
            .login_digits
            .as_deref()
            .map_or(i16::from(actor.company.login_digits), typed_number),
        pin_digits: typed_number(&form.pin_digits),
        shared_idle_minutes: typed_number(&form.idle),
    };
    let command = SetCompany { by: by(&state, &actor, &client), read: form.version, company };
    run(&state, &tap, &command, PATH, "settings.company.saved").await
}
