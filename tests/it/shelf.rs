//! What a canceled order has in its box goes back to the shelf, and is counted until it is there.

use rust_decimal::Decimal;
use separacao::feed::EventKind;
use separacao::orders::item::{ItemState, RestState};
use separacao::orders::queries::items;

use crate::support::client::{Answer, Client};
use crate::support::database::{count, run_sql, undo_path};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, BUYER, Company, Imported, OTHER_PICKER, PICKER, SELLER};

/// An order of three lines, 10 UN each: of the first 4 and then 6 are picked, of the second 3.
struct Boxed {
    company: Company,
    order: Imported,
}

impl Boxed {
    async fn import(server: &TestServer, picker: &Client) -> Self {
        let company = server.company("alfa").await;
        let order = company.import(3).await;
        let boxed = Self { company, order };
        for (n, quantity) in [(0, "4"), (0, "6"), (1, "3")] {
            done(&picker.tap(&boxed.item(n, "pick"), &[("quantity", quantity)]).await);
        }
        boxed
    }

    fn path(&self) -> String {
        format!("/orders/{}", self.order.id)
    }

    fn item(&self, n: usize, verb: &str) -> String {
        format!("{}/items/{}/{verb}", self.path(), self.order.items[n])
    }

    async fn cancel(&self, client: &Client) {
        done(&client.tap(&format!("{}/cancel", self.path()), &[("reason", "cliente desistiu")]).await);
    }

    async fn put_back(&self, client: &Client, n: usize, quantity: &str) -> Answer {
        client.tap(&self.item(n, "return"), &[("quantity", quantity)]).await
    }

    async fn line(&self, n: usize) -> ItemState {
        let mut tx = self.company.app.db.company(self.company.id).await.unwrap();
        let only = [self.order.items[n]];
        let mut items = items::list_items(&mut tx, self.order.id, Some(&only)).await.unwrap();
        items.swap_remove(0).state
    }

    /// The line's row on the order's page.
    async fn row(&self, client: &Client, n: usize) -> String {
        let page = client.get(&self.path()).await.text;
        let (_, after) =
            page.split_once(&format!("<li\n  id=\"item-{}\"", self.order.items[n])).expect("a row");
        after.split_once("</li>").unwrap().0.to_owned()
    }

    /// The order's row on the list of closed ones.
    async fn closed_row(&self, client: &Client) -> String {
        let page = client.get("/history").await.text;
        let (_, after) = page.split_once(&format!("<tr id=\"closed-{}\"", self.order.id)).expect("a row");
        after.split_once("</tr>").unwrap().0.to_owned()
    }
}

fn done(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text);
}

fn refused(answer: &Answer) -> String {
    assert_eq!(answer.status, 409, "{}", answer.text);
    answer.json()["title"].as_str().unwrap().to_owned()
}

fn units(n: i64) -> Decimal {
    Decimal::from(n)
}

