//! A quote's PDF becomes an order: once, whole, and only when it adds up.

use reqwest::multipart::{Form, Part};
use rust_decimal::Decimal;
use separacao::ids::OrderId;
use separacao::lang::Lang;
use separacao::orders::queries::{items, summaries};
use separacao::quotes::{MAX_BYTES, Quote, Refusal};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::database::{count, run_sql};
use crate::support::quotes::{Choices, fixture, form, order_of, pdf, send, upload, usual};
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, Company, OTHER_SELLER, PICKER, SELLER};

fn cents(reais: Decimal) -> i64 {
    (reais * Decimal::ONE_HUNDRED).try_into().unwrap()
}

/// The papers that become orders as they are.
fn good_samples() -> Vec<String> {
    let samples = std::fs::read_dir(fixture("")).unwrap().map(|entry| entry.unwrap().path());
    let names = samples.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let names = names.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    names.filter(|name| !["wrong-sum", "no-items"].contains(&name.as_str())).collect()
}

#[tokio::test]
async fn every_sample_becomes_the_order_that_its_json_says() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let choices = usual(&company).await;
    for name in good_samples() {
        let draft = upload(&seller, &name).await;
        is_shown_with_its_paper(&seller, &draft, &name).await;
        let note = [("note", "Conferir <antes>\ncom cuidado")];
        let id = order_of(&seller.tap(&format!("{draft}/confirm"), &choices.form("1", &note)).await);
        is_what_the_json_says(&company, id, &name).await;
        let stored = seller.http().get(seller.url(&format!("/orders/{id}/quote.pdf")));
        let stored =
            stored.header("cookie", seller.cookie_header()).send().await.unwrap().bytes().await.unwrap();
        assert!(stored == pdf(&name), "{name}: the PDF of the order is the one that was sent");
        let again = seller.get(&draft).await;
        assert_eq!((again.status.as_u16(), again.location()), (303, format!("/orders/{id}").as_str()));
    }
    assert_eq!(count(&server.database_url, "quote_drafts").await, 0);
    let discount =
        "orders where number = '41005' and discount_cents = 1530 and total_cents - 1530 = payable_cents";
    assert_eq!(count(&server.database_url, discount).await, 1);
}

async fn is_shown_with_its_paper(seller: &Client, draft: &str, name: &str) {
    let preview = seller.get(draft).await;
    assert_eq!(preview.status, 200, "{name}: {}", preview.text);
    let paper = seller.get(&format!("{draft}/quote.pdf")).await;
    assert_eq!((paper.status.as_u16(), &paper.headers["content-type"] == "application/pdf"), (200, true));
    let policy = paper.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'self'") && policy.contains("default-src 'none'"), "{policy}");
}

async fn is_what_the_json_says(company: &Company, id: OrderId, name: &str) {
    let expected: Quote =
        serde_json::from_slice(&std::fs::read(fixture(&format!("{name}.json"))).unwrap()).unwrap();
    let mut tx = company.app.db.company(company.id).await.unwrap();
    let order = summaries::get_summary(&mut tx, id).await.unwrap();
    let items = items::list_items(&mut tx, id, None).await.unwrap();
    assert_eq!(order.number.as_deref(), Some(expected.number.as_str()).filter(|number| *number != "0"));
    assert_eq!((order.customer_code, order.customer), (expected.customer_code, expected.customer), "{name}");
    assert_eq!((order.quote_date, order.shipping.as_str()), (expected.date, "Correios"), "{name}");
    assert_eq!(order.notes[0].text, "Conferir <antes>\ncom cuidado");
    assert_eq!(order.values_mismatch_reason, None);
    let read = items.into_iter().map(|item| {
        let amounts = (item.state.quantity, item.unit_price, item.total_cents);
        (item.code, item.description, item.unit, amounts)
    });
    let wanted = expected.items.into_iter().map(|item| {
        let amounts = (item.quantity, item.unit_price, cents(item.total));
        (item.code, item.description, item.unit, amounts)
    });
    assert_eq!(read.collect::<Vec<_>>(), wanted.collect::<Vec<_>>(), "{name}");
}

