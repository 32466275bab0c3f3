//! Clocks that are moved, tablets that slept, taps that come late, and histories that were set back.

use std::time::{Duration, Instant};

use separacao::feed::{self, EventKind, NewEvent};
use separacao::jobs;
use uuid::Uuid;

use super::{load, pickers, two_orders};
use crate::support::database::{self, run_sql};
use crate::support::load::ports;
use crate::support::operator::{Home, output, program};
use crate::support::postgres::{Postgres, folder, run};
use crate::support::proxy::Proxy;
use crate::support::report::note;
use crate::support::scale::scaled;
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::{PICKER, PIN};
use crate::support::{HEALED, measured, wait_for};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_replica_whose_clock_jumps_loses_no_tap_and_no_frame() {
    let (one, two) = TestServer::pair().await;
    one.keep_the_day();
    two.keep_the_day();
    let load = load(&one, &ports(&[&one, &two])).await;
    for minutes in [2, -1, -4, 3] {
        two.app.clock.advance(minutes * 60);
        load.gets_on(scaled(20, 500)).await;
        load.heals(&format!("one of two clocks moved by {minutes} min")).await;
    }
    let followers = load.end(&one.database_url, &one.signed_in("alfa", PICKER).await).await;
    assert!(followers.iter().all(|follower| follower.story.resets.is_empty()));
}

#[tokio::test]
async fn chaos_a_tablet_that_slept_resumes_or_past_what_is_kept_starts_afresh_without_an_alarm() {
    let server = TestServer::start().await;
    server.keep_the_day();
    let order = two_orders(&server).await.remove(0);
    let [picker, other] = pickers(&server).await;
    let path = format!("/orders/{}", order.id);
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    let mut page = picker.page(&path).await;
    drop(Socket::open(&picker, &mut page).await);
    // An hour of other people's work, and all clocks have gone on.
    for _ in 0..20 {
        assert_eq!(other.tap(&pick, &[("quantity", "1")]).await.status, 200);
    }
    run_sql(&server.database_url, "update feed_events set at = at - interval '1 hour'").await;
    server.app.clock.advance(60 * 60);
    jobs::run_all(&server.app).await.unwrap();
    let began = Instant::now();
    drop(Socket::open(&picker, &mut page).await);
    measured("healed: an hour asleep", began.elapsed(), HEALED);
    assert_eq!(page.reset, None, "an hour is caught up with");
    page.must_show(&picker.page(&path).await, "after an hour");

    let company = server.company("alfa").await.id;
    for _ in 0..6 {
        let tx = server.app.db.company(company).await.unwrap();
        let events = [EventKind::DraftsChanged; 100].map(NewEvent::by_clock);
        feed::commit(tx, &server.app.doorbell, &events, server.app.clock.now()).await.unwrap();
    }
    run_sql(&server.database_url, "update feed_events set at = at - interval '25 hours'").await;
    jobs::run_all(&server.app).await.unwrap();
    let began = Instant::now();
    let mut socket = Socket::connect(&picker, &page.screen, &page.cursor).await.unwrap();
    assert!(matches!(socket.next().await, Said::Json(said) if said["reset"] == "too_old"));
    let mut page = picker.page(&path).await;
    drop(Socket::open(&picker, &mut page).await);
    measured("healed: a cursor past what is kept", began.elapsed(), HEALED);
    assert_eq!(server.app.hub.company(company).position().rewrites, 0, "no alarm");
    page.must_show(&picker.page(&path).await, "after a day");
}

#[tokio::test]
async fn chaos_a_tap_that_is_sent_again_hours_after_its_answer_was_lost_acts_once() {
    let server = TestServer::start().await;
    let order = two_orders(&server).await.remove(0);
    let [picker, _] = pickers(&server).await;
    let path = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let operation = Uuid::now_v7();
    let first = picker.tap_as(&path, &[("quantity", "1")], operation, None).await.json();
    for hours in [1, 11, 11] {
        let by = format!("at = at - interval '{hours} hours'");
        run_sql(&server.database_url, &format!("update feed_events set {by}; update operations set {by}"))
            .await;
        jobs::run_all(&server.app).await.unwrap();
        // Two tabs at once.
        let tabs = [(); 2].map(|()| picker.tap_as(&path, &[("quantity", "1")], operation, None));
        for answer in futures_util::future::join_all(tabs).await {
            assert_eq!(
                (answer.status.as_u16(), &answer.json()["n"]),
                (200, &first["n"]),
                "after {hours} h more"
            );
        }
    }
    let picks = server.count("item_picks").await;
    note("taps doubled", picks - 1);
    assert_eq!(picks, 1);
}

