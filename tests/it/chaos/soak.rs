//! Work with a random fault again and again; every minute one in the long form.

use std::time::{Duration, Instant};

use sqlx::{Connection, Executor};
use tokio::time::sleep;
use uuid::Uuid;

use super::{pickers, two_orders};
use crate::support::PATIENCE;
use crate::support::database::{self, run_sql, superuser};
use crate::support::load::{Load, ports};
use crate::support::process::Redis;
use crate::support::proxy::Proxy;
use crate::support::report::note;
use crate::support::scale::{scaled, soak};
use crate::support::server::TestServer;
use crate::support::world::PICKER;

const FAULTS: [&str; 8] = [
    "Redis killed",
    "Redis half-open",
    "Postgres cut",
    "Postgres half-open",
    "Postgres slow",
    "backends ended",
    "the head row locked",
    "every way slow",
];

struct Ways {
    database_url: String,
    redis: Redis,
    to_redis: Proxy,
    to_postgres: Proxy,
}

impl Ways {
    /// Breaks something for a second or two, and mends it.
    async fn suffer(&mut self, fault: &str) {
        let while_broken = Duration::from_millis(500 + rand::random::<u64>() % 1_500);
        match fault {
            "Redis killed" => {
                self.redis.stop().await;
                sleep(while_broken).await;
                self.redis.start_again().await;
            }
            "Redis half-open" => {
                self.to_redis.hold();
                sleep(while_broken).await;
                self.to_redis.release();
            }
            "Postgres cut" => {
                self.to_postgres.cut().await;
                sleep(while_broken).await;
                self.to_postgres.mend().await;
            }
            "Postgres half-open" => {
                self.to_postgres.hold();
                sleep(while_broken).await;
                self.to_postgres.release();
            }
            "Postgres slow" => self.slow(&[&self.to_postgres], while_broken).await,
            "every way slow" => self.slow(&[&self.to_postgres, &self.to_redis], while_broken).await,
            "backends ended" => {
                let sql = "select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid() and application_name = 'separacao'";
                run_sql(&self.database_url, sql).await;
            }
            "the head row locked" => {
                let mut connection = superuser(&self.database_url).await;
                let mut tx = connection.begin().await.unwrap();
                tx.execute("select head from feed_heads for update").await.unwrap();
                sleep(while_broken).await;
                tx.rollback().await.unwrap();
            }
            other => panic!("{other} is no fault"),
        }
    }

    async fn slow(&self, wires: &[&Proxy], time: Duration) {
        wires.iter().for_each(|wire| wire.delay(Duration::from_millis(100)));
        sleep(time).await;
        wires.iter().for_each(|wire| wire.delay(Duration::ZERO));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_soak_of_random_faults_under_load() {
    let redis = Redis::start().await;
    let (to_redis, address) = Proxy::around_redis(&redis.url()).await;
    let url = database::create().await;
    let (to_postgres, through) = Proxy::around(&url).await;
    let prefix = format!("it-{}", Uuid::now_v7());
    let more = ["--redis-url", &address, "--redis-prefix", &prefix];
    let (one, two) = (TestServer::on(&through, &more).await, TestServer::on(&through, &more).await);
    let (people, orders) = (pickers(&one).await, two_orders(&one).await);
    let load = Load::start(&people, &orders, 8, &ports(&[&one, &two])).await;
    let mut ways = Ways { database_url: url.clone(), redis, to_redis, to_postgres };
    let (began, mut faults) = (Instant::now(), Vec::new());
    while began.elapsed() < soak() {
        let fault = FAULTS[rand::random::<u32>() as usize % FAULTS.len()];
        ways.suffer(fault).await;
        load.heals_within(fault, scaled(PATIENCE, Duration::from_secs(3))).await;
        faults.push(fault);
        load.works_for(scaled(Duration::from_millis(200), Duration::from_secs(60)).min(soak() / 4)).await;
    }
    note("soaked", format!("{:.0?}, {} faults", began.elapsed(), faults.len()));
    load.end(&url, &one.signed_in("alfa", PICKER).await).await;
}
