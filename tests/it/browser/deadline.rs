//! A seller says until when an order is to leave; the picker who has it in hand is told, and card and head count down.

use super::chromium::Browser;
use crate::support::server::TestServer;
use crate::support::world::{PICKER, SELLER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_that_a_seller_sets_is_told_in_the_aisle_and_counts_down_everywhere() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(3).await;
    let (marina, joao) = tokio::join!(Browser::of(SELLER, one.port), Browser::of(PICKER, two.port));
    joao.resize((390, 844)).await;
    let path = format!("/orders/{}", order.id);
    tokio::join!(marina.open(&path), joao.open(&path));
    joao.must_be_live().await;
    marina.click("[data-dialog='due-dialog']").await;
    marina.sees("#due-dialog[open]").await;
    marina.picture("due-sheet").await;
    marina.click("#due-dialog .due-days button:last-child").await;
    marina.sees_no("#due-dialog[open]").await;
    marina.reads("#undo-bar [data-text]", "Prazo alterado").await;
    joao.reads("#alarm [data-text]", "Marina Alves Prado mudou o prazo").await;
    joao.picture("due-alarm").await;
    joao.click("#alarm [data-seen]").await;
    for browser in [&marina, &joao] {
        browser.sees("#order-bar .due [data-deadline]").await;
        browser.sees_no("#order-bar .due.late").await;
    }
    joao.picture("due-bar").await;
    marina.open("/").await;
    marina.sees(&format!("#order-{} .due [data-deadline]", order.id)).await;
    // The script counts with the server's clock: what is over is late without an event.
    let card = format!("document.querySelector('#order-{} [data-deadline]')", order.id);
    marina
        .eval(&format!("{card}.setAttribute('datetime', new Date(Date.now() - 725000).toISOString())"))
        .await;
    // Twelve minutes, or thirteen if one ends meanwhile.
    marina.reads(&format!("#order-{} .due.late", order.id), "atrasado há 1").await;
    marina.picture("due-late").await;
    marina.quit().await;
    joao.quit().await;
}
