//! What is guessed at before anybody is known: codes of companies, and the token of the one-time page.

use reqwest::StatusCode;

use crate::support::client::{Answer, Client};
use crate::support::database;
use crate::support::server::TestServer;
use crate::support::world::{PICKER, PIN};

const OWN: &str = "604918";
const UNKNOWN: &str = "Não conhecemos esta empresa";

fn must_wait(answer: &Answer, seconds: &str) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text);
    assert_eq!(answer.headers["retry-after"], seconds);
    assert!(answer.text.contains("Muitas tentativas"), "{}", answer.text);
}

#[tokio::test]
async fn whoever_guesses_codes_of_companies_waits_and_learns_nothing_more() {
    let server = TestServer::start().await;
    server.app.clock.stop();
    let at_home = server.signed_in("alfa", PICKER).await;
    let guess = |n: u32| {
        let client = Client::new(server.port);
        async move {
            match n % 3 {
                0 => client.get(&format!("/e/firma-{n}")).await,
                1 => {
                    let (code, wanted) = (format!("firma-{n}"), ("pin", PIN));
                    client.post("/sign-in", &[("company", &code), ("number", PICKER), wanted]).await
                }
                _ => {
                    let cookie = format!("company=firma-{n}");
                    client.read(client.http().get(client.url("/")).header("cookie", cookie)).await
                }
            }
        }
    };
    for n in 0..20 {
        let answer = guess(n).await;
        assert!(answer.status != StatusCode::TOO_MANY_REQUESTS, "{n}: {}", answer.text);
        assert_eq!(answer.text.contains(UNKNOWN), n % 3 != 2, "{n}: {}", answer.text);
        if n % 3 == 2 {
            assert!(answer.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"), "forgotten");
        }
    }
    for n in 20..23 {
        must_wait(&guess(n).await, "2");
    }
    // A right code is not told apart from a wrong one.
    let stranger = Client::new(server.port);
    must_wait(&stranger.get("/e/beta").await, "2");
    assert!(!stranger.get("/e/beta").await.text.contains("Distribuidora Beta"));
    let json = stranger.tap("/sign-in", &[("company", "alfa"), ("number", PICKER), ("pin", PIN)]).await;
    must_wait(&json, "2");
    assert_eq!(json.headers["content-type"], "application/problem+json");
    // The company's own devices share the address, and do not wait.
    assert_eq!(at_home.get("/e/alfa").await.status, StatusCode::OK);
    at_home.sign_in("alfa", PICKER, PIN).await;
    server.app.clock.advance(2);
    assert_eq!(stranger.get("/e/alfa").await.status, StatusCode::OK);
    assert_eq!(stranger.get("/e/nobody").await.status, StatusCode::NOT_FOUND);
    must_wait(&stranger.get("/e/nobody").await, "4");
}

#[tokio::test]
async fn whoever_comes_back_to_a_company_of_another_code_guesses_nothing() {
    let server = TestServer::start().await;
    let there = Client::new(server.port).get("/e/alfa").await;
    let cookie = there.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with("company=alfa."), "{cookie}");
    database::run_sql(&server.database_url, "update companies set code = 'alfa-sul' where code = 'alfa'")
        .await;
    let again = async |cookie: &str, path: &str| {
        let client = Client::new(server.port);
        client.read(client.http().get(client.url(path)).header("cookie", cookie)).await
    };
    // The tablets of the company share an address.
    for n in 0..25 {
        let page = again(&cookie, "/").await;
        assert_eq!(page.status, StatusCode::OK, "{n}: {}", page.text);
        assert!(page.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"), "forgotten");
        assert_eq!(again(&cookie, "/switch").await.status, StatusCode::SEE_OTHER);
        assert_eq!(again(&cookie, "/e/alfa").await.status, StatusCode::NOT_FOUND, "an old bookmark");
    }
    assert_eq!(server.count("door_failures").await, 0);
    // A cookie that we did not write is a guess, whatever it looks like.
    for forged in [
        "company=alfa",
        "company=alfa.",
        cookie.replace("alfa", "alfb").as_str(),
        &cookie[..cookie.len() - 1],
    ] {
        let before = server.count("door_failures").await;
        again(forged, "/").await;
        assert_eq!(server.count("door_failures").await, before + 1, "{forged}");
    }
}

#[tokio::test]
async fn codes_guessed_side_by_side_count_as_well() {
    let server = TestServer::start().await;
    server.app.clock.stop();
    let guesses = (0..40).map(|n| {
        let client = Client::new(server.port);
        async move { client.get(&format!("/e/firma-{n}")).await.status }
    });
    let answers = futures_util::future::join_all(guesses).await;
    let told = answers.iter().filter(|status| **status == StatusCode::NOT_FOUND).count();
    assert_eq!(told, 20, "{answers:?}");
}

#[tokio::test]
async fn whoever_guesses_the_set_up_token_waits() {
    let server = TestServer::start().await;
    let mut database = crate::support::database::superuser(&server.database_url).await;
    sqlx::query("update people set active = false").execute(&mut database).await.unwrap();
    let second = TestServer::on(&server.database_url, &["--setup-token", "printed-at-start"]).await;
    second.app.clock.stop();
    let attempt = async |token| {
        let form =
            [("token", token), ("name", "Rita Nova"), ("number", "7001"), ("pin", OWN), ("pin_again", OWN)];
        Client::new(second.port).post("/set-up", &form).await
    };
    for _ in 0..5 {
        assert_eq!(attempt("wrong").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    must_wait(&attempt("wrong").await, "2");
    let right = attempt("printed-at-start").await;
    must_wait(&right, "2");
    assert!(right.text.contains("Rita Nova"), "what was typed is still there");
    assert!(!right.text.contains(OWN));
    second.app.clock.advance(2);
    assert_eq!(attempt("printed-at-start").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_one_time_page_asks_for_the_token_before_it_names_the_company() {
    let server = TestServer::start().await;
    let nobody = "update people set active = false";
    crate::support::database::run_sql(&server.database_url, nobody).await;
    let second = TestServer::on(&server.database_url, &["--setup-token", "printed-at-start"]).await;
    let client = Client::new(second.port);
    let asked = client.get("/set-up").await;
    let wrong = client.get("/set-up?token=wrong").await;
    let wrong_again = client.post("/set-up", &[("token", "wrong")]).await;
    assert_eq!(
        [asked.status, wrong.status, wrong_again.status].map(|status| status.as_u16()),
        [200, 422, 422]
    );
    for page in [&asked, &wrong, &wrong_again] {
        assert!(!page.text.contains("Distribuidora") && !page.text.contains("name=\"pin\""), "{}", page.text);
        assert!(page.text.contains("name=\"token\""), "{}", page.text);
    }
    let first = client.post("/set-up", &[("token", "printed-at-start")]).await;
    let invited = client.get("/set-up?token=printed-at-start").await;
    for page in [&first, &invited] {
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("Distribuidora") && page.text.contains("name=\"pin\""), "{}", page.text);
        assert!(!page.text.contains("aria-invalid"), "nothing is wrong yet: {}", page.text);
    }
}
