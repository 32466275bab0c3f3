//! A newer quote changes an open order, line by line, as it was shown and as the warehouse can bear it.

use rust_decimal::Decimal;
use separacao::feed::EventKind;
use separacao::ids::{ItemId, OrderId};
use separacao::orders::item::RestState;
use separacao::orders::model::Item;
use separacao::orders::queries::items;
use uuid::Uuid;

use crate::support::client::{Answer, Client};
use crate::support::database::{count, run_sql, superuser, undo_path};
use crate::support::quotes::{Choices, order_of, pdf, upload, usual};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, BUYER, Company, OTHER_PICKER, OTHER_SELLER, PICKER, SELLER};

/// The order of an earlier quote than the sample `discount` (41005, customer 000512): of its six lines the first
/// wanted 8 and wants 3, the second wanted 2 and wants 5, the third cost another price, the fourth was another
/// product, the fifth is the same and the sixth is missing.
pub struct Earlier {
    company: Company,
    choices: Choices,
    id: OrderId,
    items: Vec<ItemId>,
}

const NUMBER: &str = "41005";

impl Earlier {
    pub async fn import(server: &TestServer) -> Self {
        let company = server.company("alfa").await;
        let seller = server.signed_in("alfa", SELLER).await;
        let choices = usual(&company).await;
        let draft = upload(&seller, "discount").await;
        let id = order_of(&seller.tap(&format!("{draft}/confirm"), &choices.form("1", &[])).await);
        let url = &server.database_url;
        let line = |position: i32, change: &str| {
            format!("update order_items set {change} where order_id = '{id}' and position = {position}")
        };
        run_sql(url, &line(1, "quantity = 8, total_cents = 2800")).await;
        run_sql(url, &line(2, "quantity = 2, total_cents = 4500")).await;
        run_sql(url, &line(3, "unit_price = 4, total_cents = 4000")).await;
        run_sql(url, &line(4, "code = '09999', description = 'XX01 --> CABO ANTIGO'")).await;
        run_sql(url, &format!("delete from order_items where order_id = '{id}' and position = 6")).await;
        run_sql(url, "update orders set discount_cents = 0, customer = 'NOME ANTIGO'").await;
        let mut tx = company.app.db.company(company.id).await.unwrap();
        let items = items::list_items(&mut tx, id, None).await.unwrap();
        let items = items.iter().map(|item| item.id).collect();
        Self { company, choices, id, items }
    }

    pub fn path(&self) -> String {
        format!("/orders/{}", self.id)
    }

    fn item(&self, n: usize, verb: &str) -> String {
        format!("/orders/{}/items/{}/{verb}", self.id, self.items[n])
    }

