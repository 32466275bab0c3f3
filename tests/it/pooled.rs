//! Behind PgBouncer in transaction mode, where no session has a backend of its own.

use crate::chaos;
use crate::support::database;
use crate::support::load::ports;
use crate::support::operator::Home;
use crate::support::pooler;
use crate::support::server::TestServer;
use crate::support::world::PICKER;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_pooler_taps_are_accepted_once_and_screens_follow() {
    let (home, url) = (Home::new("pooled"), database::create().await);
    let (_pooler, pooled) = pooler::start(&home, &url).await;
    let settings = ["--database-statement-cache", "0", "--database-unpooled-url", &url];
    let (one, two) = (TestServer::on(&pooled, &settings).await, TestServer::on(&pooled, &settings).await);
    let load = chaos::load(&one, &ports(&[&one, &two])).await;
    load.gets_on(100).await;
    load.heals("behind a pooler").await;
    let followers = load.end(&url, &one.signed_in("alfa", PICKER).await).await;
    assert!(followers.iter().all(|follower| follower.story.resets.is_empty()));
}
