//! "Devolver à prateleira" as one list over all orders, each line confirmed where it stands.

use rust_decimal::Decimal;
use separacao::orders::item::ItemStatus;

use crate::support::client::Client;
use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, BUYER, Company, Imported, PICKER};

async fn listed(client: &Client, order: &Imported, line: usize) -> bool {
    client.get("/returns").await.text.contains(&format!("id=\"return-{}\"", order.items[line]))
}

#[tokio::test]
async fn what_is_to_go_back_is_one_list_over_open_and_canceled_orders() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (open, canceled) = (company.import(2).await, company.import(2).await);
    let (joao, ana) = (one.signed_in("alfa", PICKER).await, two.signed_in("alfa", ADMIN).await);
    for order in [&open, &canceled] {
        let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
        assert_eq!(joao.tap(&pick, &[("quantity", "10")]).await.status, 200);
    }
    let mut screens = vec![Watched::open(&ana, "/returns").await, Watched::open(&joao, "/returns").await];
    let empty = ana.get("/returns").await.text;
    assert!(empty.contains("Nada para devolver") && empty.contains("Próximo pedido"), "{empty}");
    let cancel = format!("/orders/{}/cancel", canceled.id);
    assert_eq!(ana.tap(&cancel, &[("reason", "desistiu")]).await.status, 200);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("a cancellation").await;
    }
    // A newer quote wants three less.
    let revised = format!(
        "update order_items set quantity = 7, picked = 7, to_return = 3 where id = '{}'",
        open.items[0]
    );
    run_sql(&one.database_url, &revised).await;
    let page = ana.get("/returns").await.text;
    assert!(page.contains("2 itens para devolver"), "{page}");
    assert!(listed(&ana, &open, 0).await && listed(&ana, &canceled, 0).await);
    assert!(!listed(&ana, &open, 1).await && !listed(&ana, &canceled, 1).await);

    // Putting back is picking: everybody may.
    let pedro = two.signed_in("alfa", BUYER).await;
    let back = format!("/orders/{}/items/{}/return", open.id, open.items[0]);
    assert_eq!(pedro.tap(&back, &[("quantity", "3")]).await.status, 200);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("back on the shelf").await;
    }
    let back = format!("/orders/{}/items/{}/return", canceled.id, canceled.items[0]);
    let answer = joao.tap(&back, &[("quantity", "10")]).await.json();
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("all back").await;
    }
    assert!(!listed(&ana, &open, 0).await && !listed(&ana, &canceled, 0).await);
    assert_eq!(joao.tap(answer["undo"].as_str().unwrap(), &[]).await.status, 200);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("undone").await;
    }
    assert!(listed(&ana, &canceled, 0).await);
    // Restored, its goods are wanted again.
    let restore = format!("/orders/{}/reopen", canceled.id);
    assert_eq!(ana.tap(&restore, &[("reason", "voltou atrás")]).await.status, 200);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("a restored order").await;
    }
    assert!(!listed(&ana, &canceled, 0).await);
    // Nothing of another company.
    let beta = two.signed_in("beta", ADMIN).await;
    assert!(beta.get("/returns").await.text.contains("Nada para devolver"));
}

#[tokio::test]
async fn what_is_to_go_back_stands_under_its_order_which_is_told_once() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let orders = [company.import(12).await, company.import(12).await];
    for order in &orders {
        for item in &order.items {
            let pick = format!("/orders/{}/items/{item}/pick", order.id);
            assert_eq!(ana.tap(&pick, &[("quantity", "10")]).await.status, 200);
        }
        let cancel = format!("/orders/{}/cancel", order.id);
        assert_eq!(ana.tap(&cancel, &[("reason", "desistiu")]).await.status, 200);
    }
    let page = ana.get("/returns").await.text;
    assert!(page.contains("24 itens para devolver"), "{page}");
    let place = |text: &str| {
        assert_eq!(page.matches(text).count(), 1, "{text} in {page}");
        page.find(text).unwrap()
    };
    // What was imported last comes first, and the goods of an order by what they are called.
    let mut places = Vec::new();
    for order in orders.iter().rev() {
        places.push(place(&format!(">{} · <bdi>PAULA TESTE DE SOUZA</bdi>", order.number)));
        places.extend(order.items.iter().map(|item| place(&format!("id=\"return-{item}\""))));
    }
    assert!(places.is_sorted(), "{page}");
    assert_eq!(page.matches("Cancelado").count(), 2, "each order says so once: {page}");
}

