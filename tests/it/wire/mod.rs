//! Nothing is lost, doubled or out of order on the way from a commit to a screen, whatever breaks on the way.

mod doorbell;
mod late;
mod resume;
mod timeline;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rust_decimal::Decimal;
use separacao::actor::Actor;
use separacao::command::{self, Caller, Change, Command, Tap};
use separacao::db::CompanyTx;
use separacao::error::Result;
use separacao::ids::{ItemId, OperationId, OrderId};
use separacao::orders::actions::OrderContext;
use separacao::orders::actions::items::PickItem;
use separacao::state::AppState;
use sqlx::{Connection, Executor};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::support::client::Client;
use crate::support::database::superuser;
use crate::support::follower::Follower;
use crate::support::load::{hire, must_all_show_the_truth, ports};
use crate::support::screen::Page;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{Company, Imported, OTHER_PICKER, PICKER};
use crate::support::{measured, wait_for};

/// A command that holds its transaction open between its writes and the commit.
struct Held<C>(C, Duration);

impl<C: Command> Command for Held<C> {
    type Output = C::Output;

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<C::Output>> {
        let change = self.0.apply(tx).await?;
        tokio::time::sleep(self.1).await;
        Ok(change)
    }
}

fn random_pause(most: u64) -> Duration {
    Duration::from_millis(rand::random::<u64>() % most)
}

async fn head(company: &Company) -> i64 {
    separacao::feed::queries::snapshot(&company.app.db, company.id).await.unwrap().1.n
}

/// The person behind the newest session.
pub async fn actor(app: &AppState, url: &str) -> Actor {
    let id =
        sqlx::query_scalar("select id from sessions order by created_at desc, last_seen_at desc limit 1")
            .fetch_one(&mut superuser(url).await)
            .await
            .unwrap();
    let ids = [separacao::ids::SessionId(id)];
    let found = separacao::auth::session::check_sessions(&app.db, &app.clock, &ids, &[]);
    found.await.unwrap().remove(0).1.expect("a session")
}

/// Picks a piece after another of one line, each held for a random while before its commit.
async fn pick_held(app: AppState, actor: Actor, order_id: OrderId, item_id: ItemId, times: usize, most: u64) {
    for _ in 0..times {
        let on = OrderContext { actor: &actor, order_id, now: app.clock.now() };
        let caller = Caller::from(&actor);
        let tap =
            Tap { caller, operation_id: OperationId::new(), fingerprint: [0; 32], tapped_at: None, form: () };
        let pick = PickItem { on, item_id, quantity: Decimal::ONE };
        command::run(&app, &tap, &Held(pick, random_pause(most))).await.expect("a pick");
    }
}

/// Picks over HTTP, again with the same operation id when the answer says so or is lost.
async fn pick_over_http(
    client: Client,
    ports: Arc<Mutex<Vec<u16>>>,
    order: OrderId,
    item: ItemId,
    times: usize,
) {
    let path = format!("/orders/{order}/items/{item}/pick");
    for n in 0..times {
        let operation = uuid::Uuid::now_v7();
        let mut tries = 0;
        loop {
            let port = {
                let ports = ports.lock().unwrap();
                ports[(n + tries) % ports.len()]
            };
            let request = client.at(port).command(&path, &[("quantity", "1")], operation);
            match request.send().await.map(|answer| answer.status().as_u16()) {
                Ok(200) => break,
                Ok(503) | Err(_) if tries < 50 => tries += 1,
                other => panic!("a pick was answered with {other:?}"),
            }
        }
    }
}

