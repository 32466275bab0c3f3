//! The same work while something fails. Afterwards every page is what a fresh page would be.

use super::chromium::{Browser, Kind};
use super::faults::Proxy;
use crate::support::database;
use crate::support::process::{Program, Redis};
use crate::support::server::{TestServer, redis_url};
use crate::support::world::{Imported, OTHER_PICKER, PICKER, PIN};

/// Fetches the page afresh and names what differs from the one shown. Left out: what the clock changes, presence, open
/// sheets, and elements that are seen leaving.
const DIFFERENCES: &str = r##"
const done = arguments[arguments.length - 1];
const text = (el) => {
  const copy = el.cloneNode(true);
  copy.querySelectorAll("[data-at], [data-keep], .sync, dialog").forEach((part) => part.remove());
  return copy.textContent.replace(/\s+/g, " ").trim();
};
const read = (main) => {
  const found = {};
  main.querySelectorAll("[id][data-v]").forEach((el) => {
    if (el.dataset.leaving !== undefined || el.closest("dialog")) return;
    if (el.matches("ul, ol, tbody")) {
      const moving = main.querySelector("[data-moving], [data-leaving]");
      found[el.id] = moving ? "" : Array.from(el.children, (member) => member.id).join(" ");
    } else {
      found[el.id] = [el.dataset.in, el.dataset.sort, text(el)].join(" | ");
    }
  });
  return found;
};
fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" }).then((answer) => answer.text()).then((html) => {
  const fresh = read(new DOMParser().parseFromString(html, "text/html").getElementById("main"));
  const shown = read(document.getElementById("main"));
  const ids = Object.keys(Object.assign({}, fresh, shown));
  const moving = document.querySelector("#main [data-moving], #main [data-leaving]");
  done(ids.filter((id) => shown[id] !== fresh[id] && !(moving && shown[id] === ""))
    .map((id) => id + ": " + shown[id] + " <> " + fresh[id]));
}).catch((error) => done([String(error)]));
"##;

impl Browser {
    /// Live, and nothing on it differs from what the server would send now.
    async fn must_equal_a_fresh_page(&self) {
        self.must_be_live().await;
        self.patiently("the page a fresh one would be", async || {
            let answer = self
                .driver
                .execute_async(DIFFERENCES, Vec::new())
                .await
                .map_err(|error| error.to_string())?;
            match answer.json().as_array() {
                Some(differences) if differences.is_empty() => Ok(()),
                _ => Err(answer.json().to_string()),
            }
        })
        .await;
    }

    async fn pick(&self, order: &Imported, line: usize) {
        self.click(&format!("#item-{} .row-hit", order.items[line])).await;
        // Where somebody else is picking, the first tap asks.
        if self.eval("document.querySelector('#helping[open]') !== null").await == true {
            self.click("#helping [data-help]").await;
        }
    }

    async fn sees_picked(&self, order: &Imported, line: usize) {
        self.sees(&format!("#item-{}.r-picked", order.items[line])).await;
    }
}

