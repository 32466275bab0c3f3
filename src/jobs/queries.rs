//! Queries for the rows of jobs, whose times are the database's, and for the companies that jobs run for.

use std::time::Duration;

use jiff::Timestamp;

use crate::db::{CompanyTx, PooledConnection};
use crate::error::Result;
use crate::ids::CompanyId;

/// Who claims a job, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct JobLease<'a> {
    pub job: &'a str,
    pub runner: &'a str,
    pub lease: Duration,
}

/// Rows for jobs that have none yet: they are due at once.
pub async fn insert_jobs(db: &mut PooledConnection, names: &[String]) -> Result<()> {
    sqlx::query!("insert into jobs (name) select unnest($1::text[]) on conflict do nothing", names)
        .execute(db)
        .await?;
    Ok(())
}

/// Claims the job that has been due for longest. Rows that another replica is claiming are skipped.
pub async fn claim_job(
    db: &mut PooledConnection,
    names: &[String],
    runner: &str,
    lease: Duration,
) -> Result<Option<String>> {
    let name = sqlx::query_scalar!(
        "update jobs set runner = $2, claimed_until = now() + make_interval(secs => $3), started_at = now()
         where name = (
           select name from jobs
           where name = any($1) and due_at <= now() and (claimed_until is null or claimed_until <= now())
           order by due_at, name limit 1 for update skip locked)
         returning name",
        names,
        runner,
        lease.as_secs_f64()
    )
    .fetch_optional(db)
    .await?;
    Ok(name)
}

/// False: another runner has the claim.
pub async fn update_lease(db: &mut PooledConnection, claim: JobLease<'_>) -> Result<bool> {
    let done = sqlx::query!(
        "update jobs set claimed_until = now() + make_interval(secs => $3) where name = $1 and runner = $2",
        claim.job,
        claim.runner,
        claim.lease.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends a run, unless the claim was lost.
pub async fn update_ended(
    db: &mut PooledConnection,
    claim: JobLease<'_>,
    due_in: Duration,
    error: Option<&str>,
) -> Result<()> {
    sqlx::query!(
        "update jobs set runner = null, claimed_until = null, ended_at = now(), runs = runs + 1, error = $4,
           due_at = now() + make_interval(secs => $3),
           succeeded_at = case when $4::text is null then now() else succeeded_at end,
           failures = case when $4::text is null then 0 else failures + 1 end
         where name = $1 and runner = $2",
        claim.job,
        claim.runner,
        due_in.as_secs_f64(),
        error
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes a run that was made by hand.
pub async fn upsert_success(db: &mut PooledConnection, job: &str) -> Result<()> {
    sqlx::query!(
        "insert into jobs (name, due_at, ended_at, succeeded_at, runs) values ($1, now() + interval '1 day', now(), now(), 1)
         on conflict (name) do update set ended_at = now(), succeeded_at = now(), runs = jobs.runs + 1, failures = 0, error = null",
        job
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A job as its row tells it.
#[derive(Debug)]
pub struct JobState {
    pub name: String,
    /// Since it last succeeded; where it never did, since it was first due.
    pub age_seconds: f64,
}

/// Of these jobs, those that have a row.
pub async fn list_jobs(db: &mut PooledConnection, names: &[String]) -> Result<Vec<JobState>> {
    let jobs = sqlx::query_as!(
        JobState,
        r#"select name, extract(epoch from now() - coalesce(succeeded_at, due_at))::float8 as "age_seconds!" from jobs
           where name = any($1)"#,
        names
    )
    .fetch_all(db)
    .await?;
    Ok(jobs)
}

/// All companies, closed ones too.
pub async fn list_all_companies(db: &mut PooledConnection) -> Result<Vec<CompanyId>> {
    let ids = sqlx::query_scalar!("select id from companies order by id").fetch_all(db).await?;
    Ok(ids.into_iter().map(CompanyId).collect())
}

/// What says when a company's day begins.
#[derive(Debug)]
pub struct OpenCompany {
    pub time_zone: String,
    pub created_at: Timestamp,
}

/// The company while it is open.
pub async fn find_open_company(tx: &mut CompanyTx) -> Result<Option<OpenCompany>> {
    let row = sqlx::query!(
        "select time_zone, created_at from companies where id = $1 and closed_at is null",
        tx.company_id().0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| OpenCompany { time_zone: row.time_zone, created_at: row.created_at.to_jiff() }))
}
