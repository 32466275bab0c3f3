//! What administrators set, where it shows, and how two of them meet.

mod company;
mod hours;
mod locations;
mod look;
mod permissions;
mod reasons;

use separacao::orders::queries::options;

use crate::support::client::Answer;
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, Company, Imported, PICKER, SELLER};

/// The second administrator of each company.
const OTHER_ADMIN: &str = "1001";

async fn text(server: &TestServer, sql: &str) -> String {
    let answer: Option<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()))
        .fetch_one(&mut superuser(&server.database_url).await)
        .await
        .unwrap();
    answer.unwrap_or_default()
}

async fn id(company: &Company, table: &str, name: &str) -> String {
    let mut tx = company.app.db.company(company.id).await.unwrap();
    let sql = format!("select id::text from {table} where name = '{name}'");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *tx).await.unwrap()
}

fn title(answer: &Answer) -> String {
    answer.json()["title"].as_str().unwrap_or_default().to_owned()
}

/// The value of a hidden field of the form at `action`.
fn version(html: &str, action: &str) -> String {
    let (_, form) = html.split_once(&format!("action=\"{action}\"")).expect("the form");
    let (_, form) = form.split_once("name=\"version\" value=\"").expect("its version");
    form.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn a_renamed_shipping_shows_on_every_screen_of_every_replica() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import(1).await;
    let admin = one.signed_in("alfa", ADMIN).await;
    let seller = two.signed_in("alfa", SELLER).await;
    let mut screens = Vec::new();
    for path in ["/", "/?q=paula", "/quotes", "/history", "/purchasing", "/settings"] {
        let client =
            if path == "/settings" || path == "/purchasing" { admin.at(two.port) } else { seller.clone() };
        screens.push(Watched::open(&client, path).await);
    }
    screens.push(Watched::open(&seller, &format!("/orders/{}", order.id)).await);
    let correios = id(&company, "shipping_options", "Correios").await;
    let caixa = id(&company, "packaging_options", "Caixa").await;
    let path = format!("/settings/shipping/{correios}");
    let form = [("name", "Correios PAC"), ("packagings", caixa.as_str()), ("version", "0")];
    let answer = admin.tap(&path, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("renamed").await;
        assert!(screen.refetched, "a page that shows options is fetched again");
    }
    for path in ["/".to_owned(), format!("/orders/{}", order.id)] {
        assert!(seller.get(&path).await.text.contains("Correios PAC"), "{path}");
    }
    let again = admin.tap(&path, &form).await;
    assert_eq!(again.status, 200, "it is so already: {}", again.text);
    assert_eq!(text(&one, "select count(*)::text from settings_changes").await, "1");
    let kept = text(&one, "select detail::text from security_events where kind = 'setting_changed'").await;
    assert!(kept.contains("Correios PAC") && kept.contains("\"before\""), "{kept}");
}

#[tokio::test]
async fn of_two_administrators_the_second_reads_what_is_true_and_keeps_what_was_typed() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let beatriz = server.signed_in("alfa", OTHER_ADMIN).await;
    let onibus = id(&company, "shipping_options", "Ônibus").await;
    let caixa = id(&company, "packaging_options", "Caixa").await;
    let path = format!("/settings/shipping/{onibus}");
    let read = version(&beatriz.get("/settings").await.text, &path);
    let form = |name, version| [("name", name), ("packagings", caixa.as_str()), ("version", version)];
    assert_eq!(ana.tap(&path, &form("Ônibus 18:30", "0")).await.status, 200);
    let late = beatriz.tap(&path, &form("Ônibus da noite", &read)).await;
    assert_eq!(late.status, 409, "{}", late.text);
    let said = title(&late);
    assert!(
        said.starts_with("Ana Souza mudou isto às ") && said.contains("“Ônibus 18:30”, aceita Caixa"),
        "{said}"
    );
    // Without script the page comes back with what was typed, and the next press knows of the other's change.
    let page = beatriz.post(&path, &form("Ônibus da <noite>", &read)).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("Ônibus da &#60;noite&#62;") || page.text.contains("Ônibus da &lt;noite&gt;"));
    assert!(page.text.contains("Ana Souza mudou isto"));
    let newest = version(&page.text, &path);
    assert_eq!(beatriz.post(&path, &form("Ônibus da noite", &newest)).await.status, 303);
    assert!(beatriz.get("/settings").await.text.contains("Ônibus da noite"));
}

#[tokio::test]
async fn forms_begin_with_what_is_set_and_new_ones_are_empty() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    for (path, names) in [
        ("/settings", &["Correios", "Motoboy", "Caixa", "Sacola", ""][..]),
        ("/settings/reasons", &["Em falta no estoque", ""]),
        ("/settings/company", &["Distribuidora Alfa"]),
    ] {
        let page = admin.get(path).await.text;
        for name in names {
            assert!(page.contains(&format!("name=\"name\" value=\"{name}\"")), "{path} {name}: {page}");
        }
    }
}

