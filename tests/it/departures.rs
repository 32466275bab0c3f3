//! After the finish: an order leaves the house, and what differs from its quote is entered into the ERP.

use crate::support::client::Client;
use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, BUYER, Company, Imported, OTHER_SELLER, PICKER, SELLER};

async fn tap(client: &Client, order: &Imported, path: &str, form: &[(&str, &str)]) -> u16 {
    client.tap(&format!("/orders/{}/{path}", order.id), form).await.status.as_u16()
}

fn line(order: &Imported, line: usize, verb: &str) -> String {
    format!("items/{}/{verb}", order.items[line])
}

/// An order of three lines: sent whole, 7 of 10, and none.
async fn finished(company: &Company, client: &Client) -> Imported {
    let order = company.import(3).await;
    for (path, form) in [
        (line(&order, 0, "pick"), [("quantity", "10")]),
        (line(&order, 1, "pick"), [("quantity", "7")]),
        (line(&order, 1, "short"), [("reason", "stock")]),
        (line(&order, 2, "short"), [("reason", "damaged")]),
        ("finish".to_owned(), [("volumes", "2")]),
    ] {
        assert_eq!(tap(client, &order, &path, &form).await, 200, "{path}");
    }
    order
}

async fn listed(client: &Client, query: &str, order: &Imported) -> bool {
    client.get(&format!("/history{query}")).await.text.contains(&format!("id=\"closed-{}\"", order.id))
}

#[tokio::test]
async fn a_finished_order_is_listed_until_somebody_says_that_it_left() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let joao = one.signed_in("alfa", PICKER).await;
    let order = finished(&company, &joao).await;
    let (marina, caio) = (two.signed_in("alfa", SELLER).await, two.signed_in("alfa", OTHER_SELLER).await);
    let pedro = two.signed_in("alfa", BUYER).await;
    assert!(listed(&joao, "?here=yes", &order).await);
    let mut screens = Vec::new();
    for path in ["/history?here=yes".to_owned(), "/history".to_owned(), format!("/orders/{}", order.id)] {
        screens.push(Watched::open(&marina, &path).await);
    }
    let form = format!("action=\"/orders/{}/left\"", order.id);
    for (client, may) in [(&joao, true), (&marina, true), (&caio, false), (&pedro, false)] {
        let page = client.get("/history?here=yes").await.text;
        assert_eq!(page.contains(&form), may, "offered to whoever may, also of one's own alone: {page}");
    }
    for client in [&caio, &pedro] {
        assert_eq!(tap(client, &order, "left", &[("left", "yes")]).await, 403);
    }
    let left = joao.tap(&format!("/orders/{}/left", order.id), &[("left", "yes")]).await.json();
    assert_eq!(left["message"], "Pedido saiu");
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("it left").await;
    }
    assert!(!listed(&marina, "?here=yes", &order).await);
    let page = marina.get(&format!("/orders/{}", order.id)).await.text;
    assert!(page.contains("Saiu às ") && page.contains("· João Pereira"), "{page}");
    assert!(page.contains("João Pereira marcou que saiu"), "{page}");
    // Twice does no harm; undone it is here again.
    assert_eq!(tap(&marina, &order, "left", &[("left", "yes")]).await, 200);
    assert_eq!(joao.tap(left["undo"].as_str().unwrap(), &[]).await.status, 200);
    assert!(listed(&marina, "?here=yes", &order).await);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("undone").await;
    }

    // Reopened it is here, whatever was said; what was said then is not taken back any more.
    let left = marina.tap(&format!("/orders/{}/left", order.id), &[("left", "yes")]).await.json();
    assert_eq!(tap(&marina, &order, "reopen", &[("reason", "voltou")]).await, 200);
    assert_eq!(tap(&marina, &order, "left", &[("left", "yes")]).await, 409, "an open order has not left");
    assert_eq!(tap(&marina, &order, "finish", &[]).await, 200);
    assert!(listed(&marina, "?here=yes", &order).await);
    assert_eq!(marina.tap(left["undo"].as_str().unwrap(), &[]).await.status, 409);
    // Nor what was said of an order that came back since: that it had not left.
    assert_eq!(tap(&marina, &order, "left", &[("left", "yes")]).await, 200);
    let here = marina.tap(&format!("/orders/{}/left", order.id), &[("left", "no")]).await.json();
    assert_eq!(tap(&marina, &order, "reopen", &[("reason", "voltou")]).await, 200);
    assert_eq!(tap(&marina, &order, "finish", &[]).await, 200);
    assert_eq!(marina.tap(here["undo"].as_str().unwrap(), &[]).await.status, 409);
    assert!(listed(&marina, "?here=yes", &order).await);
    // Orders of the time before the mark are in no list.
    run_sql(&one.database_url, "delete from outcome_marks where mark = 'here'").await;
    assert!(!listed(&marina, "?here=yes", &order).await && listed(&marina, "", &order).await);
}

