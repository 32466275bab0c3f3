//! What is bought for orders: asked for, ordered, here, and what is left over.

mod division;
mod page;
mod stock;

use rust_decimal::Decimal;
use separacao::orders::item::{ItemStatus, RestState};
use serde_json::Value;

use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, BUYER, Company, Imported, OTHER_PICKER, PICKER, SELLER};

fn units(n: i64) -> Decimal {
    Decimal::from(n)
}

fn item(order: &Imported, line: usize, verb: &str) -> String {
    format!("/orders/{}/items/{}/{verb}", order.id, order.items[line])
}

fn title(answer: &Answer) -> String {
    answer.json()["title"].as_str().unwrap_or_default().to_owned()
}

async fn done(client: &Client, path: &str, form: &[(&str, &str)]) -> Value {
    let answer = client.tap(path, form).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()
}

async fn undo(client: &Client, answer: &Value) -> Answer {
    client.tap(answer["undo"].as_str().expect("a way back"), &[]).await
}

/// Asked for and bought.
async fn buy(client: &Client, order: &Imported, quantity: &str) {
    done(client, &item(order, 0, "request"), &[]).await;
    done(client, &item(order, 0, "ordered"), &[("quantity", quantity)]).await;
}

/// What the lines of an order have of purchases: ordered, received, used, displaced, to return, canceled, stocked, returned.
async fn allocations(company: &Company, order: &Imported) -> Vec<Vec<String>> {
    let mut tx = company.app.db.company(company.id).await.unwrap();
    let sql = "select array[ordered, received, used, displaced, to_return, canceled, stocked, returned]::numeric(12, 0)[]::text[]
         from purchase_allocations where order_id = $1 order by purchase_id";
    sqlx::query_scalar(sql).bind(order.id.0).fetch_all(&mut *tx).await.unwrap()
}

fn row(text: &str) -> Vec<Vec<String>> {
    vec![text.split(' ').map(str::to_owned).collect()]
}

#[tokio::test]
async fn goods_are_asked_for_bought_received_and_picked() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (picker, buyer) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", BUYER).await);
    done(&picker, &item(&order, 0, "request"), &[]).await;
    assert_eq!(company.line(&order, 0).await.status(), ItemStatus::PurchaseRequested);
    let ordered =
        [("quantity", "10"), ("supplier", "Casa Silva"), ("expected", "2025-10-23"), ("cost", "2,50")];
    done(&buyer, &item(&order, 0, "ordered"), &ordered).await;
    done(&picker, &item(&order, 0, "received"), &[("quantity", "4")]).await;
    done(&picker, &item(&order, 0, "pick"), &[("quantity", "4")]).await;
    assert_eq!(allocations(&company, &order).await, row("6 0 4 0 0 0 0 0"));
    done(&buyer, &item(&order, 0, "received"), &[("quantity", "6")]).await;
    assert_eq!(company.line(&order, 0).await.status(), ItemStatus::Arrived);
    done(&picker, &item(&order, 0, "pick"), &[("quantity", "6")]).await;
    assert_eq!(allocations(&company, &order).await, row("0 0 10 0 0 0 0 0"));
    let page = picker.get(&format!("/orders/{}", order.id)).await.text;
    for told in ["Pedro Compras comprou 10 × FO00", "João Pereira recebeu 4 × FO00: chegou"] {
        assert!(page.contains(told), "{told}");
    }
    let mut tx = company.app.db.company(company.id).await.unwrap();
    let kept: (String, i64, String) = sqlx::query_as(
        "select supplier, cost_cents, (select expected_on::text from purchase_expectations e where e.purchase_id = p.id)
         from purchases p",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    assert_eq!(kept, ("Casa Silva".to_owned(), 250, "2025-10-23".to_owned()));
}

