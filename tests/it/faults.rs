//! Races and broken machines: nobody else's trouble becomes somebody's loss.

use std::time::{Duration, Instant};

use separacao::db::Db;
use separacao::error::AppError;
use separacao::feed::{self, EventKind, NewEvent};
use separacao::jobs;
use separacao::lifecycle::Lifecycle;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

use crate::support::database::{self, run_sql, superuser};
use crate::support::proxy::Proxy;
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::{OTHER_PICKER, PICKER, SELLER};
use crate::support::{measured, wait_for};

/// Waits until somebody waits for a lock in this database, or nobody does any more. What is waited for tells no database where
/// it is the end of a transaction; who waits has one.
async fn wait_for_waiter(watcher: &mut PgConnection, wanted: bool) {
    let sql = "select exists (select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock')";
    wait_for("a lock that is waited for", async || {
        let waits: bool = sqlx::query_scalar(sql).fetch_one(&mut *watcher).await.unwrap();
        (waits == wanted).then_some(())
    })
    .await;
}

#[tokio::test]
async fn whoever_waited_for_an_order_that_was_just_finished_is_told_by_whom() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let maria = company.person(OTHER_PICKER).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let (mut other, mut watcher) =
        (superuser(&server.database_url).await, superuser(&server.database_url).await);
    let mut finishing = other.begin().await.unwrap();
    let finish = format!(
        "update orders set state = 'finished', closed_at = now(), closed_by = '{maria}', volumes = 1 where id = '{}'",
        order.id
    );
    finishing.execute(AssertSqlSafe(finish)).await.unwrap();
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let tap = tokio::spawn(async move { picker.tap(&pick, &[("quantity", "10")]).await });
    wait_for_waiter(&mut watcher, true).await;
    finishing.commit().await.unwrap();
    let answer = tap.await.unwrap();
    assert_eq!(answer.status, 409, "{}", answer.text);
    let title = answer.json()["title"].as_str().unwrap().to_owned();
    assert!(title.contains("Maria Conceição"), "{title}");
}

#[tokio::test]
async fn chaos_a_replica_that_vanishes_while_it_holds_the_head_holds_up_the_others_for_seconds_only() {
    let url = database::create().await;
    let (mut proxy, through) = Proxy::around(&url).await;
    let (lost, stays) = (TestServer::on(&through, &[]).await, TestServer::on(&url, &[]).await);
    let company = stays.company("alfa").await;
    let order = company.import_lines(&["100"]).await;
    let client = stays.signed_in("alfa", PICKER).await;
    let mut tx = lost.app.db.company(company.id).await.unwrap();
    let event = NewEvent::by_clock(EventKind::DraftsChanged);
    let now = lost.app.clock.now();
    let appending = feed::queries::Appending::new(&[event], None, now).unwrap();
    feed::queries::append_events(&mut tx, company.id, &appending).await.unwrap();
    proxy.silence().await;
    let (began, operation) = (Instant::now(), Uuid::now_v7());
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    wait_for("a tap that is accepted", async || {
        let answer = client.tap_as(&pick, &[("quantity", "3")], operation, None).await;
        (answer.status == 200).then_some(())
    })
    .await;
    measured("the head row is free again", began.elapsed(), Duration::from_secs(7));
}

#[tokio::test]
async fn a_transaction_that_postgres_gave_up_is_an_outage_and_no_fault() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let mut tx = server.app.db.company(company.id).await.unwrap();
    let process: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *tx).await.unwrap();
    tx.execute("set local idle_in_transaction_session_timeout = '20ms'").await.unwrap();
    let mut watcher = superuser(&server.database_url).await;
    wait_for("the session's end", async || {
        let sql = "select not exists (select from pg_stat_activity where pid = $1)";
        let gone: bool = sqlx::query_scalar(sql).bind(process).fetch_one(&mut watcher).await.unwrap();
        gone.then_some(())
    })
    .await;
    let refused = tx.execute("select 1").await.unwrap_err();
    assert!(matches!(AppError::from(refused), AppError::Unavailable(Some(_))));
}

#[tokio::test]
async fn chaos_an_access_that_changed_while_sessions_could_not_be_read_is_noticed_as_soon_as_they_can() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let picker = server.signed_in("alfa", PICKER).await;
    let mut page = picker.page("/").await;
    let mut socket = Socket::open(&picker, &mut page).await;
    let person = company.person(PICKER).await;
    let (mut other, mut watcher) =
        (superuser(&server.database_url).await, superuser(&server.database_url).await);
    let mut changing = other.begin().await.unwrap();
    changing.execute("lock table sessions in access exclusive mode").await.unwrap();
    changing
        .execute(AssertSqlSafe(format!("delete from sessions where person_id = '{person}'")))
        .await
        .unwrap();
    let tx = server.app.db.company(company.id).await.unwrap();
    let event = NewEvent::by_clock(EventKind::AccessChanged).person(person);
    feed::commit(tx, &server.app.doorbell, &[event], server.app.clock.now()).await.unwrap();
    // One look waits, and gives up.
    wait_for_waiter(&mut watcher, true).await;
    wait_for_waiter(&mut watcher, false).await;
    changing.commit().await.unwrap();
    let began = Instant::now();
    assert_eq!(socket.closed().await, Some(4401));
    measured("the socket of an ended session closed", began.elapsed(), Duration::from_secs(1));
}

