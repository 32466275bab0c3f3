//! Deployments whose services are reached in other ways: through a pooler, over TLS, by Sentinels; and what is wrong with those.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::{examined, failed};
use crate::support::database::{self, run_sql};
use crate::support::operator::Home;
use crate::support::pooler;
use crate::support::process::{Redis, free_port};
use crate::support::wait_for;

const HOSTS: (&str, &str) = ("ALLOWED_HOSTS", "app.example.com");

async fn listens(port: u16) {
    wait_for("a server", async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()).await;
}

#[tokio::test]
async fn behind_a_pooler_no_statement_may_be_kept_and_migrations_go_past_it() {
    let (home, url) = (Home::new("doctor-pooler"), database::create().await);
    let (_pooler, pooled) = pooler::start(&home, &url).await;
    let (said, findings) = examined(&home, &[("DATABASE_URL", &pooled), HOSTS]).await;
    assert_eq!(failed(&findings), ["database/pooler"], "{findings:#?}");
    assert!(findings["database/pooler"].1.contains("also for migrations"), "{findings:#?}");
    assert_eq!(said.status.code(), Some(1));
    let kept = [("DATABASE_URL", pooled.as_str()), HOSTS, ("DATABASE_UNPOOLED_URL", url.as_str())];
    let (_, findings) = examined(&home, &kept).await;
    assert_eq!(findings["database/pooler"].0, "warning", "{findings:#?}");
    assert!(findings["database/pooler"].1.contains("to be kept per session"), "{findings:#?}");
    let unkept = [("DATABASE_URL", pooled.as_str()), HOSTS, ("DATABASE_STATEMENT_CACHE", "0")];
    let (_, findings) = examined(&home, &unkept).await;
    assert!(findings["database/pooler"].1.contains("also for migrations"), "{findings:#?}");
    let well = [&unkept[..], &[("DATABASE_UNPOOLED_URL", url.as_str())]].concat();
    let (said, findings) = examined(&home, &well).await;
    assert_eq!(failed(&findings), Vec::<&str>::new(), "{findings:#?}");
    assert_eq!(said.status.code(), Some(0));
    assert!(findings["database/pooler"].1.contains("migrations go past it"), "{findings:#?}");
    let elsewhere = database::create().await;
    let wrong = [&unkept[..], &[("DATABASE_UNPOOLED_URL", elsewhere.as_str())]].concat();
    let (_, findings) = examined(&home, &wrong).await;
    assert_eq!(failed(&findings), ["database/unpooled"], "{findings:#?}");
}

