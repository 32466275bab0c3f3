//! Working hours and days off: from their day on every screen counts by them.

use super::{OTHER_ADMIN, id, text, title};
use crate::support::client::{Answer, Client};
use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, Company, PICKER};

/// Days from now, where the company is.
fn day(company: &Company, days: i64) -> String {
    let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
    let today = company.app.clock.now().to_zoned(zone).date();
    today.checked_add(jiff::Span::new().days(days)).unwrap().to_string()
}

const PATH: &str = "/settings/hours";

/// The form of hours from a day on: Mondays from eight to noon, and what else is said.
fn form(from: &str, more: &[(&str, &str)], version: &str) -> Vec<(String, String)> {
    let usual = [("from", from), ("starts.0", "08:00"), ("ends.0", "12:00"), ("version", version)];
    let fields = usual.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    fields.collect()
}

async fn send(client: &Client, form: Vec<(String, String)>) -> Answer {
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.tap(PATH, &form).await
}

#[tokio::test]
async fn what_is_wrong_with_hours_is_said_beside_its_field() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let (yesterday, tomorrow) = (day(&company, -1), day(&company, 1));
    type Wrong<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);
    let outside = [("starts.lunch", "13:00"), ("ends.lunch", "14:00")];
    let wrong: [Wrong<'_>; 5] = [
        (&yesterday, &[], "from", "o que já passou fica como foi contado"),
        ("amanhã", &[], "from", "Escolha um dia."),
        (&tomorrow, &[("starts.1", "08:00")], "ends.1", "Diga quando começa e depois quando termina"),
        (&tomorrow, &[("starts.1", "9h"), ("ends.1", "10:00")], "starts.1", "Diga quando começa"),
        (&tomorrow, &outside, "starts.lunch", "dentro do horário"),
    ];
    for (from, more, field, said) in wrong {
        let refused = send(&ana, form(from, more, "0")).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.json()["fields"][field].as_str().unwrap().contains(said), "{}", refused.text);
    }
    assert_eq!(text(&server, "select count(*)::text from work_hours").await, "0");
}

#[tokio::test]
async fn hours_hold_from_their_day_on_and_every_screen_counts_by_them() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let ana = one.signed_in("alfa", ADMIN).await;
    let beatriz = two.signed_in("alfa", OTHER_ADMIN).await;
    let mut screens = Vec::new();
    for path in ["/settings/hours", "/"] {
        screens.push(Watched::open(&beatriz, path).await);
    }
    let (tomorrow, later) = (day(&company, 1), day(&company, 8));
    let path = PATH;
    let saved = send(&ana, form(&tomorrow, &[("starts.lunch", "10:00"), ("ends.lunch", "10:15")], "0")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("other hours").await;
        assert!(screen.refetched);
    }
    let picker = two.signed_in("alfa", PICKER).await;
    let told = picker.get("/").await.text;
    let workday = told.split_once("data-workday=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    assert!(workday.starts_with("450-1020 ") && workday.ends_with(":480-720,,,,,,/600-615"), "{workday}");
    let late = send(&beatriz, form(&later, &[], "0")).await;
    assert_eq!(late.status, 409, "{}", late.text);
    let said = title(&late);
    assert!(said.starts_with("Ana Souza mudou o horário às ") && said.contains("08:00–12:00, –"), "{said}");
    let page = beatriz.post(path, &[("from", &later), ("starts.2", "06:17"), ("version", "0")]).await;
    assert!(page.text.contains("value=\"06:17\""), "what was typed is still there: {}", page.text);
    assert_eq!(send(&beatriz, form(&later, &[], "1")).await.status, 200);
    assert_eq!(send(&beatriz, form(&later, &[], "1")).await.status, 200, "it is so already");
    // What does not hold yet can be taken back.
    let remove = async |from: &str| ana.tap(&format!("{path}/{from}/remove"), &[]).await.status.as_u16();
    assert_eq!((remove(&later).await, remove(&later).await), (200, 200));
    assert_eq!(send(&ana, form(&day(&company, 0), &[], "3")).await.status, 200);
    assert_eq!(remove(&day(&company, 0)).await, 409, "it holds");
    assert_eq!(text(&one, "select count(*)::text from work_hours").await, "2");
    let kept =
        text(&one, "select string_agg(version::text, ' ' order by version) from settings_changes").await;
    assert_eq!(kept, "1 2 3 4");
    let refused = picker.tap(path, &[("from", &later)]).await;
    assert_eq!(refused.status, 403);
    assert_eq!(picker.get(path).await.status, 403);
}

#[tokio::test]
async fn nobody_works_on_a_holiday_and_no_deadline_falls_on_it() {
    let (one, two) = TestServer::pair().await;
    run_sql(&one.database_url, "update shipping_options set due_minute = 1110 where name = 'Ônibus'").await;
    let company = one.company("alfa").await;
    let ana = one.signed_in("alfa", ADMIN).await;
    let beatriz = two.signed_in("alfa", OTHER_ADMIN).await;
    let onibus = id(&company, "shipping_options", "Ônibus").await;
    let caixa = id(&company, "packaging_options", "Caixa").await;
    let leaves = async || {
        let order = company.import(1).await;
        let ship = format!("/orders/{}/shipping", order.id);
        assert_eq!(beatriz.tap(&ship, &[("shipping", &onibus), ("packaging", &caixa)]).await.status, 200);
        let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
        company.summary(order.id).await.due_at.unwrap().to_zoned(zone).date().to_string()
    };
    let first = leaves().await;
    let mut screen = Watched::open(&beatriz, "/settings/hours").await;
    let add =
        async |day: &str, name: &str| ana.tap("/settings/holidays", &[("day", day), ("name", name)]).await;
    let over = day(&company, -1);
    for (day, name, field) in
        [(over.as_str(), "Ontem", "day"), ("", "Nada", "day"), (first.as_str(), " ", "name")]
    {
        let refused = add(day, name).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.json()["fields"].get(field).is_some(), "{}", refused.text);
    }
    for _ in 0..2 {
        assert_eq!(add(&first, " Dia da cidade ").await.status, 200);
    }
    let there = add(&first, "Outro nome").await;
    assert!(there.text.contains("Esse dia já está na lista: Dia da cidade."), "{}", there.text);
    screen.must_equal_a_fresh_page("a holiday").await;
    let second = leaves().await;
    assert!(second > first, "{first} is free, so it leaves on {second}");
    let holiday = format!("/settings/holidays/{first}/remove");
    for _ in 0..2 {
        assert_eq!(ana.tap(&holiday, &[]).await.status, 200);
    }
    screen.must_equal_a_fresh_page("no holiday").await;
    assert_eq!(leaves().await, first);
    let kept = text(&one, "select count(*)::text from security_events where kind = 'setting_changed'").await;
    assert_eq!(kept, "2");
    run_sql(&one.database_url, "insert into holidays select id, '2020-01-01', 'Ano novo' from companies")
        .await;
    assert_eq!(ana.tap("/settings/holidays/2020-01-01/remove", &[]).await.status, 409, "it was counted");
    let picker = one.signed_in("alfa", PICKER).await;
    assert_eq!(picker.tap(&holiday, &[]).await.status, 403);
}