#[tokio::test]
async fn a_price_finer_than_cents_is_kept_as_the_paper_prints_it() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let name = "field/price-4-decimals";
    let draft = upload(&seller, name).await;
    let note = [("note", "Conferir <antes>\ncom cuidado")];
    let choices = usual(&company).await;
    let id = order_of(&seller.tap(&format!("{draft}/confirm"), &choices.form("1", &note)).await);
    is_what_the_json_says(&company, id, name).await;
    let mut tx = company.app.db.company(company.id).await.unwrap();
    for (item, price) in items::list_items(&mut tx, id, None).await.unwrap().iter().zip(["0,0345", "0,1275"])
    {
        let sheet = seller.get(&format!("/orders/{id}?item={}", item.id)).await.text;
        assert!(sheet.contains(&format!("R$ {price}")), "{sheet}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_quote_gets_its_own_sentence_and_leaves_no_trace() {
    let server = TestServer::start().await;
    let seller = server.signed_in("alfa", SELLER).await;
    let bad = [
        ("empty", Refusal::Empty),
        ("encrypted", Refusal::Encrypted),
        ("no-text", Refusal::NoText),
        ("not-a-pdf", Refusal::NotAPdf),
        ("some-other-document", Refusal::AnotherDocument),
        ("truncated", Refusal::Damaged),
    ];
    for (name, refusal) in bad {
        let bytes = std::fs::read(fixture(&format!("bad/{name}.pdf"))).unwrap();
        let answer = send(&seller, name, bytes, Uuid::now_v7()).await;
        assert_eq!(answer.status, 422, "{name}: {}", answer.text);
        assert_eq!(answer.json()["title"], refusal.sentence(Lang::PtBr), "{name}");
    }
    let large = send(&seller, "large", vec![b'x'; MAX_BYTES + 1], Uuid::now_v7()).await;
    assert_eq!(large.json()["title"], Refusal::TooLarge.sentence(Lang::PtBr));
    let nothing = seller.http().post(seller.url("/quotes")).header("accept", "application/json");
    assert_eq!(seller.send(nothing.multipart(Form::new().text("x", "y"))).await.status, 422);
    assert_eq!(count(&server.database_url, "quote_drafts").await, 0);
    assert_eq!(count(&server.database_url, "operations").await, 0);
}

#[tokio::test]
async fn without_script_each_file_has_its_result_on_the_page() {
    let server = TestServer::start().await;
    let seller = server.signed_in("alfa", SELLER).await;
    let bad = std::fs::read(fixture("bad/not-a-pdf.pdf")).unwrap();
    let two = form("a", pdf("columns-1-item")).part("file", Part::bytes(bad).file_name("../x/b.pdf"));
    let answer = seller.send(seller.http().post(seller.url("/quotes")).multipart(two)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let refusal = Refusal::NotAPdf.sentence(Lang::PtBr);
    for wanted in ["PAULA TESTE DE SOUZA", "41001", "R$ 105,00", "data-name>b.pdf<", refusal.as_str()] {
        assert!(answer.text.contains(wanted), "{wanted} is not in {}", answer.text);
    }
    let company = server.company("alfa").await;
    let draft = seller.get("/quotes").await.text;
    let at = draft.find("href=\"/quotes/").unwrap() + 6;
    let draft = &draft[at..at + 44];
    let refused = seller.post(&format!("{draft}/confirm"), &[("version", "1"), ("note", "guardada")]).await;
    assert_eq!((refused.status.as_u16(), refused.location()), (303, format!("{draft}?checked=yes").as_str()));
    let page = seller.get(refused.location()).await.text;
    assert!(page.contains("Escolha a logística") && page.contains("guardada"), "{page}");
    let choices = usual(&company).await;
    let done = seller.post(&format!("{draft}/confirm"), &choices.form("2", &[])).await;
    assert!(done.location().starts_with("/orders/"), "{} {}", done.status, done.text);
}

#[tokio::test]
async fn values_that_do_not_add_up_stop_the_import_until_they_are_corrected() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let choices = usual(&company).await;
    let draft = upload(&seller, "wrong-sum").await;
    let page = seller.get(&draft).await.text;
    assert!(page.contains("O VALOR TOTAL lido é R$ 466,75, mas a soma dos itens dá R$ 456,75."), "{page}");
    assert!(!page.contains("/confirm\""), "nothing to confirm with");
    let confirm = format!("{draft}/confirm");
    let refused = seller.tap(&confirm, &choices.form("1", &[("reason", "porque sim")])).await;
    assert_eq!(refused.status, 422, "{}", refused.text);

    let misread = choices.form("2", &[("total", "456.75x"), ("payable", "456,75")]);
    assert_eq!(seller.tap(&format!("{draft}/save"), &misread).await.status, 200);
    let page = seller.get(&draft).await.text;
    for wanted in ["456.75x", "Não é um número", "No papel: 466,75"] {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    assert_eq!(seller.tap(&confirm, &choices.form("3", &[])).await.status, 422);
    let id = order_of(&seller.tap(&confirm, &choices.form("3", &[("total", "456,75")])).await);
    let right =
        format!("orders where id = '{}' and total_cents = 45675 and values_mismatch_reason is null", id.0);
    assert_eq!(count(&server.database_url, &right).await, 1);
}

#[tokio::test]
async fn a_line_is_corrected_beside_what_was_read() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let choices = usual(&company).await;
    let draft = upload(&seller, "columns-1-item").await;
    let to_cells = seller.post(&format!("{draft}/save"), &choices.form("1", &[("edit", "1")])).await;
    assert_eq!(to_cells.location(), format!("{draft}?line=1#line-1"));
    assert!(seller.get(&format!("{draft}?line=1")).await.text.contains("name=\"line-1-quantity\""));
    let fewer = [("line-1-quantity", "20"), ("line-1-unit", "CX"), ("line-1-description", "FO11 --> <FONE>")];
    assert_eq!(seller.tap(&format!("{draft}/save"), &choices.form("2", &fewer)).await.status, 200);
    let page = seller.get(&draft).await.text;
    assert!(page.contains("20 × 3,50 dá 70,00, no papel está 105,00"), "{page}");
    assert!(!page.contains("<FONE>"));
    let sums = [("line-1-total", "70"), ("total", "70"), ("payable", "70")];
    let id = order_of(&seller.tap(&format!("{draft}/confirm"), &choices.form("3", &sums)).await);
    let lines = format!(
        "order_items where order_id = '{}' and quantity = 20 and unit = 'CX' and total_cents = 7000",
        id.0
    );
    assert_eq!(count(&server.database_url, &lines).await, 1);
}

#[tokio::test]
async fn an_administrator_may_accept_an_inconsistent_paper_with_a_reason() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let choices = usual(&company).await;
    let confirm = format!("{}/confirm", upload(&admin, "wrong-sum").await);
    let silent = admin.tap(&confirm, &choices.form("1", &[])).await;
    assert!(silent.json()["fields"]["reason"].is_string(), "{}", silent.text);
    let id = order_of(&admin.tap(&confirm, &choices.form("2", &[("reason", "ERP arredondou")])).await);
    assert!(admin.get(&format!("/orders/{id}")).await.text.contains("Valores não conferem"));
    let empty = format!("{}/confirm", upload(&admin, "no-items").await);
    let refused = admin.tap(&empty, &choices.form("1", &[("reason", "nada")])).await;
    assert_eq!(refused.status, 422, "no items, no order: {}", refused.text);
}

