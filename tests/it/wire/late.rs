//! A tap is answered in time, also when what it changed cannot be shown yet.

use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::support::database::run_sql;
use crate::support::measured;
use crate::support::server::TestServer;
use crate::support::world::PICKER;

/// Whoever reads a note waits; picking reads none.
const SLOW: &str = "create policy slow on order_notes as restrictive for select to separacao_app \
     using ((select pg_sleep(20)::text) is not null)";
const FAST: &str = "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database(); \
     drop policy slow on order_notes";

#[tokio::test]
async fn an_answer_waits_a_second_for_its_frames_which_come_later() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(2).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let base = format!("/orders/{}", order.id);
    assert_eq!(picker.tap(&format!("{base}/notes"), &[("text", "Caixa amassada")]).await.status, 200);
    let page = picker.page("/").await;

    run_sql(&server.database_url, SLOW).await;
    let began = Instant::now();
    let pick = format!("{base}/items/{}/pick", order.items[0]);
    let answer = picker.tap_as(&pick, &[("quantity", "10")], Uuid::now_v7(), Some(&page)).await;
    let took = began.elapsed();
    measured("the answer without its frames", took, Duration::from_secs(3));
    assert!(took >= Duration::from_secs(1), "{took:?}");
    let said = answer.json();
    assert_eq!((answer.status.as_u16(), said["message"].as_str()), (200, Some("Separado")));
    assert!(said.get("frames").is_none() && said.get("reset").is_none(), "{said}");

    run_sql(&server.database_url, FAST).await;
    let later = picker.get(&format!("/feed?screen=board&cursor={}", page.cursor)).await.json();
    assert_eq!(later["frames"][0]["to"], said["n"], "{later}");
    assert!(later["frames"][0]["html"].as_str().unwrap().contains("1/2"), "{later}");
}