#[tokio::test]
async fn names_of_options_are_told_apart_and_places_are_ends() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let caixa = id(&company, "packaging_options", "Caixa").await;
    let add = async |name: &str| {
        admin.tap("/settings/shipping", &[("name", name), ("packagings", caixa.as_str())]).await
    };
    for (name, said) in
        [("correios", "Já existe “Correios”"), ("  ", "Escreva um nome"), ("x\u{202e}y", "Escreva um nome")]
    {
        let refused = add(name).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.json()["fields"]["name"].as_str().unwrap().contains(said), "{}", refused.text);
    }
    let none = admin.tap("/settings/shipping", &[("name", "Balsa")]).await;
    assert_eq!(none.status, 422);
    assert!(none.json()["fields"].get("packagings").is_some(), "{}", none.text);
    assert_eq!(add(" Balsa ").await.status, 200);
    let balsa = id(&company, "shipping_options", "Balsa").await;
    let offered = async || {
        let mut tx = company.app.db.company(company.id).await.unwrap();
        let listed = options::list_shipping_options(&mut tx, None).await.unwrap();
        listed.into_iter().map(|option| option.name).collect::<Vec<_>>()
    };
    assert_eq!(offered().await.last().map(String::as_str), Some("Balsa"));
    for _ in 0..2 {
        let answer = admin.tap(&format!("/settings/shipping/{balsa}/place"), &[("place", "1")]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(offered().await[0], "Balsa");
    }
}

#[tokio::test]
async fn an_option_in_use_is_hidden_and_its_orders_keep_it() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (admin, seller) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", SELLER).await);
    let correios = id(&company, "shipping_options", "Correios").await;
    let hide = async |kind: &str, id: &str, hidden: &str| {
        admin.tap(&format!("/settings/{kind}/{id}/hidden"), &[("hidden", hidden)]).await
    };
    assert_eq!(hide("shipping", &correios, "yes").await.status, 200);
    let shown = seller.get(&format!("/orders/{}", order.id)).await.text;
    assert!(shown.contains("Correios"), "the order keeps it");
    let mut tx = company.app.db.company(company.id).await.unwrap();
    let offered = options::list_shipping_options(&mut tx, None).await.unwrap();
    assert!(offered.iter().all(|option| option.name != "Correios"));
    drop(tx);
    let caixa = id(&company, "packaging_options", "Caixa").await;
    let refused = hide("packaging", &caixa, "yes").await;
    assert_eq!(refused.status, 409);
    assert!(title(&refused).contains("só aceita esta embalagem"), "{}", refused.text);
    for option in offered.iter().skip(1) {
        assert_eq!(hide("shipping", &option.id.to_string(), "yes").await.status, 200);
    }
    let last = hide("shipping", &offered[0].id.to_string(), "yes").await;
    assert_eq!(last.status, 409);
    assert!(title(&last).contains("É a última"), "{}", last.text);
    assert_eq!(hide("shipping", &correios, "no").await.status, 200);
}

#[tokio::test]
async fn packaging_that_is_no_longer_allowed_stays_on_its_orders_and_is_refused_for_others() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let correios = id(&company, "shipping_options", "Correios").await;
    let (caixa, sacola) =
        (id(&company, "packaging_options", "Caixa").await, id(&company, "packaging_options", "Sacola").await);
    let path = format!("/settings/shipping/{correios}");
    let form = [("name", "Correios"), ("packagings", sacola.as_str()), ("version", "0")];
    assert_eq!(admin.tap(&path, &form).await.status, 200);
    let shown = admin.get(&format!("/orders/{}", order.id)).await.text;
    assert!(shown.contains("Correios") && shown.contains("Caixa"));
    let ship = format!("/orders/{}/shipping", order.id);
    let motoboy = id(&company, "shipping_options", "Motoboy").await;
    let choose = async |shipping: &str, packaging: &str| {
        admin.tap(&ship, &[("shipping", shipping), ("packaging", packaging)]).await.status.as_u16()
    };
    assert_eq!(choose(&motoboy, &caixa).await, 200);
    assert_eq!(choose(&correios, &caixa).await, 422, "no more");
    assert_eq!(choose(&correios, &sacola).await, 200);
}

/// A page that was open when it was hidden still offers it.
#[tokio::test]
async fn packaging_that_is_hidden_stays_on_its_orders_and_is_refused_for_others() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (order, other) = (company.import(1).await, company.import(1).await);
    let admin = server.signed_in("alfa", ADMIN).await;
    let (motoboy, retirada) = (
        id(&company, "shipping_options", "Motoboy").await,
        id(&company, "shipping_options", "Retirada na loja").await,
    );
    let sacola = id(&company, "packaging_options", "Sacola").await;
    let choose = async |order: &Imported, shipping: &str| {
        let form = [("shipping", shipping), ("packaging", sacola.as_str())];
        admin.tap(&format!("/orders/{}/shipping", order.id), &form).await
    };
    assert_eq!(choose(&order, &motoboy).await.status, 200);
    let hide = format!("/settings/packaging/{sacola}/hidden");
    assert_eq!(admin.tap(&hide, &[("hidden", "yes")]).await.status, 200);
    assert_eq!(choose(&order, &retirada).await.status, 200, "it is the order's own");
    let refused = choose(&other, &motoboy).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    let said = refused.json()["fields"]["packaging"].as_str().unwrap().to_owned();
    assert_eq!(said, "Esta embalagem não está mais disponível. Escolha outra.");
    assert_eq!(company.summary(other.id).await.packaging, "Caixa");
}

