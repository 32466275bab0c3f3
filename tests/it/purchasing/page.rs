//! The buyer's page: what it lists.

use super::{buy, done, item};
use crate::support::client::Client;
use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, BUYER, PICKER, SELLER};

/// The page's text between its tags.
fn said(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if !inside => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) async fn shows(client: &Client, path: &str, expected: &[&str]) {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    let text = said(&answer.text);
    for words in expected {
        assert!(text.contains(words), "{path} lacks {words}: {text}");
    }
}

#[tokio::test]
async fn the_buyer_s_page_tells_what_is_to_buy_by_product_and_by_order() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (first, second) = (company.import_lines(&["10"]).await, company.import_lines(&["15"]).await);
    let (buyer, seller) = (server.signed_in("alfa", BUYER).await, server.signed_in("alfa", SELLER).await);
    assert_eq!(seller.get("/purchasing").await.status, 403);
    assert_eq!(server.signed_in("alfa", PICKER).await.get("/purchasing").await.status, 200);
    shows(&buyer, "/purchasing", &["Nada para comprar"]).await;
    for order in [&first, &second] {
        done(&seller, &item(order, 0, "request"), &[]).await;
    }
    done(&seller, &format!("/orders/{}/notes", second.id), &[("text", "só <b>preto</b>")]).await;
    shows(&buyer, "/purchasing", &["Comprar 1", "FO00", "2 pedidos", "até R$ 3,50", "25 UN"]).await;
    // What is sent to suppliers says no price.
    let page = buyer.get("/purchasing").await.text;
    let (_, list) = page.split_once("<textarea id=\"purchase-list\"").expect("the list");
    let (list, _) = list.split_once("</textarea>").unwrap();
    assert!(list.ends_with(">25 UN · FO00 FONE MODELO 0"), "{list}");
    let by_order = buyer.get("/purchasing?by=order").await.text;
    let text = said(&by_order);
    for words in [first.number.as_str(), second.number.as_str(), "Marina Alves Prado", "PAULA TESTE DE SOUZA"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(by_order.contains("só &#60;b&#62;preto&#60;/b&#62;"), "{by_order}");
    shows(&buyer, "/purchasing?q=fone", &["25 UN"]).await;
    shows(&buyer, &format!("/purchasing?q={}", second.number), &["15 UN"]).await;
    shows(&buyer, "/purchasing?q=parafuso", &["Nada encontrado com essa busca"]).await;
    let sheet = "/purchasing?view=buy&code=00100&unit=UN";
    shows(&buyer, sheet, &[first.number.as_str(), second.number.as_str(), "Quanto foi comprado?"]).await;
}

#[tokio::test]
async fn what_is_left_over_is_the_buyer_s_to_settle() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (order, canceled) = (company.import(1).await, company.import(1).await);
    let admin = server.signed_in("alfa", ADMIN).await;
    for order in [&order, &canceled] {
        buy(&admin, order, "10").await;
    }
    done(&admin, &item(&order, 0, "received"), &[("quantity", "2")]).await;
    done(&admin, &item(&order, 0, "short"), &[("reason", "stock")]).await;
    done(&admin, &format!("/orders/{}/cancel", canceled.id), &[("reason", "desistiu")]).await;
    let expected = ["Resolver 3", "Não precisa mais", "Pedido cancelado", "Devolver à prateleira"];
    shows(&admin, "/purchasing?view=settle", &expected).await;
    shows(&admin, "/purchasing?view=coming", &["Nada a caminho"]).await;
}

#[tokio::test]
async fn what_was_bought_is_listed_by_period_supplier_and_product() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let buyer = server.signed_in("alfa", BUYER).await;
    for (supplier, quantity) in [("Casa Silva", "10"), ("100% Importados", "4")] {
        let order = company.import(1).await;
        done(&buyer, &item(&order, 0, "request"), &[]).await;
        let form = [("quantity", quantity), ("supplier", supplier), ("cost", "1.234,50")];
        done(&buyer, &item(&order, 0, "ordered"), &form).await;
    }
    let list = "/purchasing/history";
    shows(&buyer, list, &["Casa Silva", "100% Importados", "R$ 1.234,50", "Pedro Compras", "10 UN"]).await;
    let none = "Nenhuma compra com esses filtros";
    for (query, found) in [
        ("supplier=silva", true),
        ("supplier=%25", false),
        ("q=fone", true),
        ("q=00100", true),
        ("q=parafuso", false),
        ("from=2000-01-01&to=2099-01-01", true),
        ("to=2000-01-01", false),
        ("from=2099-01-01", false),
        ("from=ontem&after=nada", true),
        // Days and moments that the database cannot hold filter nothing.
        ("from=-009999-02-01&to=-009999-02-01", true),
        ("after=-009999-02-01T00:00:00Z%2001890000-0000-7000-8000-000000000000", true),
    ] {
        let text = said(&buyer.get(&format!("{list}?{query}")).await.text);
        assert_eq!(text.contains("Casa Silva"), found, "{query}: {text}");
        assert!(found || query.contains("%25") || text.contains(none), "{query}");
    }
    // A code with a sign of `ilike` is found as it stands.
    run_sql(&server.database_url, "update purchases set code = 'A_1%' where supplier = 'Casa Silva'").await;
    for (q, found) in [("a_1%25", true), ("aX1%25", false), ("a_1", false)] {
        let text = said(&buyer.get(&format!("{list}?q={q}")).await.text);
        assert_eq!(text.contains("10 UN"), found, "{q}: {text}");
    }
    // From older ones a link leads back to the newest, also where there are no older ones.
    let before_all = "after=2000-01-01T00:00:00Z%2001890000-0000-7000-8000-000000000000";
    let page = buyer.get(&format!("{list}?q=fone&{before_all}")).await.text;
    assert!(page.contains("rel=\"first\" href=\"/purchasing/history?q=fone\""), "{page}");
    assert!(said(&buyer.get(&format!("{list}?{before_all}")).await.text).contains(none));
    let seller = server.signed_in("alfa", SELLER).await;
    assert_eq!(seller.get(list).await.status, 403);
}

