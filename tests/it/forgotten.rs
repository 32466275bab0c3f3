//! Who asks to be forgotten is: no name is left, and no figure changes.

use separacao::jobs;

use crate::support::client::Client;
use crate::support::database::{count, run_sql, text};
use crate::support::quotes::{order_of, upload, usual};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, Company, Imported, OTHER_SELLER, PICKER, PIN, SELLER};

/// Everything that is stored of a company, but for sessions and what taps answered.
async fn stored(server: &TestServer) -> String {
    let mut all = String::new();
    for table in [
        "people",
        "orders",
        "order_items",
        "order_notes",
        "order_history",
        "order_documents",
        "quote_drafts",
        "search_words",
        "outcome_marks",
        "agreed_replacements",
        "seller_aliases",
        "security_events",
        "feed_events",
        "sign_in_failures",
    ] {
        let sql = format!("select coalesce(string_agg(t::text, E'\\n'), '') from {table} t");
        all += &text(&server.database_url, &sql).await;
    }
    all
}

async fn tap(client: &Client, path: &str, form: &[(&str, &str)]) {
    let answer = client.tap(path, form).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
}

/// A finished order with a note that names the customer, and one that is canceled.
async fn closed(company: &Company, admin: &Client) -> Vec<Imported> {
    let orders = vec![company.import(1).await, company.import(1).await];
    for (order, end) in orders.iter().zip(["finish", "cancel"]) {
        let base = format!("/orders/{}", order.id);
        tap(admin, &format!("{base}/notes"), &[("text", "Ligar para a Paula 99999-0000")]).await;
        tap(admin, &format!("{base}/items/{}/pick", order.items[0]), &[("quantity", "10")]).await;
        tap(admin, &format!("{base}/{end}"), &[("reason", "desistiu")]).await;
    }
    orders
}

async fn figures(admin: &Client) -> Vec<String> {
    let mut figures = Vec::new();
    for table in ["figures", "people", "picked"] {
        let answer = admin.get(&format!("/reports/export/{table}?period=7")).await;
        assert_eq!(answer.status, 200, "{table}: {}", answer.text);
        figures.push(answer.text);
    }
    figures
}

#[tokio::test]
async fn a_customer_who_is_forgotten_leaves_orders_and_figures_and_no_name() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (admin, picker) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let orders = closed(&company, &admin).await;
    let other = upload(&admin, "discount").await;
    let choices = usual(&company).await;
    let other = order_of(&admin.tap(&format!("{other}/confirm"), &choices.form("1", &[])).await);
    let before = figures(&admin).await;
    let mut history = Watched::open(&picker, "/history").await;
    let mut order = Watched::open(&picker, &format!("/orders/{}", orders[0].id)).await;
    assert_eq!(picker.get("/anonymise").await.status, 403);
    let page = admin.get("/anonymise?code=001007").await.text;
    assert!(page.contains("2 pedidos") && page.contains("PAULA TESTE DE SOUZA"), "{page}");
    let form = |orders| [("code", "001007"), ("name", "paula teste de souza"), ("orders", orders)];
    assert_eq!(admin.tap("/anonymise", &form("3")).await.status, 409, "another number than was shown");
    assert_eq!(picker.tap("/anonymise", &form("2")).await.status, 403);
    tap(&admin, "/anonymise", &form("2")).await;
    history.must_equal_a_fresh_page("the history").await;
    order.must_equal_a_fresh_page("the order").await;
    jobs::run_one(&server.app, "fold_words").await.unwrap();

    let all = stored(&server).await.to_lowercase();
    for gone in ["paula", "teste de", "001007", "99999"] {
        assert!(!all.contains(gone), "{gone}");
    }
    assert_eq!(figures(&admin).await, before, "no figure changes");
    let list = admin.get("/history").await.text;
    assert_eq!(list.matches("Cliente anonimizado").count(), 2, "{list}");
    // Found by number and goods, and of one customer still.
    for (q, found) in [(orders[0].number.as_str(), true), ("00100", true), ("paula", false)] {
        let page = admin.get(&format!("/history?q={q}")).await.text;
        assert_eq!(page.contains("Cliente anonimizado"), found, "{q}: {page}");
    }
    let marks =
        "(select 1 from outcome_marks where mark like 'customer:anon-%' group by mark having count(*) = 2) m";
    assert_eq!(count(&server.database_url, marks).await, 1);
    let pdf = admin.get(&format!("/orders/{}/quote.pdf", orders[0].id)).await;
    assert!(pdf.status == 409 && pdf.text.contains("foi apagado"), "{}", pdf.text);
    assert_eq!(admin.get(&format!("/orders/{other}/quote.pdf")).await.status, 200, "of another customer");
    let audit = admin.get("/audit").await.text;
    assert!(audit.contains("Ana Souza anonimizou um cliente"), "{audit}");
    // An order that is brought back is found as it is called now.
    tap(&admin, &format!("/orders/{}/reopen", orders[0].id), &[("reason", "faltou")]).await;
    assert!(admin.get("/").await.text.contains("Cliente anonimizado"));
}

