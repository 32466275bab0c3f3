//! The integration tests: one binary, a file per promise.

mod commands;
mod embedded;
mod support;
