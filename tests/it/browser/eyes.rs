//! What a picker sees at a glance, and what never comes between the eye, the thumb and the row.

use serde_json::{Value, json};

use super::chromium::Browser;
use super::faults::Proxy;
use super::field::path;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, Imported, OTHER_PICKER, PICKER, SELLER};

/// Rows whose middle is in view between header and bottom bar, and something else is on top of them.
const COVERED: &str = r#"(() => {
  const bar = document.getElementById("finish-bar").getBoundingClientRect();
  const head = document.getElementById("order-bar").getBoundingClientRect();
  return Array.from(document.querySelectorAll(".row, .card"), (row) => {
    const box = row.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (y < head.bottom || y > bar.top) return null;
    const top = document.elementFromPoint(x, y);
    return row.contains(top) ? null : row.id + " under " + (top ? top.id || top.className : "nothing");
  }).filter(Boolean);
})()"#;
/// Whether one element lies inside another.
const INSIDE: &str = "((inner, outer) => inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1)";

impl Browser {
    async fn nothing_lies_over_rows(&self) {
        assert_eq!(self.eval(COVERED).await, json!([]));
    }

    async fn lies_in_the_bottom_bar(&self, css: &str) {
        let boxes = format!(
            "document.querySelector('{css}').getBoundingClientRect(), document.getElementById('finish-bar').getBoundingClientRect()"
        );
        assert_eq!(self.eval(&format!("{INSIDE}({boxes})")).await, true, "{css}");
    }
}

async fn joao_at(lines: usize) -> (TestServer, Imported, Browser) {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(lines).await;
    let joao = Browser::of(PICKER, server.port).await;
    joao.open(&path(&order)).await;
    (server, order, joao)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undo_alarm_and_messages_take_the_bottom_bar_and_nothing_lies_over_a_row() {
    let (server, order, joao) = joao_at(24).await;
    let marina = server.signed_in("alfa", SELLER).await;
    for (line, size) in [(390, 844), (844, 390), (1280, 800)].into_iter().enumerate() {
        joao.resize(size).await;
        let row = format!("document.getElementById('item-{}')", order.items[line]);
        joao.eval(&format!("{row}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")).await;
        joao.taps(&order, line).await;
        joao.sees("#undo-bar").await;
        joao.nothing_lies_over_rows().await;
        joao.lies_in_the_bottom_bar("#undo-bar").await;
        joao.picture(&format!("bar-undo-{}", size.0)).await;
        let note = marina.tap(&format!("{}/notes", path(&order)), &[("text", "Passa às 15h")]).await;
        assert_eq!(note.status, 200);
        joao.reads("#alarm", "Marina").await;
        joao.nothing_lies_over_rows().await;
        joao.lies_in_the_bottom_bar("#alarm").await;
        joao.picture(&format!("bar-alarm-{}", size.0)).await;
        joao.click("#alarm [data-seen]").await;
        joao.sees_no("#alarm").await;
    }
    let ana = server.signed_in("alfa", ADMIN).await;
    assert_eq!(ana.tap(&format!("{}/cancel", path(&order)), &[("reason", "desistiu")]).await.status, 200);
    joao.reads("#alarm[data-tone=grave]", "cancelou o pedido: desistiu").await;
    joao.picture("bar-canceled").await;
    joao.quit().await;
}

/// Behind the backdrop of a sheet nobody would read it, and no finger would reach it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_while_a_sheet_is_open_stands_above_the_sheet_and_can_be_answered() {
    let (server, order, joao) = joao_at(24).await;
    let marina = server.signed_in("alfa", SELLER).await;
    for (line, size) in [(390, 844), (844, 390), (1280, 800)].into_iter().enumerate() {
        joao.resize(size).await;
        joao.click(&format!("#item-{} .row-more", order.items[line])).await;
        joao.sees("#item-sheet[open] [data-words=pick]").await;
        let note = marina.tap(&format!("{}/notes", path(&order)), &[("text", "Passa às 15h")]).await;
        assert_eq!(note.status, 200);
        joao.reads("#item-sheet[open] #alarm", "Marina").await;
        let above = "document.querySelector('#alarm').getBoundingClientRect().bottom \
            <= document.querySelector('#item-sheet').getBoundingClientRect().top + 1";
        joao.until("the alarm above the sheet", above).await;
        joao.picture(&format!("bar-over-sheet-{}", size.0)).await;
        joao.click("#alarm [data-seen]").await;
        joao.sees_no("#alarm").await;
        joao.click("#item-sheet[open] [data-close]").await;
        joao.sees_no("#item-sheet[open]").await;
        joao.sees("body > #bars > #toasts").await;
    }
    joao.quit().await;
}

