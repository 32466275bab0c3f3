//! A draft becomes an order, once.

use uuid::Uuid;

use crate::support::database::{count, run_sql};
use crate::support::quotes::{Choices, order_of, upload, usual};
use crate::support::server::TestServer;
use crate::support::world::{OTHER_SELLER, PICKER, SELLER};

#[tokio::test]
async fn the_server_enforces_the_packaging_rule_and_proposes_the_customer_s_last_choice() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let draft = upload(&seller, "discount").await;
    let wrong = Choices::of(&company, "Correios", "Sacola", SELLER).await;
    let refused = seller.tap(&format!("{draft}/confirm"), &wrong.form("1", &[])).await;
    assert!(refused.json()["fields"]["packaging"].is_string(), "{}", refused.text);
    let counter = Choices::of(&company, "Cliente na loja", "Sacola", SELLER).await;
    let id = order_of(&seller.tap(&format!("{draft}/confirm"), &counter.form("2", &[])).await);
    assert_eq!(count(&server.database_url, &format!("orders where id = '{}' and urgent", id.0)).await, 1);

    run_sql(&server.database_url, "update orders set number = '77777', customer_code = '000432'").await;
    let draft = upload(&seller, "slashes-10-items").await;
    let id = order_of(&seller.tap(&format!("{draft}/confirm"), &[("version", "1")]).await);
    let proposed = format!(
        "orders where id = '{}' and shipping_id = '{}' and packaging_id = '{}'",
        id.0, counter.shipping, counter.packaging
    );
    assert_eq!(count(&server.database_url, &proposed).await, 1);
    run_sql(&server.database_url, "update orders set customer_code = '000001' where number = '77777'").await;
    let draft = upload(&seller, "columns-11-items").await;
    let refused = seller.tap(&format!("{draft}/confirm"), &[("version", "1")]).await;
    assert!(refused.json()["fields"]["shipping"].is_string(), "the counter customer is many people");
}

#[tokio::test]
async fn confirmed_twice_at_once_a_draft_is_one_order() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let here = one.signed_in("alfa", SELLER).await;
    let there = here.at(two.port);
    let choices = usual(&company).await;
    let confirm = format!("{}/confirm", upload(&here, "columns-40-items").await);
    let form = choices.form("1", &[]);
    let (first, second) = tokio::join!(here.tap(&confirm, &form), there.tap(&confirm, &form));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404], "{} {}", first.text, second.text);
    assert_eq!(count(&one.database_url, "orders").await, 1);

    let operation = Uuid::now_v7();
    let confirm = format!("{}/confirm", upload(&here, "discount").await);
    let (first, second) = tokio::join!(
        here.tap_as(&confirm, &form, operation, None),
        there.tap_as(&confirm, &form, operation, None)
    );
    assert_eq!(order_of(&first), order_of(&second));
    assert_eq!(order_of(&here.tap_as(&confirm, &form, operation, None).await), order_of(&first));
    assert_eq!(count(&one.database_url, "orders").await, 2);
}

#[tokio::test]
async fn a_number_is_one_order_s_until_that_is_canceled() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (ana, caio) = (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", OTHER_SELLER).await);
    let choices = usual(&company).await;
    let form = choices.form("1", &[]);
    let drafts = [upload(&ana, "repeated-code").await, upload(&caio, "repeated-code").await];
    assert!(caio.get("/quotes").await.text.contains("Este mesmo arquivo já está em Para conferir"));
    let [first, second] = drafts.clone().map(|draft| format!("{draft}/confirm"));
    let (first, second) = tokio::join!(ana.tap(&first, &form), caio.tap(&second, &form));
    let (won, lost, loser, draft) = if first.status == 200 {
        (first, second, &caio, &drafts[1])
    } else {
        (second, first, &ana, &drafts[0])
    };
    assert_eq!(lost.status, 409, "{}", lost.text);
    assert_eq!(lost.json()["title"], "O pedido 41006 já está aberto");
    let id = order_of(&won);
    let page = loser.get(draft).await.text;
    assert!(page.contains(&format!("/orders/{id}")) && !page.contains("Confirmar pedido"), "{page}");
    run_sql(
        &server.database_url,
        "update orders set state = 'finished', closed_at = now(), closed_by = seller_id",
    )
    .await;
    let confirm = format!("{draft}/confirm");
    // What the first try said was kept.
    let form = choices.form("2", &[]);
    assert_eq!(loser.tap(&confirm, &form).await.json()["title"], "O pedido 41006 já foi finalizado");
    run_sql(&server.database_url, "update orders set state = 'canceled'").await;
    order_of(&loser.tap(&confirm, &form).await);
}