/// An authority of this test's own, and what it says of `localhost`.
async fn certify(dir: &Path) {
    let run = async |arguments: &[&str]| {
        let said = Command::new("openssl").args(arguments).current_dir(dir).output().await.expect("openssl");
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    };
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let authority = ["-subj", "/CN=tests", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem"];
    run(&[&["req", "-x509"][..], &key, &authority].concat()).await;
    run(&[&["req"][..], &key, &["-subj", "/CN=localhost", "-keyout", "redis.key", "-out", "redis.csr"]]
        .concat())
    .await;
    fs::write(dir.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    let signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"];
    let of = ["x509", "-req", "-in", "redis.csr", "-extfile", "names", "-out", "redis.pem"];
    run(&[&of[..], &signed].concat()).await;
}

#[tokio::test]
async fn a_redis_over_tls_is_well_where_its_authority_is_known_and_refused_elsewhere() {
    let (home, url) = (Home::new("doctor-tls"), database::create().await);
    certify(&home.0).await;
    let port = free_port();
    let tls = ["--port", "0", "--tls-port", &port.to_string(), "--tls-auth-clients", "no", "--save", ""];
    let files =
        ["--tls-cert-file", "redis.pem", "--tls-key-file", "redis.key", "--tls-ca-cert-file", "ca.pem"];
    let mut redis = Command::new("redis-server");
    redis.args(tls).args(files).args(["--requirepass", "secret-of-the-test"]).current_dir(&home.0);
    let _redis = redis.stdout(Stdio::null()).kill_on_drop(true).spawn().expect("redis-server");
    listens(port).await;
    let address = format!("rediss://default:secret-of-the-test@localhost:{port}");
    let authority = home.0.join("ca.pem").to_string_lossy().into_owned();
    let settings = [("DATABASE_URL", url.as_str()), HOSTS, ("REDIS_URL", &address)];
    let known = [&settings[..], &[("SSL_CERT_FILE", authority.as_str())]].concat();
    let (said, findings) = examined(&home, &known).await;
    assert_eq!(failed(&findings), Vec::<&str>::new(), "{findings:#?}");
    assert_eq!(findings["redis/TLS"].1, "on, with the certificate checked");
    assert!(findings["redis/publish, subscribe"].1.contains("heard after"), "{findings:#?}");
    assert!(!String::from_utf8_lossy(&said.stdout).contains("secret-of-the-test"));
    let (said, findings) = examined(&home, &settings).await;
    assert_eq!(failed(&findings), ["redis/connection"], "an authority that nobody knows: {findings:#?}");
    assert!(!String::from_utf8_lossy(&said.stdout).contains("secret-of-the-test"));
    assert_eq!(said.status.code(), Some(1));
}

/// One Sentinel that looks after a Redis.
async fn sentinel(home: &Home, redis: &Redis) -> (Child, u16) {
    let (port, master) = (free_port(), redis.url().rsplit(':').next().unwrap().to_owned());
    let settings = home.0.join("sentinel.conf");
    let text = format!("port {port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 {master} 1\n");
    fs::write(&settings, text).unwrap();
    let mut command = Command::new("redis-server");
    command.arg(&settings).arg("--sentinel").current_dir(&home.0);
    let child = command.stdout(Stdio::null()).kill_on_drop(true).spawn().expect("redis-server");
    listens(port).await;
    (child, port)
}

#[tokio::test]
async fn sentinels_are_asked_for_the_redis_that_is_examined() {
    let (home, url) = (Home::new("doctor-sentinel"), database::create().await);
    let mut redis = Redis::start().await;
    let (_sentinel, port) = sentinel(&home, &redis).await;
    let away = free_port();
    let address = |service: &str| {
        format!("redis-sentinel://127.0.0.1:{port}/0?node=127.0.0.1:{away}&sentinelServiceName={service}")
    };
    let examine =
        async |redis: &str| examined(&home, &[("DATABASE_URL", &url), HOSTS, ("REDIS_URL", redis)]).await;
    let (said, findings) = examine(&address("main")).await;
    assert_eq!(failed(&findings), Vec::<&str>::new(), "{findings:#?}");
    assert_eq!(said.status.code(), Some(0));
    assert_eq!(findings["redis/quorum"].0, "ok", "{findings:#?}");
    let (verdict, found) = &findings["redis/sentinels"];
    assert!(verdict == "warning" && found.contains(&away.to_string()), "{findings:#?}");
    let (_, findings) = examine(&address("other")).await;
    assert_eq!(failed(&findings), ["redis/connection"], "{findings:#?}");
    assert!(findings["redis/connection"].1.contains("know no service other"), "{findings:#?}");
    redis.stop().await;
    let (said, findings) = examine(&address("main")).await;
    assert_eq!(failed(&findings), ["redis/connection"], "{findings:#?}");
    assert_eq!(said.status.code(), Some(1));
}

#[tokio::test]
async fn a_clock_that_goes_wrong_is_noticed_by_how_much() {
    let (home, url) = (Home::new("doctor-clock"), database::create().await);
    let name = url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    run_sql(
        &url,
        &format!(
            "create schema skewed;
             create function skewed.clock_timestamp() returns timestamptz language sql as
               $$ select pg_catalog.clock_timestamp() + current_setting('skewed.by')::interval $$;
             alter database {name} set search_path = skewed, public, pg_catalog"
        ),
    )
    .await;
    for (by, wanted) in [("0", "ok"), ("5 seconds", "warning"), ("-1 hour", "failed")] {
        run_sql(&url, &format!("alter database {name} set skewed.by = '{by}'")).await;
        let (said, findings) = examined(&home, &[("DATABASE_URL", &url), HOSTS]).await;
        let (verdict, found) = &findings["database/clock"];
        assert_eq!(verdict, wanted, "{by}: {found}");
        assert_eq!(said.status.code(), Some(i32::from(wanted == "failed")), "{findings:#?}");
    }
}