#[tokio::test]
async fn what_was_bought_is_live_like_what_is_to_be_bought() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(1).await;
    let (buyer, admin) = (one.signed_in("alfa", BUYER).await, two.signed_in("alfa", ADMIN).await);
    let list = "/purchasing/history";
    assert!(buyer.get(list).await.text.contains("id=\"live-line\""));
    let mut screen = Watched::open(&buyer, list).await;
    done(&admin, &item(&order, 0, "request"), &[]).await;
    for (verb, quantity, told) in [("ordered", "10", "10 UN"), ("received", "4", "10 UN 1 pedido 4")] {
        screen.must_equal_a_fresh_page("before").await;
        screen.refetched = false;
        done(&admin, &item(&order, 0, verb), &[("quantity", quantity)]).await;
        screen.must_equal_a_fresh_page(verb).await;
        assert!(screen.refetched, "{verb}");
        shows(&buyer, list, &[told]).await;
    }
}

#[tokio::test]
async fn what_is_on_the_way_is_narrowed_down_to_one_supplier() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(3).await;
    let buyer = server.signed_in("alfa", BUYER).await;
    for (line, supplier) in [(0, "Casa Silva"), (1, "Casa Silva"), (2, "Importados Rio")] {
        done(&buyer, &item(&order, line, "request"), &[]).await;
        let form = [("quantity", "10"), ("supplier", supplier)];
        done(&buyer, &item(&order, line, "ordered"), &form).await;
    }
    let all = "/purchasing?view=coming";
    shows(&buyer, all, &["Casa Silva 2", "Importados Rio 1", "FO00", "FO02"]).await;
    for by in ["", "&by=order"] {
        let path = format!("{all}{by}&supplier=Casa%20Silva");
        shows(&buyer, &path, &["A caminho 3", "FO00", "FO01"]).await;
        assert!(!said(&buyer.get(&path).await.text).contains("FO02"), "{by}");
    }
    let gone = said(&buyer.get(&format!("{all}&supplier=Ningu%C3%A9m")).await.text);
    assert!(gone.contains("Casa Silva 2") && !gone.contains("FO00"), "{gone}");
}

#[tokio::test]
async fn a_long_list_has_pages_and_its_search_and_counts_cover_all_of_them() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let buyer = server.signed_in("alfa", BUYER).await;
    done(&buyer, &item(&order, 0, "request"), &[]).await;
    let more = format!(
        "insert into order_items (company_id, id, order_id, position, code, description, unit, quantity, unit_price,
           total_cents, rest_state)
         select company_id, gen_random_uuid(), order_id, 1 + n, 'X' || n, 'PECA ' || lpad(n::text, 3, '0'), 'UN', 1, 1, 100,
           'purchase_requested'
         from order_items, generate_series(1, 349) n where order_id = '{}'",
        order.id
    );
    run_sql(&server.database_url, &more).await;
    shows(&buyer, "/purchasing", &["Comprar 350", "1–300 de 350", "FO00"]).await;
    shows(&buyer, "/purchasing?page=2", &["Comprar 350", "301–350 de 350", "PECA 349"]).await;
    shows(&buyer, "/purchasing?page=9", &["301–350 de 350"]).await;
    let found = said(&buyer.get("/purchasing?q=peca%20349").await.text);
    assert!(found.contains("PECA 349") && !found.contains("de 350"), "{found}");
}

#[tokio::test]
async fn what_was_bought_is_taken_away_as_a_file_by_whoever_may() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (buyer, picker) = (server.signed_in("alfa", BUYER).await, server.signed_in("alfa", PICKER).await);
    for (supplier, cost) in [("Casa Silva", "2,50"), ("=1+1", "1.234,50")] {
        let order = company.import(1).await;
        done(&buyer, &item(&order, 0, "request"), &[]).await;
        let form = [("quantity", "10"), ("supplier", supplier), ("cost", cost), ("expected", "2025-10-23")];
        done(&buyer, &item(&order, 0, "ordered"), &form).await;
    }
    let page = buyer.get("/purchasing/history?q=fone").await.text;
    assert!(page.contains("/purchasing/history/export?q=fone&#38;format=xlsx"), "{page}");
    let file = buyer.get("/purchasing/history/export?q=fone").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let rows: Vec<&str> = file.text.lines().collect();
    assert_eq!(rows.len(), 3, "{}", file.text);
    assert!(rows[1].contains(";UN;10;0;'=1+1;1234,5;23/10/2025;1;Pedro Compras"), "{}", rows[1]);
    assert!(rows[2].contains(";UN;10;0;Casa Silva;2,5;"), "{}", rows[2]);
    let one = buyer.get("/purchasing/history/export?supplier=silva").await.text;
    assert_eq!(one.lines().count(), 2, "{one}");
    let book = buyer.get("/purchasing/history/export?format=xlsx").await;
    assert_eq!((book.status.as_u16(), &book.text.as_bytes()[..2]), (200, &b"PK"[..]));
    assert_eq!(
        server.count("security_events where kind = 'exported' and detail ->> 'what' = 'purchases'").await,
        3
    );
    assert_eq!(picker.get("/purchasing/history/export").await.status, 403);
}