#[tokio::test]
async fn a_seller_s_other_name_is_asked_once_and_remembered() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    run_sql(
        &server.database_url,
        "update people set name = 'Caio Luz', name_folded = 'caioluz' where number = '2001'",
    )
    .await;
    let seller = server.signed_in("alfa", SELLER).await;
    let first = upload(&seller, "glued-customer").await;
    let second = upload(&seller, "overprinted-unit").await;
    let page = seller.get(&first).await.text;
    assert!(page.contains("Lembrar que “CAIO BENTO DA LUZ” é esta pessoa"), "{page}");
    let choices = Choices::of(&company, "Correios", "Caixa", OTHER_SELLER).await;
    let nobody = Choices { seller: String::new(), ..usual(&company).await };
    let refused = seller.tap(&format!("{first}/confirm"), &nobody.form("1", &[])).await;
    assert_eq!(refused.json()["fields"]["seller"], "Escolha quem vendeu", "{}", refused.text);
    order_of(
        &seller.tap(&format!("{first}/confirm"), &choices.form("2", &[("remember_alias", "yes")])).await,
    );
    let id = order_of(&seller.tap(&format!("{second}/confirm"), &nobody.form("1", &[])).await);
    let sold = format!("orders where id = '{}' and seller_id = '{}'", id.0, choices.seller);
    assert_eq!(count(&server.database_url, &sold).await, 1);
}

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
async fn a_draft_is_its_importer_s_and_the_administrators_alone() {
    let server = TestServer::start().await;
    let seller = server.signed_in("alfa", SELLER).await;
    let draft = upload(&seller, "columns-1-item").await;
    let stranger = server.signed_in("beta", ADMIN).await;
    let other = server.signed_in("alfa", OTHER_SELLER).await;
    for client in [&other, &stranger] {
        for path in [draft.clone(), format!("{draft}/quote.pdf")] {
            assert_eq!(client.get(&path).await.status, 404, "{path}");
        }
        for verb in ["save", "confirm", "discard"] {
            assert_eq!(
                client.tap(&format!("{draft}/{verb}"), &[("version", "1")]).await.status,
                404,
                "{verb}"
            );
        }
        assert!(!client.get("/quotes").await.text.contains("PAULA TESTE"));
    }
    let picker = server.signed_in("alfa", PICKER).await;
    assert_eq!(picker.get("/quotes").await.status, 403);
    assert_eq!(picker.get(&draft).await.status, 403);
    assert_eq!(send(&picker, "x", pdf("columns-1-item"), Uuid::now_v7()).await.status, 403);
    let admin = server.signed_in("alfa", ADMIN).await;
    assert_eq!(admin.get(&draft).await.status, 200);
    assert!(admin.get("/quotes").await.text.contains("PAULA TESTE"));
    assert_eq!(admin.tap(&format!("{draft}/discard"), &[]).await.status, 200);
    let gone = seller.tap(&format!("{draft}/discard"), &[]).await;
    assert_eq!(gone.status, 404);
    assert_eq!(gone.json()["title"], "Este orçamento já foi confirmado ou descartado");
    assert_eq!(seller.get(&draft).await.status, 404);
}

