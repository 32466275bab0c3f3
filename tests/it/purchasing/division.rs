//! Goods for several orders, bought and received at once.

use separacao::orders::item::ItemStatus;

use super::page::shows;
use super::{done, item, title, undo, units};
use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, BUYER, Imported, PICKER};

/// The division that the page offers: every line gets what it lacks.
pub(super) fn division(shares: &[(&Imported, &str, &str)]) -> Vec<(String, String)> {
    let fields = shares.iter().flat_map(|(order, share, seen)| {
        let item = order.items[0];
        [
            (format!("share-{item}"), (*share).to_owned()),
            (format!("seen-{item}"), format!("{} {seen}", order.id)),
        ]
    });
    fields.collect()
}

pub(super) async fn tap(client: &Client, path: &str, fields: &[(String, String)]) -> Answer {
    let form: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.tap(path, &form).await
}

#[tokio::test]
async fn goods_for_several_orders_are_bought_and_received_at_once_with_what_is_for_the_stock() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (first, second) = (company.import_lines(&["10"]).await, company.import_lines(&["15"]).await);
    let (buyer, picker) = (one.signed_in("alfa", BUYER).await, two.signed_in("alfa", PICKER).await);
    let mut screen = Watched::open(&picker, "/purchasing?view=coming").await;
    for order in [&first, &second] {
        done(&buyer, &item(order, 0, "request"), &[]).await;
    }
    let mut bought = division(&[(&first, "10", "10"), (&second, "12", "15")]);
    let terms = [("quantity", "30"), ("supplier", "Casa Silva"), ("expected", "2025-10-23")];
    bought.extend(terms.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let answer = tap(&buyer, "/purchasing/buy", &bought).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    screen.must_equal_a_fresh_page("bought").await;
    assert_eq!(company.line(&first, 0).await.status(), ItemStatus::PurchaseOrdered);
    assert_eq!(company.line(&second, 0).await.to_buy(), units(3));
    let late = ["A caminho 1", "Atrasadas 1", "30 UN", "Casa Silva", "previsto 23/10/2025"];
    shows(&picker, "/purchasing?view=late", &late).await;
    // Said to come later, it is late no more.
    let purchase = company.newest_purchase().await.unwrap();
    let expected = format!("/purchasing/{purchase}/expected");
    done(&buyer, &expected, &[("expected", "2099-01-31")]).await;
    screen.must_equal_a_fresh_page("expected").await;
    shows(&picker, "/purchasing?view=coming", &["Atrasadas 0", "previsto 31/01/2099"]).await;
    assert_eq!(picker.tap(&expected, &[("expected", "")]).await.status, 403);
    for unread in ["ontem", "0022-01-31", "-009999-01-31"] {
        assert_eq!(buyer.tap(&expected, &[("expected", unread)]).await.status, 422, "{unread}");
    }

    let came = division(&[(&first, "10", "10"), (&second, "4", "12")]);
    let answer = tap(&picker, "/purchasing/receive", &came).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(company.line(&first, 0).await.status(), ItemStatus::Arrived);
    shows(&picker, "/purchasing?view=coming", &["16 UN"]).await;
    let back = undo(&picker, &answer.json()).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert_eq!(company.line(&second, 0).await.received, units(0));
    tap(&picker, "/purchasing/receive", &came).await;
    let rest = tap(&buyer, "/purchasing/unorder", &division(&[(&second, "8", "8")])).await;
    assert_eq!(rest.status, 200, "{}", rest.text);
    assert_eq!(company.line(&second, 0).await.to_buy(), units(11));
    shows(&picker, "/purchasing?view=coming", &["8 UN", "só para o estoque"]).await;
    let stock = format!("/purchasing/{purchase}/surplus");
    assert_eq!(picker.tap(&stock, &[("outcome", "stocked")]).await.status, 403);
    done(&buyer, &stock, &[("outcome", "stocked")]).await;
    assert_eq!(buyer.tap(&stock, &[("outcome", "canceled")]).await.status, 409);
    shows(&picker, "/purchasing?view=coming", &["Nada a caminho"]).await;
    screen.must_equal_a_fresh_page("settled").await;
}