/// Of an order whose number was given to another one meanwhile, see `given_back`; here, that nobody but an administrator may.
#[tokio::test]
async fn only_an_administrator_restores_and_only_while_the_number_is_free() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (first, second) = (company.import(1).await, company.import(1).await);
    let ana = server.signed_in("alfa", ADMIN).await;
    let (marina, joao) = (server.signed_in("alfa", "2000").await, server.signed_in("alfa", PICKER).await);
    let cancel = format!("/orders/{}/cancel", first.id);
    assert_eq!(marina.tap(&cancel, &[("reason", "desistiu")]).await.status, 200);
    let restore = format!("/orders/{}/reopen", first.id);
    for client in [&marina, &joao] {
        assert_eq!(client.tap(&restore, &[("reason", "voltou")]).await.status, 403);
    }
    let renumber = format!("update orders set number = '{}' where id = '{}'", first.number, second.id);
    run_sql(&server.database_url, &renumber).await;
    let refused = ana.tap(&restore, &[("reason", "voltou")]).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.text.contains(&format!("o número {} agora é do pedido de", first.number)),
        "{}",
        refused.text
    );
    run_sql(&server.database_url, &format!("update orders set number = null where id = '{}'", second.id))
        .await;
    assert_eq!(ana.tap(&restore, &[("reason", "voltou")]).await.status, 200);
    assert!(ana.get("/").await.text.contains(&format!("id=\"order-{}\"", first.id)));
}

/// A line whose goods were bought and are here, to be displaced.
async fn arrived(server: &TestServer, company: &Company) -> Imported {
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    for (verb, form) in
        [("request", &[][..]), ("ordered", &[("quantity", "6")]), ("received", &[("quantity", "4")])]
    {
        let path = format!("/orders/{}/items/{}/{verb}", order.id, order.items[0]);
        let answer = admin.tap(&path, form).await;
        assert_eq!(answer.status, 200, "{verb}: {}", answer.text);
    }
    order
}

/// The form of the one row that stands there: its address and its fields.
fn row(page: &str) -> (String, Vec<(String, String)>) {
    let between = |text: &str, from: &str| {
        let (_, rest) = text.split_once(from)?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let (_, list) = page.split_once("id=\"returns\"").expect("a list");
    let fields = ["quantity", "purchase"]
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), between(list, &format!("name=\"{name}\" value=\""))?)));
    (between(list, "action=\"").expect("a form"), fields.collect())
}

/// However goods that came are no longer needed, they are in the list, and whoever picks puts them on the shelf.
#[tokio::test]
async fn goods_that_came_for_nobody_go_back_to_the_shelf_too() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (ana, joao) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let mut screen = Watched::open(&joao, "/returns").await;
    let swaps: &[(&str, &str)] = &[("rest", "10"), ("quantity", "10"), ("text", "CB15")];
    for (verb, form) in [
        ("items/0/short", &[("reason", "stock")][..]),
        ("items/0/substitute", swaps),
        ("items/0/agree", swaps),
        ("cancel", &[("reason", "desistiu")]),
    ] {
        let order = arrived(&server, &company).await;
        let path = match verb.strip_prefix("items/0/") {
            Some(verb) => format!("/orders/{}/items/{}/{verb}", order.id, order.items[0]),
            None => format!("/orders/{}/{verb}", order.id),
        };
        let answer = ana.tap(&path, form).await;
        assert_eq!(answer.status, 200, "{verb}: {}", answer.text);
        screen.must_equal_a_fresh_page(verb).await;
        let page = joao.get("/returns").await.text;
        assert!(
            page.contains("1 item para devolver") && page.contains("ninguém precisa mais"),
            "{verb}: {page}"
        );
        assert!(ana.get("/history").await.text.contains("href=\"/returns\">Devolver à prateleira <b>1</b>"));
        let (action, fields) = row(&page);
        assert_eq!(fields[0].1, "4", "{verb}: what is on the way is the buyer's");
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let back = joao.tap(&action, &fields).await;
        assert_eq!(back.status, 200, "{verb}: {}", back.text);
        screen.must_equal_a_fresh_page("on the shelf").await;
        assert!(joao.get("/returns").await.text.contains("Nada para devolver"), "{verb}");
        assert_eq!(joao.tap(&action, &fields).await.status, 409, "{verb}: once");
        assert_eq!(joao.tap(back.json()["undo"].as_str().unwrap(), &[]).await.status, 200);
        screen.must_equal_a_fresh_page("undone").await;
        assert_eq!(joao.tap(&action, &fields).await.status, 200);
        screen.must_equal_a_fresh_page("on the shelf again").await;
    }
}