#[tokio::test]
async fn an_upload_that_is_sent_again_makes_one_draft() {
    let (one, two) = TestServer::pair().await;
    let here = one.signed_in("alfa", SELLER).await;
    let there = here.at(two.port);
    let operation = Uuid::now_v7();
    let file = || pdf("columns-1-item");
    let (first, second) =
        tokio::join!(send(&here, "a", file(), operation), send(&there, "a", file(), operation));
    let draft = first.json()["location"].clone();
    assert_eq!(second.json()["location"], draft);
    let again = send(&here, "copy", file(), Uuid::now_v7()).await.json();
    assert_eq!(again["location"], draft);
    assert_eq!(again["message"], "Este mesmo arquivo já está em Para conferir");
    assert_eq!(count(&one.database_url, "quote_drafts").await, 1);
    assert_eq!(send(&here, "b", pdf("discount"), operation).await.status, 422, "another file, the same tap");
    here.tap(&format!("{}/discard", draft.as_str().unwrap()), &[]).await;
    let late = send(&here, "a", file(), operation).await.json();
    assert_eq!(late["location"], draft, "it is answered what it was, and there it is said what became of it");
    let gone = here.get(draft.as_str().unwrap()).await;
    assert_eq!(gone.status, 404);
    assert!(gone.text.contains("Este orçamento já foi confirmado ou descartado"), "{}", gone.text);
    assert_eq!(count(&one.database_url, "quote_drafts where discarded_at is null").await, 0);
    let anew = send(&here, "a", file(), Uuid::now_v7()).await.json();
    assert_ne!(anew["location"], draft, "a discarded file that is sent again is a new draft");
    assert_eq!(count(&one.database_url, "quote_drafts").await, 1);
}

#[tokio::test]
async fn a_discarded_draft_is_given_back_to_who_discarded_it() {
    let (one, two) = TestServer::pair().await;
    let (seller, admin) = (one.signed_in("alfa", SELLER).await, two.signed_in("alfa", ADMIN).await);
    let choices = usual(&one.company("alfa").await).await;
    let draft = upload(&seller, "columns-1-item").await;
    let noted = choices.form("1", &[("note", "guardada")]);
    assert_eq!(seller.tap(&format!("{draft}/save"), &noted).await.status, 200);
    let page = seller.page("/quotes").await;
    let operation = Uuid::now_v7();
    let discard = format!("{draft}/discard");
    let discarded = seller.tap_as(&discard, &[], operation, Some(&page)).await.json();
    let undo = discarded["undo"].as_str().expect("a way back").to_owned();
    assert_eq!(
        (discarded["message"].as_str(), undo.as_str()),
        (Some("Descartado"), format!("{draft}/restore").as_str())
    );
    assert_eq!(discarded["frames"][0]["touched"], true, "{discarded}");
    assert_eq!(seller.tap_as(&discard, &[], operation, None).await.json()["n"], discarded["n"]);
    for path in [draft.clone(), format!("{draft}/quote.pdf")] {
        assert_eq!(seller.get(&path).await.status, 404, "{path}");
    }
    assert!(!seller.get("/quotes").await.text.contains("PAULA TESTE"));
    assert_eq!(seller.tap(&format!("{draft}/confirm"), &choices.form("2", &[])).await.status, 404);

    let theirs = admin.tap(&undo, &[]).await;
    assert_eq!(theirs.status, 404);
    assert_eq!(theirs.json()["title"], "Este orçamento já foi confirmado ou descartado");
    let page = seller.page("/quotes").await;
    let back = seller.tap_as(&undo, &[], Uuid::now_v7(), Some(&page)).await.json();
    assert_eq!(back["frames"][0]["touched"], true, "{back}");
    assert!(seller.get(&draft).await.text.contains("guardada"));
    // Twice does no harm.
    assert_eq!(seller.tap(&undo, &[]).await.json()["n"], back["n"]);

    // What an administrator discards comes back to the administrator.
    assert_eq!(admin.tap(&discard, &[]).await.status, 200);
    assert_eq!(seller.tap(&undo, &[]).await.status, 404);
    assert_eq!(admin.tap(&undo, &[]).await.status, 200);
    assert_eq!(seller.get(&draft).await.status, 200);

    assert_eq!(seller.tap(&discard, &[]).await.status, 200);
    one.app.clock.advance(7 * 24 * 3600 + 60);
    separacao::jobs::make_round(&one.app, true).await.unwrap();
    assert_eq!(count(&one.database_url, "quote_drafts").await, 0);
}

