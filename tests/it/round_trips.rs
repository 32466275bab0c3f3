//! What a tap and an event ask of Postgres: each round trip costs both ends more than most statements do.

use std::time::{Duration, Instant};

use crate::support::counted::Counted;
use crate::support::database::{self, run_sql};
use crate::support::proxy::Proxy;
use crate::support::server::{TestServer, redis_url};
use crate::support::socket::Socket;
use crate::support::world::{BUYER, PICKER};

/// Statements are prepared on their first use, and what goes by the clock only adds: the fewest of several are those of
/// the tap alone.
const TRIES: usize = 12;

#[tokio::test]
async fn a_pick_is_five_round_trips() {
    let (counted, url) = Counted::around(&database::create().await).await;
    let server = TestServer::on(&url, &[]).await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["100"]).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let mut fewest = usize::MAX;
    for _ in 0..TRIES {
        let before = counted.so_far();
        assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 200);
        fewest = fewest.min(counted.so_far() - before);
    }
    // Session; opening, claim and lock; line; all that is written; commit.
    assert_eq!(fewest, 5);
}

/// Feed, opening with head, and the end of the transaction, which nobody waits for; between them a statement for each kind
/// of fragment.
#[tokio::test]
async fn an_event_on_a_replica_is_three_round_trips_and_one_for_each_kind_of_fragment() {
    let url = database::create().await;
    let (counted, through) = Counted::around(&url).await;
    let (redis, prefix) = (redis_url(), format!("it-{}", uuid::Uuid::now_v7()));
    let more = ["--redis-url", redis.as_str(), "--redis-prefix", prefix.as_str()];
    let (first, other) = (TestServer::on(&url, &more).await, TestServer::on(&through, &more).await);
    let company = first.company("alfa").await;
    let order = company.import_lines(&["100"]).await;
    let picker = first.signed_in("alfa", PICKER).await;
    let watcher = picker.at(other.port);
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    // The board: which orders it has, and their cards. The order: itself, its lines, its timeline.
    for (path, kinds) in [("/".to_owned(), 2), (format!("/orders/{}", order.id), 3)] {
        let mut page = watcher.page(&path).await;
        let mut socket = Socket::open(&watcher, &mut page).await;
        let mut fewest = usize::MAX;
        for _ in 0..TRIES {
            let before = counted.so_far();
            let answer = picker.tap(&pick, &[("quantity", "1")]).await;
            assert_eq!(answer.status, 200);
            socket.follow(&mut page, answer.json()["n"].as_i64().unwrap()).await;
            fewest = fewest.min(counted.so_far() - before);
        }
        assert!(fewest <= 3 + kinds, "{path}: {fewest}");
    }
}

/// Each way to a database that is far away.
const WAY: Duration = Duration::from_millis(40);

/// How many round trips follow each other within this time.
fn waits(took: Duration) -> u128 {
    took.as_millis() / (2 * WAY).as_millis()
}

/// The session; whether there is the order; then side by side the session again, in a transaction, and the feed.
#[tokio::test]
async fn a_screen_that_is_opened_waits_four_times_for_the_database() {
    let (wire, through) = Proxy::around(&database::create().await).await;
    let server = TestServer::on(&through, &[]).await;
    let order = server.company("alfa").await.import_lines(&["100"]).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let mut page = picker.page(&format!("/orders/{}", order.id)).await;
    let _stays = Socket::open(&picker, &mut page).await;
    wire.delay(WAY);
    let mut quickest = Duration::MAX;
    for _ in 0..TRIES {
        let began = Instant::now();
        drop(Socket::open(&picker, &mut page).await);
        quickest = quickest.min(began.elapsed());
    }
    assert_eq!(waits(quickest), 4, "{quickest:?}");
}

/// By product and by order, on screen within a moment however much is asked for.
#[tokio::test]
async fn the_buyer_s_page_asks_as_often_for_two_thousand_lines_as_for_one() {
    let (counted, url) = Counted::around(&database::create().await).await;
    let server = TestServer::on(&url, &[]).await;
    let company = server.company("alfa").await;
    let buyer = server.signed_in("alfa", BUYER).await;
    let mut asked = Vec::new();
    for orders in [1, 40] {
        for _ in 0..orders {
            company.import(50).await;
        }
        run_sql(&url, "update order_items set rest_state = 'purchase_requested'").await;
        for path in ["/purchasing", "/purchasing?by=order"] {
            let mut fewest = usize::MAX;
            let mut took = Duration::MAX;
            for _ in 0..4 {
                let (before, began) = (counted.so_far(), Instant::now());
                let page = buyer.get(path).await;
                assert!(page.text.contains("FO49"), "{path}: {}", page.status);
                fewest = fewest.min(counted.so_far() - before);
                took = took.min(began.elapsed());
            }
            println!("{path}, {orders} orders of 50 lines: {took:?}, {fewest} round trips");
            asked.push(fewest);
        }
    }
    assert_eq!(asked[..2], asked[2..]);
}
