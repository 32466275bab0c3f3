//! What reaches a browser is text, is kept by nobody, and is for whoever asked.

use scraper::node::Node;
use scraper::{ElementRef, Html};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::isolation::routes::routes;
use crate::isolation::{fill, filled};
use crate::support::client::Client;
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::{OTHER_PICKER, PICKER, PIN};

#[tokio::test]
async fn no_page_with_data_is_kept_by_a_browser() {
    let server = TestServer::start().await;
    let (admin, _, ids) = fill(&server, "alfa", "uma nota").await;
    let stranger = Client::new(server.port);
    let mut pages = 0;
    for (_, path) in routes().into_iter().filter(|(method, _)| method == "GET") {
        let of_machines = ["/livez", "/readyz", "/health", "/metrics"].contains(&path.as_str());
        if of_machines || path.starts_with("/static/") || path == "/worker.js" {
            continue;
        }
        let path = filled(&path, &ids).replace("{code}", "alfa");
        for client in [&admin, &stranger] {
            let answer = client.get(&path).await;
            // What leads elsewhere, and what there is not, holds nothing.
            if answer.text.is_empty() {
                continue;
            }
            let kept = answer.headers.get("cache-control").map_or("", |value| value.to_str().unwrap());
            assert!(kept.contains("no-store"), "{path}: {} {kept:?}", answer.status);
            pages += 1;
        }
    }
    assert!(pages >= 15, "{pages}");
}

#[tokio::test]
async fn one_operation_id_sent_by_two_persons_is_two_operations() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let (one, other) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    let (operation, path) = (Uuid::now_v7(), format!("/orders/{}/items/{}/pick", order.id, order.items[0]));
    let first = one.tap_as(&path, &[("quantity", "2")], operation, None).await;
    let second = other.tap_as(&path, &[("quantity", "3")], operation, None).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200), "{} {}", first.text, second.text);
    assert!(second.json()["n"].as_i64() > first.json()["n"].as_i64(), "not the first one's answer");
    let again = one.tap_as(&path, &[("quantity", "2")], operation, None).await;
    assert_eq!(again.json()["n"], first.json()["n"], "each keeps the own answer");
    let theirs = one.tap_as(&path, &[("quantity", "3")], operation, None).await;
    assert_eq!(theirs.status, 422, "{}", theirs.text);
}

const CORPUS: [&str; 5] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onfocus='alert(1)",
    "</title><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
];

fn must_be_text(text: &str, what: &str) {
    for raw in ["<script>alert", "<img src=x", "<svg/onload", "' onfocus='"] {
        assert!(!text.contains(raw), "{raw} reached {what}: {text}");
    }
}