#[tokio::test]
async fn two_editors_never_overwrite_each_other() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (seller, admin) = (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", ADMIN).await);
    let choices = usual(&company).await;
    let draft = upload(&seller, "columns-1-item").await;
    let save = format!("{draft}/save");
    assert_eq!(admin.tap(&save, &choices.form("1", &[("note", "da Ana")])).await.status, 200);
    let late = seller.tap(&save, &choices.form("1", &[("note", "da Marina")])).await;
    assert_eq!(late.status, 409);
    let sentence = late.json()["title"].as_str().unwrap().to_owned();
    assert!(sentence.starts_with("Ana Souza mexeu neste orçamento às "), "{sentence}");
    assert!(seller.get(&draft).await.text.contains("da Ana"));
    assert_eq!(seller.tap(&format!("{draft}/confirm"), &choices.form("1", &[])).await.status, 409);
}

#[tokio::test]
async fn one_choice_is_applied_to_all_of_ones_drafts() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (seller, other) =
        (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", OTHER_SELLER).await);
    let mine = [upload(&seller, "columns-1-item").await, upload(&seller, "glued-customer").await];
    upload(&other, "discount").await;
    let choices = Choices::of(&company, "Motoboy", "Sacola", SELLER).await;
    let answer = seller.tap(&format!("{}/save", mine[0]), &choices.form("1", &[("all", "yes")])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let chosen = format!("quote_drafts where form ->> 'packaging' = '{}' and version = 2", choices.packaging);
    assert_eq!(count(&server.database_url, &chosen).await, 2);
    let caio = company.person(OTHER_SELLER).await;
    let id = order_of(
        &seller
            .tap(
                &format!("{}/confirm", mine[1]),
                &[("version", "2"), ("shipping", &choices.shipping), ("packaging", &choices.packaging)],
            )
            .await,
    );
    assert_eq!(
        count(&server.database_url, &format!("orders where id = '{}' and seller_id = '{caio}'", id.0)).await,
        1
    );
}

#[tokio::test]
async fn the_demo_company_has_people_and_orders_in_every_state_and_is_made_once() {
    let server = TestServer::start().await;
    let report = separacao::demo::load(&server.app).await.unwrap().expect("a demo");
    assert_eq!((report.people.len(), report.orders), (12, 54));
    assert!(separacao::demo::load(&server.app).await.unwrap().is_none());
    assert_eq!(
        count(
            &server.database_url,
            "people where company_id = (select id from companies where code = 'demo')"
        )
        .await,
        12
    );
    for (state, orders) in [("open", 19), ("finished", 31), ("canceled", 4)] {
        assert_eq!(
            count(&server.database_url, &format!("orders where state = '{state}'")).await,
            orders,
            "{state}"
        );
    }
    assert_eq!(
        count(&server.database_url, "order_history where at > now() or at < now() - interval '40 days'")
            .await,
        0
    );
    let picker = Client::new(server.port);
    picker.sign_in("demo", "1005", &report.pin).await;
    let board = picker.get("/").await.text;
    for status in ["waiting", "picking", "ready"] {
        assert!(board.contains(status), "{status}");
    }
    let buyer = Client::new(server.port);
    buyer.sign_in("demo", "1010", &report.pin).await;
    for view in ["buy", "coming", "late", "settle"] {
        let page = buyer.get(&format!("/purchasing?view={view}")).await.text;
        assert!(!page.contains("purchasing-empty"), "{view}");
    }
    let order = picker.get("/history").await.text;
    assert!(order.contains("Cliente desistiu da compra"));
}
