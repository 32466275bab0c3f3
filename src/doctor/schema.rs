//! Checks that the schema is current and its row-level security complete.

use sqlx::PgConnection;

use super::queries::{self, Server};
use super::report::Section;
use crate::config::Settings;
use crate::db::{self, migrate};
use crate::error::Chain;
use crate::jobs::is_wanted;

/// Seconds after which a job that is due should have been taken.
const LATE: f64 = 600.0;

/// Whether there is a schema to look at.
pub async fn schema(connection: &mut PgConnection, section: &mut Section<'_>) -> Result<bool, sqlx::Error> {
    let state =
        migrate::compare(connection).await.map_err(|error| sqlx::Error::Protocol(error.to_string()))?;
    let list = |versions: &[i64]| versions.iter().map(|n| format!("{n:04}")).collect::<Vec<_>>().join(", ");
    match (&state.missing[..], &state.changed[..], &state.newer[..]) {
        (missing, _, _) if state.applied == 0 => {
            section.fail(
                "schema",
                format!("none: {} migrations are missing", missing.len()),
                "separacao migrate",
            );
            return Ok(false);
        }
        (_, [_, ..], _) => section.fail(
            "schema",
            format!("made by other files than this build's: {}", list(&state.changed)),
            "use the build that made it, or a newer one",
        ),
        ([_, ..], _, _) => section.fail(
            "schema",
            format!("migrations are missing: {}", list(&state.missing)),
            "separacao migrate",
        ),
        (_, _, [_, ..]) => {
            section.ok("schema", format!("newer than this build by {}, which suits it", list(&state.newer)));
        }
        _ => section.ok("schema", format!("current, {} migrations", state.applied)),
    }
    Ok(true)
}

pub async fn roles(
    connection: &mut PgConnection,
    server: &Server,
    section: &mut Section<'_>,
) -> Result<(), sqlx::Error> {
    let roles = queries::list_roles(connection).await?;
    for name in db::ROLES {
        let advice = "separacao migrate makes it; see Backup and restore in docs/operations.md";
        match roles.iter().find(|role| role.name == name) {
            None => section.fail("roles", format!("{name} is missing"), advice),
            Some(role) if !role.is_member => {
                let grant = format!("grant {name} to {}", server.login);
                section.fail("roles", format!("{} may not become {name}", server.login), grant);
            }
            Some(role) if role.is_powerful || role.owns > 0 => section.fail(
                "roles",
                format!("{name} owns {} tables, or row-level security does not bind it", role.owns),
                format!("alter role {name} nosuperuser nobypassrls, and give what it owns to somebody else"),
            ),
            Some(_) => section.ok("roles", format!("{name} owns nothing and is bound by row-level security")),
        }
    }
    let owner = queries::owns_tables(connection).await?;
    match (server.is_superuser, owner) {
        (false, false) => section.ok("login", format!("{} owns nothing", server.login)),
        (true, _) => section
            .ok("login", format!("{} is a superuser; it need not be (docs/operations.md)", server.login)),
        (false, true) => {
            section
                .ok("login", format!("{} owns the tables; it need not (docs/operations.md)", server.login));
        }
    }
    Ok(())
}

pub async fn row_level_security(
    connection: &mut PgConnection,
    section: &mut Section<'_>,
) -> Result<(), sqlx::Error> {
    let tables = queries::list_company_tables(connection).await?;
    let open: Vec<_> =
        tables.iter().filter(|table| !table.guarded).map(|table| table.name.as_str()).collect();
    if open.is_empty() {
        section.ok("row-level security", format!("on for all {} tables of companies", tables.len()));
    } else {
        section.fail(
            "row-level security",
            format!("off, or without a policy: {}", open.join(", ")),
            "companies could see each other's rows: alter table … enable row level security, and find out who switched it off",
        );
    }
    Ok(())
}

/// Checks for jobs that are late or fail, of those that are wanted here.
pub async fn jobs(settings: &Settings, connection: &mut PgConnection, section: &mut Section<'_>) {
    let mut jobs = match queries::list_jobs(connection).await {
        Ok(jobs) => jobs,
        Err(error) => return section.skip("jobs", Chain(&error).to_string()),
    };
    jobs.retain(|job| is_wanted(settings, &job.name));
    let mut well = true;
    for job in &jobs {
        if let (true, Some(error)) = (job.failures > 0, &job.error) {
            let found = format!("{} failed {} times in a row: {error}", job.name, job.failures);
            section.warn("jobs", found, "see the log of the replicas, or of the worker");
            well = false;
        } else if job.late_seconds > LATE {
            let found = format!("{} has been due for {:.0} min", job.name, job.late_seconds / 60.0);
            section.warn("jobs", found, "no server with JOBS=on and no `separacao worker` runs");
            well = false;
        }
    }
    if well {
        section.ok(
            "jobs",
            if jobs.is_empty() { "none yet".to_owned() } else { format!("{}, none late", jobs.len()) },
        );
    }
}

/// Where a policy speaks of a role, the role was granted something, and the reverse; a dump restored without its
/// privileges breaks that.
pub async fn rights(connection: &mut PgConnection, section: &mut Section<'_>) -> Result<(), sqlx::Error> {
    let rights = queries::list_rights(connection).await?;
    let told: Vec<_> = rights.iter().map(|right| format!("{} on {}", right.role, right.table)).collect();
    if told.is_empty() {
        section.ok("rights", "grants and policies agree");
    } else {
        let found = format!("grants and policies disagree: {}", told.join(", "));
        section.fail("rights", found, "restore with privileges (pg_restore without --no-privileges)");
    }
    Ok(())
}
