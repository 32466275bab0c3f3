//! The real server, in this process, on a free port.

use clap::Parser;
use separacao::config::Settings;
use separacao::lifecycle::{Lifecycle, Stage};
use separacao::server::{Server, Start};
use separacao::state::AppState;
use tokio::task::JoinHandle;

use super::client::Client;
use super::process::{METRICS_TOKEN, UNHURRIED};
use super::world::{self, Company};
use super::{database, wait_for};

#[derive(Parser)]
#[command(args_override_self = true)]
struct Program {
    #[command(flatten)]
    settings: Settings,
}

/// Settings as a test wants them: short times, no haste limits, a token for metrics, the rest as in development.
pub fn settings(database_url: &str, more: &[&str]) -> Settings {
    let fixed = [
        "separacao",
        "--database-url",
        database_url,
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--metrics-token",
        METRICS_TOKEN,
        "--beat-ms",
        "500",
        "--drain-sockets-after-ms",
        "200",
        "--drain-spread-ms",
        "300",
        "--drain-listen-ms",
        "800",
        "--drain-exit-ms",
        "3000",
        "--database-max-connections",
        "12",
        // A job would count among the statements of a test; those that are about jobs start programs.
        "--jobs",
        "off",
        "--job-poll-ms",
        "3600000",
    ];
    Program::parse_from(fixed.iter().chain(&UNHURRIED).chain(more)).settings
}

/// A running replica. Ends when [`TestServer::stop`] is called, or with the test.
pub struct TestServer {
    pub app: AppState,
    pub port: u16,
    pub database_url: String,
    running: JoinHandle<()>,
}

impl TestServer {
    /// On a database of its own, doorbell in this process.
    pub async fn start() -> Self {
        Self::on(&database::create().await, &[]).await
    }

    /// Another replica on a database that is there already.
    pub async fn on(database_url: &str, more: &[&str]) -> Self {
        let start = Start {
            settings: settings(database_url, more),
            database_url: database_url.to_owned(),
            program: env!("CARGO_BIN_EXE_separacao").into(),
            clock: world::clock(),
            metrics: None,
        };
        let server = Server::bind(start).await.expect("a free port");
        let (app, port) = (server.app.clone(), server.port());
        let running = tokio::spawn(server.run());
        Self { app, port, database_url: database_url.to_owned(), running }
    }

    /// Two replicas that hear each other over Redis, under a prefix of this test's own.
    pub async fn pair() -> (Self, Self) {
        let url = database::create().await;
        let redis = redis_url();
        let prefix = format!("it-{}", uuid::Uuid::now_v7());
        let more = ["--redis-url", redis.as_str(), "--redis-prefix", prefix.as_str()];
        (Self::on(&url, &more).await, Self::on(&url, &more).await)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub async fn company(&self, code: &'static str) -> Company {
        Company::find(&self.app, code).await
    }

    /// A browser of somebody who has signed in.
    pub async fn signed_in(&self, company: &str, number: &str) -> Client {
        let client = Client::new(self.port);
        client.sign_in(company, number, world::PIN).await;
        client
    }

    /// Sets the clock away from midnight in the companies' zone: a test that moves it by minutes would else read what was
    /// done on another day, once a night.
    pub fn keep_the_day(&self) {
        let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
        let hours = match self.app.clock.now().to_zoned(zone).hour() {
            22 | 23 => -3,
            0 => 1,
            _ => 0,
        };
        self.app.clock.advance(hours * 60 * 60);
    }

    /// How many rows a superuser sees.
    pub async fn count(&self, what: &str) -> i64 {
        database::count(&self.database_url, what).await
    }

    pub fn lifecycle(&self) -> &Lifecycle {
        &self.app.lifecycle
    }

    /// As SIGINT does.
    pub async fn stop(self) {
        self.app.lifecycle.advance(Stage::Leaving);
        self.running.await.unwrap();
    }

    /// Waits until the server has ended by itself.
    pub async fn ended(&self) {
        wait_for("the server to end", async || self.running.is_finished().then_some(())).await;
    }
}

pub fn redis_url() -> String {
    std::env::var("TEST_REDIS_URL").expect("TEST_REDIS_URL: run the tests with make test")
}
