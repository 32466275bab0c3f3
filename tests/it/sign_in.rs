//! Who gets in, for how long, and who has to wait.

use reqwest::StatusCode;
use separacao::auth::session::check_sessions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::wait_for;
use crate::support::world::{ADMIN, PICKER, PIN, SELLER};

const HOUR: i64 = 60 * 60;
const WRONG: &str = "913582";
const OWN: &str = "604918";

async fn run(server: &TestServer, sql: &str) {
    let mut database = PgConnection::connect(&server.database_url).await.unwrap();
    sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut database).await.unwrap();
}

async fn attempt(client: &Client, number: &str, pin: &str) -> Answer {
    client.post("/sign-in", &[("company", "alfa"), ("number", number), ("pin", pin)]).await
}

/// Whether the browser is still let in.
async fn is_in(client: &Client) -> bool {
    client.get("/").await.text.contains("data-person")
}

#[tokio::test]
async fn a_right_pin_opens_the_board_with_a_cookie_that_scripts_cannot_read() {
    let server = TestServer::start().await;
    let client = Client::new(server.port);
    let answer = attempt(&client, PICKER, PIN).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/");
    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    for name in ["session=", "device=", "company=alfa"] {
        let line = cookies.iter().find(|line| line.starts_with(name)).expect(name);
        for wanted in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(line.contains(wanted), "{line}");
        }
    }
    assert!(is_in(&client).await);
    assert_eq!(server.count("security_events where kind = 'signed_in'").await, 1);
    assert_eq!(server.count("sign_in_failures").await, 0);
}

#[tokio::test]
async fn an_unknown_number_and_a_wrong_pin_get_the_same_answer() {
    let server = TestServer::start().await;
    let client = Client::new(server.port);
    let wrong = attempt(&client, PICKER, WRONG).await;
    let unknown = attempt(&client, "9876", WRONG).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(unknown.status, wrong.status);
    let plain = |answer: &Answer, number: &str| {
        let text = answer.text.replace(&format!("value=\"{number}\""), "");
        let (before, after) = text.split_once("data-now=\"").expect("the page's clock");
        format!("{before}{}", after.split_once('"').unwrap().1)
    };
    assert_eq!(plain(&wrong, PICKER), plain(&unknown, "9876"));
    assert!(!wrong.text.contains(WRONG));
    run(&server, "update people set active = false where number = '3000'").await;
    assert_eq!(attempt(&client, PICKER, PIN).await.status, wrong.status);
    assert_eq!(server.count("security_events where kind = 'sign_in_failed'").await, 3);
}

