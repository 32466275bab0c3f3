//! The feed's own promises: dense numbers in commit order, kept as long as said, one new day a day.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use separacao::feed::{self, EventKind, NewEvent};
use separacao::ids::CompanyId;
use separacao::jobs;
use separacao::state::AppState;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::world::{Company, PICKER};

async fn ask(url: &str, sql: String) -> i64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
}

async fn count(url: &str, company: &Company, what: &str) -> i64 {
    ask(url, format!("select count(*) from {what} and company_id = '{}'", company.id)).await
}

async fn append(app: &AppState, company_id: CompanyId, kind: EventKind) -> i64 {
    let tx = app.db.company(company_id).await.unwrap();
    // Work before the head row, of a length that differs.
    tokio::time::sleep(Duration::from_micros(rand::random::<u64>() % 3_000)).await;
    let event = NewEvent::by_clock(kind);
    feed::commit(tx, &app.doorbell, &[event], app.clock.now()).await.unwrap().n
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_leave_no_gap_and_a_reader_never_skips() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (app, company_id) = (server.app.clone(), company.id);
    let first = append(&app, company_id, EventKind::DraftsChanged).await;
    let began = Instant::now();
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move {
                for _ in 0..50 {
                    append(&app, company_id, EventKind::DraftsChanged).await;
                }
            })
        })
        .collect();
    // Whoever reads what came after its cursor must find the very next number first, or nothing.
    let mut seen = first;
    while seen < first + 400 {
        let (head, events) =
            feed::queries::list_events(&app.db, company_id, Some(seen + 1), 1_000).await.unwrap();
        for event in &events {
            assert_eq!(event.n, seen + 1, "a number became visible before an earlier one");
            seen = event.n;
        }
        assert_eq!(head.n, seen, "the head and the events are of one moment");
        assert!(events.last().is_none_or(|last| last.tag == head.tag));
        assert!(began.elapsed() < Duration::from_secs(60));
    }
    join_all(writers).await.into_iter().for_each(|writer| writer.unwrap());
    eprintln!("400 events of 8 writers in {:?}", began.elapsed());
    assert_eq!(count(&server.database_url, &company, "feed_events where true").await, 401);
}

#[tokio::test]
async fn what_one_transaction_tells_takes_numbers_in_a_row_and_one_tag() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let orders = [company.import(1).await.id, company.import(1).await.id];
    let (app, now) = (&server.app, server.app.clock.now());
    let before = append(app, company.id, EventKind::DraftsChanged).await;
    let tx = app.db.company(company.id).await.unwrap();
    let told = [
        NewEvent::by_clock(EventKind::ItemShort).order(orders[1]).version(7),
        NewEvent::by_clock(EventKind::ItemShort).order(orders[0]).version(2),
        NewEvent::by_clock(EventKind::PeopleChanged),
    ];
    assert_eq!(feed::commit(tx, &app.doorbell, &told, now).await.unwrap().n, before + 3);
    let (head, events) =
        feed::queries::list_events(&app.db, company.id, Some(before + 1), 1_000).await.unwrap();
    let read: Vec<_> =
        events.iter().map(|event| (event.n, event.order_id, event.version, event.kind)).collect();
    let expected = [
        (before + 1, Some(orders[1]), Some(7), Some(EventKind::ItemShort)),
        (before + 2, Some(orders[0]), Some(2), Some(EventKind::ItemShort)),
        (before + 3, None, None, Some(EventKind::PeopleChanged)),
    ];
    assert_eq!(read, expected);
    assert!(head.n == before + 3 && events.iter().all(|event| event.tag == head.tag));
}

/// Seconds from now until some minutes past the next midnight of São Paulo.
fn until_past_midnight(now: Timestamp, minutes: i64) -> i64 {
    let here = now.to_zoned(TimeZone::get("America/Sao_Paulo").unwrap());
    let midnight = here.tomorrow().unwrap().start_of_day().unwrap().timestamp();
    midnight.duration_since(now).as_secs() + 60 * minutes
}

#[tokio::test]
async fn chaos_a_day_begins_once_however_many_replicas_say_so() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let days = async || count(&one.database_url, &company, "feed_events where kind = 'day_started'").await;
    // Where the tests run it may be just past midnight.
    let before = days().await;
    for round in 1..=2 {
        for server in [&one, &two] {
            let clock = &server.app.clock;
            clock.advance(until_past_midnight(clock.now(), 5));
        }
        let rounds = (0..8).map(|n| jobs::run_one(if n % 2 == 0 { &one.app } else { &two.app }, "begin_day"));
        join_all(rounds).await.into_iter().for_each(|done| done.unwrap());
        assert_eq!(days().await, before + round);
    }
    two.app.clock.advance(2 * 60 * 60);
    jobs::run_one(&two.app, "begin_day").await.unwrap();
    assert_eq!(days().await, before + 2, "a replica that wakes up hours later starts no day");
}

