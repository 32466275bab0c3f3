//! Two pickers and their orders: who is at work is said, help is asked for once, and what comes next is one tap away.

use super::chromium::Browser;
use crate::support::server::TestServer;
use crate::support::world::{OTHER_PICKER, PICKER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_taps_first_on_somebody_s_order_is_asked_once() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(6).await;
    let (joao, maria) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(OTHER_PICKER, two.port));
    maria.resize((390, 844)).await;
    let path = format!("/orders/{}", order.id);
    tokio::join!(joao.open(&path), maria.open(&path));
    let row = |line: usize| format!("#item-{}", order.items[line]);
    joao.click(&format!("{} .row-hit", row(0))).await;
    maria.reads("#order-bar .holders", "Separando: João Pereira").await;
    maria.sees(&format!("{}.r-picked", row(0))).await;

    maria.click(&format!("{} .row-hit", row(1))).await;
    maria.reads("#helping[open]", "João Pereira está separando, 1/6").await;
    maria.picture("helping").await;
    maria.click("#helping [data-close]").await;
    maria.sees_no("#helping[open]").await;
    assert_eq!(maria.eval("document.querySelector('.row[data-saving]')").await, serde_json::Value::Null);
    // The hand comes back to the same row.
    maria.eval("window.left = performance.now()").await;
    maria.until("a moment to pass", "performance.now() - window.left > 400").await;
    maria.click(&format!("{} .row-hit", row(1))).await;
    maria.click("#helping [data-help]").await;
    for browser in [&joao, &maria] {
        browser.sees(&format!("{}.r-picked", row(1))).await;
        browser.reads("#order-bar .holder", "João Pereira").await;
        browser.reads("#order-bar .holder ~ .holder", "Maria Conceição").await;
    }
    // Neither is asked again.
    for (browser, line) in [(&maria, 2), (&joao, 3)] {
        browser.until("all rows to be in their place", "!document.querySelector('[data-moving]')").await;
        browser.click(&format!("{} .row-hit", row(line))).await;
        browser.sees(&format!("{}.r-picked", row(line))).await;
        browser.sees_no("#helping[open]").await;
    }
    joao.open("/").await;
    joao.reads(".card .holders", "Separando: João Pereira").await;
    joao.reads(".card .holder ~ .holder", "Maria Conceição").await;
    joao.picture("card-held").await;
    maria.quit().await;
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_order_is_one_tap_away_from_the_board_and_from_a_finished_one() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (first, second, third) = (company.import(1).await, company.import(1).await, company.import(1).await);
    let (joao, maria) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(OTHER_PICKER, two.port));
    joao.resize((390, 844)).await;
    tokio::join!(joao.open("/"), maria.open("/"));
    joao.picture("board-next").await;
    let stands_at = async |browser: &Browser, number: &str| {
        browser.reads("#order-bar h1", number).await;
        browser.must_be_live().await;
    };
    joao.click(".board-head .next button").await;
    stands_at(&joao, &first.number).await;
    maria.reads(&format!("#order-{} .holders", first.id), "João Pereira").await;
    maria.click(".board-head .next button").await;
    stands_at(&maria, &second.number).await;

    // Passed over: the next one.
    joao.picture("skip").await;
    joao.click("#finish-bar .next button").await;
    stands_at(&joao, &third.number).await;
    joao.click(&format!("#item-{} .row-hit", third.items[0])).await;
    joao.sees(".finish-bar.can-finish").await;
    joao.picture("nothing-left").await;
    joao.click("#finish-bar [data-dialog=finish-dialog]").await;
    joao.click("#finish-dialog .primary").await;
    joao.reads("#order-bar", "Finalizado").await;
    joao.reads("#finish-bar", "Próximo pedido").await;
    joao.reads("#toasts", "Pedido finalizado").await;
    joao.picture("after-finish").await;
    // Nothing lies over it, also while the message stands there.
    let free = "(() => { const box = document.querySelector('#finish-bar .next button').getBoundingClientRect(); \
        return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2).closest('#finish-bar .next') !== null; })()";
    assert_eq!(joao.eval(free).await, true);
    joao.click("#finish-bar .next button").await;
    joao.reads("#toasts", "Nenhum pedido para separar agora").await;
    joao.quit().await;
    maria.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chips_filter_in_one_tap_and_their_numbers_follow_what_others_do() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (first, second) = (company.import(2).await, company.import(2).await);
    let (joao, maria) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(OTHER_PICKER, two.port));
    joao.resize((390, 844)).await;
    let path = format!("/orders/{}", second.id);
    tokio::join!(joao.open("/"), maria.open(&path));
    joao.reads("#board-chips .k-waiting", "Começar 2").await;
    joao.reads("#board-chips .k-mine", "Meus 0").await;
    joao.picture("chips").await;
    maria.click(&format!("#item-{} .row-hit", second.items[0])).await;
    joao.reads("#board-chips .k-waiting", "Começar 1").await;
    joao.reads("#board-chips .k-picking", "Em separação 1").await;
    joao.click("#board-chips .k-picking").await;
    joao.must_be_live().await;
    joao.sees(&format!("#order-{}", second.id)).await;
    joao.sees_no(&format!("#order-{}", first.id)).await;
    joao.sees("#board-chips .k-picking[aria-current]").await;
    joao.picture("chips-on").await;
    // Live here as well, and off with the same tap.
    maria.click(&format!("#item-{} .row-hit", second.items[1])).await;
    joao.sees_no(&format!("#order-{}", second.id)).await;
    joao.reads("#board-chips .k-ready", "Prontos 1").await;
    joao.click("#board-chips .k-picking").await;
    joao.until("no filter", "location.search === ''").await;
    joao.sees(&format!("#order-{}", first.id)).await;
    joao.sees(&format!("#order-{}", second.id)).await;
    joao.quit().await;
    maria.quit().await;
}
