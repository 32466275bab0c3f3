//! Checks descriptors, disk, and the sandbox for files.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use rustix::fs::statvfs;
use rustix::process::{Resource, getrlimit};
use tokio::process::Command;
use tokio::time::timeout;

use super::report::Section;
use crate::config::{self, Settings};

/// Descriptors of a server besides its browsers' and its database's.
const OTHER_DESCRIPTORS: u64 = 100;
/// Of a disk, in percent, that should stay free.
const LITTLE_SPACE: u64 = 10;
const NO_SPACE: u64 = 2;
/// Time limit of the trial of the sandbox.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn examine(settings: &Settings, section: &mut Section<'_>) {
    descriptors(settings, section);
    disk(settings, section);
    fence(section).await;
}

/// Whether a host is reached without crossing the internet: this machine, a private address, a name without a dot or of
/// a private network.
pub fn is_private(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => !host.contains('.') || host.ends_with(".internal") || host.ends_with(".local"),
    }
}

/// The server raises its own limit to the hard one.
fn descriptors(settings: &Settings, section: &mut Section<'_>) {
    let hard = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let connections = u64::try_from(settings.max_connections).unwrap_or(u64::MAX);
    let wanted = connections.saturating_add(OTHER_DESCRIPTORS + u64::from(settings.database_max_connections));
    if hard >= wanted {
        section.ok("descriptors", format!("{hard}, of {wanted} that MAX_CONNECTIONS={connections} may need"));
    } else {
        let found = format!("{hard}, and MAX_CONNECTIONS={connections} may need {wanted}");
        section.warn(
            "descriptors",
            found,
            format!("raise the hard limit of open files to {wanted}, or lower MAX_CONNECTIONS"),
        );
    }
}

/// Only an embedded database is written here, and backups, which are looked at by themselves.
fn disk(settings: &Settings, section: &mut Section<'_>) {
    let embedded = settings.database_url.is_none() && !settings.is_production();
    match settings.data_dir.as_deref().filter(|_| embedded) {
        Some(path) => space("disk", path, section),
        None => section.ok("disk", "nothing is written here; the database's own disk is not seen from here"),
    }
}

/// What is there of a path that may still have to be made.
pub fn nearest(path: &Path) -> &Path {
    path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."))
}

/// How much room there is where something is written.
pub fn space(check: &'static str, path: &Path, section: &mut Section<'_>) {
    let there = nearest(path);
    let Ok(disk) = statvfs(there) else {
        let found = format!("{} cannot be read", path.display());
        return section.fail(check, found, "choose a folder that this user can read");
    };
    let percent = disk.f_bavail.saturating_mul(100).checked_div(disk.f_blocks).unwrap_or(0);
    let megabytes = disk.f_bavail.saturating_mul(disk.f_frsize) / 1_000_000;
    let found = format!("{megabytes} MB free at {}, {percent} %", there.display());
    match percent {
        percent if percent >= LITTLE_SPACE => section.ok(check, found),
        percent if percent >= NO_SPACE => section.warn(check, found, "make room"),
        _ => section.fail(check, found, "make room before what writes there stops"),
    }
}

/// Tries the sandbox in a child process, as quotes are read.
async fn fence(section: &mut Section<'_>) {
    let advice = "separacao quote --prove says it line by line";
    let Ok(program) = config::own_program() else {
        return section.skip("quotes' fence", "the own program is not found");
    };
    let child = Command::new(program).args(["quote", "--prove"]).kill_on_drop(true).output();
    let output = match timeout(PATIENCE, child).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return section.fail("quotes' fence", error.to_string(), advice),
        Err(_) => return section.fail("quotes' fence", "no answer", advice),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let lines = |word: &str| {
        said.lines().filter_map(|line| line.strip_prefix(word)).map(str::trim).collect::<Vec<_>>().join("; ")
    };
    let (open, missing) = (lines("open:"), lines("missing:"));
    match (output.status.success(), missing.is_empty()) {
        (true, true) => section.ok("quotes' fence", "holds, with Landlock"),
        (true, false) => section.ok("quotes' fence", format!("holds, without {missing}")),
        (false, _) => section.fail("quotes' fence", format!("open: {open}"), advice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_host_is_told_from_one_on_the_internet() {
        for host in ["localhost", "db", "redis.railway.internal", "10.0.0.3", "[fd12::1]", "::1", "127.0.0.1"]
        {
            assert!(is_private(host), "{host}");
        }
        for host in ["db.example.com", "203.0.113.9", "2001:db8::1"] {
            assert!(!is_private(host), "{host}");
        }
    }
}
