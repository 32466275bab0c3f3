//! What a platform, a load balancer and an operator see, and what a database that is away does to people.

use std::time::{Duration, Instant};

use separacao::db::migrate;
use uuid::Uuid;

use crate::support::client::{Answer, Client};
use crate::support::database;
use crate::support::process::{METRICS_TOKEN, Program};
use crate::support::proxy::Proxy;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{PICKER, PIN};
use crate::support::{measured, wait_for};

#[tokio::test]
async fn before_the_schema_is_there_the_answer_is_503_and_then_200() {
    let url = database::create_empty().await;
    let server = TestServer::on(&url, &[]).await;
    let client = Client::new(server.port);
    for path in ["/", "/readyz", "/health"] {
        assert_eq!(client.get(path).await.status, 503, "{path}");
    }
    assert_eq!(client.get("/livez").await.status, 200);
    assert!(client.get("/").await.headers.contains_key("retry-after"));
    migrate::run(&url).await.unwrap();
    for path in ["/", "/readyz", "/health", "/livez"] {
        assert_eq!(client.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn details_are_for_those_who_have_the_token() {
    let server = TestServer::start().await;
    let program = Program::start(&server.database_url, &[]).await;
    let client = Client::new(program.port);
    let ask = async |path: &str, token: Option<&str>| {
        let request = client.http().get(client.url(path));
        let request =
            token.into_iter().fold(request, |request, token| request.header("authorization", token));
        client.send(request).await
    };
    for token in [
        None,
        Some("Bearer"),
        Some("Bearer "),
        Some("Bearer metrics-token-of-the-testS"),
        Some(METRICS_TOKEN),
    ] {
        assert_eq!(ask("/metrics", token).await.status, 404, "{token:?}");
        assert_eq!(ask("/health", token).await.text, r#"{"status":"ok"}"#, "{token:?}");
    }
    let bearer = format!("Bearer {METRICS_TOKEN}");
    let token = Some(bearer.as_str());
    let metrics = ask("/metrics", token).await;
    assert_eq!(metrics.status, 200);
    for name in ["live_queue_bytes", "database_connections", "http_request_seconds_bucket"] {
        assert!(metrics.text.contains(name), "{name} in {}", metrics.text);
    }
    let health = ask("/health", token).await.json();
    assert_eq!((&health["stage"], &health["redis"]), (&"serving".into(), &"in process".into()));
}

/// A build may bring a migration with a lower number than the newest that is there.
#[tokio::test]
async fn a_schema_with_a_gap_is_not_ready() {
    let url = database::create().await;
    let taken = "create table taken as select * from _sqlx_migrations where version = 5;
        delete from _sqlx_migrations where version = 5";
    database::run_sql(&url, taken).await;
    let server = TestServer::on(&url, &[]).await;
    let client = Client::new(server.port);
    for path in ["/", "/readyz"] {
        assert_eq!(client.get(path).await.status, 503, "{path}");
    }
    database::run_sql(&url, "insert into _sqlx_migrations select * from taken").await;
    assert_eq!(client.get("/readyz").await.status, 200);
    assert_eq!(client.get("/").await.status, 200);
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_it_to_itself_and_a_request_id() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    let stranger = Client::new(server.port);
    let answers = [
        ("a page", client.get("/").await),
        ("the sign-in page", stranger.get("/").await),
        ("no page", client.get("/nothing").await),
        ("a refused tap", client.tap("/orders/x/finish", &[]).await),
        ("a file", stranger.get("/static/app.css").await),
        ("a poll", stranger.get("/feed?screen=board&cursor=x").await),
    ];
    for (what, Answer { headers, .. }) in &answers {
        let policy = headers["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "connect-src 'self'",
        ] {
            assert!(policy.contains(part), "{what}: {part}");
        }
        assert!(!policy.contains("unsafe"), "{what}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{what}");
        for name in ["referrer-policy", "cross-origin-opener-policy", "permissions-policy"] {
            assert!(headers.contains_key(name), "{what}: {name}");
        }
        assert!(headers["x-request-id"].to_str().unwrap().parse::<Uuid>().is_ok(), "{what}");
    }
    assert_eq!(client.get("/").await.headers["cache-control"], "no-store");
    for (given, kept) in
        [("edge-4f.2:7_a", true), ("a b", false), ("<script>", false), (&"x".repeat(101), false)]
    {
        let request = stranger.http().get(stranger.url("/")).header("x-request-id", given);
        let id = stranger.send(request).await.headers["x-request-id"].to_str().unwrap().to_owned();
        assert_eq!(id == given, kept, "{given} became {id}");
    }
}

#[tokio::test]
async fn a_foreign_host_name_is_refused() {
    let url = database::create().await;
    let server = TestServer::on(&url, &["--allowed-hosts", "app.example,localhost"]).await;
    let client = Client::new(server.port);
    let cases = [
        ("app.example", "/", 200),
        ("APP.example:443", "/", 200),
        ("evil.example", "/", 400),
        ("app.example.evil.example", "/", 400),
        ("app.example@evil.example", "/", 400),
        ("", "/", 400),
        ("healthcheck.railway.app", "/", 200),
        ("healthcheck.railway.app", "/history", 400),
        ("healthcheck.railway.app", "/sign-in", 400),
        ("10.0.0.7", "/livez", 200),
        ("10.0.0.7", "/", 400),
    ];
    for (host, path, expected) in cases {
        let request = client.http().get(client.url(path)).header("host", host);
        assert_eq!(client.send(request).await.status, expected, "{host}{path}");
    }
}

#[tokio::test]
async fn chaos_a_database_that_is_away_is_said_in_a_sentence_and_everything_heals_by_itself() {
    let (mut proxy, url) = Proxy::around(&database::create().await).await;
    let server = TestServer::on(&url, &[]).await;
    let order = server.company("alfa").await.import_lines(&["100"]).await;
    let client = server.signed_in("alfa", PICKER).await;
    let path = format!("/orders/{}", order.id);
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    let mut page = client.page(&path).await;
    let mut socket = Socket::open(&client, &mut page).await;
    // Many connections, so that a pool full of broken ones is left behind.
    let herd = (0..24).map(|_| client.get(&path));
    futures_util::future::join_all(herd).await;

    proxy.cut().await;
    let operation = Uuid::now_v7();
    let began = Instant::now();
    let answer = client.tap_as(&pick, &[("quantity", "3")], operation, Some(&page)).await;
    eprintln!("while the database is away a tap is answered after {:?}", began.elapsed());
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert!(answer.headers.contains_key("retry-after"));
    assert!(answer.json()["title"].as_str().unwrap().len() > 20, "{}", answer.text);
    let seen = client.get("/").await;
    assert_eq!(seen.status, 503);
    assert!(seen.text.contains("<main") && seen.headers.get("set-cookie").is_none(), "{}", seen.text);
    assert_eq!(client.get("/livez").await.status, 200);
    assert_eq!(client.get("/readyz").await.status, 503);

    proxy.mend().await;
    let began = Instant::now();
    let answer = wait_for("a tap that is accepted", async || {
        let answer = client.tap_as(&pick, &[("quantity", "3")], operation, Some(&page)).await;
        (answer.status == 200).then_some(answer)
    })
    .await;
    let accepted = began.elapsed();
    socket.follow(&mut page, answer.json()["n"].as_i64().unwrap()).await;
    measured("healed: a tap", accepted, Duration::from_secs(2));
    measured("healed: the open screen", began.elapsed(), Duration::from_secs(2));
    assert_eq!(page.reset, None, "the socket lives through it");
    page.must_show(&client.page(&path).await, "after the database was away");
    let again = client.tap_as(&pick, &[("quantity", "3")], operation, None).await;
    assert_eq!((again.status.as_u16(), &again.json()["n"]), (200, &answer.json()["n"]), "once");
    for _ in 0..24 {
        assert_eq!(client.get("/").await.status, 200, "no broken connection is left for anybody");
    }
}

#[tokio::test]
async fn chaos_a_database_that_takes_no_writes_is_not_ready_until_it_does() {
    let url = database::create().await;
    let server = TestServer::on(&url, &[]).await;
    let client = Client::new(server.port);
    assert_eq!(client.get("/readyz").await.status, 200);
    let name = url.rsplit('/').next().unwrap().split('?').next().unwrap();
    // A setting of the database holds for connections that are made from then on.
    let switch = async |read_only: &str, ends_those: bool| {
        let sql = format!(
            "set transaction read write;
             alter database \"{name}\" set default_transaction_read_only = {read_only};
             select pg_terminate_backend(pid) from pg_stat_activity
             where {ends_those} and datname = '{name}' and pid <> pg_backend_pid()"
        );
        database::run_sql(&url, &sql).await;
    };
    // Those that were made while it was read-only are left as they are: the server itself must not keep them.
    for (read_only, ends_those, status) in [("on", true, 503), ("off", false, 200)] {
        switch(read_only, ends_those).await;
        wait_for("readiness that knows", async || {
            (client.get("/readyz").await.status == status).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn chaos_a_database_whose_machine_is_gone_is_given_up_and_its_successor_is_found() {
    let (mut proxy, url) = Proxy::around(&database::create().await).await;
    let server = TestServer::on(&url, &[]).await;
    let client = server.signed_in("alfa", PICKER).await;
    let herd = async || futures_util::future::join_all((0..24).map(|_| client.get("/"))).await;
    herd().await;

    proxy.silence().await;
    proxy.mend().await;
    let began = Instant::now();
    for answer in herd().await {
        assert!(matches!(answer.status.as_u16(), 200 | 503), "{}", answer.text);
        assert!(answer.text.contains("<main"), "a sentence: {}", answer.text);
    }
    measured("a silent database is given up", began.elapsed(), Duration::from_secs(10));
    wait_for("the board", async || (client.get("/").await.status == 200).then_some(())).await;
    for answer in herd().await {
        assert_eq!(answer.status, 200, "no silent connection is left for anybody");
    }
}

/// What operations.md and its alarms speak of.
const METRICS: &[&str] = &[
    "database_connections",
    "database_connections_idle",
    "database_connections_max",
    "doorbell_age_seconds",
    "doorbell_dropped_total",
    "doorbell_heard_total",
    "doorbell_publish_failures_total",
    "doorbell_unreadable_total",
    "feed_delivery_seconds_bucket",
    "feed_lag_seconds",
    "feed_read_failures_total",
    "feed_rewrites_total",
    "http_foreign_refused_total",
    "http_request_seconds_bucket",
    "live_frames_total",
    "live_origin_refused_total",
    "live_queue_bytes",
    "live_renders_total",
    "live_resets_total{reason=\"access\"}",
    "live_resets_total{reason=\"rewritten\"}",
    "live_resets_total{reason=\"slow\"}",
    "live_resets_total{reason=\"too_old\"}",
    "live_slow_closed_total",
    "live_sockets",
    "sign_in_budget_spent_total{budget=\"account\"}",
    "sign_in_budget_spent_total{budget=\"company\"}",
    "task_panics_total{task=\"feed poll\"}",
    "task_panics_total{task=\"render\"}",
    "task_panics_total{task=\"request\"}",
    "tasks",
];

#[tokio::test]
async fn every_number_that_an_alarm_looks_at_is_told() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let program = Program::start(&server.database_url, &[]).await;
    let client = Client::new(program.port);
    client.sign_in("alfa", PICKER, PIN).await;
    let mut page = client.page("/").await;
    let mut socket = Socket::open(&client, &mut page).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let n = client.tap(&pick, &[("quantity", "1")]).await.json()["n"].as_i64().unwrap();
    socket.follow(&mut page, n).await;
    let text = program.metrics().await;
    for name in METRICS {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name} in {text}");
    }
    assert!(program.metric("feed_lag_seconds").await < 5.0);
    assert!(program.metric("doorbell_age_seconds").await < 60.0);
    let operations = std::fs::read_to_string("docs/operations.md").unwrap();
    for name in METRICS.iter().filter_map(|name| name.split('{').next()) {
        let name = name.trim_end_matches("_bucket");
        assert!(operations.contains(name), "docs/operations.md says nothing of {name}");
    }
}