#[tokio::test]
async fn quotes_without_a_number_may_repeat_and_are_pointed_out() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let choices = usual(&company).await;
    let first = upload(&seller, "number-zero").await;
    order_of(&seller.tap(&format!("{first}/confirm"), &choices.form("1", &[])).await);
    let second = upload(&seller, "number-zero").await;
    let known = "Este mesmo arquivo já é o pedido CLIENTE BALCAO · 28/10/2025";
    assert!(seller.get("/quotes").await.text.contains(known));
    assert!(seller.get(&second).await.text.contains(known));
    run_sql(&server.database_url, "update order_documents set sha256 = '\\x00'").await;
    let same = "Mesmo cliente, data e itens do pedido CLIENTE BALCAO · 28/10/2025";
    assert!(seller.get(&second).await.text.contains(same));
    order_of(&seller.tap(&format!("{second}/confirm"), &choices.form("1", &[])).await);
    assert_eq!(count(&server.database_url, "orders where number is null").await, 2);
}

#[tokio::test]
async fn all_drafts_that_add_up_are_confirmed_with_one_press_and_once() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let choices = usual(&company).await;
    let mut ready = Vec::new();
    for name in ["columns-1-item", "columns-11-items", "columns-40-items"] {
        let draft = upload(&seller, name).await;
        assert_eq!(seller.tap(&format!("{draft}/save"), &choices.form("1", &[])).await.status, 200, "{name}");
        ready.push(format!("{}:2", draft.rsplit('/').next().unwrap()));
    }
    let wrong = upload(&seller, "wrong-sum").await;
    let list = seller.get("/quotes").await.text;
    assert!(list.contains("Confirmar todos os que conferem (3)"), "{list}");
    assert!(ready.iter().all(|draft| list.contains(&format!("name=\"draft\" value=\"{draft}\""))), "{list}");
    assert!(!list.contains(&format!("{}:", wrong.rsplit('/').next().unwrap())), "{list}");

    // One of them was changed after the list was drawn: it stays.
    let changed = ready[2].split(':').next().unwrap();
    let save = format!("/quotes/{changed}/save");
    assert_eq!(seller.tap(&save, &choices.form("2", &[("note", "frágil")])).await.status, 200);
    let form: Vec<(&str, &str)> = ready.iter().map(|draft| ("draft", draft.as_str())).collect();
    let operation = Uuid::now_v7();
    for _ in 0..2 {
        let answer = seller.tap_as("/quotes/confirm", &form, operation, None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.text.contains("Confirmados: 2"), "{}", answer.text);
        assert_eq!(server.count("orders").await, 2);
        assert_eq!(server.count("quote_drafts").await, 2);
    }
    let none = seller.tap("/quotes/confirm", &form).await;
    assert_eq!(none.status, 409, "{}", none.text);
    let picker = server.signed_in("alfa", PICKER).await;
    let foreign = format!("{changed}:3");
    assert_eq!(picker.tap("/quotes/confirm", &[("draft", &foreign)]).await.status, 403);
    let last = seller.tap("/quotes/confirm", &[("draft", &foreign)]).await;
    assert!(last.text.contains("1 pedido confirmado"), "{}", last.text);
    assert_eq!(server.count("order_notes where text = 'frágil'").await, 1);
}

