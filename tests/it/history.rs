//! The history of closed orders: found by what they are, page by page, as they were closed.

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};
use scraper::{Html, Selector};
use sqlx::AssertSqlSafe;

use crate::support::client::Client;
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, Company, Imported, OTHER_PICKER, PICKER, PIN, SELLER};

/// Ids of the orders that a page of the history shows, and where it leads on.
async fn shown(client: &Client, path: &str) -> (Vec<String>, Option<String>) {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    let page = Html::parse_document(&answer.text);
    let rows = Selector::parse("#closed-orders tr").unwrap();
    let ids = page.select(&rows).map(|row| row.attr("id").unwrap().trim_start_matches("closed-").to_owned());
    let next = Selector::parse("#history-pager [rel=next]").unwrap();
    (ids.collect(), page.select(&next).next().and_then(|link| link.attr("href")).map(str::to_owned))
}

async fn must_show(client: &Client, path: &str, orders: &[&Imported]) {
    let expected: Vec<String> = orders.iter().map(|order| order.id.to_string()).collect();
    assert_eq!(shown(client, path).await.0, expected, "{path}");
}

async fn tap(client: &Client, order: &Imported, what: &str, field: (&str, &str)) {
    let answer = client.tap(&format!("/orders/{}/{what}", order.id), &[field]).await;
    assert_eq!(answer.status, 200, "{what}: {}", answer.text);
}

async fn pick(client: &Client, order: &Imported, line: usize) {
    tap(client, order, &format!("items/{}/pick", order.items[line]), ("quantity", "10")).await;
}

/// As if it had been finished at that moment.
async fn finished_at(server: &TestServer, order: &Imported, at: Timestamp) {
    let sql = format!(
        "update orders set state = 'finished', closed_at = '{at}', closed_by = imported_by where id = '{0}';
         select write_outcome(company_id, id) from orders where id = '{0}'",
        order.id
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut superuser(&server.database_url).await).await.unwrap();
}

async fn imported(company: &Company, n: usize) -> Vec<Imported> {
    let mut orders = Vec::new();
    for _ in 0..n {
        orders.push(company.import(2).await);
    }
    orders
}

#[tokio::test]
async fn closed_orders_are_found_by_everything_that_the_filter_names() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let orders = imported(&company, 4).await;
    let [whole, lacking, canceled, open] = &orders[..] else { panic!("four orders") };
    let admin = server.signed_in("alfa", ADMIN).await;
    let (joao, maria) =
        (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    for (client, order, line) in
        [(&joao, whole, 0), (&joao, whole, 1), (&maria, lacking, 0), (&maria, canceled, 0)]
    {
        pick(client, order, line).await;
    }
    pick(&joao, open, 0).await;
    tap(&maria, lacking, &format!("items/{}/short", lacking.items[1]), ("reason", "stock")).await;
    for (order, what) in [(whole, "finish"), (lacking, "finish"), (canceled, "cancel")] {
        tap(&admin, order, what, ("reason", "teste")).await;
    }
    let (joao_id, maria_id) = (company.person(PICKER).await, company.person(OTHER_PICKER).await);
    let seller = company.person(SELLER).await;
    let (number, nobody) = (&lacking.number, company.person(ADMIN).await);
    for (query, expected) in [
        ("", &[canceled, lacking, whole][..]),
        ("?state=finished", &[lacking, whole]),
        ("?state=canceled", &[canceled]),
        ("?state=open", &[canceled, lacking, whole]),
        ("?short=yes", &[lacking]),
        (&format!("?picker={joao_id}"), &[whole]),
        (&format!("?picker={maria_id}"), &[canceled, lacking]),
        (&format!("?picker={maria_id}&state=finished"), &[lacking]),
        (&format!("?seller={seller}"), &[canceled, lacking, whole]),
        (&format!("?seller={nobody}"), &[]),
        ("?customer=001007&short=yes", &[lacking]),
        ("?customer=999999", &[]),
        (&format!("?q={number}"), &[lacking]),
        ("?q=paula+fo01", &[canceled, lacking, whole]),
        (&format!("?q=paula&picker={joao_id}"), &[whole]),
        ("?q=nada+disso", &[]),
        ("?q=%2B%2B", &[]),
        ("?purchase=yes", &[]),
        // What nobody can read narrows nothing.
        ("?purchase=x&substitution=&short=1&here=nao&adjust=x", &[canceled, lacking, whole]),
    ] {
        must_show(&admin, &format!("/history{query}"), expected).await;
    }
    // Reopened, it is in the history no longer.
    tap(&admin, lacking, "reopen", ("reason", "teste")).await;
    must_show(&admin, "/history", &[canceled, whole]).await;
    must_show(&admin, "/history?short=yes", &[]).await;
    let beta = server.signed_in("beta", ADMIN).await;
    must_show(&beta, &format!("/history?picker={joao_id}"), &[]).await;
    must_show(&beta, "/history?q=paula", &[]).await;
}

