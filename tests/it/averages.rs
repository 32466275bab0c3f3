//! The averages above the board: what counts, and that they come with what changes them.

use jiff::SignedDuration;
use separacao::orders::queries::board;

use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::ADMIN;

#[tokio::test]
async fn the_averages_above_the_board_come_with_the_frames_that_change_them() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let mut board = Watched::open(&admin, "/").await;
    let (base, item) = (format!("/orders/{}", order.id), order.items[0]);
    for (what, path, form, unknown) in [
        ("picked", format!("{base}/items/{item}/pick"), ("quantity", "10"), 2),
        ("finished", format!("{base}/finish"), ("volumes", "1"), 1),
        ("reopened", format!("{base}/reopen"), ("reason", "faltou um"), 2),
    ] {
        let answer = admin.tap(&path, &[form]).await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.text);
        board.must_equal_a_fresh_page(what).await;
        assert!(!board.page.touched, "{what}: by fragments");
        let counters = &board.page.fragments["board-counters"].html;
        assert_eq!(counters.matches("<dd>–</dd>").count(), unknown, "{what}: {counters}");
    }
}

#[tokio::test]
async fn the_time_that_an_order_lay_closed_is_known_from_its_history() {
    let server = TestServer::start().await;
    server.keep_the_day();
    let company = server.company("alfa").await;
    let (order, other) = (company.import(1).await, company.import(1).await);
    let admin = server.signed_in("alfa", ADMIN).await;
    let clock = &server.app.clock;
    for order in [&order, &other] {
        let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
        assert_eq!(admin.tap(&pick, &[("quantity", "10")]).await.status, 200);
    }
    let minutes = |n: i64| SignedDuration::from_mins(n);
    for (verb, before) in [("finish", 1), ("reopen", 20), ("cancel", 1), ("reopen", 30), ("finish", 1)] {
        clock.advance(before * 60);
        let path = format!("/orders/{}/{verb}", order.id);
        let answer = admin.tap(&path, &[("reason", "teste")]).await;
        assert_eq!(answer.status, 200, "{verb}: {}", answer.text);
    }
    assert_eq!(admin.tap(&format!("/orders/{}/finish", other.id), &[]).await.status, 200);
    let mut tx = company.app.db.company(company.id).await.unwrap();
    let spans = board::list_finished_spans(&mut tx, clock.now() - minutes(120)).await.unwrap();
    assert_eq!(spans.len(), 2);
    assert_eq!(spans.iter().filter(|span| span.rests.is_empty()).count(), 1, "never reopened");
    let span = spans.iter().find(|span| !span.rests.is_empty()).unwrap();
    let [first, second] = span.rests[..] else { panic!("{span:?}") };
    for ((closed, reopened), lay) in [(first, 20), (second, 30)] {
        let time = reopened.duration_since(closed);
        assert!(time >= minutes(lay) && time < minutes(lay + 1), "{span:?}");
    }
    assert!(span.imported_at < first.0 && first.1 < second.0 && second.1 < span.closed_at, "{span:?}");
}
