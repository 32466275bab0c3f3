//! What is tapped is as big as a thumb and has room around it; what is read at arm's length is big enough.

use serde_json::json;

use super::chromium::Browser;
use super::sizes::reachable;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, Imported, OTHER_PICKER, PICKER, PIN, SELLER};

const PHONE: (u32, u32) = (390, 844);
const TABLET: (u32, u32) = (1280, 800);

/// Names every visible control that is smaller than 48 px or nearer than 8 px to another. A box is measured by its label, a
/// link that covers its card by the card; what lies inside another target is that target's affair; bars that stand over
/// the page have their own neighbours.
const MISSED: &str = r##"(() => {
  const all = Array.from(document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])"));
  const shown = (el) => el.getClientRects().length && getComputedStyle(el).visibility === "visible" && !el.closest(".sr, .skip, details:not([open]) > :not(summary)");
  const area = (el) => el.matches("[type=checkbox], [type=radio], [type=file]") ? el.closest("label") : el.closest(".card h3 a") ? el.closest(".card") : el;
  const layer = (el) => el.closest(".nav, .top, .order-bar, .finish-bar, .confirm-bar, .undo, dialog") || document.body;
  const name = (el) => (el.localName + "." + el.className + " " + el.textContent).replace(/\s+/g, " ").slice(0, 60);
  const targets = Array.from(new Set(all.filter(shown).map(area))).map((el) => ({ el, box: el.getBoundingClientRect(), layer: layer(el) }));
  const missed = targets.filter(({ box }) => box.width < 47.5 || box.height < 47.5)
    .map(({ el, box }) => name(el) + " is " + Math.round(box.width) + "×" + Math.round(box.height));
  targets.forEach((one, at) => targets.slice(at + 1).forEach((two) => {
    if (one.layer !== two.layer || one.el.contains(two.el) || two.el.contains(one.el)) return;
    const [a, b] = [one.box, two.box];
    const gap = Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
    if (gap < 7.5) missed.push(name(one.el) + " is " + Math.round(gap) + " px from " + name(two.el));
  }));
  return missed.slice(0, 12);
})()"##;

impl Browser {
    /// What a thumb would miss on a page, after opening what can be opened.
    async fn thumbs(&self, path: &str, size: (u32, u32), open: &[&str]) -> Vec<String> {
        self.resize(size).await;
        self.goto(path).await;
        self.until("the script", "document.documentElement.classList.contains('js')").await;
        for css in open {
            self.click(css).await;
        }
        let missed = self.eval(MISSED).await;
        missed.as_array().unwrap().iter().map(|missed| format!("{path} at {size:?}: {missed}")).collect()
    }
}

