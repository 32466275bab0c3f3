//! A page that is open all day: its session ends all the same.

use futures_util::{SinkExt, StreamExt};
use sqlx::AssertSqlSafe;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::support::database::{self, superuser};
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{OTHER_PICKER, PICKER, SELLER};
use crate::support::{PATIENCE, wait_for};

const HOUR: i64 = 60 * 60;

/// Waits until the server has heard what was said before.
async fn heard(socket: &mut Socket) {
    socket.stream.send(Message::Ping(b"heard?".to_vec().into())).await.unwrap();
    let pong = async { while !matches!(socket.stream.next().await, Some(Ok(Message::Pong(_)))) {} };
    timeout(PATIENCE, pong).await.expect("an answer");
}

/// Whether the person's session was noted as used since it began.
async fn was_used(server: &TestServer, number: &str) -> bool {
    let sql = format!(
        "select s.last_seen_at > s.created_at from sessions s join people p on p.company_id = s.company_id
           and p.id = s.person_id where p.number = '{number}'"
    );
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(&mut superuser(&server.database_url).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_socket_is_closed_at_twelve_hours_and_a_hidden_one_at_eight_by_its_own_loop() {
    let url = database::create().await;
    let server = TestServer::on(&url, &["--session-check-ms", "100"]).await;
    let (seen, hidden) =
        (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    let (mut seen_page, mut hidden_page) = (seen.page("/").await, hidden.page("/").await);
    let mut seen = Socket::open(&seen, &mut seen_page).await;
    let mut hidden = Socket::open(&hidden, &mut hidden_page).await;
    hidden.say(r#"{"visible":false}"#).await;
    heard(&mut hidden).await;
    server.app.clock.advance(7 * HOUR);
    wait_for("a look at a page that is seen", async || was_used(&server, PICKER).await.then_some(())).await;
    assert!(!was_used(&server, OTHER_PICKER).await, "nobody looks at a hidden page");
    server.app.clock.advance(HOUR);
    assert_eq!(hidden.closed().await, Some(4401), "hidden for eight hours");
    heard(&mut seen).await;
    server.app.clock.advance(4 * HOUR);
    assert_eq!(seen.closed().await, Some(4401), "twelve hours in all");
}

#[tokio::test]
async fn what_a_hidden_page_asks_by_itself_keeps_no_session() {
    let server = TestServer::start().await;
    let seller = server.signed_in("alfa", SELLER).await;
    let ask = async || {
        let request = seller.http().get(seller.url("/needs/badge")).header("x-unseen", "1");
        let request = request.header("accept", "application/json");
        seller.send(request).await.status.as_u16()
    };
    server.app.clock.advance(7 * HOUR);
    assert_eq!(ask().await, 200);
    assert!(!was_used(&server, SELLER).await, "nobody looks at a hidden page");
    server.app.clock.advance(HOUR);
    assert_eq!(ask().await, 401, "hidden for eight hours");
}
