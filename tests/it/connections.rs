//! Connections to Postgres are lent: each comes back as it went, whatever happened on it, and waits for its turn are fair.

use std::time::Duration;

use futures_util::future::join_all;
use separacao::db::Db;
use separacao::page;
use sqlx::Executor;
use tokio::time::timeout;

use crate::support::database;
use crate::support::server::TestServer;
use crate::support::world::PICKER;

/// Whether the connection acts for no role and no company: the operator sets neither, so what stands there was left.
async fn is_nobody_s(db: &Db) -> bool {
    let mut tx = db.operator().await.unwrap();
    sqlx::query_scalar(
        "select current_user = session_user and coalesce(current_setting('app.company_id', true), '') = ''",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_connection_comes_back_as_it_went_whatever_happened_on_it() {
    let server = TestServer::start().await;
    let company_id = server.company("alfa").await.id;
    let db = Db::open(&server.database_url, 1, 100).unwrap();
    let sole = async || {
        assert!(is_nobody_s(&db).await);
        assert_eq!(db.usage().0, 1, "one connection serves all");
    };
    sole().await;
    drop(db.company(company_id).await.unwrap());
    sole().await;
    db.gate().await.unwrap().commit().await.unwrap();
    sole().await;
    let mut failed = db.company(company_id).await.unwrap();
    failed.execute("select 1 / 0").await.unwrap_err();
    drop(failed);
    sole().await;
    let mut left = db.snapshot(company_id).await.unwrap();
    timeout(Duration::from_millis(50), left.execute("select pg_sleep(0.5)")).await.unwrap_err();
    drop(left);
    sole().await;
    db.close();
}

#[tokio::test]
async fn a_connection_that_was_cut_is_replaced_without_anybody_noticing() {
    let server = TestServer::start().await;
    let company_id = server.company("alfa").await.id;
    let db = Db::open(&server.database_url, 3, 100).unwrap();
    let twelve_at_once = async || {
        join_all((0..12).map(async |_| drop(db.company(company_id).await.unwrap()))).await;
        assert_eq!(db.usage().0, 3);
    };
    twelve_at_once().await;
    let kill = "select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and application_name = 'separacao'";
    for _ in 0..3 {
        database::run_sql(&server.database_url, kill).await;
        twelve_at_once().await;
    }
    db.close();
}

#[tokio::test]
async fn pages_wait_for_their_turn_and_whoever_picks_does_not() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let mut turns = Vec::new();
    while let Ok(turn) = timeout(Duration::from_millis(100), page::turn()).await {
        turns.push(turn.unwrap());
    }
    assert!(!turns.is_empty());
    let page = picker.get("/").await;
    assert_eq!(page.status, 503);
    let seconds = page.headers["retry-after"].to_str().unwrap();
    assert!(seconds.parse::<u32>().is_ok_and(|seconds| seconds > 0), "{seconds}");
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 200);
    turns.pop();
    assert_eq!(picker.get("/").await.status, 200);
}
