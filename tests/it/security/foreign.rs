//! Commands come from our own pages only, and only commands change anything.

use reqwest::Method;

use crate::isolation::routes::{FREE, Fields, OWNED};
use crate::isolation::{fill, filled};
use crate::support::database::{self, contents};
use crate::support::server::TestServer;

/// Every route with its form: method, path as in the router, fields.
fn routes() -> impl Iterator<Item = (&'static str, &'static str, Fields)> {
    let free = FREE.iter().map(|(method, path)| (*method, *path, &[] as Fields));
    OWNED.iter().copied().chain(free)
}

#[tokio::test]
async fn a_command_from_a_foreign_page_is_refused_in_a_sentence_and_writes_nothing() {
    let server = TestServer::start().await;
    let (admin, _, ids) = fill(&server, "alfa", "uma nota").await;
    // But what tells of it.
    let before = contents(&server.database_url, &["security_events"]).await;
    let foreign = [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("origin", "http://127.0.0.1.evil.example")],
    ];
    for (_, path, fields) in routes().filter(|(method, ..)| *method == "POST") {
        for headers in &foreign {
            let mut request = admin.http().post(admin.url(&filled(path, &ids))).form(fields);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = admin.send(request).await;
            assert_eq!(answer.status, 403, "{path} with {headers:?}: {}", answer.text);
            assert!(answer.text.trim().len() > 10, "{path} with {headers:?}: a sentence: {:?}", answer.text);
            assert!(answer.headers.get("set-cookie").is_none(), "{path} with {headers:?}");
        }
    }
    assert_eq!(contents(&server.database_url, &["security_events"]).await, before);
    let script = admin.http().post(admin.url("/sign-out")).header("accept", "application/json");
    let problem = admin.send(script.header("origin", "null")).await;
    assert_eq!(
        (problem.status.as_u16(), &problem.headers["content-type"]),
        (403, &"application/problem+json".parse().unwrap())
    );
}

#[tokio::test]
async fn looking_changes_nothing() {
    let url = database::create().await;
    let server = TestServer::on(&url, &[]).await;
    let (admin, _, ids) = fill(&server, "alfa", "uma nota").await;
    // A socket without an origin is refused, and that is told.
    let before = contents(&url, &["security_events"]).await;
    for (_, path, _) in routes().filter(|(method, ..)| *method == "GET") {
        let path = filled(path, &ids).replace("{code}", "alfa").replace("{*path}", "css/app.css");
        for method in [Method::GET, Method::HEAD] {
            let request = admin.http().request(method.clone(), admin.url(&path));
            let status = admin.send(request).await.status.as_u16();
            assert!(status < 500, "{method} {path}: {status}");
        }
    }
    assert_eq!(contents(&url, &["security_events"]).await, before);
}
