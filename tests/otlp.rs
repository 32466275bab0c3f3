//! Traces and errors over OTLP, as a receiver of this test's own gets them: what happened, and nobody's name.

#![cfg(feature = "otlp")]
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and is no server")]

use std::net::TcpListener;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(20);
const SECRETS: [&str; 3] = ["Maria Segredo", "4821", "738291"];

/// Bodies that were sent, and the headers of the last.
#[derive(Clone, Default)]
struct Received(Arc<Mutex<(Vec<u8>, HeaderMap)>>);

impl Received {
    async fn start(self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let take = async move |headers: HeaderMap, body: Bytes| {
            let mut received = self.0.lock().unwrap();
            received.0.extend_from_slice(&body);
            received.1 = headers;
            StatusCode::OK
        };
        let app = Router::new().route("/intake/v1/traces", post(take));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        format!("http://{address}/intake/")
    }

    /// Texts stand in protobuf as they are.
    fn has(&self, text: &str) -> bool {
        let received = self.0.lock().unwrap();
        received.0.windows(text.len()).any(|window| window == text.as_bytes())
    }

    async fn until(&self, text: &str) {
        let began = Instant::now();
        while !self.has(text) {
            assert!(
                began.elapsed() < PATIENCE,
                "{text} in {}",
                String::from_utf8_lossy(&self.0.lock().unwrap().0)
            );
            sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn run(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
}

/// A database of this test's own on the tests' server.
async fn database() -> String {
    let url = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL: run the tests with make test");
    let name = format!("separacao_otlp_{}", std::process::id());
    run(&url, &format!("create database {name}")).await;
    let (server, _) = url.split('?').next().unwrap().rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

async fn serve(database_url: &str, endpoint: &str) -> (Child, String) {
    // With the feature, reqwest brings no cryptography of its own; the second test finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(env!("CARGO_BIN_EXE_separacao"))
        .args(["--database-url", database_url, "--host", "127.0.0.1", "--port", &port.to_string()])
        .args(["--otlp-endpoint", endpoint, "--log-filter", "error"])
        .env("OTEL_BSP_SCHEDULE_DELAY", "100")
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-sentry-auth=sentry sentry_key=abc")
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let url = format!("http://127.0.0.1:{port}");
    let began = Instant::now();
    while !reqwest::get(format!("{url}/readyz")).await.is_ok_and(|answer| answer.status() == 200) {
        assert!(began.elapsed() < PATIENCE, "the program to be ready");
        sleep(Duration::from_millis(20)).await;
    }
    (child, url)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_and_errors_are_told_and_nobody_is_named() {
    let received = Received::default();
    let (endpoint, database_url) = (received.clone().start().await, database().await);
    let (mut program, url) = serve(&database_url, &endpoint).await;
    let http = reqwest::Client::new();
    let form = [("company", SECRETS[0]), ("number", SECRETS[1]), ("pin", SECRETS[2])];
    let page =
        http.get(format!("{url}/sign-in?next=/orders/{}", SECRETS[1])).header("x-request-id", "seen-1");
    assert!(page.send().await.unwrap().status().is_success());
    http.post(format!("{url}/sign-in")).form(&form).send().await.unwrap();
    received.until("GET /sign-in").await;
    received.until("seen-1").await;
    received.until("POST /sign-in").await;
    {
        let headers = received.0.lock().unwrap().1.clone();
        assert_eq!(headers["content-type"], "application/x-protobuf");
        assert_eq!(headers["x-sentry-auth"], "sentry sentry_key=abc");
    }
    // What fails in a request is a span of its own, with the database's words but not with what they quote.
    run(&database_url, &format!("alter table companies rename column name to \"{}\"", SECRETS[0])).await;
    http.post(format!("{url}/sign-in")).form(&form).send().await.unwrap();
    received.until("exception.message").await;
    // What fails in no request is told, too: jobs go on without their table.
    run(&database_url, "drop table jobs cascade").await;
    received.until("jobs could not be looked at").await;
    received.until("relation … does not exist").await;
    assert!(!received.has("relation \"jobs\""), "what a complaint quotes stays here");
    assert!(!received.has("/readyz"), "probes say little");
    // The last ones are sent when the program ends.
    let last = http.get(format!("{url}/sign-in")).header("x-request-id", "the-last-one");
    last.send().await.unwrap();
    kill_process(Pid::from_raw(program.id().unwrap().cast_signed()).unwrap(), Signal::INT).unwrap();
    timeout(PATIENCE, program.wait()).await.expect("its end").unwrap();
    assert!(received.has("the-last-one"));
    for secret in SECRETS {
        assert!(!received.has(secret), "{secret} has left");
    }
    run(
        &std::env::var("TEST_DATABASE_URL").unwrap(),
        &format!("drop database {}", database_url.rsplit('/').next().unwrap()),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_is_away_costs_no_request() {
    let away = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = std::env::var("TEST_DATABASE_URL").unwrap();
    let name = format!("separacao_otlp_away_{}", std::process::id());
    run(&url, &format!("create database {name}")).await;
    let (server, _) = url.split('?').next().unwrap().rsplit_once('/').unwrap();
    let (_program, at) = serve(&format!("{server}/{name}"), &format!("http://{away}")).await;
    for _ in 0..50 {
        let began = Instant::now();
        assert!(reqwest::get(format!("{at}/sign-in")).await.unwrap().status().is_success());
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}
