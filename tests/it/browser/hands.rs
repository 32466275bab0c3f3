//! What a hand may rely on: what it touched stays under it, what it did not mean does nothing.

use serde_json::json;

use super::chromium::Browser;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, Imported, OTHER_PICKER, PICKER, SELLER};

/// The middle of an element, as a finger would aim.
const MIDDLE: &str = "((box) => [box.left + box.width / 2, box.top + box.height / 2])";

impl Browser {
    async fn middle(&self, css: &str) -> (f64, f64) {
        let at = self
            .eval(&format!("{MIDDLE}(document.querySelector({}).getBoundingClientRect())", json!(css)))
            .await;
        (at[0].as_f64().unwrap(), at[1].as_f64().unwrap())
    }

    async fn finger(&self, kind: &str, (x, y): (f64, f64)) {
        let buttons = i32::from(kind != "mouseReleased");
        let event =
            json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1});
        self.cdp("Input.dispatchMouseEvent", event).await;
    }

    async fn tap_at(&self, spot: (f64, f64)) {
        self.finger("mousePressed", spot).await;
        self.finger("mouseReleased", spot).await;
    }

    async fn number(&self, expression: &str) -> f64 {
        self.eval(expression).await.as_f64().unwrap_or_else(|| panic!("{expression} is no number"))
    }
}

fn row(order: &Imported, line: usize) -> String {
    format!("#item-{}", order.items[line])
}

/// Where the rows to pick stand.
const ROWS: &str = "Array.from(document.querySelectorAll('#items-now > .row'), (row) => { \
    const box = row.getBoundingClientRect(); return [row.id, box.top, box.width, box.height].join(' '); })";

