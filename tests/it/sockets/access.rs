//! Polls and catching up: what is sent is what somebody may see, and no more than a queue takes.

use std::time::{Duration, Instant};

use separacao::feed::{self, EventKind, NewEvent};
use separacao::page;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::support::client::{Answer, Client};
use crate::support::database::run_sql;
use crate::support::screen::Page;
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::wait_for;
use crate::support::world::{ADMIN, OTHER_PICKER, PICKER};

fn poll(client: &Client, page: &Page) -> JoinHandle<Answer> {
    let client = client.clone();
    let url = format!("/feed?screen={}&cursor={}&wait=25", page.screen, page.cursor);
    tokio::spawn(async move { client.get(&url).await })
}

#[tokio::test]
async fn a_poll_that_waits_shows_nothing_to_whoever_lost_the_right_meanwhile() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(2).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let watched = async || {
        let feed = server.app.hub.company(company.id);
        wait_for("a poll that waits", async || feed.is_watched().then_some(())).await;
    };
    let person = company.person(PICKER).await;
    let path = format!("/orders/{}", order.id);
    let polling = poll(&picker, &picker.page(&path).await);
    watched().await;
    let began = Instant::now();
    let off = format!("/people/{person}/active");
    assert_eq!(admin.tap(&off, &[("active", "no")]).await.status, 200);
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    assert_eq!(admin.tap(&pick, &[("quantity", "3")]).await.status, 200);
    let answer = polling.await.unwrap();
    assert_eq!(answer.status, 401, "{}", answer.text);
    assert!(!answer.text.contains("frames") && !answer.text.contains("html"), "{}", answer.text);
    assert!(began.elapsed() < Duration::from_secs(10), "at once");

    let other = company.person(OTHER_PICKER).await;
    let roles = format!("/people/{other}/roles");
    assert_eq!(admin.tap(&roles, &[("roles", "picker"), ("roles", "admin")]).await.status, 200);
    let promoted = server.signed_in("alfa", OTHER_PICKER).await;
    let polling = poll(&promoted, &promoted.page("/people").await);
    watched().await;
    assert_eq!(admin.tap(&roles, &[("roles", "picker")]).await.status, 200);
    let answer = polling.await.unwrap();
    assert_eq!(answer.status, 403, "{}", answer.text);
}

/// A tablet that slept, or has no socket, would go on offering what its person may not do any more.
#[tokio::test]
async fn whoever_comes_back_with_other_roles_fetches_the_page() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (admin, picker, other) = (
        server.signed_in("alfa", ADMIN).await,
        server.signed_in("alfa", PICKER).await,
        server.signed_in("alfa", OTHER_PICKER).await,
    );
    let (own_page, other_page) = (picker.page("/").await, other.page("/").await);
    let polling = poll(&picker, &own_page);
    let feed = server.app.hub.company(company.id);
    wait_for("a poll that waits", async || feed.is_watched().then_some(())).await;
    let roles = format!("/people/{}/roles", company.person(PICKER).await);
    assert_eq!(admin.tap(&roles, &[("roles", "seller")]).await.status, 200);
    let told = polling.await.unwrap();
    let at_once = json!({ "reset": "access", "window": 0 });
    assert_eq!(told.json(), at_once, "a poll");
    let mut socket = Socket::connect(&picker, &own_page.screen, &own_page.cursor).await.unwrap();
    assert!(matches!(socket.next().await, Said::Json(said) if said == at_once));

    let asked = format!("/feed?screen={}&cursor={}", other_page.screen, other_page.cursor);
    assert!(other.get(&asked).await.json()["frames"].is_array(), "nothing of anybody else's changed");
    let fresh = picker.page("/").await;
    let asked = format!("/feed?screen={}&cursor={}", fresh.screen, fresh.cursor);
    assert!(picker.get(&asked).await.json()["frames"].is_array(), "and the new page goes on");
}