async fn due(company: &Company, order: &Imported) -> Option<String> {
    let at = company.summary(order.id).await.due_at?;
    let local = at.to_zoned(jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap());
    Some(format!("{:02}:{:02}", local.hour(), local.minute()))
}

#[tokio::test]
async fn a_changed_time_asks_whether_open_orders_follow_and_every_administrator_sees_the_question() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let ana = one.signed_in("alfa", ADMIN).await;
    let beatriz = two.signed_in("alfa", OTHER_ADMIN).await;
    let onibus = id(&company, "shipping_options", "Ônibus").await;
    let caixa = id(&company, "packaging_options", "Caixa").await;
    let path = format!("/settings/shipping/{onibus}");
    let form = |due, version| {
        [("name", "Ônibus"), ("packagings", caixa.as_str()), ("due", due), ("version", version)]
    };
    for wrong in ["25:00", "noite"] {
        let refused = ana.tap(&path, &form(wrong, "0")).await;
        assert_eq!(refused.status, 422);
        let said = refused.json()["fields"]["due"].as_str().unwrap().to_owned();
        assert_eq!(said, "Escreva o horário como 18:30, ou deixe vazio.");
    }
    assert_eq!(ana.tap(&path, &form("18:30", "0")).await.status, 200);
    assert!(!ana.get("/settings").await.text.contains("Aplicar a"), "no order has this shipping");
    // From here on it sets the deadline of what is shipped by it.
    let (first, second) = (company.import(1).await, company.import(1).await);
    for order in [&first, &second] {
        let ship = format!("/orders/{}/shipping", order.id);
        assert_eq!(ana.tap(&ship, &[("shipping", &onibus), ("packaging", &caixa)]).await.status, 200);
        assert_eq!(due(&company, order).await.as_deref(), Some("18:30"));
    }
    let mut screen = Watched::open(&beatriz, "/settings").await;
    let mut board = Watched::open(&beatriz, "/").await;
    assert_eq!(ana.tap(&path, &form("19:15", "1")).await.status, 200);
    screen.must_equal_a_fresh_page("a question").await;
    let asked = beatriz.get("/settings").await.text;
    assert!(asked.contains("O horário agora é 19:15. Aplicar a 2 pedidos abertos?"), "{asked}");
    assert_eq!(due(&company, &first).await.as_deref(), Some("18:30"), "nobody has answered");
    let answer = |apply, version| [("apply", apply), ("version", version)];
    let old = beatriz.tap(&format!("{path}/due"), &answer("yes", "1")).await;
    assert_eq!(old.status, 409, "{}", old.text);
    assert!(title(&old).starts_with("O horário mudou de novo"), "{}", old.text);
    let applied = beatriz.tap(&format!("{path}/due"), &answer("yes", "2")).await;
    assert_eq!(applied.status, 200, "{}", applied.text);
    assert!(applied.text.contains("2 pedidos abertos mudaram de prazo."), "{}", applied.text);
    assert_eq!(due(&company, &second).await.as_deref(), Some("19:15"));
    for watched in [&mut screen, &mut board] {
        watched.must_equal_a_fresh_page("applied").await;
    }
    let kept = text(&one, "select after::text from settings_changes where subject like '%.due'").await;
    assert!(kept.contains("\"orders\": 2") && kept.contains("19:15"), "{kept}");
    let again = ana.tap(&format!("{path}/due"), &answer("yes", "2")).await;
    assert_eq!(again.status, 409, "it is answered");
    let undo = applied.json()["undo"].as_str().unwrap().to_owned();
    assert_eq!(beatriz.tap(&undo, &[]).await.status, 200);
    assert_eq!(due(&company, &first).await.as_deref(), Some("18:30"));
    // Left as they are, nothing is asked again; without any time the deadline goes.
    assert_eq!(ana.tap(&path, &form("20:00", "2")).await.status, 200);
    assert_eq!(ana.tap(&format!("{path}/due"), &answer("no", "3")).await.status, 200);
    assert!(!ana.get("/settings").await.text.contains("Aplicar a"));
    assert_eq!(due(&company, &first).await.as_deref(), Some("18:30"));
    assert_eq!(ana.tap(&path, &form("", "3")).await.status, 200);
    assert!(ana.get("/settings").await.text.contains("Tirar o prazo de 2 pedidos abertos?"));
    assert_eq!(ana.tap(&format!("{path}/due"), &answer("yes", "4")).await.status, 200);
    assert_eq!(due(&company, &first).await, None);
    let picker = one.signed_in("alfa", PICKER).await;
    assert_eq!(picker.tap(&format!("{path}/due"), &answer("yes", "4")).await.status, 403);
}
