//! What administrators do with people, and where nobody else gets.

mod operator;
mod roster;

use reqwest::StatusCode;
use separacao::actor::Role;
use separacao::auth::client::Source;
use separacao::command::{self, Caller, Tap};
use separacao::ids::OperationId;
use separacao::people::actions::{By, SetActive, SetRoles};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::database::{count, run_sql};
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::wait_for;
use crate::support::world::{ADMIN, PICKER, PIN, SELLER};

/// The second administrator of each company.
const OTHER_ADMIN: &str = "1001";

async fn superuser(server: &TestServer) -> PgConnection {
    PgConnection::connect(&server.database_url).await.unwrap()
}

async fn text(server: &TestServer, sql: &str) -> String {
    let answer: Option<String> = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_one(&mut superuser(server).await)
        .await
        .unwrap();
    answer.unwrap_or_default()
}

/// The PIN on the page that shows it once.
fn shown_pin(html: &str) -> Option<&str> {
    let (_, after) = html.split_once("class=\"once-pin\">")?;
    after.split_once('<').map(|(pin, _)| pin)
}

#[tokio::test]
async fn a_new_person_gets_a_pin_that_is_shown_once_and_must_be_changed() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let form =
        [("name", "Zé <b>Novo</b>"), ("number", "5005"), ("roles", "picker"), ("roles", "buyer"), ("v", "1")];
    let first = admin.post("/people", &form).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let pin = shown_pin(&first.text).expect("the PIN").to_owned();
    assert!(first.text.contains("Zé &#60;b&#62;Novo") || first.text.contains("Zé &lt;b&gt;Novo"));
    let again = admin.post("/people", &form).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(shown_pin(&again.text), None, "a replay does not know the PIN");
    for table in ["operations", "security_events", "feed_events"] {
        let stored = text(&server, &format!("select string_agg(t::text, '') from {table} t")).await;
        assert!(!stored.contains(&pin), "{table}");
    }

    let new = Client::new(server.port);
    new.sign_in("alfa", "5005", &pin).await;
    assert_eq!(new.get("/").await.location(), "/pin");
}

