//! Missing units are answered once, by whoever may; what was said is kept, and the line follows.

use separacao::ids::OrderId;
use separacao::orders::item::ItemStatus;

use crate::support::client::{Answer, Client};
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, BUYER, Imported, OTHER_PICKER, OTHER_SELLER, PICKER, SELLER};

struct Line {
    path: String,
}

impl Line {
    fn of(order: OrderId, item: impl std::fmt::Display) -> Self {
        Self { path: format!("/orders/{order}/items/{item}") }
    }

    async fn tap(&self, who: &Client, verb: &str, form: &[(&str, &str)]) -> Answer {
        who.tap(&format!("{}/{verb}", self.path), form).await
    }

    async fn done(&self, who: &Client, verb: &str, form: &[(&str, &str)]) -> Answer {
        let answer = self.tap(who, verb, form).await;
        assert_eq!(answer.status, 200, "{verb}: {}", answer.text);
        answer
    }

    async fn refused(&self, who: &Client, verb: &str, form: &[(&str, &str)]) -> String {
        let answer = self.tap(who, verb, form).await;
        assert_eq!(answer.status, 409, "{verb}: {}", answer.text);
        answer.json()["title"].as_str().unwrap().to_owned()
    }
}

fn undo_of(answer: &Answer) -> String {
    answer.json()["undo"].as_str().expect("it can be undone").to_owned()
}

/// Cause, units, answer and how it ended, the oldest first.
async fn records(server: &TestServer) -> Vec<String> {
    let mut database = superuser(&server.database_url).await;
    sqlx::query_scalar(
        "select concat_ws(' ', cause, trim_scale(units), answer, closed_as) from shortages order by began_version, id",
    )
    .fetch_all(&mut database)
    .await
    .unwrap()
}

const SHORT: &[(&str, &str)] = &[("reason", "stock")];

#[tokio::test]
async fn the_first_answer_wins_and_the_second_reads_who_answered() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import_lines(&["20"]).await;
    let (joao, marina) = (one.signed_in("alfa", PICKER).await, one.signed_in("alfa", SELLER).await);
    let caio = two.signed_in("alfa", OTHER_SELLER).await;
    let line = Line::of(order.id, order.items[0]);
    line.done(&joao, "pick-short", &[("quantity", "15"), ("short", "5"), ("reason", "stock")]).await;
    assert_eq!(company.line(&order, 0).await.status(), ItemStatus::Unanswered);
    assert_eq!(company.summary(order.id).await.counts.unanswered, 1);

    let said = line.refused(&marina, "answer", &[("answer", "without"), ("units", "4")]).await;
    assert!(said.starts_with("Em falta agora: 5. João Pereira mexeu neste item "), "{said}");
    let swap = [("answer", "swap"), ("units", "5"), ("text", "CB15"), ("quantity", "5")];
    let without = [("answer", "without"), ("units", "5")];
    let (first, second) =
        tokio::join!(line.tap(&marina, "answer", &swap), line.tap(&caio, "answer", &without));
    let (won, lost) = if first.status == 200 { (&first, &second) } else { (&second, &first) };
    assert_eq!((won.status.as_u16(), lost.status.as_u16()), (200, 409), "{} {}", first.text, second.text);
    let said = lost.json()["title"].as_str().unwrap().to_owned();
    assert!(said.contains("já respondeu"), "{said}");
    let again = line.tap(&joao, "answer", &without).await;
    assert_eq!(again.status, 403, "a picker does not answer");
}