#[tokio::test]
async fn what_differs_from_the_quote_is_listed_to_copy_and_ticked_off() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let joao = one.signed_in("alfa", PICKER).await;
    let order = finished(&company, &joao).await;
    let (marina, ana) = (one.signed_in("alfa", SELLER).await, two.signed_in("alfa", ADMIN).await);
    let path = format!("/orders/{}", order.id);
    let page = marina.get(&path).await.text;
    let text = format!(
        "Pedido {} · PAULA TESTE DE SOUZA\n00101 FO01: 10 → 7 UN (-R$ 10,50), cliente não avisado\n\
         00102 FO02: 10 → 0 UN (-R$ 35,00), cliente não avisado",
        order.number
    );
    assert!(page.contains(&text), "{page}");
    assert!(listed(&ana, "?adjust=yes", &order).await);
    let mut screens = Vec::new();
    for path in ["/history?adjust=yes".to_owned(), path.clone()] {
        screens.push(Watched::open(&ana, &path).await);
    }
    let caio = two.signed_in("alfa", OTHER_SELLER).await;
    for client in [&caio, &joao] {
        assert_eq!(tap(client, &order, "adjusted", &[("done", "yes")]).await, 403);
    }
    let second = order.items[1].to_string();
    let one_line = [("item", second.as_str()), ("done", "yes")];
    assert_eq!(tap(&marina, &order, "adjusted", &one_line).await, 200);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("one line").await;
    }
    assert_eq!(company.summary(order.id).await.to_adjust, 1);
    assert!(listed(&ana, "?adjust=yes", &order).await);
    let whole = order.items[0].to_string();
    assert_eq!(tap(&marina, &order, "adjusted", &[("item", &whole), ("done", "yes")]).await, 404);
    let all = marina.tap(&format!("{path}/adjusted"), &[("done", "yes")]).await.json();
    assert!(!listed(&ana, "?adjust=yes", &order).await);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("all").await;
    }
    let page = ana.get(&path).await.text;
    assert!(page.contains("Marina Alves Prado ajustou no ERP"), "{page}");
    // Undone: the line that the same tap found done stays done.
    assert_eq!(marina.tap(all["undo"].as_str().unwrap(), &[]).await.status, 200);
    assert_eq!(company.summary(order.id).await.to_adjust, 1);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("undone").await;
    }

    // A line that was another one when it was ticked waits again; one that came back as it was does not.
    assert_eq!(tap(&ana, &order, "reopen", &[("reason", "achou")]).await, 200);
    assert_eq!(company.summary(order.id).await.to_adjust, 0, "an open order has nothing to adjust");
    assert_eq!(tap(&joao, &order, &line(&order, 2, "pick"), &[("quantity", "10")]).await, 200);
    assert_eq!(tap(&ana, &order, "finish", &[]).await, 200);
    assert_eq!(company.summary(order.id).await.to_adjust, 0);
    assert_eq!(tap(&ana, &order, "reopen", &[("reason", "achou mais")]).await, 200);
    assert_eq!(tap(&joao, &order, &line(&order, 1, "pick"), &[("quantity", "1")]).await, 200);
    assert_eq!(tap(&ana, &order, "finish", &[]).await, 200);
    assert_eq!(company.summary(order.id).await.to_adjust, 1);
    let page = ana.get(&path).await.text;
    assert!(page.contains("00101 FO01: 10 → 8 UN (-R$ 7,00)"), "{page}");
}

/// The ERP was told of seven; the order came back, and all ten went.
#[tokio::test]
async fn a_line_that_is_sent_whole_after_it_was_adjusted_is_to_be_adjusted_back() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let ana = one.signed_in("alfa", ADMIN).await;
    let order = finished(&company, &ana).await;
    assert_eq!(tap(&ana, &order, "adjusted", &[("done", "yes")]).await, 200);
    assert_eq!(tap(&ana, &order, "reopen", &[("reason", "achou")]).await, 200);
    assert_eq!(tap(&ana, &order, &line(&order, 1, "pick"), &[("quantity", "3")]).await, 200);
    let other = two.signed_in("alfa", ADMIN).await;
    let mut list = Watched::open(&other, "/history?adjust=yes").await;
    assert_eq!(tap(&ana, &order, "finish", &[]).await, 200);
    list.must_equal_a_fresh_page("finished again").await;
    assert_eq!(company.summary(order.id).await.to_adjust, 1);
    assert!(listed(&ana, "?adjust=yes", &order).await);
    let page = ana.get(&format!("/orders/{}", order.id)).await.text;
    assert!(page.contains("00101 FO01: 10 → 10 UN, no ERP consta 7\n"), "{page}");
    let whole = order.items[1].to_string();
    let entered = [("item", whole.as_str()), ("done", "yes")];
    let ticked = ana.tap(&format!("/orders/{}/adjusted", order.id), &entered).await.json();
    assert_eq!(company.summary(order.id).await.to_adjust, 0);
    assert!(!listed(&ana, "?adjust=yes", &order).await);
    let page = ana.get(&format!("/orders/{}", order.id)).await.text;
    assert!(!page.contains("no ERP consta"), "{page}");
    // Undone, it waits again.
    assert_eq!(ana.tap(ticked["undo"].as_str().unwrap(), &[]).await.status, 200);
    assert_eq!(company.summary(order.id).await.to_adjust, 1);
    list.must_equal_a_fresh_page("undone").await;
}

/// What was substituted is told by the line alone, whoever made it so.
#[tokio::test]
async fn a_substitute_stands_beside_what_was_quoted() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let order = finished(&company, &ana).await;
    let substituted = format!(
        "update order_items set rest_state = 'substituted', replacement = 'CB15 <preto>', replacement_quantity = 3,
           reason_code = null, reason_text = null where id = '{}'",
        order.items[1]
    );
    run_sql(&server.database_url, &substituted).await;
    let page = ana.get(&format!("/orders/{}", order.id)).await.text;
    assert!(page.contains("no lugar vai 3 × CB15 &#60;preto&#62;"), "{page}");
}
