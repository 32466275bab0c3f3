//! Figures: what counts on which day, who may see whom by name, and the files that hold them.

use scraper::{Html, Selector};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::support::client::Client;
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, BUYER, Imported, OTHER_PICKER, PICKER, SELLER};

async fn run(server: &TestServer, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut superuser(&server.database_url).await).await.unwrap();
}

/// As if it had been imported and finished at those moments.
async fn took(server: &TestServer, order: &Imported, from: &str, to: &str) {
    let sql = format!(
        "update orders set state = 'finished', imported_at = '{from}', closed_at = '{to}', closed_by = imported_by where id = '{0}';
         select write_outcome(company_id, id) from orders where id = '{0}'",
        order.id
    );
    run(server, sql).await;
}

async fn tap(client: &Client, order: &Imported, what: &str, field: (&str, &str)) {
    let answer = client.tap(&format!("/orders/{}/{what}", order.id), &[field]).await;
    assert_eq!(answer.status, 200, "{what}: {}", answer.text);
}

async fn pick(client: &Client, order: &Imported, line: usize) {
    tap(client, order, &format!("items/{}/pick", order.items[line]), ("quantity", "10")).await;
}

/// The rows of a file, without the names of its columns.
async fn file(client: &Client, path: &str) -> Vec<Vec<String>> {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    let kind = answer.headers["content-type"].to_str().unwrap();
    assert_eq!(kind, "text/csv; charset=utf-8");
    let text = answer.text.strip_prefix('\u{feff}').expect("the mark of UTF-8");
    let rows = text.lines().skip(1).map(|row| row.split(';').map(str::to_owned).collect());
    rows.collect()
}

/// The names in the table of people.
async fn names(client: &Client) -> Vec<String> {
    let page = Html::parse_document(&client.get("/reports").await.text);
    let cells = Selector::parse("#report-people tbody td:first-child").unwrap();
    page.select(&cells).map(|cell| cell.text().collect::<String>()).collect()
}

#[tokio::test]
async fn orders_count_on_the_local_day_on_which_they_were_finished() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    // The last is after midnight in UTC, and before it in São Paulo.
    for (from, to) in [
        ("2025-10-21T16:30-03", "2025-10-22T08:30-03"),
        ("2025-10-22T09:00-03", "2025-10-22T10:00-03"),
        ("2025-10-22T21:00-03", "2025-10-22T21:30-03"),
    ] {
        let order = company.import(2).await;
        took(&server, &order, from, to).await;
    }
    let next = company.import(1).await;
    took(&server, &next, "2025-10-22T16:00-03", "2025-10-23T00:00-03").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let rows = file(&seller, "/reports/export/figures?from=2025-10-22&to=2025-10-22").await;
    let values = |row: &Vec<String>| (row[0].clone(), row[1].clone(), row[2].clone());
    let figures: Vec<_> = rows.iter().map(values).collect();
    let row = |name: &str, now: &str, before: &str| (name.to_owned(), now.to_owned(), before.to_owned());
    // 90, 60 and, all in the evening, 30 by the wall; 16 h, 1 h and 30 min by the clock.
    assert_eq!(
        figures[..4],
        [
            row("Finalizados", "3", "0"),
            row("Tempo médio", "60", ""),
            row("Tempo médio no relógio", "350", ""),
            row("Todos fora do expediente", "1", "0"),
        ]
    );
    assert_eq!(figures[5], row("Itens atendidos", "0,0", ""), "nothing was picked");
    assert_eq!(figures[6], row("Pedidos criados", "3", "1"));
    let rows = file(&seller, "/reports/export/figures?from=2025-10-23&to=2025-10-23").await;
    assert_eq!((rows[0][1].as_str(), rows[0][2].as_str()), ("1", "3"), "beside the day before");
}

