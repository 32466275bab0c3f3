//! The chips above the board: what each leaves, for whom, together with what else the board is narrowed to.

use scraper::{Html, Selector};
use separacao::orders::status::OrderStatus;

use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, Imported, OTHER_PICKER, PICKER, SELLER};

/// Word, number and address of each chip.
async fn chips(client: &Client, query: &str) -> Vec<(String, String, String)> {
    let answer = client.get(&format!("/chips{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let html = Html::parse_document(&answer.text);
    let (chip, number) = (Selector::parse(".count-chip").unwrap(), Selector::parse("b").unwrap());
    html.select(&chip)
        .map(|chip| {
            let number = chip.select(&number).next().unwrap().text().collect::<String>();
            // The first text; what drops a chip that is on stands behind its number.
            let words = chip.text().next().unwrap().trim().to_owned();
            (words, number, chip.value().attr("href").unwrap().to_owned())
        })
        .collect()
}

async fn numbers(client: &Client, query: &str) -> Vec<String> {
    chips(client, query).await.into_iter().map(|(words, number, _)| format!("{words} {number}")).collect()
}

/// The orders on the board at an address, by their place in `orders`.
async fn shown(client: &Client, query: &str, orders: &[Imported]) -> Vec<usize> {
    let page = client.get(&format!("/{query}")).await.text;
    let there = |order: &Imported| page.contains(&format!("id=\"order-{}\"", order.id));
    (0..orders.len()).filter(|n| there(&orders[*n])).collect()
}

#[tokio::test]
async fn chips_count_what_they_leave_and_combine_with_the_other_filters() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(company.import(2).await);
    }
    let (ana, joao, maria) = (
        server.signed_in("alfa", ADMIN).await,
        server.signed_in("alfa", PICKER).await,
        server.signed_in("alfa", OTHER_PICKER).await,
    );
    let marina = server.signed_in("alfa", SELLER).await;
    let tap = async |client: &Client, order: usize, path: &str, form: &[(&str, &str)]| {
        let answer = client.tap(&format!("/orders/{}/{path}", orders[order].id), form).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    };
    let line = |order: usize, line: usize, verb: &str| format!("items/{}/{verb}", orders[order].items[line]);
    // One ready, one begun by João, one held by Maria for having asked for it, one untouched and urgent.
    tap(&joao, 0, &line(0, 0, "pick"), &[("quantity", "10")]).await;
    tap(&joao, 0, &line(0, 1, "short"), &[("reason", "stock")]).await;
    tap(&joao, 1, &line(1, 0, "pick"), &[("quantity", "1")]).await;
    assert_eq!(maria.tap("/next", &[]).await.status, 200);
    tap(&ana, 3, "urgent", &[("urgent", "yes")]).await;

    let of_joao =
        ["Começar 2", "Em separação 1", "Aguardando 0", "Prontos 1", "Atrasados 0", "Urgentes 1", "Meus 2"];
    assert_eq!(numbers(&joao, "").await, of_joao);
    assert_eq!(numbers(&maria, "").await.last().unwrap(), "Meus 1", "held");
    assert_eq!(numbers(&marina, "").await.last().unwrap(), "Meus 4", "sold");
    assert_eq!(numbers(&ana, "").await.last().unwrap(), "Meus 0");

    // A tap switches on, another one off; each keeps what else is asked for.
    for (query, word, left) in [
        ("", "Começar", vec![2, 3]),
        ("", "Prontos", vec![0]),
        ("", "Urgentes", vec![3]),
        ("", "Meus", vec![0, 1]),
        ("?status=waiting", "Urgentes", vec![3]),
        ("?status=ready", "Meus", vec![0]),
        ("?status=ready&mine=yes", "Prontos", vec![0, 1]),
        ("?q=paula&mine=yes", "Em separação", vec![1]),
        ("?q=ninguem", "Meus", vec![]),
    ] {
        let all = chips(&joao, query).await;
        let (_, _, href) = all.iter().find(|(words, ..)| words == word).unwrap();
        assert_eq!(shown(&joao, href.trim_start_matches('/'), &orders).await, left, "{query} {word}: {href}");
    }
    assert_eq!(shown(&maria, "?mine=yes", &orders).await, [2], "the same address, another person");
    assert_eq!(numbers(&joao, "?q=ninguem").await[0], "Começar 0");
    let number = format!("?q={}", orders[1].number);
    assert_eq!(
        numbers(&joao, &number).await,
        ["Começar 0", "Em separação 1", "Aguardando 0", "Prontos 0", "Atrasados 0", "Urgentes 0", "Meus 1"]
    );

    // What lapses is nobody's any more; what was picked stays one's own.
    server.app.clock.advance(15 * 60 + 1);
    assert_eq!(numbers(&maria, "").await.last().unwrap(), "Meus 0");
    assert_eq!(numbers(&joao, "").await.last().unwrap(), "Meus 2");
}

/// What the buyer did not find does not come: the order waits for an answer, and for no goods.
#[tokio::test]
async fn an_order_of_which_nothing_more_comes_awaits_no_goods() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let orders = [company.import(1).await];
    let ana = server.signed_in("alfa", ADMIN).await;
    let item = format!("/orders/{}/items/{}", orders[0].id, orders[0].items[0]);
    for (verb, form, status) in [
        ("request", vec![], OrderStatus::AwaitingGoods),
        ("not-found", vec![("quantity", "4")], OrderStatus::AwaitingGoods),
        ("not-found", vec![("quantity", "6")], OrderStatus::Picking),
        ("answer", vec![("answer", "buy"), ("units", "10")], OrderStatus::AwaitingGoods),
    ] {
        let answer = ana.tap(&format!("{item}/{verb}"), &form).await;
        assert_eq!(answer.status, 200, "{verb}: {}", answer.text);
        assert_eq!(company.summary(orders[0].id).await.status(), status, "{verb} {form:?}");
        let there = shown(&ana, &format!("?status={}", status.code()), &orders).await;
        assert_eq!(there, [0], "the board agrees: {verb} {form:?}");
    }
}