#[tokio::test]
async fn what_was_missing_is_kept_with_who_said_what_and_how_it_ended() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["10", "10"]).await;
    let (joao, maria, marina) = (
        server.signed_in("alfa", PICKER).await,
        server.signed_in("alfa", OTHER_PICKER).await,
        server.signed_in("alfa", SELLER).await,
    );
    let line = Line::of(order.id, order.items[0]);
    line.done(&joao, "short", SHORT).await;
    assert_eq!(records(&server).await, ["short 10"]);
    line.done(&maria, "pick", &[("quantity", "4")]).await;
    assert_eq!(records(&server).await, ["short 6"]);
    let found = line.done(&maria, "pick", &[("quantity", "6")]).await;
    assert_eq!(records(&server).await, ["short 6 item_picked"]);
    assert_eq!(maria.tap(&undo_of(&found), &[]).await.status, 200);
    assert_eq!(records(&server).await, ["short 6 item_picked", "short 6"]);

    let answered =
        line.done(&marina, "answer", &[("answer", "buy"), ("units", "6"), ("expected", "2025-10-24")]).await;
    assert_eq!(company.line(&order, 0).await.status(), ItemStatus::PurchaseRequested);
    assert_eq!(records(&server).await, ["short 6 item_picked", "short 6 buy shortage_answered"]);
    assert_eq!(marina.tap(&undo_of(&answered), &[]).await.status, 200);
    assert_eq!(records(&server).await, ["short 6 item_picked", "short 6 buy action_undone", "short 6"]);
    let mut database = superuser(&server.database_url).await;
    let by: Vec<(String, Option<String>)> = sqlx::query_as(
        "select m.name, a.name from shortages s join people m on m.id = s.marked_by left join people a on a.id = s.answered_by
         order by began_version, s.id",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    let marked: Vec<&str> = by.iter().map(|(marked, _)| marked.as_str()).collect();
    assert_eq!(marked, ["João Pereira"; 3], "also what an undo brought back is his");

    line.done(&marina, "answer", &[("answer", "without"), ("units", "6")]).await;
    let other = Line::of(order.id, order.items[1]);
    other.done(&joao, "short", SHORT).await;
    assert_eq!(joao.tap(&format!("/orders/{}/finish", order.id), &[]).await.status, 200);
    assert_eq!(records(&server).await.last().map(String::as_str), Some("short 10 order_finished"));
    let page = marina.get(&format!("/orders/{}", order.id)).await.text;
    assert_eq!(
        page.matches("<span class=\"why\">cliente não avisado").count(),
        1,
        "of the second line alone"
    );
    for asking in ["r-unanswered", "n-unanswered"] {
        assert!(!page.contains(asking), "nobody answers for a finished order: {asking}");
    }
    let ana = server.signed_in("alfa", ADMIN).await;
    assert_eq!(ana.tap(&format!("/orders/{}/reopen", order.id), &[("reason", "teste")]).await.status, 200);
    assert_eq!(records(&server).await.last().map(String::as_str), Some("short 10"));
    other.done(&joao, "unshort", &[]).await;
    assert_eq!(records(&server).await.last().map(String::as_str), Some("short 10 item_unshort"));
}

#[tokio::test]
async fn what_cannot_be_bought_is_answered_too_and_the_answer_waits_for_what_is_on_the_way() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["10"]).await;
    let (joao, pedro, marina) = (
        server.signed_in("alfa", PICKER).await,
        server.signed_in("alfa", BUYER).await,
        server.signed_in("alfa", SELLER).await,
    );
    let line = Line::of(order.id, order.items[0]);
    line.done(&joao, "request", &[]).await;
    line.done(&pedro, "ordered", &[("quantity", "5")]).await;
    line.done(&pedro, "not-found", &[("quantity", "5")]).await;
    assert_eq!(records(&server).await, ["not_found 5"]);
    let swap = [("answer", "swap"), ("units", "5"), ("text", "CB15"), ("quantity", "5")];
    line.done(&marina, "answer", &swap).await;
    assert_eq!(company.line(&order, 0).await.status(), ItemStatus::PurchaseOrdered);
    let page = joao.get(&format!("/orders/{}", order.id)).await.text;
    assert!(page.contains("5 a caminho, 5 trocam por CB15 · 5"), "it waits on the line");
    line.done(&pedro, "received", &[("quantity", "5")]).await;
    line.done(&joao, "pick", &[("quantity", "5")]).await;
    assert_eq!(company.line(&order, 0).await.status(), ItemStatus::Swap);
    line.done(&joao, "substitute", &[("rest", "5"), ("quantity", "5"), ("text", "CB15")]).await;
    assert_eq!(company.line(&order, 0).await.status(), ItemStatus::Substituted);
    assert_eq!(company.summary(order.id).await.counts.settled, 1);
}

