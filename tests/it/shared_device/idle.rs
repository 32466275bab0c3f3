//! A shared device that nobody has touched for a while asks for the PIN.

use reqwest::StatusCode;
use separacao::companies::actions::companies;

use super::{HOUR, MINUTE, WRONG, count, open, pick, session_cookie, share, tablet};
use crate::isolation::NOBODY;
use crate::isolation::routes::routes;
use crate::support::client::Answer;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{ADMIN, PIN, SELLER};

fn must_be_idle(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text);
    assert_eq!(answer.json()["type"], "idle");
    assert!(answer.json()["title"].as_str().unwrap().contains("ficou parado"));
}

#[tokio::test]
async fn after_five_minutes_without_a_touch_commands_wait_for_the_pin_and_the_screen_lives_on() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(2).await;
    let tablet = tablet(&server).await;
    let at_desk = server.signed_in("alfa", SELLER).await;
    let path = format!("/orders/{}", order.id);
    let mut page = tablet.page(&path).await;
    let mut socket = Socket::open(&tablet, &mut page).await;
    server.app.clock.advance(4 * MINUTE);
    assert_eq!(tablet.tap(&pick(&order, 0), &[("quantity", "1")]).await.status, StatusCode::OK);
    server.app.clock.advance(5 * MINUTE);
    let (history, operations) = (count(&server, "order_history").await, count(&server, "operations").await);
    let operation = uuid::Uuid::now_v7();
    let refused = tablet.tap_as(&pick(&order, 0), &[("quantity", "9")], operation, Some(&page)).await;
    must_be_idle(&refused);
    assert_eq!(count(&server, "order_history").await, history);
    assert_eq!(count(&server, "operations").await, operations);
    // Readable, and live.
    let shown = tablet.get(&path).await;
    assert!(shown.text.contains("data-person") && shown.text.contains("data-idle"));
    let done = at_desk.tap(&pick(&order, 1), &[("quantity", "10")]).await.json();
    socket.follow(&mut page, done["n"].as_i64().unwrap()).await;
    // The PIN wakes it: the same socket, the same tap.
    assert_eq!(tablet.tap("/unlock", &[("pin", WRONG)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    must_be_idle(&tablet.tap(&pick(&order, 0), &[("quantity", "9")]).await);
    assert_eq!(tablet.tap("/unlock", &[("pin", PIN)]).await.status, StatusCode::OK);
    let sent = tablet.tap_as(&pick(&order, 0), &[("quantity", "9")], operation, Some(&page)).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    socket.follow(&mut page, sent.json()["n"].as_i64().unwrap()).await;
    assert!(!tablet.get(&path).await.text.contains("data-idle"));
    // A device of one's own does not ask.
    server.app.clock.advance(HOUR);
    assert_eq!(at_desk.tap(&format!("{path}/notes"), &[("text", "olá")]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_touch_keeps_it_awake_and_none_wakes_it() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let tablet = tablet(&server).await;
    let path = format!("/orders/{}", order.id);
    for round in 0..3 {
        server.app.clock.advance(4 * MINUTE);
        match round {
            0 => assert_eq!(open(&tablet, &path).await.status, StatusCode::OK),
            1 => assert_eq!(tablet.tap("/touch", &[]).await.status, StatusCode::NO_CONTENT),
            _ => assert_eq!(tablet.tap(&pick(&order, 0), &[("quantity", "1")]).await.status, StatusCode::OK),
        }
    }
    // What the script fetches by itself is no touch.
    server.app.clock.advance(4 * MINUTE);
    tablet.get(&path).await;
    let page = tablet.page("/").await;
    tablet.get(&format!("/feed?screen=board&cursor={}", page.cursor)).await;
    server.app.clock.advance(MINUTE);
    must_be_idle(&tablet.tap("/touch", &[]).await);
    assert_eq!(open(&tablet, &path).await.status, StatusCode::OK);
    must_be_idle(&tablet.tap(&pick(&order, 0), &[("quantity", "1")]).await);
    must_be_idle(&tablet.tap("/shared", &[("shared", "no")]).await);
}

#[tokio::test]
async fn no_command_of_an_idle_device_is_forgotten() {
    let server = TestServer::start().await;
    let tablet = server.signed_in("alfa", ADMIN).await;
    share(&tablet, "yes").await;
    server.app.clock.advance(5 * MINUTE);
    let own_pin = ["/unlock", "/sign-in", "/sign-out", "/pin"];
    for (method, path) in routes() {
        if method == "GET" || own_pin.contains(&path.as_str()) {
            continue;
        }
        let mut filled = path.clone();
        for place in ["order", "item", "draft", "person", "note"] {
            filled = filled.replace(&format!("{{{place}}}"), NOBODY);
        }
        must_be_idle(&tablet.tap(&filled.replace("{version}", "1"), &[]).await);
        let plain = tablet.post(&filled.replace("{version}", "1"), &[]).await;
        assert!(plain.location().starts_with("/switch?idle=yes&next="), "{path}: {}", plain.location());
    }
    // Nor does it show what is guarded twice.
    assert!(!tablet.get("/people").await.text.contains("Marina Alves"));
    let wrong = tablet.post("/unlock", &[("pin", WRONG), ("next", "/people")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("name=\"pin\"") && wrong.text.contains("value=\"/people\""),
        "{}",
        wrong.text
    );
    assert_eq!(tablet.post("/unlock", &[("pin", PIN), ("next", "/people")]).await.location(), "/people");
    assert!(tablet.get("/people").await.text.contains("Marina Alves"));
}

#[tokio::test]
async fn the_company_says_how_long_and_its_cookies_cannot_be_dropped_to_get_around_it() {
    let server = TestServer::start().await;
    let tablet = tablet(&server).await;
    companies::set_shared_idle(&server.app.db, &server.app.clock, "alfa", 2).await.unwrap();
    assert!(companies::set_shared_idle(&server.app.db, &server.app.clock, "nobody", 2).await.is_err());
    assert!(companies::set_shared_idle(&server.app.db, &server.app.clock, "alfa", 0).await.is_err());
    assert!(tablet.get("/").await.text.contains("data-shared=\"120\""));
    server.app.clock.advance(2 * MINUTE);
    let session = session_cookie(&tablet);
    let request = tablet.http().post(tablet.url("/language")).header("accept", "application/json");
    let bare = tablet.read(request.header("cookie", session).form(&[("language", "en")])).await;
    must_be_idle(&bare);
}
