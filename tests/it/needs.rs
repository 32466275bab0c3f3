//! What waits for an answer is asked of whoever sold it, later of everybody who may answer, and of nobody else.

use crate::support::client::Client;
use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, BUYER, Imported, OTHER_PICKER, OTHER_SELLER, PICKER, SELLER};

async fn count(client: &Client) -> i64 {
    let answer = client.get("/needs/badge").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["count"].as_i64().unwrap()
}

fn item(order: &Imported, line: usize, verb: &str) -> String {
    format!("/orders/{}/items/{}/{verb}", order.id, order.items[line])
}

async fn done(client: &Client, path: &str, form: &[(&str, &str)]) {
    let answer = client.tap(path, form).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
}

#[tokio::test]
async fn the_seller_is_asked_at_once_and_after_a_quarter_of_an_hour_everybody_who_may_answer() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(2).await;
    let (joao, marina, caio, pedro, ana) = (
        server.signed_in("alfa", PICKER).await,
        server.signed_in("alfa", SELLER).await,
        server.signed_in("alfa", OTHER_SELLER).await,
        server.signed_in("alfa", BUYER).await,
        server.signed_in("alfa", ADMIN).await,
    );
    for path in ["/needs", "/needs/badge"] {
        assert_eq!(joao.get(path).await.status, 403, "{path}");
    }
    assert!(marina.get("/needs").await.text.contains("Nada espera por você"));
    done(&joao, &item(&order, 0, "short"), &[("reason", "stock")]).await;
    assert_eq!((count(&marina).await, count(&caio).await), (1, 0));
    let badge = marina.get("/needs/badge").await.json();
    let text = badge["text"].as_str().unwrap();
    assert_eq!(text, format!("FO00: 10 de 10 UN em falta · {} PAULA TESTE DE SOUZA", order.number));
    let waits = caio.get("/needs/badge").await.json()["next"].as_i64();
    assert!(waits.is_some_and(|seconds| (1..=900).contains(&seconds)), "{waits:?}");
    let page = marina.get("/needs").await.text;
    assert!(page.contains("FO00: 10 de 10 UN em falta") && page.contains("João Pereira"), "{page}");
    assert!(
        page.contains(&format!(
            "no seu pedido {} falta o seguinte: 10 UN de FO00 FONE MODELO 0",
            order.number
        ))
    );

    run_sql(&server.database_url, "update shortages set marked_at = marked_at - interval '10 days'").await;
    done(&joao, &item(&order, 1, "short"), &[("reason", "stock")]).await;
    for (client, expected) in [(&marina, 2), (&caio, 1), (&pedro, 1), (&ana, 1)] {
        assert_eq!(count(client).await, expected);
    }
    done(&caio, &item(&order, 0, "answer"), &[("answer", "without"), ("units", "10"), ("from", "needs")])
        .await;
    assert_eq!((count(&marina).await, count(&caio).await), (1, 0));
    done(&joao, &item(&order, 1, "unshort"), &[]).await;
    assert_eq!(count(&marina).await, 0);
}

#[tokio::test]
async fn two_people_of_one_name_are_told_apart_by_their_numbers() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (joao, marina) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", SELLER).await);
    done(&joao, &item(&order, 0, "short"), &[("reason", "stock")]).await;
    let path = format!("/orders/{}", order.id);
    let numbered = format!("João Pereira ({PICKER})");
    let page = marina.get("/needs").await.text;
    assert!(page.contains("João Pereira") && !page.contains(&numbered), "{page}");
    let namesake = format!(
        "update people set name = 'JOÃO PEREIRA', name_folded = (
           select name_folded from people o where o.company_id = people.company_id and o.number = '{PICKER}')
         where number = '{OTHER_PICKER}'"
    );
    run_sql(&server.database_url, &namesake).await;
    for path in ["/needs", path.as_str()] {
        let page = marina.get(path).await.text;
        assert!(page.contains(&numbered), "{path}: {page}");
    }
    // Whose screen it is, is no question of names.
    let actor = format!("data-actor=\"{}\"", company.person(PICKER).await);
    assert!(marina.get(&path).await.text.contains(&actor));
}

