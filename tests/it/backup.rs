//! The drill: a backup that was made can be put back, and nothing of the time after it lives on.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::support::database::{self, contents, count, run_sql, superuser};
use crate::support::operator::{Home, output, program, sentence};
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::{PICKER, PIN, SELLER};

/// What a restore changes on purpose.
const CHANGED: [&str; 6] =
    ["feed_heads", "security_events", "sessions", "presence_leases", "walls", "wall_codes"];

async fn run(home: &Home, url: &str, arguments: &[&str]) -> String {
    let said = output(program(&home.0, &[("DATABASE_URL", url)], arguments)).await;
    assert!(said.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

fn dumps(home: &Home) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(home.0.join("b")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[tokio::test]
async fn chaos_a_backup_is_put_back_whole_sessions_end_and_open_screens_start_afresh() {
    let (server, home) = (TestServer::start().await, Home::new("backup"));
    let (url, company) = (server.database_url.clone(), server.company("alfa").await);
    let order = company.import(3).await;
    let (picker, seller) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", SELLER).await);
    let path = format!("/orders/{}", order.id);
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 200);
    assert_eq!(seller.tap(&format!("{path}/notes"), &[("text", "guardar a caixa")]).await.status, 200);
    crate::support::quotes::upload(&seller, "columns-1-item").await;
    let wall = "insert into walls (company_id, id, name, key, paired_by, paired_at, last_seen_at)
        select company_id, gen_random_uuid(), 'TV', 'key', id, now(), now() from people limit 1;
        insert into wall_codes (key, code, address, expires_at)
        values ('other key', '123456', '127.0.0.1', now() + interval '10 minutes')";
    database::run_sql(&url, wall).await;
    let told = run(&home, &url, &["backup", "--to", "b"]).await;
    let file = dumps(&home).remove(0);
    assert!(told.contains(file.file_name().unwrap().to_str().unwrap()), "{told}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let (then, sessions) = (contents(&url, &CHANGED).await, count(&url, "sessions").await);
    let events = count(&url, "security_events").await;
    let heads = heads(&url).await;

    // What happens from here on is lost, and a screen has seen it.
    let mut page = picker.page(&path).await;
    let n = picker.tap(&pick, &[("quantity", "1")]).await.json()["n"].as_i64().unwrap();
    let mut socket = Socket::open(&picker, &mut page).await;
    socket.follow(&mut page, n).await;
    drop(socket);

    let restored = database::create_empty().await;
    let told = run(&home, &restored, &["restore", file.to_str().unwrap()]).await;
    assert!(told.contains(&format!("{sessions} sessions")), "{told}");
    let now: BTreeMap<_, _> = contents(&restored, &CHANGED).await.into_iter().collect();
    for (table, hash) in &then {
        assert_eq!(now.get(table), Some(hash), "{table} is as it was");
    }
    assert_eq!(now.len(), then.len());
    assert_eq!(count(&restored, "sessions").await, 0);
    assert_eq!(count(&restored, "security_events").await, events + sessions + 1, "each end is told");
    assert_eq!(count(&restored, "walls where revoked_at is null").await, 0, "who was sent away stays away");
    assert_eq!(count(&restored, "wall_codes").await, 0, "and no code pairs a second screen");
    for (code, (head, epoch)) in self::heads(&restored).await {
        let (head_before, epoch_before) = &heads[&code];
        assert!(head == *head_before && epoch != *epoch_before, "{code}: the same head of another epoch");
    }

    // Nobody is signed in; whoever comes back with the page of before starts afresh, and works.
    let server = TestServer::on(&restored, &[]).await;
    let picker = picker.at(server.port);
    assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 401);
    picker.sign_in("alfa", PICKER, PIN).await;
    let mut socket = Socket::connect(&picker, &page.screen, &page.cursor).await.unwrap();
    assert!(matches!(socket.next().await, Said::Json(said) if said["reset"] == "rewritten"));
    let mut page = picker.page(&path).await;
    let mut socket = Socket::open(&picker, &mut page).await;
    let n = picker.tap(&pick, &[("quantity", "1")]).await.json()["n"].as_i64().unwrap();
    socket.follow(&mut page, n).await;
    assert_eq!(page.reset, None);

    // Over what is there nothing is put back.
    let again =
        program(&home.0, &[("DATABASE_URL", restored.as_str())], &["restore", file.to_str().unwrap()]);
    let said = sentence(&output(again).await);
    assert!(said.contains("is not empty; restore into a new one"), "{said}");
}

/// Head and epoch by company.
async fn heads(url: &str) -> BTreeMap<String, (i64, String)> {
    let sql =
        "select c.code, h.head, h.epoch::text from feed_heads h join companies c on c.id = h.company_id";
    let rows: Vec<(String, i64, String)> =
        sqlx::query_as(sql).fetch_all(&mut superuser(url).await).await.unwrap();
    rows.into_iter().map(|(code, head, epoch)| (code, (head, epoch))).collect()
}

#[tokio::test]
async fn the_newest_backups_are_kept_and_nothing_else_is_touched() {
    let (url, home) = (database::create().await, Home::new("keep"));
    fs::create_dir(home.0.join("b")).unwrap();
    let others = ["notes.txt", "separacao-before-the-move.dump"];
    let old = [
        "separacao-2025-01-01T030000Z.dump",
        "separacao-2025-01-02T030000Z.dump",
        "separacao-2025-01-03T030000Z.dump",
    ];
    for name in others.iter().chain(&old) {
        fs::write(home.0.join("b").join(name), "x").unwrap();
    }
    let told = run(&home, &url, &["backup", "--to", "b", "--keep", "2"]).await;
    assert!(told.contains("2 older"), "{told}");
    let names: Vec<_> =
        dumps(&home).iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(others.iter().all(|name| names.iter().any(|there| there == name)), "{names:?}");
    assert!(
        names.iter().any(|name| name == old[2]) && names.iter().any(|name| name > &old[2].to_owned()),
        "{names:?}"
    );
    let noted = "jobs where name = 'backup' and succeeded_at > now() - interval '1 minute'";
    assert_eq!(count(&url, noted).await, 1, "its age is watched");
}

#[tokio::test]
async fn what_cannot_be_backed_up_or_put_back_is_said_in_a_sentence_and_leaves_nothing_behind() {
    let (url, home) = (database::create().await, Home::new("cannot"));
    let refused = async |settings: &[(&str, &str)], arguments: &[&str]| {
        let settings = [&[("DATABASE_URL", url.as_str())], settings].concat();
        sentence(&output(program(&home.0, &settings, arguments)).await)
    };
    assert!(refused(&[], &["backup"]).await.contains("BACKUP_DIR"));
    // Programs of long ago.
    let old = home.0.join("old");
    fs::create_dir(&old).unwrap();
    for name in ["pg_dump", "pg_restore"] {
        fs::write(old.join(name), format!("#!/bin/sh\necho '{name} (PostgreSQL) 9.6.1'\n")).unwrap();
        fs::set_permissions(old.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let old = old.to_string_lossy().into_owned();
    let said = refused(&[("PG_BIN_DIR", &old)], &["backup", "--to", "b"]).await;
    assert!(
        said.contains("pg_dump 9 is older than the database") && said.contains("client programs of"),
        "{said}"
    );
    let said = refused(&[("PG_BIN_DIR", "/nowhere")], &["backup", "--to", "b"]).await;
    assert!(said.contains("pg_dump was not found"), "{said}");
    fs::write(home.0.join("quote.pdf"), "%PDF-1.4").unwrap();
    let said = refused(&[], &["restore", "quote.pdf"]).await;
    assert!(said.contains("quote.pdf is no backup of Separação"), "{said}");
    // A backup that fails half-way leaves no file.
    let login = format!("backup_{}", std::process::id());
    run_sql(&url, &format!("create role {login} login")).await;
    let stranger = url.replace("postgres@", &format!("{login}@"));
    let said = refused(&[("DATABASE_URL", &stranger)], &["backup", "--to", "b"]).await;
    assert!(said.contains("pg_dump failed: ") && said.contains("permission denied"), "{said}");
    assert_eq!(dumps(&home), Vec::<PathBuf>::new());
    run_sql(&url, &format!("drop role {login}")).await;
}

/// The sessions of then are in the database by now.
#[tokio::test]
async fn a_restore_that_cannot_bring_the_schema_up_to_date_says_what_is_left_to_do() {
    let (url, home) = (database::create().await, Home::new("half-restored"));
    run_sql(&url, "update _sqlx_migrations set checksum = '\\x00' where version = 3").await;
    run(&home, &url, &["backup", "--to", "b"]).await;
    let (file, into) = (dumps(&home).remove(0), database::create_empty().await);
    let restoring =
        program(&home.0, &[("DATABASE_URL", into.as_str())], &["restore", file.to_str().unwrap()]);
    let said = sentence(&output(restoring).await);
    assert!(said.contains("run `separacao restore` without a file"), "{said}");
}

#[tokio::test]
async fn a_restore_that_cannot_end_sessions_says_what_is_left_to_do() {
    let (url, home) = (database::create().await, Home::new("sessions-restored"));
    let trigger = "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'on purpose'; end $$;
        create trigger refuse before delete on sessions for each statement execute function refuse()";
    run_sql(&url, trigger).await;
    run(&home, &url, &["backup", "--to", "b"]).await;
    let (file, into) = (dumps(&home).remove(0), database::create_empty().await);
    let restoring =
        program(&home.0, &[("DATABASE_URL", into.as_str())], &["restore", file.to_str().unwrap()]);
    let said = sentence(&output(restoring).await);
    assert!(said.contains("live again") && said.contains("run `separacao restore` without a file"), "{said}");
}

#[tokio::test]
async fn a_new_database_that_holds_but_an_extension_of_its_host_takes_a_backup() {
    let (url, home) = (database::create().await, Home::new("extension"));
    run(&home, &url, &["backup", "--to", "b"]).await;
    let file = dumps(&home).remove(0);
    let restored = database::create_empty().await;
    // It brings two views along.
    run_sql(&restored, "create extension pg_stat_statements").await;
    let told = run(&home, &restored, &["restore", file.to_str().unwrap()]).await;
    assert!(told.contains("sessions"), "{told}");
    assert_eq!(count(&restored, "people").await, count(&url, "people").await);
    // Something of somebody's is not passed over.
    let taken = database::create_empty().await;
    run_sql(&taken, "create extension pg_stat_statements; create view notes as select 1 as one").await;
    let said =
        output(program(&home.0, &[("DATABASE_URL", taken.as_str())], &["restore", file.to_str().unwrap()]));
    assert!(sentence(&said.await).contains("is not empty"));
}
