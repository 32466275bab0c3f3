//! Gives the build an identity that sorts by the time of its commit: pages reload for a newer one, not for an older.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

#[expect(clippy::disallowed_methods, reason = "a build script is not the app: it has no config and no clock")]
fn main() {
    println!("cargo:rerun-if-env-changed=BUILD_TIME");
    if let Some(head) = git(&["rev-parse", "--git-path", "HEAD"]) {
        println!("cargo:rerun-if-changed={head}");
    }
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=static");
    let given = std::env::var("BUILD_TIME").ok().and_then(|text| text.parse::<u64>().ok());
    let seconds = given
        .or_else(commit_time)
        .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()));
    println!("cargo:rustc-env=BUILD_TIME={seconds:010}");
}

/// Seconds since 1970 of the checked-out commit; None without git or outside a checkout.
fn commit_time() -> Option<u64> {
    git(&["log", "-1", "--format=%ct"])?.parse().ok()
}

/// What git says; None without git or outside a checkout.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !said.is_empty()).then_some(said)
}
