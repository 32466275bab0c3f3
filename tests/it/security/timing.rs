//! A stop watch does not tell who works here; and what connects leaves nothing behind.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::support::client::Client;
use crate::support::database;
use crate::support::process::Program;
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::wait_for;
use crate::support::world::{BUYER, OTHER_PICKER, OTHER_SELLER, PICKER, SELLER};

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[tokio::test]
async fn an_unknown_number_takes_as_long_as_a_wrong_pin() {
    let url = database::create().await;
    let program = Program::start(&url, &[]).await;
    let client = Client::new(program.port);
    let (mut known, mut unknown, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    // Three failures are free for each account; the two kinds take turns, so that a busy machine delays both.
    for company in ["alfa", "beta"] {
        for number in [PICKER, OTHER_PICKER, SELLER, OTHER_SELLER, BUYER] {
            for _ in 0..3 {
                for (number, times) in [(number, &mut known), ("7777", &mut unknown)] {
                    let nobody = format!("7{}", answers.len() + 100);
                    let number = if number == "7777" { nobody.as_str() } else { number };
                    let form = [("company", company), ("number", number), ("pin", "000111")];
                    let began = Instant::now();
                    let answer = client.post("/sign-in", &form).await;
                    times.push(began.elapsed());
                    // The number that was typed and the moment stand in the page; nothing else may differ.
                    let text: String = answer.text.chars().filter(|c| !c.is_ascii_digit()).collect();
                    answers.push((answer.status, text));
                }
            }
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 2, "one answer for both in each of the two companies: {answers:?}");
    let (known, unknown) = (median(known), median(unknown));
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    eprintln!("a wrong PIN {known:?}, an unknown number {unknown:?}");
    assert!((0.75..=1.25).contains(&ratio), "{ratio}");
}

#[tokio::test]
async fn an_event_is_drawn_once_for_all_who_see_the_same_screen() {
    let url = database::create().await;
    let server = TestServer::on(&url, &[]).await;
    let order = server.company("alfa").await.import_lines(&["100"]).await;
    let program = Program::start(&url, &[]).await;
    let path = format!("/orders/{}", order.id);
    let tapper = Client::new(program.port);
    tapper.sign_in("alfa", BUYER, "739146").await;
    let mut sockets = Vec::new();
    for number in [PICKER, OTHER_PICKER] {
        let client = Client::new(program.port);
        client.sign_in("alfa", number, "739146").await;
        for path in ["/", &path, "/", &path, "/", &path, "/", &path, "/", &path] {
            let mut page = client.page(path).await;
            let socket = Socket::open(&client, &mut page).await;
            sockets.push((socket, page));
        }
    }
    let renders = async || {
        let of =
            async |screen: &str| program.metric(&format!("live_renders_total{{screen=\"{screen}\"}}")).await;
        [of("board").await, of("order").await]
    };
    let before = renders().await;
    for tap in 1..=5 {
        let pick = format!("{path}/items/{}/pick", order.items[0]);
        let n = tapper.tap(&pick, &[("quantity", "1")]).await.json()["n"].as_i64().unwrap();
        for (socket, page) in &mut sockets {
            socket.follow(page, n).await;
        }
        assert_eq!(renders().await, before.map(|count| count + f64::from(tap)), "after tap {tap}");
    }
}

#[tokio::test]
async fn a_page_that_many_fetch_is_drawn_once_until_something_changes() {
    let url = database::create().await;
    let server = TestServer::on(&url, &[]).await;
    let company = server.company("alfa").await;
    let order = company.import(2).await;
    let program = Program::start(&url, &[]).await;
    let path = format!("/orders/{}", order.id);
    let people = [Client::new(program.port), Client::new(program.port)];
    for (client, number) in people.iter().zip([PICKER, BUYER]) {
        client.sign_in("alfa", number, "739146").await;
    }
    let drawn = async || {
        let of =
            async |page: &str| program.metric(&format!("page_bodies_drawn_total{{page=\"{page}\"}}")).await;
        [of("board").await, of("order").await]
    };
    let fetch_all = async || {
        for path in ["/", "/?status=waiting", &path] {
            let fetches = people.iter().cycle().take(10).map(|client| client.page(path));
            let cursors: Vec<_> = join_all(fetches).await.into_iter().map(|page| page.cursor).collect();
            assert!(cursors.windows(2).all(|two| two[0] == two[1]), "{cursors:?}");
        }
    };
    let before = drawn().await;
    fetch_all().await;
    let after = drawn().await;
    // The clock may come to the next minute in between.
    let few = |before: [f64; 2], after: [f64; 2]| {
        let [boards, orders] = [0, 1].map(|page| after[page] - before[page]);
        (2.0..=4.0).contains(&boards) && (1.0..=2.0).contains(&orders)
    };
    assert!(few(before, after), "{before:?} {after:?}");
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    people[0].tap(&pick, &[("quantity", "1")]).await;
    fetch_all().await;
    assert!(few(after, drawn().await), "{after:?} {:?}", drawn().await);
}

#[tokio::test]
async fn three_hundred_connects_leave_nothing_behind() {
    let url = database::create().await;
    let program = Program::start(&url, &[]).await;
    let client = Client::new(program.port);
    client.sign_in("alfa", PICKER, "739146").await;
    let page = client.page("/").await;
    let mut warm = Socket::connect(&client, &page.screen, &page.cursor).await.unwrap();
    assert!(matches!(warm.next().await, Said::Json(_)));
    drop(warm);
    let quiet = async || {
        wait_for("no sockets", async || (program.metric("live_sockets").await == 0.0).then_some(())).await;
    };
    quiet().await;
    let before = (program.metric("tasks").await, program.descriptors());
    for _ in 0..60 {
        let mut open = Vec::new();
        for _ in 0..5 {
            let mut socket = Socket::connect(&client, &page.screen, &page.cursor).await.unwrap();
            assert!(matches!(socket.next().await, Said::Json(_)));
            open.push(socket);
        }
    }
    quiet().await;
    // A connection of this test's own client may come or go, and a screen's loop ends with its next beat.
    wait_for("tasks and descriptors as before", async || {
        let now = (program.metric("tasks").await, program.descriptors());
        (now.0 <= before.0 + 2.0 && now.1 <= before.1 + 3).then_some(())
    })
    .await;
}
