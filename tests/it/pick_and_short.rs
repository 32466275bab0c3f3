//! "I found only 15": one tap picks what is there and marks the rest, whole or not at all, and is taken back whole.

use separacao::ids::OrderId;

use crate::support::client::{Answer, Client};
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::world::{OTHER_PICKER, PICKER};

async fn split(client: &Client, (order, item): (OrderId, &str), picked: &str, short: &str) -> Answer {
    let path = format!("/orders/{order}/items/{item}/pick-short");
    client.tap(&path, &[("quantity", picked), ("short", short), ("reason", "stock")]).await
}

fn refused(answer: &Answer) -> String {
    assert_eq!(answer.status, 409, "{}", answer.text);
    answer.json()["title"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn one_tap_is_a_pick_and_a_shortage_and_one_undo_takes_both_back() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["20"]).await;
    let item = order.items[0].to_string();
    let (joao, maria) =
        (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    let line = (order.id, item.as_str());
    let answer = split(&joao, line, "15", "5").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let summary = company.summary(order.id).await;
    assert_eq!((summary.counts.short, summary.counts.settled, summary.counts.touched), (1, 1, 1));
    let mut database = superuser(&server.database_url).await;
    let told: Vec<(String, String, i64)> = sqlx::query_as(
        "select kind, quantity::text, count(*) over (partition by operation_id) from order_history
         where kind <> 'order_imported' order by version",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    let expected = [("item_picked", "15.000"), ("item_short", "5.000")];
    let expected: Vec<_> = expected.map(|(kind, quantity)| (kind.to_owned(), quantity.to_owned(), 2)).into();
    assert_eq!(told, expected);

    let undo = answer.json()["undo"].as_str().unwrap().to_owned();
    assert_eq!(refused(&maria.tap(&undo, &[]).await), "Só quem fez pode desfazer");
    assert_eq!(joao.tap(&undo, &[]).await.status, 200);
    let summary = company.summary(order.id).await;
    assert_eq!((summary.counts.short, summary.counts.touched, summary.counts.pickable), (0, 0, 1));
    assert_eq!(summary.picked_by, Vec::<String>::new());

    // Whoever picks one of the missing ones came after, for the pick as well as for the shortage.
    let answer = split(&joao, line, "15", "5").await;
    let undo = answer.json()["undo"].as_str().unwrap().to_owned();
    let pick = format!("/orders/{}/items/{item}/pick", order.id);
    assert_eq!(maria.tap(&pick, &[("quantity", "1")]).await.status, 200);
    let said = refused(&joao.tap(&undo, &[]).await);
    assert!(said.contains("Maria Conceição"), "{said}");
    assert_eq!(company.summary(order.id).await.counts.short, 1);
}

#[tokio::test]
async fn amounts_that_are_not_the_rest_are_refused_with_the_truth() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["20"]).await;
    let item = order.items[0].to_string();
    let (joao, maria) =
        (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    let line = (order.id, item.as_str());
    assert_eq!(refused(&split(&joao, line, "15", "4").await), "Restam só 20");
    for (picked, short, field) in
        [("0", "20", "quantity"), ("20", "0", "quantity"), ("12.5", "7.5", "quantity")]
    {
        let answer = split(&joao, line, picked, short).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
        assert!(answer.json()["fields"][field].is_string(), "{}", answer.text);
    }
    let pick = format!("/orders/{}/items/{item}/pick", order.id);
    assert_eq!(maria.tap(&pick, &[("quantity", "7")]).await.status, 200);
    let said = refused(&split(&joao, line, "15", "5").await);
    assert!(said.starts_with("Restam 13, Maria Conceição separou 7 às "), "{said}");
    assert_eq!(split(&joao, line, "3", "10").await.status, 200);
    let said = refused(&split(&joao, line, "3", "7").await);
    assert!(said.starts_with("João Pereira marcou falta deste item"), "{said}");
    // Two people share the box.
    assert_eq!(company.summary(order.id).await.picked_by, ["Maria Conceição", "João Pereira"]);
}
