//! History says when and on which device a tap was made, however long it waited for the network.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::support::database::{count, superuser, undo_path};
use crate::support::server::TestServer;
use crate::support::world::{OTHER_SELLER, PICKER, SELLER};

#[tokio::test]
async fn a_tap_that_waited_says_when_it_was_made_and_on_which_device() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["100"]).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let now = server.app.clock.now();
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let tap = async |path: &str, form: &[(&str, &str)], at: Option<Timestamp>| {
        let mut request = picker.command(path, form, Uuid::now_v7());
        if let Some(at) = at {
            request = request.header("x-tapped-at", at.as_millisecond().to_string());
        }
        let answer = picker.read(request).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    };
    let ms = |at: Timestamp| Timestamp::from_millisecond(at.as_millisecond()).unwrap();
    let half_an_hour_ago = ms(now - SignedDuration::from_mins(30));
    let seconds_ago = ms(now - SignedDuration::from_secs(5));
    let sent = [
        (Some(half_an_hour_ago), Some(half_an_hour_ago)),
        (Some(seconds_ago), Some(seconds_ago)),
        (Some(now - SignedDuration::from_hours(24)), None),
        (Some(now + SignedDuration::from_hours(1)), None),
        (None, None),
    ];
    for (at, _) in sent {
        tap(&pick, &[("quantity", "1")], at).await;
    }
    // An entry that is written before the events knows it as well.
    let last = 1 + i64::try_from(sent.len()).unwrap();
    let undo = undo_path(&server.database_url, order.id, last).await;
    tap(&undo, &[], Some(half_an_hour_ago)).await;

    let mut database = superuser(&server.database_url).await;
    let sql = "select tapped_at from order_history where order_id = $1 and version > 1 order by version";
    let kept: Vec<Option<jiff_sqlx::Timestamp>> =
        sqlx::query_scalar(sql).bind(order.id.0).fetch_all(&mut database).await.unwrap();
    let expected = sent.iter().map(|(_, expected)| *expected).chain([Some(half_an_hour_ago)]);
    assert_eq!(kept, expected.map(|at| at.map(ToSqlx::to_sqlx)).collect::<Vec<_>>());
    let here = "order_history h join sessions s on s.device_key = h.device_key and s.person_id = h.actor_id";
    assert_eq!(count(&server.database_url, here).await, last, "each tap, on this device");
    let timeline = picker.get(&format!("/orders/{}", order.id)).await.text;
    assert_eq!(timeline.matches("marcado às ").count(), 2, "those that waited: {timeline}");
}

#[tokio::test]
async fn what_one_tap_does_to_many_orders_says_it_of_each() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (from, to) = (company.person(SELLER).await, company.person(OTHER_SELLER).await);
    for _ in 0..2 {
        company.import(1).await;
    }
    let admin = server.signed_in("alfa", crate::support::world::ADMIN).await;
    let path = format!("/people/{from}/orders");
    let answer = admin.tap(&path, &[("seller", &to.to_string())]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let handed = "order_history where kind = 'order_handed_over' and device_key is not null";
    assert_eq!(count(&server.database_url, handed).await, 2);
}
