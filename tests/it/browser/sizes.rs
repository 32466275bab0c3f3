//! In the hand, on the desk, on the wall: everything fits, and a thumb reaches what it needs.

use std::path::Path;

use serde_json::json;

use super::chromium::{Browser, Kind};
use super::warehouse;
use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, OTHER_PICKER, PICKER};

const SIZES: [(u32, u32); 4] = [(390, 844), (1280, 800), (1440, 900), (1920, 1080)];

/// Whether the middle of an element can be hit: it is inside the window and nothing lies over it.
pub fn reachable(css: &str) -> String {
    format!(
        "(() => {{ const el = document.querySelector({css}); if (!el) return false; const box = el.getBoundingClientRect(); \
         const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2); \
         return box.bottom <= innerHeight && hit !== null && el.contains(hit); }})()",
        css = json!(css)
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_is_enough_to_pick_with_one_thumb() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(12).await;
    let phone = Browser::start(Kind::Phone, one.port).await;
    let maria = Browser::of(OTHER_PICKER, two.port).await;
    maria.open("/").await;
    phone.sign_in_on_the_keypad(PICKER).await;
    phone.must_be_live().await;
    phone.picture("phone-board").await;
    phone.click("#open-orders .card h3 a").await;
    phone.must_be_live().await;

    phone.click(&format!("#item-{} .row-hit", order.items[3])).await;
    phone.sees(&format!("#item-{}.r-picked", order.items[3])).await;
    maria.reads("#open-orders .card", "1/12").await;
    phone.until("the undo bar within reach", &reachable("#undo-bar button")).await;
    phone.picture("phone-order").await;
    phone.click("#undo-bar button").await;
    maria.reads("#open-orders .card", "0/12").await;

    phone.click(&format!("#item-{} .row-more", order.items[0])).await;
    phone.sees("#item-sheet[open]").await;
    let at_the_bottom =
        "Math.abs(document.querySelector('#item-sheet').getBoundingClientRect().bottom - innerHeight) < 2";
    phone.until("the sheet at the bottom", at_the_bottom).await;
    phone.until("its button within reach", &reachable("#item-sheet form[action$='/pick'] .primary")).await;
    phone.picture("phone-sheet").await;
    phone.click("#item-sheet [data-step='-1']").await;
    phone.click("#item-sheet form[action$='/pick'] .primary").await;
    phone.reads(&format!("#item-{} .part", order.items[0]), "9 de 10").await;
    phone.reads("#undo-bar [data-text]", "FO00 · 9 UN · Separado").await;
    assert_eq!(phone.eval("document.scrollingElement.scrollWidth <= innerWidth").await, true);
    phone.quit().await;
    maria.quit().await;
}

impl Browser {
    pub async fn resize(&self, (width, height): (u32, u32)) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub async fn scheme(&self, name: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": name}, {"name": "prefers-reduced-motion", "value": "reduce"}]);
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// No page is wider than the window, in any size, on either ground.
    pub async fn fits(&self, path: &str, name: &str) {
        self.goto(path).await;
        for size in SIZES {
            self.resize(size).await;
            let wide = "Array.from(document.querySelectorAll('body *')).filter((el) => el.getBoundingClientRect().right > innerWidth + 1 \
                && !el.closest('.table-wrap, .sr, pre')).slice(0, 3).map((el) => el.outerHTML.slice(0, 120))";
            let fits = self.eval("document.scrollingElement.scrollWidth <= innerWidth").await;
            assert_eq!(fits, true, "{path} at {size:?} is too wide: {}", self.eval(wide).await);
            for scheme in
                ["light", "dark"].iter().take(if super::chromium::pictures().is_some() { 2 } else { 0 })
            {
                self.scheme(scheme).await;
                self.picture(&format!("{name}-{}-{scheme}", size.0)).await;
            }
        }
    }

    pub async fn upload(&self, quote: &str) -> String {
        self.open("/quotes").await;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/quotes").join(quote);
        self.write("[data-upload] input[type=file]", path.to_str().unwrap()).await;
        // What was read is told by the row of its draft alone.
        let place = format!(
            "Array.from(document.querySelectorAll('#drafts .draft')).find((el) => el.textContent.includes('{quote}'))"
        );
        self.until("one row of the paper", &format!("{place} && !document.querySelector('#uploads > *')"))
            .await;
        self.eval(&format!("{place}.querySelector('a').getAttribute('href')"))
            .await
            .as_str()
            .unwrap()
            .to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_fits_every_width() {
    let server = TestServer::start().await;
    let orders = warehouse::fill(&server).await;
    run_sql(
        &server.database_url,
        "update order_items set rest_state = 'purchase_requested' where picked = 0 and rest_state = 'pending' and position < 4",
    )
    .await;
    let ana = Browser::start(Kind::Desk, server.port).await;
    ana.fits("/e/alfa", "sign-in").await;
    ana.sign_in(ADMIN).await;
    let drafts = [ana.upload("columns-11-items.pdf").await, ana.upload("wrong-sum.pdf").await];
    ana.goto(&drafts[0]).await;
    ana.click("#field-shipping .choice").await;
    ana.click("#field-packaging .choice:has(:enabled)").await;
    ana.click(".preview-form .stacked [name=later]").await;
    ana.reads("#drafts", "Tudo confere").await;
    let order = format!("/orders/{}", orders[6].id);
    let pages = [
        ("/".to_owned(), "board"),
        ("/?q=casa&status=picking".to_owned(), "board-filtered"),
        ("/?q=nada%20disso".to_owned(), "board-none"),
        ("/?mine=yes".to_owned(), "board-chip"),
        (order.clone(), "order"),
        (format!("{order}?item={}", orders[6].items[0]), "order-sheet"),
        (format!("{order}?sheet=change"), "order-change"),
        (format!("/orders/{}", orders[30].id), "order-finished"),
        ("/quotes".to_owned(), "import"),
        (drafts[0].clone(), "preview"),
        (format!("{}?line=2", drafts[0]), "preview-edit"),
        (drafts[1].clone(), "preview-wrong"),
        ("/history".to_owned(), "history"),
        ("/history?q=casa&short=yes".to_owned(), "history-filtered"),
        ("/reports?period=7".to_owned(), "reports"),
        ("/people".to_owned(), "people"),
        ("/people/roster".to_owned(), "roster"),
        ("/walls".to_owned(), "walls"),
        ("/audit?period=30".to_owned(), "audit"),
        ("/purchasing".to_owned(), "purchasing"),
        ("/purchasing?by=order".to_owned(), "purchasing-orders"),
        ("/purchasing?code=01200&unit=UN".to_owned(), "purchasing-sheet"),
        ("/purchasing/history".to_owned(), "purchasing-history"),
        ("/pin".to_owned(), "pin"),
        ("/nowhere".to_owned(), "error"),
    ];
    for (path, name) in pages {
        ana.fits(&path, name).await;
    }
    ana.quit_after_trouble().await;
}
