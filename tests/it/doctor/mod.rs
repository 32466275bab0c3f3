//! `separacao doctor` finds nothing where nothing is wrong, and names what is, with what to do about it.

mod services;

use std::collections::BTreeMap;
use std::process::Output;

use serde_json::Value;

use crate::support::database::{self, run_sql};
use crate::support::operator::{Home, SECRET, output, program};
use crate::support::process::{Redis, free_port};
use crate::support::server::redis_url;

/// The table for people, as a test sees it when something is not as it should be.
async fn examined(home: &Home, settings: &[(&str, &str)]) -> (Output, BTreeMap<String, (String, String)>) {
    let settings = [&[("APP_ENV", "production"), ("SECRET_KEY", SECRET)], settings].concat();
    let said = output(program(&home.0, &settings, &["doctor", "--json"])).await;
    let report: Value = serde_json::from_slice(&said.stdout).expect("JSON and nothing else");
    assert_eq!(report["healthy"].as_bool(), Some(said.status.success()), "{report:#}");
    let mut findings = BTreeMap::new();
    for check in report["checks"].as_array().unwrap() {
        let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
        let name = format!("{}/{}", text("area"), text("check"));
        // Of several findings of one check the worst counts.
        let known = findings.entry(name).or_insert_with(|| (text("verdict"), text("found")));
        let worse =
            |verdict: &str| ["ok", "skipped", "warning", "failed"].iter().position(|known| *known == verdict);
        if worse(&text("verdict")) > worse(&known.0) {
            *known = (text("verdict"), text("found"));
        }
        assert_eq!(
            check["advice"].is_string(),
            ["warning", "failed"].contains(&&*text("verdict")),
            "{check}"
        );
    }
    (said, findings)
}

fn failed(findings: &BTreeMap<String, (String, String)>) -> Vec<&str> {
    findings.iter().filter(|(_, (verdict, _))| verdict == "failed").map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn a_healthy_deployment_is_told_line_by_line_and_ends_well() {
    let (home, url, redis) = (Home::new("doctor"), database::create().await, redis_url());
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("REDIS_URL", redis.as_str()),
        ("REDIS_PREFIX", "it-doctor"),
        ("ALLOWED_HOSTS", "app.example.com"),
        ("METRICS_TOKEN", "metrics-token-of-the-tests"),
        ("BACKUP_DIR", "backups"),
    ];
    let (said, findings) = examined(&home, &settings).await;
    assert_eq!(failed(&findings), Vec::<&str>::new(), "{findings:#?}");
    for (name, wanted) in [
        ("settings/environment", "production"),
        ("database/version", "PostgreSQL "),
        ("database/schema", "current, "),
        ("database/row-level security", "on for all "),
        ("database/rights", "agree"),
        ("database/pooler", "none"),
        ("database/writes", "taken"),
        ("database/clock", "apart"),
        ("database/jobs", "none"),
        ("backup/programs", "pg_"),
        ("redis/publish, subscribe", "heard after "),
        ("redis/eviction policy", "noeviction"),
        ("redis/prefix", "it-doctor:doorbell"),
        ("machine/quotes' fence", "holds"),
    ] {
        let (verdict, found) = findings.get(name).unwrap_or_else(|| panic!("{name} in {findings:#?}"));
        assert!(verdict == "ok" && found.contains(wanted), "{name}: {verdict}, {found}");
    }
    assert!(said.status.success());
    // The table for people says the same, and no secret.
    let people = [&[("APP_ENV", "production"), ("SECRET_KEY", SECRET)], settings.as_slice()].concat();
    let table = output(program(&home.0, &people, &["doctor"])).await;
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("row-level security") && table.contains("checks: 0 failed"), "{table}");
    assert!(!table.contains(SECRET) && !table.contains("metrics-token"), "{table}");
    assert!(home.is_untouched());
}

