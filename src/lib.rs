//! Separação: a distributor's warehouse separates orders, and every screen sees it at once.
//!
//! `docs/architecture.md` is the map: read it first. Imports point one way:
//! `{config clock error html lang ids db feed state} <- users <- orders <- quotes <- live <- http <- server <- main`.

rust_i18n::i18n!("locales", fallback = "pt-BR");

pub mod clock;
pub mod command;
pub mod config;
pub mod db;
pub mod error;
pub mod feed;
pub mod html;
pub mod ids;
pub mod lang;
pub mod lifecycle;
pub mod orders;
pub mod state;
pub mod quotes;
pub mod users;

/// mimalloc returns memory early and does not fragment under many short renders.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
