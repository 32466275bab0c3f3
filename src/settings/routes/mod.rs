//! `/settings/…`: the pages of administrators.

mod company;
mod forms;
mod hours;
mod locations;
mod look;
mod options;
mod permissions;
mod reasons;
mod refused;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{get, post};

use super::actions::By;
use crate::actor::{Actor, Permission};
use crate::auth::client::Client;
use crate::error::{AppError, Result};
use crate::state::AppState;

pub fn router(app: AppState) -> Router {
    Router::new()
        .route("/settings", get(options::page))
        .route("/settings/shipping", post(options::add_shipping).get(to_options))
        .route("/settings/shipping/{shipping}", post(options::change_shipping).get(to_options))
        .route("/settings/shipping/{shipping}/hidden", post(options::hide_shipping).get(to_options))
        .route("/settings/shipping/{shipping}/place", post(options::place_shipping).get(to_options))
        .route("/settings/shipping/{shipping}/due", post(options::answer_due).get(to_options))
        .route("/settings/packaging", post(options::add_packaging).get(to_options))
        .route("/settings/packaging/{packaging}", post(options::change_packaging).get(to_options))
        .route("/settings/packaging/{packaging}/hidden", post(options::hide_packaging).get(to_options))
        .route("/settings/packaging/{packaging}/place", post(options::place_packaging).get(to_options))
        .route("/settings/reasons", get(reasons::page).post(reasons::add))
        .route("/settings/reasons/{reason}", post(reasons::change).get(reasons::back))
        .route("/settings/reasons/{reason}/hidden", post(reasons::hide).get(reasons::back))
        .route("/settings/reasons/{reason}/place", post(reasons::place).get(reasons::back))
        .route("/settings/hours", get(hours::page).post(hours::set_hours))
        .route("/settings/hours/{from}/remove", post(hours::remove_hours).get(hours::back))
        .route("/settings/holidays", post(hours::add_holiday).get(hours::back))
        .route("/settings/holidays/{day}/remove", post(hours::remove_holiday).get(hours::back))
        .route("/settings/company", get(company::page).post(company::set))
        .route("/settings/look", get(look::page))
        .route("/settings/look/colours", post(look::set_colours).get(look::back))
        .route("/settings/look/words", post(look::set_words).get(look::back))
        .route("/settings/look/picture/{kind}/remove", post(look::remove_picture).get(look::back))
        .route("/settings/permissions", get(permissions::page).post(permissions::set))
        .route_layer(from_fn_with_state(app.clone(), refused::answer))
        .merge(look::pictures())
        .merge(locations::router())
        .with_state(app)
}

/// A page that a form answered with, loaded again: back to where the form stands.
async fn to_options() -> Redirect {
    Redirect::to("/settings")
}

fn by<'a>(state: &AppState, actor: &'a Actor, client: &'a Client) -> By<'a> {
    By { actor, source: &client.source, now: state.clock.now() }
}

fn require_administrator(actor: &Actor) -> Result<()> {
    if actor.can(Permission::Administer) { Ok(()) } else { Err(AppError::Forbidden) }
}
