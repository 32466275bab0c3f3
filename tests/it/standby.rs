//! The primary is lost and its standby takes over: picks go on within seconds, and screens start afresh.

use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::operator::Home;
use crate::support::postgres::{Postgres, folder, run};
use crate::support::proxy::Proxy;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::PICKER;
use crate::support::{PATIENCE, measured, wait_for};

/// A primary with the tests' people, and a standby that follows it.
async fn start_pair(home: &Home) -> (Postgres, Postgres) {
    let (first, second) = (folder(home, "primary"), folder(home, "standby"));
    let primary = Postgres::create(&first, &[]).await;
    let from = format!("host=127.0.0.1 port={} user=postgres", primary.port);
    run("pg_basebackup", &["-d", &from, "-D", &second, "-R", "-X", "stream", "-c", "fast", "--no-sync"])
        .await;
    let standby = Postgres::start(&second, &[]).await;
    (primary, standby)
}

async fn until_replayed(primary: &Postgres) {
    wait_for("the standby to have everything", async || {
        let behind = "select coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)), 1)::bigint from pg_stat_replication";
        (primary.ask::<i64>(behind).await == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn chaos_after_a_standby_is_promoted_picks_go_on_within_seconds_and_screens_start_afresh() {
    let home = Home::new("standby");
    let (primary, standby) = start_pair(&home).await;
    let (mut wire, url) = Proxy::around(&primary.url()).await;
    let server = TestServer::on(&url, &[]).await;
    let order = server.company("alfa").await.import_lines(&["100"]).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let path = format!("/orders/{}", order.id);
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    let mut page = picker.page(&path).await;
    let mut socket = Socket::open(&picker, &mut page).await;
    let n = picker.tap(&pick, &[("quantity", "1")]).await.json()["n"].as_i64().unwrap();
    socket.follow(&mut page, n).await;
    until_replayed(&primary).await;

    // The address leads to the standby from now on, which is none that takes picks yet.
    primary.kill().await;
    wire.cut().await;
    wire.redirect(&format!("127.0.0.1:{}", standby.port));
    wire.mend().await;
    let (operation, refused) = (Uuid::now_v7(), Notify::new());
    let tapping = async {
        loop {
            let request = picker.command(&pick, &[("quantity", "2")], operation);
            let answer = picker.read(request).await;
            match answer.status.as_u16() {
                200 => return Instant::now(),
                503 => refused.notify_one(),
                other => panic!("{other}: {}", answer.text),
            }
        }
    };
    let promoting = async {
        timeout(PATIENCE, refused.notified()).await.expect("a tap that is told to wait");
        assert!(standby.ask::<bool>("select pg_promote()").await);
        Instant::now()
    };
    let (picked, promoted) = tokio::join!(tapping, promoting);
    measured(
        "picks go on after the promotion",
        picked.saturating_duration_since(promoted),
        Duration::from_secs(3),
    );

    socket.follow(&mut page, i64::MAX).await;
    assert_eq!(page.reset.as_deref(), Some("rewritten"), "another timeline is another epoch");
    let mut page = picker.page(&path).await;
    let mut socket = Socket::open(&picker, &mut page).await;
    let n = picker.tap(&pick, &[("quantity", "3")]).await.json()["n"].as_i64().unwrap();
    socket.follow(&mut page, n).await;
    assert_eq!(page.reset, None);
    assert_eq!(
        standby.ask::<String>("select sum(quantity)::text from item_picks").await.trim_end_matches(".000"),
        "6"
    );
}
