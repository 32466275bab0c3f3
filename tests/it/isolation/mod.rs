//! A company sees nothing of another one: not over any route, not over any socket, not in any table.

pub mod routes;
mod rows;
mod source;

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use separacao::ids::OrderId;
use sqlx::AssertSqlSafe;
use tokio_tungstenite::tungstenite::Error;
use uuid::Uuid;

use self::routes::{Fields, OWNED};
use crate::support::client::{Answer, Client};
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{ADMIN, Imported, PICKER, PIN};

/// What stands in the other company's rows, and must stand in no answer.
const SECRETS: [&str; 3] = ["SEGREDO DE BETA LTDA", "nota secreta de beta", "Distribuidora Beta"];

pub const NOBODY: &str = "01890000-0000-7000-8000-000000000000";

async fn texts(server: &TestServer, sql: &str) -> Vec<String> {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::query_scalar(sql).fetch_all(&mut superuser(&server.database_url).await).await.unwrap()
}

async fn text(server: &TestServer, sql: &str) -> String {
    texts(server, sql).await.into_iter().next().expect("a row")
}

/// Ids of one company, by the names that routes give them.
pub type Ids = BTreeMap<&'static str, String>;

pub fn filled(path: &str, ids: &Ids) -> String {
    ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id))
}

/// A draft of the first seller.
async fn upload_any(server: &TestServer, code: &str) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/quotes");
    let sample = std::fs::read_dir(sample)
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|path| path.extension().is_some_and(|kind| kind == "pdf"))
        .expect("a sample");
    let part = Part::bytes(std::fs::read(sample).unwrap()).file_name("x.pdf");
    let seller = server.signed_in(code, "1001").await;
    let upload = seller.http().post(seller.url("/quotes")).header("accept", "application/json");
    let uploaded = seller.send(
        upload.header("x-operation-id", Uuid::now_v7().to_string()).multipart(Form::new().part("file", part)),
    );
    assert_eq!(uploaded.await.status, 200);
}

/// Something of everything: an order with a pick and a note, a draft, a person.
pub async fn fill(server: &TestServer, code: &'static str, note: &str) -> (Client, Imported, Ids) {
    let company = server.company(code).await;
    let order = company.import(2).await;
    let admin = server.signed_in(code, ADMIN).await;
    let base = format!("/orders/{}", order.id);
    assert_eq!(admin.tap(&format!("{base}/notes"), &[("text", note)]).await.status, 200);
    let pick = format!("{base}/items/{}/pick", order.items[0]);
    assert_eq!(admin.tap(&pick, &[("quantity", "10")]).await.status, 200);
    let place = format!("{base}/items/{}/location", order.items[0]);
    assert_eq!(admin.tap(&place, &[("location", "A-12-3")]).await.status, 200);
    // Bought and here: whatever is done with a purchase could be done with this one.
    for (verb, form) in [
        ("request", vec![]),
        ("ordered", vec![("quantity", "6"), ("supplier", note), ("expected", "2025-10-23")]),
        ("received", vec![("quantity", "3")]),
    ] {
        let path = format!("{base}/items/{}/{verb}", order.items[1]);
        assert_eq!(admin.tap(&path, &form).await.status, 200, "{verb}");
    }
    upload_any(server, code).await;
    let wall = format!(
        "insert into walls (company_id, id, name, key, paired_by, paired_at, last_seen_at)
         values ('{}', gen_random_uuid(), '{note}', uuid_send(gen_random_uuid()), '{}', now(), now()) returning id::text",
        company.id,
        company.person(ADMIN).await
    );
    text(server, &wall).await;
    assert_eq!(admin.tap("/settings/reasons", &[("name", "Vencido")]).await.status, 200);
    let reason = "select code from shortage_reasons where name is not null and company_id";
    let one = async |table: &str| {
        text(server, &format!("select id::text from {table} where company_id = '{}' limit 1", company.id))
            .await
    };
    let operation =
        "select operation_id::text from order_history where operation_id is not null and company_id";
    let ids = [
        ("operation", text(server, &format!("{operation} = '{}' limit 1", company.id)).await),
        ("order", order.id.to_string()),
        ("item", order.items[0].to_string()),
        ("note", one("order_notes").await),
        ("purchase", one("purchases").await),
        ("draft", one("quote_drafts").await),
        ("wall", one("walls").await),
        ("person", company.person(PICKER).await.to_string()),
        ("shipping", one("shipping_options").await),
        ("packaging", one("packaging_options").await),
        ("reason", text(server, &format!("{reason} = '{}' limit 1", company.id)).await),
        ("version", "2".to_owned()),
        // Days are everybody's.
        ("from", "2020-01-01".to_owned()),
        ("day", "2020-01-01".to_owned()),
    ];
    (admin, order, ids.into())
}

