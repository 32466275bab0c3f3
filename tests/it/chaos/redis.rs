//! Redis only rings: whatever becomes of it, taps are accepted at the usual speed and screens are complete.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use uuid::Uuid;

use super::load;
use crate::support::database;
use crate::support::load::{Load, Ports, ports};
use crate::support::process::Redis;
use crate::support::proxy::Proxy;
use crate::support::report::note;
use crate::support::scale::scaled;
use crate::support::server::{TestServer, redis_url};
use crate::support::{PATIENCE, measured, wait_within};

/// A Redis that is there again is found within this: tries are at most five seconds apart.
pub const RECONNECTS: Duration = Duration::from_secs(7);
/// One that does not answer is given up after ten seconds without an answer to what is asked every five.
const NOTICES_SILENCE: Duration = Duration::from_secs(20);

/// Two replicas that hear each other over this Redis.
async fn replicas(redis: &str) -> (TestServer, TestServer, Ports) {
    let url = database::create().await;
    let prefix = format!("it-{}", Uuid::now_v7());
    let more = ["--redis-url", redis, "--redis-prefix", &prefix];
    let (one, two) = (TestServer::on(&url, &more).await, TestServer::on(&url, &more).await);
    let both = ports(&[&one, &two]);
    (one, two, both)
}

/// They hear rings again, and do not only look by themselves: a ring that was heard before this was asked does not count.
pub async fn hears_again(servers: &[&TestServer], most: Duration) {
    let began = Instant::now();
    wait_within(most.max(PATIENCE), "rings", async || {
        let hears = |server: &&TestServer| server.app.doorbell.silent_for() < began.elapsed();
        servers.iter().all(hears).then_some(())
    })
    .await;
    measured("rings are heard again after", began.elapsed(), most);
}

