//! A shortage is told to whoever sold the order, and to nobody else.

use super::chromium::Browser;
use crate::support::server::TestServer;
use crate::support::world::{OTHER_SELLER, PICKER, SELLER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_seller_sees_and_hears_of_a_shortage_in_an_own_order_and_others_do_not() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(2).await;
    let joao = one.signed_in("alfa", PICKER).await;
    let (marina, caio) = tokio::join!(Browser::of(SELLER, one.port), Browser::of(OTHER_SELLER, two.port));
    tokio::join!(marina.open("/"), caio.open("/"));
    let path = format!("/orders/{}", order.id);
    let short = format!("{path}/items/{}/short", order.items[0]);
    assert_eq!(joao.tap(&short, &[("reason", "stock")]).await.status, 200);
    marina.reads(".card [data-for]", "Falta no seu pedido").await;
    let told = format!(
        "document.getElementById('status').textContent.includes('{}: Falta no seu pedido')",
        order.number
    );
    marina.until("to be told", &told).await;
    marina.picture("shortage-of-mine").await;
    caio.reads(".card .n-short", "1 em falta").await;
    caio.sees_no("[data-for]").await;
    assert_eq!(caio.eval(&told).await, false);
    tokio::join!(marina.open(&path), caio.open(&path));
    marina.reads("#order-head [data-for]", "Falta no seu pedido").await;
    caio.sees_no("[data-for]").await;
    assert_eq!(marina.eval(&told).await, false, "what was there before is only shown");
    let unshort = format!("{path}/items/{}/unshort", order.items[0]);
    assert_eq!(joao.tap(&unshort, &[]).await.status, 200);
    marina.sees_no("[data-for]").await;
    tokio::join!(marina.quit(), caio.quit());
}
