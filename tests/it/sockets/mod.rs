//! Who may open a socket, what it may say, and when it ends.

mod access;
mod slow;

use std::time::{Duration, Instant};

use futures_util::SinkExt;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::{ADMIN, BUYER, OTHER_PICKER, PICKER};
use crate::support::{measured, wait_for};

/// The status of a handshake that was refused; 101 where it was not.
async fn status(client: &Client, screen: &str, cursor: &str, origin: Option<&str>) -> u16 {
    match Socket::connect_from(client, screen, cursor, origin).await {
        Ok(_) => 101,
        Err(Error::Http(answer)) => answer.status().as_u16(),
        Err(other) => panic!("no answer to a handshake: {other}"),
    }
}

#[tokio::test]
async fn only_our_own_pages_open_sockets() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    let cursor = client.page("/").await.cursor;
    let port = server.port;
    let ours = [format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}")];
    for origin in &ours {
        assert_eq!(status(&client, "board", &cursor, Some(origin)).await, 101, "{origin}");
    }
    assert_eq!(status(&client, "board", &cursor, None).await, 403, "no origin");
    let foreign = [
        "null".to_owned(),
        "https://evil.example".to_owned(),
        "http://127.0.0.1".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}.evil.example"),
        format!("http://127.0.0.1:{port}@evil.example"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{}", port - 1),
        format!("http://127.0.0.1:{port}, http://evil.example"),
        format!("http://localhost.evil.example:{port}"),
        format!("HTTP://127.0.0.1:{port}"),
    ];
    for origin in &foreign {
        assert_eq!(status(&client, "board", &cursor, Some(origin)).await, 403, "{origin}");
    }
    let stranger = Client::new(port);
    assert_eq!(
        status(&stranger, "board", &cursor, Some("https://evil.example")).await,
        403,
        "before the session"
    );
}

#[tokio::test]
async fn a_handshake_is_refused_before_the_upgrade_when_it_is_not_for_this_person() {
    let server = TestServer::start().await;
    let theirs = server.company("beta").await.import(1).await;
    let ours = server.company("alfa").await.import(1).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let cursor = picker.page("/").await.cursor;
    let origin = format!("http://127.0.0.1:{}", server.port);
    let cases = [
        (Client::new(server.port), "board".to_owned(), cursor.as_str(), 401),
        (picker.clone(), format!("order:{}", ours.id), &cursor, 101),
        (picker.clone(), format!("order:{}", theirs.id), &cursor, 404),
        (picker.clone(), format!("order:{}", uuid::Uuid::now_v7()), &cursor, 404),
        (picker.clone(), "people".to_owned(), &cursor, 403),
        (picker.clone(), "quotes".to_owned(), &cursor, 403),
        (picker.clone(), "order:1".to_owned(), &cursor, 422),
        (picker.clone(), "purchasing'--".to_owned(), &cursor, 422),
        (picker.clone(), String::new(), &cursor, 422),
        (picker.clone(), "board".to_owned(), "x.y.z", 422),
        (picker.clone(), "board".to_owned(), "", 422),
    ];
    for (client, screen, cursor, expected) in cases {
        assert_eq!(status(&client, &screen, cursor, Some(&origin)).await, expected, "{screen} from {cursor}");
        let feed = client.get(&format!("/feed?screen={screen}&cursor={cursor}")).await;
        let expected = if expected == 101 { 200 } else { expected };
        assert_eq!(feed.status.as_u16(), expected, "/feed {screen} from {cursor}: {}", feed.text);
        if expected != 200 {
            assert!(
                !feed.json()["title"].as_str().unwrap_or_default().is_empty(),
                "a sentence: {}",
                feed.text
            );
        }
    }
    let plain = picker.http().get(picker.url("/live?screen=board&cursor=")).header("origin", &origin);
    assert_eq!(picker.send(plain).await.status, 422, "no handshake at all");
}

/// The beginning of a message, and empty parts of it, which the library joins without a word.
fn endless_message() -> Vec<Message> {
    let part = |kind| Message::Frame(Frame::message(Vec::new(), OpCode::Data(kind), false));
    std::iter::once(part(Data::Text)).chain((0..200).map(|_| part(Data::Continue))).collect()
}

