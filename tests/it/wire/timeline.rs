//! An order's screen shows the newest entries of its history; a live one lets go of the others as a fresh page does.

use uuid::Uuid;

use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::world::PICKER;

/// An order that was worked on for very long.
const LONG: &str = "insert into order_history (company_id, order_id, version, kind, actor_id, at)
       select company_id, id, version + n, 'order_urgent', imported_by, now() from orders, generate_series(1, 999) n;
     update orders set version = version + 999";

#[tokio::test]
async fn entries_that_leave_the_timeline_leave_open_screens_too() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    run_sql(&server.database_url, LONG).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let path = format!("/orders/{}", order.id);
    let mut page = picker.page(&path).await;
    assert!(page.has("entry-1"));

    let pick = format!("{path}/items/{}/pick", order.items[0]);
    let answer = picker.tap_as(&pick, &[("quantity", "1")], Uuid::now_v7(), Some(&page)).await.json();
    for frame in answer["frames"].as_array().unwrap() {
        page.apply(frame);
    }
    assert!(page.has("entry-1001") && !page.has("entry-1") && page.has("entry-2"));
    page.must_show(&picker.page(&path).await, "after a tap");
}
