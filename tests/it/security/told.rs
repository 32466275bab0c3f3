//! What an auditor is told: who was refused what, from where, and whose session ended; and how often at most.

use separacao::companies::actions::companies;
use separacao::jobs;
use sqlx::{AssertSqlSafe, Row};

use crate::support::client::Client;
use crate::support::database::{run_sql, superuser};
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{OTHER_PICKER, PICKER};

const HOUR: i64 = 60 * 60;

/// An event as it is kept.
#[derive(Debug)]
struct Told {
    person: Option<String>,
    address: Option<String>,
    request: Option<String>,
    detail: serde_json::Value,
}

async fn told(server: &TestServer, kind: &str) -> Vec<Told> {
    let sql = format!(
        "select p.number, e.address, e.request_id, e.detail::text as detail from security_events e
         left join people p on p.company_id = e.company_id and p.id = e.person_id
         where e.kind = '{kind}' order by e.at, e.id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut superuser(&server.database_url).await).await;
    let told = |row: &sqlx::postgres::PgRow| Told {
        person: row.get("number"),
        address: row.get("address"),
        request: row.get("request_id"),
        detail: serde_json::from_str(row.get("detail")).unwrap(),
    };
    rows.unwrap().iter().map(told).collect()
}

#[tokio::test]
async fn whoever_tries_what_the_role_forbids_is_told_of_at_a_bounded_rate() {
    let server = TestServer::start().await;
    let (picker, other) =
        (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    for _ in 0..30 {
        assert_eq!(picker.get("/people").await.status, 403);
        assert_eq!(
            picker.tap("/people", &[("name", "Zé"), ("number", "5005"), ("roles", "picker")]).await.status,
            403
        );
    }
    assert_eq!(other.get("/people").await.status, 403);
    let denied = told(&server, "denied").await;
    let of = |number: &str| denied.iter().filter(|event| event.person.as_deref() == Some(number)).count();
    assert_eq!((of(PICKER), of(OTHER_PICKER)), (10, 1), "{denied:?}");
    for event in &denied {
        assert_eq!(event.address.as_deref(), Some("127.0.0.1"), "{event:?}");
        assert!(event.request.is_some() && event.detail["route"] == "/people", "{event:?}");
    }
    assert!(told(&server, "origin_refused").await.is_empty());
}

#[tokio::test]
async fn commands_and_sockets_of_foreign_pages_are_told_with_the_person_whose_session_they_used() {
    let server = TestServer::start().await;
    let picker = server.signed_in("alfa", PICKER).await;
    let foreign = picker.http().post(picker.url("/language")).header("origin", "https://evil.example");
    assert_eq!(picker.send(foreign.form(&[("language", "en")])).await.status, 403);
    let cursor = picker.page("/").await.cursor;
    assert!(Socket::connect_from(&picker, "board", &cursor, Some("https://evil.example")).await.is_err());
    let stranger = Client::new(server.port);
    assert!(Socket::connect_from(&stranger, "board", &cursor, Some("https://evil.example")).await.is_err());
    let refused = told(&server, "origin_refused").await;
    let routes: Vec<_> = refused.iter().map(|event| event.detail["route"].as_str().unwrap()).collect();
    assert_eq!(routes, ["/language", "/live"], "{refused:?}");
    assert!(refused.iter().all(|event| event.person.as_deref() == Some(PICKER)), "{refused:?}");
    assert!(refused.iter().all(|event| event.address.is_some()), "{refused:?}");
}

#[tokio::test]
async fn a_session_that_ends_by_age_is_told_once_and_why() {
    let server = TestServer::start().await;
    let idle = server.signed_in("alfa", PICKER).await;
    let gone = server.signed_in("alfa", OTHER_PICKER).await;
    server.app.clock.advance(8 * HOUR);
    for _ in 0..3 {
        assert!(!idle.get("/").await.text.contains("data-person"));
    }
    let ended = told(&server, "session_ended").await;
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert_eq!(ended[0].person.as_deref(), Some(PICKER));
    assert_eq!((ended[0].address.as_deref(), &ended[0].detail["why"]), (Some("127.0.0.1"), &"idle".into()));
    // Nobody came back with the other one: the clearing away tells of it.
    let older = "update sessions set last_seen_at = last_seen_at - interval '8 hours'";
    run_sql(&server.database_url, older).await;
    jobs::run_one(&server.app, "purge_sessions").await.unwrap();
    let ended = told(&server, "session_ended").await;
    assert_eq!(ended.len(), 2, "{ended:?}");
    let other =
        ended.iter().find(|event| event.person.as_deref() == Some(OTHER_PICKER)).expect("the other one");
    assert_eq!((other.address.as_deref(), &other.detail["why"]), (None, &"idle".into()));
    assert!(!gone.get("/").await.text.contains("data-person"));
    assert_eq!(told(&server, "session_ended").await.len(), 2);
}

#[tokio::test]
async fn what_the_operator_sets_is_told_to_the_company() {
    let server = TestServer::start().await;
    let (db, clock) = (&server.app.db, &server.app.clock);
    companies::set_shared_idle(db, clock, "alfa", 7).await.unwrap();
    companies::rename_company(db, clock, "alfa", "Alfa Nova").await.unwrap();
    companies::close_company(db, clock, "alfa").await.unwrap();
    let set = told(&server, "setting_changed").await;
    let details: Vec<_> = set.iter().map(|event| event.detail.to_string()).collect();
    assert_eq!(details, [r#"{"shared_idle_minutes":7}"#, r#"{"name":"Alfa Nova"}"#, r#"{"closed":true}"#]);
}
