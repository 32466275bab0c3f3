//! Light, dark or as the device: chosen by a person, seen at once wherever he or she has a page open.

use serde_json::json;

use super::chromium::Browser;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER};

const GROUND: &str = "getComputedStyle(document.documentElement).backgroundColor";
const LIGHT: &str = "rgb(245, 243, 238)";
const DARK: &str = "rgb(20, 21, 19)";
/// The ground at the first paint of the next page, written down before any script of ours runs.
const AT_FIRST_PAINT: &str = "new PerformanceObserver((seen) => { if (seen.getEntries().length) \
    window.firstGround ??= getComputedStyle(document.documentElement).backgroundColor; }) \
    .observe({ type: 'paint', buffered: true })";

async fn is(browser: &Browser, ground: &str) {
    browser.until(ground, &format!("{GROUND} === '{ground}'")).await;
}

async fn choose(browser: &Browser, theme: &str) {
    browser.click("#who-menu summary").await;
    browser.picture(&format!("theme-menu-before-{theme}")).await;
    browser.click(&format!("#themes [value={theme}]")).await;
    let pressed = format!("document.querySelector('#themes [value={theme}]').ariaPressed === 'true'");
    browser.until("the choice", &pressed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_theme_is_on_every_page_from_its_first_paint_and_on_all_screens_of_its_person() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(3).await;
    let (joao, tablet) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(PICKER, two.port));
    let ana = Browser::of(ADMIN, two.port).await;
    let page = format!("/orders/{}", order.id);
    tokio::join!(joao.open("/"), tablet.open(&page), ana.open("/"));
    is(&joao, LIGHT).await;
    choose(&joao, "dark").await;
    is(&joao, DARK).await;
    is(&tablet, DARK).await;
    let scheme = "document.getElementById('scheme').content";
    tablet.until("fields of the browser's own", &format!("{scheme} === 'dark'")).await;
    tablet.must_be_live().await;
    joao.cdp("Page.enable", json!({})).await;
    joao.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": AT_FIRST_PAINT })).await;
    for path in ["/", "/history", "/reports", "/pin", "/nothing", &page] {
        joao.goto(path).await;
        joao.until("a first paint", "window.firstGround").await;
        assert_eq!(joao.eval("window.firstGround").await, json!(DARK), "{path}");
    }
    // Another person's screens are as they were, and paper is always light.
    is(&ana, LIGHT).await;
    joao.goto(&format!("{page}/print/list")).await;
    assert_ne!(joao.eval("getComputedStyle(document.body).backgroundColor").await, json!(DARK));
    // By day, although the device says night.
    let night = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    for browser in [&joao, &tablet] {
        browser.cdp("Emulation.setEmulatedMedia", night.clone()).await;
    }
    joao.open("/").await;
    choose(&joao, "light").await;
    is(&tablet, LIGHT).await;
    choose(&joao, "system").await;
    is(&joao, DARK).await;
    is(&tablet, DARK).await;
    joao.quit_after_trouble().await;
    for browser in [tablet, ana] {
        browser.quit().await;
    }
}