#[tokio::test]
async fn a_division_is_all_or_nothing_where_a_line_changed_meanwhile() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (first, second) = (company.import_lines(&["10"]).await, company.import_lines(&["15"]).await);
    let (buyer, picker) = (server.signed_in("alfa", BUYER).await, server.signed_in("alfa", PICKER).await);
    for order in [&first, &second] {
        done(&buyer, &item(order, 0, "request"), &[]).await;
    }
    let bought = division(&[(&first, "10", "10"), (&second, "15", "15")]);
    done(&picker, &item(&second, 0, "pick"), &[("quantity", "5")]).await;
    let refused = tap(&buyer, "/purchasing/buy", &bought).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(title(&refused).contains("João Pereira mexeu neste item"), "{}", refused.text);
    assert_eq!(company.line(&first, 0).await.status(), ItemStatus::PurchaseRequested, "nothing is written");
    assert_eq!(company.newest_purchase().await, None);
    let with_total = |shares: &[(&Imported, &str, &str)], total: &str| {
        let mut fields = division(shares);
        fields.push(("quantity".to_owned(), total.to_owned()));
        fields
    };
    let too_much = with_total(&[(&first, "10", "10"), (&second, "10", "10")], "19");
    assert_eq!(tap(&buyer, "/purchasing/buy", &too_much).await.status, 422);
    assert_eq!(tap(&buyer, "/purchasing/buy", &with_total(&[(&first, "0", "10")], "5")).await.status, 422);
    let missed =
        tap(&buyer, "/purchasing/not-found", &division(&[(&first, "10", "10"), (&second, "10", "10")])).await;
    assert_eq!(missed.status, 200, "{}", missed.text);
    assert_eq!(company.line(&first, 0).await.status(), ItemStatus::Unanswered);
    assert_eq!(tap(&picker, "/purchasing/buy", &bought).await.status, 403);
}

#[tokio::test]
async fn a_line_that_a_form_names_twice_is_not_bought() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["10"]).await;
    let buyer = server.signed_in("alfa", BUYER).await;
    done(&buyer, &item(&order, 0, "request"), &[]).await;
    let mut twice = division(&[(&order, "4", "10")]);
    let spelled = order.items[0].0.simple();
    twice.push((format!("share-{spelled}"), "6".to_owned()));
    twice.push((format!("seen-{spelled}"), format!("{} 6", order.id)));
    for verb in ["buy", "not-found"] {
        let refused = tap(&buyer, &format!("/purchasing/{verb}"), &twice).await;
        assert_eq!(refused.status, 422, "{verb}: {}", refused.text);
    }
    assert_eq!(company.line(&order, 0).await.to_buy(), units(10));
    assert_eq!(company.newest_purchase().await, None);
}

#[tokio::test]
async fn lines_of_another_company_are_not_bought_or_received() {
    let server = TestServer::start().await;
    let beta = server.company("beta").await;
    let theirs = beta.import_lines(&["10"]).await;
    let (ours, stranger) = (server.signed_in("alfa", ADMIN).await, server.signed_in("beta", ADMIN).await);
    done(&stranger, &item(&theirs, 0, "request"), &[]).await;
    let fields = division(&[(&theirs, "10", "10")]);
    for verb in ["buy", "not-found", "receive", "unorder"] {
        let answer = tap(&ours, &format!("/purchasing/{verb}"), &fields).await;
        assert_eq!(answer.status, 404, "{verb}: {}", answer.text);
    }
    assert_eq!(beta.line(&theirs, 0).await.to_buy(), units(10));
    shows(&ours, "/purchasing", &["Nada para comprar"]).await;
}

/// The purchase of two orders is taken back for the one that nobody touched since; for the other one it was given up meanwhile,
/// and is wanted again.
#[tokio::test]
async fn units_that_were_given_up_come_back_though_the_rest_of_their_purchase_was_undone() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (first, second) = (company.import(1).await, company.import(1).await);
    let (buyer, admin) = (server.signed_in("alfa", BUYER).await, server.signed_in("alfa", ADMIN).await);
    for order in [&first, &second] {
        done(&buyer, &item(order, 0, "request"), &[]).await;
    }
    let mut bought = division(&[(&first, "10", "10"), (&second, "10", "10")]);
    let terms = [("quantity", "25"), ("supplier", "Casa Silva")];
    bought.extend(terms.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let bought = tap(&buyer, "/purchasing/buy", &bought).await;
    assert_eq!(bought.status, 200, "{}", bought.text);
    let given_up = done(&admin, &item(&first, 0, "unordered"), &[("quantity", "10")]).await;
    let undone = undo(&buyer, &bought.json()).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    let said = format!("Desfeito, menos um item em que alguém mexeu depois: FO00 ({})", first.number);
    assert_eq!(undone.json()["message"], said);
    // Nothing of it is left, the stock's part neither, and nobody is suggested for it.
    shows(&buyer, "/purchasing?view=coming", &["Nada a caminho"]).await;
    shows(&buyer, "/purchasing/history", &["Nenhuma compra"]).await;
    let sheet = buyer.get("/purchasing?view=buy&code=00100&unit=UN").await.text;
    assert!(sheet.contains("id=\"suppliers\"") && !sheet.contains("Casa Silva"), "{sheet}");
    let back = undo(&admin, &given_up).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert_eq!(company.line(&first, 0).await.ordered, units(10));
    assert_eq!(company.line(&second, 0).await.to_buy(), units(10));
    shows(&buyer, "/purchasing?view=coming", &["10 UN", "Casa Silva"]).await;
}