#[tokio::test]
async fn one_company_s_trouble_does_not_end_the_round_and_old_drafts_leave_open_lists() {
    let server = TestServer::start().await;
    let (alfa, beta) = (server.company("alfa").await, server.company("beta").await);
    for company in [&alfa, &beta] {
        let importer = company.person(SELLER).await;
        run_sql(
            &server.database_url,
            &format!(
                "insert into quote_drafts (company_id, id, importer_id, file_name, sha256, pdf, reading, created_at, changed_by, changed_at)
                 values ('{}', gen_random_uuid(), '{importer}', 'x.pdf', '\\x01', '\\x02', '{{}}',
                   now() - interval '8 days', '{importer}', now() - interval '8 days')",
                company.id
            ),
        )
        .await;
    }
    let client = server.signed_in("beta", "1001").await;
    let mut page = client.page("/").await;
    page.screen = "quotes".to_owned();
    let mut socket = Socket::open(&client, &mut page).await;
    // Alfa's head row is taken for as long as the round lasts.
    let mut other = superuser(&server.database_url).await;
    let mut taken = other.begin().await.unwrap();
    taken
        .execute(AssertSqlSafe(format!(
            "select * from feed_heads where company_id = '{}' for update",
            alfa.id
        )))
        .await
        .unwrap();
    assert!(jobs::run_one(&server.app, "purge_drafts").await.is_err(), "alfa's trouble is told");
    drop(taken);
    loop {
        match socket.next().await {
            Said::Json(said) if said["touched"] == true => break,
            Said::Json(_) => {}
            Said::Closed(code) => panic!("closed with {code:?}"),
        }
    }
    let mut watcher = superuser(&server.database_url).await;
    let left = sqlx::query_scalar::<_, i64>("select count(*) from quote_drafts where company_id = $1");
    assert_eq!(left.bind(beta.id.0).fetch_one(&mut watcher).await.unwrap(), 0);
}

#[tokio::test]
async fn presence_that_waits_for_the_database_delays_no_frame() {
    let url = database::create().await;
    let server = TestServer::on(&url, &["--beat-ms", "100"]).await;
    let order = server.company("alfa").await.import(1).await;
    let client = server.signed_in("alfa", PICKER).await;
    let path = format!("/orders/{}", order.id);
    let mut page = client.page(&path).await;
    let mut socket = Socket::open(&client, &mut page).await;
    let (mut other, mut watcher) = (superuser(&url).await, superuser(&url).await);
    let mut locking = other.begin().await.unwrap();
    locking.execute("lock table presence_leases in access exclusive mode").await.unwrap();
    wait_for_waiter(&mut watcher, true).await;
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    let began = Instant::now();
    let n = client.tap(&pick, &[("quantity", "1")]).await.json()["n"].as_i64().unwrap();
    socket.follow(&mut page, n).await;
    wait_for_waiter(&mut watcher, true).await;
    measured("a frame beside presence that waits", began.elapsed(), Duration::from_secs(1));
    assert!(began.elapsed() < Duration::from_secs(2), "the lock's own time-out");
}

#[tokio::test]
async fn chaos_looks_at_a_silent_database_do_not_pile_up() {
    let (mut proxy, url) = Proxy::around(&database::create().await).await;
    let server = TestServer::on(&url, &["--feed-poll-ms", "10", "--beat-ms", "100"]).await;
    let company = server.company("alfa").await.id;
    let client = server.signed_in("alfa", PICKER).await;
    let mut page = client.page("/").await;
    let _socket = Socket::open(&client, &mut page).await;
    proxy.silence().await;
    wait_for("a feed that cannot be read", async || {
        // Each of these rings would be a look of its own.
        server.app.doorbell.ring(company, i64::MAX - 1);
        (server.app.hub.lag() > Duration::from_millis(1_500)).then_some(())
    })
    .await;
    let tasks = server.lifecycle().tasks();
    assert!(tasks < 40, "{tasks} tasks");
}

#[tokio::test]
async fn a_request_given_up_while_its_transaction_opens_leaves_none_open() {
    let server = TestServer::start().await;
    let company_id = server.company("alfa").await.id;
    let mut watcher = superuser(&server.database_url).await;
    // Each on a connection of its own, which nobody uses afterwards: the next would end what was left.
    let mut pools = Vec::new();
    for microseconds in (0..4000).step_by(100) {
        let db = Db::open(&server.database_url, 1, 100, &Lifecycle::default()).unwrap();
        drop(db.company(company_id).await.unwrap());
        let opening = db.company(company_id);
        drop(tokio::time::timeout(Duration::from_micros(microseconds), opening).await);
        pools.push(db);
    }
    let sql =
        "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'
        and application_name = 'separacao' and state_change < clock_timestamp() - interval '300 ms'";
    let began = Instant::now();
    // A transaction that nobody has ends nowhere but in Postgres' own time-out, seconds later.
    while began.elapsed() < Duration::from_secs(2) {
        let open: i64 = sqlx::query_scalar(sql).fetch_one(&mut watcher).await.unwrap();
        assert_eq!(open, 0, "transactions are left open");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
