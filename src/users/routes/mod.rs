//! stand-in
use crate::error::Result;
use crate::page::Visitor;
use crate::state::AppState;
use axum::Router;
use axum::response::Response;
pub fn router() -> Router<AppState> {
    Router::new()
}
pub async fn sign_in_page(_s: &AppState, _v: &Visitor) -> Result<Response> {
    Err(crate::error::AppError::NotFound)
}
