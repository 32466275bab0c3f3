//! Limits come before cost: who asks too much is refused before anything is looked up, read or kept for them.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::process::Program;
use crate::support::proxy::Proxy;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{ADMIN, PICKER, SELLER};
use crate::support::{PATIENCE, database, quotes, wait_for};

#[tokio::test]
async fn an_address_that_asks_too_fast_costs_no_look_up_of_a_session() {
    let url = database::create().await;
    let server = TestServer::on(&url, &["--address-requests-per-second", "6"]).await;
    let client = server.signed_in("alfa", PICKER).await;
    // Whatever looks a session up from now on is answered 503.
    database::run_sql(&url, "alter table sessions rename to sessions_away").await;
    let mut last = client.get("/history").await;
    assert_eq!(last.status, 503, "{}", last.text);
    for _ in 0..40 {
        last = client.get("/history").await;
        if last.status == 429 {
            break;
        }
    }
    assert_eq!(last.status, 429, "{}", last.text);
    assert!(last.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    assert!(last.text.contains("tentativas em pouco tempo"), "a sentence: {}", last.text);
    assert_eq!(client.get("/livez").await.status, 200, "probes are not counted");
}

/// A connection that answers; None: it was closed at once.
async fn connect(port: u16) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    stream.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n").await.ok()?;
    let mut answer = [0; 512];
    let read = timeout(PATIENCE, stream.read(&mut answer)).await.expect("an answer, or the end");
    matches!(read, Ok(n) if n > 0).then_some(stream)
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_gets_a_place_when_one_ends() {
    let url = database::create().await;
    for (limit, name) in [("--address-connections", "an address"), ("--max-connections", "a replica")] {
        let server = TestServer::on(&url, &[limit, "3"]).await;
        let mut open = Vec::new();
        for _ in 0..3 {
            open.push(connect(server.port).await.expect(name));
        }
        assert!(connect(server.port).await.is_none(), "{name}");
        drop(open.pop());
        open.push(wait_for("a place that was given back", async || connect(server.port).await).await);
        assert!(connect(server.port).await.is_none(), "{name}");
    }
}

#[tokio::test]
async fn an_open_socket_keeps_its_connection_s_place() {
    let url = database::create().await;
    let server = TestServer::on(&url, &["--address-connections", "8"]).await;
    let client = server.signed_in("alfa", PICKER).await;
    let mut page = client.page("/").await;
    let socket = Socket::open(&client, &mut page).await;
    // All places are taken: by the browser, its socket and these.
    let mut open = Vec::new();
    while let Some(connection) = connect(server.port).await {
        open.push(connection);
    }
    assert!((1..8).contains(&open.len()), "{}", open.len());
    drop(socket);
    wait_for("the socket's place", async || connect(server.port).await).await;
}

#[tokio::test]
async fn whoever_does_not_take_an_answer_is_given_up() {
    let url = database::create().await;
    let program = Program::start(&url, &["--send-timeout-ms", "300"]).await;
    let slow = async || program.metric("http_slow_closed_total").await;
    assert!(slow().await < 1.0);
    let mut stream = TcpStream::connect(("127.0.0.1", program.port)).await.unwrap();
    let asked = b"GET /static/app.css HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(5000);
    // Nothing is read of the answers: sooner or later nothing more is taken, and then it is over.
    let sent = timeout(PATIENCE, async { while stream.write_all(&asked).await.is_ok() {} }).await;
    assert!(sent.is_ok(), "the connection was closed");
    wait_for("a connection that was given up", async || (slow().await >= 1.0).then_some(())).await;
    let client = Client::new(program.port);
    assert_eq!(client.get("/livez").await.status, 200);
}

#[tokio::test]
async fn readiness_and_health_asked_often_cost_the_database_nothing() {
    let url = database::create().await;
    let (mut proxy, through) = Proxy::around(&url).await;
    let server = TestServer::on(&through, &[]).await;
    let client = Client::new(server.port);
    wait_for("readiness", async || (client.get("/readyz").await.status == 200).then_some(())).await;
    let began = Instant::now();
    // Whoever asks the database from now on waits for seconds; what was found out within the second stands.
    proxy.silence().await;
    let mut asked = 0;
    while began.elapsed() < Duration::from_millis(600) {
        for path in ["/readyz", "/health", "/livez"] {
            assert_eq!(client.get(path).await.status, 200, "{path} after {:?}", began.elapsed());
            asked += 1;
        }
    }
    assert!(asked > 20, "{asked}");
}

#[tokio::test]
async fn what_a_person_keeps_waiting_has_a_bound() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (seller, other) = (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", ADMIN).await);
    let (company_id, importer) = (company.id, company.person(SELLER).await);
    let waiting = format!(
        "insert into quote_drafts (company_id, id, importer_id, file_name, sha256, pdf, reading, created_at, changed_by, changed_at)
         select '{company_id}', gen_random_uuid(), '{importer}', 'x.pdf', int4send(n), 'x', '{{}}', now(), '{importer}', now()
         from generate_series(1, 299) n"
    );
    database::run_sql(&server.database_url, &waiting).await;
    let send = async |client: &Client, name: &str| {
        quotes::send(client, name, quotes::pdf(name), Uuid::now_v7()).await
    };
    assert_eq!(send(&seller, "columns-1-item").await.status, 200);
    let refused = send(&seller, "discount").await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("esperando conferência"), "{}", refused.text);
    assert_eq!(database::count(&server.database_url, "quote_drafts").await, 300);
    assert_eq!(send(&other, "discount").await.status, 200, "another person");
    assert_eq!(send(&seller, "columns-1-item").await.status, 200, "what is there already takes no room");
}

#[tokio::test]
async fn an_order_has_a_hundred_notes_at_most() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let notes = format!(
        "insert into order_notes (company_id, id, order_id, text, author_id, at)
         select '{}', gen_random_uuid(), '{}', 'x', '{}', now() from generate_series(1, 99)",
        company.id,
        order.id,
        company.person(PICKER).await
    );
    database::run_sql(&server.database_url, &notes).await;
    let path = format!("/orders/{}/notes", order.id);
    assert_eq!(picker.tap(&path, &[("text", "the hundredth")]).await.status, 200);
    let refused = picker.tap(&path, &[("text", "one more")]).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.json()["title"].as_str().unwrap().contains("100 observações"), "{}", refused.text);
    database::run_sql(&server.database_url, "update order_notes set removed_at = now() where text = 'x'")
        .await;
    assert_eq!(picker.tap(&path, &[("text", "one more")]).await.status, 200, "removed ones take no room");
}
