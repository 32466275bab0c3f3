//! Identifies the sender of a request, once.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::actor::{Actor, Wall};
use crate::auth::client;
use crate::page::Visitor;
use crate::state::AppState;

pub async fn load(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let person = parts.extensions.get::<Actor>().cloned();
    let own = person.as_ref().and_then(|actor| actor.language);
    let visitor = Visitor {
        lang: own.unwrap_or_else(|| client::lang(&parts.headers)),
        theme: person.as_ref().map_or_else(|| client::theme(&parts.headers), |actor| actor.theme),
        address: client::address(&parts, &state.settings).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        person,
        wall: parts.extensions.get::<Wall>().cloned(),
        head: parts.extensions.get().cloned(),
    };
    parts.extensions.insert(visitor);
    next.run(Request::from_parts(parts, body)).await
}
