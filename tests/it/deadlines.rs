//! Until when an order is to leave: its shipping says so, or a person; late ones are found in one tap, and come first.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use separacao::command::{self, Caller, Tap};
use separacao::ids::OperationId;
use separacao::orders::actions::due::ApplyDue;
use separacao::orders::commands;

use crate::support::client::Client;
use crate::support::database::run_sql;
use crate::support::quotes::{Choices, order_of, upload};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, Company, Imported, OTHER_SELLER, PICKER, SELLER};

const BUS: &str = "update shipping_options set due_minute = 1110 where name = 'Ônibus'";

/// The next half past six of a working day in São Paulo, worked out day by day.
fn next_bus(now: Timestamp) -> Timestamp {
    let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
    let mut at =
        now.to_zoned(zone).with().hour(18).minute(30).second(0).subsec_nanosecond(0).build().unwrap();
    while at.timestamp() <= now || at.weekday().to_monday_zero_offset() > 4 {
        at = at.checked_add(1.day()).unwrap();
    }
    at.timestamp()
}

async fn due(company: &Company, order: &Imported) -> Option<Timestamp> {
    company.summary(order.id).await.due_at
}

/// Ids of a shipping option and of the first packaging that it allows.
async fn option(company: &Company, name: &str) -> (String, String) {
    let mut tx = company.app.db.company(company.id).await.unwrap();
    let options = separacao::orders::queries::options::list_shipping_options(&mut tx, None).await.unwrap();
    let option = options.into_iter().find(|option| option.name == name).unwrap();
    (option.id.to_string(), option.packagings[0].to_string())
}

async fn change(client: &Client, order: &Imported, form: &[(&str, &str)]) -> u16 {
    client.tap(&format!("/orders/{}/due", order.id), form).await.status.as_u16()
}

/// Days from now, where the company is.
fn day(company: &Company, days: i64) -> Date {
    let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
    company.app.clock.now().to_zoned(zone).date().checked_add(days.days()).unwrap()
}

#[tokio::test]
async fn an_import_and_another_shipping_set_the_next_time_of_a_working_day() {
    let server = TestServer::start().await;
    run_sql(&server.database_url, BUS).await;
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let choices = Choices::of(&company, "Ônibus", "Caixa", SELLER).await;
    let path = format!("{}/confirm", upload(&admin, "columns-40-items").await);
    let imported = order_of(&admin.tap(&path, &choices.form("1", &[])).await);
    assert_eq!(company.summary(imported).await.due_at, Some(next_bus(company.app.clock.now())));
    let Choices { shipping: bus, packaging: boxed, .. } = choices;
    let (post, _) = option(&company, "Correios").await;

    let order = company.import(1).await;
    let path = format!("/orders/{}/shipping", order.id);
    assert_eq!(due(&company, &order).await, None);
    let answer = admin.tap(&path, &[("shipping", &bus), ("packaging", &boxed)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(due(&company, &order).await, Some(next_bus(company.app.clock.now())));
    // Undone with what brought it, and gone with it.
    let undo = answer.json()["undo"].as_str().unwrap().to_owned();
    assert_eq!(admin.tap(&undo, &[]).await.status, 200);
    assert_eq!(due(&company, &order).await, None);
    admin.tap(&path, &[("shipping", &bus), ("packaging", &boxed)]).await;
    admin.tap(&path, &[("shipping", &post), ("packaging", &boxed)]).await;
    assert_eq!(due(&company, &order).await, None);
    // What a person set stays where the shipping says nothing.
    let later = day(&company, 3).to_string();
    assert_eq!(change(&admin, &order, &[("day", &later), ("time", "10:00")]).await, 200);
    let set = due(&company, &order).await;
    let (shop, sack) = option(&company, "Retirada na loja").await;
    admin.tap(&path, &[("shipping", &shop), ("packaging", &sack)]).await;
    assert_eq!((due(&company, &order).await, set.is_some()), (set, true));
}

#[tokio::test]
async fn a_person_changes_the_deadline_and_every_screen_is_told() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import(1).await;
    let marina = one.signed_in("alfa", SELLER).await;
    let joao = two.signed_in("alfa", PICKER).await;
    let mut screens = Vec::new();
    for path in ["/".to_owned(), format!("/orders/{}", order.id)] {
        screens.push(Watched::open(&joao, &path).await);
    }
    let path = format!("/orders/{}/due", order.id);
    let tomorrow = day(&company, 1).to_string();
    let answer = marina.tap(&path, &[("day", &tomorrow), ("time", "16:00")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("a deadline").await;
    }
    let page = joao.get(&format!("/orders/{}", order.id)).await.text;
    assert!(page.contains("Marina Alves Prado mudou o prazo"), "{page}");
    assert!(page.contains("data-deadline"), "{page}");
    let undo = answer.json()["undo"].as_str().unwrap().to_owned();
    assert_eq!(marina.tap(&undo, &[]).await.status, 200);
    assert_eq!(due(&company, &order).await, None);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("no deadline").await;
    }

    // Only own orders, and only what is still to come.
    let caio = one.signed_in("alfa", OTHER_SELLER).await;
    assert_eq!(commands::CHANGE_DUE.need(), "change");
    for client in [&caio, &joao] {
        assert_eq!(change(client, &order, &[("day", "none")]).await, 403);
    }
    let yesterday = day(&company, -1).to_string();
    for (form, said) in [
        ([("day", yesterday.as_str()), ("time", "16:00")], "Esse horário já passou. Escolha outro."),
        ([("day", "2999-01-01"), ("time", "16:00")], "Escolha um dia até um ano à frente"),
        ([("day", "amanhã"), ("time", "16:00")], "Diga o dia e o horário, por exemplo 18:30"),
        ([("day", tomorrow.as_str()), ("time", "noite")], "Diga o dia e o horário, por exemplo 18:30"),
    ] {
        let answer = marina.tap(&path, &form).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
        assert!(answer.text.contains(said), "{}", answer.text);
    }
    // Without script the sheet comes back with what was typed.
    let form = [("day", "date"), ("date", yesterday.as_str()), ("time", "16:47"), ("v", "1")];
    let again = marina.post(&path, &form).await.text;
    assert!(again.contains("value=\"16:47\"") && again.contains("Esse horário já passou"), "{again}");
}

#[tokio::test]
async fn what_is_late_is_found_in_one_tap_and_what_leaves_first_is_picked_first() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (old, soon, urgent) = (company.import(1).await, company.import(1).await, company.import(1).await);
    let admin = server.signed_in("alfa", ADMIN).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let tomorrow = day(&company, 1).to_string();
    assert_eq!(change(&admin, &soon, &[("day", &tomorrow), ("time", "09:00")]).await, 200);
    assert_eq!(change(&admin, &urgent, &[("day", &tomorrow), ("time", "18:00")]).await, 200);
    assert_eq!(admin.tap(&format!("/orders/{}/urgent", urgent.id), &[("urgent", "yes")]).await.status, 200);
    for expected in [&urgent, &soon, &old] {
        let answer = joao.tap("/next", &[]).await.json();
        assert_eq!(answer["location"].as_str(), Some(format!("/orders/{}", expected.id).as_str()));
        let pick = format!("/orders/{}/items/{}/pick", expected.id, expected.items[0]);
        assert_eq!(joao.tap(&pick, &[("quantity", "10")]).await.status, 200);
    }

    let late = async |client: &Client| {
        let page = client.get("/?late=yes").await.text;
        let there = |order: &&Imported| page.contains(&format!("id=\"order-{}\"", order.id));
        [&old, &soon, &urgent].into_iter().filter(there).map(|order| order.number.clone()).collect::<Vec<_>>()
    };
    assert_eq!(late(&admin).await, Vec::<String>::new());
    let until = due(&company, &soon).await.unwrap().duration_since(company.app.clock.now());
    server.app.clock.advance(until.as_secs() + 1 + SignedDuration::from_mins(5).as_secs());
    let admin = server.signed_in("alfa", ADMIN).await;
    assert_eq!(late(&admin).await, std::slice::from_ref(&soon.number));
    let card = admin.get("/").await.text;
    assert!(card.contains("class=\"due late\"") && card.contains("atrasado há 5 min"), "{card}");
    // It never rolls over, and a finished order is not late.
    assert_eq!(admin.tap(&format!("/orders/{}/finish", soon.id), &[]).await.status, 200);
    assert_eq!(late(&admin).await, Vec::<String>::new());
    let kept = due(&company, &soon).await;
    assert_eq!(admin.tap(&format!("/orders/{}/reopen", soon.id), &[("reason", "faltou")]).await.status, 200);
    assert_eq!((due(&company, &soon).await, late(&admin).await), (kept, vec![soon.number.clone()]));
}

