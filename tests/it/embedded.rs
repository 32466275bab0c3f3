//! Without any configuration there is a database, and it is the same one tomorrow.

use std::path::{Path, PathBuf};

use separacao::db::embedded;
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::support::wait_for;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("separacao-it-{name}-{}", std::process::id()));
        std::fs::create_dir(&dir).expect("a fresh folder");
        Self(dir)
    }

    fn has_running_server(&self) -> bool {
        self.0.join("postgres/postmaster.pid").exists()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection")
}

#[tokio::test]
async fn what_was_written_before_a_stop_is_there_after_the_next_start() {
    let folder = Folder::new("warm");
    let cold = std::time::Instant::now();
    let server = embedded::start(&folder.0, None).await.unwrap();
    eprintln!("cold start: {:?}", cold.elapsed());
    let mut connection = connect(server.url()).await;
    connection
        .execute("create table boxes (name text); insert into boxes values ('águia'), ('zebu')")
        .await
        .unwrap();
    drop(connection);
    server.stop().await.unwrap();
    assert!(!folder.has_running_server());

    let warm = std::time::Instant::now();
    let server = embedded::start(&folder.0, None).await.unwrap();
    eprintln!("warm start: {:?}", warm.elapsed());
    let mut connection = connect(server.url()).await;
    let row = connection.fetch_one("select count(*) from boxes").await.unwrap();
    assert_eq!(row.get::<i64, _>(0), 2);
    let row = connection.fetch_one("select 'águia' < 'bola' and 'Bola' < 'casa'").await.unwrap();
    assert!(row.get::<bool, _>(0), "names sort as Brazilians sort them");
    drop(connection);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn two_programs_share_one_server_and_the_last_to_leave_stops_it() {
    let folder = Folder::new("shared");
    let (first, second) = tokio::join!(embedded::start(&folder.0, None), embedded::start(&folder.0, None));
    let (first, second) = (first.unwrap(), second.unwrap());
    let started = "select pg_postmaster_start_time()::text";
    let one: String = connect(first.url()).await.fetch_one(started).await.unwrap().get(0);
    let other: String = connect(second.url()).await.fetch_one(started).await.unwrap().get(0);
    assert_eq!(one, other);

    first.stop().await.unwrap();
    assert!(connect(second.url()).await.fetch_one("select 1").await.is_ok());
    second.stop().await.unwrap();
    assert!(!folder.has_running_server());
}

#[tokio::test]
async fn a_server_left_behind_by_a_killed_program_is_taken_over() {
    let folder = Folder::new("orphan");
    drop(embedded::start(&folder.0, None).await.unwrap());
    assert!(folder.has_running_server());
    let server = embedded::start(&folder.0, None).await.unwrap();
    assert!(connect(server.url()).await.fetch_one("select 1").await.is_ok());
    server.stop().await.unwrap();
    assert!(!folder.has_running_server());
}

#[tokio::test]
async fn a_start_that_fails_leaves_no_server_behind() {
    let folder = Folder::new("failed");
    let server = embedded::start(&folder.0, None).await.unwrap();
    let mut other = connect(&server.url().replacen("///separacao?", "///postgres?", 1)).await;
    // Without its pattern the database that is missing cannot be made.
    for sql in
        ["drop database separacao", "alter database template1 is_template false", "drop database template1"]
    {
        other.execute(sql).await.unwrap();
    }
    drop(other);
    server.stop().await.unwrap();
    embedded::start(&folder.0, None).await.unwrap_err();
    wait_for("the server to stop", async || (!folder.has_running_server()).then_some(())).await;
}

#[tokio::test]
async fn a_folder_without_postgres_is_refused_in_a_sentence() {
    let folder = Folder::new("none");
    let refused = embedded::start(&folder.0, Some(Path::new("/usr/games"))).await.unwrap_err();
    assert_eq!(refused.to_string(), "/usr/games holds no PostgreSQL 14 or newer (postgres and initdb)");
}

#[tokio::test]
async fn a_folder_with_a_very_long_name_works_too() {
    let folder = Folder::new("long");
    let deep = folder.0.join("ç o".repeat(30));
    let server = embedded::start(&deep, None).await.unwrap();
    assert!(connect(server.url()).await.fetch_one("select 1").await.is_ok());
    server.stop().await.unwrap();
}