#[tokio::test]
async fn what_is_about_to_be_forgotten_is_live_and_behind_the_pin() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (admin, other) = (one.signed_in("alfa", ADMIN).await, two.signed_in("alfa", ADMIN).await);
    company.import(1).await;
    let asked = "/anonymise?code=001007";
    assert!(admin.get(asked).await.text.contains("id=\"live-line\""));
    let mut screen = Watched::open(&admin, asked).await;
    let order = company.import(1).await;
    screen.must_equal_a_fresh_page("an import").await;
    assert!(std::mem::take(&mut screen.refetched) && admin.get(asked).await.text.contains("2 pedidos"));
    tap(&other, &format!("/orders/{}/cancel", order.id), &[("reason", "desistiu")]).await;
    screen.must_equal_a_fresh_page("a cancellation").await;
    assert!(screen.refetched);

    // The PIN leads back to what was asked for.
    one.app.clock.advance(10 * 60);
    let page = admin.get(asked).await.text;
    assert!(page.contains("name=\"next\" value=\"/anonymise?code=001007\""), "{page}");
    assert!(!page.contains("2 pedidos"), "{page}");
    let back = admin.post("/unlock", &[("pin", PIN), ("next", asked)]).await;
    assert_eq!(back.location(), asked);
    assert!(admin.get(asked).await.text.contains("2 pedidos"));
}

#[tokio::test]
async fn whoever_has_an_open_order_or_a_code_of_many_is_not_forgotten_by_mistake() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let orders = closed(&company, &admin).await;
    let open = company.import(1).await;
    let form = [("code", "001007"), ("name", ""), ("orders", "3")];
    let stopped = admin.get("/anonymise?code=001007").await.text;
    assert!(stopped.contains("pedidos abertos") && stopped.contains("href=\"/?q=001007\""), "{stopped}");
    assert!(admin.get("/?q=001007").await.text.contains(&open.number), "it leads to them");
    assert_eq!(admin.tap("/anonymise", &form).await.status, 409);
    tap(&admin, &format!("/orders/{}/cancel", open.id), &[("reason", "desistiu")]).await;
    // The counter's code is everybody's: only the one of that name goes.
    let counter = format!(
        "update orders set customer_code = '000001';
         update orders set customer = 'Outra Pessoa' where id = '{}'",
        orders[1].id
    );
    run_sql(&server.database_url, &counter).await;
    assert!(admin.get("/anonymise?code=000001").await.text.contains("digite também o nome"));
    let form = [("code", "000001"), ("name", ""), ("orders", "3")];
    assert_eq!(admin.tap("/anonymise", &form).await.status, 422);
    tap(&admin, "/anonymise", &[("code", "000001"), ("name", "Paula Teste de Souza"), ("orders", "2")]).await;
    assert_eq!(count(&server.database_url, "orders where customer = 'Outra Pessoa'").await, 1);
    assert_eq!(count(&server.database_url, "orders where customer = 'Cliente anonimizado'").await, 2);
    // The PIN is asked for again.
    server.app.clock.advance(10 * 60);
    let again = [("code", "000001"), ("name", "Outra Pessoa"), ("orders", "1")];
    assert_eq!(admin.tap("/anonymise", &again).await.json()["type"], "step-up");
    assert!(admin.get("/anonymise").await.text.contains("name=\"next\" value=\"/anonymise\""));
}

