//! The stock's part of a purchase: what was bought beyond what the lines lacked.

use super::division::{division, tap};
use super::page::shows;
use super::{done, item, title, undo};
use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, BUYER};

#[tokio::test]
async fn the_stock_s_part_is_settled_part_by_part_and_taken_back_by_who_settled_it() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (buyer, admin) = (server.signed_in("alfa", BUYER).await, server.signed_in("alfa", ADMIN).await);
    done(&buyer, &item(&order, 0, "request"), &[]).await;
    let mut bought = division(&[(&order, "10", "10")]);
    bought.push(("quantity".to_owned(), "25".to_owned()));
    assert_eq!(tap(&buyer, "/purchasing/buy", &bought).await.status, 200);
    let stock = format!("/purchasing/{}/surplus", company.newest_purchase().await.unwrap());
    let mut screen = Watched::open(&buyer, "/purchasing?view=coming").await;
    let first = done(&buyer, &stock, &[("outcome", "stocked"), ("quantity", "9")]).await;
    screen.must_equal_a_fresh_page("a part of it").await;
    shows(&buyer, "/purchasing?view=coming", &["16 UN"]).await;
    for (quantity, status, told) in [("7", 409, "resta só: 6"), ("0", 422, ""), ("1,5", 422, "")] {
        let refused = buyer.tap(&stock, &[("outcome", "stocked"), ("quantity", quantity)]).await;
        assert_eq!(refused.status.as_u16(), status, "{quantity}: {}", refused.text);
        assert!(title(&refused).contains(told), "{quantity}: {}", refused.text);
    }
    let last = done(&admin, &stock, &[("outcome", "canceled"), ("quantity", "6")]).await;
    assert_eq!(admin.tap(&stock, &[("outcome", "canceled")]).await.status, 409);
    shows(&buyer, "/purchasing?view=coming", &["10 UN"]).await;
    shows(&buyer, "/purchasing/history", &["25 UN"]).await;
    // By whoever did it, and no one else.
    assert_eq!(undo(&buyer, &last).await.status, 409);
    assert_eq!(undo(&admin, &last).await.status, 200);
    assert_eq!(undo(&admin, &last).await.status, 200, "taken back already");
    shows(&buyer, "/purchasing?view=coming", &["16 UN"]).await;
    assert_eq!(undo(&buyer, &first).await.status, 200);
    screen.must_equal_a_fresh_page("taken back").await;
    shows(&buyer, "/purchasing?view=coming", &["25 UN"]).await;
}

#[tokio::test]
async fn the_stock_s_part_is_an_amount_that_can_be_settled() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["10"]).await;
    let buyer = server.signed_in("alfa", BUYER).await;
    done(&buyer, &item(&order, 0, "request"), &[]).await;
    let with_whole = |whole: &str| {
        let mut fields = division(&[(&order, "10", "10")]);
        fields.push(("quantity".to_owned(), whole.to_owned()));
        fields
    };
    for whole in ["10,5", "10,0005", "9999999999"] {
        let refused = tap(&buyer, "/purchasing/buy", &with_whole(whole)).await;
        assert_eq!(refused.status, 422, "{whole}: {}", refused.text);
    }
    assert_eq!(company.newest_purchase().await, None);
    assert_eq!(tap(&buyer, "/purchasing/buy", &with_whole("11")).await.status, 200);
    let purchase = company.newest_purchase().await.unwrap();
    let (stock, odd) =
        (format!("/purchasing/{purchase}/surplus"), "update purchases set surplus = 0.5 where surplus = 1");
    run_sql(&server.database_url, odd).await;
    let refused = buyer.tap(&stock, &[("outcome", "stocked"), ("quantity", "0,25")]).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    done(&buyer, &stock, &[("outcome", "stocked"), ("quantity", "0,5")]).await;
}

#[tokio::test]
async fn a_line_of_part_of_a_piece_may_leave_a_part_for_the_stock() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["10.5"]).await;
    let buyer = server.signed_in("alfa", BUYER).await;
    done(&buyer, &item(&order, 0, "request"), &[]).await;
    let mut bought = division(&[(&order, "10,5", "10.5")]);
    bought.push(("quantity".to_owned(), "12".to_owned()));
    let answer = tap(&buyer, "/purchasing/buy", &bought).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let stock = format!("/purchasing/{}/surplus", company.newest_purchase().await.unwrap());
    done(&buyer, &stock, &[("outcome", "stocked"), ("quantity", "1,5")]).await;
}
