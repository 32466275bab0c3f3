//! Whatever a browser, or something else, sends: the answer is a page or a problem with a sentence.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::isolation::NOBODY;
use crate::isolation::routes::routes;
use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;
use crate::support::world::ADMIN;

/// Bodies that are no form of ours, and what they say they are.
const BODIES: [(Option<&str>, &[u8]); 7] = [
    (None, b""),
    (Some("application/x-www-form-urlencoded"), b""),
    (
        Some("application/x-www-form-urlencoded"),
        b"%ZZ=%FF&pin=%FF%00&number=%00&company=%00&name=%00&text=%00&&==",
    ),
    (
        Some("application/x-www-form-urlencoded"),
        b"pin=1&pin=2&person=x&number=1&number=2&company=a&company=b",
    ),
    (Some("application/json"), br#"{"pin":"739146"}"#),
    (Some("text/plain"), b"pin=739146&quantity=1"),
    (Some("multipart/form-data"), b"--x\r\n\r\nno boundary was named"),
];

fn filled(path: &str) -> String {
    let mut filled = path.replace("{version}", "1").replace("{code}", "alfa");
    while let Some((before, after)) = filled.split_once('{').map(|(b, a)| (b.to_owned(), a.to_owned())) {
        filled = format!("{before}{NOBODY}{}", after.split_once('}').expect("a place").1);
    }
    filled
}

/// A redirect, a page with a heading, or a problem with a sentence; and never the program's own fault.
fn must_be_an_answer_of_ours(answer: &Answer, what: &str) {
    let kind = answer.headers.get("content-type").map_or("", |kind| kind.to_str().unwrap());
    assert!(!answer.status.is_server_error(), "{what}: {}", answer.text);
    let ours = match kind {
        "" => answer.status.is_redirection() || answer.status == StatusCode::NO_CONTENT,
        "application/json" => answer.status.is_success(),
        "application/problem+json" => is_sentence(&answer.json()["title"]),
        kind if kind.starts_with("text/html") => answer.text.contains("<h1"),
        _ => false,
    };
    assert!(ours, "{what}: {} {kind} {}", answer.status, answer.text);
}

/// Words with spaces between them, not a key of the catalogue.
fn is_sentence(title: &Value) -> bool {
    title.as_str().is_some_and(|title| title.contains(' ') && !title.contains("error."))
}

async fn send(client: &Client, path: &str, accept: &str, (kind, body): (Option<&str>, &[u8])) -> Answer {
    let mut request = client.http().request(Method::POST, client.url(path)).header("accept", accept);
    if let Some(kind) = kind {
        request = request.header("content-type", kind);
    }
    client.send(request.body(body.to_vec())).await
}

#[tokio::test]
async fn every_form_that_cannot_be_read_gets_a_sentence() {
    let server = TestServer::start().await;
    let posts: Vec<String> =
        routes().into_iter().filter(|(method, _)| method == "POST").map(|(_, path)| path).collect();
    assert!(posts.len() > 20, "{posts:?}");
    let mut admin = server.signed_in("alfa", ADMIN).await;
    let nobody = Client::new(server.port);
    for path in &posts {
        for (at, body) in BODIES.iter().enumerate() {
            for accept in ["text/html", "application/json"] {
                for client in [&admin, &nobody] {
                    let answer = send(client, &filled(path), accept, *body).await;
                    must_be_an_answer_of_ours(&answer, &format!("POST {path}, body {at}, {accept}"));
                }
            }
        }
        if !admin.get("/").await.text.contains("data-person") {
            admin = server.signed_in("alfa", ADMIN).await;
        }
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_read_gets_a_sentence() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let cursor = admin.page("/").await.cursor;
    for query in [
        String::new(),
        "?screen=board".to_owned(),
        format!("?cursor={cursor}"),
        "?screen=board&cursor=nonsense".to_owned(),
        format!("?screen=nonsense&cursor={cursor}"),
        format!("?screen=board&screen=board&cursor={cursor}"),
        format!("?screen=board&cursor={cursor}&wait=soon"),
        "?screen=%FF&cursor=%00".to_owned(),
    ] {
        let origin = format!("http://127.0.0.1:{}", server.port);
        let feed = admin.get(&format!("/feed{query}")).await;
        let live = admin.http().get(admin.url(&format!("/live{query}"))).header("origin", origin);
        for (what, answer) in [("feed", feed), ("live", admin.send(live).await)] {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "/{what}{query}: {}", answer.text);
            assert_eq!(answer.headers["content-type"], "application/problem+json", "/{what}{query}");
            assert!(is_sentence(&answer.json()["title"]), "{}", answer.text);
        }
    }
    // Who may not ask at all is told so first.
    let nobody = Client::new(server.port);
    assert_eq!(nobody.get("/feed").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(nobody.get("/live").await.status, StatusCode::FORBIDDEN);
    for path in
        ["/?page=many", "/?q=%00", "/orders/nonsense", "/quotes/nonsense", "/orders/%FF", "/e/%FF", "/e/%00"]
    {
        must_be_an_answer_of_ours(&admin.get(path).await, path);
    }
    assert_eq!(admin.get("/orders/nonsense").await.status, StatusCode::NOT_FOUND);
}
