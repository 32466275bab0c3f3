//! What the log tells whoever reads it.

use std::process::Stdio;

use tokio::io::AsyncReadExt;

use crate::support::client::Client;
use crate::support::database;
use crate::support::process::{METRICS_TOKEN, Program};
use crate::support::quotes::{form, pdf, send};
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{ADMIN, PICKER, PIN, SELLER};

const SETUP_TOKEN: &str = "set-up-token-of-the-tests";

/// Runs a day in small under a log filter; answers the log and the cookies that were given.
async fn log_of(filter: &str) -> (String, Vec<String>) {
    let url = database::create().await;
    let server = TestServer::on(&url, &[]).await;
    let order = server.company("alfa").await.import(2).await;
    let path = std::env::temp_dir().join(format!("separacao-log-{}", uuid::Uuid::now_v7()));
    let file = std::fs::File::create(&path).unwrap();
    let redis = crate::support::server::redis_url();
    let more = ["--setup-token", SETUP_TOKEN, "--redis-url", redis.as_str(), "--log-json", "true"];
    let program = Program::start_logging(&url, &more, filter, Stdio::from(file)).await;
    let client = Client::new(program.port);
    client.post("/sign-in", &[("company", "alfa"), ("number", PICKER), ("pin", "111222")]).await;
    client.sign_in("alfa", PICKER, PIN).await;
    let mut cookies = vec![client.cookie_header()];
    let base = format!("/orders/{}", order.id);
    let mut page = client.page(&base).await;
    let mut socket = Socket::open(&client, &mut page).await;
    let pick = format!("{base}/items/{}/pick", order.items[0]);
    let answer = client.tap(&pick, &[("quantity", "3")]).await;
    socket.follow(&mut page, answer.json()["n"].as_i64().unwrap()).await;
    client.tap(&format!("{base}/notes"), &[("text", "nota do cliente")]).await;
    client.get("/?q=paula").await;
    client.get(&format!("/set-up?token={SETUP_TOKEN}")).await;
    client.post("/unlock", &[("pin", "333444"), ("next", "/")]).await;
    let admin = Client::new(program.port);
    admin.sign_in("alfa", ADMIN, PIN).await;
    cookies.push(admin.cookie_header());
    let person = server.company("alfa").await.person(PICKER).await;
    admin.tap(&format!("/people/{person}/pin"), &[]).await;
    program.metrics().await;
    drop(program);
    let mut log = String::new();
    tokio::fs::File::open(&path).await.unwrap().read_to_string(&mut log).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(log.lines().count() > 5, "{log}");
    (log, cookies)
}

const FULL: &str = "create function is_full() returns trigger language plpgsql as $$ begin \
     raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$; \
     create trigger full_disk before insert on quote_drafts for each row execute function is_full()";

#[tokio::test]
async fn a_full_disk_is_said_to_who_uploads_and_to_the_operator() {
    let url = database::create().await;
    database::run_sql(&url, FULL).await;
    let path = std::env::temp_dir().join(format!("separacao-log-{}", uuid::Uuid::now_v7()));
    let log = Stdio::from(std::fs::File::create(&path).unwrap());
    let program = Program::start_logging(&url, &["--log-json", "true"], "info", log).await;
    let seller = Client::new(program.port);
    seller.sign_in("alfa", SELLER, PIN).await;
    let sentence = "O servidor está sem espaço. Nada foi salvo.";
    let refused = send(&seller, "a", pdf("columns-1-item"), uuid::Uuid::now_v7()).await;
    assert_eq!((refused.status.as_u16(), refused.json()["title"].as_str()), (507, Some(sentence)));
    let plain = seller.http().post(seller.url("/quotes")).multipart(form("a", pdf("columns-1-item")));
    let page = seller.send(plain).await;
    assert!(page.text.contains(sentence), "{} {}", page.status, page.text);
    for table in ["quote_drafts", "operations"] {
        assert_eq!(database::count(&url, table).await, 0, "{table}");
    }
    // There is room again.
    database::run_sql(&url, "drop trigger full_disk on quote_drafts").await;
    assert_eq!(send(&seller, "a", pdf("columns-1-item"), uuid::Uuid::now_v7()).await.status, 200);
    drop(program);
    let log = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let told = log.lines().any(|line| line.contains("\"ERROR\"") && line.contains("No space left on device"));
    assert!(told, "{log}");
}

fn must_not_tell(log: &str, secret: &str, what: &str) {
    if let Some(line) = log.lines().find(|line| line.contains(secret)) {
        panic!("{what} stands in the log: {line}");
    }
}

#[tokio::test]
async fn the_log_holds_no_secret_however_much_it_tells() {
    let (log, cookies) = log_of("debug").await;
    for (secret, what) in [
        (PIN, "a PIN"),
        ("111222", "a wrong PIN"),
        ("333444", "a wrong PIN"),
        (METRICS_TOKEN, "a token"),
        (SETUP_TOKEN, "a token"),
        ("postgres://", "the database's address"),
        ("redis://", "Redis' address"),
    ] {
        must_not_tell(&log, secret, what);
    }
    for pair in cookies.iter().flat_map(|header| header.split("; ")) {
        let (name, value) = pair.split_once('=').unwrap();
        if !["company", "language", "theme"].contains(&name) {
            must_not_tell(&log, value, name);
        }
    }
}

#[tokio::test]
async fn at_the_usual_level_each_request_is_a_line_without_customers() {
    let (log, _) = log_of("info").await;
    for name in ["PAULA", "paula", "nota do cliente"] {
        must_not_tell(&log, name, "a customer");
    }
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let pick = lines.iter().find(|line| {
        line["span"]["route"] == "/orders/{order}/items/{item}/pick"
            && line["fields"]["message"] == "answered"
    });
    let pick = pick.unwrap_or_else(|| panic!("a line for the pick in {log}"));
    assert_eq!((&pick["fields"]["status"], &pick["span"]["method"]), (&200.into(), &"POST".into()));
    assert!(pick["span"]["request_id"].as_str().unwrap().len() > 20);
}