/// Puts a text wherever people or papers put theirs.
async fn spread(server: &TestServer, text: &str) {
    let mut database = superuser(&server.database_url).await;
    let quoted = text.replace('\'', "''");
    for change in [
        format!("update people set name = '{quoted}' where number in ('{PICKER}', '1001')"),
        format!("update orders set customer = '{quoted}'"),
        format!("update order_items set description = '{quoted}'"),
        format!("update order_notes set text = '{quoted}'"),
        format!("update quote_drafts set file_name = '{quoted}',
            reading = jsonb_set(jsonb_set(reading, '{{quote,customer}}', to_jsonb('{quoted}'::text)), '{{quote,seller}}', to_jsonb('{quoted}'::text))"),
        format!("update shipping_options set name = '{quoted}' where position = 1"),
    ] {
        sqlx::query(AssertSqlSafe(change.clone())).execute(&mut database).await.expect(&change);
    }
}

#[tokio::test]
async fn what_was_typed_or_printed_is_text_on_every_page_and_in_every_frame() {
    let server = TestServer::start().await;
    let (admin, order, ids) = fill(&server, "alfa", "uma nota").await;
    let tablet = server.signed_in("alfa", PICKER).await;
    assert_eq!(tablet.post("/shared", &[("shared", "yes")]).await.status, 303);
    let order_path = format!("/orders/{}", order.id);
    for text in CORPUS {
        spread(&server, text).await;
        for path in ["/", "/history", "/people", "/quotes", "/quotes/{draft}", &order_path] {
            let page = admin.get(&filled(path, &ids)).await;
            assert_eq!(page.status, 200, "{path}: {}", page.text);
            must_be_text(&page.text, path);
        }
        let switch = tablet.get("/switch").await;
        assert_eq!(switch.status, 200, "{}", switch.text);
        must_be_text(&switch.text, "/switch");
        // Who is on the order as well, and what the other one does.
        let (mut page, mut own) = (admin.page(&order_path).await, tablet.page(&order_path).await);
        let mut socket = Socket::open(&admin, &mut page).await;
        let _present = Socket::open(&tablet, &mut own).await;
        let told = tablet.tap(&format!("{order_path}/notes"), &[("text", text)]).await;
        let n = told.json()["n"].as_i64().expect("a note");
        let mut through = 0;
        while through < n {
            let said = socket.next().await;
            let Said::Json(said) = said else { panic!("closed before {n}: {said:?}") };
            through = through.max(said["to"].as_i64().unwrap_or(0));
            must_be_text(&said.to_string(), "a frame");
        }
    }
    // The pages of whoever has to type it again.
    for text in CORPUS {
        let form = [("company", "alfa"), ("number", text), ("pin", PIN)];
        must_be_text(&Client::new(server.port).post("/sign-in", &form).await.text, "/sign-in");
        let form = [("name", text), ("number", text), ("roles", "picker")];
        must_be_text(&admin.post("/people", &form).await.text, "/people");
        let coded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        must_be_text(&admin.get(&format!("/?q={coded}")).await.text, "the board's search");
    }
}

/// Letters that run from right to left; they turn what stands beside them in one line around.
const TURNED: &str = "\u{5d0}\u{5d1}\u{5d2}";
/// What stands in a line of text with others; static/css/ground.css isolates some of them.
const INLINE: &[&str] =
    &["a", "abbr", "b", "bdi", "code", "em", "i", "kbd", "label", "mark", "option", "q", "s", "small"];
const INLINE_TOO: &[&str] = &["span", "strong", "sub", "time", "u"];

/// The elements that the style sheet isolates, as it names them.
fn isolated() -> Vec<String> {
    let css = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/static/css/ground.css")).unwrap();
    let (before, _) = css.split_once("unicode-bidi: isolate;").expect("a rule that isolates");
    let (_, names) = before.rsplit_once("*/").expect("its comment");
    let names = names.trim().trim_end_matches('{').split(',').map(|name| name.trim().to_owned());
    names.chain(["bdi".to_owned()]).collect()
}

/// The text of an element without what stands in elements that are lines, or isolated, of their own.
fn own_text(element: ElementRef<'_>, isolated: &[String], text: &mut String) {
    for child in element.children() {
        match child.value() {
            Node::Text(own) => text.push_str(own),
            Node::Element(inner) => {
                let name = inner.name();
                let runs_on = INLINE.contains(&name) || INLINE_TOO.contains(&name);
                if runs_on && !isolated.iter().any(|isolated| isolated == name) {
                    own_text(ElementRef::wrap(child).unwrap(), isolated, text);
                }
            }
            _ => {}
        }
    }
}

/// Elements in which turned letters stand beside others that they would turn around.
fn turned(page: &str) -> Vec<String> {
    let isolated = isolated();
    let html = Html::parse_document(page);
    let all = scraper::Selector::parse("body *").unwrap();
    let odd = html.select(&all).filter(|element| {
        let name = element.value().name();
        if ["script", "template", "textarea"].contains(&name) {
            return false;
        }
        let mut text = String::new();
        own_text(*element, &isolated, &mut text);
        let inside = text.replace(&format!("\u{2068}{TURNED}\u{2069}"), "");
        inside.contains(TURNED) && inside.replace(TURNED, "").chars().any(char::is_alphanumeric)
    });
    odd.map(|element| element.html()).collect()
}

#[tokio::test]
async fn text_that_runs_from_right_to_left_turns_nothing_beside_it_around() {
    let server = TestServer::start().await;
    let (admin, order, ids) = fill(&server, "alfa", TURNED).await;
    let tablet = server.signed_in("alfa", PICKER).await;
    spread(&server, TURNED).await;
    let mut pages = 0;
    for (_, path) in routes().into_iter().filter(|(method, _)| method == "GET") {
        let path = filled(&path, &ids).replace("{code}", "alfa");
        for client in [&admin, &tablet] {
            let answer = client.get(&path).await;
            let found = if answer.text.contains(TURNED) { turned(&answer.text) } else { Vec::new() };
            pages += usize::from(answer.text.contains(TURNED));
            assert!(found.is_empty(), "{path}: {}", found.join("\n"));
        }
    }
    assert!(pages >= 12, "{pages}");
    // The sheet of a line, and what its buttons say.
    let sheet = admin.get(&format!("/orders/{}?item={}", order.id, order.items[0])).await;
    assert_eq!(turned(&sheet.text), Vec::<String>::new());
}
