//! `/sign-in`, `/e/…`, `/pin` and `/switch`: pages and their forms.

pub(crate) mod back;
pub(crate) mod own;
pub(crate) mod shared;
pub(crate) mod sign_in;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::state::AppState;

pub use sign_in::sign_in_page;

async fn home() -> Redirect {
    Redirect::to("/")
}

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/e/{code}", get(sign_in::company_page))
        .route("/sign-in", post(sign_in::sign_in).get(home))
        .route("/unlock", post(sign_in::unlock).get(home))
        .route("/sign-out", post(own::sign_out).get(home))
        .route("/language", post(own::change_language).get(home))
        .route("/theme", post(own::change_theme).get(home))
        .route("/switch", get(shared::page))
        .route("/shared", post(shared::set_shared).get(home))
        .route("/touch", post(shared::touch).get(home))
        .route("/pin", get(own::pin_page).post(own::change_pin))
}
