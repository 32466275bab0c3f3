//! Thirty orders, light enough for a bad line.

use serde_json::json;

use super::chromium::Browser;
use super::warehouse;
use crate::support::server::TestServer;
use crate::support::world::PICKER;

/// The first visit: nothing is in the browser's cache.
const WEIGHT: &str = "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')) \
    .map((entry) => [entry.transferSize, entry.name])";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_orders_are_light_on_the_wire() {
    let server = TestServer::start().await;
    warehouse::fill(&server).await;
    let joao = Browser::of(PICKER, server.port).await;
    // What a worker hands on counts as it is unpacked.
    joao.ask("navigator.serviceWorker.ready.then((worker) => worker.unregister()).then(done)").await;
    joao.cdp("Network.clearBrowserCache", json!({})).await;
    joao.open("/").await;
    let loaded = joao.eval(WEIGHT).await;
    let bytes: u64 = loaded.as_array().unwrap().iter().filter_map(|entry| entry[0].as_u64()).sum();
    eprintln!("first board: {bytes} bytes over the wire");
    assert!(bytes > 20_000 && bytes <= 61_440, "the first board has {bytes} bytes: {loaded:#}");

    // A desk of any size keeps its search.
    for size in [(1920, 1080), (2560, 1440)] {
        joao.resize(size).await;
        joao.sees(".filter [data-search]").await;
    }
    joao.quit().await;
}