async fn send(client: &Client, method: &str, path: &str, fields: Fields) -> Answer {
    match method {
        "GET" => client.get(path).await,
        _ => client.tap(path, fields).await,
    }
}

/// An answer without the moment it was made at, and without the ids that it was asked for (a link back has them).
fn plain(answer: &Answer, ids: &Ids) -> (StatusCode, String) {
    let text = match answer.text.split_once("data-now=\"") {
        Some((before, after)) => before.to_owned() + after.split_once('"').map_or("", |(_, after)| after),
        None => answer.text.clone(),
    };
    let text =
        ids.values().filter(|id| id.len() == 36).fold(text, |text, id| text.replace(id.as_str(), "ID"));
    (answer.status, text)
}

fn must_not_tell(answer: &Answer, what: &str) {
    for secret in SECRETS {
        assert!(!answer.text.contains(secret), "{what} tells {secret}");
    }
}

/// Everything of a company that anybody may have changed.
async fn everything(server: &TestServer, company: &str) -> Vec<String> {
    let mut all = Vec::new();
    for table in [
        "orders",
        "order_items",
        "order_notes",
        "order_history",
        "shelf_locations",
        "purchases",
        "purchase_allocations",
        "purchase_expectations",
        "quote_drafts",
        "shipping_options",
        "packaging_options",
        "shipping_packagings",
        "permission_grants",
        "work_hours",
        "shortage_reasons",
        "company_looks",
        "company_pictures",
        "holidays",
        "settings_changes",
        "feed_heads",
        "operations",
    ] {
        let sql = format!("select t::text from {table} t where company_id = '{company}' order by 1");
        all.extend(texts(server, &sql).await);
    }
    let people = format!(
        "select (id, number, roles, active, pin_hash)::text from people where company_id = '{company}' order by 1"
    );
    all.extend(texts(server, &people).await);
    all
}

#[tokio::test]
async fn no_route_tells_or_touches_anything_of_another_company() {
    let server = TestServer::start().await;
    let (admin, own, ours) = fill(&server, "alfa", "nossa nota").await;
    let (_, _, theirs) = fill(&server, "beta", SECRETS[1]).await;
    let beta = server.company("beta").await.id.to_string();
    let rename = format!("update orders set customer = '{}' where company_id = '{beta}'", SECRETS[0]);
    sqlx::query(AssertSqlSafe(rename)).execute(&mut superuser(&server.database_url).await).await.unwrap();
    let before = everything(&server, &beta).await;
    let nobody: Ids =
        ours.keys().map(|name| (*name, NOBODY.to_owned())).chain([("version", "2".to_owned())]).collect();
    for (method, pattern, fields) in OWNED {
        let what = format!("{method} {pattern}");
        let answer = send(&admin, method, &filled(pattern, &theirs), fields).await;
        assert_eq!(answer.status, 404, "{what}: {}", answer.text);
        must_not_tell(&answer, &what);
        // What is another's and what does not exist are answered alike.
        let absent = send(&admin, method, &filled(pattern, &nobody), fields).await;
        assert_eq!(plain(&absent, &nobody), plain(&answer, &theirs), "{what}");
        // A thing of theirs under an order of ours.
        let mut mixed = theirs.clone();
        mixed.insert("order", ours["order"].clone());
        if pattern.contains("{item}") || pattern.contains("{note}") {
            let answer = send(&admin, method, &filled(pattern, &mixed), fields).await;
            assert_eq!(answer.status, 404, "{what} under an order of ours: {}", answer.text);
        }
    }
    let picker = server.signed_in("alfa", PICKER).await;
    for (method, pattern, fields) in OWNED {
        let answer = send(&picker, method, &filled(pattern, &theirs), fields).await;
        assert!(matches!(answer.status.as_u16(), 403 | 404), "{method} {pattern}: {}", answer.status);
        must_not_tell(&answer, pattern);
    }
    no_query_tells(&admin, &theirs).await;
    let shipping =
        format!("select shipping_id || ' ' || packaging_id from orders where company_id = '{beta}'");
    no_form_or_header_takes(&admin, own.id, &theirs, &text(&server, &shipping).await).await;
    assert_eq!(everything(&server, &beta).await, before, "nothing of theirs has changed");
}