#[tokio::test]
async fn where_there_are_several_companies_the_code_is_asked_for_and_remembered() {
    let server = TestServer::start().await;
    let client = Client::new(server.port);
    let page = client.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("Alfa") && !page.text.contains("Beta"), "no public list");
    let answer = client.post("/sign-in", &[("number", PICKER), ("pin", PIN)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(client.get("/e/nobody").await.status, StatusCode::NOT_FOUND);
    assert!(client.get("/e/beta").await.text.contains("Distribuidora Beta"));
    assert!(client.get("/").await.text.contains("Distribuidora Beta"));
    let answer = client.post("/sign-in", &[("number", PICKER), ("pin", PIN)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let company = server.company("beta").await;
    assert_eq!(server.count(&format!("sessions where company_id = '{}'", company.id)).await, 1);
}

#[tokio::test]
async fn wrong_pins_wait_longer_each_time_and_a_known_device_does_not_wait_for_strangers() {
    let server = TestServer::start().await;
    let at_home = server.signed_in("alfa", PICKER).await;
    let stranger = Client::new(server.port);
    for _ in 0..3 {
        assert_eq!(attempt(&stranger, PICKER, WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for pin in [WRONG, PIN] {
        let refused = attempt(&stranger, PICKER, pin).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers["retry-after"], "2");
    }
    assert_eq!(attempt(&at_home, PICKER, PIN).await.status, StatusCode::SEE_OTHER);
    // A number that nobody has waits in the same way.
    for _ in 0..3 {
        assert_eq!(attempt(&stranger, "9876", WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(attempt(&stranger, "9876", WRONG).await.status, StatusCode::TOO_MANY_REQUESTS);
    server.app.clock.advance(2);
    assert_eq!(attempt(&stranger, PICKER, WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(attempt(&stranger, PICKER, PIN).await.headers["retry-after"], "4");
    server.app.clock.advance(4);
    assert_eq!(attempt(&stranger, PICKER, PIN).await.status, StatusCode::SEE_OTHER);
    assert!(server.count("security_events where kind = 'locked_out'").await >= 2);
}

#[tokio::test]
async fn guesses_sent_side_by_side_count_as_well() {
    let server = TestServer::start().await;
    let guesses = (0..12).map(|guess| {
        let client = Client::new(server.port);
        async move { attempt(&client, SELLER, &format!("9135{guess:02}")).await.status }
    });
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers.iter().filter(|status| **status == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!(looked_at, 3, "{answers:?}");
    assert_eq!(server.count("sign_in_failures").await, 3);
}

#[tokio::test]
async fn right_pins_whose_requests_were_given_up_do_not_add_up_to_a_wait() {
    let server = TestServer::start().await;
    let signed_in = "security_events where kind = 'signed_in'";
    let mut holding = PgConnection::connect(&server.database_url).await.unwrap();
    for given_up in 1..=6 {
        let client = Client::new(server.port);
        // The PIN is found right, and what tells of it waits.
        let mut held = holding.begin().await.unwrap();
        sqlx::query("lock table security_events in share mode").execute(&mut *held).await.unwrap();
        let under_way =
            wait_for("the attempt", async || (server.count("sign_in_failures").await > 0).then_some(()));
        tokio::select! {
            answer = attempt(&client, PICKER, PIN) => panic!("too late to give up: {}", answer.status),
            () = under_way => {}
        }
        held.rollback().await.unwrap();
        wait_for("its end", async || (server.count(signed_in).await == given_up).then_some(())).await;
    }
    assert_eq!(server.count("sign_in_failures").await, 0);
    assert_eq!(attempt(&Client::new(server.port), PICKER, PIN).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn one_pin_tried_on_many_numbers_slows_down_unknown_devices_only() {
    let server = TestServer::start().await;
    let at_home = server.signed_in("alfa", PICKER).await;
    let company = server.company("alfa").await;
    let sprayed = format!(
        "insert into sign_in_failures (company_id, id, number, address, known_device, at)
         select '{}', gen_random_uuid(), to_char(n, 'FM0000'), '192.0.2.' || n, false, now() from generate_series(1, 50) n",
        company.id
    );
    run(&server, &sprayed).await;
    assert_eq!(attempt(&Client::new(server.port), SELLER, PIN).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(attempt(&at_home, PICKER, PIN).await.status, StatusCode::SEE_OTHER);
}

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

#[tokio::test]
async fn a_pin_that_somebody_else_knows_is_changed_before_anything_else() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    run(&server, "update people set pin_must_change = true where number = '3000'").await;
    let page = client.get("/").await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/pin"));
    let tap = client.tap("/orders/x/finish", &[]).await;
    assert_eq!(tap.status, StatusCode::FORBIDDEN);
    assert_eq!(tap.json()["type"], "pin-must-change");
    assert_eq!(client.get("/pin").await.status, StatusCode::OK);
    let form = [("current_pin", PIN), ("pin", OWN), ("pin_again", OWN)];
    assert_eq!(client.post("/pin", &form).await.status, StatusCode::SEE_OTHER);
    assert!(is_in(&client).await);
}

#[tokio::test]
async fn a_stricter_rule_asks_for_a_new_pin_at_the_next_sign_in() {
    let server = TestServer::start().await;
    run(&server, "update companies set pin_digits = 8").await;
    let client = server.signed_in("alfa", PICKER).await;
    assert_eq!(client.get("/").await.location(), "/pin");
}

#[tokio::test]
async fn the_one_time_page_makes_the_first_administrator_and_then_is_gone() {
    let server = TestServer::start().await;
    let token = server.app.settings.setup_token.clone().unwrap_or_default();
    assert_eq!(
        Client::new(server.port).get(&format!("/set-up?token={token}")).await.status,
        StatusCode::NOT_FOUND
    );
    run(&server, "update people set active = false").await;
    let second = TestServer::on(&server.database_url, &["--setup-token", "printed-at-start"]).await;
    let client = Client::new(second.port);
    assert_eq!(client.get("/set-up").await.status, StatusCode::OK);
    let form = |token| {
        [("token", token), ("name", "Rita Nova"), ("number", "7001"), ("pin", OWN), ("pin_again", OWN)]
    };
    assert_eq!(client.post("/set-up", &form("wrong")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(client.post("/set-up", &form("printed-at-start")).await.status, StatusCode::SEE_OTHER);
    assert!(client.get("/").await.text.contains("Rita Nova"));
    assert_eq!(client.get("/set-up").await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.post("/set-up", &form("printed-at-start")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_language_is_the_person_s_own_everywhere() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", ADMIN).await;
    assert!(client.get("/").await.text.contains("<html lang=\"pt-BR\">"));
    client.post("/language", &[("language", "en")]).await;
    assert!(client.get("/").await.text.contains("<html lang=\"en\">"));
    assert!(server.signed_in("alfa", ADMIN).await.get("/").await.text.contains("<html lang=\"en\">"));
}