/// How high the header is, on how many lines it says how old the page is, and how many of these lie outside of it or over
/// something else in it.
const HEADER: &str = r##"(() => {
  const top = document.querySelector(".top").getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(document.querySelector("[data-live-text]"));
  const said = Array.from(range.getClientRects());
  const others = Array.from(document.querySelectorAll(".top :is(.brand, .needs, .waiting-open, .acts, .menu summary)"))
    .map((el) => el.getBoundingClientRect()).filter((box) => box.width > 0);
  const strays = said.filter((line) => line.top < top.top || line.bottom > top.bottom ||
    others.some((other) => line.left < other.right - 1 && line.right > other.left + 1));
  return { height: top.height, lines: new Set(said.map((line) => Math.round(line.top))).size, strays: strays.length };
})()"##;

/// Rows that say something of their own below their goods, and those where it lies over these or is as good as empty.
const SAID: &str = r#"(() => {
  const said = Array.from(document.querySelectorAll(".row[data-saving] > .sync:not(:empty)"));
  const lies = said.filter((line) => {
    const box = line.getBoundingClientRect();
    const goods = Array.from(line.parentElement.querySelectorAll(".ref, .desc"), (one) => one.getBoundingClientRect().bottom);
    return box.width < 100 || goods.some((bottom) => bottom > box.top + 4);
  });
  return [said.length, lies.length];
})()"#;

