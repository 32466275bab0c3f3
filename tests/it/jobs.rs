//! What happens by the clock happens once, whoever does it, and also when that one dies.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use separacao::jobs;
use tokio::time::timeout;

use crate::support::client::Client;
use crate::support::database::{self, count, run_sql, superuser};
use crate::support::operator::{Home, program};
use crate::support::process::Program;
use crate::support::server::TestServer;
use crate::support::world::PICKER;
use crate::support::{PATIENCE, wait_for};

/// How often each job came to an end, by name.
async fn runs(url: &str) -> Vec<(String, i64)> {
    sqlx::query_as("select name, runs from jobs order by name")
        .fetch_all(&mut superuser(url).await)
        .await
        .unwrap()
}

async fn until_all_ran(url: &str, at_least: i64) -> Vec<(String, i64)> {
    wait_for("every job to be done", async || {
        let runs = runs(url).await;
        // Backups and the removal of papers are for who asks for them.
        let done = runs.len() == jobs::JOBS.len() - 2 && runs.iter().all(|(_, runs)| *runs >= at_least);
        done.then_some(runs)
    })
    .await
}

/// Jobs as if they came once in a year, so that only the test makes them due.
const RARELY: &str = "update jobs set due_at = now() + interval '1 year' where due_at > now()";

#[tokio::test]
async fn a_job_is_done_once_however_many_replicas_there_are() {
    let url = database::create().await;
    let quick = ["--job-poll-ms", "20"];
    let programs = [
        Program::start(&url, &quick).await,
        Program::start(&url, &quick).await,
        Program::start(&url, &quick).await,
    ];
    until_all_ran(&url, 1).await;
    run_sql(&url, RARELY).await;
    let before = runs(&url).await;
    let rounds = 5;
    for round in 1..=rounds {
        run_sql(&url, "update jobs set due_at = now()").await;
        let due: Vec<_> = before.iter().map(|(name, runs)| (name.clone(), runs + round)).collect();
        wait_for("the round", async || (runs(&url).await >= due).then_some(())).await;
        assert_eq!(runs(&url).await, due, "after round {round}: nothing was done twice");
        run_sql(&url, RARELY).await;
    }
    // Each replica tells how old the last success is, whoever did it.
    for program in &programs {
        let told = program.metrics().await;
        assert!(told.contains("job_age_seconds{job=\"purge_feed\"}"), "{told}");
    }
}

/// The process that takes a job whose table is locked.
async fn taker(url: &str) -> u32 {
    let runner = wait_for("a runner", async || {
        let sql = "select runner from jobs where name = 'purge_operations'";
        sqlx::query_scalar::<_, Option<String>>(sql).fetch_one(&mut superuser(url).await).await.unwrap()
    })
    .await;
    runner.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_replica_that_is_on_its_way_out_takes_no_job() {
    let url = database::create().await;
    let leaving = Program::start(&url, &["--job-poll-ms", "20"]).await;
    until_all_ran(&url, 1).await;
    leaving.terminate();
    let client = Client::new(leaving.port);
    wait_for("the drain", async || (client.get("/readyz").await.status == 503).then_some(())).await;
    let staying = Program::start(&url, &["--job-poll-ms", "1000"]).await;
    let mut connection = superuser(&url).await;
    let mut locked = sqlx::Connection::begin(&mut connection).await.unwrap();
    sqlx::Executor::execute(&mut *locked, "lock table operations in access exclusive mode").await.unwrap();
    run_sql(&url, "update jobs set due_at = now() where name = 'purge_operations'").await;
    assert_eq!(taker(&url).await, staying.id(), "the other one looks fifty times as often");
    locked.rollback().await.unwrap();
}

#[tokio::test]
async fn chaos_the_job_of_a_replica_that_was_killed_is_taken_over_and_done() {
    let url = database::create().await;
    let quick = ["--job-poll-ms", "50", "--job-lease-ms", "1500"];
    let mut programs = vec![
        Program::start(&url, &quick).await,
        Program::start(&url, &quick).await,
        Program::start(&url, &quick).await,
    ];
    until_all_ran(&url, 1).await;
    run_sql(&url, RARELY).await;
    run_sql(
        &url,
        "insert into operations (company_id, person_id, operation_id, fingerprint, at)
         select company_id, id, gen_random_uuid(), '', now() - interval '2 days' from people, generate_series(1, 200)",
    )
    .await;
    let before = count(&url, "operations").await;
    assert!(before >= 2000, "{before}");
    // Whoever takes the job gets stuck in its first batch.
    let mut connection = superuser(&url).await;
    let mut locked = sqlx::Connection::begin(&mut connection).await.unwrap();
    sqlx::Executor::execute(&mut *locked, "lock table operations in access exclusive mode").await.unwrap();
    run_sql(&url, "update jobs set due_at = now() where name = 'purge_operations'").await;
    let pid = taker(&url).await;
    let place = programs.iter().position(|program| program.id() == pid).expect("one of the three");
    kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), Signal::KILL).unwrap();
    let (began, mut killed) = (Instant::now(), programs.remove(place));
    killed.ended().await;
    locked.rollback().await.unwrap();
    wait_for("somebody else to do it", async || (count(&url, "operations").await == 0).then_some(())).await;
    eprintln!("taken over and done {:?} after the kill", began.elapsed());
    let ended = wait_for("its end", async || {
        let sql = "select runs, failures from jobs where name = 'purge_operations' and runner is null";
        sqlx::query_as::<_, (i64, i32)>(sql).fetch_optional(&mut superuser(&url).await).await.unwrap()
    })
    .await;
    assert_eq!(ended, (2, 0), "the first run before, and one run of whoever took over");
}

