//! Behind PgBouncer in transaction mode, where no session has a backend of its own.

use separacao::db::Db;
use separacao::lifecycle::Lifecycle;
use sqlx::Executor;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::timeout;

use crate::chaos;
use crate::support::database;
use crate::support::load::ports;
use crate::support::operator::{Home, output, program, sentence};
use crate::support::process::free_port;
use crate::support::server::TestServer;
use crate::support::world::PICKER;
use crate::support::{PATIENCE, pooler};

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

/// The statement of a name may be missing on the next backend, or be another session's, and that would be run instead.
#[tokio::test]
async fn a_server_that_finds_itself_behind_a_pooler_keeps_no_statements() {
    let (home, url) = (Home::new("pooled-unsaid"), database::create().await);
    let (_pooler, pooled) = pooler::start(&home, &url).await;
    let port = free_port().to_string();
    let settings = [("DATABASE_URL", pooled.as_str()), ("DATABASE_UNPOOLED_URL", &url), ("PORT", &port)];
    for command in ["serve", "worker"] {
        let mut child = program(&home.0, &settings, &[command]).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let told = async {
            while let Some(line) = log.next_line().await.unwrap() {
                if line.contains("behind a pooler in transaction mode: no prepared statements are kept") {
                    return true;
                }
            }
            false
        };
        assert!(timeout(PATIENCE, told).await.expect("its log"), "{command}");
        child.kill().await.unwrap();
    }
}

/// A lock that was taken there would stay with a backend that serves others.
#[tokio::test]
async fn nothing_is_migrated_through_a_pooler_and_the_setting_that_mends_it_is_named() {
    let (home, url) = (Home::new("pooled-migrate"), database::create().await);
    let (_pooler, pooled) = pooler::start(&home, &url).await;
    // Twice: what an earlier one prepared would still be there.
    for _ in 0..2 {
        let refused = output(program(&home.0, &[("DATABASE_URL", &pooled)], &["migrate"])).await;
        let said = sentence(&refused);
        assert!(said.contains("pooler") && said.contains("set DATABASE_UNPOOLED_URL"), "{said}");
    }
    let past = [("DATABASE_URL", pooled.as_str()), ("DATABASE_UNPOOLED_URL", &url)];
    assert!(output(program(&home.0, &past, &["migrate"])).await.status.success());
}

#[tokio::test]
async fn a_statement_that_is_missing_on_its_backend_is_the_last_that_had_a_name() {
    let url = database::create().await;
    let db = Db::open(&url, 1, 100, &Lifecycle::default()).unwrap();
    let ask = async |forgets: bool| {
        let mut tx = db.gate().await.unwrap();
        let first = sqlx::query_scalar::<_, i32>("select 1").fetch_one(&mut *tx).await;
        if forgets {
            // As on a backend that has not seen this session before.
            tx.execute("deallocate all").await.unwrap();
        }
        let second = sqlx::query_scalar::<_, i32>("select 1").fetch_one(&mut *tx).await;
        (first.is_ok(), second.map_err(separacao::error::AppError::from))
    };
    assert!(matches!(ask(false).await, (true, Ok(1))));
    let (_, missing) = ask(true).await;
    assert!(
        missing.as_ref().is_err_and(separacao::error::AppError::is_transient),
        "tried again: {missing:?}"
    );
    assert!(matches!(ask(true).await, (true, Ok(1))), "and there is none to be missing");
    db.close();
}
