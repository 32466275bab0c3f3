//! A screen on a wall: paired by its code, good for the board alone, gone within a second.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::COOKIE;
use separacao::companies::actions::companies::close_company;
use tokio_tungstenite::tungstenite::Error;
use uuid::Uuid;

use crate::isolation::routes::routes;
use crate::isolation::{fill, filled};
use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{ADMIN, PICKER, PIN};

/// What a wall may ask for, and what is asked by machines.
const OPEN: [&str; 11] = [
    "/wall",
    "/wall/code",
    "/wall/live",
    "/wall/feed",
    "/away",
    "/livez",
    "/readyz",
    "/health",
    "/metrics",
    "/static/{*path}",
    "/worker.js",
];

/// The code on the page of a screen.
fn shown(html: &str) -> Option<String> {
    let (_, after) = html.split_once("class=\"pairing-code\"")?;
    let digits: String = after.split_once("</p>")?.0.chars().filter(char::is_ascii_digit).collect();
    (digits.len() == 6).then_some(digits)
}

pub async fn code_of(screen: &Client) -> String {
    assert_eq!(screen.post("/wall/code", &[]).await.location(), "/wall");
    shown(&screen.get("/wall").await.text).expect("a code")
}

pub async fn pair(admin: &Client, screen: &Client, name: &str) {
    let code = code_of(screen).await;
    let answer = admin.tap("/walls", &[("code", &code), ("name", name)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

async fn wall_id(server: &TestServer, name: &str) -> String {
    let sql = format!("select id::text from walls where name = '{name}' and revoked_at is null");
    crate::support::database::text(&server.database_url, &sql).await
}

fn is_wall(html: &str) -> bool {
    html.contains("data-screen=\"board-wall\"")
}

#[tokio::test]
async fn a_screen_becomes_a_wall_by_the_code_that_it_shows_once() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let (screen, admin) = (Client::new(server.port), server.signed_in("alfa", ADMIN).await);
    let asked = screen.get("/wall").await;
    assert!(asked.status == StatusCode::OK && shown(&asked.text).is_none() && !is_wall(&asked.text));
    let code = code_of(&screen).await;
    assert_eq!(code_of(&screen).await, code, "asked again, the screen keeps its code until it ends");

    let form = [("code", code.as_str()), ("name", "TV da expedição")];
    let tap = Uuid::now_v7();
    for _ in 0..2 {
        // Sent twice it is one wall.
        let answer = admin.tap_as("/walls", &form, tap, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    assert_eq!(server.count("walls").await, 1);
    let board = screen.get("/wall").await;
    assert!(is_wall(&board.text) && board.text.contains(&order.number), "{}", board.text);
    for absent in ["data-person=", "pin-sheet", "<nav class=\"nav\"", "/sign-out", "Ana Souza"] {
        assert!(!board.text.contains(absent), "a wall has {absent}");
    }
    assert!(admin.get("/walls").await.text.contains("TV da expedição"));

    // The code is used up, whoever types it.
    let again = admin.tap("/walls", &[("code", &code), ("name", "Outra")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    let beta = server.signed_in("beta", ADMIN).await;
    let other = beta.tap("/walls", &[("code", &code), ("name", "Outra")]).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", other.text);
    let secret = screen.cookie_header();
    let (_, secret) = secret.split_once("wall=").expect("the wall's cookie");
    for table in ["walls", "wall_codes", "security_events", "operations"] {
        let sql = format!("select coalesce(string_agg(t::text, ''), '') from {table} t");
        let stored = crate::support::database::text(&server.database_url, &sql).await;
        assert!(!stored.contains(secret), "{table}");
    }
}

#[tokio::test]
async fn a_wall_gets_nowhere_but_to_its_board() {
    let server = TestServer::start().await;
    let (admin, _, ids) = fill(&server, "alfa", "nota").await;
    let screen = Client::new(server.port);
    pair(&admin, &screen, "TV").await;
    let before = server.count("order_history").await;
    let mut refused = 0;
    for (method, pattern) in routes() {
        if OPEN.contains(&pattern.as_str()) {
            continue;
        }
        let path = filled(&pattern, &ids).replace("{code}", "alfa").replace("{table}", "people");
        let answer = match method.as_str() {
            "GET" => screen.get(&path).await,
            _ => screen.tap(&path, &[("pin", PIN), ("number", ADMIN), ("company", "alfa")]).await,
        };
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {pattern}: {}", answer.text);
        assert!(!answer.text.contains("PAULA TESTE") && !answer.text.contains("João"), "{pattern}");
        refused += 1;
    }
    assert!(refused > 80, "{refused}");
    assert_eq!(server.count("order_history").await, before);
    // A television that was led astray finds its way back.
    assert_eq!(screen.get("/history").await.headers["refresh"], "5; url=/wall");

    let page = screen.page("/wall").await;
    for screen_name in ["board", "people", &format!("order:{}", ids["order"])] {
        let feed = screen.get(&format!("/wall/feed?screen={screen_name}&cursor={}", page.cursor)).await;
        assert_eq!(feed.status, StatusCode::FORBIDDEN, "{screen_name}");
        assert!(Socket::connect(&screen, screen_name, &page.cursor).await.is_err(), "{screen_name}");
    }
    // Nor does a person become a wall, or a wall a person.
    assert_eq!(admin.get(&format!("/wall/feed?screen=board-wall&cursor={}", page.cursor)).await.status, 401);
    let both = format!("{}; {}", admin.cookie_header(), screen.cookie_header());
    let home = admin.http().get(admin.url("/people")).header(COOKIE, &both).send().await.unwrap();
    assert_eq!(home.status(), StatusCode::OK, "a person's session counts on people's pages");
    let nobody = Client::new(server.port);
    assert_eq!(nobody.get(&format!("/wall/feed?screen=board-wall&cursor={}", page.cursor)).await.status, 401);
}

#[tokio::test]
async fn no_session_begins_on_a_wall_and_no_wall_where_somebody_is_signed_in() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    assert_eq!(admin.post("/wall/code", &[]).await.location(), "/wall");
    assert!(!admin.cookie_header().contains("wall="));
    let page = admin.get("/wall").await;
    assert!(
        page.text.contains("Ana Souza") && page.text.contains("/sign-out") && shown(&page.text).is_none()
    );

    let screen = Client::new(server.port);
    pair(&admin, &screen, "TV").await;
    let answer = screen.post("/sign-in", &[("company", "alfa"), ("number", PICKER), ("pin", PIN)]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(server.count("sessions").await, 1);
}

#[tokio::test]
async fn after_five_wrong_codes_the_company_waits_for_a_quarter_of_an_hour() {
    let server = TestServer::start().await;
    let (screen, admin) = (Client::new(server.port), server.signed_in("alfa", ADMIN).await);
    let code = code_of(&screen).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let typed = |code: String| {
        let admin = admin.clone();
        async move { admin.tap("/walls", &[("code", code.as_str()), ("name", "TV")]).await }
    };
    // A name that is missing costs no try.
    assert_eq!(admin.tap("/walls", &[("code", wrong), ("name", "")]).await.status, 422);
    let guesses: Vec<_> = (0..9).map(|_| tokio::spawn(typed(wrong.to_owned()))).collect();
    let mut statuses = Vec::new();
    for guess in guesses {
        statuses.push(guess.await.unwrap().status.as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429, 429, 429], "side by side they count, too");
    let paused = typed(code.clone()).await;
    assert_eq!(paused.status, StatusCode::TOO_MANY_REQUESTS, "the right one has to wait as well");
    assert!(paused.headers.contains_key("retry-after"));
    assert_eq!(server.count("security_events where kind = 'wall_code_wrong'").await, 5);
    // Other companies go on.
    let beta = server.signed_in("beta", ADMIN).await;
    assert_eq!(beta.tap("/walls", &[("code", wrong), ("name", "TV")]).await.status, 422);

    server.app.clock.advance(15 * 60 + 1);
    assert_eq!(admin.post("/unlock", &[("pin", PIN), ("next", "/walls")]).await.location(), "/walls");
    assert_eq!(typed(code).await.status, StatusCode::UNPROCESSABLE_ENTITY, "it has ended meanwhile");
    assert_eq!(typed(code_of(&screen).await).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes_and_another_takes_its_place() {
    let server = TestServer::start().await;
    let (screen, admin) = (Client::new(server.port), server.signed_in("alfa", ADMIN).await);
    let first = code_of(&screen).await;
    let cookie = screen.cookie_header();
    server.app.clock.advance(10 * 60 - 5);
    assert_eq!(shown(&screen.get("/wall").await.text), None, "nobody begins to type it now");
    server.app.clock.advance(6);
    let second = code_of(&screen).await;
    assert_ne!(first, second);
    assert_eq!(admin.post("/unlock", &[("pin", PIN), ("next", "/walls")]).await.location(), "/walls");
    let answer = admin.tap("/walls", &[("code", &first), ("name", "TV")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Whoever copied the cookie of an ended code has nothing.
    let stolen = screen.http().get(screen.url("/wall")).header(COOKIE, cookie).send().await.unwrap();
    assert_eq!(shown(&stolen.text().await.unwrap()), None);
}

#[tokio::test]
async fn screens_of_one_address_show_so_many_codes_at_once() {
    let server = TestServer::start().await;
    for _ in 0..10 {
        code_of(&Client::new(server.port)).await;
    }
    let eleventh = Client::new(server.port).post("/wall/code", &[]).await;
    assert_eq!(eleventh.status, StatusCode::TOO_MANY_REQUESTS, "{}", eleventh.text);
    server.app.clock.advance(10 * 60 + 1);
    code_of(&Client::new(server.port)).await;
}

#[tokio::test]
async fn only_an_administrator_who_has_proven_the_pin_lately_looks_after_walls() {
    let server = TestServer::start().await;
    let (admin, picker) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let screen = Client::new(server.port);
    pair(&admin, &screen, "TV").await;
    let id = wall_id(&server, "TV").await;
    let (revoke, name) = (format!("/walls/{id}/revoke"), format!("/walls/{id}/name"));
    assert_eq!(picker.get("/walls").await.status, StatusCode::FORBIDDEN);
    assert_eq!(picker.tap(&revoke, &[]).await.status, StatusCode::FORBIDDEN);
    // Another company's administrator finds none.
    let beta = server.signed_in("beta", ADMIN).await;
    assert_eq!(beta.tap(&revoke, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(beta.tap(&name, &[("name", "X")]).await.status, StatusCode::NOT_FOUND);
    let other = Client::new(server.port);
    let code = code_of(&other).await;
    let taken = admin.tap("/walls", &[("code", &code), ("name", "tv")]).await;
    assert_eq!(taken.status, StatusCode::CONFLICT, "{}", taken.text);
    assert_eq!(admin.tap(&name, &[("name", "TV do balcão")]).await.status, StatusCode::OK);

    server.app.clock.advance(10 * 60);
    let asked = admin.get("/walls").await;
    assert!(!asked.text.contains("TV do balcão") && asked.text.contains("action=\"/unlock\""));
    for path in [&revoke, &name] {
        assert_eq!(admin.tap(path, &[("name", "X")]).await.json()["type"], "step-up");
    }
    assert!(is_wall(&screen.get("/wall").await.text));
}

#[tokio::test]
async fn a_revoked_wall_shows_nothing_within_a_second_on_every_replica() {
    let (one, other) = TestServer::pair().await;
    let admin = one.signed_in("alfa", ADMIN).await;
    let (screen, kept) = (Client::new(other.port), Client::new(other.port));
    pair(&admin, &screen, "TV").await;
    pair(&admin, &kept, "Outra TV").await;
    let (mut page, mut stays) = (screen.page("/wall").await, kept.page("/wall").await);
    let mut socket = Socket::open(&screen, &mut page).await;
    let mut other_socket = Socket::open(&kept, &mut stays).await;
    let revoke = format!("/walls/{}/revoke", wall_id(&one, "TV").await);
    let began = Instant::now();
    assert_eq!(admin.tap(&revoke, &[]).await.status, StatusCode::OK);
    assert_eq!(socket.closed().await, Some(4403));
    let took = began.elapsed();
    eprintln!("a wall was shut after {took:?}");
    assert!(took < Duration::from_secs(10));
    assert_eq!(admin.tap(&revoke, &[]).await.status, StatusCode::OK, "it is gone, as was wanted");
    match Socket::connect(&screen, "board-wall", &page.cursor).await {
        Err(Error::Http(answer)) => assert_eq!(answer.status(), 401),
        other => panic!("{:?}", other.map(|_| "a socket")),
    }
    let after = screen.get("/wall").await;
    assert!(!is_wall(&after.text) && shown(&after.text).is_none());
    // As a screen that may be paired again it has another secret.
    let before = screen.cookie_header();
    code_of(&screen).await;
    assert_ne!(screen.cookie_header(), before);
    // The other wall goes on.
    let order = one.company("alfa").await.import(1).await;
    let n = kept.page("/wall").await.n();
    other_socket.follow(&mut stays, n).await;
    assert!(stays.has(&format!("order-{}", order.id)));
}

#[tokio::test]
async fn a_wall_lives_through_restarts_and_weeks_and_is_shown_the_frames_of_its_board() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let screen = Client::new(server.port);
    pair(&admin, &screen, "TV").await;
    let url = server.database_url.clone();
    server.stop().await;
    let server = TestServer::on(&url, &[]).await;
    server.app.clock.advance(40 * 24 * 60 * 60);
    let company = server.company("alfa").await;
    let screen = screen.at(server.port);
    let mut page = screen.page("/wall").await;
    let mut socket = Socket::open(&screen, &mut page).await;
    let orders = [company.import(2).await, company.import(1).await];
    let picker = server.signed_in("alfa", PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", orders[0].id, orders[0].items[0]);
    assert_eq!(picker.tap(&pick, &[("quantity", "10")]).await.status, StatusCode::OK);
    let fresh = screen.page("/wall").await;
    socket.follow(&mut page, fresh.n()).await;
    assert!(!page.touched, "a wall lives by frames");
    page.must_show(&fresh, "after an import and a pick");
}

#[tokio::test]
async fn a_company_that_is_closed_shuts_its_walls() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let screen = Client::new(server.port);
    pair(&admin, &screen, "TV").await;
    let mut page = screen.page("/wall").await;
    let mut socket = Socket::open(&screen, &mut page).await;
    close_company(&server.app.db, &server.app.clock, "alfa").await.unwrap();
    assert_eq!(socket.closed().await, Some(4403));
    assert!(!is_wall(&screen.get("/wall").await.text));
}
