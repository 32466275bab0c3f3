//! Many at once: of writers, of events, of sockets that are cut, of tablets that do not read.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use separacao::companies::actions::companies::get_company;
use separacao::feed::{self, EventKind, NewEvent};
use separacao::live::outbox;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::{ENDLESS, load, pickers, two_orders};
use crate::support::client::Client;
use crate::support::follower::{Follower, WATCHDOG_IN_PRODUCTION};
use crate::support::load::{Load, hire, must_all_show_the_truth, ports};
use crate::support::process::Program;
use crate::support::proxy::Proxy;
use crate::support::report::note;
use crate::support::scale::scaled;
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::{PICKER, PIN};
use crate::support::{HEALED, PATIENCE, database, measured, wait_for};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_writers_that_hold_before_their_commit_leave_no_gap_and_no_event_out() {
    let (one, two) = TestServer::pair().await;
    let events: i64 = scaled(2_000, 100_000);
    let db = separacao::db::Db::open(&one.database_url, 40, 1_000, &Default::default()).unwrap();
    let company = get_company(&one.app.db, Some("alfa")).await.unwrap().id;
    let client = one.signed_in("alfa", PICKER).await;
    let (goal, watched) = watch::channel(None);
    let both = ports(&[&one, &two]);
    let mut followers = Vec::new();
    for n in 0..6 {
        let at = [&one, &two][n % 2].port;
        let follower = Follower::open(&client.at(at), "/", &both).await;
        followers.push(tokio::spawn(follower.follow(watched.clone())));
    }
    let first = feed::queries::snapshot(&db, company).await.unwrap().1.n;
    let began = Instant::now();
    let writers: Vec<_> = (0..40)
        .map(|_| {
            let (db, app) = (db.clone(), one.app.clone());
            tokio::spawn(async move {
                for _ in 0..events / 40 {
                    let tx = db.company(company).await.unwrap();
                    sleep(Duration::from_millis(rand::random::<u64>() % 50)).await;
                    let event = NewEvent::by_clock(EventKind::DraftsChanged);
                    feed::commit(tx, &app.doorbell, &[event], app.clock.now()).await.unwrap();
                }
            })
        })
        .collect();
    let mut seen = first;
    while seen < first + events {
        let (head, new) =
            feed::queries::list_events(&one.app.db, company, Some(seen + 1), 1_000).await.unwrap();
        for event in &new {
            assert_eq!(event.n, seen + 1, "a number became visible before an earlier one");
            seen = event.n;
        }
        assert!(seen <= head.n);
        // A reader that never rests would be half of the load.
        sleep(Duration::from_millis(2)).await;
    }
    let written = began.elapsed();
    join_all(writers).await.into_iter().for_each(|writer| writer.unwrap());
    let settled = Instant::now();
    goal.send_replace(Some(seen));
    let followers = timeout(PATIENCE, join_all(followers)).await.expect("every screen");
    let followers: Vec<_> = followers.into_iter().map(|follower| follower.unwrap()).collect();
    note("events", format!("{events} of 40 writers in {written:.1?}, lost 0"));
    measured("the last of them on every screen", settled.elapsed(), HEALED);
    must_all_show_the_truth(&followers, &client).await;
    note("frames missed", 0);
    db.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_five_thousand_events_in_a_second_reach_the_screens_of_two_companies() {
    let (one, two) = TestServer::pair().await;
    let both = ports(&[&one, &two]);
    let mut followers = Vec::new();
    let mut writers = Vec::new();
    let mut readers = Vec::new();
    let began = Instant::now();
    for code in ["alfa", "beta"] {
        let company = one.company(code).await;
        let order = company.import(2).await;
        let client = one.signed_in(code, PICKER).await;
        let (goal, watched) = watch::channel(None);
        for n in 0..8 {
            let path = if n % 2 == 0 { "/".to_owned() } else { format!("/orders/{}", order.id) };
            let at = [&one, &two][n / 2 % 2].port;
            let follower = Follower::open(&client.at(at), &path, &both).await;
            followers.push(tokio::spawn(follower.follow(watched.clone())));
        }
        readers.push((company.id, client, goal));
        for n in 0..4 {
            let app = if n % 2 == 0 { one.app.clone() } else { two.app.clone() };
            let (id, order) = (company.id, order.id);
            writers.push(tokio::spawn(async move {
                for _ in 0..25 {
                    let tx = app.db.company(id).await.unwrap();
                    let events = [EventKind::NoteAdded; 25].map(|kind| NewEvent::by_clock(kind).order(order));
                    feed::commit(tx, &app.doorbell, &events, app.clock.now()).await.unwrap();
                }
            }));
        }
    }
    let opened = began.elapsed();
    join_all(writers).await.into_iter().for_each(|writer| writer.unwrap());
    note("5,000 events written in", format!("{:.2?}", began.elapsed() - opened));
    let settled = Instant::now();
    for (company_id, _, goal) in &readers {
        goal.send_replace(Some(feed::queries::snapshot(&one.app.db, *company_id).await.unwrap().1.n));
    }
    let followers = timeout(PATIENCE, join_all(followers)).await.expect("every screen");
    measured("the last of them on every screen", settled.elapsed(), HEALED);
    let followers: Vec<_> = followers.into_iter().map(|follower| follower.unwrap()).collect();
    let resets: usize = followers.iter().map(|follower| follower.story.resets.len()).sum();
    note("frames missed", format!("0 on 16 screens, of which pages fetched again: {resets}"));
    must_all_show_the_truth(&followers, &readers[0].1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_all_clients_cut_at_once_come_back_and_show_the_truth() {
    let server = TestServer::start().await;
    let orders = two_orders(&server).await;
    let screens = scaled(60, 400);
    // What a browser connects to, as an edge would be.
    let mut edge = Proxy::start(&format!("127.0.0.1:{}", server.port)).await;
    let origin = format!("http://127.0.0.1:{}", edge.port());
    let origins = ["--public-origins", origin.as_str()];
    let behind = TestServer::on(&server.database_url, &origins).await;
    edge.redirect(&format!("127.0.0.1:{}", behind.port));
    edge.cut().await;
    edge.mend().await;
    let mut people = Vec::new();
    for number in hire(&server.database_url, screens / 8 + 1).await {
        let client = Client::new(behind.port);
        client.sign_in("alfa", &number, PIN).await;
        people.push(client);
    }
    let through = std::sync::Arc::new(std::sync::Mutex::new(vec![edge.port()]));
    let load = Load::start(&people, &orders, screens, &through).await;
    for _ in 0..scaled(2, 10) {
        load.gets_on(20).await;
        edge.cut().await;
        // So long is the edge away.
        load.works_for(Duration::from_millis(300)).await;
        edge.mend().await;
        load.heals(&format!("{screens} clients cut at once")).await;
    }
    let followers = load.end(&server.database_url, &people[0].at(server.port)).await;
    assert!(followers.iter().all(|follower| follower.story.resets.is_empty()), "they resume");
}

/// Reads what comes until the socket says that frames were left out, or ends.
async fn was_given_up(socket: &mut Socket) -> bool {
    loop {
        match socket.hear(PATIENCE).await {
            Some(Said::Json(said)) if said["reset"] == "slow" => return true,
            Some(Said::Json(_)) => {}
            Some(Said::Closed(_)) => return true,
            None => return false,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_clients_that_read_slowly_or_not_at_all_delay_nobody() {
    let server = TestServer::start().await;
    let slow = Proxy::start_narrow(&format!("127.0.0.1:{}", server.port)).await;
    let order = server.company("alfa").await.import_lines(&[ENDLESS; 40]).await;
    let path = format!("/orders/{}", order.id);
    let unread = scaled(20, 100);
    let mut sleepers = Vec::new();
    for number in hire(&server.database_url, unread / 10 + 1).await {
        sleepers.push(server.signed_in("alfa", &number).await);
    }
    let page = sleepers[0].page(&path).await;
    let mut sockets = Vec::new();
    for n in 0..=unread {
        // The last of them takes a kilobyte a second, the others nothing.
        let origin = format!("http://127.0.0.1:{}", server.port);
        let client = sleepers[n / 10].at(slow.port());
        sockets.push(Socket::connect_from(&client, &page.screen, &page.cursor, Some(&origin)).await.unwrap());
    }
    slow.throttle(Some(1_024));
    let mut slowest = sockets.pop().unwrap();
    let reading = tokio::spawn(async move {
        while !matches!(slowest.hear(Duration::from_secs(60)).await, None | Some(Said::Closed(_))) {}
    });
    let people = pickers(&server).await;
    let load = Load::start(&people, &[order], 8, &ports(&[&server])).await;
    load.gets_on(scaled(300, 3_000)).await;
    load.heals(&format!("beside {unread} clients that do not read")).await;
    note("bytes that wait for them", outbox::waiting_bytes());
    assert!(outbox::waiting_bytes() <= (unread + 1) * 256 * 1024);
    load.end(&server.database_url, &people[0]).await;
    reading.abort();
    // Once they read again they are told to start afresh, or find that they were cut off.
    slow.throttle(None);
    let given_up = join_all(sockets.iter_mut().map(was_given_up)).await;
    assert!(given_up.iter().all(|given_up| *given_up), "what nobody takes is not kept: {given_up:?}");
    drop(sockets);
    wait_for("empty queues", async || (outbox::waiting_bytes() == 0).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_storm_of_connections_leaves_no_memory_and_no_descriptor_behind() {
    let server = TestServer::start().await;
    let order = two_orders(&server).await.remove(0);
    let program = Program::start(&server.database_url, &[]).await;
    let [one, other] = pickers(&server).await.map(|client| client.at(program.port));
    let path = format!("/orders/{}", order.id);
    let page = one.page(&path).await;
    let storm = async |rounds: usize| {
        for _ in 0..rounds {
            let opening = (0..16).map(|n| {
                let client = if n % 2 == 0 { &one } else { &other };
                Socket::connect(client, &page.screen, &page.cursor)
            });
            let sockets: Vec<_> = join_all(opening).await.into_iter().filter_map(Result::ok).collect();
            assert!(!sockets.is_empty());
        }
        wait_for("sockets to be gone", async || (program.metric("live_sockets").await == 0.0).then_some(()))
            .await;
    };
    storm(scaled(10, 30)).await;
    let (descriptors, memory) = (program.descriptors(), program.memory());
    let tasks = program.metric("tasks").await;
    let rounds = scaled(40, 1_000);
    storm(rounds).await;
    // Connections that are kept alive between requests come and go.
    let descriptors_after = program.descriptors();
    wait_for("descriptors to be as before", async || {
        (program.descriptors() <= descriptors + 8).then_some(())
    })
    .await;
    let grown = program.memory().saturating_sub(memory);
    note("sockets opened and closed", rounds * 16);
    note("descriptors", format!("{descriptors} before, {descriptors_after} after"));
    note("memory grown", format!("{:.1} MiB", grown as f64 / 1_048_576.0));
    assert!(grown < 16 * 1024 * 1024, "{grown} bytes more than before");
    assert!(program.metric("tasks").await <= tasks + 4.0);
}

/// A hundred events that no board and no order shows.
async fn tell_of_a_hundred(server: &TestServer) {
    let tx = server.app.db.company(server.company("alfa").await.id).await.unwrap();
    let events = [EventKind::DraftsChanged; 100].map(NewEvent::by_clock);
    feed::commit(tx, &server.app.doorbell, &events, server.app.clock.now()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_replica_whose_reader_lags_shows_all_once_it_reads_again() {
    let url = database::create().await;
    let (wire, through) = Proxy::around(&url).await;
    let (one, lagging) = (TestServer::on(&url, &[]).await, TestServer::on(&through, &[]).await);
    let both = ports(&[&one, &lagging]);
    let load = load(&one, &both).await;
    load.gets_on(20).await;
    for delay in [20, 100] {
        wire.delay(Duration::from_millis(delay));
        let slowly = load.heals_within(&format!("a reader {delay} ms from Postgres"), PATIENCE).await;
        note("its screens were behind by", format!("{slowly:.2?}"));
        load.works_for(scaled(Duration::from_millis(500), Duration::from_secs(30))).await;
    }
    // A replica that is so far away is of no use to who taps there, for its locks are held from there. Its screens follow.
    load.tap_at(&[&one]);
    load.gets_on(20).await;
    // Its replica says nothing before it has drawn, which takes longer than the tests' screens wait for a word.
    load.screens_wait(WATCHDOG_IN_PRODUCTION);
    wire.delay(Duration::from_millis(400));
    for _ in 0..scaled(2, 10) {
        let slowly = load.heals_within("a reader 400 ms from Postgres", 2 * PATIENCE).await;
        note("its screens were behind by", format!("{slowly:.2?}"));
    }
    wire.delay(Duration::ZERO);
    load.heals_within("the reader is near again", Duration::from_secs(3)).await;
    // Further behind than its memory goes; the pick is among what it does not read.
    let [picker, _] = pickers(&one).await;
    let order = one.company("alfa").await.import_lines(&[ENDLESS]).await;
    let (path, far) = (format!("/orders/{}", order.id), picker.at(lagging.port));
    let mut page = far.page(&path).await;
    drop(Socket::open(&far, &mut page).await);
    wire.hold();
    let many = scaled(6, 30);
    for n in 0..many {
        if n + 1 == many {
            let pick = format!("{path}/items/{}/pick", order.items[0]);
            assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 200);
        }
        tell_of_a_hundred(&one).await;
    }
    wire.release();
    load.heals_within("a reader that was 600 events behind", Duration::from_secs(3)).await;
    // Whoever comes back from before the gap is not taken over it.
    drop(Socket::open(&far, &mut page).await);
    assert_eq!(page.reset.as_deref(), Some("too_old"));
    load.end(&url, &one.signed_in("alfa", PICKER).await).await;
}