#[tokio::test]
async fn what_a_customer_took_the_last_time_is_offered_again_and_never_to_the_counter() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (first, second, third) = (company.import(1).await, company.import(1).await, company.import(1).await);
    let (joao, marina) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", SELLER).await);
    let sheet = format!("/orders/{}?item={}", third.id, third.items[0]);
    let offered = async || {
        let [listed, on_sheet] = ["/needs", &sheet]
            .map(async |path| marina.get(path).await.text.contains("Da última vez: CB15 · 10 UN"));
        let (listed, on_sheet) = tokio::join!(listed, on_sheet);
        assert_eq!(listed, on_sheet, "the sheet offers what the list does");
        listed
    };
    for order in [&first, &second, &third] {
        done(&joao, &item(order, 0, "short"), &[("reason", "stock")]).await;
    }
    assert!(!offered().await);
    let swap =
        [("answer", "swap"), ("units", "10"), ("text", "CB15 --> CABO"), ("unit", "UN"), ("quantity", "10")];
    let answer = marina.tap(&item(&first, 0, "answer"), &swap).await;
    assert!(offered().await);
    let undo = answer.json()["undo"].as_str().unwrap().to_owned();
    done(&marina, &undo, &[]).await;
    assert!(!offered().await, "it was undone");
    done(&marina, &item(&first, 0, "answer"), &swap).await;
    done(&marina, &item(&first, 0, "unagree"), &[]).await;
    assert!(!offered().await, "it was withdrawn");
    done(&marina, &item(&second, 0, "answer"), &swap).await;
    assert!(offered().await);
    run_sql(
        &server.database_url,
        "update agreed_replacements set agreed_at = agreed_at - interval '181 days'",
    )
    .await;
    assert!(!offered().await, "too long ago");
    run_sql(
        &server.database_url,
        "update agreed_replacements set agreed_at = agreed_at + interval '181 days'",
    )
    .await;
    run_sql(&server.database_url, "update companies set counter_customer_code = '001007'").await;
    assert!(!offered().await, "anybody may stand at the counter");
}

#[tokio::test]
async fn the_buyer_reads_for_when_the_customer_wishes_what_is_to_be_bought() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (joao, marina, pedro) = (
        server.signed_in("alfa", PICKER).await,
        server.signed_in("alfa", SELLER).await,
        server.signed_in("alfa", BUYER).await,
    );
    done(&joao, &item(&order, 0, "short"), &[("reason", "stock")]).await;
    let buy = [("answer", "buy"), ("units", "10"), ("expected", "2025-10-24")];
    done(&marina, &item(&order, 0, "answer"), &buy).await;
    let page = pedro.get("/purchasing").await.text;
    assert!(page.contains("cliente quer até 24/10/2025"), "{page}");
}

#[tokio::test]
async fn a_buyer_is_told_of_what_is_late_and_left_over() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(2).await;
    let (joao, pedro, caio) = (
        server.signed_in("alfa", PICKER).await,
        server.signed_in("alfa", BUYER).await,
        server.signed_in("alfa", OTHER_SELLER).await,
    );
    for line in [0, 1] {
        done(&joao, &item(&order, line, "request"), &[]).await;
        done(&pedro, &item(&order, line, "ordered"), &[("quantity", "10"), ("expected", "2025-10-24")]).await;
    }
    assert_eq!((count(&pedro).await, count(&caio).await), (2, 0));
    done(&joao, &item(&order, 1, "pick"), &[("quantity", "10")]).await;
    let page = pedro.get("/needs").await.text;
    assert!(page.contains("1 compra atrasada") && page.contains("1 compra que não precisa mais"), "{page}");
    let ana = server.signed_in("alfa", ADMIN).await;
    done(&ana, &format!("/orders/{}/cancel", order.id), &[("reason", "desistiu")]).await;
    assert!(pedro.get("/needs").await.text.contains("2 compras de pedidos cancelados"));
}

