//! The page of figures in a real browser, on a phone and at a desk.

use serde_json::json;

use super::chromium::{Browser, Kind};
use super::warehouse;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_read_on_a_phone_and_at_a_desk_and_come_by_themselves() {
    let server = TestServer::start().await;
    let orders = warehouse::fill(&server).await;
    let ana = Browser::of(ADMIN, server.port).await;
    for size in [(390, 844), (1440, 900)] {
        ana.resize(size).await;
        ana.open("/reports").await;
        ana.reads("#figures", "Finalizados hoje 2").await;
        ana.reads("#report-people", "João Pereira").await;
        ana.picture(&format!("reports-{}", size.0)).await;
        for part in ["days", "people", "picked", "hours"] {
            ana.eval(&format!("document.getElementById('report-{part}').scrollIntoView()")).await;
            ana.picture(&format!("reports-{part}-{}", size.0)).await;
        }
        let fits = "document.scrollingElement.scrollWidth <= innerWidth";
        let wide = "Array.from(document.querySelectorAll('main *')).filter((el) => \
            el.getBoundingClientRect().right > innerWidth + 1 && !el.closest('.table-wrap, nav')) \
            .slice(0, 4).map((el) => el.outerHTML.slice(0, 150))";
        assert_eq!(ana.eval(fits).await, json!(true), "{size:?}: {}", ana.eval(wide).await);
        let middle = "document.querySelector('#report-days summary').scrollIntoView({ block: 'center' })";
        ana.eval(middle).await;
        ana.click("#report-days summary").await;
        ana.sees("#report-days tbody th").await;
        ana.eval("scrollTo(0, 0)").await;
        ana.click(".periods nav a[href='/reports?period=7']").await;
        ana.until("seven days", "location.search === '?period=7'").await;
        ana.must_be_live().await;
        ana.reads("#figures", "Finalizados 2").await;
    }
    let client = server.signed_in("alfa", ADMIN).await;
    let finish = format!("/orders/{}/finish", orders[7].id);
    assert_eq!(client.tap(&finish, &[("volumes", "1")]).await.status, 200);
    ana.reads("#figures", "Finalizados 3").await;
    ana.quit().await;
    let joao = Browser::start(Kind::NoScript, server.port).await;
    joao.sign_in(PICKER).await;
    joao.goto("/reports").await;
    joao.reads("#figures", "Finalizados hoje 3").await;
    joao.sees("#report-days svg.chart").await;
    joao.sees_no("[data-need=export] a").await;
    joao.quit().await;
}
