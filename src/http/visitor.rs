//! Identifies the sender of a request, once.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::request::Parts;

use crate::actor::{Actor, Wall};
use crate::auth::client;
use crate::page::Visitor;

/// Puts a [`Visitor`] into the extensions, from what was found out about session and wall.
pub fn load(address: IpAddr, parts: &mut Parts) -> Visitor {
    let person = parts.extensions.get::<Arc<Actor>>().cloned();
    let own = person.as_ref().and_then(|actor| actor.language);
    let visitor = Visitor {
        lang: own.unwrap_or_else(|| client::lang(&parts.headers)),
        theme: person.as_ref().map_or_else(|| client::theme(&parts.headers), |actor| actor.theme),
        address,
        person,
        wall: parts.extensions.get::<Wall>().cloned(),
        head: parts.extensions.get().cloned(),
    };
    parts.extensions.insert(visitor.clone());
    visitor
}
