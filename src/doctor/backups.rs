//! Checks that backups can be made, and that they are.

use std::path::Path;

use rustix::fs::{Access, access};

use super::machine::{nearest, space};
use super::report::Section;
use crate::backup::{Tool, server_major};
use crate::config::Settings;

pub async fn examine(settings: &Settings, url: Option<&str>, section: &mut Section<'_>) {
    let Some(dir) = &settings.backup_dir else {
        return section.skip("folder", "BACKUP_DIR is not set: the platform or another machine makes them");
    };
    folder(dir, section);
    let url = settings.database_unpooled_url.as_deref().or(url);
    for program in ["pg_dump", "pg_restore"] {
        let found = Tool::find(program, settings.pg_bin_dir.as_deref()).await;
        let major = match url {
            Some(url) => server_major(url).await.unwrap_or(0),
            None => 0,
        };
        match found.and_then(|tool| tool.require(major, "the database").map(|()| tool)) {
            Ok(tool) => section.ok("programs", format!("{program} {}", tool.major)),
            Err(error) => section.fail("programs", error.to_string(), "without it no backup is made here"),
        }
    }
}

/// Whether this user can write there: a volume may be another one's, or read only.
fn folder(dir: &Path, section: &mut Section<'_>) {
    let there = nearest(dir);
    match access(there, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => space("folder", dir, section),
        Err(error) => section.fail(
            "folder",
            format!("{}: {error}", there.display()),
            "no backup is made here: lead BACKUP_DIR to a folder that this user can write",
        ),
    }
}
