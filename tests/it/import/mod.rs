//! A quote's PDF becomes an order: once, whole, and only when it adds up.

mod confirming;
mod demo;
mod drafts;

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
use crate::support::world::{ADMIN, Company, OTHER_SELLER, SELLER};

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
async fn chaos_an_upload_that_is_sent_again_makes_one_draft() {
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
