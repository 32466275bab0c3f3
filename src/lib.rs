//! Separação: a distributor's warehouse separates orders, and every screen sees it at once.
//!
//! `docs/architecture.md` is the map: read it first.

rust_i18n::i18n!("locales", fallback = "pt-BR");

pub mod actor;
pub mod assets;
pub mod auth;
pub(crate) mod backup;
pub mod clock;
pub mod command;
pub mod companies;
pub mod config;
pub(crate) mod connection;
pub mod db;
pub mod demo;
pub(crate) mod doctor;
pub mod error;
pub(crate) mod export;
pub(crate) mod extract;
pub mod feed;
pub(crate) mod hex;
pub mod html;
pub mod http;
pub mod ids;
pub mod jobs;
pub mod lang;
pub mod lifecycle;
pub mod live;
pub(crate) mod memo;
pub(crate) mod needs;
pub mod orders;
pub mod page;
pub mod people;
pub(crate) mod purchasing;
pub mod quotes;
pub mod reports;
pub mod run;
pub mod screen;
pub mod server;
pub(crate) mod settings;
pub mod state;
pub(crate) mod telemetry;
pub(crate) mod theme;
pub(crate) mod walls;
pub mod watchdog;

/// mimalloc returns memory early and does not fragment under many short renders.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
