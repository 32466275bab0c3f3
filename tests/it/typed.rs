//! What people type means what they meant, or it is asked.

use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, Imported, PICKER};

fn path(order: &Imported, line: usize, verb: &str) -> String {
    format!("/orders/{}/items/{}/{verb}", order.id, order.items[line])
}

#[tokio::test]
async fn a_typed_number_is_taken_as_the_screen_writes_it() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["5000"]).await;
    run_sql(&server.database_url, "update order_items set unit = 'KG'").await;
    let picker = server.signed_in("alfa", PICKER).await;
    let shown = async || picker.get(&format!("/orders/{}?item={}", order.id, order.items[0])).await.text;
    for (typed, notation, rest) in [
        ("1.350", "pt-BR", "3.650"),
        ("1,5", "pt-BR", "3.648,5"),
        ("1,5", "en", "3.647"),
        ("1,000.25", "en", "2.646,75"),
        ("1.5", "pt-BR", "2.645,25"),
    ] {
        let answer =
            picker.tap(&path(&order, 0, "pick"), &[("quantity", typed), ("notation", notation)]).await;
        assert_eq!(answer.status, 200, "{typed}: {}", answer.text);
        assert!(shown().await.contains(&format!("value=\"{rest}\"")), "{typed} leaves {rest}");
    }
    // A tap that waits on a device has a machine's form.
    let answer = picker.tap(&path(&order, 0, "pick"), &[("quantity", "1.125")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(shown().await.contains("value=\"2.644,125\""));
}

#[tokio::test]
async fn what_is_doubtful_is_asked_with_both_readings_and_nothing_is_done() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["5000"]).await;
    run_sql(&server.database_url, "update order_items set unit = 'KG'").await;
    let picker = server.signed_in("alfa", PICKER).await;
    let how = "Escreva o número como ele aparece na tela";
    for (typed, notation, said) in [
        ("1,350.5", Some("pt-BR"), "“1,350.5” pode ser 1,3505 ou 1.350,5"),
        ("1.350", Some("en"), "“1.350” pode ser 1,35 ou 1.350"),
        ("1_0", Some("pt-BR"), how),
        ("1e2", Some("pt-BR"), how),
        ("+5", Some("pt-BR"), how),
        ("\u{661}\u{662}", Some("pt-BR"), how),
        ("1_0", None, how),
        ("1e2", None, how),
        ("+5", None, how),
        ("", None, how),
    ] {
        let form: Vec<_> = [("quantity", Some(typed)), ("notation", notation)]
            .into_iter()
            .filter_map(|(k, v)| Some((k, v?)))
            .collect();
        for verb in ["pick", "unpick", "return"] {
            // Nothing at all is what a page of an older build sends to take the last pick back.
            if typed.is_empty() && verb == "unpick" {
                continue;
            }
            let answer = picker.tap(&path(&order, 0, verb), &form).await;
            assert_eq!(answer.status, 422, "{verb} {typed}");
            let sentence = answer.json()["fields"]["quantity"].as_str().unwrap_or_default().to_owned();
            assert!(sentence.starts_with(said), "{verb} {typed}: {sentence}");
        }
    }
}

#[tokio::test]
async fn counted_goods_take_no_fraction_unless_their_line_has_one() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["10", "10", "2.5", "10"]).await;
    run_sql(
        &server.database_url,
        &format!("update order_items set unit = 'PÇ' where id = '{}'", order.items[1]),
    )
    .await;
    run_sql(
        &server.database_url,
        &format!("update order_items set unit = 'kg' where id = '{}'", order.items[3]),
    )
    .await;
    let picker = server.signed_in("alfa", PICKER).await;
    for (line, unit) in [(0, "UN"), (1, "PÇ")] {
        for form in [&[("quantity", "0.5")][..], &[("quantity", "0,5"), ("notation", "pt-BR")]] {
            let answer = picker.tap(&path(&order, line, "pick"), form).await;
            assert_eq!(answer.status, 422, "{}", answer.text);
            let sentence = answer.json()["fields"]["quantity"].as_str().unwrap().to_owned();
            assert_eq!(sentence, format!("{unit} se conta por inteiro: 0,5 não é possível"));
        }
        assert_eq!(picker.tap(&path(&order, line, "pick"), &[("quantity", "4.0")]).await.status, 200);
        assert_eq!(picker.tap(&path(&order, line, "unpick"), &[("quantity", "1.5")]).await.status, 422);
    }
    for line in [2, 3] {
        assert_eq!(picker.tap(&path(&order, line, "pick"), &[("quantity", "0.5")]).await.status, 200);
    }
}

