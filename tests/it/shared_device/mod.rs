//! A tablet that goes from hand to hand: one tap and a PIN, and nobody acts under another's name.

mod idle;

use reqwest::StatusCode;
use separacao::jobs;
use sqlx::AssertSqlSafe;

use crate::support::client::{Answer, Client};
use crate::support::database::{run_sql, superuser};
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::{BUYER, Imported, OTHER_PICKER, PICKER, PIN, SELLER};

const WRONG: &str = "913582";
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// The tablet, on which João has signed in and which he has made a shared one.
async fn tablet(server: &TestServer) -> Client {
    let client = server.signed_in("alfa", PICKER).await;
    share(&client, "yes").await;
    client
}

async fn share(client: &Client, shared: &str) {
    assert_eq!(client.post("/shared", &[("shared", shared)]).await.status, StatusCode::SEE_OTHER);
}

/// A page that somebody opens, as a browser without script asks for it.
async fn open(client: &Client, path: &str) -> Answer {
    client.send(client.http().get(client.url(path)).header("sec-fetch-mode", "navigate")).await
}

fn session_cookie(client: &Client) -> String {
    let cookies = client.cookie_header();
    cookies.split("; ").find(|cookie| cookie.starts_with("session=")).expect("a session").to_owned()
}

async fn count(server: &TestServer, what: &str) -> i64 {
    let sql = AssertSqlSafe(format!("select count(*) from {what}"));
    sqlx::query_scalar(sql).fetch_one(&mut superuser(&server.database_url).await).await.unwrap()
}

fn pick(order: &Imported, line: usize) -> String {
    format!("/orders/{}/items/{}/pick", order.id, order.items[line])
}

#[tokio::test]
async fn a_shared_device_says_who_acts_and_names_today_s_people() {
    let server = TestServer::start().await;
    server.signed_in("alfa", SELLER).await;
    server.signed_in("beta", BUYER).await;
    let tablet = server.signed_in("alfa", PICKER).await;
    assert!(!tablet.get("/").await.text.contains("href=\"/switch\""));
    share(&tablet, "yes").await;
    let board = tablet.get("/").await.text;
    assert!(board.contains("href=\"/switch\"") && board.contains("data-shared=\"300\""));
    tablet.sign_in("alfa", OTHER_PICKER, PIN).await;
    let list = tablet.get("/switch").await;
    assert_eq!(list.status, StatusCode::OK);
    let at = |name: &str| list.text.find(&format!("<b>{name}</b>"));
    // First those of this device, the latest first; then whoever else is here today.
    let order = [at("Maria Conceição"), at("João Pereira"), at("Marina Alves Prado")];
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?} {}", list.text);
    for absent in ["Pedro Compras", "Ana Souza"] {
        assert!(!list.text.contains(absent), "{absent} is not here today");
    }
    // Moments and ids may hold the same digits.
    let words = list.text.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
    let numbers: Vec<&str> = words.filter(|word| [PICKER, SELLER].contains(word)).collect();
    assert!(numbers.is_empty(), "numbers are nobody's business: {numbers:?}");
    let gone = "update people set active = false where number = '2000'";
    sqlx::query(gone).execute(&mut superuser(&server.database_url).await).await.unwrap();
    assert!(!tablet.get("/switch").await.text.contains("Marina"));
    share(&tablet, "no").await;
    assert!(!tablet.get("/").await.text.contains("data-shared"));
    assert_eq!(tablet.get("/switch").await.location(), "/");
    assert_eq!(count(&server, "security_events where kind in ('device_shared', 'device_unshared')").await, 2);
}

/// A zone of this year is in the build, and not in the database of a distribution of last year.
#[tokio::test]
async fn today_s_people_are_named_where_postgres_does_not_know_the_company_s_zone() {
    let server = TestServer::start().await;
    let tablet = tablet(&server).await;
    let zone = "update companies set time_zone = 'Etc/Unknown' where code = 'alfa'";
    sqlx::query(zone).execute(&mut superuser(&server.database_url).await).await.unwrap();
    let list = tablet.get("/switch").await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.text);
    assert!(list.text.contains("João Pereira"), "{}", list.text);
}