/// Adds something to what was read from the paper, which nobody settles.
async fn point_out(server: &TestServer, name: &str, kind: &str) {
    let leftovers = format!(r#"[{{"kind": "{kind}", "text": "00999 BRINDE", "line": 0}}]"#);
    let add = format!("update quote_drafts set reading = jsonb_set(reading, '{{leftovers}}', '{leftovers}')");
    run_sql(&server.database_url, &format!("{add} where file_name = '{name}.pdf'")).await;
}

#[tokio::test]
async fn one_press_passes_over_nothing_that_somebody_should_read_first() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let choices = usual(&company).await;
    let mut drafts = Vec::new();
    for name in ["columns-1-item", "discount", "number-zero", "repeated-code", "columns-11-items"] {
        let draft = upload(&seller, name).await;
        assert_eq!(seller.tap(&format!("{draft}/save"), &choices.form("1", &[])).await.status, 200, "{name}");
        drafts.push((name, draft));
    }
    point_out(&server, "columns-11-items", "below_totals").await;
    let list = seller.get("/quotes").await.text;
    assert!(list.contains("Confirmar todos os que conferem (2)"), "{list}");
    assert_eq!(list.matches("Os valores conferem. Há 1 aviso: abra antes de confirmar").count(), 3, "{list}");

    // A page of before, or of another build, names them all.
    let all: Vec<String> =
        drafts.iter().map(|(_, draft)| format!("{}:2", draft.rsplit('/').next().unwrap())).collect();
    let form: Vec<(&str, &str)> = all.iter().map(|draft| ("draft", draft.as_str())).collect();
    let answer = seller.tap("/quotes/confirm", &form).await;
    assert!(answer.text.contains("Confirmados: 2. Os outros esperam na lista"), "{}", answer.text);
    assert_eq!(server.count("orders").await, 2);
    assert_eq!(server.count("orders where number is null").await, 0);
    let refused = seller.tap("/quotes/confirm", &form[2..]).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    let why = "Há algo para ler neste orçamento: abra antes de confirmar";
    assert_eq!(refused.json()["title"], why);

    for (name, draft) in &drafts[2..] {
        let preview = seller.get(draft).await.text;
        assert!(preview.contains("class=\"notices\""), "{name}: {preview}");
        order_of(&seller.tap(&format!("{draft}/confirm"), &choices.form("2", &[])).await);
    }
    assert_eq!(server.count("orders").await, 5);
}

#[tokio::test]
async fn one_press_makes_no_order_twice_and_changes_none() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (ana, caio) = (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", OTHER_SELLER).await);
    let choices = usual(&company).await;
    let order = upload(&ana, "columns-1-item").await;
    let order = order_of(&ana.tap(&format!("{order}/confirm"), &choices.form("1", &[])).await);
    // The customer's next quote shall take the order's place.
    let next = upload(&ana, "columns-11-items").await;
    run_sql(
        &server.database_url,
        "update orders set customer_code = d.reading -> 'quote' ->> 'customer_code' from quote_drafts d;
         update companies set counter_customer_code = '999999'",
    )
    .await;
    let order = order.to_string();
    let replaces = choices.form("1", &[("replaces", &order)]);
    assert_eq!(ana.tap(&format!("{next}/save"), &replaces).await.status, 200);
    let list = ana.get("/quotes").await.text;
    assert!(list.contains("abra e veja a diferença") && !list.contains("name=\"draft\""), "{list}");
    let press = |draft: &str| format!("{}:2", draft.rsplit('/').next().unwrap());
    let refused = ana.tap("/quotes/confirm", &[("draft", &press(&next))]).await;
    assert_eq!(refused.status, 409, "{}", refused.text);

    // When the list was drawn nobody else had this file.
    let drafts = [upload(&ana, "columns-40-items").await, upload(&caio, "columns-40-items").await];
    for (person, draft) in [&ana, &caio].into_iter().zip(&drafts) {
        assert_eq!(person.tap(&format!("{draft}/save"), &choices.form("1", &[])).await.status, 200);
        let refused = person.tap("/quotes/confirm", &[("draft", &press(draft))]).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
    }
    assert_eq!(server.count("orders").await, 1);
}