/// Redis is nothing that a tap waits for.
fn no_tap_waited(load: &Load, since: Instant) {
    measured("the slowest tap meanwhile", load.slowest_since(since), Duration::from_secs(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_redis_that_is_killed_again_and_again_costs_no_tap_and_no_frame() {
    let mut redis = Redis::start().await;
    let (one, two, both) = replicas(&redis.url()).await;
    let load = load(&one, &both).await;
    let (times, began) = (scaled(4, 20), Instant::now());
    for _ in 0..times {
        redis.stop().await;
        load.tap_at(&[&one]);
        load.gets_on(20).await;
        load.heals("without Redis").await;
        redis.start_again().await;
        load.tap_at(&[]);
        load.gets_on(20).await;
    }
    load.heals("Redis is back").await;
    hears_again(&[&one, &two], RECONNECTS).await;
    no_tap_waited(&load, began);
    note("Redis restarted", times);
    let reader = one.signed_in("alfa", "3000").await;
    for follower in load.end(&one.database_url, &reader).await {
        assert_eq!((follower.story.connects, follower.story.resets.len()), (1, 0), "no screen noticed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_redis_that_is_half_open_or_slow_delays_no_tap_and_is_heard_again() {
    let (mut wire, address) = Proxy::around_redis(&redis_url()).await;
    let (one, two, both) = replicas(&address).await;
    let load = load(&one, &both).await;
    load.gets_on(20).await;
    let began = Instant::now();
    wire.hold();
    load.tap_at(&[&one]);
    load.gets_on(20).await;
    load.heals("Redis half-open").await;
    load.works_for(scaled(Duration::from_secs(2), Duration::from_secs(60))).await;
    load.heals("Redis half-open for long").await;
    load.tap_at(&[]);
    wire.release();
    wire.delay(Duration::from_millis(300));
    load.heals("Redis slow").await;
    load.works_for(scaled(Duration::from_millis(500), Duration::from_secs(30))).await;
    wire.delay(Duration::ZERO);
    load.heals("Redis quick again").await;
    hears_again(&[&one, &two], RECONNECTS).await;
    // Its connections are silent for ever, as when its machine was replaced: only a reader that gives up is heard again.
    wire.silence().await;
    wire.mend().await;
    load.heals("Redis was replaced behind open connections").await;
    hears_again(&[&one, &two], NOTICES_SILENCE).await;
    no_tap_waited(&load, began);
    let reader = one.signed_in("alfa", "3000").await;
    for follower in load.end(&one.database_url, &reader).await {
        assert_eq!((follower.story.connects, follower.story.resets.len()), (1, 0), "no screen noticed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_redis_that_was_flushed_or_replaced_by_an_empty_one_is_not_missed() {
    let mut redis = Redis::start().await;
    let (one, two, both) = replicas(&redis.url()).await;
    let load = load(&one, &both).await;
    let operator = redis::Client::open(redis.url()).unwrap();
    for _ in 0..scaled(3, 30) {
        load.gets_on(10).await;
        let mut connection = operator.get_multiplexed_async_connection().await.unwrap();
        let () = redis::cmd("FLUSHALL").query_async(&mut connection).await.unwrap();
        let () = redis::cmd("CLIENT")
            .arg("KILL")
            .arg("TYPE")
            .arg("pubsub")
            .query_async(&mut connection)
            .await
            .unwrap();
        load.heals("flushed, and every subscriber thrown out").await;
        hears_again(&[&one, &two], RECONNECTS).await;
    }
    redis.stop().await;
    redis.start_again().await;
    load.heals("replaced by an empty one").await;
    hears_again(&[&one, &two], RECONNECTS).await;
    let reader = one.signed_in("alfa", "3000").await;
    load.end(&one.database_url, &reader).await;
}

/// Carries rings from one replica to another that has a channel of its own, and does to them what a bad network does.
async fn carry_badly(from: String, to: String, counts: Arc<Mutex<[usize; 4]>>) {
    let client = redis::Client::open(redis_url()).unwrap();
    let mut heard = client.get_async_pubsub().await.unwrap();
    heard.subscribe(format!("{from}:doorbell")).await.unwrap();
    let mut rings = heard.into_on_message();
    let mut out = client.get_multiplexed_async_connection().await.unwrap();
    let mut late: Vec<Vec<u8>> = Vec::new();
    while let Some(ring) = rings.next().await {
        let ring = ring.get_payload_bytes().to_vec();
        let chance = rand::random::<u32>() % 4;
        counts.lock().unwrap()[chance as usize] += 1;
        let send = match chance {
            0 => Vec::new(),
            1 => vec![ring.clone(), ring],
            2 => {
                late.push(ring);
                if late.len() > 3 { late.drain(..).rev().collect() } else { Vec::new() }
            }
            _ => {
                let forged = String::from_utf8(ring.clone()).unwrap().replace("\"head\":", "\"head\":9");
                vec![forged.into_bytes(), ring]
            }
        };
        for ring in send {
            let _: i64 = redis::cmd("PUBLISH")
                .arg(format!("{to}:doorbell"))
                .arg(ring)
                .query_async(&mut out)
                .await
                .unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_rings_that_are_lost_doubled_late_or_forged_cost_a_look_and_no_frame() {
    let (url, redis) = (database::create().await, redis_url());
    let prefixes = [format!("it-{}", Uuid::now_v7()), format!("it-{}", Uuid::now_v7())];
    let at =
        async |n: usize| TestServer::on(&url, &["--redis-url", &redis, "--redis-prefix", &prefixes[n]]).await;
    let (one, two) = (at(0).await, at(1).await);
    let counts = Arc::new(Mutex::new([0; 4]));
    for (from, to) in [(0, 1), (1, 0)] {
        tokio::spawn(carry_badly(prefixes[from].clone(), prefixes[to].clone(), counts.clone()));
    }
    let load = load(&one, &ports(&[&one, &two])).await;
    load.gets_on(scaled(200, 5_000)).await;
    load.heals("under bad rings").await;
    let [lost, doubled, late, forged] = *counts.lock().unwrap();
    note("rings", format!("{lost} lost, {doubled} doubled, {late} late, {forged} forged"));
    assert!(lost > 0 && doubled > 0 && late > 0 && forged > 0);
    let reader = one.signed_in("alfa", "3000").await;
    for follower in load.end(&url, &reader).await {
        assert_eq!((follower.story.connects, follower.story.resets.len()), (1, 0), "no screen noticed");
    }
}