#[tokio::test]
async fn a_deployment_whose_database_was_tampered_with_is_ill() {
    let (home, url) = (Home::new("doctor-tampered"), database::create().await);
    let login = format!("doctor_{}", std::process::id());
    run_sql(
        &url,
        &format!(
            "create role {login} login;
             alter table order_notes disable row level security;
             drop policy orders_own on orders;
             revoke all on people from separacao_app;
             delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations);
             update _sqlx_migrations set checksum = '\\x00' where version = 3"
        ),
    )
    .await;
    let (_, findings) =
        examined(&home, &[("DATABASE_URL", &url), ("ALLOWED_HOSTS", "app.example.com")]).await;
    assert_eq!(
        failed(&findings),
        ["database/rights", "database/row-level security", "database/schema"],
        "{findings:#?}"
    );
    let found = |name: &str| &findings[name].1;
    assert!(found("database/row-level security").contains("order_notes, orders"), "{findings:#?}");
    assert!(found("database/rights").contains("separacao_app on people"), "{findings:#?}");
    assert!(found("database/schema").contains("0003"), "{findings:#?}");
    // A login that was not given the app's roles can do nothing.
    let as_login = url.replace("postgres@", &format!("{login}@"));
    run_sql(&url, &format!("grant select on _sqlx_migrations to {login}")).await;
    let (_, findings) =
        examined(&home, &[("DATABASE_URL", &as_login), ("ALLOWED_HOSTS", "app.example.com")]).await;
    assert!(findings["database/roles"].1.contains("may not become"), "{findings:#?}");
    run_sql(&url, &format!("drop owned by {login}; drop role {login}")).await;
}

#[tokio::test]
async fn a_deployment_without_its_services_and_with_poor_settings_is_ill_and_nothing_hangs() {
    let home = Home::new("doctor-away");
    let away = format!("127.0.0.1:{}", free_port());
    let (database, redis) =
        (format!("postgres://u:secret-of-the-test@{away}/nothing"), format!("redis://{away}"));
    let (said, findings) = examined(&home, &[("DATABASE_URL", &database), ("REDIS_URL", &redis)]).await;
    assert_eq!(
        failed(&findings),
        ["database/connection", "redis/connection", "settings/host names"],
        "{findings:#?}"
    );
    let all = [said.stdout, said.stderr].concat();
    assert!(!String::from_utf8_lossy(&all).contains("secret-of-the-test"));
    assert_eq!(said.status.code(), Some(1));
    // Without an address at all, production starts no database of its own, and the doctor does not either.
    let (_, findings) = examined(&home, &[("DATABASE_URL", ""), ("ALLOWED_HOSTS", "app.example.com")]).await;
    assert!(findings["settings/values"].1.contains("DATABASE_URL is not set"), "{findings:#?}");
    assert_eq!(findings["database/connection"].0, "failed");
    assert!(home.is_untouched());
}

#[tokio::test]
async fn a_folder_that_takes_no_backup_is_named() {
    let (home, url) = (Home::new("doctor-folder"), database::create().await);
    // A file where the folder should be: no rights in the world make it one, not even root's.
    std::fs::write(home.0.join("file"), "").unwrap();
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("ALLOWED_HOSTS", "app.example.com"),
        ("BACKUP_DIR", "file/backups"),
    ];
    let (_, findings) = examined(&home, &settings).await;
    assert_eq!(failed(&findings), ["backup/folder"], "{findings:#?}");
    assert!(findings["backup/folder"].1.contains("file"), "{findings:#?}");
}

#[tokio::test]
async fn a_deployment_whose_redis_does_not_ring_is_ill() {
    let (home, url, redis) = (Home::new("doctor-mute"), database::create_empty().await, Redis::start().await);
    let client = redis::Client::open(redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    // A user who may do all but publish, and hear only channels of another prefix.
    let user = ["ACL", "SETUSER", "deaf", "on", ">pass", "~*", "resetchannels", "&other:*", "+@all"];
    let mut command = redis::Cmd::new();
    user.iter().for_each(|word| {
        command.arg(*word);
    });
    command.query_async::<()>(&mut connection).await.unwrap();
    let as_deaf = redis.url().replace("redis://", "redis://deaf:pass@");
    let settings =
        [("DATABASE_URL", url.as_str()), ("REDIS_URL", &as_deaf), ("ALLOWED_HOSTS", "app.example.com")];
    let (_, findings) = examined(&home, &settings).await;
    assert_eq!(failed(&findings), ["database/schema", "redis/publish, subscribe"], "{findings:#?}");
    assert!(findings["database/schema"].1.starts_with("none"), "{findings:#?}");
}
