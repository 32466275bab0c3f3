//! The company that `--demo` makes.

use crate::support::client::Client;
use crate::support::database::count;
use crate::support::server::TestServer;

#[tokio::test]
async fn the_demo_company_has_people_and_orders_in_every_state_and_is_made_once() {
    let server = TestServer::start().await;
    let report = separacao::demo::load(&server.app).await.unwrap().expect("a demo");
    assert_eq!((report.people.len(), report.orders), (12, 54));
    assert!(separacao::demo::load(&server.app).await.unwrap().is_none());
    assert_eq!(
        count(
            &server.database_url,
            "people where company_id = (select id from companies where code = 'demo')"
        )
        .await,
        12
    );
    for (state, orders) in [("open", 19), ("finished", 31), ("canceled", 4)] {
        assert_eq!(
            count(&server.database_url, &format!("orders where state = '{state}'")).await,
            orders,
            "{state}"
        );
    }
    assert_eq!(
        count(&server.database_url, "order_history where at > now() or at < now() - interval '40 days'")
            .await,
        0
    );
    let picker = Client::new(server.port);
    picker.sign_in("demo", "1005", &report.pin).await;
    let board = picker.get("/").await.text;
    for status in ["waiting", "picking", "ready"] {
        assert!(board.contains(status), "{status}");
    }
    let buyer = Client::new(server.port);
    buyer.sign_in("demo", "1010", &report.pin).await;
    for view in ["buy", "coming", "late", "settle"] {
        let page = buyer.get(&format!("/purchasing?view={view}")).await.text;
        assert!(!page.contains("purchasing-empty"), "{view}");
    }
    let order = picker.get("/history").await.text;
    assert!(order.contains("Cliente desistiu da compra"));
}