/// A head row that is locked by somebody else for a random while, again and again.
fn hold_heads(url: &str) -> JoinHandle<()> {
    let url = url.to_owned();
    tokio::spawn(async move {
        let mut connection = superuser(&url).await;
        loop {
            let mut tx = connection.begin().await.unwrap();
            tx.execute("select head from feed_heads for update").await.unwrap();
            tokio::time::sleep(random_pause(120)).await;
            tx.rollback().await.unwrap();
            tokio::time::sleep(random_pause(60)).await;
        }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_two_hundred_sockets_get_every_event_once_and_in_order() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(company.import_lines(&["100", "100"]).await);
    }
    let both = ports(&[&one, &two]);
    let (goal, watched) = watch::channel(None);
    let mut followers = Vec::new();
    for number in hire(&one.database_url, 10).await {
        let client = one.signed_in("alfa", &number).await;
        for n in 0..20 {
            let client = client.at(if n % 2 == 0 { one.port } else { two.port });
            let order = &orders[n / 2 % orders.len()];
            let path = if n < 10 { "/".to_owned() } else { format!("/orders/{}", order.id) };
            followers.push(Follower::open(&client, &path, &both).await);
        }
    }
    assert_eq!(followers.len(), 200);
    let followers: Vec<_> =
        followers.into_iter().map(|follower| tokio::spawn(follower.follow(watched.clone()))).collect();
    let holding = hold_heads(&one.database_url);
    let before = head(&company).await;
    let began = Instant::now();
    let mut writers = Vec::new();
    for (n, order) in orders.iter().enumerate() {
        let app = if n % 2 == 0 { &one.app } else { &two.app };
        let client = one.signed_in("alfa", if n % 2 == 0 { PICKER } else { OTHER_PICKER }).await;
        let person = actor(app, &one.database_url).await;
        writers.push(tokio::spawn(pick_held(app.clone(), person, order.id, order.items[0], 25, 40)));
        writers.push(tokio::spawn(pick_over_http(client, both.clone(), order.id, order.items[1], 25)));
    }
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    let (written, end) = (began.elapsed(), head(&company).await);
    holding.abort();
    goal.send_replace(Some(end));
    let settled = Instant::now();
    let followers: Vec<Follower> =
        join_all(followers).await.into_iter().map(|follower| follower.unwrap()).collect();
    eprintln!("200 sockets, 8 writers: {} events in {written:?}", end - before);
    measured("the last of them on every screen", settled.elapsed(), Duration::from_secs(2));
    // Whoever picks here and there in turns gives the order up each time; that is told as well.
    let picks = one.count(&format!("feed_events where kind = 'item_picked' and n > {before}")).await;
    assert_eq!(picks, 200, "an event for each pick");
    let stories: Vec<_> = followers.iter().map(|follower| &follower.story).collect();
    assert!(stories.iter().all(|story| story.resets.is_empty() && story.connects == 1), "{:?}", stories[0]);
    must_all_show_the_truth(&followers, &Client::new(two.port)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_replica_that_is_replaced_in_the_middle_loses_nobody_anything() {
    let (one, two) = TestServer::pair().await;
    let company = two.company("alfa").await;
    let order = company.import_lines(&["100", "100", "100", "100"]).await;
    let both = ports(&[&one, &two]);
    let (goal, watched) = watch::channel(None);
    let mut followers = Vec::new();
    let client = one.signed_in("alfa", PICKER).await;
    for (n, path) in ["/".to_owned(), format!("/orders/{}", order.id)].iter().cycle().take(8).enumerate() {
        let client = client.at(if n < 4 { one.port } else { two.port });
        followers.push(tokio::spawn(Follower::open(&client, path, &both).await.follow(watched.clone())));
    }
    let writers: Vec<_> = order
        .items
        .iter()
        .map(|item| tokio::spawn(pick_over_http(client.clone(), both.clone(), order.id, *item, 40)))
        .collect();
    let before = head(&company).await;
    wait_for("some picks", async || (head(&company).await > before + 30).then_some(())).await;
    both.lock().unwrap().retain(|port| *port != one.port);
    let url = one.database_url.clone();
    one.stop().await;
    wait_for("more picks", async || (head(&company).await > before + 70).then_some(())).await;
    let three = TestServer::on(&url, &[]).await;
    both.lock().unwrap().push(three.port);
    for writer in writers {
        writer.await.unwrap();
    }
    goal.send_replace(Some(head(&company).await));
    let followers: Vec<Follower> =
        join_all(followers).await.into_iter().map(|follower| follower.unwrap()).collect();
    assert_eq!(head(&company).await - before, 160, "each pick once");
    let moved: Vec<_> = followers.iter().filter(|follower| follower.story.connects > 1).collect();
    assert_eq!(moved.len(), 4, "those of the replica that went");
    for follower in moved {
        assert_eq!(follower.story.closes, [Some(1012)]);
        assert!(follower.story.resets.is_empty(), "they resumed: {:?}", follower.story.resets);
    }
    must_all_show_the_truth(&followers, &Client::new(three.port)).await;
}

/// Picks one piece, and measures until the socket has told the page.
pub async fn pick_and_see(
    writer: &Client,
    order: &Imported,
    socket: &mut Socket,
    page: &mut Page,
) -> Duration {
    let path = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let answer = writer.tap(&path, &[("quantity", "1")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let began = Instant::now();
    socket.follow(page, answer.json()["n"].as_i64().unwrap()).await;
    assert_eq!(page.reset, None);
    began.elapsed()
}
