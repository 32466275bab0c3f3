//! Claims, renews and releases a job.

use std::time::Duration;

use tokio::time::Instant;

use super::queries::{self, JobLease};
use super::{Job, note_failure, wanted};
use crate::error::{AppError, Chain, Result};
use crate::ids::CompanyId;
use crate::lifecycle::Stage;
use crate::state::AppState;

/// The longest that one step of a job waits for the database.
const LONGEST_STEP: Duration = Duration::from_secs(20);
/// Before a job that failed is due again: at least so long, if it would not be sooner.
const AGAIN: Duration = Duration::from_secs(60);

/// A run of a job, from its claim to its end.
#[derive(Clone, Debug)]
pub struct Run {
    pub state: AppState,
    job: &'static str,
    /// None: by hand, without a claim.
    runner: Option<String>,
}

impl Run {
    pub fn by_hand(state: &AppState, job: &'static str) -> Self {
        Self { state: state.clone(), job, runner: None }
    }

    /// Runs one step for every company, closed ones too. A failure does not stop the others: the loop
    /// continues, and the job fails at its end.
    pub async fn for_each_company<F>(&self, step: impl Fn(AppState, CompanyId) -> F) -> Result<()>
    where
        F: Future<Output = Result<bool>>,
    {
        let mut tx = self.state.db.gate().await?;
        let companies = queries::list_all_companies(&mut tx).await?;
        drop(tx);
        let mut outcome = Ok(());
        for company_id in companies {
            let walked = self.repeat(|| step(self.state.clone(), company_id)).await;
            if let Err(error) = &walked {
                tracing::warn!(error = %Chain(error), job = self.job, %company_id, "a job failed for one company");
            }
            outcome = outcome.and(walked);
        }
        outcome
    }

    /// Repeats a step while it says that there may be more to do; the claim is renewed before each.
    pub async fn repeat<F>(&self, step: impl Fn() -> F) -> Result<()>
    where
        F: Future<Output = Result<bool>>,
    {
        loop {
            self.renew().await?;
            let stepped = tokio::time::timeout(LONGEST_STEP, step()).await;
            if !stepped.unwrap_or(Err(AppError::Unavailable(None)))? {
                return Ok(());
            }
        }
    }

    /// Renews the claim while work runs that has no steps: hours of it do not end for a moment in which the database is away,
    /// but as soon as somebody else has the claim.
    pub async fn keep<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(self.state.settings.job_lease() / 3) => match self.is_renewed().await {
                    Ok(true) => {}
                    Ok(false) => return Err(lapsed()),
                    Err(error) => {
                        tracing::warn!(error = %Chain(&error), job = self.job, "the claim of a job could not be renewed");
                    }
                },
            }
        }
    }

    /// Fails where the claim has lapsed and somebody else goes on.
    async fn renew(&self) -> Result<()> {
        if self.is_renewed().await? { Ok(()) } else { Err(lapsed()) }
    }

    /// False: somebody else has the claim.
    async fn is_renewed(&self) -> Result<bool> {
        let Some(runner) = &self.runner else { return Ok(true) };
        let mut tx = self.state.db.gate().await?;
        let claim = JobLease { job: self.job, runner, lease: self.state.settings.job_lease() };
        let ours = queries::update_lease(&mut tx, claim).await?;
        tx.commit().await?;
        Ok(ours)
    }
}

fn lapsed() -> AppError {
    AppError::internal("the claim of the job has lapsed")
}

/// Runs due jobs one after the other, for ever.
pub(super) async fn watch(state: AppState, is_taken: fn(&Job) -> bool) {
    let jobs = wanted(&state.settings).filter(|job| is_taken(job));
    let names: Vec<String> = jobs.map(|job| job.name.to_owned()).collect();
    let runner = name_runner(state.settings.railway_replica_id.as_deref());
    let mut known = false;
    loop {
        tokio::time::sleep(state.settings.job_poll().mul_f64(0.8 + rand::random::<f64>() * 0.4)).await;
        if let Err(error) = look(&state, &runner, &names, &mut known).await {
            tracing::warn!(error = %Chain(&error), "jobs could not be looked at");
        }
    }
}

/// Unlike every other process, also one that had the same number in another container.
fn name_runner(replica: Option<&str>) -> String {
    let random = rand::random::<u32>();
    format!("{} {} {random:08x}", replica.unwrap_or("replica"), std::process::id())
}

async fn look(state: &AppState, runner: &str, names: &[String], known: &mut bool) -> Result<()> {
    if !*known {
        let mut tx = state.db.gate().await?;
        queries::insert_jobs(&mut tx, names).await?;
        tx.commit().await?;
        *known = true;
    }
    // Whoever is on its way out would leave a job half done, and its claim to lapse.
    let takes = || state.settings.jobs && state.lifecycle.stage() == Stage::Serving;
    while takes() && take_one(state, runner, names).await? {}
    // A row outlives its job: of one that is switched off no age is told, or it would be late for ever.
    let mut tx = state.db.gate().await?;
    for job in queries::list_jobs(&mut tx, names).await? {
        metrics::gauge!("job_age_seconds", "job" => job.name).set(job.age_seconds);
    }
    Ok(())
}

/// Takes one job that is due, and does it. False: none is.
async fn take_one(state: &AppState, runner: &str, names: &[String]) -> Result<bool> {
    let mut tx = state.db.gate().await?;
    let lease = state.settings.job_lease();
    let taken = queries::claim_job(&mut tx, names, runner, lease).await?;
    tx.commit().await?;
    let Some(job) = taken.and_then(|name| wanted(&state.settings).find(|job| job.name == name)) else {
        return Ok(false);
    };
    run(state, runner, job).await?;
    Ok(true)
}

/// How long a job rests that failed after it had run for so long: at least for that time, so that one which fails at its end,
/// such as a backup that fills the disk, takes no more than half of the database's time.
fn rest(every: Duration, ran: Duration) -> Duration {
    every.min(AGAIN.max(ran))
}

async fn run(state: &AppState, runner: &str, job: &'static Job) -> Result<()> {
    let began = Instant::now();
    let claimed = Run { state: state.clone(), job: job.name, runner: Some(runner.to_owned()) };
    let outcome = (job.work)(claimed).await;
    note_failure(job.name, &outcome);
    let error = outcome.as_ref().err().map(|error| Chain(error).to_string());
    let due_in = if outcome.is_ok() { job.every } else { rest(job.every, began.elapsed()) };
    let mut tx = state.db.gate().await?;
    let claim = JobLease { job: job.name, runner, lease: state.settings.job_lease() };
    queries::update_ended(&mut tx, claim, due_in, error.as_deref()).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_failed_rests_as_long_as_it_ran_and_no_longer_than_it_would_anyway() {
        let (minutes, day) = (Duration::from_mins, Duration::from_hours(24));
        assert_eq!(rest(day, Duration::from_secs(2)), minutes(1));
        assert_eq!(rest(day, minutes(180)), minutes(180), "a dump of three hours is not begun anew at once");
        assert_eq!(rest(minutes(1), minutes(5)), minutes(1));
    }
}