/// Whoever may not answer is asked nothing, and looks after purchases all the same.
#[tokio::test]
async fn a_buyer_who_may_not_answer_is_still_told_of_what_is_late_and_left_over() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(3).await;
    let (joao, pedro) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", BUYER).await);
    let ana = server.signed_in("alfa", ADMIN).await;
    for line in [0, 1] {
        done(&joao, &item(&order, line, "request"), &[]).await;
        done(&pedro, &item(&order, line, "ordered"), &[("quantity", "10"), ("expected", "2025-10-24")]).await;
    }
    done(&joao, &item(&order, 1, "pick"), &[("quantity", "10")]).await;
    done(&joao, &item(&order, 2, "short"), &[("reason", "stock")]).await;
    run_sql(&server.database_url, "update shortages set marked_at = marked_at - interval '10 days'").await;
    assert_eq!(count(&pedro).await, 3);
    let set = async |version: &str, cells: &[(&str, &str)]| {
        let mut form = vec![("version".to_owned(), version.to_owned())];
        for (name, wanted) in cells {
            form.push(((*name).to_owned(), (*wanted).to_owned()));
            form.push((format!("was.{name}"), "yes".to_owned()));
        }
        let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        done(&ana, "/settings/permissions", &form).await;
    };
    set("0", &[("answer.buyer", "no")]).await;
    assert_eq!(count(&pedro).await, 2);
    let page = pedro.get("/needs").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("1 compra atrasada") && page.text.contains("1 compra que não precisa mais"));
    assert!(!page.text.contains("FO02: 10 de 10 UN"), "{}", page.text);
    // Each entry hangs on what lets somebody look after it.
    set("1", &[("settle.buyer", "no")]).await;
    assert_eq!(count(&pedro).await, 1);
    set("2", &[("buy.buyer", "no")]).await;
    for path in ["/needs", "/needs/badge"] {
        assert_eq!(pedro.get(path).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn what_was_bought_for_several_orders_is_one_late_purchase() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let orders = [company.import_lines(&["10"]).await, company.import_lines(&["10"]).await];
    let pedro = server.signed_in("alfa", BUYER).await;
    let mut form = vec![("expected".to_owned(), "2025-10-24".to_owned())];
    for order in &orders {
        done(&pedro, &item(order, 0, "request"), &[]).await;
        form.push((format!("share-{}", order.items[0]), "10".to_owned()));
        form.push((format!("seen-{}", order.items[0]), format!("{} 10", order.id)));
    }
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    done(&pedro, "/purchasing/buy", &form).await;
    assert_eq!(count(&pedro).await, 1);
    assert!(pedro.get("/needs").await.text.contains("1 compra atrasada"));
}

#[tokio::test]
async fn what_comes_for_the_stock_alone_is_late_until_it_is_settled() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (joao, pedro) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", BUYER).await);
    done(&pedro, &item(&order, 0, "request"), &[]).await;
    let (share, seen) = (format!("share-{}", order.items[0]), format!("seen-{}", order.items[0]));
    let lacked = format!("{} 10", order.id);
    let form = [
        (share.as_str(), "10"),
        (seen.as_str(), lacked.as_str()),
        ("quantity", "25"),
        ("expected", "2025-10-24"),
    ];
    done(&pedro, "/purchasing/buy", &form).await;
    assert_eq!(count(&pedro).await, 1, "one purchase, whomever its units are for");
    done(&joao, &item(&order, 0, "received"), &[("quantity", "10")]).await;
    assert_eq!(count(&pedro).await, 1);
    assert!(pedro.get("/needs").await.text.contains("1 compra atrasada"));
    let stock = format!("/purchasing/{}/surplus", company.newest_purchase().await.unwrap());
    done(&pedro, &stock, &[("outcome", "stocked")]).await;
    assert_eq!(count(&pedro).await, 0);
}

#[tokio::test]
async fn an_entry_says_until_when_its_order_is_to_leave() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (joao, marina) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", SELLER).await);
    done(&joao, &item(&order, 0, "short"), &[("reason", "stock")]).await;
    assert!(!marina.get("/needs").await.text.contains("data-deadline"));
    let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
    let tomorrow = company.app.clock.now().to_zoned(zone).date().tomorrow().unwrap().to_string();
    let due = [("day", tomorrow.as_str()), ("time", "18:30")];
    done(&marina, &format!("/orders/{}/due", order.id), &due).await;
    let page = marina.get("/needs").await.text;
    assert!(page.contains("18:30") && page.contains("data-deadline"), "{page}");
}

#[tokio::test]
async fn goods_are_suggested_by_code_and_reference_to_whoever_may_send_others() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    company.import(12).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let suggested = async |typed: &str| {
        let answer = joao.get(&format!("/goods?q={typed}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let goods = answer.json();
        let texts = goods.as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap().to_owned());
        texts.collect::<Vec<_>>()
    };
    let all: Vec<String> = (0..8).map(|line| format!("FO{line:02} --> FONE MODELO {line}")).collect();
    assert_eq!(suggested("fo").await, all);
    assert_eq!(suggested("FO11").await, ["FO11 --> FONE MODELO 11"]);
    assert_eq!(suggested("103").await, ["FO03 --> FONE MODELO 3"], "without its leading zeros");
    assert_eq!(suggested("fo07 modelo").await, ["FO07 --> FONE MODELO 7"]);
    for nothing in ["", "f", "--", "paula", "fone"] {
        assert!(suggested(nothing).await.is_empty(), "{nothing}");
    }
    let one = joao.get("/goods?q=FO11").await.json();
    assert_eq!((one[0]["code"].as_str(), one[0]["unit"].as_str()), (Some("00111"), Some("UN")));

    // Of the company's own, and to nobody who is not signed in.
    server.company("beta").await;
    let beta = server.signed_in("beta", ADMIN).await;
    assert_eq!(beta.get("/goods?q=fo").await.json(), serde_json::json!([]));
}