#[tokio::test]
async fn old_rows_go_in_batches_by_the_database_s_clock_and_in_closed_companies_too() {
    let server = TestServer::start().await;
    let url = server.database_url.clone();
    run_sql(
        &url,
        "insert into operations (company_id, person_id, operation_id, fingerprint, at)
         select p.company_id, p.id, gen_random_uuid(), '', now() - interval '25 hours'
         from (select distinct on (company_id) company_id, id from people order by 1, 2) p, generate_series(1, 1500);
         insert into feed_events (company_id, n, tag, kind, at)
         select h.company_id, n, n, 'drafts_changed', now() - interval '25 hours' from feed_heads h, generate_series(1, 2000) n;
         update feed_heads set head = 2000, tag = 2000;
         insert into sign_in_failures (company_id, id, number, address, known_device, at)
         select id, gen_random_uuid(), '1', '', false, now() - interval '25 hours' from companies, generate_series(1, 1200);
         update companies set closed_at = now() where code = 'beta'",
    )
    .await;
    // A replica whose clock is a year ahead clears away no more than others do.
    run_sql(
        &url,
        "update operations set at = now() where ctid = any(array(select ctid from operations limit 7))",
    )
    .await;
    server.app.clock.advance(365 * 24 * 3600);
    jobs::run_all(&server.app).await.unwrap();
    assert_eq!(server.count("operations").await, 7);
    assert_eq!(server.count("sign_in_failures").await, 0);
    let left = "select count(*), min(n), max(n) from feed_events group by company_id order by max(n)";
    let left: Vec<(i64, i64, i64)> =
        sqlx::query_as(left).fetch_all(&mut superuser(&url).await).await.unwrap();
    let beta_and_alfa = [(512, 1489, 2000), (512, 1490, 2001)];
    assert_eq!(
        left, beta_and_alfa,
        "the last 512 of each company stay; the open one was told of the new day"
    );
}

#[tokio::test]
async fn claims_that_lapsed_end_when_they_did_and_a_skip_is_forgotten_after_a_day() {
    let server = TestServer::start().await;
    let (url, company) = (server.database_url.clone(), server.company("alfa").await);
    let orders = [company.import(1).await, company.import(1).await];
    let person = company.person(PICKER).await;
    let claim = |order: &crate::support::world::Imported, times: &str| {
        format!(
            "insert into order_claims (company_id, order_id, person_id, began_at, last_at, lapses_at, ended_at, skipped_until)
             values ('{}', '{}', '{person}', {times})",
            company.id, order.id
        )
    };
    let long = "date_trunc('day', now()) - interval '3 days'";
    run_sql(&url, &claim(&orders[0], &format!("{long}, {long}, {long} + interval '15 min', null, null")))
        .await;
    run_sql(&url, &claim(&orders[1], &format!("{long}, {long}, {long}, {long}, {long} + interval '15 min'")))
        .await;
    jobs::run_one(&server.app, "end_claims").await.unwrap();
    assert_eq!(server.count("order_claims where ended_at = lapses_at and lapses_at > began_at").await, 1);
    assert_eq!(server.count("order_claims").await, 1, "the skip is gone, the claim is a record");
}