    pub async fn pick(&self, client: &Client, n: usize, quantity: &str) {
        let answer = client.tap(&self.item(n, "pick"), &[("quantity", quantity)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    async fn lines(&self) -> Vec<Item> {
        let mut tx = self.company.app.db.company(self.company.id).await.unwrap();
        items::list_items(&mut tx, self.id, None).await.unwrap()
    }

    /// Confirms the draft with the difference that its preview shows.
    async fn apply(&self, client: &Client, draft: &str, version: &str) -> Answer {
        let seen = seen(&client.get(draft).await.text);
        client.tap(&format!("{draft}/confirm"), &self.choices.form(version, &[("seen", &seen)])).await
    }
}

fn must_say(page: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(page.contains(sentence), "{sentence} is not in {page}");
    }
}

/// The fingerprint in a preview's form.
fn seen(page: &str) -> String {
    let (_, after) = page.split_once("name=\"seen\" value=\"").expect("a difference");
    after.split_once('"').unwrap().0.to_owned()
}

fn units(n: i64) -> Decimal {
    Decimal::from(n)
}

#[tokio::test]
async fn the_difference_is_shown_and_confirming_applies_it_whole() {
    let server = TestServer::start().await;
    let order = Earlier::import(&server).await;
    let (seller, picker) = (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", PICKER).await);
    order.pick(&picker, 0, "8").await;
    order.pick(&picker, 3, "4").await;
    let draft = upload(&seller, "discount").await;
    let page = seller.get(&draft).await.text;
    must_say(
        &page,
        &[
            "O pedido 41005 já está aberto",
            "8 UN × R$ 3,50</td><td>3 UN × R$ 3,50",
            "Devolver 5",
            "2 UN × R$ 22,50</td><td>5 UN × R$ 22,50",
            "10 UN × R$ 4,00</td><td>10 UN × R$ 3,50",
            "Devolver 4",
            "<td>não tinha</td><td>100 UN × R$ 1,00",
            "<td>R$ 0,00</td><td>R$ 15,30",
            "NOME ANTIGO",
            "1 item continua igual",
            "Aplicar no pedido",
        ],
    );
    let answer = order.apply(&seller, &draft, "1").await;
    assert_eq!(order_of(&answer), order.id);
    assert_eq!(answer.json()["message"], "Orçamento novo aplicado no pedido");
    let lines = order.lines().await;
    let shown: Vec<_> = lines
        .iter()
        .map(|line| (line.code.as_str(), line.state.quantity, line.state.picked, line.state.to_return))
        .collect();
    let expected = [
        ("03974", units(3), units(3), units(5)),
        ("04805", units(5), units(0), units(0)),
        ("00180", units(10), units(0), units(0)),
        ("03392", units(5), units(0), units(0)),
        ("01581", units(3), units(0), units(0)),
        ("02176", units(100), units(0), units(0)),
        ("09999", units(0), units(0), units(4)),
    ];
    assert_eq!(shown, expected);
    let url = &server.database_url;
    assert_eq!(count(url, "orders where discount_cents = 1530 and customer <> 'NOME ANTIGO'").await, 1);
    assert_eq!(count(url, "order_history where kind = 'order_revised' and version = 4").await, 1);
    let kept = "order_history, jsonb_array_elements(detail -> 'lines') l where kind = 'order_revised'
                  and (l -> 'before' ->> 'picked')::numeric = 8 and (l -> 'after' ->> 'to_return')::numeric = 5";
    assert_eq!(count(url, kept).await, 1);
    let said = "order_history, jsonb_array_elements(detail -> 'revision' -> 'snapshots') s
                  where s -> 'before' ->> 'unit_price' = '4' and s -> 'after' ->> 'unit_price' = '3.5'";
    assert_eq!(count(url, said).await, 1);
    // Both papers stay, and an old link to the draft leads to the order.
    let page = picker.get(&order.path()).await.text;
    assert!(page.contains("Marina Alves Prado aplicou um orçamento novo"), "{page}");
    assert!(page.contains("2 itens novos · 3 itens mudaram · 1 item saiu · 2 itens para devolver"), "{page}");
    for revision in [1, 2] {
        let link = format!("/orders/{}/quote.pdf?revision={revision}", order.id);
        assert!(page.contains(&link), "{link}");
        let stored = picker.http().get(picker.url(&link)).header("cookie", picker.cookie_header());
        assert!(stored.send().await.unwrap().bytes().await.unwrap() == pdf("discount"));
    }
    assert_eq!(seller.get(&draft).await.location(), order.path());
}

#[tokio::test]
async fn what_must_go_back_is_unsettled_until_somebody_says_that_it_is_back() {
    let server = TestServer::start().await;
    let order = Earlier::import(&server).await;
    let (seller, picker) = (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", PICKER).await);
    order.pick(&picker, 0, "8").await;
    order.pick(&picker, 3, "4").await;
    let draft = upload(&seller, "discount").await;
    order_of(&order.apply(&seller, &draft, "1").await);
    let page = picker.get(&order.path()).await.text;
    assert!(page.contains("Há itens para devolver à prateleira"), "{page}");
    assert!(page.contains(&order.item(0, "return")) && page.contains("Devolver 5"), "{page}");
    let now = page.split("id=\"items-now\"").nth(1).unwrap().split("</ul>").next().unwrap();
    assert!(now.contains("Saiu do orçamento"), "in the group to pick now");
    assert!(picker.get("/").await.text.contains("2 para devolver"));

    let early = picker.tap(&format!("{}/finish", order.path()), &[]).await;
    assert_eq!(early.json()["title"], "Há itens para devolver à prateleira");
    let many = picker.tap(&order.item(0, "return"), &[("quantity", "6")]).await;
    assert_eq!((many.status.as_u16(), many.json()["title"].as_str()), (409, Some("Só falta devolver 5")));
    let part = picker.tap(&order.item(0, "return"), &[("quantity", "2")]).await;
    assert_eq!(part.json()["message"], "Devolvido à prateleira");
    assert_eq!(picker.tap(&order.item(0, "return"), &[("quantity", "3")]).await.status, 200);
    assert_eq!(picker.tap(&order.item(3, "return"), &[("quantity", "4")]).await.status, 200);
    assert_eq!(
        count(&server.database_url, "item_picks where item_id is not null and quantity <> 3").await,
        0
    );
    assert_eq!(order.lines().await.len(), 6, "what the quote no longer has is gone");
    let late = picker.tap(&order.item(3, "pick"), &[("quantity", "1")]).await;
    assert_eq!(late.json()["title"], "Este item saiu do pedido: não está no orçamento novo");
    for line in order.lines().await {
        let rest = line.state.rest();
        if !rest.is_zero() {
            let pick = format!("/orders/{}/items/{}/pick", order.id, line.id);
            assert_eq!(picker.tap(&pick, &[("quantity", &rest.to_string())]).await.status, 200);
        }
    }
    let page = picker.get(&order.path()).await.text;
    assert!(page.contains("<b>100 %</b> <span>6/6</span>"), "{page}");
    assert!(page.contains("João Pereira devolveu 4 × XX01 à prateleira"), "history still names it: {page}");
    assert_eq!(picker.tap(&format!("{}/finish", order.path()), &[]).await.status, 200);
}

#[tokio::test]
async fn only_the_difference_that_was_shown_is_applied() {
    let server = TestServer::start().await;
    let order = Earlier::import(&server).await;
    let (seller, picker) = (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", PICKER).await);
    let draft = upload(&seller, "discount").await;
    let confirm = format!("{draft}/confirm");
    let before = seen(&seller.get(&draft).await.text);
    let never_seen = seller.tap(&confirm, &order.choices.form("1", &[])).await;
    assert_eq!(
        (never_seen.status.as_u16(), never_seen.json()["title"].as_str()),
        (409, Some("O pedido 41005 já está aberto"))
    );
    // Work that does not show in it leaves it the truth; work that does makes it another.
    order.pick(&picker, 4, "3").await;
    order.pick(&picker, 0, "3").await;
    assert_eq!(seen(&seller.get(&draft).await.text), before);
    order.pick(&picker, 0, "1").await;
    let stale = seller.tap(&confirm, &order.choices.form("2", &[("seen", &before)])).await;
    assert_eq!(stale.status, 409, "{}", stale.text);
    let sentence = "O que muda no pedido 41005 não é mais o que estava na tela. Confira de novo.";
    assert_eq!(stale.json()["title"], sentence);
    assert_eq!(order.lines().await[0].state.quantity, units(8), "nothing is applied");
    // Without script the answer is the preview with what is true now, and what was typed is kept.
    let form = order.choices.form("2", &[("seen", &before), ("note", "guardada")]);
    let page = seller.post(&confirm, &form).await;
    assert_eq!(page.status, 409);
    must_say(&page.text, &[sentence, "Devolver 1", "guardada"]);
    let now = seen(&page.text);
    let done = seller.post(&confirm, &order.choices.form("3", &[("seen", &now), ("note", "guardada")])).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, order.path().as_str()));
    assert_eq!(order.lines().await[0].state.to_return, units(1));
    assert!(picker.get(&order.path()).await.text.contains("guardada"));
    assert_eq!(seller.get(&confirm).await.location(), draft, "a page fetched again");
}

#[tokio::test]
async fn picking_and_applying_at_once_one_of_them_is_told_the_truth() {
    let (one, two) = TestServer::pair().await;
    let order = Earlier::import(&one).await;
    let (seller, picker) = (one.signed_in("alfa", SELLER).await, two.signed_in("alfa", PICKER).await);
    let draft = upload(&seller, "discount").await;
    let seen = seen(&seller.get(&draft).await.text);
    let (confirm, pick) = (format!("{draft}/confirm"), order.item(0, "pick"));
    let form = order.choices.form("1", &[("seen", &seen)]);
    let (applied, picked) =
        tokio::join!(seller.tap(&confirm, &form), picker.tap(&pick, &[("quantity", "8")]));
    let state = order.lines().await.swap_remove(0).state;
    assert!(state.held() <= state.quantity, "{state:?}");
    match (applied.status.as_u16(), picked.status.as_u16()) {
        (200, 409) => {
            let sentence = picked.json()["title"].as_str().unwrap().to_owned();
            assert!(sentence.starts_with("Marina Alves Prado aplicou um orçamento novo às "), "{sentence}");
            assert!(sentence.ends_with("restam 3"), "{sentence}");
        }
        (409, 200) => assert_eq!(state.picked, units(8)),
        other => panic!("{other:?}: {} {}", applied.text, picked.text),
    }
}

#[tokio::test]
async fn sent_again_it_is_applied_once() {
    let (one, two) = TestServer::pair().await;
    let order = Earlier::import(&one).await;
    let (seller, picker) = (one.signed_in("alfa", SELLER).await, one.signed_in("alfa", PICKER).await);
    order.pick(&picker, 0, "8").await;
    let draft = upload(&seller, "discount").await;
    let confirm = format!("{draft}/confirm");
    let seen = seen(&seller.get(&draft).await.text);
    let form = order.choices.form("1", &[("seen", &seen)]);
    let (operation, there) = (Uuid::now_v7(), seller.at(two.port));
    let (first, second) = tokio::join!(
        seller.tap_as(&confirm, &form, operation, None),
        there.tap_as(&confirm, &form, operation, None)
    );
    assert_eq!((order_of(&first), order_of(&second)), (order.id, order.id));
    assert_eq!(order_of(&seller.tap_as(&confirm, &form, operation, None).await), order.id);
    assert_eq!(count(&one.database_url, "order_history where kind = 'order_revised'").await, 1);
    assert_eq!(count(&one.database_url, "order_documents").await, 2);

    let (operation, back) = (Uuid::now_v7(), order.item(0, "return"));
    for client in [&picker, &picker.at(two.port)] {
        let answer = client.tap_as(&back, &[("quantity", "2")], operation, None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    assert_eq!(order.lines().await[0].state.to_return, units(3));
    // Two people put the same units back: one of them is told who was first.
    let maria = two.signed_in("alfa", OTHER_PICKER).await;
    let rest = [("quantity", "3")];
    let (first, second) = tokio::join!(picker.tap(&back, &rest), maria.tap(&back, &rest));
    let (won, lost) = if first.status == 200 { (first, second) } else { (second, first) };
    assert_eq!((won.status.as_u16(), lost.status.as_u16()), (200, 409));
    assert!(lost.json()["title"].as_str().unwrap().contains(" já devolveu às "), "{}", lost.text);
}

#[tokio::test]
async fn the_page_before_and_the_frames_are_the_page_after_for_a_quote_and_for_what_goes_back() {
    let (one, two) = TestServer::pair().await;
    let order = Earlier::import(&one).await;
    let admin = one.signed_in("alfa", ADMIN).await;
    order.pick(&admin, 0, "8").await;
    order.pick(&admin, 3, "4").await;
    let draft = upload(&admin, "discount").await;
    let mut screens = Vec::new();
    for client in [admin.clone(), admin.at(two.port)] {
        for path in ["/", &order.path(), "/quotes", "/history", "/?q=41005"] {
            screens.push(Watched::open(&client, path).await);
        }
    }
    order_of(&order.apply(&admin, &draft, "1").await);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page(EventKind::OrderRevised.code()).await;
        screen.page.touched = false;
    }
    let mut undo = String::new();
    for (n, quantity) in [(0, "2"), (0, "3"), (3, "4")] {
        let answer = admin.tap(&order.item(n, "return"), &[("quantity", quantity)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["undo"].as_str().unwrap().clone_into(&mut undo);
        for screen in &mut screens {
            screen.must_equal_a_fresh_page(EventKind::ItemReturned.code()).await;
        }
    }
    // The line that had left comes back as it was.
    assert_eq!(admin.tap(&undo, &[]).await.status, 200);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("undone").await;
    }
    let back = order.lines().await.pop().unwrap();
    assert_eq!((back.code.as_str(), back.state.to_return), ("09999", units(4)));
    let picks = format!("item_picks where item_id = '{}' and quantity = 4", back.id);
    assert_eq!(count(&one.database_url, &picks).await, 1);
    let quote = admin.tap(&undo_path(&one.database_url, order.id, 4).await, &[]).await;
    assert_eq!(
        (quote.status.as_u16(), quote.json()["title"].as_str()),
        (409, Some("Isto não se desfaz por aqui"))
    );
}

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
