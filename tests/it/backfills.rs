//! What earlier builds wrote is read by this one: migrations rewrite it.

use std::path::Path;

use separacao::db::migrate::apply_all;
use separacao::orders::history::{Detail, Told};
use separacao::orders::item::{ItemState, Reason};
use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use uuid::Uuid;

use crate::support::PATIENCE;
use crate::support::database::{create_empty, superuser};

/// A database as the migrations up to `last` leave it, whose rows need not belong to anything.
async fn as_of(last: i64) -> (String, PgConnection) {
    let url = create_empty().await;
    migrate(&url, last).await;
    let mut connection = superuser(&url).await;
    connection.execute("set session_replication_role = replica").await.unwrap();
    (url, connection)
}

async fn migrate(url: &str, last: i64) {
    let all = Migrator::new(Path::new("migrations")).await.unwrap();
    let some = all.iter().filter(|migration| migration.version <= last).cloned().collect();
    apply_all(url, &Migrator::with_migrations(some), PATIENCE).await.unwrap();
}

async fn insert_entry(connection: &mut PgConnection, version: i64, kind: &str, detail: &Value) {
    let sql = "insert into order_history (company_id, order_id, version, kind, actor_id, detail, at)
               values ($1, $1, $2, $3, $1, $4, now())";
    let query = sqlx::query(sql).bind(Uuid::nil()).bind(version).bind(kind).bind(detail);
    query.execute(connection).await.unwrap();
}

fn reason(code: Option<&str>, text: Option<&str>) -> Reason {
    Reason { code: code.map(str::to_owned), text: text.map(str::to_owned) }
}

#[tokio::test]
async fn what_history_told_as_a_text_becomes_what_it_was() {
    let (url, mut connection) = as_of(17).await;
    let note = json!({ "id": Uuid::nil(), "before": null, "after": "frágil" });
    let short = |code, text| Some(Told::Reason(reason(code, text)));
    let (owned, other) = (str::to_owned, "Retirada · Caixa");
    let cases = [
        ("item_short", "stock", short(Some("stock"), None)),
        ("item_short", "other: só em: janeiro", short(Some("other"), Some("só em: janeiro"))),
        ("item_short", "acabou: de vez", short(Some("other"), Some("acabou: de vez"))),
        ("order_canceled", "stock: desistiu", short(None, Some("stock: desistiu"))),
        ("order_reopened", "faltou um", short(None, Some("faltou um"))),
        ("order_imported", "por telefone", short(None, Some("por telefone"))),
        ("order_finished", "12", Some(Told::Volumes { volumes: 12 })),
        (
            "order_changed",
            other,
            Some(Told::Options { shipping: owned("Retirada"), packaging: owned("Caixa") }),
        ),
        ("order_handed_over", "Ana → Rui", Some(Told::Sellers { before: owned("Ana"), after: owned("Rui") })),
        ("action_undone", "item_picked", None),
        ("note_added", "frágil", None),
    ];
    for (version, (kind, text, _)) in (1..).zip(&cases) {
        let mut detail = json!({ "text": text });
        if *kind == "note_added" {
            detail["note"] = note.clone();
        }
        insert_entry(&mut connection, version, kind, &detail).await;
    }
    insert_entry(&mut connection, 99, "of_a_newer_build", &json!({ "text": "x" })).await;
    migrate(&url, i64::MAX).await;
    let sql = "select detail, reason_code, reason_text from order_history order by version";
    let rows = connection.fetch_all(sql).await.unwrap();
    for (row, (kind, text, expected)) in rows.iter().zip(&cases) {
        let raw: Value = row.get("detail");
        assert_eq!(raw.get("text"), None, "{kind} {text}");
        let detail: Detail = serde_json::from_value(raw.clone()).unwrap();
        assert_eq!(detail.told, *expected, "{kind} {text}: {raw}");
        assert_eq!(detail.note.is_some(), *kind == "note_added");
        let columns = reason(row.get("reason_code"), row.get("reason_text"));
        let expected = match expected {
            Some(Told::Reason(expected)) => expected.clone(),
            _ => reason(None, None),
        };
        assert_eq!(columns, expected, "{kind} {text}");
    }
    let unknown: Value = rows.last().unwrap().get("detail");
    assert_eq!(unknown, json!({ "text": "x" }), "nobody knows what it was");
    connection.close().await.unwrap();
}

