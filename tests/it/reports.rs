//! Figures: what counts on which day, who may see whom by name, and the files that hold them.

use std::io::Read as _;
use std::time::Duration;

use flate2::read::{DeflateDecoder, GzDecoder};
use jiff::{SignedDuration, Timestamp};
use scraper::{Html, Selector};
use separacao::reports::load::{self, Named, Today};
use separacao::reports::model::period::PeriodChoice;
use separacao::reports::queries::spans;
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

pub async fn pick(client: &Client, order: &Imported, line: usize) {
    tap(client, order, &format!("items/{}/pick", order.items[line]), ("quantity", "10")).await;
}

/// The rows of a file, without the names of its columns.
pub async fn file(client: &Client, path: &str) -> Vec<Vec<String>> {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    let kind = answer.headers["content-type"].to_str().unwrap();
    assert_eq!(kind, "text/csv; charset=utf-8");
    let text = answer.text.strip_prefix('\u{feff}').expect("the mark of UTF-8");
    let rows = text.lines().skip(1).map(|row| row.split(';').map(str::to_owned).collect());
    rows.collect()
}

/// The rows of a file for Excel, as its sheet has them, without the names of its columns.
async fn sheet(client: &Client, path: &str) -> Vec<String> {
    let request = client.http().get(client.url(path)).header("cookie", client.cookie_header());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    assert_eq!(answer.headers()["content-type"], kind);
    assert!(answer.headers()["content-disposition"].to_str().unwrap().ends_with(".xlsx\""));
    let file = answer.bytes().await.unwrap();
    // The first place is that of its head, the second that of the directory.
    let name = b"xl/worksheets/sheet1.xml";
    let begins = file.windows(name.len()).rposition(|part| part == name).unwrap();
    let begins = file[..begins].windows(name.len()).rposition(|part| part == name).unwrap() + name.len();
    let mut text = String::new();
    DeflateDecoder::new(&file[begins..]).read_to_string(&mut text).unwrap();
    assert!(text.ends_with("</sheetData></worksheet>"), "{text}");
    text.split("<row ").skip(2).map(str::to_owned).collect()
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
        figures[..5],
        [
            row("Finalizados", "3", "0"),
            row("Atrasados agora", "0", ""),
            row("Tempo médio", "60", ""),
            row("Tempo médio no relógio", "350", ""),
            row("Todos fora do expediente", "1", "0"),
        ]
    );
    assert_eq!(figures[9], row("Itens atendidos", "0,0", ""), "nothing was picked");
    assert_eq!(figures[11], row("Pedidos criados", "3", "1"));
    let rows = file(&seller, "/reports/export/figures?from=2025-10-23&to=2025-10-23").await;
    assert_eq!((rows[0][1].as_str(), rows[0][2].as_str()), ("1", "3"), "beside the day before");
}

#[tokio::test]
async fn deadlines_count_by_whether_they_were_kept_and_those_that_are_past_now() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    for (to, due) in
        [("10:00", "'2025-10-22T10:00-03'"), ("10:30", "'2025-10-22T10:29-03'"), ("11:00", "null")]
    {
        let order = company.import(1).await;
        run(&server, format!("update orders set due_at = {due} where id = '{}'", order.id)).await;
        took(&server, &order, "2025-10-22T09:00-03", &format!("2025-10-22T{to}-03")).await;
    }
    for due in ["now() - interval '1 minute'", "now() + interval '1 hour'", "null"] {
        let order = company.import(1).await;
        run(&server, format!("update orders set due_at = {due} where id = '{}'", order.id)).await;
    }
    let seller = server.signed_in("alfa", SELLER).await;
    let rows = file(&seller, "/reports/export/figures?from=2025-10-22&to=2025-10-22").await;
    assert_eq!(rows[1], ["Atrasados agora", "1", ""]);
    assert_eq!(rows[10], ["No prazo", "50,0", ""]);
    let page = seller.get("/reports").await.text;
    assert!(page.contains("Atrasados agora") && page.contains("No prazo"), "{page}");
}