#[tokio::test]
async fn each_sees_their_own_figures_and_an_administrator_everybody_s() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(3).await;
    let (joao, maria) =
        (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    pick(&joao, &order, 0).await;
    server.app.clock.advance(10 * 60);
    pick(&joao, &order, 1).await;
    // A pause, and no work.
    server.app.clock.advance(20 * 60);
    tap(&joao, &order, &format!("items/{}/unpick", order.items[1]), ("quantity", "10")).await;
    pick(&maria, &order, 2).await;
    assert_eq!(names(&joao).await, ["João Pereira", "Equipe"]);
    assert_eq!(names(&maria).await, ["Maria Conceição", "Equipe"]);
    let admin = server.signed_in("alfa", ADMIN).await;
    assert_eq!(names(&admin).await, ["João Pereira", "Maria Conceição", "Equipe"]);
    let rows = file(&admin, "/reports/export/people").await;
    assert_eq!(rows[0], ["João Pereira", "2", "20", "1", "poucos dados", "", "10"]);
    assert_eq!(rows[2], ["Equipe", "3", "30", "1", "poucos dados", "", "10"]);
    let other = server.signed_in("beta", ADMIN).await;
    assert_eq!(names(&other).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_shortage_stays_one_when_the_goods_turn_up_and_what_was_undone_never_was() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(3).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let item = |line: usize, verb: &str| format!("items/{}/{verb}", order.items[line]);
    tap(&admin, &order, &item(0, "short"), ("reason", "stock")).await;
    tap(&admin, &order, &item(0, "unshort"), ("reason", "stock")).await;
    pick(&admin, &order, 0).await;
    let undone =
        admin.tap(&format!("/orders/{}/{}", order.id, item(1, "short")), &[("reason", "stock")]).await;
    let undo = undone.json()["undo"].as_str().unwrap().to_owned();
    assert_eq!(admin.tap(&undo, &[]).await.status, 200);
    let rows = file(&admin, "/reports/export/short").await;
    assert_eq!(rows, [["\"=\"\"00100\"\"\"", "FO00 --> FONE MODELO 0", "UN", "1"]]);
    let rows = file(&admin, "/reports/export/picked").await;
    assert_eq!(rows, [["\"=\"\"00100\"\"\"", "FO00 --> FONE MODELO 0", "UN", "1", "10"]]);
}

#[tokio::test]
async fn files_are_for_who_may_have_them() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let buyer = server.signed_in("alfa", BUYER).await;
    pick(&buyer, &order, 0).await;
    tap(&buyer, &order, "finish", ("volumes", "2")).await;
    run(&server, format!("update orders set customer = '=HYPERLINK(1)' where id = '{}'", order.id)).await;
    let picker = server.signed_in("alfa", PICKER).await;
    for path in ["/history/export", "/reports/export/people", "/reports/export/figures"] {
        assert_eq!(picker.get(path).await.status, 403, "{path}");
    }
    assert!(
        picker.get("/history").await.text.contains("data-need=\"export\""),
        "it is there, and not offered"
    );
    assert_eq!(buyer.get("/reports/export/nothing").await.status, 404);
    let rows = file(&buyer, "/history/export?state=finished").await;
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(row[0], order.number);
    assert_eq!(row[1..5], ["\"=\"\"001007\"\"\"", "'=HYPERLINK(1)", "Marina Alves Prado", "Finalizado"]);
    assert_eq!(row[7..12], ["Pedro Compras", "Pedro Compras", "1", "0", "0"]);
    assert_eq!(row[14], "2");
    assert_eq!(file(&buyer, "/history/export?state=canceled").await, Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn a_report_that_takes_too_long_is_told_in_a_sentence() {
    let server = TestServer::start().await;
    let picker = server.signed_in("alfa", PICKER).await;
    let mut database = superuser(&server.database_url).await;
    let mut tx = database.begin().await.unwrap();
    sqlx::query("lock table order_outcomes in access exclusive mode").execute(&mut *tx).await.unwrap();
    let answer = picker.get("/reports").await;
    assert_eq!(answer.status, 503);
    assert!(answer.text.contains("escolha um período menor"), "{}", answer.text);
    tx.rollback().await.unwrap();
    assert_eq!(picker.get("/reports").await.status, 200);
}
