//! The integration tests: one binary, a file per promise. Linking once is what keeps them quick.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and is no server")]

mod averages;
mod backfills;
mod browser;
mod build_mark;
mod chips;
mod claims;
mod commands;
mod connections;
mod counting;
mod doors;
mod drain;
mod embedded;
mod faults;
mod feed;
mod given_back;
mod hand_over;
mod health;
mod history;
mod import;
mod isolation;
mod leftovers;
mod malformed;
mod migrating;
mod new_key;
mod people;
mod pick_and_short;
mod purchasing;
mod quotes;
mod reports;
mod requests;
mod revise;
mod round_trips;
mod screens;
mod security;
mod shared_device;
mod shelf;
mod sign_in;
mod sockets;
mod starting;
mod support;
mod tapped;
mod typed;
mod undo;
mod wire;
