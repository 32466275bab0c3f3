//! Figures are read from sums of days that are over: they are what the entries alone say, whatever happens to either.

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};
use separacao::ids::ItemId;
use separacao::jobs;
use separacao::reports::load::{self, Metrics, Named, Today};
use separacao::reports::model::figures::Figures;
use separacao::reports::model::period::PeriodChoice;
use separacao::reports::queries::spans;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::support::client::Client;
use crate::support::database;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, Company, Imported, OTHER_PICKER, PICKER, SELLER};

/// Numbers by chance, the same for the same seed.
pub struct Chance(pub u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn of<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.below(some.len() as u64) as usize]
    }
}

/// How far back things happened.
const DAYS: u64 = 75;
const ENTRIES: u64 = 400;

async fn run(server: &TestServer, sql: &str) {
    database::run_sql(&server.database_url, sql).await;
}

async fn count(company: &Company, sql: &str) -> i64 {
    let mut tx = company.app.db.company(company.id).await.unwrap();
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut *tx).await.unwrap()
}

/// What an entry keeps that leads a line to a state.
fn detail(item: &ItemId, state: &str, replacement: &str) -> String {
    let line = |state: &str, replacement: &str| {
        format!(
            r#"{{"quantity":"10","picked":"0","to_return":"0","rest_state":"{state}","ordered":"0","received":"0",
               "not_found":"0","replacement":{replacement},"reason":null}}"#
        )
    };
    let (before, after) = (line("pending", "null"), line(state, replacement));
    format!(r#"{{"lines":[{{"item":"{item}","before":{before},"after":{after}}}]}}"#)
}

