//! Which orders a newer quote changes, and who may apply it.

use separacao::orders::item::RestState;
use separacao::orders::model::Item;

use super::{Earlier, must_say, seen, units};
use crate::support::database::{run_sql, superuser};
use crate::support::quotes::{Choices, order_of, upload};
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, BUYER, OTHER_SELLER, PICKER, SELLER};

#[tokio::test]
async fn a_finished_order_is_reopened_first() {
    let server = TestServer::start().await;
    let order = Earlier::import(&server).await;
    let url = &server.database_url;
    run_sql(url, "update orders set state = 'finished', closed_at = now(), closed_by = seller_id").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let draft = upload(&admin, "discount").await;
    let page = admin.get(&draft).await.text;
    must_say(
        &page,
        &[
            "O pedido 41005 já foi finalizado",
            "Reabra o pedido primeiro",
            &format!("/orders/{}?sheet=reopen", order.id),
        ],
    );
    assert!(!page.contains("/confirm\""), "nothing to confirm with");
    let reopened = admin.tap(&format!("{}/reopen", order.path()), &[("reason", "mudou")]).await;
    assert_eq!(reopened.status, 200, "{}", reopened.text);
    assert_eq!(order_of(&order.apply(&admin, &draft, "1").await), order.id);
}

#[tokio::test]
async fn whoever_may_change_the_order_may_apply_a_quote_and_everybody_may_put_back() {
    let server = TestServer::start().await;
    let order = Earlier::import(&server).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    order.pick(&admin, 0, "8").await;
    let other = server.signed_in("alfa", OTHER_SELLER).await;
    let draft = upload(&other, "discount").await;
    let page = other.get(&draft).await.text;
    assert!(page.contains("Só quem vendeu ou importou o pedido") && page.contains("Devolver 5"), "{page}");
    assert!(!page.contains("/confirm\""), "{page}");
    let refused = order.apply(&other, &draft, "1").await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    // Nor is somebody else's order offered to take the place of.
    run_sql(&server.database_url, "update orders set number = '30567'").await;
    assert!(!other.get(&draft).await.text.contains("Substitui o"));
    run_sql(&server.database_url, "update orders set number = '41005'").await;
    assert_eq!(order_of(&order.apply(&admin, &draft, "1").await), order.id);
    for number in [SELLER, PICKER, BUYER, ADMIN] {
        let client = server.signed_in("alfa", number).await;
        let answer = client.tap(&order.item(0, "return"), &[("quantity", "1")]).await;
        assert_eq!(answer.status, 200, "{number}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_is_bought_keeps_its_rules_and_a_bought_line_stays() {
    let server = TestServer::start().await;
    let order = Earlier::import(&server).await;
    let buyer = server.signed_in("alfa", BUYER).await;
    for (line, verb, quantity) in [
        (0, "request", "8"),
        (0, "ordered", "8"),
        (0, "received", "4"),
        (3, "request", "3"),
        (3, "ordered", "3"),
    ] {
        let answer = buyer.tap(&order.item(line, verb), &[("quantity", quantity)]).await;
        assert_eq!(answer.status, 200, "{verb}: {}", answer.text);
    }
    let seller = server.signed_in("alfa", SELLER).await;
    let draft = upload(&seller, "discount").await;
    let page = seller.get(&draft).await.text;
    must_say(&page, &["Comprado a mais: 5", "Já comprado: 3 ficam no pedido até a compra se resolver"]);
    order_of(&order.apply(&seller, &draft, "1").await);
    let lines = order.lines().await;
    let purchase = |line: &Item| (line.state.rest_state, line.state.ordered, line.state.received);
    assert_eq!(purchase(&lines[0]), (RestState::PurchaseOrdered, units(3), units(3)));
    assert_eq!(purchase(&lines[6]), (RestState::PurchaseOrdered, units(3), units(0)));
    assert_eq!((lines[6].code.as_str(), lines[6].state.quantity), ("09999", units(3)));
    // What it no longer wants is the buyer's to settle: four on the way, one on the shelf.
    let left = "select displaced::int, to_return::int from purchase_allocations where item_id = $1";
    let mut database = superuser(&server.database_url).await;
    let left: (i32, i32) = sqlx::query_as(left).bind(lines[0].id.0).fetch_one(&mut database).await.unwrap();
    assert_eq!(left, (4, 1));
    // The purchase comes to nothing: so does the line.
    let given_up = seller.tap(&order.item(3, "short"), &[("reason", "stock")]).await;
    assert_eq!(given_up.status, 200, "{}", given_up.text);
    assert_eq!(order.lines().await.len(), 6);
}

/// Undoing a hand-over gives the order back to whoever sold it before; not where a newer quote has named somebody else since.
#[tokio::test]
async fn the_seller_of_a_newer_quote_stays_when_the_hand_over_before_it_is_to_be_undone() {
    let server = TestServer::start().await;
    let order = Earlier::import(&server).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let caio = order.company.person(OTHER_SELLER).await.to_string();
    let handed = admin.tap(&format!("{}/seller", order.path()), &[("seller", &caio)]).await;
    assert_eq!(handed.status, 200, "{}", handed.text);
    let draft = upload(&admin, "discount").await;
    let seen = seen(&admin.get(&draft).await.text);
    let beatriz = Choices::of(&order.company, "Correios", "Caixa", "1001").await;
    let applied = admin.tap(&format!("{draft}/confirm"), &beatriz.form("1", &[("seen", &seen)])).await;
    assert_eq!(order_of(&applied), order.id);
    assert_eq!(order.company.summary(order.id).await.seller, "Beatriz Lima");
    let undone = admin.tap(handed.json()["undo"].as_str().unwrap(), &[]).await;
    assert_eq!(undone.status, 409, "{}", undone.text);
    let said = undone.json()["title"].as_str().unwrap().to_owned();
    assert!(said.starts_with("Não dá para desfazer: Ana Souza mexeu nisto às "), "{said}");
    assert_eq!(order.company.summary(order.id).await.seller, "Beatriz Lima");
}
