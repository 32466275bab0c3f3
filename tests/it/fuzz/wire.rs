//! Requests and messages, to a real server: each is answered, none with an error of the program.

use std::time::Duration;

use tokio_tungstenite::tungstenite::Message;

use super::{Fuzz, failed, samples};
use crate::support::client::Client;
use crate::support::report::note;
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::ADMIN;

fn encoded(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

async fn post(client: &Client, path: &str, body: Vec<u8>) -> u16 {
    let request = client.http().post(client.url(path)).body(body);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    client.send(request.header("accept", "application/json")).await.status.as_u16()
}

#[tokio::test]
async fn a_typed_number_is_a_quantity_or_a_sentence() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["900000"]).await;
    let client = server.signed_in("alfa", ADMIN).await;
    let path = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let mut fuzz = Fuzz::of(
        "number",
        samples("number"),
        &[".", ",", "-", "e", "\u{a0}", "٣", "9999999999999999999999999999999999999999"],
    );
    while let Some(input) = fuzz.next() {
        for notation in ["pt-BR", "en"] {
            let body = format!("quantity={}&notation={notation}", encoded(&input));
            let status = post(&client, &path, body.into_bytes()).await;
            if !matches!(status, 200 | 303 | 400 | 409 | 422) {
                failed("number", &input, &format!("answered with {status}"));
            }
        }
    }
    fuzz.end();
}

#[tokio::test]
async fn a_cursor_is_continued_or_starts_afresh() {
    let server = TestServer::start().await;
    server.company("alfa").await.import(1).await;
    let client = server.signed_in("alfa", ADMIN).await;
    let mut corpus = samples("cursor");
    corpus.push(client.page("/").await.cursor.into_bytes());
    let mut fuzz = Fuzz::of("cursor", corpus, &[".", "-", "9223372036854775807", "%00"]);
    while let Some(input) = fuzz.next() {
        let status =
            client.get(&format!("/feed?screen=board&cursor={}", encoded(&input))).await.status.as_u16();
        if !matches!(status, 200 | 400 | 414 | 422 | 431) {
            failed("cursor", &input, &format!("answered with {status}"));
        }
    }
    fuzz.end();
}

#[tokio::test]
async fn a_form_of_any_bytes_is_done_or_refused() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let client = server.signed_in("alfa", ADMIN).await;
    let mut order = company.import(40).await;
    let mut fuzz = Fuzz::of(
        "form",
        samples("form"),
        &["&", "=", "%", "%0D%0A", "%00", "+", "quantity=", "text=", "reason="],
    );
    let verbs = [
        "pick", "unpick", "short", "missing", "pick-all", "notes", "due", "shipping", "urgent", "finish",
        "reopen", "claim",
    ];
    let mut answered = std::collections::BTreeMap::<u16, u64>::new();
    while let Some(input) = fuzz.next() {
        let n = usize::try_from(fuzz.inputs).unwrap();
        if n % 500 == 0 {
            order = company.import(40).await;
        }
        let (verb, item) = (verbs[n % verbs.len()], order.items[n % order.items.len()]);
        for path in
            [format!("/orders/{}/{verb}", order.id), format!("/orders/{}/items/{item}/{verb}", order.id)]
        {
            let status = post(&client, &path, input.clone()).await;
            *answered.entry(status).or_default() += 1;
            if status >= 500 {
                failed("form", &input, &format!("{path} answered with {status}"));
            }
        }
    }
    note("answers", format!("{answered:?}"));
    assert!(answered.len() > 2, "some are done, some refused: {answered:?}");
    fuzz.end();
}

#[tokio::test]
async fn a_message_on_a_socket_is_understood_or_ends_it_with_a_reason() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", ADMIN).await;
    let page = client.page("/").await;
    let mut fuzz = Fuzz::of(
        "message",
        samples("message"),
        &["{", "}", "\"visible\"", ":", "true", "null", "\u{0}", "\\u0000"],
    );
    while let Some(input) = fuzz.next() {
        let mut socket = Socket::connect(&client, &page.screen, &page.cursor).await.expect("a socket");
        let text = String::from_utf8_lossy(&input).into_owned();
        socket.send(Message::text(text)).await;
        socket.send(Message::Close(None)).await;
        let code = loop {
            match socket.hear(Duration::from_secs(5)).await {
                Some(Said::Closed(code)) => break code,
                Some(Said::Json(_)) => {}
                None => failed("message", &input, "no end"),
            }
        };
        if !matches!(code, None | Some(1000 | 1005 | 1008 | 1009)) {
            failed("message", &input, &format!("closed with {code:?}"));
        }
    }
    assert_eq!(client.get("/").await.status, 200);
    fuzz.end();
}