#[tokio::test]
async fn who_may_buy_receive_and_settle_is_what_the_table_says() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let settle: &[(&str, &str)] =
        &[("quantity", "1"), ("purchase", "01890000-0000-7000-8000-000000000000"), ("outcome", "canceled")];
    let one: &[(&str, &str)] = &[("quantity", "1")];
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    buy(&admin, &order, "9").await;
    done(&admin, &item(&order, 0, "received"), &[("quantity", "4")]).await;
    for (verb, form, allowed) in [
        ("request", &[][..], [200, 200, 200]),
        ("ordered", one, [403, 403, 200]),
        ("unordered", one, [403, 403, 200]),
        ("not-found", one, [403, 403, 200]),
        ("received", one, [403, 200, 200]),
        ("unreceived", one, [403, 200, 200]),
        // No such purchase: whoever may is told so.
        ("settle", settle, [403, 403, 404]),
    ] {
        for (number, status) in [SELLER, PICKER, BUYER].into_iter().zip(allowed) {
            let client = server.signed_in("alfa", number).await;
            let answer = client.tap(&item(&order, 0, verb), form).await;
            assert_eq!(answer.status.as_u16(), status, "{verb} by {number}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_purchase_is_taken_back_with_its_records_while_nobody_came_after() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (buyer, picker) = (server.signed_in("alfa", BUYER).await, server.signed_in("alfa", PICKER).await);
    done(&buyer, &item(&order, 0, "request"), &[]).await;
    let bought = done(&buyer, &item(&order, 0, "ordered"), &[("quantity", "10")]).await;
    assert_eq!(undo(&buyer, &bought).await.status, 200);
    assert_eq!(company.newest_purchase().await, None, "no purchase is left");
    assert_eq!(company.line(&order, 0).await.rest_state, RestState::PurchaseRequested);

    let bought = done(&buyer, &item(&order, 0, "ordered"), &[("quantity", "10")]).await;
    let came = done(&picker, &item(&order, 0, "received"), &[("quantity", "10")]).await;
    let late = undo(&buyer, &bought).await;
    assert_eq!(late.status, 409, "{}", late.text);
    assert!(title(&late).contains("João Pereira mexeu neste item"), "{}", late.text);
    assert_eq!(undo(&picker, &came).await.status, 200);
    assert_eq!(allocations(&company, &order).await, row("10 0 0 0 0 0 0 0"));

    // What a pick from the shelf displaced comes back with it.
    let picked = done(&picker, &item(&order, 0, "pick"), &[("quantity", "10")]).await;
    assert_eq!(allocations(&company, &order).await, row("0 0 0 10 0 0 0 0"));
    assert_eq!(undo(&picker, &picked).await.status, 200);
    assert_eq!(allocations(&company, &order).await, row("10 0 0 0 0 0 0 0"));
    assert_eq!(company.line(&order, 0).await.ordered, units(10));
}

#[tokio::test]
async fn what_is_no_longer_needed_is_settled_by_the_buyer_and_not_bought_twice() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (buyer, picker) = (server.signed_in("alfa", BUYER).await, server.signed_in("alfa", PICKER).await);
    buy(&buyer, &order, "10").await;
    done(&picker, &item(&order, 0, "received"), &[("quantity", "3")]).await;
    done(&picker, &item(&order, 0, "short"), &[("reason", "stock")]).await;
    assert_eq!(allocations(&company, &order).await, row("0 0 0 7 3 0 0 0"));
    let purchase = company.newest_purchase().await.unwrap();
    let settle = async |quantity: &str, outcome: &str| {
        let form = [("quantity", quantity), ("purchase", purchase.as_str()), ("outcome", outcome)];
        buyer.tap(&item(&order, 0, "settle"), &form).await
    };
    assert_eq!(settle("5", "canceled").await.status, 200);
    assert_eq!(settle("2", "stocked").await.status, 200);
    let refused = settle("1", "stocked").await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(title(&refused).contains("Pedro Compras"), "{}", refused.text);
    let back = settle("3", "returned").await;
    assert_eq!(allocations(&company, &order).await, row("0 0 0 0 0 5 2 3"));
    assert_eq!(undo(&buyer, &back.json()).await.status, 200);
    assert_eq!(allocations(&company, &order).await, row("0 0 0 0 3 5 2 0"));
}

/// Its card asks to be finished half an hour after that.
#[tokio::test]
async fn an_order_is_as_long_ready_whatever_the_buyer_settles_afterwards() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (buyer, picker) = (server.signed_in("alfa", BUYER).await, server.signed_in("alfa", PICKER).await);
    buy(&buyer, &order, "10").await;
    done(&picker, &item(&order, 0, "pick"), &[("quantity", "10")]).await;
    let since = company.summary(order.id).await.ready_since.expect("all of it is in the box");
    server.app.clock.advance(20 * 60);
    let purchase = company.newest_purchase().await.unwrap();
    let form = [("quantity", "10"), ("purchase", purchase.as_str()), ("outcome", "canceled")];
    done(&buyer, &item(&order, 0, "settle"), &form).await;
    assert_eq!(company.summary(order.id).await.ready_since, Some(since));
}

/// Units that were settled meanwhile do not come back when what displaced them is put back.
#[tokio::test]
async fn units_put_back_bring_no_purchase_back_that_the_buyer_has_settled() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (buyer, picker) = (server.signed_in("alfa", BUYER).await, server.signed_in("alfa", PICKER).await);
    buy(&buyer, &order, "10").await;
    done(&picker, &item(&order, 0, "received"), &[("quantity", "4")]).await;
    done(&picker, &item(&order, 0, "pick"), &[("quantity", "10")]).await;
    let purchase = company.newest_purchase().await.unwrap();
    let form = [("quantity", "5"), ("purchase", purchase.as_str()), ("outcome", "canceled")];
    done(&buyer, &item(&order, 0, "settle"), &form).await;
    done(&picker, &item(&order, 0, "unpick"), &[("quantity", "10")]).await;
    let line = company.line(&order, 0).await;
    assert_eq!((line.ordered, line.received), (units(5), units(4)), "four are here, one comes");
    assert_eq!(allocations(&company, &order).await, row("5 4 0 0 0 5 0 0"));
}