/// Cuts the line of a phone, picks, and looks at the header; then all is as before.
async fn grows_old(proxy: &Proxy, joao: &Browser, order: &Imported, line: usize, most_lines: u64) {
    joao.open(&path(order)).await;
    let live = joao.eval(HEADER).await;
    proxy.cut();
    joao.reads("#live-line", "Sem conexão · dados das").await;
    joao.taps(order, line).await;
    joao.sees("#waiting-open").await;
    let old = joao.eval(HEADER).await;
    joao.picture(&format!("old-390-{most_lines}")).await;
    assert_eq!((&old["height"], &old["strays"]), (&live["height"], &json!(0)), "{old}");
    assert!(old["lines"].as_u64() <= Some(most_lines), "{old}");
    joao.nothing_lies_over_rows().await;
    joao.until("what is said of the tap, below its goods", &format!("String({SAID}) === '1,0'")).await;
    // Rows pass below the bar.
    assert_eq!(joao.eval("getComputedStyle(document.getElementById('order-bar')).opacity").await, "1");
    proxy.restore();
    joao.heals().await;
    joao.has_picked(order, line).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_says_in_its_header_how_old_the_page_is_and_moves_nothing_for_it() {
    let (proxy, one, _two) = Proxy::pair().await;
    let order = one.company("alfa").await.import(12).await;
    let joao = Browser::of(PICKER, proxy.port).await;
    joao.resize((390, 844)).await;
    grows_old(&proxy, &joao, &order, 0, 2).await;
    // On a shared device it also tells who acts.
    joao.click("#who-menu summary").await;
    joao.click("#who-menu form[action='/shared'] button").await;
    joao.sees(".acts").await;
    grows_old(&proxy, &joao, &order, 1, 3).await;
    joao.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_somebody_else_settled_stays_until_this_person_rests_or_scrolls() {
    let (server, order, joao) = joao_at(6).await;
    joao.resize((390, 844)).await;
    let maria = server.signed_in("alfa", OTHER_PICKER).await;
    let row = |line: usize| format!("#item-{}", order.items[line]);
    let pick = |line: usize| format!("{}/items/{}/pick", path(&order), order.items[line]);
    joao.eval(
        "(() => { window.moves = []; new MutationObserver(() => { \
         const here = document.querySelectorAll('#items-now > .row').length; \
         if (here !== window.rows) window.moves.push([window.rows = here, performance.now()]); }) \
         .observe(document.body, { childList: true, subtree: true }); \
         window.rows = document.querySelectorAll('#items-now > .row').length; })()",
    )
    .await;
    assert_eq!(maria.tap(&pick(1), &[("quantity", "10")]).await.status, 200);
    joao.sees(&format!("#items-now > {}.r-picked", row(1))).await;
    joao.reads(&format!("{} .by", row(1)), "Maria Conceição").await;
    let began = joao.eval("performance.now()").await.as_f64().unwrap();
    joao.until("it to move at rest", "window.moves.length === 1").await;
    let moved = joao.eval("window.moves[0][1]").await.as_f64().unwrap();
    assert!(moved - began > 4000.0, "it moved after {} ms", moved - began);

    // Whoever scrolls does not wait for that.
    assert_eq!(maria.tap(&pick(2), &[("quantity", "10")]).await.status, 200);
    joao.sees(&format!("#items-now > {}.r-picked", row(2))).await;
    joao.eval("document.dispatchEvent(new WheelEvent('wheel'))").await;
    let scrolled = joao.eval("performance.now()").await.as_f64().unwrap();
    joao.until("it to move", "window.moves.length === 2").await;
    let moved = joao.eval("window.moves[1][1]").await.as_f64().unwrap();
    assert!(moved - scrolled < 2500.0, "it moved after {} ms", moved - scrolled);
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seven_rows_are_seen_at_once_on_a_phone_and_a_long_order_can_be_searched() {
    let (_server, order, joao) = joao_at(24).await;
    joao.resize((390, 844)).await;
    let seen = r##"(() => {
      const rows = document.querySelector("#items-now").getBoundingClientRect();
      window.scrollTo({ top: rows.top + scrollY - document.getElementById("order-bar").getBoundingClientRect().bottom, behavior: "instant" });
      const top = document.getElementById("order-bar").getBoundingClientRect().bottom;
      const bottom = document.getElementById("finish-bar").getBoundingClientRect().top;
      return Array.from(document.querySelectorAll(".row"), (row) => row.getBoundingClientRect())
        .filter((box) => box.top >= top - 1 && box.bottom <= bottom + 1).length;
    })()"##;
    let rows = joao.eval(seen).await;
    assert!(rows.as_i64().unwrap_or_default() >= 7, "{rows} rows");
    joao.picture("rows-390").await;
    for (typed, told) in [("---", "Só sinais não acham nada"), ("xyz", "Nenhum item deste pedido")] {
        joao.write("[data-find]", typed).await;
        joao.reads(".find-none", told).await;
        joao.eval("document.querySelector('[data-find]').value = ''").await;
    }
    joao.write("[data-find]", "fo07").await;
    joao.until("nothing to be told", "document.querySelector('.find-none').textContent === ''").await;
    joao.until("one row", "Array.from(document.querySelectorAll('#items-now > .row')).filter((row) => row.getClientRects().length).length === 1").await;
    joao.taps(&order, 7).await;
    joao.has_picked(&order, 7).await;
    assert_eq!(joao.eval("document.querySelector('[data-find]').value").await, Value::from("fo07"));
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_back_leads_to_the_same_spot_of_the_same_board() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let mut orders = Vec::new();
    for _ in 0..12 {
        orders.push(company.import(1).await);
    }
    let joao = Browser::of(PICKER, server.port).await;
    joao.resize((390, 844)).await;
    joao.open("/?q=5000").await;
    let card = format!("#order-{} h3 a", orders[8].id);
    joao.eval(&format!(
        "document.querySelector('{card}').scrollIntoView({{ block: 'center', behavior: 'instant' }})"
    ))
    .await;
    let spot = joao.eval("scrollY").await;
    assert!(spot.as_f64().unwrap_or_default() > 300.0, "{spot}");
    joao.click(&card).await;
    joao.sees("#order-bar").await;
    joao.click(".top a.brand").await;
    joao.until("the board", "document.querySelector('#open-orders') && location.search === '?q=5000'").await;
    joao.until("the same spot", &format!("Math.abs(scrollY - {spot}) < 40")).await;
    // Whoever opens the board anew sees its top.
    joao.open("/?q=5000").await;
    joao.until("the top", "scrollY === 0").await;
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_on_its_side_a_tablet_upright_and_a_page_at_twice_its_size_show_the_work_at_once() {
    let (_server, order, joao) = joao_at(24).await;
    // How many rows or cards begin in view, and how many are seen whole, without a scroll.
    let seen = r##"(() => {
      scrollTo(0, 0);
      const fixed = [...document.querySelectorAll("#finish-bar, .nav")].map((el) => [getComputedStyle(el), el.getBoundingClientRect()])
        .filter(([style, box]) => style.position === "fixed" && box.height > 0).map(([, box]) => box.top);
      const bottom = Math.min(innerHeight, ...fixed);
      const boxes = [...document.querySelectorAll(".row, .card")].map((el) => el.getBoundingClientRect()).filter((box) => box.height > 0);
      return [boxes.filter((box) => box.top < bottom - 48).length, boxes.filter((box) => box.bottom <= bottom).length];
    })()"##;
    for (size, rows, cards) in
        [((844, 390), 1, 1), ((667, 375), 1, 1), ((800, 1280), 11, 1), ((640, 400), 1, 1), ((720, 450), 1, 1)]
    {
        joao.resize(size).await;
        joao.open(&path(&order)).await;
        let on_order = joao.eval(seen).await;
        joao.picture(&format!("at-once-order-{}", size.0)).await;
        assert!(on_order[1].as_u64() >= Some(rows), "{size:?}: {on_order} rows");
        joao.open("/").await;
        let on_board = joao.eval(seen).await;
        joao.picture(&format!("at-once-board-{}", size.0)).await;
        assert!(on_board[0].as_u64() >= Some(cards), "{size:?}: {on_board} cards");
        let across = joao.eval("document.documentElement.scrollWidth <= innerWidth").await;
        assert_eq!(across, true, "{size:?}: nothing runs out of the page");
    }
    joao.quit().await;
}
