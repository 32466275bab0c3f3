//! The integration tests: one binary, a file per promise. Linking once is what keeps them quick.

mod commands;
mod embedded;
mod people;
mod quotes;
mod screens;
mod sign_in;
mod support;
