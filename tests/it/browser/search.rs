//! What is looked for is found while one types: hands stay where they are, the address says it, others' changes go on coming.

use serde_json::json;

use super::chromium::{Browser, Kind};
use super::warehouse;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER};

const FIELD: &str = "[data-search]";
/// Where the caret is in the field that has the focus.
const CARET: &str =
    "document.activeElement.matches('[data-search]') && document.activeElement.selectionStart";
const CARDS: &str = "document.querySelectorAll('#open-orders > [data-sort]').length";
/// Pages that were asked for since the counting began.
const ASKED: &str = "performance.getEntriesByType('resource').filter((one) => \
    ['/', '/history'].includes(new URL(one.name).pathname)).length";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_board_is_searched_while_one_types_and_stays_live_on_another_replica() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (wanted, other) = (company.import(2).await, company.import(2).await);
    let joao = Browser::of(PICKER, two.port).await;
    joao.open("/").await;
    joao.until("two orders", &format!("{CARDS} === 2")).await;
    let steps = joao.eval("history.length").await;
    joao.eval("performance.clearResourceTimings()").await;
    joao.click(FIELD).await;
    joao.keys(wanted.number.as_str()).await;
    joao.until("only what was looked for", &format!("{CARDS} === 1")).await;
    joao.sees(&format!("#order-{}", wanted.id)).await;
    joao.picture("search-board").await;
    assert_eq!(joao.eval("location.search").await, json!(format!("?q={}", wanted.number)));
    assert_eq!(joao.eval(CARET).await, json!(5));
    assert_eq!(joao.eval("history.length").await, steps, "the way back leads to where one came from");
    let asked = joao.eval(ASKED).await.as_u64().unwrap();
    assert!(asked <= 2, "{asked} pages for five keys");
    joao.reads("#status", "1 pedido").await;
    joao.must_be_live().await;
    // What others do comes under the search as it does without.
    let admin = one.signed_in("alfa", ADMIN).await;
    for order in [&wanted, &other] {
        let note = format!("/orders/{}/notes", order.id);
        assert_eq!(admin.tap(&note, &[("text", "na caixa azul")]).await.status, 200);
    }
    joao.reads(&format!("#order-{}", wanted.id), "na caixa azul").await;
    assert_eq!(joao.eval(CARDS).await, json!(1), "an order that was not looked for");
    assert_eq!(joao.eval(CARET).await, json!(5));
    // A letter in the middle, and what is typed meanwhile is not taken back.
    joao.eval("document.querySelector('[data-search]').setSelectionRange(2, 2)").await;
    joao.keys("xx").await;
    joao.reads(".empty", "Limpar").await;
    assert_eq!(joao.eval(CARET).await, json!(4));
    joao.eval("document.querySelector('[data-search]').select()").await;
    joao.keys("\u{e003}").await;
    joao.until("the whole board", &format!("{CARDS} === 2 && location.search === ''")).await;
    joao.must_be_live().await;
    // The board that is not narrowed is told by fragments again.
    let third = company.import(1).await;
    joao.sees(&format!("#order-{}", third.id)).await;
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_is_searched_while_one_types_and_keeps_its_filter() {
    let server = TestServer::start().await;
    warehouse::fill(&server).await;
    let joao = Browser::of(PICKER, server.port).await;
    joao.open("/history?state=finished").await;
    joao.reads("#history-found", "2 pedidos").await;
    joao.click(FIELD).await;
    joao.keys("30590").await;
    joao.reads("#history-found", "1 pedido").await;
    assert_eq!(joao.eval("location.search").await, json!("?state=finished&q=30590"));
    assert_eq!(joao.eval(CARET).await, json!(5));
    // Enter looks at once, for a single letter as well, and leaves the page where it is.
    joao.eval("window.stays = true").await;
    joao.eval("document.querySelector('[data-search]').select()").await;
    joao.keys("j\u{e007}").await;
    joao.until("what Enter asked for", "location.search === '?state=finished&q=j'").await;
    assert_eq!(joao.eval("window.stays").await, json!(true));
    joao.quit().await;

    // Without script a form like any other.
    let plain = Browser::start(Kind::NoScript, server.port).await;
    plain.sign_in(PICKER).await;
    plain.goto("/history?state=finished").await;
    plain.write(FIELD, "30590\n").await;
    plain.reads("#history-found", "1 pedido").await;
    plain.quit().await;
}