/// Moves the clock to the next Tuesday, at ten in the morning: minutes of work and of the clock are the same then. Half
/// a minute past: the seconds that the test takes turn no minute.
fn at_work(server: &TestServer) {
    let clock = &server.app.clock;
    let now = clock.now().in_tz("America/Sao_Paulo").unwrap();
    let tuesday = now.nth_weekday(1, Weekday::Tuesday).unwrap().date().at(10, 0, 30, 0);
    let then = tuesday.in_tz("America/Sao_Paulo").unwrap().timestamp();
    clock.advance(then.duration_since(clock.now()).as_secs());
}

#[tokio::test]
async fn whoever_sold_is_found_as_a_seller_also_after_another_job_was_given() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    tap(&admin, &order, "cancel", ("reason", "desistiu")).await;
    let marina = company.person(SELLER).await;
    let moved = admin.tap(&format!("/people/{marina}/roles"), &[("roles", "buyer")]).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    let path = format!("/history?seller={marina}");
    must_show(&admin, &path, &[&order]).await;
    let page = admin.get(&path).await.text;
    assert!(page.contains("Vendedor(a): Marina Alves Prado"), "{page}");
    let form = Html::parse_document(&page);
    let offered = |name: &str| {
        let all = Selector::parse(&format!("select[name={name}] option")).unwrap();
        form.select(&all).filter_map(|option| option.attr("value").map(str::to_owned)).collect::<Vec<_>>()
    };
    assert!(offered("seller").contains(&marina.to_string()), "{page}");
    let picker = company.person(PICKER).await.to_string();
    assert!(!offered("seller").contains(&picker) && offered("picker").contains(&picker), "{page}");
}

/// Nothing was ordered: the goods turned up meanwhile.
#[tokio::test]
async fn a_shortage_that_is_to_be_bought_is_a_request() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let orders = imported(&company, 2).await;
    let [asked, left_out] = &orders[..] else { panic!("two orders") };
    let admin = server.signed_in("alfa", ADMIN).await;
    for (order, said) in [(asked, "buy"), (left_out, "without")] {
        pick(&admin, order, 0).await;
        let line = format!("/orders/{}/items/{}", order.id, order.items[1]);
        tap(&admin, order, &format!("items/{}/short", order.items[1]), ("reason", "stock")).await;
        let answer = admin.tap(&format!("{line}/answer"), &[("answer", said), ("units", "10")]).await;
        assert_eq!(answer.status, 200, "{said}: {}", answer.text);
        pick(&admin, order, 1).await;
        tap(&admin, order, "finish", ("volumes", "1")).await;
    }
    must_show(&admin, "/history?purchase=yes", &[asked]).await;
    let requested = admin.get("/reports/export/requested").await.text;
    assert!(requested.contains("FO01 --> FONE MODELO 1;UN;1"), "of one order alone: {requested}");
}

