//! A schema is brought up to date without stopping anybody, also where the database is late or a table is in use.

use std::process::Stdio;
use std::time::{Duration, Instant};

use separacao::db::migrate::{MigrationError, apply_all};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::support::database::{self, superuser};
use crate::support::proxy::Proxy;
use crate::support::{PATIENCE, wait_for};

/// Migrations in the order in which they are given; those that begin with `-- no-transaction` run without one.
fn migrations(files: &[&str]) -> Migrator {
    let migration = |(n, sql): (usize, &&str)| {
        let alone = sql.starts_with("-- no-transaction");
        let sql = AssertSqlSafe((*sql).to_owned()).into_sql_str();
        Migration::new(i64::try_from(n).unwrap() + 1, "of a test".into(), MigrationType::Simple, sql, alone)
    };
    Migrator::with_migrations(files.iter().enumerate().map(migration).collect())
}

async fn ask<T>(connection: &mut PgConnection, sql: &'static str) -> T
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn migrate_waits_for_a_database_that_is_late_and_says_for_which() {
    let (mut proxy, url) = Proxy::around(&database::create_empty().await).await;
    proxy.cut().await;
    let mut migrate = Command::new(env!("CARGO_BIN_EXE_separacao"))
        .args(["--database-url", &url, "migrate"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut log = BufReader::new(migrate.stderr.take().unwrap()).lines();
    let line = timeout(PATIENCE, log.next_line()).await.expect("a line of the log").unwrap().unwrap();
    let place = url.split(['@', '?']).nth(1).unwrap().split_once('/').unwrap();
    assert!(line.contains("waiting for the database"), "{line}");
    assert!(line.contains(place.0) && line.contains(place.1), "{line} names {place:?}");
    proxy.mend().await;
    assert!(timeout(PATIENCE, migrate.wait()).await.expect("its end").unwrap().success());
    assert!(ask::<bool>(&mut superuser(&url).await, "select to_regclass('orders') is not null").await);
}

#[tokio::test]
async fn a_database_that_never_comes_is_named_and_one_that_refuses_is_not_waited_for() {
    let (mut proxy, url) = Proxy::around(&database::create_empty().await).await;
    let unknown = url.replace("separacao_it", "separacao_nowhere");
    let began = Instant::now();
    let refused = apply_all(&unknown, &migrations(&[]), Duration::from_secs(60)).await;
    assert!(matches!(refused, Err(MigrationError::Failed(_))), "{refused:?}");
    assert!(began.elapsed() < PATIENCE);
    proxy.cut().await;
    let away = apply_all(&url, &migrations(&[]), Duration::from_millis(300)).await.unwrap_err().to_string();
    assert!(away.contains("did not answer within") && away.contains("127.0.0.1:"), "{away}");
    assert!(away.contains("refused"), "{away}");
}

#[tokio::test]
async fn programs_that_migrate_at_once_take_turns() {
    let url = database::create_empty().await;
    let once = migrations(&["create table things (id int)", "insert into things values (1)"]);
    let all = (0..4).map(|_| apply_all(&url, &once, PATIENCE));
    for done in futures_util::future::join_all(all).await {
        done.unwrap();
    }
    assert_eq!(ask::<i64>(&mut superuser(&url).await, "select count(*) from things").await, 1);
}

#[tokio::test]
async fn a_migration_that_meets_a_table_in_use_gives_way_and_tries_again() {
    let url = database::create_empty().await;
    let mut connection = superuser(&url).await;
    connection.execute("create table things (id int)").await.unwrap();
    let mut reader = superuser(&url).await;
    let mut reading = reader.begin().await.unwrap();
    reading.execute("select * from things").await.unwrap();
    let migrated = tokio::spawn(async move {
        apply_all(&url, &migrations(&["alter table things add column name text"]), PATIENCE).await
    });
    let mut waits = async |wanted: bool| {
        wait_for("the migration to wait, or to give way", async || {
            let sql = "select exists (select from pg_locks l join pg_stat_activity a using (pid)
                       where a.application_name = 'separacao migrate' and not l.granted)";
            (ask::<bool>(&mut connection, sql).await == wanted).then_some(())
        })
        .await;
    };
    waits(true).await;
    waits(false).await;
    reading.commit().await.unwrap();
    migrated.await.unwrap().unwrap();
    assert_eq!(ask::<i64>(&mut connection, "select count(name) from things").await, 0);
}

#[tokio::test]
async fn an_index_whose_building_was_cut_short_is_built_anew() {
    let url = database::create_empty().await;
    let mut connection = superuser(&url).await;
    connection.execute("create table things (id int); insert into things values (1), (1)").await.unwrap();
    let index = "-- no-transaction\ncreate unique index concurrently if not exists things_id on things (id)";
    let failed = apply_all(&url, &migrations(&[index]), PATIENCE).await;
    assert!(matches!(failed, Err(MigrationError::Failed(_))), "{failed:?}");
    let valid = "select indisvalid from pg_index where indexrelid = 'things_id'::regclass";
    assert!(!ask::<bool>(&mut connection, valid).await, "it was left behind");
    connection.execute("truncate things").await.unwrap();
    apply_all(&url, &migrations(&[index]), PATIENCE).await.unwrap();
    assert!(ask::<bool>(&mut connection, valid).await);
    apply_all(&url, &migrations(&[index]), PATIENCE).await.unwrap();
}
