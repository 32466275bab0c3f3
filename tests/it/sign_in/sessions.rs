//! How long a session lasts, and what ends it.

use reqwest::StatusCode;
use separacao::auth::session::check_sessions;
use sqlx::{Connection, PgConnection};

use super::{HOUR, OWN, WRONG, attempt, is_in, run};
use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{PICKER, PIN, SELLER};

#[tokio::test]
async fn a_session_ends_after_eight_hours_without_use() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    server.app.clock.advance(7 * HOUR);
    assert!(is_in(&client).await);
    server.app.clock.advance(8 * HOUR - 60);
    assert!(!is_in(&client).await, "twelve hours in all have passed as well");
    let other = server.signed_in("alfa", PICKER).await;
    server.app.clock.advance(8 * HOUR);
    assert!(!is_in(&other).await);
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_whatever_it_was_used_for() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    let id = only_session(&server).await;
    for _ in 0..11 {
        server.app.clock.advance(HOUR);
        let seen = check_sessions(&server.app.db, &server.app.clock, &[id], &[id]).await.unwrap();
        assert!(seen[0].1.is_some(), "a visible page counts as use");
    }
    assert!(is_in(&client).await);
    server.app.clock.advance(HOUR);
    let seen = check_sessions(&server.app.db, &server.app.clock, &[id], &[id]).await.unwrap();
    assert!(seen[0].1.is_none());
    assert!(!is_in(&client).await);
}

async fn only_session(server: &TestServer) -> separacao::ids::SessionId {
    let mut database = PgConnection::connect(&server.database_url).await.unwrap();
    let id = sqlx::query_scalar("select id from sessions").fetch_one(&mut database).await.unwrap();
    separacao::ids::SessionId(id)
}

#[tokio::test]
async fn a_revoked_session_stays_dead() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    run(&server, "delete from sessions").await;
    for _ in 0..3 {
        assert!(!is_in(&client).await);
    }
    assert_eq!(server.count("sessions").await, 0);
    assert_eq!(client.tap("/language", &[("language", "en")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(server.count("sessions").await, 0);
}

#[tokio::test]
async fn a_database_that_is_away_signs_nobody_out() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    run(&server, "alter table sessions rename to sessions_away").await;
    let answer = client.tap("/orders/x/finish", &[]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers.get("set-cookie").is_none(), "{:?}", answer.headers);
    run(&server, "alter table sessions_away rename to sessions").await;
    assert!(is_in(&client).await);
}

#[tokio::test]
async fn signing_out_closes_every_screen_of_the_session() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    let copy = client.cookie_header();
    let mut page = client.page("/").await;
    let mut socket = Socket::open(&client, &mut page).await;
    assert_eq!(client.post("/sign-out", &[]).await.location(), "/");
    assert_eq!(socket.closed().await, Some(4401));
    assert!(!client.cookie_header().contains("session="));
    let stolen = client.http().get(client.url("/")).header("cookie", copy).send().await.unwrap();
    assert!(!stolen.text().await.unwrap().contains("data-person"));
    assert_eq!(server.count("sessions").await, 0);
}

#[tokio::test]
async fn the_pin_over_the_page_keeps_the_sockets_and_changes_the_cookie() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    let (before, id) = (client.cookie_header(), only_session(&server).await);
    let wrong = client.tap("/unlock", &[("pin", WRONG)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    server.app.clock.advance(60);
    let answer = client.tap("/unlock", &[("pin", PIN)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let company = server.company("alfa").await;
    assert_eq!(answer.json()["person"], company.person(PICKER).await.to_string());
    assert_eq!(answer.json()["name"], "João Pereira");
    assert_ne!(client.cookie_header(), before);
    assert_eq!(only_session(&server).await, id);
    let old = client.http().get(client.url("/")).header("cookie", before).send().await.unwrap();
    assert!(!old.text().await.unwrap().contains("data-person"), "the old cookie is worth nothing");
}

#[tokio::test]
async fn after_the_end_of_a_session_the_page_still_knows_whom_to_ask() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    let person = server.company("alfa").await.person(PICKER).await.to_string();
    server.app.clock.advance(9 * HOUR);
    assert!(!is_in(&client).await);
    assert_eq!(client.tap("/unlock", &[("pin", PIN)]).await.status, StatusCode::UNAUTHORIZED);
    let answer = client.tap("/unlock", &[("pin", PIN), ("person", &person)]).await;
    assert_eq!(answer.json()["person"], person);
    assert!(is_in(&client).await);
}

#[tokio::test]
async fn another_person_at_the_same_browser_ends_the_first_one_s_session() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    let answer = client.tap("/unlock", &[("pin", PIN), ("number", SELLER)]).await;
    assert_eq!(answer.json()["name"], "Marina Alves Prado");
    assert_eq!(server.count("sessions").await, 1);
}

#[tokio::test]
async fn changing_the_pin_ends_the_other_sessions_and_keeps_this_one() {
    let server = TestServer::start().await;
    let here = server.signed_in("alfa", PICKER).await;
    let there = server.signed_in("alfa", PICKER).await;
    let change = async |current, new, again| {
        here.post("/pin", &[("current_pin", current), ("pin", new), ("pin_again", again)]).await.status
    };
    assert_eq!(change(PIN, "123456", "123456").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PIN, OWN, WRONG).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(WRONG, OWN, OWN).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PIN, PIN, PIN).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PIN, OWN, OWN).await, StatusCode::SEE_OTHER);
    assert!(is_in(&here).await);
    assert!(!is_in(&there).await);
    let again = Client::new(server.port);
    assert_eq!(attempt(&again, PICKER, PIN).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(attempt(&again, PICKER, OWN).await.status, StatusCode::SEE_OTHER);
}
