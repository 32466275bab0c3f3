//! Nothing is lost, doubled or out of order on the way from a commit to a screen, whatever breaks on the way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use rust_decimal::Decimal;
use separacao::command::{self, Change, Command, Tap, Who};
use separacao::db::CompanyTx;
use separacao::error::Result;
use separacao::ids::{ItemId, OperationId, OrderId};
use separacao::orders::actions::On;
use separacao::orders::actions::items::PickItem;
use separacao::state::AppState;
use separacao::users::model::Actor;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::support::client::Client;
use crate::support::follower::Follower;
use crate::support::process::Redis;
use crate::support::screen::Page;
use crate::support::server::{TestServer, redis_url};
use crate::support::socket::{Said, Socket};
use crate::support::world::{ADMIN, Company, Imported, OTHER_PICKER, PICKER};
use crate::support::{database, wait_for};

/// A command that holds its transaction open between its writes and the commit.
struct Held<C>(C, Duration);

impl<C: Command> Command for Held<C> {
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let change = self.0.apply(tx).await?;
        tokio::time::sleep(self.1).await;
        Ok(change)
    }
}

fn random_pause(most: u64) -> Duration {
    Duration::from_millis(rand::random::<u64>() % most)
}

async fn superuser(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

async fn run_sql(url: &str, sql: &str) {
    superuser(url).await.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
}

async fn head(company: &Company) -> i64 {
    let mut tx = company.app.db.company(company.id).await.unwrap();
    separacao::feed::queries::get_head(&mut tx, company.id).await.unwrap().n
}

/// The person behind the newest session.
async fn actor(app: &AppState, url: &str) -> Actor {
    let id =
        sqlx::query_scalar("select id from sessions order by created_at desc, last_seen_at desc limit 1")
            .fetch_one(&mut superuser(url).await)
            .await
            .unwrap();
    let ids = [separacao::ids::SessionId(id)];
    let found = separacao::users::session::check_sessions(&app.db, &app.clock, &ids, &[]);
    found.await.unwrap().remove(0).1.expect("a session")
}

/// Picks a piece after another of one line, each held for a random while before its commit.
async fn pick_held(app: AppState, actor: Actor, order_id: OrderId, item_id: ItemId, times: usize, most: u64) {
    for _ in 0..times {
        let on = On { actor: &actor, order_id, now: app.clock.now() };
        let who = Who { company_id: actor.company_id, person_id: actor.person_id };
        let tap = Tap { who, operation_id: OperationId::new(), fingerprint: [0; 32], form: () };
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

/// Sums up what the followers saw, and compares each with a fresh page of its screen.
async fn must_all_show_the_truth(followers: &[Follower], at: &Client) {
    let mut fresh: BTreeMap<(String, String), Page> = BTreeMap::new();
    for follower in followers {
        let key = (follower.path.clone(), follower.client.cookie_header());
        if !fresh.contains_key(&key) {
            let page = follower.client.at(at.port).page(&follower.path).await;
            fresh.insert(key.clone(), page);
        }
        assert!(!follower.page.touched, "{}", follower.path);
        follower.page.must_show(&fresh[&key], &format!("on {} at the end", follower.path));
    }
}

/// People more than the template has, with everybody's PIN.
async fn hire(url: &str, count: usize) -> Vec<String> {
    let numbers: Vec<String> = (0..count).map(|n| (6000 + n).to_string()).collect();
    for number in &numbers {
        run_sql(
            url,
            &format!(
                "insert into people (company_id, id, number, name, name_folded, roles, pin_hash, pin_must_change)
                 select p.company_id, gen_random_uuid(), '{number}', 'Pessoa {number}', 'pessoa{number}', p.roles, p.pin_hash, false
                 from people p join companies c on c.id = p.company_id where c.code = 'alfa' and p.number = '{PICKER}'"
            ),
        )
        .await;
    }
    numbers
}

fn ports(servers: &[&TestServer]) -> Arc<Mutex<Vec<u16>>> {
    Arc::new(Mutex::new(servers.iter().map(|server| server.port).collect()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_sockets_get_every_event_once_and_in_order() {
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
    eprintln!(
        "200 sockets, 8 writers: {} events in {written:?}, the last on every screen {:?} later",
        end - before,
        settled.elapsed()
    );
    assert_eq!(end - before, 200, "an event for each pick");
    let stories: Vec<_> = followers.iter().map(|follower| &follower.story).collect();
    assert!(stories.iter().all(|story| story.resets.is_empty() && story.connects == 1), "{:?}", stories[0]);
    must_all_show_the_truth(&followers, &Client::new(two.port)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_replaced_in_the_middle_loses_nobody_anything() {
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
async fn pick_and_see(writer: &Client, order: &Imported, socket: &mut Socket, page: &mut Page) -> Duration {
    let path = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let answer = writer.tap(&path, &[("quantity", "1")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let began = Instant::now();
    socket.follow(page, answer.json()["n"].as_i64().unwrap()).await;
    assert_eq!(page.reset, None);
    began.elapsed()
}

#[tokio::test]
async fn without_redis_screens_are_late_but_complete() {
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
    eprintln!("on the other replica: rung {rung:?}, without Redis {polled:?}, healed {healed:?}");
    page.must_show(&reader.page("/").await, "after Redis was away");
}

#[tokio::test]
async fn hostile_messages_on_the_doorbell_break_nothing() {
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
    let message = tokio::time::timeout(Duration::from_secs(10), heard.next()).await.unwrap().unwrap();
    let text: Value = serde_json::from_slice(message.get_payload_bytes()).unwrap();
    assert_eq!(text, serde_json::json!({ "company": company.id, "head": page.n() }));

    let mut hostile = observer.get_multiplexed_async_connection().await.unwrap();
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
    eprintln!("after 6,000 hostile rings: {after:?}");
    page.must_show(&reader.page("/").await, "after hostile rings");
}

/// Adds events as another replica would: dense, each with a tag of its own; this one has looked.
async fn append(url: &str, company: &Company, order: &Imported, count: i64) {
    run_sql(
        url,
        &format!(
            "with head as (select head from feed_heads where company_id = '{company}'), added as (
               insert into feed_events (company_id, n, tag, kind, order_id)
               select '{company}', head + i, (random() * 1e15)::bigint, 'item_picked', '{order}' from head, generate_series(1, {count}) i
               returning n, tag)
             update feed_heads set head = head + {count}, tag = (select tag from added order by n desc limit 1)
             where company_id = '{company}'",
            company = company.id,
            order = order.id,
        ),
    )
    .await;
    company.app.hub.company(company.id).look(None).await.unwrap();
}

async fn feed(client: &Client, page: &Page, cursor: &str) -> Value {
    client.get(&format!("/feed?screen={}&cursor={cursor}", page.screen)).await.json()
}

#[tokio::test]
async fn whoever_was_away_gets_what_was_missed_or_is_told_to_start_afresh() {
    let server = TestServer::start().await;
    let (url, company) = (server.database_url.clone(), server.company("alfa").await);
    let order = company.import(1).await;
    let client = server.signed_in("alfa", PICKER).await;
    let old = client.page("/").await;
    let must_resume = async |page: &Page, what: &str| {
        let mut page = page.clone();
        let mut by_feed = page.clone();
        let fresh = client.page("/").await;
        let mut socket = Socket::open(&client, &mut page).await;
        socket.follow(&mut page, fresh.n()).await;
        assert_eq!((page.n(), page.reset.clone()), (fresh.n(), None), "{what}");
        page.must_show(&fresh, what);
        by_feed.apply(&feed(&client, &by_feed, &by_feed.cursor).await["frames"][0]);
        assert_eq!(by_feed.n(), fresh.n(), "{what}");
    };
    append(&url, &company, &order, 3).await;
    must_resume(&old, "a few behind").await;
    append(&url, &company, &order, 400).await;
    must_resume(&old, "403 behind").await;
    append(&url, &company, &order, 200).await;
    let reset = feed(&client, &old, &old.cursor).await;
    assert_eq!(reset, serde_json::json!({ "reset": "too_old" }), "603 behind");
    let mut socket = Socket::connect(&client, &old.screen, &old.cursor).await.unwrap();
    assert!(matches!(socket.next().await, Said::Json(said) if said["reset"] == "too_old"));
    drop(socket);

    // More at once than memory takes while a screen is open: it starts afresh, the next reads the table.
    let mut page = client.page("/").await;
    let mut socket = Socket::open(&client, &mut page).await;
    append(&url, &company, &order, 700).await;
    socket.follow(&mut page, i64::MAX).await;
    assert_eq!(page.reset.as_deref(), Some("too_old"));
    let mut behind = client.page("/").await;
    let n = behind.n() - 400;
    let tag: i64 = sqlx::query_scalar("select tag from feed_events where company_id = $1 and n = $2")
        .bind(company.id.0)
        .bind(n)
        .fetch_one(&mut superuser(&url).await)
        .await
        .unwrap();
    behind.cursor = format!("{}.{n}.{tag}", behind.epoch());
    must_resume(&behind, "400 behind, read from the table").await;
}

#[tokio::test]
async fn a_cursor_of_another_history_starts_afresh() {
    let server = TestServer::start().await;
    let (url, company) = (server.database_url.clone(), server.company("alfa").await);
    let order = company.import(1).await;
    append(&url, &company, &order, 5).await;
    let client = server.signed_in("alfa", PICKER).await;
    let page = client.page("/").await;
    let parts: Vec<&str> = page.cursor.split('.').collect();
    let [epoch, n, tag] = parts[..] else { panic!("{}", page.cursor) };
    let n: i64 = n.parse().unwrap();
    let other_epoch = epoch.replace(|c: char| c.is_ascii_digit(), "f");
    for wrong in [
        format!("{epoch}.{n}.{}", tag.parse::<i64>().unwrap().wrapping_add(1)),
        format!("{epoch}.{}.{tag}", n - 1),
        format!("{epoch}.{}.{tag}", n + 1),
        format!("{epoch}.{}.{tag}", i64::MAX),
        format!("{other_epoch}.{n}.{tag}"),
    ] {
        assert_eq!(
            feed(&client, &page, &wrong).await,
            serde_json::json!({ "reset": "rewritten" }),
            "{wrong}"
        );
        let mut socket = Socket::connect(&client, "board", &wrong).await.unwrap();
        assert!(matches!(socket.next().await, Said::Json(said) if said["reset"] == "rewritten"), "{wrong}");
    }
}

#[tokio::test]
async fn a_database_that_was_restored_under_open_screens_resets_them_all_and_then_they_work() {
    let (one, two) = TestServer::pair().await;
    let (url, company) = (one.database_url.clone(), one.company("alfa").await);
    let order = company.import_lines(&["100"]).await;
    append(&url, &company, &order, 20).await;
    let client = one.signed_in("alfa", ADMIN).await;
    let id = company.id;
    let retag = format!(
        "update feed_heads h set tag = (select tag from feed_events e where e.company_id = h.company_id and e.n = h.head) where company_id = '{id}'"
    );
    let cut = format!(
        "update feed_heads set head = head - 7 where company_id = '{id}';
         delete from feed_events e using feed_heads h where e.company_id = h.company_id and e.n > h.head; {retag}"
    );
    let rewrite = format!(
        "update feed_events e set tag = e.tag + 1 from feed_heads h where e.company_id = h.company_id and e.n > h.head - 3 and e.company_id = '{id}';
         {retag}"
    );
    let restores = [
        ("a new epoch", format!("update feed_heads set epoch = gen_random_uuid() where company_id = '{id}'")),
        ("an earlier head", cut),
        ("as many other events", rewrite),
    ];
    for (what, sql) in restores {
        let mut screens = Vec::new();
        for (server, path) in
            [(&one, "/"), (&two, "/"), (&one, "/closed"), (&two, &format!("/orders/{}", order.id))]
        {
            let client = client.at(server.port);
            let mut page = client.page(path).await;
            let socket = Socket::open(&client, &mut page).await;
            screens.push((client, path.to_owned(), page, socket));
        }
        run_sql(&url, &sql).await;
        let began = Instant::now();
        for (client, path, page, socket) in &mut screens {
            socket.follow(page, i64::MAX).await;
            assert_eq!(page.reset.as_deref(), Some("rewritten"), "{what}: {path}");
            // What a browser does then works at once, on the socket that is still open and on a new one.
            *page = client.page(path).await;
            *socket = Socket::open(client, page).await;
            assert_eq!(page.reset, None, "{what}: {path}");
        }
        eprintln!("{what}: every screen started afresh within {:?}", began.elapsed());
        for (_, path, page, socket) in &mut screens {
            if path != "/closed" {
                pick_and_see(&client, &order, socket, page).await;
            }
        }
    }
}
