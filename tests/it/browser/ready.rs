//! What only waits to be finished keeps out of the way of what is to be done.

use serde_json::json;

use super::chromium::Browser;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_waits_to_be_finished_stands_last_and_a_long_note_makes_no_long_card() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (ready, other) = (company.import(1).await, company.import(1).await);
    let ana = server.signed_in("alfa", ADMIN).await;
    let link = format!("https://exemplo.com.br/{}", "nota-fiscal-".repeat(30));
    let note = ana.tap(&format!("/orders/{}/notes", other.id), &[("text", &link)]).await;
    assert_eq!(note.status, 200);
    let joao = Browser::of(PICKER, server.port).await;
    joao.resize((390, 844)).await;
    joao.open("/").await;
    let pick = format!("/orders/{}/items/{}/pick", ready.id, ready.items[0]);
    assert_eq!(ana.tap(&pick, &[("quantity", "10")]).await.status, 200);
    joao.sees(&format!("#order-{}.c-ready", ready.id)).await;
    joao.until(
        "it to stand last",
        &format!("document.querySelector('#open-orders > :last-child').id === 'order-{}'", ready.id),
    )
    .await;
    // The same for whoever comes anew.
    joao.open("/").await;
    joao.sees(&format!("#order-{} + #order-{}", other.id, ready.id)).await;
    let fits = "document.documentElement.scrollWidth <= innerWidth && \
        document.querySelector('.card .notes li').getBoundingClientRect().height < 90";
    assert_eq!(joao.eval(fits).await, json!(true));
    joao.picture("ready-last").await;
    joao.quit().await;
}
