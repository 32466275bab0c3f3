//! The screen on the wall: paired once, then touched by nobody, whatever happens around it.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::json;

use super::chromium::{Browser, Kind};
use super::faults::Proxy;
use super::warehouse;
use crate::support::PATIENCE;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER};

/// Ids of the cards that can be seen from top to bottom.
const SEEN: &str = "Array.from(document.querySelectorAll('#open-orders .card:not([data-off])')).filter((card) => { \
    const box = card.getBoundingClientRect(); return box.height > 0 && box.bottom <= innerHeight + 1; }).map((card) => card.id)";
/// Cards that are shown and end below the screen.
const CUT_OFF: &str = "Array.from(document.querySelectorAll('#open-orders .card:not([data-off])')) \
    .filter((card) => card.getBoundingClientRect().bottom > innerHeight + 1).map((card) => card.id)";
/// Texts that five metres cannot read.
const SMALL: &str = "Array.from(document.querySelectorAll('.card *, .counters *, .wall-range, .wall-clock, .live *')) \
    .filter((el) => el.getClientRects().length && !el.matches('.sr') && Array.from(el.childNodes).some((node) => node.nodeType === 3 && node.data.trim())) \
    .map((el) => [el.className || el.localName, parseFloat(getComputedStyle(el).fontSize)]).filter(([, size]) => size < 30)";

