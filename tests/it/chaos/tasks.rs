//! Tasks of a replica panic, and a process stands still.

use std::time::Duration;

use super::redis::{RECONNECTS, hears_again};
use super::replicas::{Deployment, ports};
use super::{pickers, two_orders};
use crate::support::database;
use crate::support::load::Load;
use crate::support::process::Redis;
use crate::support::scale::scaled;
use crate::support::server::TestServer;
use crate::support::tripwire::Tripwire;
use crate::support::wait_for;

/// Tasks that a replica cannot be without, each with what it counts while it works.
const TASKS: [(&str, &str); 3] = [
    ("the drawing of a screen", "live_renders_total"),
    ("the screens of a company", "feed_delivery_seconds"),
    ("what hears rings", "doorbell_heard_total"),
];
/// What rings counts only what it could not ring.
const RINGING: &str = "doorbell_publish_failures_total";

#[test]
fn chaos_a_replica_that_stands_still_and_tasks_that_panic_lose_no_tap_and_no_frame() {
    let wire = Tripwire::new();
    wire.runtime().block_on(tasks_panic_and_a_process_stands_still(wire));
}

async fn tasks_panic_and_a_process_stands_still(wire: &Tripwire) {
    let mut redis = Redis::start().await;
    let url = database::create().await;
    let mut deployment = Deployment::on(&url);
    deployment.redis = redis.url();
    let server = TestServer::on(&url, &deployment.settings()).await;
    let stands = deployment.start().await;
    let at = ports(&[&stands]);
    at.lock().unwrap().push(server.port);
    let load = Load::start(&pickers(&server).await, &two_orders(&server).await, 8, &at).await;
    load.gets_on(20).await;
    let panics = async |counted| {
        wire.stretch(counted);
        wait_for("the panic", async || wire.is_torn().then_some(())).await;
    };
    for (what, counted) in TASKS {
        panics(counted).await;
        load.heals(&format!("{what} panicked")).await;
    }
    redis.stop().await;
    panics(RINGING).await;
    redis.start_again().await;
    load.heals("what rings panicked").await;
    // All that this replica hears now it has rung itself.
    load.tap_at(&[&server]);
    hears_again(&[&server], RECONNECTS).await;
    load.tap_at(&[]);
    stands.stop_and_go(true);
    load.works_for(scaled(Duration::from_secs(2), Duration::from_secs(20))).await;
    stands.stop_and_go(false);
    load.heals("a process that stood still goes on").await;
    load.end(&url, &server.signed_in("alfa", "3000").await).await;
}