/// An order with lines in every state, and a canceled one.
async fn work_on(server: &TestServer, order: &Imported, closed: &str) {
    let client = server.signed_in("alfa", ADMIN).await;
    let base = format!("/orders/{}", order.id);
    let item = |line: usize, verb: &str| format!("{base}/items/{}/{verb}", order.items[line]);
    let taps: [(String, &[(&str, &str)]); 9] = [
        (format!("{base}/notes"), &[("text", "Cliente passa às 15h")]),
        (item(0, "pick"), &[("quantity", "4")]),
        (item(1, "pick"), &[("quantity", "10")]),
        (item(2, "short"), &[("reason", "stock")]),
        (item(3, "request"), &[]),
        (item(4, "request"), &[]),
        (item(4, "ordered"), &[("quantity", "10"), ("supplier", "Casa Silva")]),
        (item(4, "pick"), &[("quantity", "3")]),
        (format!("{closed}/cancel"), &[("reason", "desistiu")]),
    ];
    for (path, form) in taps {
        assert_eq!(client.tap(&path, form).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_target_is_48_pixels_with_8_between() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (order, done) = (company.import(5).await, company.import(1).await);
    let (ana, marina) = tokio::join!(Browser::of(ADMIN, server.port), Browser::of(SELLER, server.port));
    let base = format!("/orders/{}", order.id);
    let closed = format!("/orders/{}", done.id);
    work_on(&server, &order, &closed).await;
    let right = ana.upload("columns-11-items.pdf").await;
    let wrong = ana.upload("wrong-sum.pdf").await;
    let correcting = format!("{right}?line=2");
    ana.goto("/people").await;
    if ana.eval("Boolean(document.querySelector('main [name=pin]'))").await == true {
        ana.write("main [name=pin]", PIN).await;
        ana.click("main .primary").await;
    }
    ana.sees("#people").await;
    let sheet = |line: usize| format!("{base}?item={}", order.items[line]);
    let (picked, part, short, bought) = (sheet(1), sheet(0), sheet(2), sheet(4));
    let pages: [(&str, &[&str]); 23] = [
        ("/", &[]),
        ("/?q=fone&status=picking", &["#who-menu summary"]),
        (&base, &[".note-edit summary", ".note-add summary"]),
        (&picked, &[]),
        (&part, &[]),
        (&short, &[]),
        (&bought, &[]),
        (&closed, &[]),
        ("/quotes", &[]),
        (&right, &[]),
        (&correcting, &[]),
        (&wrong, &[]),
        ("/people", &[]),
        ("/people/roster", &[]),
        ("/walls", &[]),
        ("/audit", &[]),
        ("/history", &[".history-more summary"]),
        ("/purchasing", &[]),
        ("/purchasing?view=coming&by=order", &[]),
        ("/purchasing?view=settle", &[]),
        ("/purchasing?by=order", &[]),
        ("/purchasing/history", &[]),
        ("/reports", &[]),
    ];
    let mut missed = Vec::new();
    for size in [PHONE, TABLET] {
        for (path, open) in pages {
            missed.extend(ana.thumbs(path, size, open).await);
        }
        missed.extend(marina.thumbs("/needs", size, &[".need-fold summary"]).await);
    }
    assert!(missed.is_empty(), "{missed:#?}");
    tokio::join!(ana.quit(), marina.quit());
}

/// Sizes of the shown texts under a selector that are smaller than they may be.
fn too_small(css: &str, least: f64) -> String {
    format!(
        "Array.from(document.querySelectorAll({css})).flatMap((el) => [el, ...el.querySelectorAll('*')]) \
         .filter((el) => el.getClientRects().length && !el.matches('.sr') && Array.from(el.childNodes).some((node) => node.nodeType === 3 && node.data.trim())) \
         .map((el) => [el.className || el.localName, parseFloat(getComputedStyle(el).fontSize)]).filter(([, size]) => size < {least})",
        css = json!(css)
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_picker_reads_is_big_and_nothing_covers_the_finish_button() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(40).await;
    let joao = Browser::of(PICKER, one.port).await;
    let maria = two.signed_in("alfa", OTHER_PICKER).await;
    let base = format!("/orders/{}", order.id);
    let pick = |line: usize| format!("{base}/items/{}/pick", order.items[line]);
    maria.tap(&pick(1), &[("quantity", "4")]).await;
    maria.tap(&pick(2), &[("quantity", "10")]).await;
    maria.tap(&format!("{base}/items/{}/short", order.items[3]), &[("reason", "stock")]).await;
    for size in [PHONE, TABLET, (1440, 900)] {
        joao.resize(size).await;
        joao.open(&base).await;
        joao.reads(".bar-status .n", "1 em falta").await;
        for (css, least) in [(".row .mark, .row .part, .row .why, .row .by", 18.0), (".order-bar", 16.0)] {
            assert_eq!(joao.eval(&too_small(css, least)).await, json!([]), "{css} at {size:?}");
        }
        // Colour is never all that says it.
        joao.reads(&format!("#item-{} .mark", order.items[2]), "Separado").await;
        joao.reads(&format!("#item-{} .row-hit", order.items[4]), "Separar FO04").await;
        joao.click(&format!("#item-{} .row-hit", order.items[4])).await;
        if size == PHONE {
            // Maria holds the order: once, it is asked whether he helps.
            joao.click("#helping [data-help]").await;
        }
        // A hand that slipped sees which goods it was.
        joao.reads("#undo-bar", "FO04 · ").await;
        joao.reads("#undo-bar", "Separado").await;
        joao.until("the button of the bar within reach", &reachable("#finish-bar button")).await;
        joao.until("the undo button within reach", &reachable("#undo-bar button")).await;
        joao.picture(&format!("undo-{}", size.0)).await;
        joao.click("#undo-bar button").await;
        joao.sees(&format!("#item-{}.r-pending", order.items[4])).await;
        // "Desfeito" does not cover what can be undone now.
        joao.click(&format!("#item-{} .row-hit", order.items[0])).await;
        joao.reads("#undo-bar", "FO00 · ").await;
        assert_eq!(joao.eval("document.querySelectorAll('#toasts > *').length").await, json!(0));
        joao.click("#undo-bar button").await;
        joao.sees(&format!("#item-{}.r-pending", order.items[0])).await;
    }
    joao.open("/").await;
    assert_eq!(joao.eval(&too_small(".card", 16.0)).await, json!([]));
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keyboard_passes_the_options_of_a_filter_and_opens_the_age_of_a_card() {
    use thirtyfour::Key;
    let server = TestServer::start().await;
    server.company("alfa").await.import(1).await;
    let joao = Browser::of(PICKER, server.port).await;
    joao.open("/").await;
    joao.eval("document.querySelector('.filter [name=status]').focus()").await;
    joao.keys(Key::Down + "").await;
    joao.keys(Key::Down + "").await;
    joao.until("an option to be chosen", "document.querySelector('.filter [name=status]').selectedIndex > 0")
        .await;
    assert_eq!(joao.eval("location.search").await, "");
    joao.eval("document.querySelector('.filter [name=status]').selectedIndex = 1").await;
    joao.keys(Key::Enter + "").await;
    joao.until("the filter to be applied", "location.search === '?status=waiting'").await;
    joao.must_be_live().await;
    joao.eval("document.querySelector('.card h3 a').focus()").await;
    joao.keys(Key::Tab + "").await;
    joao.sees(".age:focus .age-date").await;
    joao.quit().await;
}
