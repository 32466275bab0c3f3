//! What a command does reaches every screen, whole and once.

mod taps;

use separacao::feed::EventKind;
use serde_json::{Value, json};
use uuid::Uuid;

use self::taps::{EVERY_COMMAND, Hand};
use crate::support::database::{run_sql, superuser};
use crate::support::quotes::{upload, usual};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, BUYER, OTHER_PICKER, PICKER, SELLER};

#[tokio::test]
async fn the_page_before_and_the_frames_are_the_page_after_for_every_command() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    company.import(2).await;
    let order = company.import(2).await;
    let admin = one.signed_in("alfa", ADMIN).await;
    let elsewhere = admin.at(two.port);
    let mut screens = Vec::new();
    for client in [&admin, &elsewhere] {
        for path in [
            "/",
            "/history",
            "/reports",
            "/?q=paula",
            "/purchasing",
            "/purchasing?view=coming&by=order",
            "/returns",
            "/needs",
        ]
        .map(str::to_owned)
        .into_iter()
        .chain([format!("/orders/{}", order.id)])
        {
            screens.push(Watched::open(client, &path).await);
        }
    }
    let mut hand = Hand { client: &admin, company: &company, order: &order, undo: String::new() };
    for tap in EVERY_COMMAND {
        hand.tap(tap).await;
        for screen in &mut screens {
            screen.must_equal_a_fresh_page(tap.0.code()).await;
        }
    }
    company.import(1).await;
    for screen in &mut screens {
        screen.must_equal_a_fresh_page(EventKind::OrderImported.code()).await;
    }
}

#[tokio::test]
async fn a_command_answers_the_frames_that_its_own_page_lacks() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(2).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let path = format!("/orders/{}", order.id);
    let mut page = picker.page(&path).await;
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    let answer = picker.tap_as(&pick, &[("quantity", "10")], Uuid::now_v7(), Some(&page)).await.json();
    for frame in answer["frames"].as_array().expect("frames") {
        page.apply(frame);
    }
    assert_eq!(Some(page.n()), answer["n"].as_i64());
    page.must_show(&picker.page(&path).await, "after a pick");
    let undo = answer["undo"].as_str().expect("a pick can be undone");
    assert_eq!(picker.tap(undo, &[]).await.status, 200);
}

#[tokio::test]
async fn two_people_pick_the_same_item_at_once_and_one_is_told_who_was_first() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(1).await;
    let joao = one.signed_in("alfa", PICKER).await;
    let maria = two.signed_in("alfa", OTHER_PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let form = [("quantity", "10")];
    let (first, second) = tokio::join!(joao.tap(&pick, &form), maria.tap(&pick, &form));
    let (won, lost) = if first.status == 200 { (first, second) } else { (second, first) };
    assert_eq!((won.status.as_u16(), lost.status.as_u16()), (200, 409));
    let sentence = lost.json()["title"].as_str().unwrap().to_owned();
    assert!(sentence.contains("separou este item às"), "{sentence}");
    assert!(sentence.contains("João Pereira") || sentence.contains("Maria Conceição"), "{sentence}");
}

#[tokio::test]
async fn chaos_the_same_tap_fifty_times_at_once_acts_once_and_answers_the_same() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import_lines(&["100"]).await;
    let here = one.signed_in("alfa", PICKER).await;
    let there = here.at(two.port);
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let operation = Uuid::now_v7();
    let taps = (0..50).map(|n| {
        let client = if n % 2 == 0 { here.clone() } else { there.clone() };
        let pick = pick.clone();
        tokio::spawn(async move { client.tap_as(&pick, &[("quantity", "3")], operation, None).await })
    });
    let mut answers: Vec<Value> = Vec::new();
    for tap in taps.collect::<Vec<_>>() {
        let answer = tap.await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
        answers.push(answer.json());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let page = here.get(&format!("/orders/{}", order.id)).await.text;
    assert!(page.contains("97"), "100 − 3 are left");
    let other = here.tap_as(&pick, &[("quantity", "4")], operation, None).await;
    assert_eq!(other.status, 422, "another body under the same id");
}

/// A build that stores no output, and one whose output is another, are read, too: the first tap is answered, the second
/// told to look.
#[tokio::test]
async fn chaos_an_operation_stores_what_it_answered_and_another_build_s_is_read() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["100"]).await;
    let (picker, admin) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", ADMIN).await);
    let path = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let pick = async || picker.tap_as(&path, &[("quantity", "3")], Uuid::from_u128(7), None).await;
    let first = pick().await.json();
    let mut database = superuser(&server.database_url).await;
    let stored: Value =
        sqlx::query_scalar("select outcome from operations").fetch_one(&mut database).await.unwrap();
    let expected = json!({ "n": first["n"], "version": 2, "kind": "item_picked", "output": null });
    assert_eq!(stored, expected, "the build before reads n and version");
    run_sql(&server.database_url, "update operations set outcome = outcome - 'output'").await;
    assert_eq!(pick().await.json(), first);

    let choices = usual(&company).await;
    let form = choices.form("1", &[]);
    let path = format!("{}/confirm", upload(&admin, "columns-40-items").await);
    let confirm = async || admin.tap_as(&path, &form, Uuid::from_u128(8), None).await;
    let first = confirm().await.json();
    assert!(first["location"].as_str().is_some_and(|path| path.starts_with("/orders/")), "{first}");
    assert_eq!(confirm().await.json(), first);
    run_sql(&server.database_url, "update operations set outcome = outcome - 'output'").await;
    let answer = confirm().await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["title"]),
        (409, &json!("Isto já foi feito. Atualize a página para ver como ficou."))
    );
}

