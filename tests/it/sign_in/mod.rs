//! Who gets in, for how long, and who has to wait.

mod sessions;

use reqwest::StatusCode;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;
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
    server.app.clock.stop();
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
    server.app.clock.stop();
    let guesses = (0..12).map(|guess| {
        let client = Client::new(server.port);
        async move { attempt(&client, SELLER, &format!("9135{guess:02}")).await.status }
    });
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers.iter().filter(|status| **status == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!(looked_at, 3, "{answers:?}");
    assert_eq!(server.count("sign_in_failures").await, 3);
}

/// How many a replica looks at side by side depends on its cores; there may always be another replica.
#[tokio::test]
async fn a_guess_waits_for_the_one_that_another_replica_is_counting() {
    let server = TestServer::start().await;
    server.app.clock.stop();
    let company = server.company("alfa").await.id;
    let failures = |how_many: u8| {
        format!(
            "insert into sign_in_failures (company_id, id, number, address, known_device, at)
             select '{company}', gen_random_uuid(), '{SELLER}', '192.0.2.1', false, now() from generate_series(1, {how_many})"
        )
    };
    run(&server, &failures(2)).await;
    let mut connection = PgConnection::connect(&server.database_url).await.unwrap();
    let mut elsewhere = connection.begin().await.unwrap();
    let lock = sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))");
    lock.bind(format!("sign-in {company}")).execute(&mut *elsewhere).await.unwrap();
    sqlx::query(AssertSqlSafe(failures(1))).execute(&mut *elsewhere).await.unwrap();
    let client = Client::new(server.port);
    let mut guess = std::pin::pin!(attempt(&client, SELLER, PIN));
    let waiting = "pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())";
    tokio::select! {
        answer = &mut guess => panic!("it did not wait: {}", answer.status),
        () = wait_for("the guess to wait", async || (server.count(waiting).await > 0).then_some(())) => {}
    }
    elsewhere.commit().await.unwrap();
    assert_eq!(guess.await.status, StatusCode::TOO_MANY_REQUESTS);
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
    server.app.clock.stop();
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

#[tokio::test]
async fn the_sign_in_page_says_after_how_many_digits_a_pin_enters_unless_somebody_may_have_a_longer_one() {
    let server = TestServer::start().await;
    server.company("alfa").await;
    let page = async || Client::new(server.port).get("/e/alfa").await.text;
    assert!(page().await.contains("data-digits=\"6\" data-enters"));
    for (digits, enters) in [(8, true), (6, false), (8, true)] {
        let rule = format!("update companies set pin_digits = {digits} where code = 'alfa'");
        run(&server, &rule).await;
        let said = format!("data-digits=\"{digits}\" data-enters");
        assert_eq!(page().await.contains(&said), enters, "{digits} digits");
    }
}

/// Devices are forgotten with a new PIN: whoever knows the old one is a stranger from then on.
#[tokio::test]
async fn a_pin_that_is_replaced_while_it_is_checked_makes_no_device_known() {
    let server = TestServer::start().await;
    let mut connection = PgConnection::connect(&server.database_url).await.unwrap();
    let mut reset = connection.begin().await.unwrap();
    let replaced = "update people set pin_hash = pin_hash || 'x' where number = '3000'";
    sqlx::query(replaced).execute(&mut *reset).await.unwrap();
    let client = Client::new(server.port);
    let trying = tokio::spawn(async move { attempt(&client, PICKER, PIN).await });
    let waiting = "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    wait_for("the sign-in to wait", async || (server.count(waiting).await > 0).then_some(())).await;
    reset.commit().await.unwrap();
    let refused = trying.await.unwrap();
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    let of_the_picker = "known_devices d join people p on p.id = d.person_id where p.number = '3000'";
    assert_eq!(server.count(of_the_picker).await, 0);
    assert_eq!(server.count("security_events where kind = 'signed_in'").await, 0);
}
