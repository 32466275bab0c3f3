//! "Marcar tudo como separado": for the day of the change-over, in one tap that can be taken back.

use rust_decimal::Decimal;

use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, OTHER_SELLER, PICKER, SELLER};

#[tokio::test]
async fn everything_pending_is_marked_in_one_tap_and_taken_back_in_another() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import_lines(&["10", "2.5", "10", "10"]).await;
    let (marina, joao) = (one.signed_in("alfa", SELLER).await, two.signed_in("alfa", PICKER).await);
    let caio = one.signed_in("alfa", OTHER_SELLER).await;
    let base = format!("/orders/{}", order.id);
    let line = |line: usize, verb: &str| format!("{base}/items/{}/{verb}", order.items[line]);
    assert_eq!(joao.tap(&line(0, "pick"), &[("quantity", "4")]).await.status, 200);
    assert_eq!(joao.tap(&line(2, "short"), &[("reason", "stock")]).await.status, 200);
    assert_eq!(joao.tap(&line(3, "request"), &[]).await.status, 200);
    let path = format!("{base}/pick-all");
    for client in [&caio, &joao] {
        assert_eq!(client.tap(&path, &[]).await.status, 403);
    }
    let sheet = marina.get(&format!("{base}?sheet=pick-all")).await.text;
    assert!(sheet.contains("2 itens pendentes"), "{sheet}");
    let mut screens = vec![Watched::open(&joao, &base).await, Watched::open(&joao, "/").await];
    let answer = marina.tap(&path, &[]).await.json();
    assert_eq!(answer["message"], "Tudo marcado como separado");
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("all picked").await;
    }
    let picked = async || {
        let mut picked = Vec::new();
        for line in 0..4 {
            picked.push(company.line(&order, line).await.picked);
        }
        picked
    };
    let whole = |tenths: [i64; 4]| tenths.map(|tenths| Decimal::new(tenths, 1)).to_vec();
    assert_eq!(picked().await, whole([100, 25, 0, 0]));
    assert_eq!(marina.tap(&path, &[]).await.json()["undo"], serde_json::Value::Null, "nothing was left");
    assert_eq!(marina.tap(answer["undo"].as_str().unwrap(), &[]).await.status, 200);
    assert_eq!(picked().await, whole([40, 0, 0, 0]));
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("taken back").await;
    }

    // Somebody came after on one line: nothing is taken back by halves, and that line is named.
    let ana = one.signed_in("alfa", ADMIN).await;
    let answer = ana.tap(&path, &[]).await.json();
    assert_eq!(joao.tap(&line(1, "unpick"), &[("quantity", "2.5")]).await.status, 200);
    let refused = ana.tap(answer["undo"].as_str().unwrap(), &[]).await;
    let said = refused.json()["title"].as_str().unwrap().to_owned();
    assert!(said.starts_with("Nada foi desfeito: João Pereira mexeu em FO01 às "), "{said}");
    assert_eq!((refused.status.as_u16(), picked().await), (409, whole([100, 0, 0, 0])));
}

/// It is offered to whoever may change the order and pick, which a company may take away.
#[tokio::test]
async fn it_is_offered_where_both_permissions_that_it_takes_are_there() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let (ana, marina) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", SELLER).await);
    let form = [("version", "0"), ("pick.seller", "no"), ("was.pick.seller", "yes")];
    assert_eq!(ana.tap("/settings/permissions", &form).await.status, 200);
    let base = format!("/orders/{}", order.id);
    assert_eq!(marina.tap(&format!("{base}/pick-all"), &[]).await.status, 403);
    let page = marina.get(&base).await.text;
    let (before, button) = page.split_once("data-dialog=\"pick-all-dialog\"").expect("its button");
    let need = |html: &str| html.split_once('"').unwrap().0.to_owned();
    assert_eq!(need(before.rsplit_once("data-need=\"").unwrap().1), "pick");
    assert_eq!(need(button.split_once("data-need=\"").unwrap().1), "change");
}

#[tokio::test]
async fn an_order_of_five_hundred_lines_is_marked_and_taken_back_in_time() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(500).await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let answer = ana.tap(&format!("/orders/{}/pick-all", order.id), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(company.summary(order.id).await.counts.settled, 500);
    let undone = ana.tap(answer.json()["undo"].as_str().unwrap(), &[]).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    assert_eq!(company.summary(order.id).await.counts.settled, 0);
}
