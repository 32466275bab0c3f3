//! A newer quote changes an open order, line by line, as it was shown and as the warehouse can bear it.

mod at_once;
mod numbers;
mod rules;

use rust_decimal::Decimal;
use separacao::feed::EventKind;
use separacao::ids::{ItemId, OrderId};
use separacao::orders::model::Item;
use separacao::orders::queries::items;

use crate::support::client::{Answer, Client};
use crate::support::database::{count, run_sql, undo_path};
use crate::support::quotes::{Choices, order_of, pdf, upload, usual};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, Company, PICKER, SELLER};

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