#[tokio::test]
async fn a_day_that_began_while_no_job_ran_begins_late() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let days = async || count(&server.database_url, &company, "feed_events where kind = 'day_started'").await;
    let (before, clock) = (days().await, &server.app.clock);
    clock.advance(until_past_midnight(clock.now(), 7 * 60 + 30));
    for _ in 0..2 {
        jobs::run_one(&server.app, "begin_day").await.unwrap();
        assert_eq!(days().await, before + 1, "a wall that was on all night shows the new day, once");
    }
}

/// A zone that a newer build knew, before a deploy was rolled back: pages count its days by UTC.
#[tokio::test]
async fn a_day_begins_where_the_company_s_zone_is_not_known_too() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    run_sql(&server.database_url, "update companies set time_zone = 'Etc/Unknown'").await;
    let days = async || count(&server.database_url, &company, "feed_events where kind = 'day_started'").await;
    let before = days().await;
    server.app.clock.advance(2 * 24 * 60 * 60);
    jobs::run_one(&server.app, "begin_day").await.unwrap();
    assert_eq!(days().await, before + 1, "screens start afresh as the pages do");
}

#[tokio::test]
async fn the_last_512_events_and_a_day_of_operations_are_kept() {
    let server = TestServer::start().await;
    let (url, company) = (server.database_url.clone(), server.company("alfa").await);
    let order = company.import(1).await;
    let client = server.signed_in("alfa", PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    assert_eq!(client.tap(&pick, &[("quantity", "1")]).await.status, 200);
    for _ in 0..600 {
        append(&server.app, company.id, EventKind::DraftsChanged).await;
    }
    let older = async |hours: u32| {
        let by = format!("at = at - interval '{hours} hours'");
        run_sql(&url, &format!("update feed_events set {by}; update operations set {by}")).await;
    };
    older(23).await;
    jobs::run_all(&server.app).await.unwrap();
    assert!(count(&url, &company, "feed_events where true").await >= 602, "a day is kept whole");
    assert_eq!(count(&url, &company, "operations where true").await, 1);
    older(2).await;
    jobs::run_all(&server.app).await.unwrap();
    assert_eq!(count(&url, &company, "feed_events where true").await, 512);
    assert_eq!(count(&url, &company, "operations where true").await, 0);
    assert_eq!(count(&url, &company, "order_history where true").await, 2, "history is for ever");
}

#[tokio::test]
async fn chaos_a_replica_that_slept_through_a_clearing_raises_no_alarm() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let feed = server.app.hub.company(company.id);
    append(&server.app, company.id, EventKind::DraftsChanged).await;
    feed.look(None).await.unwrap();
    let old = feed.head().unwrap();
    for _ in 0..20 {
        append(&server.app, company.id, EventKind::DraftsChanged).await;
    }
    let mut connection = PgConnection::connect(&server.database_url).await.unwrap();
    connection
        .execute(AssertSqlSafe(format!("delete from feed_events where n <= {}", old.n + 10)))
        .await
        .unwrap();
    feed.look(None).await.unwrap();
    assert_eq!((feed.position().rewrites, feed.head().unwrap().n), (0, old.n + 20));
    let since = feed.since(&old, None).await.unwrap();
    assert!(
        matches!(since, feed::hub::Since::Reset(feed::hub::ResetReason::TooOld)),
        "whoever slept as long starts afresh: {since:?}"
    );
}

/// From the lock of the head to the commit every other writer of the company waits; and Postgres may write the parts of
/// a statement in an order of its own.
#[tokio::test]
async fn a_pick_locks_the_head_after_all_else_that_it_writes() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["10"]).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let mut setup = "create table written (place bigserial, name text);
        create function note_write() returns trigger language plpgsql security definer as $$
        begin insert into written (name) values (tg_table_name); return coalesce(new, old); end $$;"
        .to_owned();
    let before = ["item_picks", "order_history", "order_items", "orders"];
    for table in [before.as_slice(), &["feed_heads", "operations", "feed_events"]].concat() {
        setup.push_str(&format!(
            "create trigger note before insert or update or delete on {table} for each row execute function note_write();"
        ));
    }
    run_sql(&server.database_url, &setup).await;
    let path = format!("/orders/{}/items/{}", order.id, order.items[0]);
    for (command, quantity) in [("pick", "3"), ("pick", "2"), ("unpick", "4")] {
        run_sql(&server.database_url, "truncate written").await;
        let answer = picker.tap(&format!("{path}/{command}"), &[("quantity", quantity)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let mut connection = PgConnection::connect(&server.database_url).await.unwrap();
        let written: Vec<String> = sqlx::query_scalar("select name from written order by place")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        // The claim comes first, and its outcome after the head.
        let head = written.iter().position(|name| name == "feed_heads").expect("a head");
        let mut first: Vec<&str> = written[1..head].iter().map(String::as_str).collect();
        first.sort_unstable();
        first.dedup();
        assert_eq!((written[0].as_str(), first), ("operations", before.to_vec()), "{written:?}");
        assert_eq!(written[head + 1..], ["operations", "feed_events"], "{written:?}");
    }
}
