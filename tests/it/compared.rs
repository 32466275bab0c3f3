//! Figures of people and products stand beside those of the period before.

use scraper::{Html, Selector};

use crate::reports::{file, pick};
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER};

#[tokio::test]
async fn what_people_did_and_what_became_of_products_stands_beside_the_day_before() {
    let server = TestServer::start().await;
    server.keep_the_day();
    let company = server.company("alfa").await;
    let order = company.import(3).await;
    pick(&server.signed_in("alfa", PICKER).await, &order, 0).await;
    server.app.clock.advance(24 * 60 * 60);
    let joao = server.signed_in("alfa", PICKER).await;
    pick(&joao, &order, 1).await;
    pick(&joao, &order, 2).await;
    let more = company.import(1).await;
    pick(&joao, &more, 0).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let rows = file(&admin, "/reports/export/people").await;
    assert_eq!(rows[0][..7], ["João Pereira", "3", "1", "30", "10", "2", "1"]);
    assert_eq!(rows[1][..7], ["Equipe", "3", "1", "30", "10", "2", "1"]);
    let rows = file(&admin, "/reports/export/picked").await;
    assert_eq!(rows[0][3..], ["1", "1", "10", "10"], "{rows:?}");
    assert_eq!(rows[1][3..], ["1", "0", "10", "0"], "{rows:?}");
    let page = Html::parse_document(&admin.get("/reports").await.text);
    let cells = Selector::parse("#report-people tbody tr:first-child td").unwrap();
    let said: Vec<String> = page.select(&cells).map(|cell| cell.text().collect()).collect();
    assert_eq!(said[..4], ["João Pereira", "3antes: 1", "30antes: 10", "2antes: 1"]);
}