/// Makes a base backup serve what was archived until the restore point, and nothing after it.
async fn recover(data: &str, archive: &str) -> Postgres {
    let recovery = format!(
        "restore_command = 'cp {archive}/%f %p'\nrecovery_target_name = 'chaos'\nrecovery_target_action = 'promote'\n"
    );
    let path = format!("{data}/postgresql.auto.conf");
    let before = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, format!("{before}{recovery}")).unwrap();
    std::fs::write(format!("{data}/recovery.signal"), "").unwrap();
    let restored = Postgres::start(data, &[]).await;
    wait_for("the end of the recovery", async || {
        (!restored.ask::<bool>("select pg_is_in_recovery()").await).then_some(())
    })
    .await;
    restored
}

/// The session has ended, or the history is another: whichever is noticed first.
async fn learns_of_it(socket: &mut Socket) {
    loop {
        match socket.next().await {
            Said::Closed(code) => return assert_eq!(code, Some(4401)),
            Said::Json(said) if said["reset"] == "rewritten" => return,
            Said::Json(_) => {}
        }
    }
}

#[tokio::test]
async fn chaos_after_a_point_in_time_recovery_screens_start_afresh_and_lost_taps_can_be_sent_again() {
    let home = Home::new("chaos-recovery");
    let (data, base, archive) = (folder(&home, "data"), folder(&home, "base"), folder(&home, "archive"));
    let archiving = format!("archive_command=cp %p {archive}/%f");
    let postgres = Postgres::create(&data, &["archive_mode=on", &archiving]).await;
    let (mut wire, url) = Proxy::around(&postgres.url()).await;
    let server = TestServer::on(&url, &[]).await;
    let order = two_orders(&server).await.remove(0);
    let [picker, _] = pickers(&server).await;
    let path = format!("/orders/{}", order.id);
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    let from = format!("host=127.0.0.1 port={} user=postgres", postgres.port);
    run("pg_basebackup", &["-d", &from, "-D", &base, "-X", "stream", "-c", "fast", "--no-sync"]).await;
    for _ in 0..3 {
        assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 200);
    }
    postgres.ask::<String>("select pg_create_restore_point('chaos')::text").await;
    let mut page = picker.page(&path).await;
    let mut socket = Socket::open(&picker, &mut page).await;
    let lost = Uuid::now_v7();
    let n = picker.tap_as(&pick, &[("quantity", "5")], lost, None).await.json()["n"].as_i64().unwrap();
    socket.follow(&mut page, n).await;
    let segment = postgres.ask::<String>("select pg_walfile_name(pg_switch_wal())").await;
    wait_for("the whole segment in the archive", async || {
        let file = std::fs::metadata(format!("{archive}/{segment}"));
        file.is_ok_and(|file| file.len() == 16 << 20).then_some(())
    })
    .await;

    wire.cut().await;
    postgres.kill().await;
    let restored = recover(&base, &archive).await;
    let restoring = program(&home.0, &[("DATABASE_URL", &restored.url())], &["restore"]);
    assert!(output(restoring).await.status.success());
    wire.redirect(&format!("127.0.0.1:{}", restored.port));
    wire.mend().await;
    let began = Instant::now();
    learns_of_it(&mut socket).await;
    measured("open screens know it", began.elapsed(), Duration::from_secs(3));
    wait_for("the end of the session", async || {
        (picker.tap(&pick, &[("quantity", "1")]).await.status == 401).then_some(())
    })
    .await;
    picker.sign_in("alfa", PICKER, PIN).await;
    let mut socket = Socket::connect(&picker, &page.screen, &page.cursor).await.unwrap();
    assert!(matches!(socket.next().await, Said::Json(said) if said["reset"] == "rewritten"));
    let mut page = picker.page(&path).await;
    let mut socket = Socket::open(&picker, &mut page).await;
    for _ in 0..2 {
        let answer = picker.tap_as(&pick, &[("quantity", "5")], lost, None).await;
        socket.follow(&mut page, answer.json()["n"].as_i64().unwrap()).await;
    }
    page.must_show(&picker.page(&path).await, "after the recovery");
    assert_eq!(database::count(&url, "item_picks").await, 4, "three of before, and the lost one, once");
    note("taps of after the point that were sent again", "1, doubled 0");
}
