//! How long orders took on the page of figures: in working time, and by the wall beside it.

use jiff::civil::Weekday;
use separacao::reports::model::period::PeriodChoice;
use separacao::reports::queries::spans;

use crate::added_up::{add_up, both};
use crate::support::server::TestServer;
use crate::support::world::ADMIN;

/// From Monday afternoon to Tuesday morning: what waits overnight waits for an hour of work.
#[tokio::test]
async fn how_long_orders_waited_and_were_picked_is_known_in_working_time_and_by_the_wall() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let calendar = spans::get_calendar(&mut company.app.db.company(company.id).await.unwrap()).await.unwrap();
    let now = || calendar.zone.local(server.app.clock.now());
    let monday = now().date().nth_weekday(1, Weekday::Monday).unwrap().at(16, 0, 20, 0);
    server.app.clock.advance(now().duration_until(monday).as_secs());
    let order = company.import(2).await;
    let story: [(i64, &str, usize, &str); 6] = [
        (10, "pick", 0, "10"),
        (20, "request", 1, ""),
        (0, "ordered", 1, "10"),
        (15 * 60 + 30, "received", 1, "10"),
        (20, "pick", 1, "10"),
        (5, "finish", 0, ""),
    ];
    for (minutes, verb, line, quantity) in story {
        server.app.clock.advance(minutes * 60);
        let admin = server.signed_in("alfa", ADMIN).await;
        let path = match verb {
            "finish" => format!("/orders/{}/finish", order.id),
            verb => format!("/orders/{}/items/{}/{verb}", order.id, order.items[line]),
        };
        let form: &[(&str, &str)] = if quantity.is_empty() { &[] } else { &[("quantity", quantity)] };
        let answer = admin.tap(&path, form).await;
        assert_eq!(answer.status, 200, "{verb}: {}", answer.text);
    }
    let tuesday = now().date();
    let choice = PeriodChoice::Between(tuesday, tuesday);
    server.app.clock.advance(24 * 60 * 60 + 15 * 60);
    let (entries, _) = both(&company, choice).await;
    assert!(add_up(&company).await > 0);
    let (sums, alone) = both(&company, choice).await;
    for (read, how) in [(&entries, "from entries"), (&sums, "from sums"), (&alone, "without sums")] {
        let now = &read.now;
        // 16:30 to 17:00, and 07:30 to 08:00.
        assert_eq!((now.waiting.average(), now.average_waiting_wall()), (Some(60), Some(930)), "{how}");
        // 16:10 to 16:30, and 08:00 to 08:20.
        assert_eq!((now.picking.average(), now.average_picking_wall()), (Some(40), Some(40)), "{how}");
    }
    let admin = server.signed_in("alfa", ADMIN).await;
    let page = admin.get(&format!("/reports?from={tuesday}&to={tuesday}")).await.text;
    assert!(page.contains("15 h 30 no relógio") && page.contains("40 min no relógio"), "{page}");
}
