//! Redis only rings: away, it makes screens late, and hostile, it costs a look.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;

use super::pick_and_see;
use crate::support::PATIENCE;
use crate::support::process::Redis;
use crate::support::server::{TestServer, redis_url};
use crate::support::socket::Socket;
use crate::support::world::PICKER;
use crate::support::{database, measured, wait_for};

#[tokio::test]
async fn chaos_without_redis_screens_are_late_but_complete() {
    let mut redis = Redis::start().await;
    let (url, address) = (database::create().await, redis.url());
    let more = ["--redis-url", address.as_str()];
    let (one, two) = (TestServer::on(&url, &more).await, TestServer::on(&url, &more).await);
    let order = one.company("alfa").await.import_lines(&["100"]).await;
    let writer = one.signed_in("alfa", PICKER).await;
    let reader = writer.at(two.port);
    let mut page = reader.page("/").await;
    let mut socket = Socket::open(&reader, &mut page).await;
    let rung = pick_and_see(&writer, &order, &mut socket, &mut page).await;
    redis.stop().await;
    let mut polled = Duration::ZERO;
    for _ in 0..3 {
        polled = polled.max(pick_and_see(&writer, &order, &mut socket, &mut page).await);
    }
    redis.start_again().await;
    let mut healed = Duration::MAX;
    wait_for("rings that are heard again", async || {
        healed = pick_and_see(&writer, &order, &mut socket, &mut page).await;
        (healed < Duration::from_millis(100)).then_some(())
    })
    .await;
    eprintln!("on the other replica: rung {rung:?}, healed {healed:?}");
    measured("without Redis", polled, Duration::from_secs(2));
    page.must_show(&reader.page("/").await, "after Redis was away");
}

#[tokio::test]
async fn chaos_a_redis_that_comes_after_the_servers_is_heard() {
    let mut redis = Redis::start().await;
    redis.stop().await;
    let (url, address) = (database::create().await, redis.url());
    let more = ["--redis-url", address.as_str()];
    let (one, two) = (TestServer::on(&url, &more).await, TestServer::on(&url, &more).await);
    let order = one.company("alfa").await.import_lines(&["100"]).await;
    let writer = one.signed_in("alfa", PICKER).await;
    let reader = writer.at(two.port);
    let mut page = reader.page("/").await;
    let mut socket = Socket::open(&reader, &mut page).await;
    pick_and_see(&writer, &order, &mut socket, &mut page).await;
    redis.start_again().await;
    wait_for("rings that are heard at last", async || {
        // A poll may come just then, but not four times.
        for _ in 0..4 {
            let took = pick_and_see(&writer, &order, &mut socket, &mut page).await;
            if took >= Duration::from_millis(100) {
                return None;
            }
        }
        Some(())
    })
    .await;
}

#[tokio::test]
async fn chaos_hostile_messages_on_the_doorbell_break_nothing() {
    let url = database::create().await;
    let (redis, prefix) = (redis_url(), format!("it-{}", uuid::Uuid::now_v7()));
    let more = ["--redis-url", redis.as_str(), "--redis-prefix", prefix.as_str()];
    let (one, two) = (TestServer::on(&url, &more).await, TestServer::on(&url, &more).await);
    let company = one.company("alfa").await;
    let order = company.import_lines(&["100"]).await;
    let writer = one.signed_in("alfa", PICKER).await;
    let reader = writer.at(two.port);
    let mut page = reader.page("/").await;
    let mut socket = Socket::open(&reader, &mut page).await;

    let channel = format!("{prefix}:doorbell");
    let observer = redis::Client::open(redis.as_str()).unwrap();
    let mut pubsub = observer.get_async_pubsub().await.unwrap();
    pubsub.subscribe(&channel).await.unwrap();
    let mut heard = pubsub.into_on_message();
    pick_and_see(&writer, &order, &mut socket, &mut page).await;
    // The ring of the import may still be on its way.
    let wanted = serde_json::json!({ "company": company.id, "head": page.n() });
    let ring = async {
        while let Some(message) = heard.next().await {
            if serde_json::from_slice::<Value>(message.get_payload_bytes()).unwrap() == wanted {
                return;
            }
        }
        panic!("Redis ended before the ring");
    };
    tokio::time::timeout(Duration::from_secs(10), ring).await.expect("the pick rings");

    // The observer's own patience (half a second) must not decide on a busy machine.
    let patient = redis::AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE));
    let mut hostile = observer.get_multiplexed_async_connection_with_config(&patient).await.unwrap();
    let own = company.id;
    let mut messages: Vec<Vec<u8>> = [
        String::new(),
        "null".to_owned(),
        "{".repeat(100_000),
        format!(r#"{{"company":"{own}","head":"1"}}"#),
        format!(r#"{{"company":"{own}","head":1e400}}"#),
        format!(r#"{{"company":"{own}","head":1,"html":"<b>"}}"#),
        r#"{"company":"'; drop table orders; --","head":1}"#.to_owned(),
        format!(r#"{{"company":"{own}","head":-9223372036854775808}}"#),
        "x".repeat(1_000_000),
    ]
    .map(String::into_bytes)
    .to_vec();
    messages.push(vec![0xff, 0xfe, 0x00, 0x80]);
    messages.extend((0..3_000).map(|_| format!(r#"{{"company":"{own}","head":{}}}"#, i64::MAX).into_bytes()));
    messages.extend(
        (0..3_000).map(|_| format!(r#"{{"company":"{}","head":7}}"#, uuid::Uuid::now_v7()).into_bytes()),
    );
    for message in messages {
        let _: i64 =
            redis::cmd("PUBLISH").arg(&channel).arg(message).query_async(&mut hostile).await.unwrap();
    }
    let after = pick_and_see(&writer, &order, &mut socket, &mut page).await;
    measured("after 6,000 hostile rings", after, Duration::from_secs(1));
    page.must_show(&reader.page("/").await, "after hostile rings");
}