#[tokio::test]
async fn more_than_the_rest_is_refused_with_the_truth_and_never_cut() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["12"]).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let maria = server.signed_in("alfa", OTHER_PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    assert_eq!(joao.tap(&pick, &[("quantity", "7")]).await.status, 200);
    let refused = maria.tap(&pick, &[("quantity", "12")]).await;
    assert_eq!(refused.status, 409);
    let title = refused.json()["title"].as_str().unwrap().to_owned();
    assert!(title.starts_with("Restam 5, João Pereira separou 7 às "), "{title}");
}

#[tokio::test]
async fn undo_is_its_author_s_and_only_while_nobody_came_after() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["12"]).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let maria = server.signed_in("alfa", OTHER_PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let undo = joao.tap(&pick, &[("quantity", "7")]).await.json()["undo"].as_str().unwrap().to_owned();
    let foreign = maria.tap(&undo, &[]).await;
    assert_eq!(foreign.status, 409);
    assert_eq!(maria.tap(&pick, &[("quantity", "1")]).await.status, 200);
    let late = joao.tap(&undo, &[]).await;
    assert_eq!(late.status, 409);
    assert!(late.json()["title"].as_str().unwrap().contains("Maria Conceição"), "{}", late.text);
}

#[tokio::test]
async fn an_order_is_finished_when_all_is_settled_and_comes_back_when_reopened() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(2).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let base = format!("/orders/{}", order.id);
    let early = picker.tap(&format!("{base}/finish"), &[]).await;
    assert_eq!(early.status, 409, "{}", early.text);
    picker.tap(&format!("{base}/items/{}/pick", order.items[0]), &[("quantity", "10")]).await;
    picker.tap(&format!("{base}/items/{}/short", order.items[1]), &[("reason", "stock")]).await;
    assert_eq!(picker.tap(&format!("{base}/finish"), &[("volumes", "")]).await.status, 200);
    assert!(!picker.page("/").await.has(&format!("order-{}", order.id)));
    let after = picker.tap(&format!("{base}/items/{}/unpick", order.items[0]), &[("quantity", "1")]).await;
    assert_eq!(after.status, 409, "a finished order is read-only");
    assert_eq!(picker.tap(&format!("{base}/reopen"), &[("reason", "faltou um")]).await.status, 200);
    assert!(picker.page("/").await.has(&format!("order-{}", order.id)));
}

#[tokio::test]
async fn what_the_table_of_permissions_says_holds_over_http() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let cases = [
        ("urgent", "urgent", "yes", [(SELLER, 200), (PICKER, 403), (BUYER, 403), (ADMIN, 200)]),
        ("cancel", "reason", "teste", [(PICKER, 403), (BUYER, 403), (SELLER, 200), (ADMIN, 200)]),
        ("reopen", "reason", "teste", [(PICKER, 403), (BUYER, 403), (SELLER, 403), (ADMIN, 200)]),
        ("notes", "text", "teste", [(PICKER, 200), (BUYER, 200), (SELLER, 200), (ADMIN, 200)]),
    ];
    let order = company.import(1).await;
    for (command, field, value, expected) in cases {
        for (number, status) in expected {
            let client = server.signed_in("alfa", number).await;
            let answer = client.tap(&format!("/orders/{}/{command}", order.id), &[(field, value)]).await;
            assert_eq!(answer.status.as_u16(), status, "{command} by {number}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn without_script_a_form_is_answered_with_a_redirect_and_sent_twice_acts_once() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["100"]).await;
    let picker = server.signed_in("alfa", PICKER).await;
    let base = format!("/orders/{}", order.id);
    let pick = format!("{base}/items/{}/pick", order.items[0]);
    for _ in 0..2 {
        let answer = picker.post(&pick, &[("quantity", "3"), ("v", "7")]).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, base.as_str()));
    }
    let second = picker.post(&pick, &[("quantity", "3"), ("v", "8")]).await;
    assert_eq!(second.status, 303);
    let page = picker.get(&base).await.text;
    assert!(page.contains("94"), "100 − 3 − 3");
    let refused = picker.post(&pick, &[("quantity", "500"), ("v", "9")]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("Restam 94"), "{}", refused.text);
}

/// A page of the board holds sixty cards.
#[tokio::test]
async fn the_edge_of_a_full_board_moves_as_orders_come_and_go() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let mut orders = Vec::new();
    for _ in 0..60 {
        orders.push(company.import(1).await);
    }
    let admin = server.signed_in("alfa", ADMIN).await;
    let mut board = Watched::open(&admin, "/").await;
    orders.push(company.import(1).await);
    board.must_equal_a_fresh_page("the 61st order").await;
    let (first, last) = (&orders[0], &orders[60]);
    let item = first.items[0];
    for (what, path, form) in [
        ("picked", format!("/orders/{}/items/{item}/pick", first.id), ("quantity", "10")),
        ("finished", format!("/orders/{}/finish", first.id), ("volumes", "1")),
        ("reopened", format!("/orders/{}/reopen", first.id), ("reason", "faltou um")),
        ("urgent", format!("/orders/{}/urgent", last.id), ("urgent", "yes")),
        ("not urgent", format!("/orders/{}/urgent", last.id), ("urgent", "no")),
    ] {
        let answer = admin.tap(&path, &[form]).await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.text);
        board.must_equal_a_fresh_page(what).await;
        assert!(!board.page.touched, "{what}: by fragments");
    }
}