#[tokio::test]
async fn a_taken_number_and_wrong_fields_are_said_beside_their_fields() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let taken = admin.post("/people", &[("name", "Zé"), ("number", PICKER), ("roles", "picker")]).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert!(taken.text.contains("já é de outra pessoa"));
    let empty = admin.post("/people", &[("name", ""), ("number", "12"), ("v", "2")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The same number in another company is another person.
    let beta = server.signed_in("beta", ADMIN).await;
    let elsewhere = beta.post("/people", &[("name", "Zé"), ("number", "5005"), ("roles", "picker")]).await;
    assert_eq!(elsewhere.status, StatusCode::OK);
}

#[tokio::test]
async fn people_are_for_administrators_who_have_proven_their_pin_lately() {
    let server = TestServer::start().await;
    let picker = server.signed_in("alfa", PICKER).await;
    assert_eq!(picker.get("/people").await.status, StatusCode::FORBIDDEN);
    let company = server.company("alfa").await;
    let path = format!("/people/{}/active", company.person(SELLER).await);
    assert_eq!(picker.tap(&path, &[("active", "no")]).await.status, StatusCode::FORBIDDEN);

    let admin = server.signed_in("alfa", ADMIN).await;
    assert!(admin.get("/people").await.text.contains("Marina Alves Prado"));
    server.app.clock.advance(10 * 60);
    let asked = admin.get("/people").await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(!asked.text.contains("Marina Alves Prado") && asked.text.contains("action=\"/unlock\""));
    let refused = admin.tap(&path, &[("active", "no")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.json()["type"], "step-up");
    let back = admin.post("/unlock", &[("pin", PIN), ("next", "/people")]).await;
    assert_eq!(back.location(), "/people");
    assert_eq!(admin.tap(&path, &[("active", "no")]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn deactivation_reaches_open_screens_and_ends_every_session() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let mut page = picker.page("/").await;
    let mut socket = Socket::open(&picker, &mut page).await;
    let path = format!("/people/{}/active", server.company("alfa").await.person(PICKER).await);
    assert_eq!(admin.tap(&path, &[("active", "no")]).await.status, StatusCode::OK);
    assert_eq!(socket.closed().await, Some(4410), "neither a PIN nor another screen would help");
    assert!(!picker.get("/").await.text.contains("data-person"));
    // A page that had no socket asks for the PIN: it says why no PIN is right, which the sign-in page tells nobody.
    let person = server.company("alfa").await.person(PICKER).await.to_string();
    let unlock = picker.tap("/unlock", &[("person", person.as_str()), ("pin", PIN)]).await;
    assert_eq!(unlock.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unlock.text.contains("Seu acesso foi encerrado"), "{}", unlock.text);
    let answer = picker.post("/sign-in", &[("company", "alfa"), ("number", PICKER), ("pin", PIN)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!answer.text.contains("acesso foi encerrado"), "{}", answer.text);
    assert_eq!(admin.tap(&path, &[("active", "yes")]).await.status, StatusCode::OK);
    picker.sign_in("alfa", PICKER, PIN).await;
}

#[tokio::test]
async fn a_reset_pin_is_shown_once_and_the_old_one_ends() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let path = format!("/people/{}/pin", server.company("alfa").await.person(PICKER).await);
    let answer = admin.post(&path, &[("v", "3")]).await;
    let pin = shown_pin(&answer.text).expect("the PIN").to_owned();
    // A page that is live would be fetched again, without the PIN.
    assert!(answer.text.contains("Dados das ") && !answer.text.contains("data-screen="), "{}", answer.text);
    assert_eq!(shown_pin(&admin.post(&path, &[("v", "3")]).await.text), None);
    assert!(!picker.get("/").await.text.contains("data-person"));
    picker.sign_in("alfa", PICKER, &pin).await;
    assert_eq!(picker.get("/").await.location(), "/pin");
}

#[tokio::test]
async fn an_administrator_signs_somebody_out_everywhere_and_stays_where_he_or_she_is() {
    let server = TestServer::start().await;
    let (admin, elsewhere) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", ADMIN).await);
    let picker = server.signed_in("alfa", PICKER).await;
    let company = server.company("alfa").await;
    let mut page = picker.page("/").await;
    let mut socket = Socket::open(&picker, &mut page).await;
    assert!(admin.get("/people").await.text.contains("visto por último em"));
    let path = format!("/people/{}/sessions", company.person(PICKER).await);
    let answer = admin.tap(&path, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("saiu de todos os aparelhos"));
    assert_eq!(socket.closed().await, Some(4401), "the PIN opens it again");
    assert!(admin.tap(&path, &[]).await.text.contains("não está em nenhum aparelho"));
    // Without script a page sends the same tap until its head moves: whoever came meanwhile is signed out all the same.
    for told in ["não está em nenhum aparelho", "saiu de todos os aparelhos"] {
        let (v, form) = (admin.page("/people").await.n().to_string(), path.clone());
        assert_eq!(admin.post(&form, &[("v", v.as_str())]).await.location(), "/people", "{told}");
        if told.starts_with("não") {
            picker.sign_in("alfa", PICKER, PIN).await;
        }
    }
    assert!(!picker.get("/").await.text.contains("data-person"));
    picker.sign_in("alfa", PICKER, PIN).await;

    let own = format!("/people/{}/sessions", company.person(ADMIN).await);
    assert_eq!(admin.tap(&own, &[]).await.status, StatusCode::OK);
    assert!(admin.get("/").await.text.contains("data-person"));
    assert!(!elsewhere.get("/").await.text.contains("data-person"));
    assert_eq!(server.count("security_events where kind = 'sessions_revoked'").await, 3);
    let picker = server.signed_in("alfa", PICKER).await;
    assert_eq!(picker.tap(&own, &[]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_changed_role_counts_at_once() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let path = format!("/people/{}/roles", server.company("alfa").await.person(PICKER).await);
    assert_eq!(admin.tap(&path, &[("roles", "picker"), ("roles", "admin")]).await.status, StatusCode::OK);
    assert_eq!(picker.get("/people").await.status, StatusCode::OK);
    assert_eq!(admin.tap(&path, &[("roles", "picker")]).await.status, StatusCode::OK);
    assert_eq!(picker.get("/people").await.status, StatusCode::FORBIDDEN);
    assert_eq!(admin.tap(&path, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn of_two_administrators_who_go_at_once_one_stays() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (one, other) = (company.person(ADMIN).await, company.person(OTHER_ADMIN).await);
    let source = Source::default();
    let tap = |person_id| Tap {
        caller: Caller { company_id: company.id, person_id, session_id: None },
        operation_id: OperationId::new(),
        fingerprint: [0; 32],
        tapped_at: None,
        form: (),
    };
    for _ in 0..8 {
        let by = |actor_id| By { actor_id, source: &source, now: server.app.clock.now() };
        let (leaves, demoted) = (tap(one), tap(other));
        let deactivate = SetActive { by: by(one), person_id: other, active: false };
        let demote = SetRoles { by: by(other), person_id: one, roles: vec![Role::Seller] };
        let (first, second) = tokio::join!(
            command::run(&server.app, &leaves, &deactivate),
            command::run(&server.app, &demoted, &demote),
        );
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let left = "select count(*)::text from people where company_id = '";
        let admins =
            text(&server, &format!("{left}{}' and active and 'admin' = any(roles)", company.id)).await;
        assert_eq!(admins, "1");
        let again =
            "update people set active = true, roles = array['admin'] where number in ('1000', '1001')";
        superuser(&server).await.execute(again).await.unwrap();
    }
}

#[tokio::test]
async fn the_people_of_another_company_do_not_exist() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let theirs = server.company("beta").await.person(PICKER).await;
    for (what, form) in [("roles", ("roles", "admin")), ("active", ("active", "no")), ("pin", ("v", "1"))] {
        let answer = admin.tap(&format!("/people/{theirs}/{what}"), &[form]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{what}: {}", answer.text);
    }
    let nobody = admin.tap(&format!("/people/{}/active", Uuid::now_v7()), &[("active", "no")]).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_database_itself_keeps_the_roles_apart() {
    let server = TestServer::start().await;
    let alfa = server.company("alfa").await;
    let mut connection = superuser(&server).await;
    let mut seen = async |setup: &str, question: &str| -> Result<i64, String> {
        let mut tx = connection.begin().await.unwrap();
        tx.execute(AssertSqlSafe(setup.to_owned())).await.unwrap();
        let answer = sqlx::query_scalar(AssertSqlSafe(question.to_owned())).fetch_one(&mut *tx).await;
        answer.map_err(|error| error.to_string())
    };
    let gate = "set local role separacao_gate";
    for table in ["orders", "order_items", "feed_events", "quote_drafts", "operations", "shipping_options"] {
        let refused = seen(gate, &format!("select count(*) from {table}")).await.unwrap_err();
        assert!(refused.contains("permission denied"), "{table}: {refused}");
    }
    assert!(seen(gate, "select count(*) from security_events").await.is_err());
    assert!(seen(gate, "select count(name_folded) from people").await.is_err());
    assert_eq!(seen(gate, "select count(*) from companies").await, Ok(2));

    let app = format!("set local role separacao_app; set local app.company_id = '{}'", alfa.id);
    assert_eq!(seen(&app, "select count(*) from people").await, Ok(7));
    assert_eq!(seen(&app, "select count(*) from companies").await, Ok(1));
    assert_eq!(seen("set local role separacao_app", "select count(*) from people").await, Ok(0));
    for table in ["sign_in_failures", "_sqlx_migrations"] {
        assert!(seen(&app, &format!("select count(*) from {table}")).await.is_err(), "{table}");
    }
    assert!(
        seen(&app, "with x as (insert into sessions (key) values ('') returning 1) select count(*) from x")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn nobody_gets_a_longer_number_than_a_rule_that_is_set_meanwhile() {
    let server = TestServer::start().await;
    let url = server.database_url.clone();
    let rule = |digits: u8| format!("update companies set login_digits = {digits} where code = 'alfa'");
    run_sql(&url, &rule(6)).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let mut connection = superuser(&server).await;
    let mut shorter = connection.begin().await.unwrap();
    Executor::execute(&mut *shorter, AssertSqlSafe(rule(4))).await.unwrap();
    let creating = tokio::spawn(async move {
        admin.tap("/people", &[("name", "Lia Moura"), ("number", "500001"), ("roles", "picker")]).await
    });
    let waiting = "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        and query like 'select login_digits%'";
    wait_for("the rule to be asked for", async || (count(&url, waiting).await > 0).then_some(())).await;
    shorter.commit().await.unwrap();
    let refused = creating.await.unwrap();
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.text.contains("O número tem 4 dígitos"), "{}", refused.text);
    assert_eq!(count(&url, "people where number = '500001'").await, 0);
}
