//! Without a network a page that was open opens again, for whoever had it open and for nobody else.

use serde_json::json;

use super::chromium::{Browser, Kind};
use super::faults::Proxy;
use crate::support::edge::Edge;
use crate::support::world::{ADMIN, OTHER_PICKER, PICKER};

impl Browser {
    /// Waits until the device has a copy of the page in which `css` is found.
    async fn has_kept(&self, path: &str, css: &str) {
        let script = format!(
            "caches.open('kept-pages').then((kept) => kept.match({})).then((copy) => copy ? copy.text() : '')
               .then((html) => done(Boolean(new DOMParser().parseFromString(html, 'text/html').querySelector({}))))",
            json!(path),
            json!(css)
        );
        self.patiently(&format!("a copy of {path} with {css}"), async || match self.ask(&script).await {
            serde_json::Value::Bool(true) => Ok(()),
            other => Err(other.to_string()),
        })
        .await;
    }

    /// Waits until the device keeps no page.
    async fn keeps_nothing(&self) {
        self.patiently("no page to be kept", async || {
            match self.ask("caches.has('kept-pages').then(done)").await {
                serde_json::Value::Bool(false) => Ok(()),
                other => Err(other.to_string()),
            }
        })
        .await;
    }

    async fn must_be_stale(&self) {
        self.until("to be stale", "document.documentElement.dataset.live === 'stale'").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_was_open_opens_again_without_a_network_and_its_taps_are_sent_later() {
    let (proxy, one, _two) = Proxy::pair().await;
    let company = one.company("alfa").await;
    let (order, other) = (company.import(4).await, company.import(5).await);
    let path = format!("/orders/{}", order.id);
    let row = |line: usize| format!("#item-{}", order.items[line]);
    let picker = Browser::start(Kind::Phone, proxy.port).await;
    picker.sign_in_on_the_keypad(PICKER).await;
    picker.has_kept("/", ".card").await;
    picker.open(&path).await;
    picker.has_kept(&path, &row(0)).await;
    picker.click(&format!("{} .row-hit", row(0))).await;
    picker.sees(&format!("{}.r-picked", row(0))).await;

    proxy.cut();
    picker.must_be_stale().await;
    picker.has_kept(&path, &format!("{}.r-picked", row(0))).await;
    picker.goto(&path).await;
    picker.must_be_stale().await;
    picker.reads("[data-live-text]", "dados das").await;
    picker.sees(&format!("{}.r-picked", row(0))).await;
    picker.picture("kept-order").await;
    picker.click(&format!("{} .row-hit", row(1))).await;
    picker.reads(&format!("{} .sync", row(1)), "Salvo neste aparelho").await;

    picker.goto("/").await;
    picker.must_be_stale().await;
    picker.sees(".card").await;
    picker.goto(&format!("/orders/{}", other.id)).await;
    picker.reads("main", "ainda não foi aberta neste aparelho").await;
    picker.picture("kept-away").await;

    proxy.restore();
    picker.reads("h1", &other.number).await;
    picker.open(&path).await;
    picker.sees(&format!("{}.r-picked", row(1))).await;
    assert_eq!(one.count("order_history where kind = 'item_picked'").await, 2);
    picker.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_is_kept_for_anybody_but_whoever_had_it_open() {
    let (proxy, one, _two) = Proxy::pair().await;
    let order = one.company("alfa").await.import(4).await;
    let path = format!("/orders/{}", order.id);
    let browser = Browser::of(PICKER, proxy.port).await;
    browser.open(&path).await;
    browser.has_kept(&path, "#items-now").await;

    // Another person at the same device.
    browser.sign_in(OTHER_PICKER).await;
    browser.has_kept("/", ".card").await;
    assert_eq!(
        browser.ask(&format!("caches.match({}).then((copy) => done(Boolean(copy)))", json!(path))).await,
        false
    );

    // Whoever signs out leaves nothing behind.
    browser.click("#who-menu summary").await;
    browser.click("#who-menu [action='/sign-out'] button").await;
    browser.sees("[data-sign-in]").await;
    browser.keeps_nothing().await;

    // Nor does whoever may no longer look.
    browser.sign_in(PICKER).await;
    browser.open(&path).await;
    browser.has_kept(&path, "#items-now").await;
    let admin = one.signed_in("alfa", ADMIN).await;
    let person = browser.eval("document.getElementById('main').dataset.person").await;
    let deactivate = format!("/people/{}/active", person.as_str().unwrap());
    assert_eq!(admin.tap(&deactivate, &[("active", "no")]).await.status, 200);
    browser.keeps_nothing().await;
    browser.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_shown_for_half_a_day_and_a_gateway_that_has_nobody_to_ask_is_no_answer() {
    let (edge, server) = Edge::before_a_server().await;
    let order = server.company("alfa").await.import(4).await;
    let path = format!("/orders/{}", order.id);
    let browser = Browser::of(PICKER, edge.port).await;
    browser.open(&path).await;
    browser.has_kept(&path, "#items-now").await;
    edge.gateway(502, "text/html", "<html><body>502 Bad Gateway</body></html>");
    browser.goto(&path).await;
    browser.must_be_stale().await;
    browser.sees("#items-now .row").await;
    let age = "caches.open('kept-pages').then(async (kept) => {
        for (const request of await kept.keys()) {
          const copy = await kept.match(request);
          if (!copy.headers.has('X-Kept-At')) continue;
          const headers = new Headers(copy.headers);
          headers.set('X-Kept-At', String(Date.now() - 12 * 60 * 60 * 1000));
          await kept.put(request, new Response(await copy.text(), { headers }));
        }
        done(true);
      })";
    assert_eq!(browser.ask(age).await, true);
    browser.goto(&path).await;
    browser.reads("main", "ainda não foi aberta neste aparelho").await;
    edge.open();
    browser.sees("#items-now .row").await;
    browser.must_be_live().await;
    browser.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_plain_http_no_page_is_kept_and_whoever_loses_the_network_is_told() {
    let (proxy, one, _two) = Proxy::pair().await;
    one.company("alfa").await.import(4).await;
    let browser = Browser::start(Kind::Phone, proxy.port).await;
    browser.before_each_page("Object.defineProperty(window, 'isSecureContext', { value: false });").await;
    browser.sign_in_on_the_keypad(PICKER).await;
    browser.must_be_live().await;
    proxy.cut();
    browser.reads("#toasts", "não a atualize").await;
    assert_eq!(browser.ask("caches.has('kept-pages').then(done)").await, false);
    browser.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sheet_opens_without_a_network_also_on_a_page_that_opened_without_one() {
    let (proxy, one, _two) = Proxy::pair().await;
    let order = one.company("alfa").await.import(4).await;
    let path = format!("/orders/{}", order.id);
    let row = |line: usize| format!("#item-{}", order.items[line]);
    let picker = Browser::of(PICKER, proxy.port).await;
    picker.open(&path).await;
    picker.has_kept(&path, &row(0)).await;
    picker.has_kept(&format!("{path}/sheets"), &format!("[data-sheet='{}']", order.items[3])).await;

    proxy.cut();
    picker.must_be_stale().await;
    for line in [0, 1] {
        picker.click(&format!("{} .row-more", row(line))).await;
        picker.sees("#item-sheet[open] .stepper").await;
        picker.picture(&format!("sheet-offline-{line}")).await;
        picker.click("#item-sheet form[action$='/pick'] button.primary").await;
        picker.reads(&format!("{} .sync", row(line)), "Salvo neste aparelho").await;
        // The next one opens on the copy of the page.
        picker.goto(&path).await;
        picker.must_be_stale().await;
    }
    proxy.restore();
    picker.open(&path).await;
    for line in [0, 1] {
        picker.sees(&format!("{}.r-picked", row(line))).await;
    }
    assert_eq!(one.count("order_history where kind = 'item_picked'").await, 2);
    picker.quit_after_trouble().await;
}