/// What was picked of bought goods lies in the box: it goes back once, not as box and as goods.
#[tokio::test]
async fn bought_goods_in_the_box_of_a_canceled_order_go_back_once() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (ana, joao) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let order = arrived(&server, &company).await;
    let item = format!("/orders/{}/items/{}", order.id, order.items[0]);
    assert_eq!(joao.tap(&format!("{item}/pick"), &[("quantity", "4")]).await.status, 200);
    let cancel = format!("/orders/{}/cancel", order.id);
    assert_eq!(ana.tap(&cancel, &[("reason", "desistiu")]).await.status, 200);
    assert!(joao.get("/returns").await.text.contains("1 item para devolver"));
    let back = joao.tap(&format!("{item}/return"), &[("quantity", "4")]).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert!(joao.get("/returns").await.text.contains("Nada para devolver"));
    assert_eq!(joao.tap(back.json()["undo"].as_str().unwrap(), &[]).await.status, 200);
    assert!(joao.get("/returns").await.text.contains("1 item para devolver"));
    assert_eq!(joao.tap(&format!("{item}/return"), &[("quantity", "4")]).await.status, 200);
    // Restored, the two that are on the way are awaited still; the others are picked from the shelf, or bought.
    let restore = format!("/orders/{}/reopen", order.id);
    assert_eq!(ana.tap(&restore, &[("reason", "voltou")]).await.status, 200);
    let line = company.line(&order, 0).await;
    assert_eq!((line.ordered, line.received), (Decimal::from(2), Decimal::ZERO));
}

