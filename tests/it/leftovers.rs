//! What was not read on a paper stops its import until a person completes it, corrects it or strikes it out.

use crate::support::database::count;
use crate::support::quotes::{order_of, upload, usual};
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, SELLER};

#[tokio::test]
async fn hidden_text_stops_the_import_until_it_is_struck_out_and_no_reason_drops_it() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let choices = usual(&company).await;
    let draft = upload(&admin, "field/invisible-row-white").await;
    let page = admin.get(&draft).await.text;
    assert!(page.contains("que não se vê no papel"), "{page}");
    assert!(page.contains("00099 LINHA INVISIVEL UN 07 0,00 0,00"), "{page}");
    let (save, confirm) = (format!("{draft}/save"), format!("{draft}/confirm"));
    let refused = admin.tap(&confirm, &choices.form("1", &[("reason", "porque sim")])).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    let struck = admin.post(&save, &choices.form("2", &[("strike", "1")])).await;
    assert_eq!(struck.location(), format!("{draft}#leftovers"));
    assert!(admin.get(&draft).await.text.contains("<s>"));
    // Taken back, it stops the import again.
    assert_eq!(admin.tap(&save, &choices.form("3", &[("restore", "1")])).await.status, 200);
    assert_eq!(admin.tap(&confirm, &choices.form("4", &[])).await.status, 422);
    assert_eq!(admin.tap(&save, &choices.form("4", &[("strike", "1")])).await.status, 200);
    let id = order_of(&admin.tap(&confirm, &choices.form("5", &[])).await);
    let items = format!("order_items where order_id = '{}'", id.0);
    assert_eq!(count(&server.database_url, &items).await, 2);
}

#[tokio::test]
async fn a_line_that_was_not_read_is_completed_in_its_place() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let choices = usual(&company).await;
    let draft = upload(&seller, "field/tounicode-lacks-one-digit").await;
    let (save, confirm) = (format!("{draft}/save"), format!("{draft}/confirm"));
    assert!(!seller.get(&draft).await.text.contains("/confirm\""), "nothing to confirm with");
    let edit = seller.post(&save, &choices.form("1", &[("edit", "p1")])).await;
    assert_eq!(edit.location(), format!("{draft}?line=p1#line-p1"));
    let page = seller.get(&format!("{draft}?line=p1")).await.text;
    for wanted in ["name=\"line-p1-quantity\"", "value=\"00014\""] {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    let cells = [
        ("line-p1-code", "00014"),
        ("line-p1-description", "BRINDE"),
        ("line-p1-unit", "UN"),
        ("line-p1-quantity", "19"),
        ("line-p1-unit_price", "0,00"),
        ("line-p1-total", "0,00"),
    ];
    assert_eq!(seller.tap(&save, &choices.form("2", &cells)).await.status, 200);
    assert!(seller.get(&draft).await.text.contains("É o item 2"));
    let id = order_of(&seller.tap(&confirm, &choices.form("3", &[])).await);
    let second = format!("order_items where order_id = '{}' and position = 2 and quantity = 19", id.0);
    assert_eq!(count(&server.database_url, &second).await, 1);
    let all = format!("order_items where order_id = '{}'", id.0);
    assert_eq!(count(&server.database_url, &all).await, 3);
}

#[tokio::test]
async fn an_item_that_is_struck_out_on_the_paper_is_marked_and_can_be_taken_out() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let choices = usual(&company).await;
    let draft = upload(&seller, "field/item-struck-out").await;
    let (save, confirm) = (format!("{draft}/save"), format!("{draft}/confirm"));
    let page = seller.get(&draft).await.text;
    for wanted in ["Item 2: há um risco por cima de", "name=\"drop\" value=\"2\"", "Tirar do pedido"] {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    assert_eq!(seller.tap(&confirm, &choices.form("1", &[])).await.status, 422, "nobody looked at it");
    let dropped = seller.post(&save, &choices.form("2", &[("drop", "2")])).await;
    assert_eq!(dropped.location(), format!("{draft}#line-2"));
    let page = seller.get(&draft).await.text;
    assert!(page.contains("Item tirado") && page.contains("name=\"keep\" value=\"2\""), "{page}");
    // An item that nothing makes doubtful stays, whatever is sent.
    assert_eq!(seller.tap(&save, &choices.form("3", &[("drop", "1")])).await.status, 200);
    assert_eq!(seller.tap(&confirm, &choices.form("3", &[])).await.status, 422, "the sums do not hold");
    let totals = [("total", "217,50"), ("payable", "217,50")];
    assert_eq!(seller.tap(&save, &choices.form("3", &totals)).await.status, 200);
    let id = order_of(&seller.tap(&confirm, &choices.form("4", &[])).await);
    let items = format!("order_items where order_id = '{}'", id.0);
    assert_eq!(count(&server.database_url, &items).await, 2);
    assert_eq!(count(&server.database_url, &format!("{items} and code = '00841'")).await, 0);
}

#[tokio::test]
async fn a_line_that_is_missing_is_added_by_hand() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let choices = usual(&company).await;
    let draft = upload(&seller, "columns-1-item").await;
    let (save, confirm) = (format!("{draft}/save"), format!("{draft}/confirm"));
    let added = seller.post(&save, &choices.form("1", &[("add", "yes")])).await;
    assert_eq!(added.location(), format!("{draft}#add-line"));
    assert!(seller.get(&draft).await.text.contains("name=\"line-n1-code\""));
    assert_eq!(seller.tap(&confirm, &choices.form("2", &[])).await.status, 422, "an empty line is no item");
    let cells = [
        ("line-n1-code", "00099"),
        ("line-n1-description", "CANETA BRINDE"),
        ("line-n1-quantity", "3"),
        ("line-n1-unit_price", "0"),
        ("line-n1-total", "0"),
    ];
    // A refused confirmation keeps what was typed: that is a version of its own.
    let version = "2";
    assert_eq!(seller.tap(&save, &choices.form(version, &cells)).await.status, 200);
    let more = seller.tap(&save, &choices.form("3", &[("add", "yes"), ("add_after", "1")])).await;
    assert_eq!(more.status, 200);
    assert_eq!(seller.tap(&save, &choices.form("4", &[("remove", "n2")])).await.status, 200);
    let id = order_of(&seller.tap(&confirm, &choices.form("5", &[])).await);
    let line = format!("order_items where order_id = '{}' and position = 2 and code = '00099'", id.0);
    assert_eq!(count(&server.database_url, &line).await, 1);
}