#[tokio::test]
async fn a_person_who_is_forgotten_leaves_what_was_done_and_frees_the_number() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let seller = server.signed_in("alfa", SELLER).await;
    let order = company.import(1).await;
    let base = format!("/orders/{}", order.id);
    tap(&seller, &format!("{base}/items/{}/pick", order.items[0]), &[("quantity", "10")]).await;
    let to = company.person(OTHER_SELLER).await.to_string();
    tap(&admin, &format!("{base}/seller"), &[("seller", &to)]).await;
    let back = company.person(SELLER).await;
    tap(&admin, &format!("{base}/seller"), &[("seller", &back.to_string())]).await;
    let person = format!("/people/{back}");
    assert_eq!(admin.tap(&format!("{person}/anonymise"), &[]).await.status, 409, "still active");
    tap(&admin, &format!("{person}/active"), &[("active", "no")]).await;
    let mut page = Watched::open(&admin, &base).await;
    tap(&admin, &format!("{person}/anonymise"), &[]).await;
    page.must_equal_a_fresh_page("an order of theirs").await;
    let all = stored(&server).await;
    for gone in ["Marina", "marina", "Alves Prado"] {
        let beta = all.matches(gone).count();
        assert!(beta <= 1, "{gone}: only the one of the other company");
    }
    let shown = admin.get(&base).await.text;
    assert!(shown.contains("Pessoa anonimizada 1 separou") && !shown.contains("Marina"), "{shown}");
    let people = admin.get("/people").await.text;
    assert!(people.contains("Pessoa anonimizada 1") && !people.contains(">x1<"), "{people}");
    assert_eq!(admin.tap(&format!("{person}/active"), &[("active", "yes")]).await.status, 409);
    tap(&admin, &format!("{person}/anonymise"), &[]).await;
    // The number is somebody else's now; nobody comes in by the other.
    let new = [("name", "Nova Pessoa"), ("number", SELLER), ("roles", "seller")];
    assert_eq!(admin.post("/people", &new).await.status, 200);
    for number in ["x1", "1"] {
        let form = [("company", "alfa"), ("number", number), ("pin", PIN)];
        assert_eq!(Client::new(server.port).post("/sign-in", &form).await.status, 422);
    }
    assert!(admin.get("/audit").await.text.contains("Ana Souza anonimizou Pessoa anonimizada 1"));
}

#[tokio::test]
async fn papers_of_orders_that_were_closed_long_ago_are_taken_away_where_the_operator_says_so() {
    let url = crate::support::database::create().await;
    let (kept, server) =
        (TestServer::on(&url, &[]).await, TestServer::on(&url, &["--keep-pdf-days", "730"]).await);
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let orders = closed(&company, &admin).await;
    let open = company.import(1).await;
    let age = format!(
        "update order_documents set at = now() - interval '3 years';
         update orders set closed_at = now() - interval '731 days' where id = '{}'",
        orders[0].id
    );
    run_sql(&url, &age).await;
    jobs::run_all(&kept.app).await.unwrap();
    assert_eq!(count(&url, "order_documents where removed_at is not null").await, 0, "kept for ever");
    jobs::run_one(&server.app, "purge_papers").await.unwrap();
    assert_eq!(count(&url, "order_documents where removed_at is not null and length(pdf) = 0").await, 1);
    let status = async |id| admin.get(&format!("/orders/{id}/quote.pdf")).await.status.as_u16();
    assert_eq!(
        (status(orders[0].id).await, status(orders[1].id).await, status(open.id).await),
        (409, 200, 200)
    );
}
