//! A database per test, copied from a template that is migrated and peopled once.

use std::sync::atomic::{AtomicU32, Ordering};

use separacao::db::migrate;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::world;

/// The superuser's maintenance database; `make test` sets it.
pub fn maintenance_url() -> String {
    std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL: run the tests with make test")
}

/// The URL of another database of the same server.
fn url_of(name: &str) -> String {
    let url = maintenance_url();
    let (before, query) =
        url.split_once('?').map_or((url.as_str(), String::new()), |(a, b)| (a, format!("?{b}")));
    let (server, _) = before.rsplit_once('/').expect("a database in TEST_DATABASE_URL");
    format!("{server}/{name}{query}")
}

/// The migrations decide what the template is called: another schema, another template.
fn template_name() -> String {
    let mut hash = Sha256::new();
    let mut files: Vec<_> =
        std::fs::read_dir("migrations").unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files {
        hash.update(std::fs::read(file).unwrap());
    }
    hash.update(include_bytes!("world.rs"));
    let hash: [u8; 32] = hash.finalize().into();
    format!("separacao_template_{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3])
}

/// A fresh copy of the template; answers its URL.
pub async fn create() -> String {
    let template = template_name();
    let mut maintenance = PgConnection::connect(&maintenance_url()).await.expect("the test server");
    // Tests run in several processes: one makes the template, the others wait. `create database` from a
    // template wants it unused, so copies are made one after the other as well.
    maintenance.execute("select pg_advisory_lock(7391)").await.unwrap();
    let known: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&template)
        .fetch_one(&mut maintenance)
        .await
        .unwrap();
    if !known {
        let draft = format!("{template}_draft");
        run(&mut maintenance, format!("drop database if exists {draft} with (force)")).await;
        run(&mut maintenance, format!("create database {draft}")).await;
        migrate::run(&url_of(&draft)).await.expect("migrations");
        world::people(&url_of(&draft)).await;
        run(&mut maintenance, format!("alter database {draft} rename to {template}")).await;
    }
    sweep(&mut maintenance).await;
    let name = own_name(&mut maintenance).await;
    run(&mut maintenance, format!("create database {name} template {template} strategy file_copy")).await;
    maintenance.close().await.unwrap();
    url_of(&name)
}

/// A database without a schema.
pub async fn create_empty() -> String {
    let mut maintenance = PgConnection::connect(&maintenance_url()).await.expect("the test server");
    let name = own_name(&mut maintenance).await;
    run(&mut maintenance, format!("create database {name}")).await;
    url_of(&name)
}

/// Every test is a process; the name tells whose database it is. An earlier process may have had the same number.
async fn own_name(maintenance: &mut PgConnection) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("separacao_it_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    run(maintenance, format!("drop database if exists {name} with (force)")).await;
    name
}

/// Drops what tests left that have ended.
async fn sweep(maintenance: &mut PgConnection) {
    let names: Vec<String> =
        sqlx::query_scalar(r"select datname from pg_database where datname like 'separacao\_it\_%'")
            .fetch_all(&mut *maintenance)
            .await
            .unwrap();
    for name in names {
        let process = name.split('_').nth(2).unwrap_or_default();
        let runs = std::path::Path::new("/proc").join(process).exists();
        if !runs {
            run(maintenance, format!("drop database if exists {name} with (force)")).await;
        }
    }
}

async fn run(connection: &mut PgConnection, sql: String) {
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
}

/// A connection that may do anything.
pub async fn superuser(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

/// Runs statements as nobody in the app may.
pub async fn run_sql(url: &str, sql: &str) {
    run(&mut superuser(url).await, sql.to_owned()).await;
}

/// How many rows `what` has: a table with a condition.
pub async fn count(url: &str, what: &str) -> i64 {
    let sql = AssertSqlSafe(format!("select count(*) from {what}"));
    sqlx::query_scalar(sql).fetch_one(&mut superuser(url).await).await.unwrap()
}

/// Where whoever wrote this entry of an order's history takes it back.
pub async fn undo_path(url: &str, order: separacao::ids::OrderId, version: i64) -> String {
    let sql = "select '/undo/' || operation_id from order_history where order_id = $1 and version = $2";
    sqlx::query_scalar(sql).bind(order.0).bind(version).fetch_one(&mut superuser(url).await).await.unwrap()
}

/// All that is stored, table by table, as a fingerprint; `but` names tables that may change. When jobs were done is no
/// content.
pub async fn contents(url: &str, but: &[&str]) -> Vec<(String, String)> {
    let mut connection = superuser(url).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select tablename::text from pg_tables where schemaname = 'public' and tablename <> 'jobs' order by 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut contents = Vec::new();
    for table in tables.into_iter().filter(|table| !but.contains(&table.as_str())) {
        let sql =
            format!("select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {table} t");
        let hash = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
        contents.push((table, hash));
    }
    assert!(contents.len() > 10, "{contents:?}");
    contents
}

/// The one text that a question is answered with.
pub async fn text(url: &str, question: &str) -> String {
    let sql = AssertSqlSafe(question.to_owned());
    sqlx::query_scalar(sql).fetch_one(&mut superuser(url).await).await.unwrap()
}