/// Cancelling leaves what was put into the box in place of the goods where it is: somebody has to take it out.
#[tokio::test]
async fn goods_in_place_of_others_go_back_from_the_box_of_a_canceled_order() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (ana, joao) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let order = company.import(1).await;
    let item = format!("/orders/{}/items/{}", order.id, order.items[0]);
    assert_eq!(joao.tap(&format!("{item}/pick"), &[("quantity", "4")]).await.status, 200);
    let swap = [("rest", "6"), ("quantity", "5"), ("text", "CB15")];
    assert_eq!(joao.tap(&format!("{item}/substitute"), &swap).await.status, 200);
    let empty = joao.get("/returns").await.text;
    assert!(empty.contains("Nada para devolver"), "not while the order is open: {empty}");
    let cancel = format!("/orders/{}/cancel", order.id);
    assert_eq!(ana.tap(&cancel, &[("reason", "desistiu")]).await.status, 200);
    let mut screens = Vec::new();
    for path in ["/returns", "/history", &format!("/orders/{}", order.id)] {
        screens.push(Watched::open(&joao, path).await);
    }
    let page = joao.get("/returns").await.text;
    for wanted in ["2 itens para devolver", "CB15", "Estava na caixa no lugar de outro item"] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    // The sheet of the line asks for both as well.
    let sheet = joao.get(&format!("/orders/{}?item={}", order.id, order.items[0])).await.text;
    for wanted in ["Está na caixa no lugar", "CB15", &format!("action=\"{item}/unsubstitute\"")] {
        assert!(sheet.contains(wanted), "{wanted}: {sheet}");
    }
    // First the goods of the line, then what is in their place.
    let back = joao.tap(&format!("{item}/return"), &[("quantity", "4")]).await;
    assert_eq!(back.status, 200, "{}", back.text);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("the line's own goods").await;
    }
    assert!(joao.get("/returns").await.text.contains("1 item para devolver"));
    let row = joao.get(&format!("/orders/{}", order.id)).await.text;
    for wanted in
        ["1 para devolver", "Devolver a troca", "<b>5</b>", &format!("action=\"{item}/unsubstitute\"")]
    {
        assert!(row.contains(wanted), "{wanted}: {row}");
    }
    let sheet = joao.get(&format!("/orders/{}?item={}", order.id, order.items[0])).await.text;
    assert!(sheet.contains("Está na caixa no lugar") && !sheet.contains("nada deste item"), "{sheet}");
    let others = joao.tap(&format!("{item}/unsubstitute"), &[]).await;
    assert_eq!(others.json()["message"], "Devolvido à prateleira", "{}", others.text);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("what was in their place").await;
    }
    assert!(joao.get("/returns").await.text.contains("Nada para devolver"));
    assert!(joao.get("/history").await.text.contains("tudo devolvido"));
    assert_eq!(joao.tap(others.json()["undo"].as_str().unwrap(), &[]).await.status, 200);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("undone").await;
    }
    assert!(joao.get("/returns").await.text.contains("1 item para devolver"));
    assert_eq!(joao.tap(&format!("{item}/unsubstitute"), &[]).await.status, 200);
    // Restored, nothing is in its box.
    let restore = format!("/orders/{}/reopen", order.id);
    assert_eq!(ana.tap(&restore, &[("reason", "voltou")]).await.status, 200);
    let line = company.line(&order, 0).await;
    assert_eq!((line.picked, line.status()), (Decimal::ZERO, ItemStatus::Pending));
}

#[tokio::test]
async fn a_canceled_order_shows_no_progress_that_would_go_backwards() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let order = company.import(2).await;
    let path = format!("/orders/{}", order.id);
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    assert_eq!(ana.tap(&pick, &[("quantity", "10")]).await.status, 200);
    let open = ana.get(&path).await.text;
    assert!(open.contains("class=\"figures\"") && open.contains("<progress"), "{open}");
    assert_eq!(ana.tap(&format!("{path}/cancel"), &[("reason", "desistiu")]).await.status, 200);
    let page = ana.get(&path).await.text;
    assert!(!page.contains("class=\"figures\"") && !page.contains("<progress"), "{page}");
    let history = ana.get("/history").await.text;
    assert!(history.contains("1 para devolver") && !history.contains(">1/2"), "{history}");
}

/// Whoever empties the box of a canceled order swaps nothing back.
#[tokio::test]
async fn goods_that_leave_the_box_of_a_canceled_order_are_told_as_that_everywhere() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let path = format!("/orders/{}", order.id);
    let item = format!("{path}/items/{}", order.items[0]);
    let swap = [("rest", "10"), ("quantity", "5"), ("text", "CB15")];
    assert_eq!(ana.tap(&format!("{item}/substitute"), &swap).await.status, 200);
    assert_eq!(ana.tap(&format!("{path}/cancel"), &[("reason", "desistiu")]).await.status, 200);
    assert_eq!(ana.tap(&format!("{item}/unsubstitute"), &[]).await.status, 200);
    for (place, said) in [
        (path.clone(), "tirou da caixa a troca de"),
        (format!("{path}?item={}", order.items[0]), "tirou a troca da caixa"),
        ("/audit".to_owned(), "Troca tirada da caixa"),
    ] {
        let page = ana.get(&place).await.text;
        assert!(page.contains(said) && !page.contains("desfez a troca"), "{place}: {page}");
    }
}