#[tokio::test]
async fn a_socket_may_say_next_to_nothing() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    let cases: Vec<(&str, Vec<Message>, u16)> = vec![
        ("17 KiB", vec![Message::text("x".repeat(17 * 1024))], 1009),
        ("a megabyte", vec![Message::text("x".repeat(1024 * 1024))], 1009),
        ("binary", vec![Message::binary(vec![1, 2, 3])], 1003),
        ("no JSON", vec![Message::text("hello")], 1008),
        ("an unknown field", vec![Message::text(r#"{"visible":true,"screen":"people"}"#)], 1008),
        ("a flood", (0..200).map(|_| Message::text(r#"{"visible":true}"#)).collect(), 1008),
        ("a message that never ends", endless_message(), 1008),
        ("a flood of pings", (0..200).map(|_| Message::Ping(vec![0; 100].into())).collect(), 1008),
    ];
    for (what, messages, code) in cases {
        let mut page = client.page("/").await;
        let mut socket = Socket::open(&client, &mut page).await;
        for message in messages {
            // The server may have closed by the time all is sent.
            if socket.stream.send(message).await.is_err() {
                break;
            }
        }
        assert_eq!(socket.closed().await, Some(code), "{what}");
    }
    let mut page = client.page("/").await;
    let mut socket = Socket::open(&client, &mut page).await;
    for visible in [false, true] {
        socket.say(&format!(r#"{{"visible":{visible}}}"#)).await;
    }
    assert!(matches!(socket.next().await, Said::Json(_)), "what is allowed does not close it");
}

#[tokio::test]
async fn the_eleventh_socket_of_a_person_waits() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    let cursor = client.page("/").await.cursor;
    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(Socket::connect(&client, "board", &cursor).await.unwrap());
    }
    let origin = format!("http://127.0.0.1:{}", server.port);
    assert_eq!(status(&client, "board", &cursor, Some(&origin)).await, 429);
    let other = server.signed_in("alfa", OTHER_PICKER).await;
    assert_eq!(status(&other, "board", &cursor, Some(&origin)).await, 101, "another person's first");
    drop(open.pop());
    wait_for("a place that was given back", async || {
        (status(&client, "board", &cursor, Some(&origin)).await == 101).then_some(())
    })
    .await;
}

type Fields = &'static [(&'static str, &'static str)];

/// Open sockets of one browser on both replicas, each on its own path.
async fn open_on_both(client: &Client, ports: [u16; 2], paths: &[&str]) -> Vec<Socket> {
    let mut sockets = Vec::new();
    for port in ports {
        for path in paths {
            let there = client.at(port);
            let mut page = there.page(path).await;
            sockets.push(Socket::open(&there, &mut page).await);
        }
    }
    sockets
}

#[tokio::test]
async fn chaos_whoever_loses_the_right_to_watch_stops_watching_on_every_replica() {
    let (one, two) = TestServer::pair().await;
    let ports = [one.port, two.port];
    let company = one.company("alfa").await;
    let admin = one.signed_in("alfa", ADMIN).await;
    let path = |person, what| format!("/people/{person}/{what}");
    let (picker, other, buyer) =
        (company.person(PICKER).await, company.person(OTHER_PICKER).await, company.person(BUYER).await);
    let endings: [(&str, &str, String, Fields, u16); 3] = [
        ("signing out", PICKER, "/sign-out".to_owned(), &[], 4401),
        ("deactivation", OTHER_PICKER, path(other, "active"), &[("active", "no")], 4410),
        ("a new PIN", BUYER, path(buyer, "pin"), &[], 4401),
    ];
    for (what, number, path, form, code) in endings {
        let client = one.signed_in("alfa", number).await;
        let mut sockets = open_on_both(&client, ports, &["/", "/history"]).await;
        let by = if path == "/sign-out" { &client } else { &admin };
        assert!(by.tap(&path, form).await.status.as_u16() < 400, "{what}");
        let began = Instant::now();
        for socket in &mut sockets {
            assert_eq!(socket.closed().await, Some(code), "{what}");
        }
        measured(
            &format!("{what}: four sockets on two replicas closed"),
            began.elapsed(),
            Duration::from_secs(1),
        );
    }
    // Another role: screens that stay are fetched again, those that are not for it any more are closed.
    let client = one.signed_in("alfa", PICKER).await;
    let grant = admin.tap(&path(picker, "roles"), &[("roles", "picker"), ("roles", "admin")]).await;
    assert_eq!(grant.status, 200, "{}", grant.text);
    let mut boards = open_on_both(&client, ports, &["/"]).await;
    let mut people = open_on_both(&client, ports, &["/people"]).await;
    assert_eq!(admin.tap(&path(picker, "roles"), &[("roles", "picker")]).await.status, 200);
    let began = Instant::now();
    for socket in &mut people {
        assert_eq!(socket.closed().await, Some(4403));
    }
    for socket in &mut boards {
        loop {
            match socket.next().await {
                Said::Json(said) if said["reset"] == "access" => break,
                Said::Json(said) => assert!(said.get("reset").is_none(), "{said}"),
                Said::Closed(code) => panic!("closed with {code:?}"),
            }
        }
    }
    measured("another role: heard on two replicas", began.elapsed(), Duration::from_secs(1));
}

#[tokio::test]
async fn a_page_that_is_looked_at_gets_beats_and_a_hidden_one_fewer() {
    let url = crate::support::database::create().await;
    let server = TestServer::on(&url, &["--beat-ms", "100"]).await;
    let client = server.signed_in("alfa", PICKER).await;
    let (mut page, mut hidden_page) = (client.page("/").await, client.page("/").await);
    let mut visible = Socket::open(&client, &mut page).await;
    let mut hidden = Socket::open(&client, &mut hidden_page).await;
    hidden.say(r#"{"visible":false}"#).await;
    let beats = async |socket: &mut Socket, count: usize| {
        let began = Instant::now();
        let mut seen = 0;
        while seen < count {
            if let Said::Json(said) = socket.next().await
                && said["from"].is_i64()
            {
                assert_eq!(said["html"], "");
                seen += 1;
            }
        }
        began.elapsed() / u32::try_from(count).unwrap()
    };
    let (often, seldom) = tokio::join!(beats(&mut visible, 16), beats(&mut hidden, 4));
    eprintln!("a beat each {often:?} while visible, each {seldom:?} while hidden");
    assert!(seldom > often * 2);
    hidden.say(r#"{"visible":true}"#).await;
    beats(&mut hidden, 1).await;
}

#[tokio::test]
async fn a_poll_tells_what_a_socket_tells_and_answers_as_soon_as_there_is_something() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(2).await;
    let client = server.signed_in("alfa", PICKER).await;
    let other = server.signed_in("alfa", OTHER_PICKER).await;
    let path = format!("/orders/{}", order.id);
    let mut by_socket = client.page(&path).await;
    let mut by_poll = by_socket.clone();
    let mut socket = Socket::open(&client, &mut by_socket).await;
    let poll = {
        let (client, page) = (client.clone(), by_poll.clone());
        tokio::spawn(async move {
            let began = Instant::now();
            let url = format!("/feed?screen={}&cursor={}&wait=25", page.screen, page.cursor);
            (client.get(&url).await, began.elapsed())
        })
    };
    // Another order's change does not end the wait.
    server.company("alfa").await.import(1).await;
    let answer = other.tap(&format!("{path}/items/{}/pick", order.items[0]), &[("quantity", "3")]).await;
    let (polled, waited) = poll.await.unwrap();
    eprintln!("the poll was answered after {waited:?}");
    assert!(waited < Duration::from_secs(10));
    assert_eq!(polled.headers["cache-control"], "no-store");
    for frame in polled.json()["frames"].as_array().unwrap() {
        by_poll.apply(frame);
    }
    socket.follow(&mut by_socket, answer.json()["n"].as_i64().unwrap()).await;
    assert_eq!(by_poll.cursor, by_socket.cursor);
    by_poll.must_show(&by_socket, "by poll and by socket");
    let short =
        client.get(&format!("/feed?screen={}&cursor={}&wait=1", by_poll.screen, by_poll.cursor)).await;
    assert_eq!(short.json()["frames"][0]["html"], "", "nothing new is said after the wait");
}