#[tokio::test]
async fn the_eleventh_poll_of_a_person_does_not_wait() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    let page = client.page("/").await;
    let mut polls: Vec<_> = (0..11).map(|_| poll(&client, &page)).collect();
    let refused = wait_for("a poll that is refused", async || {
        let at = polls.iter().position(JoinHandle::is_finished)?;
        Some(polls.remove(at))
    })
    .await;
    let refused = refused.await.unwrap();
    assert_eq!(refused.status, 429, "{}", refused.text);
    assert!(refused.headers.contains_key("retry-after"));
    let other = server.signed_in("alfa", OTHER_PICKER).await;
    let asked = format!("/feed?screen=board&cursor={}&wait=1", page.cursor);
    assert_eq!(other.get(&asked).await.status, 200);
    polls.iter().for_each(JoinHandle::abort);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_untouched_screen_beats_while_others_are_flooded() {
    let url = crate::support::database::create().await;
    let server = TestServer::on(&url, &["--beat-ms", "100"]).await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let client = server.signed_in("alfa", PICKER).await;
    let mut page = client.page(&format!("/orders/{}", order.id)).await;
    let mut socket = Socket::open(&client, &mut page).await;
    let first = page.n();
    let app = server.app.clone();
    let writer = tokio::spawn(async move {
        loop {
            let tx = app.db.company(company.id).await.unwrap();
            let event = NewEvent::by_clock(EventKind::DraftsChanged);
            feed::commit(tx, &app.doorbell, &[event], app.clock.now()).await.unwrap();
        }
    });
    let (began, mut beats) = (Instant::now(), 0);
    while beats < 15 {
        match socket.next().await {
            Said::Json(said) if said["from"].is_i64() => {
                assert_eq!(said["html"], "");
                page.apply(&said);
                beats += 1;
            }
            Said::Json(_) => {}
            Said::Closed(code) => panic!("closed with {code:?}"),
        }
    }
    eprintln!("15 beats in {:?} beside {} events", began.elapsed(), page.n() - first);
    assert!(page.n() > first, "a beat says how far it goes");
    assert!(began.elapsed() < Duration::from_secs(10));
    writer.abort();
}

/// After a crash all sockets come back at once.
#[tokio::test]
async fn a_socket_catches_up_in_its_turn_while_picks_need_none() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["100"]).await;
    let client = server.signed_in("alfa", PICKER).await;
    let mut page = client.page("/").await;
    let mut turns = Vec::new();
    while let Ok(turn) = tokio::time::timeout(Duration::from_millis(50), page::turn()).await {
        turns.push(turn.unwrap());
    }
    let mut socket = Socket::connect(&client, &page.screen, &page.cursor).await.unwrap();
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let picked = client.tap(&pick, &[("quantity", "3")]).await;
    assert_eq!(picked.status, 200, "{}", picked.text);
    drop(turns);
    let Said::Json(first) = socket.next().await else { panic!("closed") };
    assert_eq!(first["to"], picked.json()["n"], "it was read after the pick: {first}");
    page.apply(&first);
    page.must_show(&client.page("/").await, "after catching up");
}

#[tokio::test]
async fn whoever_lacks_more_than_a_queue_takes_fetches_the_page() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(300).await;
    let client = server.signed_in("alfa", PICKER).await;
    let page = client.page(&format!("/orders/{}", order.id)).await;
    run_sql(
        &server.database_url,
        &format!(
            "with head as (select head from feed_heads where company_id = '{company}'), added as (
               insert into feed_events (company_id, n, tag, kind, order_id, item_id, payload)
               select '{company}', head + row_number() over (order by i.id), (random() * 1e15)::bigint, 'item_picked', '{order}', i.id,
                 '{{\"topics\":[\"card\",\"line\"]}}'
               from head, order_items i where i.company_id = '{company}' and i.order_id = '{order}'
               returning n, tag)
             update feed_heads set head = head + 300, tag = (select tag from added order by n desc limit 1)
             where company_id = '{company}'",
            company = company.id,
            order = order.id,
        ),
    )
    .await;
    let whole = client.get(&format!("/feed?screen={}&cursor={}", page.screen, page.cursor)).await;
    assert!(whole.text.len() > 256 * 1024, "{} bytes are too few for this test", whole.text.len());
    let mut socket = Socket::connect(&client, &page.screen, &page.cursor).await.unwrap();
    assert!(matches!(socket.next().await, Said::Json(said) if said["reset"] == "slow"));
}
