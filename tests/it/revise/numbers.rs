//! A quote with another number: a new order, or one in place of another.

use super::{Earlier, NUMBER, seen};
use crate::support::database::{count, run_sql};
use crate::support::quotes::{order_of, upload};
use crate::support::server::TestServer;
use crate::support::world::SELLER;

#[tokio::test]
async fn another_number_of_the_same_customer_is_a_new_order_or_takes_the_place_of_one() {
    let server = TestServer::start().await;
    let order = Earlier::import(&server).await;
    let url = &server.database_url;
    run_sql(url, "update orders set number = '30567'").await;
    run_sql(url, "insert into search_words select company_id, '30567', id from orders").await;
    run_sql(url, "update order_documents set number = '30567'").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let draft = upload(&seller, "discount").await;
    let page = seller.get(&draft).await.text;
    assert!(page.contains("Este cliente tem pedido aberto") && page.contains("Substitui o 30567"), "{page}");
    assert!(
        page.contains("name=\"replaces\" value=\"\" checked") && !page.contains("name=\"seen\""),
        "{page}"
    );
    // Chosen, the difference is shown; it is applied only once it was.
    let id = order.id.to_string();
    let chosen = [("replaces", id.as_str()), ("compare", "yes")];
    let saved = seller.post(&format!("{draft}/save"), &order.choices.form("1", &chosen)).await;
    assert_eq!(saved.location(), format!("{draft}#existing-title"));
    let page = seller.get(&draft).await.text;
    assert!(page.contains("<td>30567</td><td>41005</td>"), "{page}");
    let confirm = format!("{draft}/confirm");
    let unseen = seller.tap(&confirm, &order.choices.form("2", &[("replaces", &id)])).await;
    assert_eq!(unseen.status, 409, "{}", unseen.text);
    let seen = seen(&page);
    let applied = order.choices.form("2", &[("replaces", &id), ("seen", &seen)]);
    assert_eq!(order_of(&seller.tap(&confirm, &applied).await), order.id);
    assert_eq!(count(url, "orders where number = '41005'").await, 1);
    assert_eq!(count(url, "orders").await, 1);
    for number in ["30567", NUMBER] {
        let found = seller.get(&format!("/?q={number}")).await.text;
        assert!(found.contains(&format!("id=\"order-{}\"", order.id)), "found by {number}");
    }
    assert!(seller.get(&order.path()).await.text.contains("era o 30567"));

    // A new order is the default, and the counter customer is many people.
    run_sql(url, "update orders set number = '30568'").await;
    let draft = upload(&seller, "discount").await;
    run_sql(url, "update companies set counter_customer_code = '000512'").await;
    assert!(!seller.get(&draft).await.text.contains("Substitui o"), "the counter customer");
    run_sql(url, "update companies set counter_customer_code = '000001'").await;
    let new = order_of(&seller.tap(&format!("{draft}/confirm"), &order.choices.form("1", &[])).await);
    assert_ne!(new, order.id);
    assert_eq!(count(url, "orders where state = 'open'").await, 2);
}

#[tokio::test]
async fn the_number_is_checked_again_and_so_is_the_order_it_takes_the_place_of() {
    let server = TestServer::start().await;
    let order = Earlier::import(&server).await;
    let url = &server.database_url;
    run_sql(url, "update orders set number = '30567'").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let draft = upload(&seller, "discount").await;
    let confirm = format!("{draft}/confirm");
    let id = order.id.to_string();
    let foreign = server.company("beta").await.import(1).await.id.to_string();
    let theirs = seller.tap(&confirm, &order.choices.form("1", &[("replaces", &foreign)])).await;
    let lost = "O pedido que este orçamento ia substituir não está mais aberto. Escolha de novo.";
    assert_eq!((theirs.status.as_u16(), theirs.json()["title"].as_str()), (409, Some(lost)));
    let save = order.choices.form("2", &[("replaces", &id)]);
    assert_eq!(seller.tap(&format!("{draft}/save"), &save).await.status, 200);
    let seen = seen(&seller.get(&draft).await.text);
    let form = order.choices.form("3", &[("replaces", &id), ("seen", &seen)]);
    // The order is finished meanwhile.
    run_sql(url, "update orders set state = 'finished', closed_at = now(), closed_by = seller_id where number = '30567'").await;
    assert_eq!(seller.tap(&confirm, &form).await.json()["title"], lost);
    let page = seller.post(&confirm, &form).await;
    assert!(
        page.status == 409 && page.text.contains(lost) && page.text.contains("Confirmar pedido"),
        "{}",
        page.text
    );
    // It is open again, but its new number became another order's.
    run_sql(
        url,
        "update orders set state = 'open', closed_at = null, closed_by = null where number = '30567'",
    )
    .await;
    let other = server.company("alfa").await.import(1).await;
    run_sql(url, &format!("update orders set number = '41005' where id = '{}'", other.id)).await;
    let taken = seller.tap(&confirm, &form).await;
    assert_eq!(taken.status, 409, "{}", taken.text);
    assert_eq!(count(url, "orders where number = '30567'").await, 1);
}
