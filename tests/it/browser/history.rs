//! The history in a real browser: filters by hand, as chips that can be dropped, on a phone and at a desk.

use serde_json::json;

use super::chromium::Browser;
use super::warehouse;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, OTHER_SELLER, PICKER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_is_narrowed_by_hand_and_each_part_can_be_dropped() {
    let server = TestServer::start().await;
    let orders = warehouse::fill(&server).await;
    let joao = Browser::of(PICKER, server.port).await;
    for size in [(390, 844), (1440, 900)] {
        joao.resize(size).await;
        joao.open("/history").await;
        joao.reads("#history-found", "3 pedidos").await;
        joao.picture(&format!("history-{}", size.0)).await;
        joao.click(".history-more summary").await;
        joao.picture(&format!("history-filter-{}", size.0)).await;
        joao.click(".history-flags .choice:has([name=short])").await;
        joao.click(".history-fields > button").await;
        joao.until("the filter in the address", "location.search === '?short=yes'").await;
        joao.reads(".chips", "Com falta").await;
        joao.must_be_live().await;
        joao.picture(&format!("history-short-{}", size.0)).await;
        joao.click(".chip").await;
        joao.until("the whole history", "location.pathname === '/history' && !location.search").await;
        joao.write("[data-search]", "casa do cabo\n").await;
        joao.until("the search in the address", "location.search === '?q=casa+do+cabo'").await;
    }
    // What is finished elsewhere joins by itself.
    joao.open("/history").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let ready = &orders[7];
    assert_eq!(admin.tap(&format!("/orders/{}/finish", ready.id), &[("volumes", "1")]).await.status, 200);
    joao.sees(&format!("#closed-{}", ready.id)).await;
    let seller = server.company("alfa").await.person(OTHER_SELLER).await;
    joao.open(&format!("/history?seller={seller}&state=canceled")).await;
    joao.reads(".chips", "Vendedor(a): Caio Bento da Luz").await;
    let fits = "document.scrollingElement.scrollWidth <= innerWidth";
    assert_eq!(joao.eval(fits).await, json!(true));
    joao.quit().await;
}
