//! Postgres goes and comes back: what was acknowledged is there, once, and whoever waited goes on by itself.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use sqlx::{AssertSqlSafe, Connection, Executor};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{ENDLESS, load, pickers, two_orders};
use crate::support::database::{self, superuser};
use crate::support::load::{Load, ports};
use crate::support::operator::Home;
use crate::support::postgres::{Postgres, folder};
use crate::support::proxy::{Commit, Proxy};
use crate::support::report::note;
use crate::support::scale::scaled;
use crate::support::server::TestServer;
use crate::support::{PATIENCE, measured, quotes};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_postgres_that_restarts_under_load_keeps_every_tap_that_it_acknowledged() {
    let home = Home::new("chaos-restart");
    let mut postgres = Postgres::create(&folder(&home, "data"), &["max_connections=200"]).await;
    let url = postgres.url();
    let (wire, through) = Proxy::around(&url).await;
    let (one, two) = (TestServer::on(&through, &[]).await, TestServer::on(&url, &[]).await);
    let order = one.company("alfa").await.import_lines(&[ENDLESS]).await;
    let path = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let [picker, _] = pickers(&one).await;
    let load = load(&one, &ports(&[&one, &two])).await;
    let tap = async |operation| picker.tap_as(&path, &[("quantity", "1")], operation, None).await;
    let mut taps = 0;
    for _ in 0..scaled(1, 10) {
        for (how, what) in [(Signal::INT, "restarted fast"), (Signal::QUIT, "restarted at once")] {
            load.gets_on(20).await;
            // One of them is committed, and ends before anybody is told.
            let operation = Uuid::now_v7();
            let happened = wire.spring_at_commit_of(operation, Commit::Silent);
            let restart = async {
                timeout(PATIENCE, happened).await.expect("the commit").unwrap();
                postgres.restart(how).await;
                load.heals(what).await;
            };
            let (answer, ()) = tokio::join!(tap(operation), restart);
            assert!(matches!(answer.status.as_u16(), 200 | 503), "{}", answer.text);
            assert_eq!(tap(operation).await.status, 200);
            taps += 1;
            assert_eq!(
                database::count(&url, &format!("item_picks where order_id = '{}'", order.id)).await,
                taps
            );
        }
    }
    load.end(&url, &one.signed_in("alfa", "3000").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_postgres_that_is_half_open_stops_no_tap_for_good() {
    let (wire, through) = Proxy::around(&database::create().await).await;
    let one = TestServer::on(&through, &[]).await;
    let load = load(&one, &ports(&[&one])).await;
    for time in [
        scaled(Duration::from_secs(1), Duration::from_secs(10)),
        scaled(Duration::from_secs(3), Duration::from_secs(60)),
    ] {
        load.gets_on(20).await;
        wire.hold();
        load.works_for(time).await;
        wire.release();
        // A connection that was given up meanwhile is made anew.
        load.heals_within("a half-open Postgres answers again", Duration::from_secs(3)).await;
    }
    load.end(&through, &one.signed_in("alfa", "3000").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_lock_held_for_long_delays_its_order_alone() {
    let server = TestServer::start().await;
    let url = server.database_url.clone();
    let (people, mut orders) = (pickers(&server).await, two_orders(&server).await);
    let locked = orders.remove(0);
    let load = Load::start(&people, &orders, 4, &ports(&[&server])).await;
    let mut other = superuser(&url).await;
    let mut locking = other.begin().await.unwrap();
    let lock = format!("select from orders where id = '{}' for update", locked.id);
    locking.execute(AssertSqlSafe(lock)).await.unwrap();
    let began = Instant::now();
    // Most of the connections wait for the lock, each for two seconds.
    let waiting: Vec<_> = (0..8)
        .map(|n| {
            let (client, item) = (people[n % 2].clone(), locked.items[n / 4]);
            let (path, operation) = (format!("/orders/{}/items/{item}/pick", locked.id), Uuid::now_v7());
            tokio::spawn(async move {
                let mut longest = Duration::ZERO;
                loop {
                    let sent = Instant::now();
                    let answer = client.tap_as(&path, &[("quantity", "1")], operation, None).await;
                    longest = longest.max(sent.elapsed());
                    match answer.status.as_u16() {
                        200 => return longest,
                        503 => sleep(Duration::from_millis(100)).await,
                        other => panic!("{other}: {}", answer.text),
                    }
                }
            })
        })
        .collect();
    while began.elapsed() < scaled(Duration::from_secs(4), Duration::from_secs(30)) {
        load.heals("beside a lock that is held").await;
        load.gets_on(10).await;
    }
    locking.commit().await.unwrap();
    for waiting in waiting {
        let longest = timeout(PATIENCE, waiting).await.expect("a tap that is accepted").unwrap();
        assert!(longest < Duration::from_secs(9), "the script gives up after ten: {longest:?}");
    }
    let picks = format!("item_picks where order_id = '{}'", locked.id);
    assert_eq!(database::count(&url, &picks).await, 8, "each once");
    load.end(&url, &people[0]).await;
}

#[tokio::test]
async fn chaos_a_connection_cut_exactly_at_a_commit_neither_loses_nor_doubles_a_tap() {
    let url = database::create().await;
    let (wire, through) = Proxy::around(&url).await;
    let server = TestServer::on(&through, &[]).await;
    let order = two_orders(&server).await.remove(0);
    let [picker, _] = pickers(&server).await;
    let path = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let mut acknowledged = 0;
    for round in 0..scaled(10, 500) {
        for how in [Commit::Lost, Commit::Unanswered] {
            let operation = Uuid::now_v7();
            let happened = wire.spring_at_commit_of(operation, how);
            let began = Instant::now();
            let first = picker.tap_as(&path, &[("quantity", "1")], operation, None).await;
            timeout(PATIENCE, happened).await.expect("the cut").unwrap();
            if round == 0 {
                measured(&format!("{how:?}: answered"), began.elapsed(), Duration::from_secs(1));
            }
            let again = picker.tap_as(&path, &[("quantity", "1")], operation, None).await;
            assert!(matches!(first.status.as_u16(), 200 | 503), "{how:?}: {}", first.text);
            assert_eq!(again.status, 200, "{how:?}: {}", again.text);
            if first.status == 200 {
                assert_eq!(first.json()["n"], again.json()["n"], "{how:?}: the stored answer");
            }
            acknowledged += 1;
        }
    }
    let picks = database::count(&url, "item_picks").await;
    note("taps whose commit was cut", acknowledged);
    note("taps lost or doubled", (acknowledged - picks).abs());
    assert_eq!(picks, acknowledged);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_quotes_that_are_uploaded_while_postgres_restarts_become_one_draft_each() {
    let home = Home::new("chaos-uploads");
    let mut postgres = Postgres::create(&folder(&home, "data"), &["max_connections=200"]).await;
    let url = postgres.url();
    let one = TestServer::on(&url, &[]).await;
    let load = load(&one, &ports(&[&one])).await;
    let seller = one.signed_in("alfa", "2000").await;
    let files = scaled(6, 60);
    let uploading: Vec<_> = (0..3)
        .map(|uploader| {
            let seller = seller.clone();
            tokio::spawn(async move {
                for n in 0..files / 3 {
                    // Each is another file: the same one again would be no second draft.
                    let mut file = quotes::pdf("columns-1-item");
                    file.extend_from_slice(format!("\n% {uploader} {n}\n").as_bytes());
                    let operation = Uuid::now_v7();
                    loop {
                        let answer = quotes::send(&seller, "columns-1-item", file.clone(), operation).await;
                        match answer.status.as_u16() {
                            200 => break,
                            // Too many are being read just now, or nobody is there.
                            429 | 503 => sleep(Duration::from_millis(50)).await,
                            other => panic!("an upload was answered with {other}: {}", answer.text),
                        }
                    }
                }
            })
        })
        .collect();
    for how in [Signal::INT, Signal::QUIT] {
        load.gets_on(20).await;
        postgres.restart(how).await;
        load.heals("a restart under uploads").await;
    }
    for uploading in uploading {
        timeout(3 * PATIENCE, uploading).await.expect("the uploads' end").unwrap();
    }
    let drafts = database::count(&url, "quote_drafts").await;
    note("uploads", format!("{files}, drafts {drafts}"));
    assert_eq!(drafts, files);
    load.end(&url, &one.signed_in("alfa", "3000").await).await;
}