#[tokio::test]
async fn a_canceled_order_asks_for_what_is_in_its_box_until_all_of_it_is_back() {
    let server = TestServer::start().await;
    let (admin, picker) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let boxed = Boxed::import(&server, &picker).await;
    assert!(!boxed.row(&picker, 0).await.contains("/return\""), "not while the order is open");
    let too_early = refused(&boxed.put_back(&picker, 0, "1").await);
    assert!(too_early.starts_with("João Pereira mexeu neste item às "), "{too_early}");
    boxed.cancel(&admin).await;

    let page = picker.get(&boxed.path()).await.text;
    for wanted in ["Devolver à prateleira", "2 para devolver", "Não separados"] {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    let (_, bar) = page.split_once("id=\"finish-bar\"").unwrap();
    assert!(bar.contains("2 para devolver") && bar.contains("Próximo pedido"), "it leads on: {bar}");
    let row = boxed.row(&picker, 0).await;
    for wanted in [
        "data-in=\"items-shelf\"",
        "Devolver 10",
        "Devolvido",
        "data-need=\"pick\"",
        "name=\"quantity\" value=\"10\"",
    ] {
        assert!(row.contains(wanted), "{wanted} is not in {row}");
    }
    let row = boxed.row(&picker, 2).await;
    assert!(row.contains("data-in=\"items-now\"") && !row.contains("/return\""), "{row}");
    assert!(boxed.closed_row(&picker).await.contains("2 para devolver"));
    let sheet = picker.get(&format!("{}?item={}", boxed.path(), boxed.order.items[0])).await.text;
    assert!(
        sheet.contains("Quanto já voltou para a prateleira?") && sheet.contains("data-most=\"10\""),
        "{sheet}"
    );

    // The newest picks go first, and no more than there is.
    assert_eq!(refused(&boxed.put_back(&picker, 0, "11").await), "Só falta devolver 10");
    let part = boxed.put_back(&picker, 0, "7").await;
    done(&part);
    assert_eq!(part.json()["message"], "Devolvido à prateleira");
    assert_eq!(boxed.line(0).await.picked, units(3));
    let url = &server.database_url;
    let left = format!("item_picks where item_id = '{}' and quantity = 3", boxed.order.items[0]);
    assert_eq!(count(url, &left).await, 1, "of the older pick");
    assert!(boxed.row(&picker, 0).await.contains("Devolver 3"));
    done(&boxed.put_back(&picker, 0, "3").await);
    let row = boxed.row(&picker, 0).await;
    assert!(row.contains("data-in=\"items-now\"") && !row.contains("/return\""), "{row}");
    assert!(boxed.closed_row(&picker).await.contains("1 para devolver"));
    let last = boxed.put_back(&picker, 1, "3").await;
    done(&last);
    let page = picker.get(&boxed.path()).await.text;
    assert!(page.contains("tudo devolvido") && !page.contains("para devolver"), "{page}");
    assert!(page.contains("João Pereira devolveu 7 × FO00 à prateleira"), "{page}");
    assert!(boxed.closed_row(&picker).await.contains("tudo devolvido"));
    assert_eq!(count(url, "item_picks").await, 0);
    assert_eq!(count(url, "order_history where kind = 'item_returned'").await, 3);

    // Whoever said so takes it back, nobody else.
    let undo = last.json()["undo"].as_str().unwrap().to_owned();
    assert_eq!(admin.tap(&undo, &[]).await.status, 409);
    done(&picker.tap(&undo, &[]).await);
    assert_eq!(boxed.line(1).await.picked, units(3));
    assert!(boxed.closed_row(&picker).await.contains("1 para devolver"));
    let picked = picker.tap(&undo_path(url, boxed.order.id, 3).await, &[]).await;
    assert!(refused(&picked).starts_with("Ana Souza cancelou este pedido "), "{}", picked.text);
}

#[tokio::test]
async fn nothing_else_is_done_to_a_canceled_order_and_a_finished_one_takes_nothing_back() {
    let server = TestServer::start().await;
    let (admin, picker) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let boxed = Boxed::import(&server, &picker).await;
    boxed.cancel(&admin).await;
    for (verb, form) in [
        ("pick", &[("quantity", "1")][..]),
        ("unpick", &[("quantity", "1")]),
        ("short", &[("reason", "stock")]),
        ("unshort", &[]),
    ] {
        let said = refused(&admin.tap(&boxed.item(1, verb), form).await);
        assert!(said.starts_with("Ana Souza cancelou este pedido "), "{verb}: {said}");
    }
    // Everybody may put back, and of what was never picked there is nothing.
    for number in [SELLER, BUYER, PICKER] {
        done(&boxed.put_back(&server.signed_in("alfa", number).await, 1, "1").await);
    }
    assert_eq!(refused(&boxed.put_back(&picker, 2, "1").await), "Este item mudou. Veja como está agora.");
    let url = &server.database_url;
    run_sql(url, "update orders set state = 'finished'").await;
    let said = refused(&boxed.put_back(&picker, 0, "1").await);
    assert!(said.starts_with("Ana Souza finalizou este pedido "), "{said}");
    assert!(!boxed.row(&picker, 0).await.contains("/return\""));
    // An order that was canceled with an empty box has nothing to tell.
    let empty = Boxed { order: boxed.company.import(1).await, company: boxed.company };
    empty.cancel(&admin).await;
    let row = empty.closed_row(&picker).await;
    assert!(!row.contains("devolver") && !row.contains("devolvido"), "{row}");
}

#[tokio::test]
async fn two_who_put_the_same_units_back_at_once_one_of_them_is_told() {
    let (one, two) = TestServer::pair().await;
    let (admin, picker) = (one.signed_in("alfa", ADMIN).await, one.signed_in("alfa", PICKER).await);
    let maria = two.signed_in("alfa", OTHER_PICKER).await;
    let boxed = Boxed::import(&one, &picker).await;
    boxed.cancel(&admin).await;
    let (first, second) = tokio::join!(boxed.put_back(&picker, 0, "10"), boxed.put_back(&maria, 0, "10"));
    let (won, lost) = if first.status == 200 { (first, second) } else { (second, first) };
    done(&won);
    assert!(refused(&lost).contains(" já devolveu às "), "{}", lost.text);
    assert_eq!(boxed.line(0).await.picked, units(0));
    assert_eq!(count(&one.database_url, "order_history where kind = 'item_returned'").await, 1);
    // Restored while somebody puts back: either it counted or it is told, the picks add up.
    let restore = format!("{}/reopen", boxed.path());
    let (restored, back) =
        tokio::join!(admin.tap(&restore, &[("reason", "voltou atrás")]), boxed.put_back(&maria, 1, "3"));
    done(&restored);
    let picked = if back.status == 200 { units(0) } else { units(3) };
    assert_eq!(boxed.line(1).await.picked, picked, "{}", back.text);
}

#[tokio::test]
async fn the_page_before_and_the_frames_are_the_page_after_for_what_a_canceled_order_puts_back() {
    let (one, two) = TestServer::pair().await;
    let admin = one.signed_in("alfa", ADMIN).await;
    let boxed = Boxed::import(&one, &admin).await;
    let mut screens = Vec::new();
    for client in [admin.clone(), admin.at(two.port)] {
        for path in ["/", &boxed.path(), "/history", "/?q=paula"] {
            screens.push(Watched::open(&client, path).await);
        }
    }
    boxed.cancel(&admin).await;
    follow(&mut screens, EventKind::OrderCanceled.code()).await;
    let mut undo = String::new();
    for (n, quantity) in [(0, "2"), (0, "8"), (1, "3")] {
        let answer = boxed.put_back(&admin, n, quantity).await;
        done(&answer);
        answer.json()["undo"].as_str().unwrap().clone_into(&mut undo);
        follow(&mut screens, EventKind::ItemReturned.code()).await;
    }
    done(&admin.tap(&undo, &[]).await);
    follow(&mut screens, EventKind::ActionUndone.code()).await;
    done(&admin.tap(&format!("{}/reopen", boxed.path()), &[("reason", "voltou atrás")]).await);
    follow(&mut screens, EventKind::OrderReopened.code()).await;
}

/// Every screen shows what a fresh page shows; the list of closed orders was told to fetch itself again.
async fn follow(screens: &mut [Watched], after: &str) {
    for screen in screens {
        screen.must_equal_a_fresh_page(after).await;
        let closed = screen.page.screen == "history";
        assert!(!closed || screen.refetched, "{after}: the list of closed orders");
        screen.refetched = false;
    }
}

#[tokio::test]
async fn a_restored_order_has_what_is_still_in_its_box() {
    let server = TestServer::start().await;
    let (admin, picker) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let boxed = Boxed::import(&server, &picker).await;
    boxed.cancel(&admin).await;
    done(&boxed.put_back(&picker, 0, "6").await);
    done(&boxed.put_back(&picker, 1, "3").await);
    let restore = format!("{}/reopen", boxed.path());
    let reason = [("reason", "cliente voltou atrás")];
    assert_eq!(picker.tap(&restore, &reason).await.status, 403, "an administrator does");
    done(&admin.tap(&restore, &reason).await);
    for (n, picked) in [(0, 4), (1, 0), (2, 0)] {
        let line = boxed.line(n).await;
        let is = (line.picked, line.to_return, line.rest_state);
        assert_eq!(is, (units(picked), units(0), RestState::Pending));
    }
    let page = picker.get(&boxed.path()).await.text;
    assert!(!page.contains("/return\"") && !page.contains("items-shelf"), "{page}");
    assert!(page.contains("Para separar") && !page.contains("tudo devolvido"), "{page}");
    done(&picker.tap(&boxed.item(0, "pick"), &[("quantity", "6")]).await);
    // Canceled again, it counts again.
    boxed.cancel(&admin).await;
    assert!(boxed.closed_row(&picker).await.contains("1 para devolver"));
    done(&boxed.put_back(&picker, 0, "10").await);
    assert!(boxed.closed_row(&picker).await.contains("tudo devolvido"));
}

#[tokio::test]
async fn a_canceled_order_comes_back_only_while_its_number_is_free() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let first = Boxed { order: company.import(1).await, company: company.clone() };
    let second = Boxed { order: company.import(1).await, company };
    first.cancel(&admin).await;
    let number = &first.order.number;
    let take = format!(
        "update orders set number = '{number}', customer = 'LOJA DO ZÉ' where id = '{}'",
        second.order.id
    );
    run_sql(&server.database_url, &take).await;
    let restore = format!("{}/reopen", first.path());
    let reason = [("reason", "cliente voltou atrás")];
    let said = refused(&admin.tap(&restore, &reason).await);
    let expected =
        format!("Não dá para restaurar: o número {number} agora é do pedido de LOJA DO ZÉ, importado às ");
    assert!(said.starts_with(&expected), "{said}");
    second.cancel(&admin).await;
    done(&admin.tap(&restore, &reason).await);
    // And the other way round.
    assert!(refused(&admin.tap(&format!("{}/reopen", second.path()), &reason).await).contains("PAULA TESTE"));
}