#[tokio::test]
async fn another_time_of_an_option_moves_its_open_orders_that_are_not_late_and_is_undone_at_once() {
    let server = TestServer::start().await;
    run_sql(&server.database_url, BUS).await;
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let (bus, boxed) = option(&company, "Ônibus").await;
    let mut orders = Vec::new();
    for _ in 0..4 {
        let order = company.import(1).await;
        let path = format!("/orders/{}/shipping", order.id);
        assert_eq!(admin.tap(&path, &[("shipping", &bus), ("packaging", &boxed)]).await.status, 200);
        orders.push(order);
    }
    // One has a day of its own, one is late, one is no longer open.
    let later = day(&company, 9);
    assert_eq!(change(&admin, &orders[1], &[("day", &later.to_string()), ("time", "10:00")]).await, 200);
    let late = format!("update orders set due_at = now() - interval '1 hour' where id = '{}'", orders[2].id);
    run_sql(&server.database_url, &late).await;
    let cancel = format!("/orders/{}/cancel", orders[3].id);
    assert_eq!(admin.tap(&cancel, &[("reason", "desistiu")]).await.status, 200);
    let before = [due(&company, &orders[0]).await, due(&company, &orders[1]).await];
    run_sql(&server.database_url, "update shipping_options set due_minute = 1320 where name = 'Ônibus'")
        .await;

    let actor = crate::wire::actor(&server.app, &server.database_url).await;
    let caller = Caller::from(&actor);
    let tap =
        Tap { caller, operation_id: OperationId::new(), fingerprint: [0; 32], tapped_at: None, form: () };
    let apply = ApplyDue { actor: &actor, shipping_id: bus.parse().unwrap(), now: company.app.clock.now() };
    assert_eq!(command::run(&server.app, &tap, &apply).await.unwrap().output, 2);
    let local = |at: Option<Timestamp>| {
        let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
        let local = at.unwrap().to_zoned(zone);
        (local.date(), local.hour(), local.minute())
    };
    let (_, hour, minute) = local(due(&company, &orders[0]).await);
    assert_eq!((hour, minute), (22, 0));
    assert_eq!(local(due(&company, &orders[1]).await), (later, 22, 0));
    assert!(due(&company, &orders[2]).await.unwrap() < company.app.clock.now(), "it never rolls over");
    assert_eq!(admin.tap(&format!("/undo/{}", tap.operation_id), &[]).await.status, 200);
    assert_eq!([due(&company, &orders[0]).await, due(&company, &orders[1]).await], before);
}