async fn joao_at(lines: usize) -> (TestServer, Imported, Browser) {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(lines).await;
    let joao = Browser::of(PICKER, server.port).await;
    joao.open(&format!("/orders/{}", order.id)).await;
    (server, order, joao)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_picked_here_stays_until_nobody_has_touched_for_two_seconds() {
    let (_server, order, joao) = joao_at(3).await;
    let picked = row(&order, 0);
    joao.resize((390, 844)).await;
    let before = joao.eval(ROWS).await;
    joao.eval(&format!(
        "(() => {{ addEventListener('pointerup', () => {{ window.touched = performance.now(); }}, true); \
         new MutationObserver(() => {{ if (!window.moved && document.querySelector('#items-picked > {picked}')) window.moved = performance.now(); }}) \
         .observe(document.body, {{ childList: true, subtree: true }}); }})()"
    ))
    .await;
    joao.click(&format!("{picked} .row-hit")).await;
    joao.sees(&format!("#items-now > {picked}.r-picked")).await;
    assert_eq!(joao.eval(ROWS).await, before, "the next row moved under the finger");
    let aside = joao.middle("#group-now").await;
    let began = joao.number("performance.now()").await;
    while joao.number("performance.now()").await - began < 3000.0 {
        joao.tap_at(aside).await;
        assert_eq!(joao.eval("window.moved || 0").await, 0, "it moved between two touches");
    }
    joao.until("the row to move", "window.moved").await;
    let rest = joao.number("window.moved - window.touched").await;
    assert!(rest >= 1990.0, "it moved {rest} ms after the last touch");

    // Settled now: a tap opens its sheet and changes nothing.
    joao.resize((1280, 800)).await;
    joao.click(&format!("#items-picked > {picked} .row-hit")).await;
    joao.reads("#item-sheet[open]", "Separado").await;
    joao.reads("#item-sheet[open]", "João Pereira").await;
    assert_eq!(joao.eval("document.querySelectorAll('#items-picked > .r-picked').length").await, 1);
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_tap_at_once_and_a_drag_do_nothing() {
    let (_server, order, joao) = joao_at(8).await;
    joao.eval("(() => { window.taps = []; addEventListener('click', () => window.taps.push(performance.now()), true); })()").await;
    // On a loaded machine the second tap may come too late to be one: then the next row is tapped.
    let mut tapped = 0;
    loop {
        let spot = joao.middle(&format!("{} .row-hit", row(&order, tapped))).await;
        joao.tap_at(spot).await;
        joao.tap_at(spot).await;
        tapped += 1;
        let between =
            joao.number("window.taps[window.taps.length - 1] - window.taps[window.taps.length - 2]").await;
        if between < 400.0 {
            break;
        }
        joao.keys(thirtyfour::Key::Escape + "").await;
        assert!(tapped < 7, "never two taps within 400 ms, but {between}");
    }
    joao.reads("#order-bar .figures", &format!("{tapped}/8")).await;
    joao.sees(&format!("{}.r-picked", row(&order, tapped - 1))).await;
    joao.sees_no("dialog[open]").await;

    let from = joao.middle(&format!("{} .row-hit", row(&order, 7))).await;
    joao.finger("mousePressed", from).await;
    joao.finger("mouseMoved", (from.0 + 20.0, from.1)).await;
    joao.finger("mouseMoved", (from.0 + 60.0, from.1)).await;
    joao.finger("mouseReleased", (from.0 + 60.0, from.1)).await;
    let dragged = row(&order, 7);
    assert_eq!(joao.eval(&format!("document.querySelector('{dragged}').dataset.saving || ''")).await, "");
    joao.reads("#order-bar .figures", &format!("{tapped}/8")).await;
    // The same row under an ordinary tap.
    joao.click(&format!("{dragged} .row-hit")).await;
    joao.reads("#order-bar .figures", &format!("{}/8", tapped + 1)).await;
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_the_board_what_changes_place_is_seen_for_five_seconds_first() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (_, last) = (company.import(1).await, company.import(1).await);
    let marina = Browser::of(SELLER, server.port).await;
    marina.open("/").await;
    let card = format!("#order-{}", last.id);
    marina
        .eval(&format!(
            "new MutationObserver(() => {{ const card = document.querySelector('{card}'); \
             if (!window.marked && card.matches('.urgent[data-moving=other]')) window.marked = performance.now(); \
             if (!window.moved && card.matches(':first-child')) window.moved = performance.now(); }}) \
             .observe(document.getElementById('open-orders'), {{ attributes: true, childList: true, subtree: true }})"
        ))
        .await;
    let ana = server.signed_in("alfa", ADMIN).await;
    assert_eq!(ana.tap(&format!("/orders/{}/urgent", last.id), &[("urgent", "yes")]).await.status, 200);
    marina.until("the card to be marked in its place", "window.marked && !window.moved").await;
    marina.until("the card to move", "window.moved").await;
    let seen = marina.number("window.moved - window.marked").await;
    assert!(seen >= 4900.0, "it moved after {seen} ms");
    marina.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_back_to_the_shelf_is_confirmed_beside_its_line_and_the_line_keeps_its_height() {
    let (server, order, joao) = joao_at(2).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let base = format!("/orders/{}", order.id);
    for item in &order.items {
        assert_eq!(admin.tap(&format!("{base}/items/{item}/pick"), &[("quantity", "2")]).await.status, 200);
    }
    assert_eq!(admin.tap(&format!("{base}/cancel"), &[("reason", "desistiu")]).await.status, 200);
    joao.resize((390, 844)).await;
    let line = row(&order, 0);
    joao.sees(&format!("{line} .row-return button")).await;
    joao.picture("to-the-shelf").await;
    // Below, it would leave a hole when it goes, and the next line's would come under the finger.
    let beside = format!(
        "(() => {{ const [hit, button, row] = [' .row-hit', ' .row-return button', ''].map((css) => \
         document.querySelector('{line}' + css).getBoundingClientRect()); \
         return button.left >= hit.right - 1 && button.bottom <= hit.bottom + 1 && button.right <= row.right - 4; }})()"
    );
    assert_eq!(joao.eval(&beside).await, true);
    assert_eq!(
        joao.eval(&format!("document.querySelector('{line} .row-return').innerText.trim()")).await,
        "Devolvido"
    );
    joao.tap_at(joao.middle(&format!("{line} .row-return button")).await).await;
    joao.sees_no(&format!("{line} .row-return")).await;
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_back_of_the_last_pick_ends_where_what_ends_the_order_begins() {
    let (_server, order, joao) = joao_at(1).await;
    joao.resize((390, 844)).await;
    joao.click(&format!("{} .row-hit", row(&order, 0))).await;
    joao.sees("#undo-bar").await;
    joao.sees("#finish-bar > .button").await;
    let beside = "(() => { const [undo, finish] = ['#undo-bar', '#finish-bar > .button'].map((css) => \
        document.querySelector(css).getBoundingClientRect()); return undo.right <= finish.left; })()";
    joao.until("one beside the other", beside).await;
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_one_tap_is_being_undone_the_next_can_be_undone_too() {
    let (_server, order, joao) = joao_at(3).await;
    let undone = "window.asked = []; const send = window.fetch; \
        window.fetch = async (url, options) => { \
            if (String(url).includes('/undo/')) { asked.push(url); await new Promise((go) => setTimeout(go, 2000)); } \
            return send(url, options); }";
    joao.eval(&format!("(() => {{ {undone} }})()")).await;
    for line in [0, 1] {
        joao.click(&format!("{} .row-hit", row(&order, line))).await;
        joao.sees(&format!("{}.r-picked", row(&order, line))).await;
        joao.reads("#undo-bar", &format!("FO0{line} · ")).await;
        joao.click("#undo-bar button").await;
    }
    joao.until("the second before the first is answered", "asked.length === 2").await;
    for line in [0, 1] {
        joao.sees(&format!("{}.r-pending", row(&order, line))).await;
    }
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tap_that_was_on_its_way_when_rows_moved_hits_nothing() {
    let (server, order, joao) = joao_at(4).await;
    let maria = server.signed_in("alfa", OTHER_PICKER).await;
    // The thumb comes down where the first row was, in the moment in which another one stands there.
    let thumb = "new MutationObserver(() => { \
        if (window.tapped || !document.documentElement.hasAttribute('data-shifted')) return; \
        const hit = document.querySelector('#items-now .row-hit'); \
        const box = hit.getBoundingClientRect(); \
        window.tapped = true; \
        hit.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1, \
            clientX: box.left + 9, clientY: box.top + 9 })); \
        }).observe(document.documentElement, { attributes: true })";
    joao.eval(&format!("(() => {{ {thumb} }})()")).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    assert_eq!(maria.tap(&pick, &[("quantity", "10")]).await.status, 200);
    joao.until("rows that moved, and a tap", "window.tapped").await;
    joao.until("rows that stand still", "!document.documentElement.hasAttribute('data-shifted')").await;
    // Nothing is sent, and nobody is asked whether he helps.
    joao.sees_no("dialog[open]").await;
    assert_eq!(server.count("order_history where kind = 'item_picked'").await, 1);
    joao.click(&format!("{} .row-hit", row(&order, 1))).await;
    joao.click("#helping [data-help]").await;
    joao.sees(&format!("{}.r-picked", row(&order, 1))).await;
    joao.quit().await;
}
