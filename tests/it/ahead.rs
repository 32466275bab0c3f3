//! The clock of a replica may be ahead until somebody sets it right.

use separacao::reports::model::period::PeriodChoice;
use separacao::reports::queries::spans;

use crate::added_up::{add_up, both};
use crate::support::server::TestServer;
use crate::support::world::PICKER;

#[tokio::test]
async fn a_day_that_a_clock_was_ahead_of_is_added_up_when_it_is_over() {
    let server = TestServer::start().await;
    server.keep_the_day();
    let (company, clock) = (server.company("alfa").await, server.app.clock.clone());
    let order = company.import(2).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let pick = async |line: usize| {
        let path = format!("/orders/{}/items/{}/pick", order.id, order.items[line]);
        let answer = joao.tap(&path, &[("quantity", "10")]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    };
    pick(0).await;
    let mut tx = company.app.db.company(company.id).await.unwrap();
    let day = spans::get_calendar(&mut tx).await.unwrap().zone.local(clock.now()).date();
    drop(tx);
    let ahead = 24 * 60 * 60 + 15 * 60;
    clock.advance(ahead);
    assert!(add_up(&company).await > 0);
    clock.advance(-ahead);
    pick(1).await;
    add_up(&company).await;
    clock.advance(ahead);
    add_up(&company).await;
    let (read, alone) = both(&company, PeriodChoice::Between(day, day)).await;
    assert_eq!((read.team.lines, alone.team.lines), (2, 2));
}
