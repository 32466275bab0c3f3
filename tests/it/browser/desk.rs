//! Work with the keyboard alone, and the PIN over the page.

use sqlx::{Connection, PgConnection};
use thirtyfour::Key;

use super::chromium::Browser;
use super::faults::Proxy;
use crate::support::server::TestServer;
use crate::support::world::{OTHER_PICKER, PICKER, PIN, SELLER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keyboard_alone_searches_moves_picks_and_takes_back() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (order, _) = (company.import(3).await, company.import(1).await);
    let (marina, joao) = tokio::join!(Browser::of(SELLER, one.port), Browser::of(PICKER, two.port));
    let path = format!("/orders/{}", order.id);
    tokio::join!(marina.open("/"), joao.open(&path));

    marina.keys("/").await;
    marina.until("the search to have the focus", "document.activeElement.matches('[data-search]')").await;
    marina.keys(order.number.clone() + Key::Enter).await;
    marina.reads(".chips", "1 pedido encontrado").await;
    marina.must_be_live().await;
    marina.keys("j").await;
    marina.until("a card to have the focus", "document.activeElement.closest('.card')").await;
    marina.picture("keyboard-card").await;
    marina.keys(Key::Enter + "").await;
    marina.sees("#order-bar").await;
    marina.must_be_live().await;

    let row = |n: usize| format!("#item-{}", order.items[n]);
    let second = format!("document.activeElement.closest('{}')", row(1));
    for (key, there) in [("j", 0), ("j", 1), ("j", 2), ("k", 1)] {
        marina.keys(key).await;
        let there = format!("document.activeElement.closest('{}')", row(there));
        marina.until("the row to have the focus", &there).await;
    }
    // What others do to the row that has the focus is shown all the same, and the focus stays.
    let pick = format!("{path}/items/{}/pick", order.items[1]);
    let maria = two.signed_in("alfa", OTHER_PICKER).await;
    let undo = maria.tap(&pick, &[("quantity", "4")]).await.json()["undo"].as_str().unwrap().to_owned();
    marina.reads(&format!("{} .part", row(1)), "4 de 10").await;
    maria.tap(&undo, &[]).await;
    marina.sees_no(&format!("{} .part", row(1))).await;
    marina.until("the second row to have the focus", &second).await;
    marina.keys("x").await;
    // Maria holds the order: it is asked, and Enter helps.
    marina.sees("#helping[open]").await;
    marina.keys(Key::Enter + "").await;
    for browser in [&marina, &joao] {
        browser.sees(&format!("{}.r-picked", row(1))).await;
    }
    marina.keys("u").await;
    for browser in [&marina, &joao] {
        browser.sees(&format!("{}.r-pending", row(1))).await;
        browser.reads("#order-bar .figures", "0/3").await;
    }
    marina.keys("m").await;
    marina.sees("#item-sheet[open]").await;
    marina.keys(Key::Escape + "").await;
    marina.sees_no("#item-sheet[open]").await;
    marina.keys("?").await;
    marina.sees("#help[open]").await;
    marina.picture("help").await;
    marina.keys(Key::Escape + "").await;
    marina.sees_no("#help[open]").await;
    marina.quit().await;
    joao.quit().await;
}

async fn end_sessions(server: &TestServer, number: &str) {
    let mut superuser = PgConnection::connect(&server.database_url).await.unwrap();
    let sql = "delete from sessions s using people p where p.id = s.person_id and p.number = $1";
    sqlx::query(sql).bind(number).execute(&mut superuser).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_session_ended_the_pin_is_asked_and_the_tap_that_waited_is_sent() {
    let (proxy, one, two) = Proxy::pair().await;
    let order = one.company("alfa").await.import(3).await;
    let (joao, maria) = tokio::join!(Browser::of(PICKER, proxy.port), Browser::of(OTHER_PICKER, two.port));
    let path = format!("/orders/{}", order.id);
    tokio::join!(joao.open(&path), maria.open(&path));

    proxy.cut();
    let row = format!("#item-{}", order.items[0]);
    joao.click(&format!("{row} .row-hit")).await;
    joao.reads(&format!("{row} .sync"), "Salvo neste aparelho").await;
    end_sessions(&one, PICKER).await;
    proxy.restore();
    joao.sees("#pin-sheet[open]").await;
    joao.keys("000000").await;
    joao.click("#pin-sheet [data-key=next]").await;
    joao.reads("#pin-sheet [data-error]", "PIN").await;
    joao.picture("pin-wrong").await;
    let picked = format!("{row}.r-picked");
    assert_eq!(maria.eval(&format!("document.querySelector('{picked}')")).await, serde_json::Value::Null);
    joao.keys(PIN).await;
    joao.click("#pin-sheet [data-key=next]").await;
    joao.sees_no("#pin-sheet[open]").await;
    for browser in [&joao, &maria] {
        browser.sees(&picked).await;
    }
    joao.must_be_live().await;
    signed_out_in_another_tab(&maria).await;
    joao.quit_after_trouble().await;
    maria.quit_after_trouble().await;
}

/// Whoever leaves in one tab is asked for the PIN in the others.
async fn signed_out_in_another_tab(maria: &Browser) {
    let tab = maria.driver.window().await.unwrap();
    let other = maria.driver.new_tab().await.unwrap();
    maria.driver.switch_to_window(other).await.unwrap();
    maria.goto("/").await;
    maria.click("#who-menu summary").await;
    maria.click("#who-menu [action='/sign-out'] button").await;
    maria.sees("[data-sign-in]").await;
    maria.driver.close_window().await.unwrap();
    maria.driver.switch_to_window(tab).await.unwrap();
    maria.sees("#pin-sheet[open]").await;
    maria.reads("#pin-sheet", "Maria Conceição").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_is_changed_by_who_wrote_it_and_offered_to_nobody_else_who_may_not() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(1).await;
    let (joao, maria) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(OTHER_PICKER, two.port));
    let path = format!("/orders/{}", order.id);
    tokio::join!(joao.open(&path), maria.open(&path));

    joao.click(".note-add summary").await;
    joao.write(".note-add textarea", "Caixa amassada").await;
    joao.click(".note-add button").await;
    for browser in [&joao, &maria] {
        browser.reads("#order-notes .note-text", "Caixa amassada").await;
    }
    maria.sees_no(".note-edit").await;
    joao.click(".note-edit summary").await;
    joao.write(".note-edit textarea", " e aberta").await;
    joao.click(".note-edit button.primary").await;
    for browser in [&joao, &maria] {
        browser.reads("#order-notes .note-text", "Caixa amassada e aberta").await;
    }
    maria.sees_no(".note-edit").await;
    joao.open(&path).await;
    joao.sees(".note-edit").await;
    joao.quit().await;
    maria.quit().await;
}
