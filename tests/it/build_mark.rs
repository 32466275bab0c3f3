//! Every answer says which build gave it: a script takes what comes without that for a gateway's word, not for ours.

use std::collections::BTreeSet;

use reqwest::Method;

use crate::isolation::routes;
use crate::support::client::{Answer, Client};
use crate::support::database;
use crate::support::server::TestServer;
use crate::support::world::PICKER;

#[track_caller]
fn must_be_marked(what: &str, answer: &Answer) {
    let build = answer.headers.get("x-build").map(|build| build.to_str().unwrap());
    assert_eq!(build, Some(separacao::assets::build()), "{what}: {} {}", answer.status, answer.text);
}

async fn send(client: &Client, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let method: Method = method.parse().unwrap();
    let request = client.http().request(method, client.url(path));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    client.send(request).await
}

/// Signed in and not, as a page and as the script asks: pages, redirects, 401, 403, 404, 405, 422.
#[tokio::test]
async fn every_route_marks_its_answers() {
    let server = TestServer::start().await;
    server.company("alfa").await;
    let (somebody, nobody) = (server.signed_in("alfa", PICKER).await, Client::new(server.port));
    let mut met = BTreeSet::new();
    let owned = routes::OWNED.iter().map(|(method, path, _)| (*method, *path));
    // Last, for it ends the session of the one who walks.
    let (leaving, free): (Vec<_>, Vec<_>) = routes::FREE.iter().partition(|(_, path)| *path == "/sign-out");
    for (method, path) in owned.chain(free.into_iter().copied()).chain(leaving.into_iter().copied()) {
        let path =
            path.split('/').map(|part| if part.starts_with('{') { crate::isolation::NOBODY } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        for client in [&nobody, &somebody] {
            for headers in [&[("accept", "text/html")][..], &[("accept", "application/json")], &[]] {
                let answer = send(client, method, &path, headers).await;
                must_be_marked(&format!("{method} {path}"), &answer);
                met.insert(answer.status.as_u16());
            }
        }
    }
    for status in [200, 303, 401, 404] {
        assert!(met.contains(&status), "{status} was never met: {met:?}");
    }
}

#[tokio::test]
async fn files_probes_and_refusals_are_marked() {
    let server = TestServer::start().await;
    server.company("alfa").await;
    let client = server.signed_in("alfa", PICKER).await;
    let build = separacao::assets::build();
    let own = format!("/static/app.css?v={build}");
    for (method, path, headers, status) in [
        ("GET", own.as_str(), &[][..], 200),
        ("GET", own.as_str(), &[("if-none-match", "*")], 200),
        ("HEAD", "/static/script.js", &[], 200),
        ("GET", "/static/nothing.js", &[], 404),
        ("GET", "/nothing", &[], 404),
        ("DELETE", "/", &[], 404),
        ("GET", "/livez", &[], 200),
        ("GET", "/readyz", &[], 200),
        ("GET", "/health", &[], 200),
        ("GET", "/metrics", &[], 404),
        (
            "POST",
            "/sign-in",
            &[("origin", "https://elsewhere.example"), ("sec-fetch-site", "cross-site")],
            403,
        ),
    ] {
        let answer = send(&client, method, path, headers).await;
        assert_eq!(answer.status, status, "{method} {path}");
        must_be_marked(&format!("{method} {path}"), &answer);
    }
    // More than a form may hold, by so little that all of it was read when that is said.
    let answer = client.post("/sign-in", &[("company", &"x".repeat(2 << 20))]).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    must_be_marked("a form that is too large", &answer);
}

#[tokio::test]
async fn a_replica_that_is_not_ready_or_knows_no_such_host_marks_its_answers() {
    let empty = TestServer::on(&database::create_empty().await, &[]).await;
    for path in ["/", "/readyz", "/feed", "/sign-in"] {
        let answer = Client::new(empty.port).get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        must_be_marked(path, &answer);
    }
    let strict = TestServer::on(&database::create().await, &["--allowed-hosts", "app.example"]).await;
    let answer = Client::new(strict.port).get("/").await;
    assert_eq!(answer.status, 400);
    must_be_marked("a foreign host", &answer);
}
