//! The motoboy has taken it, and the seller enters the differences into the ERP: both lists empty in front of whoever watches.

use super::chromium::Browser;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER, SELLER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_what_is_left_to_do_empty_as_it_is_done() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(3).await;
    let joao = one.signed_in("alfa", PICKER).await;
    let base = format!("/orders/{}", order.id);
    for (path, form) in [
        (format!("items/{}/pick", order.items[0]), [("quantity", "10")]),
        (format!("items/{}/pick", order.items[1]), [("quantity", "7")]),
        (format!("items/{}/short", order.items[1]), [("reason", "stock")]),
        (format!("items/{}/short", order.items[2]), [("reason", "stock")]),
        ("finish".to_owned(), [("volumes", "3")]),
    ] {
        assert_eq!(joao.tap(&format!("{base}/{path}"), &form).await.status, 200);
    }
    let (ana, marina) = tokio::join!(Browser::of(ADMIN, one.port), Browser::of(SELLER, two.port));
    let joao = Browser::of(PICKER, two.port).await;
    joao.resize((390, 844)).await;
    tokio::join!(ana.open("/history?here=yes"), marina.open(&base), joao.open(&base));
    let row = format!("#closed-{}", order.id);
    ana.sees(&row).await;
    ana.picture("history-here").await;
    joao.picture("finished-phone").await;
    joao.click("#adjust form[action$='/left'] button").await;
    joao.reads("#adjust .adjust-row", "Saiu às").await;
    marina.reads("#adjust .adjust-row", "Saiu às").await;
    ana.sees_no(&row).await;
    joao.click("#undo-bar button").await;
    ana.sees(&row).await;

    ana.open("/history?adjust=yes").await;
    ana.sees(&row).await;
    ana.picture("history-adjust").await;
    marina.reads("#adjust .count", "2").await;
    marina.picture("adjust").await;
    marina.click("#adjust .rows .adjust-row:first-child button").await;
    marina.sees("#adjust .rows .adjust-row.done").await;
    joao.reads("#adjust .rows .adjust-row.done .by", "Marina Alves Prado").await;
    joao.picture("adjust-phone").await;
    marina
        .until(
            "buttons of others to be hidden",
            "getComputedStyle(document.querySelector('#adjust .rows .adjust-row form')).display !== 'none'",
        )
        .await;
    joao.until(
        "what a picker may not do to be hidden",
        "getComputedStyle(document.querySelector('#adjust .rows .adjust-row form')).display === 'none'",
    )
    .await;
    marina.click("#adjust .rows .adjust-row:not(.done) button").await;
    ana.sees_no(&row).await;
    marina.quit().await;
    joao.quit().await;
    ana.quit().await;
}
