//! What the field puts between a browser and the app, and what must hold: a test for each promise.

use std::time::{Duration, Instant};

use serde_json::json;

use super::chromium::Browser;
use crate::support::edge::{Edge, Http, Sockets};
use crate::support::proxy::Proxy;
use crate::support::server::TestServer;
use crate::support::world::{Imported, OTHER_PICKER, PICKER, SELLER};
use crate::support::{database, measured, wait_for};

/// What gateways, captive pages and proxies say instead of the app.
const GATEWAYS: [(u16, &str, &str); 7] = [
    (404, "application/json", r#"{"status":"error","code":404,"message":"Application not found"}"#),
    (408, "text/html", "<html><body>408 Request Time-out</body></html>"),
    (403, "text/html", "<html><body>403 Forbidden</body></html>"),
    (401, "text/html", "<html><body>401 proxy login</body></html>"),
    (200, "text/html", "<html><body>login</body></html>"),
    (200, "application/json", r#"{"status":"ok"}"#),
    (500, "application/json", r#"{"error":"edge"}"#),
];

/// Everything that is jittered happens at once.
const NO_JITTER: &str = "Math.random = () => 0;";
const NEWER: &str = "9999999999-0000000000";
const OLDER: &str = "0000000001-0000000000";

impl Browser {
    /// A script that runs in every page before those of the page.
    pub async fn before_each_page(&self, script: &str) {
        self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    /// What is set here is gone once the page was left.
    pub async fn remember_page(&self) {
        self.eval("(window.isSame = true)").await;
    }

    pub async fn is_the_same_page(&self) -> bool {
        self.eval("window.isSame === true").await == true
    }

    pub async fn keeps(&self, order: &Imported, line: usize) {
        self.reads(&format!("#item-{} .sync", order.items[line]), "Salvo neste aparelho").await;
    }

    pub async fn taps(&self, order: &Imported, line: usize) {
        self.click(&format!("#item-{} .row-hit", order.items[line])).await;
    }

    pub async fn has_picked(&self, order: &Imported, line: usize) {
        self.sees(&format!("#item-{}.r-picked", order.items[line])).await;
    }

    /// The text of a tap that ended stands on its row, and is said.
    pub async fn reads_on_the_row(&self, order: &Imported, line: usize, text: &str) {
        self.reads(&format!("#item-{} .tap-note[role=alert]", order.items[line]), text).await;
    }

    pub async fn is_not_live(&self) {
        self.until("not to be live", "document.documentElement.dataset.live !== 'live'").await;
    }
}

pub fn path(order: &Imported) -> String {
    format!("/orders/{}", order.id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_what_a_gateway_says_takes_no_tap_empties_no_page_and_is_not_live() {
    let (edge, server) = Edge::before_a_server().await;
    let order = server.company("alfa").await.import(9).await;
    let joao = Browser::of(PICKER, edge.port).await;
    joao.open(&path(&order)).await;
    joao.remember_page().await;
    for (line, (status, kind, body)) in GATEWAYS.into_iter().enumerate() {
        edge.gateway(status, kind, body);
        joao.taps(&order, line).await;
        joao.keeps(&order, line).await;
        joao.is_not_live().await;
        joao.sees_no("#pin-sheet[open], .tap-note").await;
        joao.sees(&format!("#item-{}", order.items[8])).await;
        edge.open();
        // Whoever touches the page does not wait for the next try.
        joao.click("h1").await;
        joao.has_picked(&order, line).await;
        joao.must_be_live().await;
    }
    assert!(joao.is_the_same_page().await);
    joao.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paper_that_a_gateway_swallowed_was_not_read() {
    let (edge, server) = Edge::before_a_server().await;
    server.company("alfa").await;
    let marina = Browser::of(SELLER, edge.port).await;
    marina.open("/quotes").await;
    edge.http_only(Http::Gateway(200, "application/json", r#"{"status":"ok"}"#), "POST /quotes");
    let paper = crate::support::quotes::fixture("columns-11-items.pdf");
    marina.write("[data-upload] input[type=file]", paper.to_str().unwrap()).await;
    marina.reads("#uploads [data-state=waiting]", "Sem conexão").await;
    edge.open();
    marina.sees("#drafts .draft").await;
    marina.sees_no("#uploads > *").await;
    marina.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_looks_before_it_leaves_for_a_new_build() {
    let (edge, server) = Edge::before_a_server().await;
    server.company("alfa").await.import(1).await;
    let wall = Browser::of(PICKER, edge.port).await;
    wall.before_each_page(NO_JITTER).await;
    wall.open("/?wall=1").await;
    wall.remember_page().await;
    edge.http_only(Http::Gateway(502, "text/html", "<html>502</html>"), "GET /?wall");
    edge.rewrite(Some((separacao::assets::build(), NEWER)));
    edge.sockets(Sockets::Refuse);
    wait_for("the wall to look twice", async || (edge.came("GET /?wall=1") > 3).then_some(())).await;
    assert!(wall.is_the_same_page().await);
    wall.sees("#open-orders .card").await;
    edge.rewrite(None);
    edge.open();
    wall.until("a new page", "window.isSame === undefined && document.querySelector('#open-orders .card')")
        .await;
    wall.must_be_live().await;
    wall.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_page_of_ours_heals_by_itself() {
    let (mut wire, url) = Proxy::around(&database::create().await).await;
    let server = TestServer::on(&url, &[]).await;
    let order = server.company("alfa").await.import(1).await;
    let joao = Browser::of(PICKER, server.port).await;
    wire.cut().await;
    joao.goto("/").await;
    joao.sees(".error-page[data-heals]").await;
    joao.picture("error-heals").await;
    wire.mend().await;
    joao.heals().await;
    joao.sees(&format!("#order-{}", order.id)).await;
    joao.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_where_sockets_throw_are_missing_hang_or_are_mute_a_page_lives_by_asking_within_fifteen_seconds()
 {
    for (what, script, sockets) in [
        (
            "throw",
            "window.WebSocket = class { constructor() { throw new Error('no sockets'); } };",
            Sockets::Pass,
        ),
        ("are missing", "delete window.WebSocket;", Sockets::Pass),
        ("hang", "", Sockets::Hang),
        ("are mute", "", Sockets::Mute),
    ] {
        let (edge, server) = Edge::before_a_server().await;
        let order = server.company("alfa").await.import(2).await;
        let joao = Browser::of(PICKER, edge.port).await;
        joao.before_each_page(script).await;
        edge.sockets(sockets);
        joao.goto(&path(&order)).await;
        let began = Instant::now();
        joao.heals().await;
        let took = began.elapsed();
        eprintln!("sockets {what}: live after {took:?}");
        assert!(took < Duration::from_secs(15), "sockets {what}: {took:?}");
        // Everything else begins as always, and what others do arrives.
        joao.taps(&order, 0).await;
        joao.has_picked(&order, 0).await;
        let maria = server.signed_in("alfa", OTHER_PICKER).await;
        let pick = format!("{}/items/{}/pick", path(&order), order.items[1]);
        assert_eq!(maria.tap(&pick, &[("quantity", "10")]).await.status, 200);
        let tapped = Instant::now();
        joao.reads(&format!("#item-{}", order.items[1]), "Maria").await;
        measured("by asking", tapped.elapsed(), Duration::from_secs(2));
        joao.quit_after_trouble().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_got_the_script_of_another_build_is_fetched_again_once() {
    let (edge, server) = Edge::before_a_server().await;
    server.company("alfa").await.import(1).await;
    let mark = |build: &str| format!("SCRIPT_BUILD = \"{build}\"");
    edge.rewrite(Some((&mark(separacao::assets::build()), &mark(OLDER))));
    let joao = Browser::of(PICKER, edge.port).await;
    joao.before_each_page(NO_JITTER).await;
    joao.before_each_page("sessionStorage.setItem('loads', Number(sessionStorage.getItem('loads')) + 1);")
        .await;
    joao.goto("/").await;
    joao.until("to be loaded again", "sessionStorage.getItem('loads') === '2'").await;
    joao.must_be_live().await;
    // The other replica is still there: that is no reason to do it over and over.
    joao.remember_page().await;
    joao.until("to have met the build", "sessionStorage.getItem('separacao.reloaded')").await;
    assert!(joao.is_the_same_page().await);
    joao.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_an_answer_whose_body_stalls_is_no_answer_and_the_tap_acts_once() {
    let (edge, server) = Edge::before_a_server().await;
    let order = server.company("alfa").await.import(2).await;
    let joao = Browser::of(PICKER, edge.port).await;
    joao.open(&path(&order)).await;
    edge.http_only(Http::Stall, "POST /orders");
    joao.taps(&order, 0).await;
    joao.keeps(&order, 0).await;
    edge.open();
    joao.has_picked(&order, 0).await;
    joao.until("it to be sent again", "!document.querySelector('main [data-saving]')").await;
    let picks = "document.querySelectorAll('#timeline .e-item_picked').length";
    joao.until("one pick", &format!("{picks} === 1")).await;
    assert!(edge.came("POST /orders") >= 2);
    joao.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_is_not_said_while_a_page_is_owed() {
    let (edge, server) = Edge::before_a_server().await;
    let company = server.company("alfa").await;
    company.import(1).await;
    let joao = Browser::of(PICKER, edge.port).await;
    // A list that is searched is fetched anew where something changed.
    joao.open("/?q=5000").await;
    edge.http_only(Http::Hang, "GET /?q=5000");
    let second = company.import(1).await;
    joao.is_not_live().await;
    edge.open();
    edge.cut_open();
    joao.heals().await;
    joao.sees(&format!("#order-{}", second.id)).await;
    joao.quit_after_trouble().await;
}
