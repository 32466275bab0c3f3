//! Connections to Postgres are lent: each comes back as it went, whatever happened on it, and waits for its turn are fair.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use separacao::db::Db;
use separacao::error::AppError;
use separacao::lifecycle::Lifecycle;
use separacao::page;
use sqlx::{AssertSqlSafe, Executor};
use tokio::time::timeout;

use crate::support::client::Client;
use crate::support::database::{self, superuser};
use crate::support::proxy::Proxy;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::PICKER;
use crate::support::{measured, wait_for};

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
    let db = Db::open(&server.database_url, 1, 100, &Lifecycle::default()).unwrap();
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
    let mut left = db.company(company_id).await.unwrap();
    timeout(Duration::from_millis(50), left.execute("select pg_sleep(0.5)")).await.unwrap_err();
    drop(left);
    sole().await;
    db.close();
}

#[tokio::test]
async fn asking_for_a_session_and_for_the_feed_leaves_a_connection_nobody_s() {
    let url = database::create().await;
    let server = TestServer::on(&url, &["--database-max-connections", "2"]).await;
    let order = server.company("alfa").await.import(1).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let mut page = picker.page("/").await;
    let mut socket = Socket::open(&picker, &mut page).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let picked = picker.tap(&pick, &[("quantity", "1")]).await;
    // The session was found and the feed was read, each without a transaction of its own.
    socket.follow(&mut page, picked.json()["n"].as_i64().unwrap()).await;
    assert!(is_nobody_s(&server.app.db).await);
    let (one, other) = tokio::join!(is_nobody_s(&server.app.db), is_nobody_s(&server.app.db));
    assert!(one && other);
}

#[tokio::test]
async fn a_connection_that_was_cut_is_replaced_without_anybody_noticing() {
    let server = TestServer::start().await;
    let company_id = server.company("alfa").await.id;
    let db = Db::open(&server.database_url, 3, 100, &Lifecycle::default()).unwrap();
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
async fn a_connection_that_opens_after_its_taker_gave_up_rests_for_the_next() {
    let (proxy, through) = Proxy::around(&database::create().await).await;
    let db = Db::open(&through, 1, 100, &Lifecycle::default()).unwrap();
    proxy.hold();
    let refused = db.gate().await.unwrap_err();
    assert!(matches!(refused, AppError::Unavailable(_)), "{refused}");
    assert_eq!(db.usage(), (1, 0), "it is still being opened");
    proxy.release();
    wait_for("a connection at rest", async || (db.usage() == (1, 1)).then_some(())).await;
    assert!(is_nobody_s(&db).await);
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

#[tokio::test]
async fn chaos_a_statement_that_nobody_answers_ends_in_the_middle_of_a_transaction_too() {
    let url = database::create().await;
    let (mut proxy, through) = Proxy::around(&url).await;
    let server = TestServer::on(&url, &[]).await;
    let company_id = server.company("alfa").await.id;
    let db = Db::open(&through, 2, 100, &Lifecycle::default()).unwrap();
    let (mut tx, resting) = (db.company(company_id).await.unwrap(), db.gate().await.unwrap());
    resting.commit().await.unwrap();
    tx.execute("select 1").await.unwrap();
    proxy.silence().await;
    proxy.mend().await;
    let began = Instant::now();
    let refused = AppError::from(tx.execute("select 1").await.unwrap_err());
    measured("a silent database is given up", began.elapsed(), Duration::from_secs(7));
    assert!(matches!(refused, AppError::Unavailable(_)), "{refused}");
    drop(tx);
    assert_eq!(db.usage(), (0, 0), "both were closed: the way is the same");
    drop(db.company(company_id).await.unwrap());
    db.close();
}

/// How many backends of the app run `pg_sleep`.
async fn sleepers(watcher: &mut sqlx::PgConnection) -> i64 {
    let sql = "select count(*) from pg_stat_activity where datname = current_database()
        and application_name = 'separacao' and query like '%pg_sleep%'";
    sqlx::query_scalar(sql).fetch_one(watcher).await.unwrap()
}

#[tokio::test]
async fn backends_whose_statement_was_given_up_end_within_two_seconds() {
    let server = TestServer::start().await;
    let company_id = server.company("alfa").await.id;
    let db = Db::open(&server.database_url, 3, 100, &Lifecycle::default()).unwrap();
    let mut watcher = superuser(&server.database_url).await;
    let sleep = async || {
        let mut tx = db.company(company_id).await.unwrap();
        timeout(Duration::from_millis(100), tx.execute("select pg_sleep(4)")).await.unwrap_err();
    };
    join_all([sleep(), sleep(), sleep()]).await;
    let began = Instant::now();
    assert_eq!(db.usage(), (0, 0), "their connections are closed");
    drop(db.company(company_id).await.unwrap());
    wait_for("the end of the backends", async || (sleepers(&mut watcher).await == 0).then_some(())).await;
    measured("backends that nobody waits for ended", began.elapsed(), Duration::from_secs(2));
    assert!(began.elapsed() < Duration::from_secs(3), "before their statement did");
    db.close();
}

#[tokio::test]
async fn chaos_a_database_that_became_read_only_is_left_as_soon_as_another_takes_writes() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["100"]).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let herd = async || join_all((0..12).map(|_| picker.get("/"))).await;
    let name = server.database_url.rsplit_once('/').unwrap().1.split('?').next().unwrap();
    let read_only = async |word: &str| {
        let sql = format!("alter database {name} set default_transaction_read_only = {word}");
        let mut operator = superuser(&server.database_url).await;
        operator.execute("set default_transaction_read_only = off").await.unwrap();
        operator.execute(AssertSqlSafe(sql)).await.unwrap();
    };
    read_only("on").await;
    let kill = "select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and application_name = 'separacao'";
    superuser(&server.database_url).await.execute(kill).await.unwrap();
    assert!(herd().await.iter().all(|page| page.status == 200), "what is only read is read");
    let began = Instant::now();
    let refused = picker.tap(&pick, &[("quantity", "1")]).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    measured("a tap on a read-only database is answered", began.elapsed(), Duration::from_secs(5));
    assert!(herd().await.iter().all(|page| page.status == 200));
    read_only("off").await;
    // Sessions that began while it was read-only stay so.
    assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 200, "at once");
    assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 200);
}

