//! What goes back to the shelf is confirmed in one list, what is done already in one tap, and papers are printed.

use super::chromium::Browser;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, OTHER_PICKER, PICKER, SELLER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn goods_of_canceled_orders_go_back_from_one_list_that_two_people_watch() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let ana = one.signed_in("alfa", ADMIN).await;
    let (joao, maria) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(OTHER_PICKER, two.port));
    joao.resize((390, 844)).await;
    tokio::join!(joao.open("/returns"), maria.open("/returns"));
    joao.reads(".empty-title", "Nada para devolver").await;
    joao.picture("returns-empty").await;
    let mut rows = Vec::new();
    for _ in 0..2 {
        let order = company.import(2).await;
        let base = format!("/orders/{}", order.id);
        let pick = format!("{base}/items/{}/pick", order.items[0]);
        assert_eq!(ana.tap(&pick, &[("quantity", "10")]).await.status, 200);
        assert_eq!(ana.tap(&format!("{base}/cancel"), &[("reason", "desistiu")]).await.status, 200);
        rows.push(format!("#return-{}", order.items[0]));
    }
    for browser in [&joao, &maria] {
        browser.sees(&rows[0]).await;
        browser.sees(&rows[1]).await;
    }
    joao.picture("returns").await;
    joao.click(&format!("{} button", rows[0])).await;
    joao.reads("#undo-bar [data-text]", "Devolvido à prateleira").await;
    for browser in [&joao, &maria] {
        browser.sees_no(&rows[0]).await;
    }
    joao.click("#undo-bar button").await;
    maria.sees(&rows[0]).await;
    maria.click(&format!("{} button", rows[1])).await;
    joao.sees_no(&rows[1]).await;
    joao.quit().await;
    maria.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_of_the_old_system_is_marked_finished_and_gets_its_papers() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(17).await;
    let base = format!("/orders/{}", order.id);
    let (marina, joao) = tokio::join!(Browser::of(SELLER, one.port), Browser::of(PICKER, two.port));
    tokio::join!(marina.open(&base), joao.open(&base));
    marina.click("[data-dialog='pick-all-dialog']").await;
    marina.reads("#pick-all-dialog[open]", "17 itens pendentes").await;
    marina.picture("pick-all").await;
    marina.click("#pick-all-dialog button.primary").await;
    for browser in [&marina, &joao] {
        browser.reads("#order-bar .figures", "17/17").await;
    }
    marina.reads("#undo-bar [data-text]", "Tudo marcado como separado").await;
    marina.click("#finish-bar [data-dialog='finish-dialog']").await;
    marina.write("#finish-dialog [name=volumes]", "3").await;
    marina.click("#finish-dialog button.primary").await;
    for browser in [&marina, &joao] {
        browser.sees("#finish-bar a[href$='/print/labels']").await;
    }
    marina.picture("finished-desk").await;
    for (paper, css, sheets) in [("list", ".qr", 1), ("slip", "table", 1), ("labels", ".labels", 1)] {
        marina.goto(&format!("{base}/print/{paper}")).await;
        marina.sees(css).await;
        marina.sees("[data-print]").await;
        marina.picture(&format!("paper-{paper}")).await;
        assert_eq!(marina.sheets_of_paper().await, sheets, "{paper}");
    }
    marina.goto(&format!("{base}/print/labels?volumes=3&size=100x150")).await;
    marina.sees(".s-100x150").await;
    marina.picture("paper-label").await;
    assert_eq!(marina.sheets_of_paper().await, 3);
    marina.quit().await;
    joao.quit().await;
}
