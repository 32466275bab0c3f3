//! An order on paper: light on any screen, its ticks to be seen, an ordinary one on one sheet.

use serde_json::json;

use super::chromium::Browser;
use crate::support::server::TestServer;
use crate::support::world::{PICKER, SELLER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seventeen_items_are_one_light_sheet_with_their_ticks() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(17).await;
    let path = format!("/orders/{}", order.id);
    let marina = server.signed_in("alfa", SELLER).await;
    for item in &order.items[..5] {
        let picked = marina.tap(&format!("{path}/items/{item}/pick"), &[("quantity", "10")]).await;
        assert_eq!(picked.status, 200);
    }
    assert_eq!(marina.tap(&format!("{path}/notes"), &[("text", "Cliente retira às 15h")]).await.status, 200);
    let joao = Browser::of(PICKER, server.port).await;
    joao.open(&path).await;
    assert_eq!(joao.sheets_of_paper().await, 1);
    joao.resize((794, 1123)).await;
    let features = json!([{"name": "prefers-color-scheme", "value": "dark"}]);
    joao.cdp("Emulation.setEmulatedMedia", json!({"media": "print", "features": features})).await;
    let colours = joao
        .eval(
            "[document.documentElement, document.querySelector('.r-picked .box')] \
             .map((el) => getComputedStyle(el).color + ' on ' + getComputedStyle(el).backgroundColor)",
        )
        .await;
    joao.picture("paper").await;
    assert_eq!(colours[1], "rgb(0, 0, 0) on rgba(0, 0, 0, 0)");
    assert!(colours[0].as_str().unwrap().starts_with("rgb(0, 0, 0)"), "{colours}");
    joao.quit().await;
}