#[tokio::test]
async fn other_goods_are_for_the_rest_that_was_shown_and_named_in_words() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["10"]).await;
    let (joao, maria) =
        (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    let line = Line::of(order.id, order.items[0]);
    for (text, quantity, field) in
        [("  ", "10", "text"), ("CB15", "0", "quantity"), ("CB15", "x", "quantity")]
    {
        let form = [("rest", "10"), ("quantity", quantity), ("text", text)];
        let answer = line.tap(&joao, "substitute", &form).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
        assert!(answer.json()["fields"][field].is_string(), "{field}: {}", answer.text);
    }
    line.done(&maria, "pick", &[("quantity", "4")]).await;
    let said =
        line.refused(&joao, "substitute", &[("rest", "10"), ("quantity", "10"), ("text", "CB15")]).await;
    assert!(said.starts_with("Restam 6, Maria Conceição separou 4 às "), "{said}");
    line.done(&joao, "substitute", &[("rest", "6"), ("quantity", "3"), ("text", "CB15"), ("unit", "CX")])
        .await;
    let said = line.refused(&maria, "pick", &[("quantity", "6")]).await;
    assert!(said.starts_with("João Pereira já trocou este item "), "{said}");
    let agreed = line.tap(&joao, "agree", &[("rest", "6"), ("quantity", "3"), ("text", "CB15")]).await;
    assert_eq!(agreed.status, 403, "a picker agrees nothing with customers");
}

#[tokio::test]
async fn what_goes_back_of_a_canceled_order_asks_nobody_until_the_order_comes_back() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["10"]).await;
    let (joao, admin) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", ADMIN).await);
    let line = Line::of(order.id, order.items[0]);
    line.done(&joao, "short", SHORT).await;
    line.done(&joao, "pick", &[("quantity", "10")]).await;
    let reason = [("reason", "cliente desistiu")];
    assert_eq!(admin.tap(&format!("/orders/{}/cancel", order.id), &reason).await.status, 200);
    line.done(&joao, "return", &[("quantity", "10")]).await;
    assert_eq!(records(&server).await, ["short 10 item_picked"]);
    let restored = admin.tap(&format!("/orders/{}/reopen", order.id), &reason).await;
    assert_eq!(restored.status, 200, "{}", restored.text);
    assert_eq!(company.line(&order, 0).await.status(), ItemStatus::Unanswered);
    assert_eq!(records(&server).await, ["short 10 item_picked", "short 10"]);
}

/// That a customer does without is an answer, which a tap on another order's line does not undo. On the line itself somebody may
/// still ask for the goods.
#[tokio::test]
async fn a_request_for_several_orders_leaves_out_whoever_does_without() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let [ours, without, open] = [company.import(1).await, company.import(1).await, company.import(1).await];
    let (joao, marina) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", SELLER).await);
    let lines = [&ours, &without, &open].map(|order| Line::of(order.id, order.items[0]));
    for line in &lines[1..] {
        line.done(&joao, "short", SHORT).await;
    }
    let sheet = format!("/orders/{}?item={}", ours.id, ours.items[0]);
    assert!(joao.get(&sheet).await.text.contains("Este e mais 2 pedidos"));
    lines[1].done(&marina, "answer", &[("answer", "without"), ("units", "10")]).await;
    assert!(joao.get(&sheet).await.text.contains("Este e mais 1 pedido"));
    // The sheet may have been open before the answer.
    let others = format!("{} {}", without.id, open.id);
    lines[0].done(&joao, "request", &[("others", &others)]).await;
    let status = async |order: &Imported| company.line(order, 0).await.status();
    assert_eq!(status(&ours).await, ItemStatus::PurchaseRequested);
    assert_eq!(status(&without).await, ItemStatus::Short);
    assert_eq!(status(&open).await, ItemStatus::PurchaseRequested);
    lines[1].done(&joao, "request", &[]).await;
    assert_eq!(status(&without).await, ItemStatus::PurchaseRequested);
}

#[tokio::test]
async fn another_reason_for_a_line_that_is_short_is_refused_and_says_who_marked_it() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["10"]).await;
    let (joao, maria) =
        (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    let line = Line::of(order.id, order.items[0]);
    line.done(&joao, "short", SHORT).await;
    let said = line.refused(&maria, "short", &[("reason", "damaged")]).await;
    assert!(said.contains("João Pereira marcou falta deste item"), "{said}");
    assert!(line.done(&maria, "short", SHORT).await.json()["undo"].is_null(), "it is as she says already");
    // Corrected by taking it back first.
    line.done(&joao, "unshort", &[]).await;
    line.done(&joao, "short", &[("reason", "damaged")]).await;
    let reason = company.line(&order, 0).await.reason.and_then(|reason| reason.code);
    assert_eq!(reason.as_deref(), Some("damaged"));
}
