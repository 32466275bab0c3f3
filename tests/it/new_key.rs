//! Whose roles change works on, under a new key; the old one is worth nothing soon after.

use reqwest::StatusCode;

use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::{ADMIN, PICKER};

fn new_keys(answer: &Answer) -> usize {
    let cookies = answer.headers.get_all("set-cookie").iter();
    cookies.filter(|cookie| cookie.to_str().unwrap().starts_with("session=")).count()
}

/// Asks with these cookies and keeps none.
async fn with(client: &Client, cookies: &str, path: &str) -> Answer {
    let other = Client::new(client.port);
    other.read(other.http().get(other.url(path)).header("cookie", cookies)).await
}

async fn set_roles(server: &TestServer, admin: &Client, roles: &[&str]) {
    let person = server.company("alfa").await.person(PICKER).await;
    let form: Vec<_> = roles.iter().map(|role| ("roles", *role)).collect();
    assert_eq!(admin.tap(&format!("/people/{person}/roles"), &form).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_changed_role_brings_a_new_key_and_the_old_one_dies() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let copied = picker.cookie_header();
    assert_eq!(new_keys(&picker.get("/").await), 0);
    let mut page = picker.page("/").await;
    let mut socket = Socket::open(&picker, &mut page).await;
    set_roles(&server, &admin, &["picker", "admin"]).await;
    // Commands and polls do not wait for it; the next page brings it.
    let order = server.company("alfa").await.import(1).await;
    let path = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let tap = picker.tap(&path, &[("quantity", "1")]).await;
    assert_eq!((tap.status, new_keys(&tap)), (StatusCode::OK, 0));
    let poll = picker.get(&format!("/feed?screen=board&cursor={}", page.cursor)).await;
    assert_eq!((poll.status, new_keys(&poll)), (StatusCode::OK, 0));
    let fresh = picker.get("/people").await;
    assert_eq!((fresh.status, new_keys(&fresh)), (StatusCode::OK, 1));
    let cookie = fresh.headers["set-cookie"].to_str().unwrap();
    for wanted in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(wanted), "{cookie}");
    }
    assert_ne!(picker.cookie_header(), copied);
    let again = picker.get("/").await;
    assert!(again.text.contains("data-person") && new_keys(&again) == 0, "once");
    // What was under way with the old key still arrives, and gets no key.
    let late = with(&picker, &copied, "/").await;
    assert!(late.text.contains("data-person") && new_keys(&late) == 0);
    server.app.clock.advance(20);
    assert!(!with(&picker, &copied, "/").await.text.contains("data-person"));
    assert!(picker.get("/").await.text.contains("data-person"));
    assert_eq!(picker.tap(&path, &[("quantity", "1")]).await.status, StatusCode::OK);
    // The session is the same one: its sockets stay.
    socket.say(r#"{"visible":true}"#).await;
    loop {
        match socket.next().await {
            Said::Json(word) if word.get("html").is_some() => break,
            Said::Json(_) => {}
            Said::Closed(code) => panic!("closed with {code:?}"),
        }
    }
}

/// Caches on the way keep logos and colours for everybody: they would keep the key as well.
#[tokio::test]
async fn what_caches_keep_for_everybody_brings_no_key_and_takes_none() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let copied = picker.cookie_header();
    set_roles(&server, &admin, &["picker", "admin"]).await;
    let colours = picker.get("/colours/1b4fb5-").await;
    assert!(colours.headers["cache-control"].to_str().unwrap().starts_with("public"));
    assert_eq!((colours.status, new_keys(&colours)), (StatusCode::OK, 0));
    let page = picker.get("/").await;
    assert!(page.text.contains("data-person") && new_keys(&page) == 1, "the page brings it");
    server.app.clock.advance(20);
    let ended = with(&picker, &copied, "/colours/1b4fb5-").await;
    assert_eq!((ended.status, new_keys(&ended)), (StatusCode::OK, 0));
    assert_eq!(new_keys(&with(&picker, &copied, "/").await), 1, "a page tells the browser to forget it");
}

#[tokio::test]
async fn of_requests_side_by_side_one_brings_the_key_and_none_fails() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let picker = server.signed_in("alfa", PICKER).await;
    for roles in [["picker", "buyer"], ["picker", "seller"], ["picker", "admin"]] {
        set_roles(&server, &admin, &roles).await;
        let cookies = picker.cookie_header();
        let requests = ["/", "/history", "/", "/pin", "/history", "/", "/", "/history"];
        let answers = requests.map(|path| {
            picker.send(picker.http().get(picker.url(path)).header("x-request-id", path.len().to_string()))
        });
        let answers = futures_util::future::join_all(answers).await;
        assert!(answers.iter().all(|answer| answer.text.contains("data-person")));
        assert_eq!(answers.iter().map(new_keys).sum::<usize>(), 1);
        assert_ne!(picker.cookie_header(), cookies);
        server.app.clock.advance(30);
        assert!(picker.get("/").await.text.contains("data-person"));
        assert!(!with(&picker, &cookies, "/").await.text.contains("data-person"));
    }
}

#[tokio::test]
async fn signing_out_with_the_old_key_ends_the_session_as_well() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let copied = picker.cookie_header();
    set_roles(&server, &admin, &["picker", "buyer"]).await;
    picker.get("/").await;
    let out = Client::new(server.port);
    let request = out.http().post(out.url("/sign-out")).header("cookie", copied);
    assert_eq!(out.read(request).await.location(), "/");
    assert!(!picker.get("/").await.text.contains("data-person"));
}