#[tokio::test]
async fn only_a_shared_device_that_was_unlocked_lately_names_anybody() {
    let server = TestServer::start().await;
    let tablet = tablet(&server).await;
    let refused = async |client: &Client, what: &str| {
        let answer = client.get("/switch").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"), "{what}");
        assert!(!answer.text.contains("João"), "{what}");
    };
    refused(&Client::new(server.port), "a stranger").await;
    refused(&server.signed_in("alfa", SELLER).await, "one's own device").await;
    refused(&server.signed_in("beta", PICKER).await, "another company's").await;
    let device = tablet.cookie_header();
    let device = device.split("; ").find(|cookie| cookie.starts_with("device=")).unwrap();
    let with = async |cookies: String| {
        let client = Client::new(server.port);
        client.read(client.http().get(client.url("/switch")).header("cookie", cookies)).await
    };
    assert_eq!(with(format!("{device}; company=beta")).await.location(), "/");
    assert_eq!(
        with("device=0123456789abcdef0123456789abcdef; company=alfa".to_owned()).await.location(),
        "/"
    );
    assert!(with(format!("{device}; company=alfa")).await.text.contains("João Pereira"));
    // The tablet itself: as long as somebody has proven a PIN on it within twelve hours, signed in or not.
    tablet.post("/sign-out", &[]).await;
    assert!(tablet.get("/").await.text.contains("href=\"/switch\""));
    server.app.clock.advance(12 * HOUR - MINUTE);
    assert!(tablet.get("/switch").await.text.contains("João Pereira"));
    server.app.clock.advance(MINUTE);
    refused(&tablet, "after twelve hours").await;
    assert!(!tablet.get("/").await.text.contains("href=\"/switch\""));
}

#[tokio::test]
async fn it_changes_hands_with_a_pin_and_a_new_session() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(2).await;
    let tablet = tablet(&server).await;
    tablet.sign_in("alfa", OTHER_PICKER, PIN).await;
    let before = session_cookie(&tablet);
    let mut page = tablet.page("/").await;
    let mut socket = Socket::open(&tablet, &mut page).await;
    assert_eq!(tablet.tap(&pick(&order, 0), &[("quantity", "10")]).await.status, StatusCode::OK);
    let joao = company.person(PICKER).await.to_string();
    let answer = tablet.tap("/unlock", &[("person", &joao), ("pin", PIN)]).await;
    assert_eq!(answer.json()["person"], joao);
    assert_ne!(session_cookie(&tablet), before);
    assert_eq!(count(&server, "sessions").await, 1, "the other's has ended");
    assert_eq!(socket.closed().await, Some(4401));
    let other = Client::new(server.port);
    let stolen = other.read(other.http().get(other.url("/")).header("cookie", before)).await;
    assert!(!stolen.text.contains("data-person"));
    assert_eq!(tablet.tap(&pick(&order, 1), &[("quantity", "10")]).await.status, StatusCode::OK);
    let by = |number: &str| {
        let people = "people p on (p.company_id, p.id) = (h.company_id, h.actor_id)";
        format!("order_history h join {people} where p.number = '{number}' and h.order_id = '{}'", order.id)
    };
    assert_eq!(count(&server, &by(OTHER_PICKER)).await, 1);
    assert_eq!(count(&server, &by(PICKER)).await, 1);
}

