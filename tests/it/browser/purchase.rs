//! What is bought, from the shelf that lacks it to the box: on two replicas.

use super::chromium::{Browser, Kind};
use crate::support::server::TestServer;
use crate::support::world::{BUYER, PICKER};

async fn phone(number: &str, port: u16) -> Browser {
    let browser = Browser::start(Kind::Phone, port).await;
    browser.sign_in(number).await;
    browser
}

/// Types over what a field says.
async fn retype(browser: &Browser, css: &str, text: &str) {
    browser.click(css).await;
    browser.eval(&format!("document.querySelector(\"{css}\").select()")).await;
    browser.keys(text).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_shelf_lacks_is_asked_for_bought_and_arrives_on_every_screen() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let first = company.import_lines(&["10", "3"]).await;
    let second = company.import_lines(&["15"]).await;
    let (joao, pedro) = tokio::join!(phone(PICKER, one.port), phone(BUYER, two.port));
    pedro.open("/purchasing").await;
    pedro.sees(".purchasing-empty").await;
    pedro.picture("purchasing-empty").await;

    let order = format!("/orders/{}", first.id);
    let id = format!("#item-{}", first.items[0]);
    joao.open(&order).await;
    joao.click(&format!("{id} .row-more")).await;
    joao.reads("#item-sheet", "Este e mais 1 pedido").await;
    joao.picture("sheet-request").await;
    joao.click("#item-sheet form:has([name=others]) button").await;
    joao.sees(&format!("{id}.r-requested")).await;
    joao.reads("#group-purchase", "1").await;

    pedro.reads("#goods .qty", "25").await;
    pedro.reads("#goods", "2 pedidos").await;
    pedro.reads(".c-buy", "1").await;
    pedro.picture("purchasing-buy").await;
    pedro.click("#goods .row-hit").await;
    pedro.reads("#purchase-sheet", second.number.as_str()).await;
    pedro.picture("purchasing-sheet").await;
    pedro.click("#purchase-sheet form[action$='/buy'] button.primary").await;
    joao.sees(&format!("{id}.r-ordered")).await;

    pedro.reads(".c-coming", "1").await;
    pedro.click(".c-coming").await;
    pedro.must_be_live().await;
    pedro.click("#goods .row-hit").await;
    pedro.picture("purchasing-receive").await;
    // The button lies where the row was tapped: nobody reads the sheet in less.
    pedro.think().await;
    pedro.click("#purchase-sheet form[action$='/receive'] button.good").await;
    joao.sees(&format!("{id}.r-arrived")).await;
    joao.reads("#alarm", "recebeu 10 × FO00: chegou").await;
    joao.click("#alarm [data-seen]").await;
    joao.click(&format!("{id} .row-hit")).await;
    joao.sees(&format!("{id}.r-picked")).await;
    pedro.sees(".purchasing-empty").await;
    joao.quit().await;
    pedro.quit().await;
}

/// More than the orders need goes to the stock; fewer go to those who come first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_divides_what_was_bought_and_settles_what_is_left() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let first = company.import_lines(&["10"]).await;
    let second = company.import_lines(&["15"]).await;
    let (buyer, desk) = tokio::join!(one.signed_in("alfa", BUYER), Browser::of(BUYER, two.port));
    for order in [&first, &second] {
        let path = format!("/orders/{}/items/{}/request", order.id, order.items[0]);
        assert_eq!(buyer.tap(&path, &[]).await.status, 200);
    }
    desk.open("/purchasing").await;
    desk.reads("#goods .qty", "25").await;
    desk.click("#goods .row-hit").await;
    let shares = "Array.from(document.querySelectorAll('#purchase-sheet [data-division] [data-share]'), f => f.value).join(' ')";
    desk.until("all of it divided", &format!("{shares} === '10 15'")).await;
    retype(&desk, "#purchase-sheet [data-division] [name=quantity]", "12").await;
    desk.until("the oldest first", &format!("{shares} === '10 2'")).await;
    desk.reads("#purchase-sheet form[action$='/buy'] button.primary", "Comprei 12").await;
    retype(&desk, "#purchase-sheet [data-division] [name=quantity]", "30").await;
    desk.until("all that is needed", &format!("{shares} === '10 15'")).await;
    desk.reads("#purchase-sheet [data-surplus]", "5 para o estoque").await;
    desk.picture("purchasing-division").await;
    desk.click("#purchase-sheet form[action$='/buy'] button.primary").await;
    desk.sees(".purchasing-empty").await;
    let line = company.line(&second, 0).await;
    assert_eq!(line.ordered.to_string(), "15.000");

    // The shelf had it after all.
    let short = format!("/orders/{}/items/{}/short", first.id, first.items[0]);
    assert_eq!(buyer.tap(&short, &[("reason", "stock")]).await.status, 200);
    desk.reads(".c-settle", "1").await;
    desk.click(".c-settle").await;
    desk.must_be_live().await;
    desk.reads(".leftover", "Não precisa mais").await;
    desk.picture("purchasing-settle").await;
    desk.click(".leftover button[value=canceled]").await;
    desk.sees(".purchasing-empty").await;
    desk.quit().await;
}
