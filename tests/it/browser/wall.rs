//! Thirty orders: read from five metres without a touch, and light enough for a bad line.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::json;

use super::chromium::Browser;
use super::warehouse;
use crate::support::PATIENCE;
use crate::support::server::TestServer;
use crate::support::world::PICKER;

/// Ids of the cards that can be seen from top to bottom.
const SEEN: &str = "Array.from(document.querySelectorAll('#open-orders .card')).filter((card) => { \
    const [box, wall] = [card.getBoundingClientRect(), document.getElementById('open-orders').getBoundingClientRect()]; \
    return box.top >= wall.top - 1 && box.bottom <= Math.min(wall.bottom, innerHeight) + 1; }).map((card) => card.id)";

/// The first visit: nothing is in the browser's cache.
const WEIGHT: &str = "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')) \
    .map((entry) => [entry.transferSize, entry.name])";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_orders_are_light_on_the_wire_and_readable_on_the_wall() {
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

    // A desk of any size keeps its search; a wall is chosen.
    for size in [(1920, 1080), (2560, 1440)] {
        joao.resize(size).await;
        joao.sees(".filter [data-search]").await;
    }
    joao.resize((1920, 1080)).await;
    joao.click("#who-menu summary").await;
    joao.click("#who-menu .wall-on").await;
    joao.until("the wall", "document.documentElement.classList.contains('wall')").await;
    joao.must_be_live().await;
    joao.sees_no(".filter, .nav").await;
    // This device remembers it.
    joao.open("/").await;
    joao.until("the wall", "document.documentElement.classList.contains('wall')").await;
    let small = "Array.from(document.querySelectorAll('.card *, .counters *, .wall-range')) \
        .filter((el) => el.getClientRects().length && !el.matches('.sr') && Array.from(el.childNodes).some((node) => node.nodeType === 3 && node.data.trim())) \
        .map((el) => [el.className || el.localName, parseFloat(getComputedStyle(el).fontSize)]).filter(([, size]) => size < 30)";
    assert_eq!(joao.eval(small).await, json!([]));
    let number = joao.eval("parseFloat(getComputedStyle(document.querySelector('.card h3')).fontSize)").await;
    assert!(number.as_f64().unwrap() >= 44.0, "{number}");
    joao.picture("wall").await;
    // How it goes out, and what time it is.
    joao.sees(".card .meta span:first-child").await;
    let clock =
        joao.eval("/^[0-9]{2}:[0-9]{2}$/.test(document.getElementById('wall-clock').textContent)").await;
    assert_eq!(clock, json!(true));

    joao.open("/?wall=1&turn=0.4").await;
    let mut seen = BTreeSet::new();
    let began = Instant::now();
    while seen.len() < 30 {
        let cards = joao.eval(SEEN).await;
        seen.extend(cards.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()));
        let range = joao.eval("document.getElementById('wall-range').textContent").await;
        assert!(range.as_str().unwrap().ends_with(" de 30"), "{range}");
        // On a busy machine a page may be turned unseen; it comes again.
        assert!(began.elapsed() < 3 * PATIENCE, "only {} seen", seen.len());
        let other = format!("document.getElementById('wall-range').textContent !== {range}");
        joao.until("the page to be turned", &other).await;
    }
    joao.open("/?wall=0").await;
    joao.sees(".filter [data-search]").await;
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_shows_the_orders_beyond_the_first_sixty_too() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    for _ in 0..63 {
        company.import(1).await;
    }
    let joao = Browser::of(PICKER, server.port).await;
    joao.resize((1920, 1080)).await;
    joao.open("/?wall=1&turn=0.4").await;
    let mut seen = BTreeSet::new();
    let began = Instant::now();
    // From the first page to the second, and back again.
    while seen.len() < 63 || joao.eval("location.search.includes('page')").await == json!(true) {
        let range = joao.eval("document.getElementById('wall-range').textContent").await;
        let cards = joao.eval(SEEN).await;
        seen.extend(cards.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()));
        assert!(range == json!("") || range.as_str().unwrap().ends_with(" de 63"), "{range}");
        assert!(began.elapsed() < 3 * PATIENCE, "only {} seen", seen.len());
    }
    joao.quit().await;
}
