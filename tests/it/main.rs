//! The integration tests: one binary, a file per promise. Linking once is what keeps them quick.

mod commands;
mod embedded;
mod import;
mod quotes;
mod screens;
mod support;