#[tokio::test]
async fn what_was_bought_for_a_canceled_order_stays_until_it_is_settled() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    buy(&admin, &order, "10").await;
    done(&admin, &item(&order, 0, "received"), &[("quantity", "2")]).await;
    done(&admin, &format!("/orders/{}/cancel", order.id), &[("reason", "desistiu")]).await;
    let purchase = company.newest_purchase().await.unwrap();
    let settle = async |quantity: &str, outcome: &str| {
        let form = [("quantity", quantity), ("purchase", purchase.as_str()), ("outcome", outcome)];
        admin.tap(&item(&order, 0, "settle"), &form).await
    };
    assert_eq!(settle("3", "returned").await.status, 409, "two are here");
    assert_eq!(settle("2", "returned").await.status, 200);
    assert_eq!(settle("5", "canceled").await.status, 200);
    assert_eq!(allocations(&company, &order).await, row("3 0 0 0 0 5 0 2"));
    // Restored, the order waits for what is still to come, and no more.
    done(&admin, &format!("/orders/{}/reopen", order.id), &[("reason", "voltou atrás")]).await;
    let line = company.line(&order, 0).await;
    assert_eq!((line.ordered, line.received, line.to_buy()), (units(3), units(0), units(7)));
}

#[tokio::test]
async fn the_same_goods_are_asked_for_in_several_orders_at_once_and_taken_back_at_once() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let orders =
        [company.import(1).await, company.import(2).await, company.import(1).await, company.import(1).await];
    let (picker, other) = (one.signed_in("alfa", PICKER).await, two.signed_in("alfa", OTHER_PICKER).await);
    // One has it in the box already, one is short of it.
    done(&other, &item(&orders[3], 0, "pick"), &[("quantity", "10")]).await;
    done(&other, &item(&orders[2], 0, "short"), &[("reason", "stock")]).await;
    let sheet = picker.get(&format!("/orders/{}?item={}", orders[0].id, orders[0].items[0])).await.text;
    assert!(sheet.contains("Este e mais 2 pedidos") && sheet.contains("Só este"), "{sheet}");
    let (_, others) = sheet.split_once("name=\"others\" value=\"").expect("the others");
    let (others, _) = others.split_once('"').unwrap();
    let asked = done(&picker, &item(&orders[0], 0, "request"), &[("others", others)]).await;
    for order in &orders[..3] {
        assert_eq!(company.line(order, 0).await.status(), ItemStatus::PurchaseRequested);
    }
    assert_eq!(company.line(&orders[3], 0).await.status(), ItemStatus::Picked);
    assert_eq!(company.line(&orders[1], 1).await.status(), ItemStatus::Pending, "other goods");
    // Somebody went on with one of them: that one stays.
    done(&other, &item(&orders[1], 0, "withdraw"), &[]).await;
    let back = undo(&picker, &asked).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert!(
        back.json()["message"].as_str().unwrap().contains("menos um item em que alguém mexeu depois: FO00 ("),
        "{}",
        back.text
    );
    let states = [0, 1, 2].map(|order| &orders[order]);
    let expected = [ItemStatus::Pending, ItemStatus::Pending, ItemStatus::Unanswered];
    for (order, status) in states.into_iter().zip(expected) {
        assert_eq!(company.line(order, 0).await.status(), status);
    }
}

#[tokio::test]
async fn orders_that_another_company_has_are_asked_nothing() {
    let server = TestServer::start().await;
    let (alfa, beta) = (server.company("alfa").await, server.company("beta").await);
    let (ours, theirs) = (alfa.import(1).await, beta.import(1).await);
    let picker = server.signed_in("alfa", PICKER).await;
    let sheet = picker.get(&format!("/orders/{}?item={}", ours.id, ours.items[0])).await.text;
    assert!(!sheet.contains("Este e mais"), "{sheet}");
    let answer = picker.tap(&item(&ours, 0, "request"), &[("others", &theirs.id.to_string())]).await;
    assert_eq!(answer.status, 404, "{}", answer.text);
    assert_eq!(beta.line(&theirs, 0).await.status(), ItemStatus::Pending);
}

#[tokio::test]
async fn a_refusal_says_who_changed_what_is_bought_and_when() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (buyer, picker) = (server.signed_in("alfa", BUYER).await, server.signed_in("alfa", PICKER).await);
    buy(&buyer, &order, "10").await;
    for (client, verb, form, told) in [
        (&picker, "withdraw", None, "Pedro Compras comprou este item às"),
        (&buyer, "ordered", Some("1"), "Só falta comprar 0: Pedro Compras mexeu neste item às"),
        (&picker, "received", Some("11"), "Só 10 a caminho: Pedro Compras mexeu neste item às"),
        (&picker, "unreceived", Some("1"), "Só 0 estão aqui: Pedro Compras mexeu neste item às"),
    ] {
        let form: Vec<(&str, &str)> = form.into_iter().map(|quantity| ("quantity", quantity)).collect();
        let refused = client.tap(&item(&order, 0, verb), &form).await;
        assert_eq!(refused.status, 409, "{verb}: {}", refused.text);
        assert!(title(&refused).starts_with(told), "{verb}: {}", title(&refused));
    }
}