#[tokio::test]
async fn chaos_a_tap_whose_connection_is_cut_in_the_middle_is_tried_again() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["100"]).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let (mut other, mut watcher) =
        (superuser(&server.database_url).await, superuser(&server.database_url).await);
    let mut locking = sqlx::Connection::begin(&mut other).await.unwrap();
    let lock = format!("select from orders where id = '{}' for update", order.id);
    locking.execute(AssertSqlSafe(lock)).await.unwrap();
    let tap = tokio::spawn(async move { picker.tap(&pick, &[("quantity", "1")]).await });
    let kill = "select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'separacao' and wait_event_type = 'Lock'";
    wait_for("a tap that waits", async || {
        let done = watcher.execute(kill).await.unwrap();
        (done.rows_affected() == 1).then_some(())
    })
    .await;
    locking.commit().await.unwrap();
    let answer = tap.await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn chaos_a_tap_that_a_silent_database_swallows_ends_before_the_script_gives_up_and_acts_once() {
    let url = database::create().await;
    let (mut proxy, through) = Proxy::around(&url).await;
    let server = TestServer::on(&through, &[]).await;
    let order = server.company("alfa").await.import_lines(&["100"]).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let (mut other, mut watcher) = (superuser(&url).await, superuser(&url).await);
    let mut locking = sqlx::Connection::begin(&mut other).await.unwrap();
    let lock = format!("select from orders where id = '{}' for update", order.id);
    locking.execute(AssertSqlSafe(lock)).await.unwrap();
    let operation = uuid::Uuid::now_v7();
    let page = picker.page("/").await;
    let began = Instant::now();
    let swallowed = picker.tap_as(&pick, &[("quantity", "1")], operation, Some(&page));
    let silence = async {
        // Of this test: others beside it wait for locks as well.
        let waits = "select exists (select from pg_stat_activity
            where datname = current_database() and application_name = 'separacao' and wait_event_type = 'Lock')";
        wait_for("a tap that waits", async || {
            sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut watcher).await.unwrap().then_some(())
        })
        .await;
        proxy.silence().await;
        proxy.mend().await;
    };
    let (answer, ()) = tokio::join!(swallowed, silence);
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    locking.commit().await.unwrap();
    let again = wait_for("the same tap again", async || {
        let answer = picker.tap_as(&pick, &[("quantity", "1")], operation, Some(&page)).await;
        (answer.status == 200).then_some(answer)
    })
    .await;
    let third = picker.tap_as(&pick, &[("quantity", "1")], operation, None).await;
    assert_eq!(again.json()["n"], third.json()["n"]);
    assert_eq!(database::count(&url, "item_picks").await, 1);
}

#[tokio::test]
async fn chaos_plans_that_a_migration_changed_are_made_anew() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["100"]).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let path = format!("/orders/{}", order.id);
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    let herd = async || join_all((0..12).map(|_| picker.get(&path))).await;
    herd().await;
    assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 200);
    database::run_sql(&server.database_url, "alter table order_items alter column unit type varchar(20)")
        .await;
    assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 200, "a tap is tried again");
    database::run_sql(&server.database_url, "alter table order_items alter column unit type text").await;
    let pages = herd().await;
    let statuses: Vec<u16> = pages.iter().map(|page| page.status.as_u16()).collect();
    assert!(statuses.iter().all(|status| matches!(status, 200 | 503)), "{statuses:?}");
    assert!(herd().await.iter().all(|page| page.status == 200), "no old plan is left");
}

#[tokio::test]
async fn chaos_a_company_that_wants_every_connection_keeps_no_other_and_no_probe_out() {
    let url = database::create().await;
    let server = TestServer::on(&url, &["--database-max-connections", "4"]).await;
    let (alfa, beta) = (server.company("alfa").await.id, server.signed_in("beta", PICKER).await);
    let stop = tokio_util::sync::CancellationToken::new();
    let greedy: Vec<_> = (0..40)
        .map(|_| {
            let (db, stop) = (server.app.db.clone(), stop.clone());
            tokio::spawn(async move {
                while !stop.is_cancelled() {
                    let Ok(mut tx) = db.company(alfa).await else { continue };
                    tx.execute("select pg_sleep(0.2)").await.unwrap();
                }
            })
        })
        .collect();
    let mut watcher = superuser(&url).await;
    wait_for("a pool that is full", async || (sleepers(&mut watcher).await == 4).then_some(())).await;
    let probe = Client::new(server.port);
    for _ in 0..5 {
        let began = Instant::now();
        assert_eq!(beta.get("/").await.status, 200);
        assert_eq!(probe.get("/readyz").await.status, 200);
        measured("a page beside a greedy company", began.elapsed(), Duration::from_secs(2));
        assert!(began.elapsed() < Duration::from_secs(2), "it waits behind few, not behind forty");
    }
    stop.cancel();
    join_all(greedy).await;
}
