//! Who picks which order: said on every screen, never a wall, and two people never get the same next one.

use std::collections::BTreeSet;

use separacao::ids::OrderId;
use serde_json::Value;

use crate::support::client::{Answer, Client};
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, Company, Imported, OTHER_PICKER, PEOPLE, PICKER};

/// Who holds an order by now.
async fn holders(company: &Company, order: &Imported) -> Vec<String> {
    let now = company.app.clock.now();
    let holders = company.summary(order.id).await.holders;
    holders.into_iter().filter(|holder| holder.until > now).map(|holder| holder.name).collect()
}

async fn pick(client: &Client, order: &Imported, line: usize, quantity: &str) {
    let path = format!("/orders/{}/items/{}/pick", order.id, order.items[line]);
    let answer = client.tap(&path, &[("quantity", quantity)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn next(client: &Client, form: &[(&str, &str)]) -> Option<OrderId> {
    led_to(&client.tap("/next", form).await)
}

fn led_to(answer: &Answer) -> Option<OrderId> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let told = answer.json();
    match &told["location"] {
        Value::String(path) => path.strip_prefix("/orders/").map(|id| id.parse().unwrap()),
        _ => {
            assert!(told["message"].as_str().unwrap().starts_with("Nenhum pedido para separar"), "{told}");
            None
        }
    }
}

#[tokio::test]
async fn the_first_pick_claims_an_order_and_every_screen_says_so() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (first, second) = (company.import(2).await, company.import(2).await);
    let (joao, maria) = (one.signed_in("alfa", PICKER).await, two.signed_in("alfa", OTHER_PICKER).await);
    let mut screens = Vec::new();
    for path in ["/".to_owned(), format!("/orders/{}", first.id), format!("/orders/{}", second.id)] {
        screens.push(Watched::open(&maria, &path).await);
    }
    let mut must_agree = async |after: &str| {
        for screen in &mut screens {
            screen.must_equal_a_fresh_page(after).await;
        }
    };
    pick(&joao, &first, 0, "3").await;
    must_agree("a pick").await;
    assert_eq!(holders(&company, &first).await, ["João Pereira"]);
    let card = maria.get("/").await.text;
    let (_, card) = card.split_once(&format!("id=\"order-{}\"", first.id)).unwrap();
    assert!(card.contains("Separando:") && card.contains(">João Pereira</span>"), "{card}");

    // Whoever helps holds it as well.
    pick(&maria, &first, 1, "1").await;
    must_agree("help").await;
    assert_eq!(holders(&company, &first).await, ["João Pereira", "Maria Conceição"]);

    // The first pick elsewhere gives it up, and the screens of both orders are told.
    pick(&joao, &second, 0, "1").await;
    must_agree("a pick elsewhere").await;
    assert_eq!(holders(&company, &first).await, ["Maria Conceição"]);
    assert_eq!(holders(&company, &second).await, ["João Pereira"]);

    // One tap for two things gives it up as well.
    let split = format!("/orders/{}/items/{}/pick-short", first.id, first.items[0]);
    let form = [("quantity", "3"), ("short", "4"), ("reason", "stock")];
    assert_eq!(joao.tap(&split, &form).await.status, 200);
    must_agree("a pick with a shortage").await;
    assert_eq!(holders(&company, &second).await, Vec::<String>::new());
    assert_eq!(holders(&company, &first).await, ["Maria Conceição", "João Pereira"]);

    assert_eq!(next(&maria, &[("skip", &first.id.to_string())]).await, Some(second.id));
    must_agree("the next order").await;
    assert_eq!(joao.post("/sign-out", &[]).await.status, 303);
    must_agree("signing out").await;
    assert_eq!(holders(&company, &first).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_claim_lasts_fifteen_minutes_beyond_the_last_command_and_ends_with_the_order() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(2).await;
    let joao = server.signed_in("alfa", PICKER).await;
    pick(&joao, &order, 0, "3").await;
    let short = format!("/orders/{}/items/{}/short", order.id, order.items[1]);
    for _ in 0..2 {
        server.app.clock.advance(14 * 60);
        assert_eq!(holders(&company, &order).await, ["João Pereira"]);
        joao.tap(&short, &[("reason", "stock")]).await;
        joao.tap(&short.replace("/short", "/unshort"), &[]).await;
    }
    server.app.clock.advance(15 * 60 + 1);
    assert_eq!(holders(&company, &order).await, Vec::<String>::new());
    // Another command does not bring it back, a pick does: the record has both.
    joao.tap(&short, &[("reason", "stock")]).await;
    assert_eq!(holders(&company, &order).await, Vec::<String>::new());
    pick(&joao, &order, 0, "7").await;
    assert_eq!(holders(&company, &order).await, ["João Pereira"]);
    let mut database = superuser(&server.database_url).await;
    let claims: Vec<(i32, bool)> = sqlx::query_as(
        "select (extract(epoch from coalesce(ended_at, last_at) - began_at) / 60)::integer, ended_at is null
         from order_claims order by began_at",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    assert_eq!(claims, [(43, false), (0, true)]);
    assert_eq!(joao.tap(&format!("/orders/{}/finish", order.id), &[]).await.status, 200);
    assert_eq!(holders(&company, &order).await, Vec::<String>::new());
}

#[tokio::test]
async fn whoever_an_administrator_signs_out_or_deactivates_holds_no_order() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import(1).await;
    let (ana, maria) = (one.signed_in("alfa", ADMIN).await, two.signed_in("alfa", OTHER_PICKER).await);
    let joao = company.person(PICKER).await;
    let mut board = Watched::open(&maria, "/").await;
    for (path, form) in [("sessions", &[][..]), ("active", &[("active", "no")][..])] {
        pick(&one.signed_in("alfa", PICKER).await, &order, 0, "1").await;
        assert_eq!(holders(&company, &order).await, ["João Pereira"]);
        let answer = ana.tap(&format!("/people/{joao}/{path}"), form).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_eq!(holders(&company, &order).await, Vec::<String>::new(), "{path}");
        board.must_equal_a_fresh_page(path).await;
    }
    assert_eq!(next(&maria, &[]).await, Some(order.id));
}

/// Also one that may touch several orders, and one that takes something back.
#[tokio::test]
async fn whatever_its_holder_does_there_a_claim_lasts_on() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(2).await;
    let joao = server.signed_in("alfa", PICKER).await;
    pick(&joao, &order, 0, "3").await;
    server.app.clock.advance(14 * 60);
    let request = format!("/orders/{}/items/{}/request", order.id, order.items[1]);
    let asked = joao.tap(&request, &[]).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    server.app.clock.advance(14 * 60);
    assert_eq!(holders(&company, &order).await, ["João Pereira"], "asking the buyer is a command there");
    let undone = joao.tap(asked.json()["undo"].as_str().unwrap(), &[]).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    server.app.clock.advance(14 * 60);
    assert_eq!(holders(&company, &order).await, ["João Pereira"], "and so is taking it back");
    server.app.clock.advance(61);
    assert_eq!(holders(&company, &order).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_next_order_is_the_own_one_then_urgent_ones_then_the_oldest() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (joao, maria) =
        (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    let ana = server.signed_in("alfa", ADMIN).await;
    assert_eq!(next(&joao, &[]).await, None);
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(company.import(1).await);
    }
    assert_eq!(ana.tap(&format!("/orders/{}/urgent", orders[2].id), &[("urgent", "yes")]).await.status, 200);
    assert_eq!(next(&joao, &[]).await, Some(orders[2].id));
    assert_eq!(next(&joao, &[]).await, Some(orders[2].id), "the own one first");
    assert_eq!(holders(&company, &orders[2]).await, ["João Pereira"]);
    assert_eq!(next(&maria, &[]).await, Some(orders[0].id), "nobody else's");

    // Passed over: somebody else gets it, and this person later.
    assert_eq!(next(&joao, &[("skip", &orders[2].id.to_string())]).await, Some(orders[1].id));
    assert_eq!(holders(&company, &orders[2]).await, Vec::<String>::new());
    assert_eq!(next(&ana, &[]).await, Some(orders[2].id));
    // Nothing is left to pick on the own one.
    pick(&joao, &orders[1], 0, "10").await;
    assert_eq!(next(&joao, &[]).await, Some(orders[3].id));
    pick(&joao, &orders[3], 0, "10").await;
    assert_eq!(next(&joao, &[]).await, None);
    server.app.clock.advance(15 * 60 + 1);
    assert_eq!(next(&joao, &[]).await, Some(orders[2].id), "all claims have lapsed");
}

#[tokio::test]
async fn a_claim_that_lapsed_before_its_order_is_passed_over_ended_when_it_lapsed() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let joao = server.signed_in("alfa", PICKER).await;
    assert_eq!(next(&joao, &[]).await, Some(order.id));
    server.app.clock.advance(60 * 60);
    assert_eq!(next(&joao, &[("skip", &order.id.to_string())]).await, None);
    let mut database = superuser(&server.database_url).await;
    let minutes: Vec<i32> = sqlx::query_scalar(
        "select (extract(epoch from ended_at - began_at) / 60)::integer from order_claims",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    assert_eq!(minutes, [15]);
}

#[tokio::test]
async fn people_who_ask_at_once_never_get_the_same_order() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let mut people = Vec::new();
    for (n, (number, ..)) in PEOPLE.iter().enumerate() {
        let server = if n % 2 == 0 { &one } else { &two };
        people.push(server.signed_in("alfa", number).await);
    }
    for _ in 0..6 {
        let mut orders = Vec::new();
        // One less than there are people: somebody gets none.
        for _ in 1..people.len() {
            orders.push(company.import(1).await);
        }
        let asking = people
            .iter()
            .cloned()
            .map(|client| tokio::spawn(async move { (client.clone(), next(&client, &[]).await) }));
        let mut got = Vec::new();
        for asked in asking.collect::<Vec<_>>() {
            got.push(asked.await.unwrap());
        }
        let ids: Vec<OrderId> = got.iter().filter_map(|(_, order)| *order).collect();
        let different: BTreeSet<OrderId> = ids.iter().copied().collect();
        assert_eq!((ids.len(), different.len()), (orders.len(), orders.len()), "{ids:?}");
        for (client, order) in got {
            let Some(order) = orders.iter().find(|imported| Some(imported.id) == order) else { continue };
            pick(&client, order, 0, "10").await;
        }
    }
}

#[tokio::test]
async fn without_script_the_next_order_opens_and_none_is_said() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let answer = joao.post("/next", &[("v", "1")]).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, format!("/orders/{}", order.id).as_str()));
    pick(&joao, &order, 0, "10").await;
    let answer = joao.post("/next", &[("v", "2")]).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/?next=none"));
    let page = joao.get("/?next=none").await.text;
    assert!(page.contains("Nenhum pedido para separar agora"), "{page}");
    // Nobody else's order can be passed over.
    let beta = server.company("beta").await.import(1).await;
    assert_eq!(next(&joao, &[("skip", &beta.id.to_string())]).await, None);
    let mut database = superuser(&server.database_url).await;
    let foreign: i64 = sqlx::query_scalar("select count(*) from order_claims where order_id = $1")
        .bind(beta.id.0)
        .fetch_one(&mut database)
        .await
        .unwrap();
    assert_eq!(foreign, 0);
}
