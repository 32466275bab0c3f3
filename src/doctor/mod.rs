//! `separacao doctor`: looks at a deployment from where it runs, and says what is wrong and what to do about it. It
//! changes nothing; what it publishes goes to a channel of its own.

mod backups;
mod database;
mod doorbell;
mod machine;
mod queries;
mod report;
mod schema;
mod sentinel;
mod settings;

pub use report::Report;

use crate::config::Settings;

/// Examines everything. The database is the one that the settings lead to, or why there is none.
pub async fn examine(settings: &Settings, database: Result<&str, String>) -> Report {
    let mut report = Report::default();
    settings::examine(settings, &mut report.section("settings"));
    database::examine(settings, database.clone(), &mut report.section("database")).await;
    doorbell::examine(settings, &mut report.section("redis")).await;
    machine::examine(settings, &mut report.section("machine")).await;
    backups::examine(settings, database.ok(), &mut report.section("backup")).await;
    report
}