#[tokio::test]
async fn reasons_of_lines_are_split_wherever_a_line_is_kept() {
    let (url, mut connection) = as_of(17).await;
    let state = |reason: Value| {
        json!({ "quantity": "3.5", "picked": "0", "to_return": "0", "rest_state": "short", "ordered": "0",
            "received": "0", "not_found": "0", "replacement": null, "reason": reason })
    };
    let (old, none) = (state(json!("damaged: molhou")), state(Value::Null));
    let pick = json!({ "seq": 1, "person_id": Uuid::nil(), "quantity": "1", "before": old, "at": "2025-10-22T17:32:00Z" });
    let lines = json!([{ "item": Uuid::nil(), "before": none, "after": old }]);
    let detail = json!({ "lines": lines, "picks_added": [pick], "picks_before": [pick] });
    insert_entry(&mut connection, 1, "item_picked", &detail).await;
    let insert =
        "insert into item_picks (company_id, order_id, item_id, seq, person_id, quantity, before, at)
                  values ($1, $1, $1, 1, $1, 1, $2, now())";
    sqlx::query(insert).bind(Uuid::nil()).bind(&old).execute(&mut connection).await.unwrap();
    let reasons = [
        (Some("damaged: molhou"), Some(reason(Some("damaged"), Some("molhou")))),
        (Some("not_located"), Some(reason(Some("not_located"), None))),
        (Some("fora de linha"), Some(reason(Some("other"), Some("fora de linha")))),
        (None, None),
    ];
    for (position, (text, _)) in (1..).zip(&reasons) {
        let insert =
            "insert into order_items (company_id, id, order_id, position, code, description, unit, quantity,
                        unit_price, total_cents, rest_state, reason)
                      values ($1, gen_random_uuid(), $1, $2, '1', 'A', 'UN', 1, 1, 100, 'short', $3)";
        let query = sqlx::query(insert).bind(Uuid::nil()).bind(position).bind(text);
        query.execute(&mut connection).await.unwrap();
    }
    migrate(&url, i64::MAX).await;

    let expected = Some(reason(Some("damaged"), Some("molhou")));
    let sql = "select detail from order_history";
    let Json(detail): Json<Detail> = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    let [line] = &detail.lines[..] else { panic!("{detail:?}") };
    assert_eq!((&line.before.reason, &line.after.reason), (&None, &expected));
    assert_eq!(line.after.quantity.to_string(), "3.5");
    assert_eq!(detail.picks_added[0].before.reason, expected);
    assert_eq!(detail.picks_before[0].before.reason, expected);
    let sql = "select before from item_picks";
    let Json(before): Json<ItemState> = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    assert_eq!(before.reason, expected);
    let sql = "select reason_code, reason_text from order_items order by position";
    for (row, (text, expected)) in connection.fetch_all(sql).await.unwrap().iter().zip(reasons) {
        let read = reason(row.get("reason_code"), row.get("reason_text"));
        assert_eq!(read, expected.unwrap_or(reason(None, None)), "{text:?}");
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn closed_orders_of_which_a_shortage_was_to_be_bought_are_found_by_it() {
    let (url, mut connection) = as_of(83).await;
    let answers = [("buy", "null"), ("buy", "9"), ("without", "null")];
    for (n, (answer, undone_by)) in (1..).zip(answers) {
        let order = Uuid::from_u128(n);
        let sql = "insert into order_outcomes (company_id, order_id, state, imported_at, closed_at, lines, whole, short, reopened)
                   values ($1, $2, 'finished', now(), now(), 1, 0, 1, false)";
        sqlx::query(sql).bind(Uuid::nil()).bind(order).execute(&mut connection).await.unwrap();
        let detail = json!({ "told": { "type": "answer", "answer": answer } });
        let sql = format!(
            "insert into order_history (company_id, order_id, version, kind, actor_id, detail, undone_by, at)
             values ($1, $2, 1, 'shortage_answered', $1, $3, {undone_by}, now())"
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(Uuid::nil()).bind(order).bind(detail);
        query.execute(&mut connection).await.unwrap();
    }
    migrate(&url, i64::MAX).await;
    let sql = "select order_id from outcome_marks where mark = 'purchase'";
    let found: Vec<Uuid> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
    assert_eq!(found, [Uuid::from_u128(1)]);
    connection.close().await.unwrap();
}
