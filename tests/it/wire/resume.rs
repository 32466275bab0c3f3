//! Who comes back with a cursor gets what was missed, or is told to start afresh; also when history was rewritten.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::pick_and_see;
use crate::support::client::Client;
use crate::support::database::{run_sql, superuser};
use crate::support::measured;
use crate::support::screen::Page;
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::{ADMIN, Company, Imported, PICKER};

/// Adds picks as another replica would: dense, each with a tag of its own; this one has looked.
async fn append(url: &str, company: &Company, order: &Imported, count: i64) {
    append_kind(url, company, order, count, "item_picked", &["card"]).await;
}

async fn append_kind(
    url: &str,
    company: &Company,
    order: &Imported,
    count: i64,
    kind: &str,
    topics: &[&str],
) {
    run_sql(
        url,
        &format!(
            "with head as (select head from feed_heads where company_id = '{company}'), added as (
               insert into feed_events (company_id, n, tag, kind, order_id, payload)
               select '{company}', head + i, (random() * 1e15)::bigint, '{kind}', '{order}', '{payload}' from head, generate_series(1, {count}) i
               returning n, tag)
             update feed_heads set head = head + {count}, tag = (select tag from added order by n desc limit 1)
             where company_id = '{company}'",
            company = company.id,
            order = order.id,
            payload = serde_json::json!({ "topics": topics }),
        ),
    )
    .await;
    company.app.hub.company(company.id).look(None).await.unwrap();
}

async fn feed(client: &Client, page: &Page, cursor: &str) -> Value {
    client.get(&format!("/feed?screen={}&cursor={cursor}", page.screen)).await.json()
}

#[tokio::test]
async fn chaos_whoever_was_away_gets_what_was_missed_or_is_told_to_start_afresh() {
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

    // An open screen follows the fiercest burst. More at once than memory takes: it starts afresh, the next reads the table.
    let mut page = client.page("/").await;
    let mut socket = Socket::open(&client, &mut page).await;
    append(&url, &company, &order, 700).await;
    let after = page.n() + 700;
    socket.follow(&mut page, after).await;
    assert_eq!((page.n(), page.reset.as_deref()), (after, None));
    append(&url, &company, &order, 4200).await;
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
async fn an_event_of_a_newer_build_draws_what_it_says_it_changed_and_only_a_new_word_refetches() {
    let server = TestServer::start().await;
    let (url, company) = (server.database_url.clone(), server.company("alfa").await);
    let order = company.import(1).await;
    let client = server.signed_in("alfa", PICKER).await;
    let (board, closed) = (client.page("/").await, client.page("/history").await);
    append_kind(&url, &company, &order, 1, "order_weighed", &["card"]).await;
    let frame = &feed(&client, &board, &board.cursor).await["frames"][0];
    let drawn = frame["html"].as_str().unwrap();
    assert!(drawn.contains(&format!("id=\"order-{}\"", order.id)) && frame["touched"].is_null(), "{frame}");
    let frame = &feed(&client, &closed, &closed.cursor).await["frames"][0];
    assert!(frame["html"] == "" && frame["touched"].is_null(), "{frame}");
    append_kind(&url, &company, &order, 1, "order_weighed", &["card", "scales"]).await;
    for page in [&board, &closed] {
        let frame = &feed(&client, page, &page.cursor).await["frames"][0];
        assert!(frame["html"] == "" && frame["touched"] == true, "{frame}");
    }
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
async fn chaos_a_database_that_was_restored_under_open_screens_resets_them_all_and_then_they_work() {
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
            [(&one, "/"), (&two, "/"), (&one, "/history"), (&two, &format!("/orders/{}", order.id))]
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
        measured(&format!("{what}: every screen started afresh"), began.elapsed(), Duration::from_secs(3));
        for (_, path, page, socket) in &mut screens {
            if path != "/history" {
                pick_and_see(&client, &order, socket, page).await;
            }
        }
    }
}