#[tokio::test]
async fn a_worker_does_the_jobs_of_servers_that_leave_them_to_it() {
    let (url, home) = (database::create().await, Home::new("worker"));
    let _server = Program::start(&url, &["--jobs", "off", "--job-poll-ms", "20"]).await;
    let quick = ["--job-poll-ms", "20", "--database-url", &url, "worker"];
    wait_for("the jobs to be listed", async || (!runs(&url).await.is_empty()).then_some(())).await;
    assert!(runs(&url).await.iter().all(|(_, runs)| *runs == 0), "the server only watches");
    let mut worker = program(&home.0, &[], &[]).args(quick).stderr(Stdio::inherit()).spawn().unwrap();
    until_all_ran(&url, 1).await;
    let pid = Pid::from_raw(worker.id().unwrap().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    let status = timeout(PATIENCE, worker.wait()).await.expect("its end").unwrap();
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn of_a_job_that_is_switched_off_no_age_is_told() {
    let url = database::create().await;
    // One backup by hand long ago, and papers that were taken away until somebody thought better of it.
    run_sql(
        &url,
        "insert into jobs (name, due_at, succeeded_at)
         select name, now() - interval '9 days', now() - interval '9 days'
         from unnest(array['backup', 'purge_papers']) as old (name)",
    )
    .await;
    let program = Program::start(&url, &["--job-poll-ms", "20"]).await;
    let told = wait_for("the ages of jobs", async || {
        let told = program.metrics().await;
        told.contains("job_age_seconds{job=\"purge_feed\"}").then_some(told)
    })
    .await;
    for switched_off in ["backup", "purge_papers"] {
        assert!(!told.contains(&format!("job_age_seconds{{job=\"{switched_off}\"}}")), "{told}");
    }
}

/// Programs that back up for a minute.
fn slow_programs(home: &Home) -> String {
    let programs = home.0.join("bin");
    fs::create_dir(&programs).unwrap();
    for name in ["pg_dump", "pg_restore"] {
        let script =
            format!("#!/bin/sh\n[ \"$1\" = --version ] || exec sleep 60\necho '{name} (PostgreSQL) 99.0'\n");
        fs::write(programs.join(name), script).unwrap();
        fs::set_permissions(programs.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    programs.to_string_lossy().into_owned()
}

#[tokio::test]
async fn a_backup_outlasts_a_moment_in_which_its_claim_cannot_be_renewed() {
    let (url, home) = (database::create().await, Home::new("claimed-backup"));
    let (programs, to) = (slow_programs(&home), home.0.join("b").to_string_lossy().into_owned());
    let often = ["--job-poll-ms", "20", "--job-lease-ms", "600"];
    let slow = ["--pg-bin-dir", &programs, "--backup-dir", &to];
    let _program = Program::start(&url, &[often.as_slice(), &slow].concat()).await;
    let started = "select started_at::text from jobs where name = 'backup' and claimed_until > now()";
    let claimed = async || {
        sqlx::query_scalar::<_, String>(started).fetch_optional(&mut superuser(&url).await).await.unwrap()
    };
    let first = wait_for("a backup to begin", async || claimed().await).await;
    let mut connection = superuser(&url).await;
    let mut locked = sqlx::Connection::begin(&mut connection).await.unwrap();
    let lock = "select from jobs where name = 'backup' for update";
    sqlx::Executor::execute(&mut *locked, lock).await.unwrap();
    let waiting = "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        and query like 'update jobs set claimed_until%'";
    wait_for("a renewal", async || (count(&url, waiting).await > 0).then_some(())).await;
    wait_for("it to give up", async || (count(&url, waiting).await == 0).then_some(())).await;
    locked.rollback().await.unwrap();
    let renewed = wait_for("a renewal that succeeds", async || claimed().await).await;
    assert_eq!(renewed, first, "the same backup goes on");
    assert_eq!(count(&url, "jobs where name = 'backup' and failures > 0").await, 0);
}

#[tokio::test]
async fn what_is_due_every_minute_does_not_wait_for_a_backup() {
    let (url, home) = (database::create().await, Home::new("slow-backup"));
    let (programs, to) = (slow_programs(&home), home.0.join("b"));
    let slow = ["--job-poll-ms", "20", "--pg-bin-dir", &programs, "--backup-dir", &to.to_string_lossy()];
    let _program = Program::start(&url, &slow).await;
    let backing_up = "jobs where name = 'backup' and runner is not null";
    wait_for("a backup to begin", async || (count(&url, backing_up).await == 1).then_some(())).await;
    let draft = async || fs::read_dir(&to).is_ok_and(|mut files| files.next().is_some()).then_some(());
    wait_for("its file", draft).await;
    run_sql(&url, "update jobs set runs = 0, due_at = now() where name <> 'backup'").await;
    let others = "jobs where name <> 'backup' and runs = 0";
    wait_for("the others", async || (count(&url, others).await == 0).then_some(())).await;
    assert_eq!(count(&url, backing_up).await, 1);
}
