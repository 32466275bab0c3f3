//! Scheduled jobs: one row per job, each due once across all replicas.

mod backup;
mod day;
mod purge;
pub(crate) mod queries;
mod run;

use std::time::Duration;

use futures_util::future::BoxFuture;

pub use self::run::Run;
use self::run::watch;
use crate::config::Settings;
use crate::error::{Chain, Result};
use crate::state::AppState;

/// A job: what, and how often.
pub struct Job {
    /// As in the table `jobs` and in metrics.
    pub name: &'static str,
    pub every: Duration,
    /// Whether this deployment wants it.
    wanted: fn(&Settings) -> bool,
    work: fn(Run) -> BoxFuture<'static, Result<()>>,
}

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// The job that a manual backup also completes.
pub(crate) const BACKUP: &str = "backup";

const fn job(name: &'static str, every: Duration, work: fn(Run) -> BoxFuture<'static, Result<()>>) -> Job {
    Job { name, every, wanted: |_| true, work }
}

/// The jobs. Each is harmless when it is done twice or given up half-way: what it does not get done, the next run does.
pub const JOBS: &[Job] = &[
    job("begin_day", MINUTE, |run| Box::pin(day::begin_days(run))),
    job("add_up_days", MINUTE, |run| Box::pin(day::add_up_days(run))),
    job("fold_words", MINUTE, |run| Box::pin(purge::fold_words(run))),
    job("end_claims", MINUTE, |run| Box::pin(purge::end_claims(run))),
    job("purge_feed", HOUR, |run| Box::pin(purge::purge_feed(run))),
    job("purge_operations", HOUR, |run| Box::pin(purge::purge_operations(run))),
    job("purge_sessions", HOUR, |run| Box::pin(purge::purge_sessions(run))),
    job("purge_failures", HOUR, |run| Box::pin(purge::purge_failures(run))),
    job("purge_wall_codes", HOUR, |run| Box::pin(purge::purge_wall_codes(run))),
    job("purge_drafts", HOUR, |run| Box::pin(purge::purge_drafts(run))),
    Job {
        name: "purge_papers",
        every: HOUR,
        wanted: |settings| settings.keep_pdf_days.is_some(),
        work: |run| Box::pin(purge::purge_papers(run)),
    },
    Job {
        name: BACKUP,
        every: Duration::from_hours(24),
        wanted: |settings| settings.backup_dir.is_some(),
        work: |run| Box::pin(backup::back_up(run)),
    },
];

/// Starts the loops that take jobs which are due; where another process does them (`JOBS=off`), they only watch. A backup
/// takes as long as it takes: what is due every minute does not wait for it.
pub fn start(state: &AppState) {
    let start = |task, is_taken: fn(&Job) -> bool| {
        let own = state.clone();
        state.lifecycle.spawn_forever(task, move || watch(own.clone(), is_taken));
    };
    start("jobs", |job| job.name != BACKUP);
    if state.settings.backup_dir.is_some() {
        start("backups", |job| job.name == BACKUP);
    }
}

/// Every job once, by hand, without its claim: tests do not wait for their turn.
pub async fn run_all(state: &AppState) -> Result<()> {
    for job in wanted(&state.settings) {
        run_one(state, job.name).await?;
    }
    Ok(())
}

/// One job, by hand.
pub async fn run_one(state: &AppState, name: &str) -> Result<()> {
    for job in JOBS.iter().filter(|job| job.name == name) {
        (job.work)(Run::by_hand(state, job.name)).await?;
    }
    Ok(())
}

fn wanted(settings: &Settings) -> impl Iterator<Item = &'static Job> {
    JOBS.iter().filter(|job| (job.wanted)(settings))
}

/// Whether a deployment with these settings wants a job. Its row stays when it no longer does.
pub fn is_wanted(settings: &Settings, name: &str) -> bool {
    wanted(settings).any(|job| job.name == name)
}

fn note_failure(job: &'static str, outcome: &Result<()>) {
    if let Err(error) = outcome {
        metrics::counter!("job_failures_total", "job" => job).increment(1);
        tracing::warn!(error = %Chain(error), job, "a job failed");
    }
}
