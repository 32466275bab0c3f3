//! Codes that screens show and administrators type, and what a replica knows whose only screens are walls.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{ADMIN, PICKER};
use crate::walls::{code_of, pair};

#[tokio::test]
async fn a_pairing_that_is_sent_again_after_its_code_ended_is_no_guess() {
    let server = TestServer::start().await;
    let (screen, admin) = (Client::new(server.port), server.signed_in("alfa", ADMIN).await);
    let code = code_of(&screen).await;
    let (form, tap) = ([("code", code.as_str()), ("name", "TV")], Uuid::now_v7());
    let first = admin.tap_as("/walls", &form, tap, None).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    run_sql(&server.database_url, "delete from wall_codes").await;
    for _ in 0..6 {
        let again = admin.tap_as("/walls", &form, tap, None).await;
        assert_eq!(
            (again.status, &again.json()["n"]),
            (StatusCode::OK, &first.json()["n"]),
            "{}",
            again.text
        );
    }
    // Nor is it a way to ask about other codes.
    let other = admin.tap_as("/walls", &[("code", "123456"), ("name", "TV")], tap, None).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", other.text);
    assert_eq!(server.count("wall_code_failures").await, 0);
    assert_eq!(server.count("security_events where kind = 'wall_code_wrong'").await, 0);
    assert_eq!(server.count("walls").await, 1);
}

/// Codes of strangers: so many of each of these networks, the last number of which is left open.
async fn crowd(server: &TestServer, networks: u32, each: u32, address: &str, first: u32) {
    let sql = format!(
        "insert into wall_codes (key, code, address, expires_at)
         select sha256(('{address}' || n || '-' || c)::bytea), lpad(({first} + n * 1000 + c)::text, 6, '0'), replace('{address}', '#', n::text),
           now() + interval '9 minutes' from generate_series(1, {networks}) n, generate_series(1, {each}) c"
    );
    run_sql(&server.database_url, &sql).await;
}

#[tokio::test]
async fn strangers_who_take_all_codes_keep_no_screen_out() {
    for (networks, each, address) in [(49, 10, "192.0.2.#"), (499, 1, "2001:db8:1:#::/64")] {
        let server = TestServer::start().await;
        let admin = server.signed_in("alfa", ADMIN).await;
        let mine = Client::new(server.port);
        let code = code_of(&mine).await;
        crowd(&server, networks, each, address, 0).await;
        let more = 499 - networks * each;
        crowd(&server, 1, more, "198.51.100.#", 500_000).await;
        assert_eq!(server.count("wall_codes").await, 500);
        let mut codes = vec![(mine, code)];
        for _ in 0..3 {
            let screen = Client::new(server.port);
            let code = code_of(&screen).await;
            codes.push((screen, code));
        }
        assert_eq!(server.count("wall_codes").await, 500, "as many as before are good");
        // Nobody's who has few of them was taken away.
        for (n, (screen, code)) in codes.iter().enumerate() {
            assert_eq!(code_of(screen).await, *code, "{address}");
            let paired = admin.tap("/walls", &[("code", code), ("name", &format!("TV {n}"))]).await;
            assert_eq!(paired.status, StatusCode::OK, "{address}: {}", paired.text);
        }
    }
}

#[tokio::test]
async fn a_replica_that_serves_walls_alone_draws_by_the_zone_that_was_set() {
    let (one, other) = TestServer::pair().await;
    let order = one.company("alfa").await.import(2).await;
    let (admin, picker) = (one.signed_in("alfa", ADMIN).await, one.signed_in("alfa", PICKER).await);
    let screen = Client::new(other.port);
    pair(&admin, &screen, "TV").await;
    let mut page = screen.page("/wall").await;
    let mut socket = Socket::open(&screen, &mut page).await;
    let today = one.app.clock.now().to_zoned(jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap());
    let later = today.date().saturating_add(jiff::Span::new().days(20)).to_string();
    let due = admin.tap(&format!("/orders/{}/due", order.id), &[("day", &later), ("time", "10:00")]).await;
    assert_eq!(due.status, StatusCode::OK, "{}", due.text);
    let company = [
        ("name", "Alfa"),
        ("time_zone", "Asia/Tokyo"),
        ("counter", "000002"),
        ("pin_digits", "6"),
        ("idle", "7"),
        ("version", "0"),
    ];
    let saved = admin.tap("/settings/company", &company).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    socket.follow(&mut page, saved.json()["n"].as_i64().unwrap()).await;
    assert!(page.touched, "what a company sets stands on every page");
    let mut page = screen.page("/wall").await;
    let mut socket = Socket::open(&screen, &mut page).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, StatusCode::OK);
    let fresh = screen.page("/wall").await;
    socket.follow(&mut page, fresh.n()).await;
    assert!(!page.touched);
    page.must_show(&fresh, "after a pick");
}