/// Nor do other goods in their place, of which somebody says how they are counted.
#[tokio::test]
async fn other_goods_that_are_counted_take_no_fraction() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["10", "2.5", "10", "10"]).await;
    run_sql(
        &server.database_url,
        &format!("update order_items set unit = 'MT' where id = '{}'", order.items[2]),
    )
    .await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let named = async |line: usize, verb: &str, rest: &str, unit: &str| {
        let form =
            [("rest", rest), ("text", "CB15"), ("unit", unit), ("quantity", "2,5"), ("notation", "pt-BR")];
        ana.tap(&path(&order, line, verb), &form).await
    };
    for (line, verb) in [(0, "substitute"), (0, "agree"), (2, "substitute")] {
        let answer = named(line, verb, "10", "UN").await;
        assert_eq!(answer.status, 422, "{verb}: {}", answer.text);
        let said = answer.json()["fields"]["quantity"].as_str().unwrap().to_owned();
        assert_eq!(said, "UN se conta por inteiro: 2,5 não é possível");
    }
    // What is measured, what nobody said the unit of, and the odd rest of a line itself.
    for (line, rest, unit) in [(0, "10", "MT"), (1, "2.5", "UN"), (2, "10", "")] {
        let answer = named(line, "substitute", rest, unit).await;
        assert_eq!(answer.status, 200, "{line}: {}", answer.text);
    }
    // An agreement that followed a measured rest is taken as it is.
    let line = |verb: &str| path(&order, 3, verb);
    run_sql(
        &server.database_url,
        &format!("update order_items set unit = 'MT' where id = '{}'", order.items[3]),
    )
    .await;
    let with = |rest, quantity| [("rest", rest), ("text", "CB15"), ("unit", "UN"), ("quantity", quantity)];
    assert_eq!(ana.tap(&line("agree"), &with("10", "10")).await.status, 200);
    assert_eq!(ana.tap(&line("pick"), &[("quantity", "0.5")]).await.status, 200);
    let taken = ana.tap(&line("substitute"), &with("9.5", "9.5")).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
}

#[tokio::test]
async fn a_required_text_of_nothing_visible_is_missing() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let base = format!("/orders/{}", order.id);
    for text in ["\u{200b}", "\u{2800}", "\u{3164}\u{3164}", " \u{200e}\r\n\u{feff}"] {
        for (form, field) in [("notes", "text"), ("cancel", "reason")] {
            let answer = admin.tap(&format!("{base}/{form}"), &[(field, text)]).await;
            assert_eq!(answer.status, 422, "{form} {text:?}: {}", answer.text);
            assert!(answer.json()["fields"][field].is_string(), "{}", answer.text);
        }
        let person = [("name", text), ("number", "7777"), ("roles", "picker"), ("pin", "739152")];
        assert_eq!(admin.tap("/people", &person).await.status, 422, "{text:?}");
    }
}

#[tokio::test]
async fn five_hundred_characters_with_line_breaks_are_taken_with_and_without_script() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let notes = format!("/orders/{}/notes", order.id);
    let text = format!("{}{}", "ã".repeat(459), "\nx".repeat(20)) + "x";
    assert_eq!(text.chars().count(), 500);
    assert_eq!(joao.tap(&notes, &[("text", &text)]).await.status, 200);
    let answer = joao.post(&notes, &[("text", text.replace('\n', "\r\n").as_str()), ("v", "1")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(joao.tap(&notes, &[("text", &format!("{text}x"))]).await.status, 422);
}