async fn no_query_tells(admin: &Client, theirs: &Ids) {
    let person = format!("/?seller={}", theirs["person"]);
    let picked = format!("/history?picker={}", theirs["person"]);
    for path in [
        person.as_str(),
        picked.as_str(),
        "/?q=segredo",
        "/history?q=segredo",
        "/history/export",
        "/reports?period=7",
        "/reports/export/people",
        "/reports/export/picked",
        "/quotes",
        "/people",
        "/walls",
        "/audit?period=30",
        "/audit/export?period=30",
        "/settings/locations/export",
    ] {
        let answer = admin.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        must_not_tell(&answer, path);
        let told = ["order", "draft"].into_iter().find(|name| answer.text.contains(&theirs[name]));
        assert_eq!(told, None, "{path}");
    }
}

/// `shipping` are the ids of their shipping and packaging, with a space between them.
async fn no_form_or_header_takes(admin: &Client, own: OrderId, theirs: &Ids, shipping: &str) {
    let (shipping, packaging) = shipping.split_once(' ').unwrap();
    let change = [("shipping", shipping), ("packaging", packaging)];
    let answer = admin.tap(&format!("/orders/{own}/shipping"), &change).await;
    let refused = matches!(answer.status.as_u16(), 404 | 409 | 422);
    assert!(refused, "shipping of theirs: {} {}", answer.status, answer.text);
    let unlock = admin.tap("/unlock", &[("person", &theirs["person"]), ("pin", PIN)]).await;
    let refused = unlock.status.is_client_error();
    assert!(refused, "their person with the right PIN: {} {}", unlock.status, unlock.text);
    let cursor = admin.page("/").await.cursor;
    let note = admin.command(&format!("/orders/{own}/notes"), &[("text", "olá")], Uuid::now_v7());
    let screen = format!("order:{}", theirs["order"]);
    let answer = note.header("x-screen", screen).header("x-cursor", &cursor).send().await.unwrap();
    assert!(!answer.text().await.unwrap().contains(SECRETS[1]));
}

#[tokio::test]
async fn no_screen_of_another_company_can_be_watched() {
    let server = TestServer::start().await;
    let (admin, _, _) = fill(&server, "alfa", "nossa nota").await;
    let (theirs, their_order, ids) = fill(&server, "beta", SECRETS[1]).await;
    let mut page = admin.page("/").await;
    let foreign = theirs.page("/").await.cursor;
    let screen = format!("order:{}", ids["order"]);
    for cursor in [&page.cursor, &foreign] {
        match Socket::connect(&admin, &screen, cursor).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status(), 404),
            other => panic!("{:?}", other.map(|_| "a socket")),
        }
        assert_eq!(admin.get(&format!("/feed?screen={screen}&cursor={cursor}")).await.status, 404);
    }
    // Their cursor is not one of ours, and what happens there is not heard here.
    for screen in [
        "board",
        "board-filtered",
        "quotes",
        "people",
        "history",
        "reports",
        "walls",
        "audit",
        "board-wall",
        "anonymise",
    ] {
        let feed = admin.get(&format!("/feed?screen={screen}&cursor={foreign}")).await;
        assert_eq!(feed.text, r#"{"reset":"rewritten"}"#, "{screen}");
    }
    let mut socket = Socket::open(&admin, &mut page).await;
    let before = page.n();
    let pick = format!("/orders/{}/items/{}/pick", their_order.id, their_order.items[1]);
    assert_eq!(theirs.tap(&pick, &[("quantity", "1")]).await.status, 200);
    let note = format!("/orders/{}/notes", ids["order"]);
    assert_eq!(theirs.tap(&note, &[("text", "olá")]).await.status, 200);
    let ours = server.company("alfa").await.import(1).await;
    socket.follow(&mut page, before + 1).await;
    assert_eq!(page.n(), before + 1, "our own import, and nothing else");
    assert!(page.has(&format!("order-{}", ours.id)) && !page.has(&format!("order-{}", their_order.id)));
}