/// Orders of the past with entries of every kind, some of them taken back, some orders finished, some canceled.
async fn fill(server: &TestServer, company: &Company, chance: &mut Chance) {
    let mut orders: Vec<Imported> = Vec::new();
    for _ in 0..14 {
        orders.push(company.import(3).await);
    }
    let mut people = Vec::new();
    for number in [ADMIN, SELLER, PICKER, OTHER_PICKER] {
        people.push(company.person(number).await);
    }
    let mut sql = String::new();
    for version in 0..ENTRIES {
        let order = &orders[chance.below(orders.len() as u64) as usize];
        let item = chance.of(&order.items);
        let kinds =
            ["item_picked", "item_picked", "item_picked", "item_short", "item_substituted", "item_requested"];
        // Some stand close together, so that they are one stretch of work.
        let seconds = chance.below(DAYS) * 86_400 + chance.of(&[600, 40_000, 86_000]) + chance.below(900);
        let undone = if chance.below(8) == 0 { "2000" } else { "null" };
        let kind = chance.of(&kinds);
        let detail = match kind {
            "item_requested" => detail(&item, "purchase_requested", "null"),
            "item_substituted" => {
                let goods = chance.of(&["", r#""code":"CB15","unit":"UN","#]);
                let text = chance.below(3);
                detail(&item, "substituted", &format!(r#"{{{goods}"text":"CABO {text}","quantity":"1"}}"#))
            }
            _ => "{}".to_owned(),
        };
        sql += &format!(
            "insert into order_history (company_id, order_id, version, kind, item_id, quantity, actor_id, detail, undone_by, at)
             values ('{}', '{}', {}, '{kind}', '{item}', {}, '{}', '{detail}', {undone}, now() - interval '{seconds} seconds');",
            company.id,
            order.id,
            100 + version,
            1 + chance.below(9),
            chance.of(&people),
        );
    }
    for order in &orders {
        let days = chance.below(DAYS);
        let (before, hours) = (days + 1 + chance.below(4), chance.below(12));
        let state = chance.of(&["finished", "finished", "finished", "canceled"]);
        sql += &format!(
            "update orders set imported_at = now() - interval '{before} days', closed_by = imported_by, state = '{state}',
               due_at = now() - interval '{days} days 6 hours',
               closed_at = now() - interval '{days} days {hours} hours' where id = '{}';",
            order.id
        );
    }
    sql += "update order_items i set picked = quantity, version = (
              select max(h.version) from order_history h where h.order_id = i.order_id and h.item_id = i.id)
            where exists (select from order_history h where h.order_id = i.order_id and h.item_id = i.id and h.version >= 100);
            select write_outcome(company_id, id) from orders where state <> 'open'";
    run(server, &sql).await;
}

/// The figures as they are read, and as the entries alone say.
pub async fn both(company: &Company, choice: PeriodChoice) -> (Metrics, Metrics) {
    let now = company.app.clock.now();
    let mut read = Vec::new();
    for alone in [false, true] {
        let mut tx = company.app.db.company(company.id).await.unwrap();
        if alone {
            tx.execute("delete from report_spans").await.unwrap();
        }
        let calendar = spans::get_calendar(&mut tx).await.unwrap();
        let today = Today { calendar, now };
        read.push(
            load::metrics(&mut tx, today, choice, Named::Everybody, "Equipe".to_owned()).await.unwrap(),
        );
    }
    let alone = read.pop().unwrap();
    (read.pop().unwrap(), alone)
}

pub async fn must_be_equal(company: &Company, chance: &mut Chance, what: &str) {
    let today = Timestamp::to_zoned(company.app.clock.now(), jiff::tz::TimeZone::UTC).date();
    let day = |chance: &mut Chance| -> Date {
        today.saturating_sub(i64::try_from(chance.below(DAYS + 10)).unwrap().days())
    };
    let (one, other) = (day(chance), day(chance));
    let between = PeriodChoice::Between(one.min(other), one.max(other));
    for choice in PeriodChoice::OFFERED.into_iter().chain([between]) {
        let (read, alone) = both(company, choice).await;
        assert_eq!(read, alone, "{what}, {choice:?}");
    }
}

/// Rounds until everything that is over is added up.
pub async fn add_up(company: &Company) -> i64 {
    for _ in 0..4 {
        jobs::run_one(&company.app, "add_up_days").await.unwrap();
    }
    count(company, "select count(*) from report_spans").await
}

async fn whatever_happens(seed: u64) {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let mut chance = Chance(seed);
    fill(&server, &company, &mut chance).await;
    must_be_equal(&company, &mut chance, "before anything is added up").await;
    let made = add_up(&company).await;
    let months =
        count(&company, "select count(*) from report_spans where ends > begins + interval '27 days'").await;
    assert!(made > 80 && months >= 2, "{made} spans, {months} months");
    must_be_equal(&company, &mut chance, "added up").await;
    let (read, _) = both(&company, PeriodChoice::Days(90)).await;
    let stood_in = read.products.iter().filter(|(_, product)| product.stood_in > 0);
    assert!(read.team.lines > 100 && stood_in.count() > 2, "{read:?}");
    let Figures { counted, waiting, due, on_time, .. } = read.now;
    assert!(counted.finished > 5 && waiting.orders > 0 && on_time > 0 && on_time < due, "{read:?}");

    // As if closed orders had been reopened for it, and closed again as they were.
    let undo = "update order_history set undone_by = 3000 where undone_by is null and version % 9 = 0;
                select write_outcome(company_id, id) from orders where state <> 'open'";
    run(&server, undo).await;
    let valid = "select count(*) from report_spans s where not exists (
                   select from report_changes c where c.at >= s.begins and c.at < s.ends)";
    assert!(count(&company, valid).await < made);
    must_be_equal(&company, &mut chance, "taken back").await;
    assert_eq!(add_up(&company).await, made);
    assert_eq!(count(&company, "select count(*) from report_changes").await, 0);
    must_be_equal(&company, &mut chance, "taken back and added up again").await;

    let reopen = "update orders set state = 'open', closed_at = null, closed_by = null
                    where id in (select order_id from order_outcomes order by closed_at limit 3);
                  select write_outcome(company_id, id) from orders";
    run(&server, reopen).await;
    must_be_equal(&company, &mut chance, "reopened").await;
    add_up(&company).await;
    must_be_equal(&company, &mut chance, "reopened and added up again").await;

    for zone in ["America/New_York", "Asia/Kolkata"] {
        run(&server, &format!("update companies set time_zone = '{zone}'")).await;
        must_be_equal(&company, &mut chance, zone).await;
        add_up(&company).await;
        must_be_equal(&company, &mut chance, &format!("{zone}, added up")).await;
        let others = format!("select count(*) from report_spans where rules not like '%{zone}%'");
        assert_eq!(count(&company, &others).await, 0);
    }
}

#[tokio::test]
async fn figures_from_sums_are_those_of_the_entries_whatever_happens() {
    whatever_happens(1).await;
}

#[tokio::test]
async fn figures_from_sums_are_those_of_the_entries_whatever_else_happens() {
    whatever_happens(20_251_022).await;
}

async fn pick(client: &Client, order: &Imported, line: usize) -> String {
    let path = format!("/orders/{}/items/{}/pick", order.id, order.items[line]);
    let answer = client.tap(&path, &[("quantity", "10")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["undo"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_undone_on_another_day_is_taken_from_its_own() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(2).await;
    let joao = server.signed_in("alfa", PICKER).await;
    pick(&joao, &order, 0).await;
    let undo = pick(&joao, &order, 1).await;
    let calendar = spans::get_calendar(&mut company.app.db.company(company.id).await.unwrap()).await.unwrap();
    let day = calendar.zone.local(server.app.clock.now()).date();
    let choice = PeriodChoice::Between(day, day);
    server.app.clock.advance(24 * 60 * 60 + 15 * 60);
    assert!(add_up(&company).await > 0);
    assert_eq!(both(&company, choice).await.0.team.lines, 2);
    let joao = server.signed_in("alfa", PICKER).await;
    let answer = joao.tap(&undo, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let (read, alone) = both(&company, choice).await;
    assert_eq!((read.team.lines, read.team.undone), (1, 1), "before the next round");
    assert_eq!(read, alone);
    add_up(&company).await;
    assert_eq!(both(&company, choice).await.0, read);
}

#[tokio::test]
async fn replicas_that_add_up_at_once_make_every_span_once() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    fill(&one, &company, &mut Chance(7)).await;
    for _ in 0..6 {
        let (first, second) =
            tokio::join!(jobs::run_one(&one.app, "add_up_days"), jobs::run_one(&two.app, "add_up_days"));
        first.unwrap();
        second.unwrap();
    }
    let made = add_up(&company).await;
    assert_eq!(add_up(&company).await, made);
    must_be_equal(&company, &mut Chance(8), "by two").await;
}

#[tokio::test]
async fn days_that_cannot_be_added_up_keep_no_older_one_from_it() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let mut chance = Chance(7);
    fill(&server, &company, &mut chance).await;
    // The newest ten days are as heavy as it gets.
    let heavy = "create function too_heavy() returns trigger language plpgsql as $$ begin
          if new.begins > now() - interval '11 days' then raise query_canceled; end if;
          return new;
        end $$;
        create trigger too_heavy before insert on report_spans for each row execute function too_heavy()";
    run(&server, heavy).await;
    assert!(jobs::run_one(&company.app, "add_up_days").await.is_err(), "it is told");
    let made = "select count(*) from report_spans";
    assert!(count(&company, made).await >= 25, "those behind them are added up");
    for _ in 0..4 {
        jobs::run_one(&company.app, "add_up_days").await.unwrap();
    }
    let before =
        count(&company, "select count(*) from report_spans where begins < now() - interval '12 days'");
    assert!(before.await > 60);
    must_be_equal(&company, &mut chance, "with days that are read from their entries").await;
}

#[tokio::test]
async fn what_the_buyer_settles_after_the_finish_makes_no_item_slower() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let calendar = spans::get_calendar(&mut company.app.db.company(company.id).await.unwrap()).await.unwrap();
    let now = || calendar.zone.local(server.app.clock.now());
    // A Monday, when everybody works.
    let monday = now().date().nth_weekday(1, Weekday::Monday).unwrap().at(10, 0, 20, 0);
    server.app.clock.advance(now().duration_until(monday).as_secs());
    let order = company.import(2).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let tap = async |client: &Client, path: String, form: &[(&str, &str)]| {
        let answer = client.tap(&path, form).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    };
    let item = |verb: &str| format!("/orders/{}/items/{}/{verb}", order.id, order.items[0]);
    tap(&admin, item("request"), &[]).await;
    tap(&admin, item("ordered"), &[("quantity", "10")]).await;
    server.app.clock.advance(30 * 60);
    // From the shelf: what was bought is no longer needed.
    for line in [0, 1] {
        pick(&admin, &order, line).await;
    }
    tap(&admin, format!("/orders/{}/finish", order.id), &[]).await;
    let day = now().date();
    let choice = PeriodChoice::Between(day, day);
    let minutes = |metrics: &Metrics| -> Vec<i64> {
        metrics.products.iter().map(|(_, product)| product.time.minutes).collect()
    };
    let before = minutes(&both(&company, choice).await.1);
    assert_eq!(before, [30, 30]);
    server.app.clock.advance(24 * 60 * 60 + 15 * 60);
    assert!(add_up(&company).await > 0);
    let admin = server.signed_in("alfa", ADMIN).await;
    let purchase = company.newest_purchase().await.unwrap();
    let form = [("quantity", "10"), ("purchase", purchase.as_str()), ("outcome", "stocked")];
    let settled = tap(&admin, item("settle"), &form).await;
    let equal = async |what: &str| {
        let (read, alone) = both(&company, choice).await;
        assert_eq!((minutes(&read), minutes(&alone)), (before.clone(), before.clone()), "{what}");
    };
    equal("settled").await;
    tap(&admin, settled["undo"].as_str().unwrap().to_owned(), &[]).await;
    equal("not settled after all").await;
}