fn path(order: &Imported) -> String {
    format!("/orders/{}", order.id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hurried_thumb_that_presses_twice_signs_in_once() {
    let server = TestServer::start().await;
    let browser = Browser::start(Kind::Phone, server.port).await;
    browser.goto("/e/alfa").await;
    browser.press_keys(PICKER).await;
    browser.press_keys(PIN).await;
    browser.eval("setInterval(() => document.querySelector('[data-sign-in]').requestSubmit(), 30)").await;
    browser.must_be_signed_in().await;
    assert_eq!(server.count("security_events where kind = 'signed_in'").await, 1);
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ordinary_form_stays_with_what_was_typed_while_there_is_no_network() {
    let (proxy, one, _two) = Proxy::pair().await;
    one.company("alfa").await;
    let browser = Browser::start(Kind::Phone, proxy.port).await;
    browser.goto("/e/alfa").await;
    browser.press_keys(PICKER).await;
    browser.write("[name=pin]", &PIN[1..]).await;
    proxy.cut();
    let enter = "document.querySelector('[data-sign-in]').requestSubmit()";
    browser.eval(enter).await;
    browser.reads("[data-sign-in] [data-error]", "Sem conexão").await;
    let typed = "document.querySelector('[name=pin]').value.length";
    assert_eq!(browser.eval(typed).await, PIN.len() - 1);
    proxy.restore();
    browser.eval("document.querySelector('[name=pin]').value = ''").await;
    browser.write("[name=pin]", PIN).await;
    browser.eval(enter).await;
    browser.must_be_signed_in().await;

    proxy.cut();
    browser.click("#who-menu summary").await;
    browser.click("#themes [value=dark]").await;
    browser.reads("#themes [data-error]", "Sem conexão").await;
    proxy.restore();
    browser.click("#themes [value=dark]").await;
    browser.sees("#themes [value=dark][aria-pressed=true]").await;
    browser.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_cut_connection_is_said_and_heals_by_itself() {
    let (proxy, one, two) = Proxy::pair().await;
    let order = one.company("alfa").await.import(5).await;
    let (joao, maria) = tokio::join!(Browser::of(PICKER, proxy.port), Browser::of(OTHER_PICKER, two.port));
    let page = path(&order);
    tokio::join!(joao.open(&page), maria.open(&page));
    joao.pick(&order, 0).await;
    maria.sees_picked(&order, 0).await;

    proxy.cut();
    joao.reads("#live-line", "Sem conexão · dados das").await;
    joao.picture("stale").await;
    maria.pick(&order, 1).await;
    maria.sees_picked(&order, 1).await;
    // A tap made meanwhile stays on the device and is sent later.
    joao.pick(&order, 2).await;
    joao.reads(&format!("#item-{} .sync", order.items[2]), "Salvo neste aparelho").await;
    joao.picture("kept").await;
    proxy.restore();
    joao.heals().await;
    joao.sees_picked(&order, 1).await;
    for browser in [&joao, &maria] {
        browser.sees_picked(&order, 2).await;
        browser.must_equal_a_fresh_page().await;
    }
    hidden(&joao, &maria, &order).await;

    // Whoever touches the page does not wait for the next try.
    proxy.cut();
    joao.reads("#live-line", "Sem conexão").await;
    proxy.restore();
    joao.click("h1").await;
    joao.must_be_live().await;
    joao.quit_after_trouble().await;
    maria.quit().await;
}

/// A tab nobody sees, and seen again.
async fn hidden(joao: &Browser, maria: &Browser, order: &Imported) {
    let tab = joao.driver.window().await.unwrap();
    let other = joao.driver.new_tab().await.unwrap();
    joao.driver.switch_to_window(other).await.unwrap();
    maria.pick(order, 3).await;
    maria.sees_picked(order, 3).await;
    joao.driver.close_window().await.unwrap();
    joao.driver.switch_to_window(tab).await.unwrap();
    joao.sees_picked(order, 3).await;
    joao.must_equal_a_fresh_page().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_screens_are_late_and_never_wrong() {
    let mut redis = Redis::start().await;
    let url = database::create().await;
    let redis_url = redis.url();
    let more = ["--redis-url", redis_url.as_str()];
    let (one, two) = (TestServer::on(&url, &more).await, TestServer::on(&url, &more).await);
    let company = one.company("alfa").await;
    let order = company.import(3).await;
    let (joao, maria) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(OTHER_PICKER, two.port));
    let page = path(&order);
    tokio::join!(joao.open(&page), maria.open("/"));
    redis.stop().await;
    joao.pick(&order, 0).await;
    maria.reads("#open-orders .card", "1/3").await;
    let second = company.import(1).await;
    maria.sees(&format!("#order-{}", second.id)).await;
    redis.start_again().await;
    joao.pick(&order, 1).await;
    maria.reads("#open-orders .card", "2/3").await;
    for browser in [joao, maria] {
        browser.must_equal_a_fresh_page().await;
        browser.quit().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_killed_replica_is_not_missed() {
    let (proxy, listener) = Proxy::listen().await;
    let (url, origin) = (database::create().await, proxy.origin());
    let redis = redis_url();
    let prefix = format!("it-{}", uuid::Uuid::now_v7());
    let more = ["--redis-url", &redis, "--redis-prefix", &prefix, "--public-origins", &origin];
    let two = TestServer::on(&url, &more).await;
    let one = Program::start(&url, &more).await;
    proxy.serve(listener, &[one.port, one.port, one.port, two.port]);
    let order = two.company("alfa").await.import(3).await;
    let (joao, maria) = tokio::join!(Browser::of(PICKER, proxy.port), Browser::of(OTHER_PICKER, two.port));
    let page = path(&order);
    tokio::join!(joao.open(&page), maria.open(&page));
    joao.pick(&order, 0).await;
    maria.sees_picked(&order, 0).await;
    // Dropped is killed, without a word of farewell.
    drop(one);
    maria.pick(&order, 1).await;
    joao.sees_picked(&order, 1).await;
    joao.pick(&order, 2).await;
    for browser in [&joao, &maria] {
        browser.sees_picked(&order, 2).await;
        browser.must_equal_a_fresh_page().await;
    }
    joao.quit_after_trouble().await;
    maria.quit().await;
}
