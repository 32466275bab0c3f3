//! What a stranger, a foreign page, a log file and a stop watch learn: nothing.

mod ages;
mod cost;
mod fence;
mod foreign;
mod guessing;
mod kept;
mod late_bodies;
mod login;
mod logs;
mod production;
mod roles;
mod timing;
mod told;

use sqlx::AssertSqlSafe;

use crate::support::database::superuser;

/// All that is stored, table by table, as a fingerprint; `but` names tables that may change.
async fn contents(url: &str, but: &[&str]) -> Vec<(String, String)> {
    let mut connection = superuser(url).await;
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public' order by 1")
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