#[tokio::test]
async fn an_order_that_was_bought_for_is_found_by_it_and_tells_how_long_it_waited() {
    let server = TestServer::start().await;
    at_work(&server);
    let company = server.company("alfa").await;
    let orders = imported(&company, 2).await;
    let [bought, other] = &orders[..] else { panic!("two orders") };
    let admin = server.signed_in("alfa", ADMIN).await;
    pick(&admin, bought, 0).await;
    server.app.clock.advance(5 * 60);
    let line = |verb: &str| format!("items/{}/{verb}", bought.items[1]);
    tap(&admin, bought, &line("request"), ("quantity", "10")).await;
    server.app.clock.advance(20 * 60);
    tap(&admin, bought, &line("ordered"), ("quantity", "10")).await;
    server.app.clock.advance(20 * 60);
    tap(&admin, bought, &line("received"), ("quantity", "10")).await;
    server.app.clock.advance(10 * 60);
    for (order, line) in [(bought, 1), (other, 0), (other, 1)] {
        pick(&admin, order, line).await;
    }
    server.app.clock.advance(60);
    for order in &orders {
        tap(&admin, order, "finish", ("volumes", "1")).await;
    }
    must_show(&admin, "/history?purchase=yes", &[bought]).await;
    let text = async |order: &Imported| {
        let page = Html::parse_document(&admin.get(&format!("/orders/{}", order.id)).await.text);
        let times = Selector::parse(".order-times").unwrap();
        let text = page.select(&times).next().expect("its times").text().collect::<Vec<_>>().join(" ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        text(bought).await,
        "Tempos Tempo do pedido 56 min Espera por compra 40 min Tempo de separação 15 min"
    );
    assert_eq!(text(other).await, "Tempos Tempo do pedido 56 min Tempo de separação 0 min");
    // It has been a while since the PIN was proven.
    admin.post("/unlock", &[("pin", PIN), ("next", "/reports")]).await;
    let figures = admin.get("/reports/export/figures").await.text;
    assert!(figures.contains("Espera por compra;40;"), "{figures}");
    let requested = admin.get("/reports/export/requested").await.text;
    assert!(requested.contains("FO01 --> FONE MODELO 1;UN;1"), "{requested}");
}

#[tokio::test]
async fn the_pages_of_the_history_hold_every_order_once_whatever_is_finished_meanwhile() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let orders = imported(&company, 120).await;
    let now = server.app.clock.now();
    for (n, order) in orders.iter().enumerate() {
        // Many in the same instant.
        finished_at(&server, order, now - SignedDuration::from_mins(n as i64 / 30)).await;
    }
    let picker = server.signed_in("alfa", PICKER).await;
    for query in ["", "?q=paula", "?customer=001007&state=finished"] {
        let mut path = Some(format!("/history{query}"));
        let (mut seen, mut pages) = (Vec::new(), 0);
        while let Some(next) = path {
            let (ids, link) = shown(&picker, &next).await;
            assert!(ids.len() <= 50, "{next}");
            seen.extend(ids);
            path = link;
            pages += 1;
            let newer = company.import(1).await;
            finished_at(&server, &newer, now + SignedDuration::from_mins(1)).await;
        }
        let known: Vec<String> = orders.iter().map(|order| order.id.to_string()).collect();
        let (old, newer): (Vec<_>, Vec<_>) = seen.into_iter().partition(|id| known.contains(id));
        let mut distinct = old.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(
            (old.len(), distinct.len(), pages),
            (120, 120, 3),
            "{query}, and {} newer ones",
            newer.len()
        );
    }
}

#[tokio::test]
async fn a_period_is_days_where_the_company_is() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let orders = imported(&company, 3).await;
    // Half past nine in the evening is the next day in UTC.
    for (order, at) in
        orders.iter().zip(["2025-10-22T21:30-03", "2025-10-22T00:00-03", "2025-10-23T00:00-03"])
    {
        finished_at(&server, order, at.parse().unwrap()).await;
    }
    let picker = server.signed_in("alfa", PICKER).await;
    let [evening, midnight, next] = &orders[..] else { panic!("three orders") };
    for (query, expected) in [
        ("from=2025-10-22&to=2025-10-22", &[evening, midnight][..]),
        ("from=2025-10-23", &[next]),
        ("to=2025-10-21", &[]),
        ("to=2025-10-22&customer=001007", &[evening, midnight]),
        ("from=nunca&to=9999-12-31", &[next, evening, midnight]),
    ] {
        must_show(&picker, &format!("/history?{query}"), expected).await;
    }
}

#[tokio::test]
async fn a_row_tells_who_sold_who_picked_how_long_it_took_and_what_lacks() {
    let server = TestServer::start().await;
    server.keep_the_day();
    let company = server.company("alfa").await;
    let order = company.import(2).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let mut history = Watched::open(&joao, "/history").await;
    pick(&joao, &order, 0).await;
    tap(&joao, &order, &format!("items/{}/short", order.items[1]), ("reason", "stock")).await;
    server.app.clock.advance(25 * 60);
    tap(&joao, &order, "finish", ("volumes", "3")).await;
    history.must_equal_a_fresh_page("finished").await;
    assert!(history.refetched, "an order that was finished just now");
    let page = joao.get("/history").await.text;
    let (_, row) = page.split_once(&format!("id=\"closed-{}\"", order.id)).expect("its row");
    let row = row.split("</tr>").next().unwrap();
    let text: String = Html::parse_fragment(row).root_element().text().collect::<Vec<_>>().join(" ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        order.number.as_str(),
        "Marina Alves Prado",
        "Separado por: João Pereira",
        "3 volumes",
        "2/2",
        "1 em falta",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.contains("25 min") || text.contains("no relógio"), "the time it took: {text}");
}
