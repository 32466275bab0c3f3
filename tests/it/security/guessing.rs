//! Guessing in breadth, in depth and with patience; and that it costs nobody the way in who works here.

use reqwest::StatusCode;
use sqlx::AssertSqlSafe;

use crate::support::client::{Answer, Client};
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, OTHER_PICKER, PICKER, PIN, SELLER};

const WRONG: &str = "913582";

async fn attempt(client: &Client, number: &str, pin: &str) -> Answer {
    client.post("/sign-in", &[("company", "alfa"), ("number", number), ("pin", pin)]).await
}

async fn count(server: &TestServer, what: &str) -> i64 {
    let mut database = superuser(&server.database_url).await;
    let sql = AssertSqlSafe(format!("select count(*) from {what}"));
    sqlx::query_scalar(sql).fetch_one(&mut database).await.unwrap()
}

/// Failures by unknown devices three hours ago, each on the number that `number` says.
async fn failures_of_this_morning(server: &TestServer, number: &str, how_many: u32) {
    let company = server.company("alfa").await.id;
    let sql = format!(
        "insert into sign_in_failures (company_id, id, number, address, known_device, at)
         select '{company}', gen_random_uuid(), {number}, '192.0.2.' || n % 250, false, now() - interval '3 hours'
         from generate_series(1, {how_many}) n"
    );
    let mut database = superuser(&server.database_url).await;
    sqlx::query(AssertSqlSafe(sql)).execute(&mut database).await.unwrap();
}

#[tokio::test]
async fn a_company_s_budget_of_wrong_pins_stops_unknown_devices_for_the_day_and_is_told() {
    let server = TestServer::start().await;
    let at_home = server.signed_in("alfa", PICKER).await;
    failures_of_this_morning(&server, "to_char(n, 'FM0000')", 499).await;
    let stranger = Client::new(server.port);
    assert_eq!(attempt(&stranger, SELLER, WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for number in [SELLER, OTHER_PICKER] {
        let refused = attempt(&Client::new(server.port), number, PIN).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{}", refused.text);
        assert_eq!(refused.headers["retry-after"], "900");
    }
    let told = "security_events where kind = 'guess_budget_spent' and detail ->> 'budget' = 'company'";
    assert_eq!(count(&server, told).await, 1, "once, not for each refusal");
    assert_eq!(attempt(&at_home, PICKER, PIN).await.status, StatusCode::SEE_OTHER);
    let elsewhere = Client::new(server.port);
    elsewhere.sign_in("beta", PICKER, PIN).await;
    server.app.clock.advance(22 * 60 * 60);
    assert_eq!(attempt(&stranger, SELLER, PIN).await.status, StatusCode::SEE_OTHER, "a day later");
}

#[tokio::test]
async fn an_account_has_a_hundred_wrong_pins_a_day_and_is_told_of_them() {
    let server = TestServer::start().await;
    let at_home = server.signed_in("alfa", PICKER).await;
    failures_of_this_morning(&server, "'3000'", 99).await;
    let stranger = Client::new(server.port);
    assert_eq!(attempt(&stranger, PICKER, WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(attempt(&stranger, PICKER, PIN).await.headers["retry-after"], "900");
    let told = "security_events where kind = 'guess_budget_spent' and detail ->> 'budget' = 'account'";
    assert_eq!(count(&server, told).await, 1);
    assert_eq!(attempt(&stranger, SELLER, PIN).await.status, StatusCode::SEE_OTHER, "another account");
    assert_eq!(attempt(&at_home, PICKER, PIN).await.status, StatusCode::SEE_OTHER, "the own device");
}

#[tokio::test]
async fn wrong_pins_at_one_tablet_lock_nobody_out_at_another() {
    let server = TestServer::start().await;
    server.app.clock.stop();
    let tablet = server.signed_in("alfa", PICKER).await;
    let phone = server.signed_in("alfa", PICKER).await;
    for _ in 0..3 {
        assert_eq!(attempt(&tablet, PICKER, WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(attempt(&tablet, PICKER, PIN).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(attempt(&phone, PICKER, PIN).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        attempt(&tablet, PICKER, PIN).await.status,
        StatusCode::TOO_MANY_REQUESTS,
        "being right elsewhere forgives nothing here"
    );
    server.app.clock.advance(2);
    assert_eq!(attempt(&tablet, PICKER, PIN).await.status, StatusCode::SEE_OTHER);
    assert_eq!(count(&server, "sign_in_failures").await, 0);
}

#[tokio::test]
async fn a_device_that_many_have_used_does_not_go_through_their_numbers() {
    let server = TestServer::start().await;
    server.app.clock.stop();
    let tablet = server.signed_in("alfa", PICKER).await;
    let company = server.company("alfa").await.id;
    let key = "(select device_key from known_devices limit 1)";
    let sql = format!(
        "insert into sign_in_failures (company_id, id, number, address, known_device, device_key, at)
         select '{company}', gen_random_uuid(), to_char(n, 'FM0000'), '192.0.2.1', true, {key}, now()
         from generate_series(1, 20) n"
    );
    let mut database = superuser(&server.database_url).await;
    sqlx::query(AssertSqlSafe(sql)).execute(&mut database).await.unwrap();
    assert_eq!(attempt(&tablet, PICKER, PIN).await.status, StatusCode::TOO_MANY_REQUESTS);
    server.signed_in("alfa", PICKER).await;
}

#[tokio::test]
async fn a_new_pin_forgets_what_was_guessed_at_the_old_one() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    failures_of_this_morning(&server, "'3000'", 100).await;
    failures_of_this_morning(&server, "'2000'", 1).await;
    let stranger = Client::new(server.port);
    assert_eq!(attempt(&stranger, PICKER, PIN).await.status, StatusCode::TOO_MANY_REQUESTS);
    let person = server.company("alfa").await.person(PICKER).await;
    let reset = admin.tap(&format!("/people/{person}/pin"), &[]).await;
    assert_eq!(reset.status, StatusCode::OK, "{}", reset.text);
    assert_eq!(count(&server, "sign_in_failures where number = '3000'").await, 0);
    assert_eq!(count(&server, "sign_in_failures where number = '2000'").await, 1, "only that account");
    assert_eq!(attempt(&stranger, PICKER, WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_stored_hash_is_argon2id_with_nineteen_mebibytes() {
    let server = TestServer::start().await;
    let all = count(&server, "people").await;
    let right = "people where pin_hash like '$argon2id$v=19$m=19456,t=2,p=1$%'";
    assert_eq!(count(&server, right).await, all);
}
