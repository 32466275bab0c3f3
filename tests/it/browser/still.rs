//! The board is looked at and tapped while others work: news and people come and go, and nothing moves for it.

use serde_json::Value;

use super::chromium::Browser;
use super::faults::Proxy;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, Imported, OTHER_PICKER, PICKER, SELLER};

impl Browser {
    /// Where each of these cards stands.
    async fn places(&self, orders: &[Imported]) -> Value {
        let ids: Vec<String> = orders.iter().map(|order| format!("order-{}", order.id)).collect();
        let ids = serde_json::to_string(&ids).unwrap();
        self.eval(&format!(
            "{ids}.map((id) => {{ const box = document.getElementById(id).getBoundingClientRect(); \
             return [id, box.x, box.y, box.width, box.height].join(' '); }})"
        ))
        .await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_card_moves_for_an_import_or_for_people() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(company.import(3).await);
    }
    let (marina, joao) = tokio::join!(Browser::of(SELLER, one.port), Browser::of(PICKER, two.port));
    for size in [(1280, 800), (390, 844)] {
        marina.resize(size).await;
        marina.open("/").await;
        let before = marina.places(&orders).await;
        let new = company.import(3).await;
        marina.sees(&format!("#order-{}", new.id)).await;
        marina.reads("#board-news", "1 novo pedido").await;
        marina.picture(&format!("news-{}", size.0)).await;
        assert_eq!(marina.places(&orders).await, before, "an import at {size:?}");
        let there = orders.last().unwrap().id;
        joao.open(&format!("/orders/{there}")).await;
        marina.reads(&format!("#presence-{there}"), "Agora: João Pereira").await;
        assert_eq!(marina.places(&orders).await, before, "somebody came, at {size:?}");
        orders.push(new);
    }
    marina.until("the news to be over", "document.getElementById('board-news').textContent === ''").await;
    marina.quit().await;
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_waits_for_still_hands() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(5).await;
    let joao = Browser::of(PICKER, server.port).await;
    joao.resize((390, 844)).await;
    joao.open(&format!("/orders/{}", order.id)).await;
    joao.eval(
        "(() => { addEventListener('pointerup', () => { window.touched = performance.now(); }, true); \
         new MutationObserver(() => { if (!window.noted && document.querySelector('.note-text')) window.noted = performance.now(); }) \
         .observe(document.body, { childList: true, subtree: true }); })()",
    )
    .await;
    let ana = server.signed_in("alfa", ADMIN).await;
    joao.click("#group-now").await;
    let note = [("text", "Cliente passa às 15h")];
    assert_eq!(ana.tap(&format!("/orders/{}/notes", order.id), &note).await.status, 200);
    joao.reads("#timeline", "15h").await;
    joao.reads("#order-notes .note-text", "Cliente passa às 15h").await;
    let rest = joao.eval("window.noted - window.touched").await.as_f64().unwrap();
    assert!(rest >= 1990.0, "the rows were pushed down {rest} ms after a touch");
    // Whoever cannot see it hears it, once.
    joao.until("the note to be said", "document.getElementById('status').textContent.includes('Ana Souza')")
        .await;
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_left_while_the_line_was_away_is_nowhere_when_it_is_back() {
    let (proxy, one, two) = Proxy::pair().await;
    let order = one.company("alfa").await.import(3).await;
    let marina = Browser::of(SELLER, proxy.port).await;
    let (maria, joao) = tokio::join!(Browser::of(OTHER_PICKER, one.port), Browser::of(PICKER, two.port));
    let path = format!("/orders/{}", order.id);
    tokio::join!(marina.open("/"), maria.open("/"), joao.open(&path));
    let slot = format!("#presence-{}", order.id);
    for browser in [&marina, &maria] {
        browser.reads(&slot, "João Pereira").await;
    }

    proxy.cut();
    marina.reads("#live-line", "Sem conexão").await;
    joao.goto("/history").await;
    for server in [&one, &two] {
        server.app.clock.advance(20);
    }
    // The replica goes on for Maria, and tells her what Marina misses.
    let nobody = format!("document.querySelector('{slot}').textContent === ''");
    maria.until("João to have left", &nobody).await;
    proxy.restore();
    marina.must_be_live().await;
    marina.until("João to have left", &nobody).await;
    marina.quit_after_trouble().await;
    maria.quit().await;
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_order_that_was_just_imported_is_news() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let mut orders = Vec::new();
    for _ in 0..62 {
        orders.push(company.import(1).await);
    }
    server.app.clock.advance(600);
    let ana = server.signed_in("alfa", ADMIN).await;
    let marina = Browser::of(SELLER, server.port).await;
    marina.open("/").await;
    marina
        .eval(
            "(() => { window.news = []; const line = document.getElementById('board-news'); \
             new MutationObserver(() => { if (line.textContent) window.news.push(line.textContent); }).observe(line, { childList: true }); })()",
        )
        .await;
    // Others come in at the window's edge.
    for order in &orders[..4] {
        let base = format!("/orders/{}", order.id);
        ana.tap(&format!("{base}/items/{}/pick", order.items[0]), &[("quantity", "10")]).await;
        assert_eq!(ana.tap(&format!("{base}/finish"), &[("volumes", "1")]).await.status, 200);
    }
    marina.sees(&format!("#order-{}", orders[61].id)).await;
    marina.sees_no(&format!("#order-{}", orders[0].id)).await;
    let reopen = format!("/orders/{}/reopen", orders[0].id);
    assert_eq!(ana.tap(&reopen, &[("reason", "faltou um")]).await.status, 200);
    marina.sees(&format!("#order-{}", orders[0].id)).await;
    let new = company.import(1).await;
    marina.sees(&format!("#order-{}", new.id)).await;
    marina.reads("#board-news", "1 novo pedido").await;
    assert_eq!(marina.eval("window.news").await, serde_json::json!(["1 novo pedido"]));
    marina.quit().await;
}