impl Browser {
    /// An administrator types the code that the screen shows.
    pub async fn pairs(&self, screen: &Browser, name: &str) {
        screen.goto("/wall").await;
        screen.sees(".pairing-code").await;
        let code = screen.eval("document.querySelector('.pairing-code').textContent").await;
        self.open("/walls").await;
        self.write("[name=code]", code.as_str().unwrap().trim()).await;
        self.write("[name=name]", name).await;
        self.click("form[action='/walls'] .primary").await;
        self.reads("#walls", name).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_screen_is_paired_shows_the_board_and_says_in_large_letters_when_it_is_old() {
    let (proxy, one, two) = Proxy::pair().await;
    let company = two.company("alfa").await;
    let order = company.import(2).await;
    let (ana, screen) = tokio::join!(Browser::of(ADMIN, two.port), Browser::start(Kind::Desk, proxy.port));
    screen.resize((1920, 1080)).await;
    ana.pairs(&screen, "TV da expedição").await;
    // Nobody has touched the screen.
    screen.must_be_live().await;
    screen.sees(&format!("#order-{}", order.id)).await;
    screen.sees_no("form, .nav, .menu, dialog, input").await;
    ana.picture("walls").await;
    let clock = "/^[0-9]{2}:[0-9]{2}$/.test(document.getElementById('wall-clock').textContent)";
    screen.until("a clock", clock).await;

    // What others do appears, with who is at it.
    let newer = company.import(1).await;
    screen.sees(&format!("#order-{}", newer.id)).await;
    let joao = two.signed_in("alfa", PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    assert_eq!(joao.tap(&pick, &[("quantity", "10")]).await.status, 200);
    screen.reads(&format!("#order-{} .people-line", order.id), "João Pereira").await;
    screen.picture("wall-live").await;

    let kept = "caches.open('kept-pages').then((kept) => kept.match('/wall')).then((copy) => copy ? copy.text() : '') \
        .then((html) => done(html.includes('João Pereira')))";
    let any =
        "caches.open('kept-pages').then((kept) => kept.match('/wall')).then((copy) => done(Boolean(copy)))";
    screen
        .patiently("a first copy of the board", async || match screen.ask(any).await {
            serde_json::Value::Bool(true) => Ok(()),
            other => Err(other.to_string()),
        })
        .await;
    proxy.cut();
    screen.reads("#live-line", "dados das").await;
    screen
        .patiently("a copy of the board", async || match screen.ask(kept).await {
            serde_json::Value::Bool(true) => Ok(()),
            other => Err(other.to_string()),
        })
        .await;
    // The power was away, and comes back before the network.
    screen.goto("/wall").await;
    screen.sees(&format!("#order-{}", order.id)).await;
    screen.reads("#live-line", "dados das").await;
    let letters = screen
        .eval("parseFloat(getComputedStyle(document.querySelector('[data-live-text]')).fontSize)")
        .await;
    assert!(letters.as_f64().unwrap() >= 60.0, "{letters}");
    screen.picture("wall-stale").await;
    assert_eq!(screen.eval(CUT_OFF).await, json!([]));
    proxy.restore();
    screen.heals().await;

    // A replica goes away, and another one comes.
    one.stop().await;
    screen.until("not live", "document.documentElement.dataset.live !== 'live'").await;
    ana.click("#walls .danger").await;
    ana.sees("h2 ~ .panel").await;
    ana.quit().await;
    screen.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_that_is_revoked_asks_for_a_code_again_by_itself() {
    let (one, two) = TestServer::pair().await;
    let (ana, screen) = tokio::join!(Browser::of(ADMIN, one.port), Browser::start(Kind::Desk, two.port));
    ana.pairs(&screen, "TV").await;
    screen.must_be_live().await;
    ana.click("#walls .rename summary").await;
    ana.write("#walls [name=name]", " do balcão").await;
    ana.click("#walls .rename button").await;
    ana.reads("#walls b", "TV do balcão").await;
    ana.click("#walls .danger").await;
    screen.sees(".pairing-code").await;
    screen.sees_no(".card, .counters").await;
    screen.quit_after_trouble().await;
    ana.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_orders_are_read_from_five_metres_with_the_urgent_ones_on_every_page() {
    let server = TestServer::start().await;
    warehouse::fill(&server).await;
    let (ana, screen) =
        tokio::join!(Browser::of(ADMIN, server.port), Browser::start(Kind::Desk, server.port));
    screen.resize((1920, 1080)).await;
    ana.pairs(&screen, "TV").await;
    ana.quit().await;
    screen.must_be_live().await;
    assert_eq!(screen.eval(SMALL).await, json!([]));
    let number =
        screen.eval("parseFloat(getComputedStyle(document.querySelector('.card h3')).fontSize)").await;
    assert!(number.as_f64().unwrap() >= 44.0, "{number}");
    // How it goes out.
    screen.sees(".card .meta span:first-child").await;
    screen.picture("wall").await;

    screen.open("/wall?turn=0.4").await;
    let urgent: BTreeSet<String> =
        ids(&screen, "Array.from(document.querySelectorAll('.card.urgent'), (card) => card.id)").await;
    assert!(!urgent.is_empty());
    let mut seen = BTreeSet::new();
    let began = Instant::now();
    while seen.len() < 30 {
        let page = ids(&screen, SEEN).await;
        assert!(urgent.is_subset(&page), "urgent ones stand on every page");
        assert_eq!(screen.eval(CUT_OFF).await, json!([]));
        seen.extend(page);
        let range = screen.eval("document.getElementById('wall-range').textContent").await;
        assert!(range.as_str().unwrap().ends_with(" de 30"), "{range}");
        // On a busy machine a page may be turned unseen; it comes again.
        assert!(began.elapsed() < 3 * PATIENCE, "only {} seen", seen.len());
        let other = format!("document.getElementById('wall-range').textContent !== {range}");
        screen.until("the page to be turned", &other).await;
    }
    screen.quit().await;
}

async fn ids(browser: &Browser, expression: &str) -> BTreeSet<String> {
    let found = browser.eval(expression).await;
    found.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_shows_more_orders_than_a_page_of_the_board() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    for _ in 0..63 {
        company.import(1).await;
    }
    let (ana, screen) =
        tokio::join!(Browser::of(ADMIN, server.port), Browser::start(Kind::Desk, server.port));
    screen.resize((1920, 1080)).await;
    ana.pairs(&screen, "TV").await;
    ana.quit().await;
    screen.open("/wall?turn=0.4").await;
    let mut seen = BTreeSet::new();
    let began = Instant::now();
    while seen.len() < 63 {
        seen.extend(ids(&screen, SEEN).await);
        assert!(began.elapsed() < 3 * PATIENCE, "only {} seen", seen.len());
    }
    screen.quit().await;
}