#[tokio::test]
async fn wrong_pins_count_as_they_do_at_the_door() {
    let server = TestServer::start().await;
    server.app.clock.stop();
    let company = server.company("alfa").await;
    let tablet = tablet(&server).await;
    let maria = company.person(OTHER_PICKER).await.to_string();
    let guess = async |pin| tablet.tap("/unlock", &[("person", &maria), ("pin", pin)]).await;
    for _ in 0..3 {
        assert_eq!(guess(WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let refused = guess(PIN).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers["retry-after"], "2");
    let at_the_door = Client::new(server.port)
        .post("/sign-in", &[("company", "alfa"), ("number", OTHER_PICKER), ("pin", PIN)])
        .await;
    assert_eq!(at_the_door.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(tablet.get("/").await.text.contains("João Pereira"), "whoever acted still does");
    // Somebody of another company is nobody here.
    let theirs = server.company("beta").await.person(BUYER).await.to_string();
    assert_eq!(
        tablet.tap("/unlock", &[("person", &theirs), ("pin", PIN)]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let page = tablet.get(&format!("/switch?person={theirs}")).await.text;
    assert!(!page.contains(&theirs) && !page.contains("Pedro Compras"));
}

#[tokio::test]
async fn it_changes_hands_without_script_as_well() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let tablet = tablet(&server).await;
    tablet.sign_in("alfa", OTHER_PICKER, PIN).await;
    let path = format!("/orders/{}", order.id);
    let joao = company.person(PICKER).await.to_string();
    // The header's link says where it came from.
    let link = tablet.http().get(tablet.url("/switch")).header("referer", tablet.url(&path));
    let list = tablet.send(link).await.text;
    let step = format!("/switch?person={joao}&#38;next={}", path.replace('/', "%2F"));
    let step_amp = step.replace("&#38;", "&amp;");
    assert!(list.contains(&step) || list.contains(&step_amp), "{list}");
    let form = tablet.get(&step.replace("&#38;", "&")).await.text;
    assert!(form.contains(&format!("value=\"{joao}\"")) && form.contains(&format!("value=\"{path}\"")));
    let fields = |pin| [("person", joao.as_str()), ("next", path.as_str()), ("pin", pin)];
    let wrong = tablet.post("/unlock", &fields(WRONG)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("PIN não confere") && wrong.text.contains(&format!("value=\"{path}\"")));
    let right = tablet.post("/unlock", &fields(PIN)).await;
    assert_eq!((right.status, right.location()), (StatusCode::SEE_OTHER, path.as_str()));
    assert!(tablet.get(&path).await.text.contains("<b>João</b>"));
    // Idle: the tap is not done, and that is said.
    server.app.clock.advance(5 * MINUTE);
    let tap = tablet.post(&pick(&order, 0), &[("quantity", "1")]).await;
    assert_eq!(tap.status, StatusCode::SEE_OTHER);
    let asked = tablet.get(tap.location()).await.text;
    assert!(asked.contains("o último toque não foi feito") && asked.contains(&format!("value=\"{joao}\"")));
    assert_eq!(tablet.post("/unlock", &fields(PIN)).await.location(), path);
    assert_eq!(tablet.post(&pick(&order, 0), &[("quantity", "1")]).await.location(), path);
    // And somebody who is not on the list.
    let by_number = tablet.get("/switch?other=yes").await.text;
    assert!(by_number.contains("name=\"number\""));
    let buyer = [("number", BUYER), ("pin", PIN), ("next", "//evil.example")];
    assert_eq!(tablet.post("/unlock", &buyer).await.location(), "/");
    assert!(tablet.get("/").await.text.contains("<b>Pedro</b>"));
}

#[tokio::test]
async fn a_tap_on_a_page_of_somebody_else_is_not_done() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let tablet = tablet(&server).await;
    let maria = company.person(OTHER_PICKER).await.to_string();
    let tap = async |person: &str| {
        let command = tablet.command(&pick(&order, 0), &[("quantity", "1")], uuid::Uuid::now_v7());
        tablet.read(command.header("x-person", person)).await.status
    };
    // Another tab still shows Maria's page.
    assert_eq!(tap(&maria).await, StatusCode::UNAUTHORIZED);
    assert_eq!(tap("nonsense").await, StatusCode::UNAUTHORIZED);
    assert_eq!(tap(&company.person(PICKER).await.to_string()).await, StatusCode::OK);
}

#[tokio::test]
async fn the_socket_of_an_idle_device_stays_open() {
    let server = TestServer::start().await;
    let tablet = tablet(&server).await;
    server.app.clock.advance(HOUR);
    let mut page = tablet.page("/").await;
    let mut socket = Socket::open(&tablet, &mut page).await;
    socket.say(r#"{"visible":true}"#).await;
    assert!(matches!(socket.next().await, Said::Json(_)));
}

#[tokio::test]
async fn a_shared_device_is_forgotten_a_year_after_its_last_pin_and_no_sooner() {
    let server = TestServer::start().await;
    let (used, left) = (tablet(&server).await, tablet(&server).await);
    let long_ago = "update shared_devices set (since, last_used_at) = (now() - interval '401 days', now() - interval '401 days')";
    run_sql(&server.database_url, long_ago).await;
    used.sign_in("alfa", OTHER_PICKER, PIN).await;
    // Of those who use it nothing is known after their PINs are given anew; it is in use all the same.
    run_sql(&server.database_url, "delete from known_devices").await;
    jobs::run_one(&server.app, "purge_failures").await.unwrap();
    assert_eq!(count(&server, "shared_devices").await, 1);
    assert!(used.get("/").await.text.contains("data-shared"), "it asks for the PIN after a while, as before");
    assert!(!left.get("/").await.text.contains("data-shared"));
}