/// As its card says, from which the page would else differ for that moment.
#[tokio::test]
async fn an_order_is_late_from_the_instant_of_its_deadline_on() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let due: Timestamp = "2025-10-22T18:30:00-03".parse().unwrap();
    run(&server, format!("update orders set due_at = '{due}' where id = '{}'", order.id)).await;
    for (now, late) in [(due - SignedDuration::from_secs(1), 0), (due, 1)] {
        let mut tx = company.app.db.company(company.id).await.unwrap();
        let calendar = spans::get_calendar(&mut tx).await.unwrap();
        let (today, choice) = (Today { calendar, now }, PeriodChoice::OFFERED[0]);
        let read =
            load::metrics(&mut tx, today, choice, Named::Everybody, "Equipe".to_owned()).await.unwrap();
        assert_eq!(read.late, late, "{now}");
    }
}

#[tokio::test]
async fn each_sees_their_own_figures_and_an_administrator_everybody_s() {
    let server = TestServer::start().await;
    server.keep_the_day();
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
    assert_eq!(rows[0], ["João Pereira", "2", "0", "20", "0", "1", "0", LITTLE, LITTLE, "", "", "10", "0"]);
    assert_eq!(rows[2], ["Equipe", "3", "0", "30", "0", "1", "0", LITTLE, LITTLE, "", "", "10", "0"]);
    let other = server.signed_in("beta", ADMIN).await;
    assert_eq!(names(&other).await, Vec::<String>::new());
}

/// Of somebody with fewer than twenty items.
const LITTLE: &str = "poucos dados";

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
    assert_eq!(rows, [["\"=\"\"00100\"\"\"", "FO00 --> FONE MODELO 0", "UN", "1", "0"]]);
    let rows = sheet(&admin, "/reports/export/picked?format=xlsx").await;
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert!(row.contains(">00100</t>") && row.contains("<v>10</v>"), "{row}");
    let rows = file(&admin, "/reports/export/picked").await;
    assert_eq!(rows, [["\"=\"\"00100\"\"\"", "FO00 --> FONE MODELO 0", "UN", "1", "0", "10", "0"]]);
}

#[tokio::test]
async fn a_file_is_whole_where_a_browser_has_it_packed() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    for _ in 0..40 {
        company.import(1).await;
    }
    let closed = "update orders set state = 'finished', closed_at = now(), closed_by = imported_by;
        select write_outcome(company_id, id) from orders";
    run(&server, closed.to_owned()).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let request = admin.http().get(admin.url("/history/export")).header("cookie", admin.cookie_header());
    let request = request.header("accept-encoding", "gzip").timeout(Duration::from_secs(10));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let mut text = String::new();
    GzDecoder::new(&answer.bytes().await.unwrap()[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), 41, "{text}");
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
    for path in [
        "/history/export",
        "/history/export?format=xlsx",
        "/reports/export/people",
        "/reports/export/figures",
    ] {
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
    let rows = sheet(&buyer, "/history/export?state=finished&format=xlsx").await;
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert!(row.contains(">001007</t>") && row.contains(">=HYPERLINK(1)</t>"), "{row}");
    assert!(!row.contains("<f>"), "no formula: {row}");
    assert_eq!(file(&buyer, "/history/export?state=canceled").await, Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn a_file_is_called_what_its_reader_calls_it() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let paper = format!("/orders/{}/quote.pdf", order.id);
    let files = [
        (
            "/reports/export/figures?from=2025-11-01&to=2025-11-30",
            "metricas-2025-11.csv\"",
            "figures-2025-11.csv\"",
        ),
        (
            "/reports/export/short?from=2025-11-03&to=2025-11-04&format=xlsx",
            "mais-em-falta-2025-11-03_2025-11-04.xlsx\"",
            "most-short-2025-11-03_2025-11-04.xlsx\"",
        ),
        ("/history/export", "historico-20", "history-20"),
        ("/purchasing/history/export", "compras-feitas-20", "purchases-made-20"),
        ("/audit/export", "auditoria-20", "audit-20"),
        (paper.as_str(), "orcamento.pdf\"", "quote.pdf\""),
    ];
    for lang in ["pt-BR", "en"] {
        assert_eq!(admin.post("/language", &[("language", lang)]).await.status, 303);
        for (path, portuguese, english) in files {
            let answer = admin.get(path).await;
            let told = answer.headers["content-disposition"].to_str().unwrap();
            let name = if lang == "en" { english } else { portuguese };
            assert!(told.contains(&format!("; filename=\"{name}")), "{path} in {lang}: {told}");
        }
    }
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
