//! House rules that no lint knows. Each test names its rule; each failure names the file and what to do.

mod deploy;
mod imports;
mod length;
mod migrations;
mod places;
mod roles;
mod security;
mod source;
mod tables;
mod templates;
mod texts;
mod vendored;
mod visibility;
mod watching;
