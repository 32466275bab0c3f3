//! What is guarded twice: people, permissions, and everything that leaves as a file ask for the PIN again.

use reqwest::StatusCode;

use crate::isolation::routes::{FREE, OWNED};
use crate::isolation::{fill, filled};
use crate::support::server::TestServer;
use crate::support::world::{BUYER, PIN};

/// What an administrator does only with a PIN proven lately.
fn is_guarded(path: &str) -> bool {
    let guarded = ["/people", "/anonymise", "/walls", "/settings/company", "/settings/permissions"];
    // It is where the PIN is proven.
    let proves = path == "/people/roster/prove";
    (guarded.iter().any(|above| path.starts_with(above)) && !proves) || path.contains("/export")
}

#[tokio::test]
async fn no_file_leaves_and_nobody_s_access_changes_without_a_pin_proven_lately() {
    let server = TestServer::start().await;
    let (admin, _, ids) = fill(&server, "alfa", "uma nota").await;
    let owned = OWNED.iter().map(|(method, path, fields)| (*method, *path, *fields));
    let routes: Vec<_> =
        owned.chain(FREE.iter().map(|(method, path)| (*method, *path, &[] as &[_]))).collect();
    let of_table = |path: &str| filled(path, &ids).replace("{table}", "figures");
    let mut exports = 0;
    for (_, path, _) in routes.iter().filter(|(_, path, _)| path.contains("/export")) {
        let file = admin.get(&of_table(path)).await;
        assert!(file.headers.contains_key("content-disposition"), "{path}: {}", file.text);
        exports += 1;
    }
    assert_eq!(exports, 5);
    server.app.clock.advance(10 * 60);
    let told = server.count("security_events where kind <> 'denied'").await;
    for (method, path, fields) in routes {
        let to = of_table(path);
        if method == "POST" && is_guarded(path) {
            let refused = admin.tap(&to, fields).await;
            assert_eq!(refused.json()["type"], "step-up", "POST {path}: {}", refused.text);
        } else if method == "GET" && !["/live", "/feed", "/wall/live", "/wall/feed"].contains(&path) {
            let page = admin.get(&to).await;
            let is_file = page.headers.get("content-disposition").is_some_and(|kind| {
                let kind = kind.to_str().unwrap();
                kind.starts_with("attachment")
            });
            assert!(!is_file, "GET {path} gives a file away");
            let asks = page.text.contains("action=\"/unlock\"") || page.status == StatusCode::SEE_OTHER;
            assert!(asks || !is_guarded(path), "GET {path}: {} {}", page.status, page.text);
        }
    }
    assert_eq!(server.count("security_events where kind <> 'denied'").await, told);
}

#[tokio::test]
async fn whoever_wants_a_file_is_asked_for_the_pin_and_comes_back_to_the_same_list() {
    let server = TestServer::start().await;
    let buyer = server.signed_in("alfa", BUYER).await;
    server.app.clock.advance(10 * 60);
    for (file, list) in [
        ("/history/export?state=finished&format=xlsx", "/history?state=finished&format=xlsx"),
        ("/reports/export/people?period=30", "/reports?period=30"),
        ("/purchasing/history/export", "/purchasing/history"),
    ] {
        let asked = buyer.get(file).await;
        assert_eq!(asked.status, StatusCode::FORBIDDEN, "{file}");
        let next = format!("name=\"next\" value=\"{}\"", list.replace('&', "&#38;"));
        assert!(asked.text.contains(&next) && asked.text.contains("Digite seu PIN e faça de novo"));
    }
    let back = buyer.post("/unlock", &[("pin", PIN), ("next", "/history?state=finished")]).await;
    assert_eq!(back.location(), "/history?state=finished");
    assert_eq!(buyer.get("/history/export?state=finished").await.status, StatusCode::OK);
}
