//! The past of a large company: ten million entries of lines in four hundred days. Its figures, for any period, what they cost
//! those who pick meanwhile, and its history, near and deep.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use separacao::clock::Clock;
use sqlx::AssertSqlSafe;

use crate::company::Warehouse;
use crate::http::Keep;
use crate::live::{accepted, pick_paths};
use crate::replica::Replica;
use crate::support::database;
use crate::support::server::TestServer;
use crate::support::world::ADMIN;
use crate::table::{Table, at_share, time};

/// Of 26 entries of lines each.
const ORDERS: u32 = 385_000;
const MOST_FIGURES: Duration = Duration::from_millis(300);
const MOST_HISTORY: Duration = Duration::from_millis(20);
const PICKING: Duration = Duration::from_secs(10);
const READERS: usize = 2;

pub async fn run(table: &mut Table, warehouse: &Warehouse) {
    let entries = fill(warehouse).await;
    table.tell("entries of the history", &entries.to_string(), "");
    let took = add_up(warehouse).await;
    table.tell("  days and months added up, once", &format!("{:.0} s", took.as_secs_f64()), "");
    let replica = Replica::start(&warehouse.url, &[]).await;
    let admin = warehouse.sign_in(replica.port, "alfa", ADMIN).await.cookie_header();
    // Neither end is that of a month: the most spans that there can be.
    let today = Clock::default().now().to_zoned(TimeZone::UTC).date();
    let year = format!("from={}&to={}", today - 380.days(), today - 20.days());
    for (what, period) in [
        ("today", "period=today"),
        ("7 days", "period=7"),
        ("90 days", "period=90"),
        ("last month", "period=last_month"),
        ("a year", year.as_str()),
    ] {
        // A file is worked out each time; the page is kept while nothing changes.
        let took = first_byte(&replica, &admin, &format!("/reports/export/figures?{period}"));
        let what = format!("figures, {what}: p95");
        table.judge(&what, &time(took), "", "≤ 300 ms", took <= MOST_FIGURES);
    }
    picking(table, warehouse, &replica, &admin).await;
    let deep = deep_place(warehouse).await;
    for (what, path) in [
        ("history, first page: p95", "/history".to_owned()),
        ("  in the middle of it", format!("/history?after={deep}")),
        ("  of a customer", "/history?customer=001234".to_owned()),
    ] {
        let took = first_byte(&replica, &admin, &path);
        table.judge(what, &time(took), "", "≤ 20 ms", took <= MOST_HISTORY);
    }
}

/// Answers how many entries there are.
async fn fill(warehouse: &Warehouse) -> i64 {
    let company = warehouse.company_id;
    let seed = format!(
        "create temp table seed as select '{company}'::uuid as company, {ORDERS} as orders, now() as newest,
           (select array_agg(id order by id) from people where company_id = '{company}') as people,
           (select id from people where company_id = '{company}' order by id limit 1) as seller,
           p.shipping_id as shipping, p.packaging_id as packaging
         from shipping_packagings p where p.company_id = '{company}' limit 1"
    );
    let mut connection = database::superuser(&warehouse.url).await;
    for sql in [seed.as_str(), include_str!("history.sql"), "vacuum analyze", "checkpoint"] {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    }
    sqlx::query_scalar("select count(*) from order_history where item_id is not null")
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

/// As the jobs of a server do, without their pauses.
async fn add_up(warehouse: &Warehouse) -> Duration {
    let server = TestServer::on(&warehouse.url, &[]).await;
    let began = Instant::now();
    let mut made = -1;
    loop {
        separacao::jobs::run_one(&server.app, "add_up_days").await.unwrap();
        let now = database::count(&warehouse.url, "report_spans").await;
        if now == made {
            break;
        }
        made = now;
    }
    let took = began.elapsed();
    server.stop().await;
    database::run_sql(&warehouse.url, "vacuum analyze").await;
    took
}

fn first_byte(replica: &Replica, cookie: &str, path: &str) -> Duration {
    let mut keep = Keep::open(replica.port, cookie);
    let mut times: Vec<Duration> = (0..20)
        .map(|_| {
            let answer = keep.get(path, "identity");
            assert_eq!(answer.status, 200, "{path}");
            answer.first_byte
        })
        .collect();
    at_share(&mut times, 0.95)
}

/// Picks, one at a time: alone, and while the figures of ninety days are read without a pause.
async fn picking(table: &mut Table, warehouse: &Warehouse, replica: &Replica, admin: &str) {
    let person = warehouse.sign_in(replica.port, "alfa", &warehouse.crowd[0]).await.cookie_header();
    let paths = pick_paths(warehouse);
    let pick = || {
        let mut keep = Keep::open(replica.port, &person);
        let (began, mut times) = (Instant::now(), Vec::new());
        for path in paths.iter().cycle() {
            let tapped = Instant::now();
            accepted(&mut keep, path);
            times.push(tapped.elapsed());
            if began.elapsed() > PICKING {
                break;
            }
        }
        at_share(&mut times, 0.99)
    };
    let (idle, busy) = tokio::task::block_in_place(|| {
        let idle = pick();
        let done = AtomicBool::new(false);
        let busy = std::thread::scope(|scope| {
            for _ in 0..READERS {
                scope.spawn(|| {
                    let mut keep = Keep::open(replica.port, admin);
                    while !done.load(Ordering::Relaxed) {
                        keep.get("/reports/export/figures?period=90", "identity");
                    }
                });
            }
            let busy = pick();
            done.store(true, Ordering::Relaxed);
            busy
        });
        (idle, busy)
    });
    let ratio = busy.as_secs_f64() / idle.as_secs_f64();
    let floor = format!("idle {} ({ratio:.2}×)", time(idle));
    table.judge("a pick while figures are read: p99", &time(busy), &floor, "≤ 1.5 ×", ratio <= 1.5);
}

/// Where a page begins that half of the history is newer than.
async fn deep_place(warehouse: &Warehouse) -> String {
    let mut connection = database::superuser(&warehouse.url).await;
    sqlx::query_scalar(
        "select (extract(epoch from closed_at) * 1000000)::bigint || '.' || order_id from order_outcomes
         order by closed_at offset (select count(*) / 2 from order_outcomes) limit 1",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap()
}
