//! What a hand scanner types where nothing takes a code changes nothing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use thirtyfour::Key;

use super::chromium::{Browser, Kind};
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::world::{PICKER, PIN, SELLER};

/// Between two keys of a scanner.
const BETWEEN: Duration = Duration::from_millis(5);

impl Browser {
    /// A code and Enter. The keys say when they were pressed, as those of a device do: a driver that types on a busy machine
    /// is slower than a scanner.
    async fn scan(&self, code: &str) {
        self.press_at_once(&format!("{code}\r")).await;
    }

    async fn press_at_once(&self, keys: &str) {
        let mut pressed_at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        for key in keys.chars() {
            pressed_at += BETWEEN;
            let (name, number) = match key {
                '\r' => ("Enter".to_owned(), 13),
                _ => (key.to_string(), u32::from(key.to_ascii_uppercase())),
            };
            for kind in ["keyDown", "keyUp"] {
                let text = if kind == "keyDown" { key.to_string() } else { String::new() };
                let event = json!({ "type": kind, "key": name, "text": text, "windowsVirtualKeyCode": number,
                    "timestamp": pressed_at.as_secs_f64() });
                self.cdp("Input.dispatchKeyEvent", event).await;
            }
        }
    }

    async fn says_that_scanning_comes(&self) {
        self.reads("#toasts", "Leitor de código: em breve").await;
        self.eval("document.querySelector('#toasts').replaceChildren()").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_changes_nothing_outside_a_field_for_text() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(3).await;
    let joao = Browser::of(PICKER, server.port).await;
    joao.open(&format!("/orders/{}", order.id)).await;
    let row = |n: usize| format!("#item-{}", order.items[n]);

    // The page itself, and a row that has the focus: letters are keys of the desk, Enter presses what is focused.
    for focus in [
        "document.activeElement.blur()".to_owned(),
        format!("document.querySelector('{} .row-hit').focus()", row(0)),
    ] {
        for code in ["xuxmzk0017", "00102", "x7u"] {
            joao.eval(&focus).await;
            joao.scan(code).await;
            joao.says_that_scanning_comes().await;
        }
    }
    // The stepper, and a button of the sheet.
    joao.click(&format!("{} .row-more", row(1))).await;
    joao.sees("#item-sheet[open]").await;
    let field = "document.querySelector('#item-sheet form[action$=\"/pick\"] [name=quantity]')";
    let button = "document.querySelector('#item-sheet form[action$=\"/pick\"] .primary')";
    for (focus, code) in
        [(format!("{field}.focus()"), "00102"), (format!("{button}.focus()"), "7891000315507")]
    {
        joao.eval(&focus).await;
        joao.scan(code).await;
        joao.says_that_scanning_comes().await;
        assert_eq!(joao.eval(&format!("{field}.value")).await, "10");
    }
    joao.keys(Key::Escape + "").await;
    joao.sees_no("#item-sheet[open]").await;
    // The sheet that asks for the PIN.
    joao.eval("document.querySelector('#pin-sheet').showModal(), document.querySelector('#pin-sheet [name=pin]').focus()").await;
    joao.scan("0010203").await;
    joao.says_that_scanning_comes().await;
    assert_eq!(joao.eval("document.querySelector('#pin-sheet [name=pin]').value").await, "");
    joao.sees_no("#pin-sheet [data-error]:not([hidden])").await;
    joao.reads("#order-bar .figures", "0/3").await;
    let mut database = superuser(&server.database_url).await;
    let events: i64 =
        sqlx::query_scalar("select count(*) from order_history").fetch_one(&mut database).await.unwrap();
    assert_eq!(events, 1, "the import is all that happened");
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_into_the_search_is_searched() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let marina = Browser::of(SELLER, server.port).await;
    marina.open("/").await;
    marina.keys("/").await;
    marina.until("the search to have the focus", "document.activeElement.matches('[data-search]')").await;
    marina.scan(&order.number).await;
    marina.reads(".chips", "1 pedido encontrado").await;
    marina.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_signs_nobody_in_and_chooses_nothing() {
    let server = TestServer::start().await;
    server.company("alfa").await.import(1).await;
    let desk = Browser::start(Kind::Desk, server.port).await;
    desk.goto("/e/alfa").await;
    desk.until("the script", "document.documentElement.classList.contains('js')").await;
    // A PIN enters by itself here once it is as long as it gets: not where a scanner wrote it that sends no Enter.
    desk.eval(&format!("localStorage.setItem('separacao.enters', '{}')", PIN.len())).await;
    desk.eval("document.querySelector('[name=number]').focus()").await;
    desk.press_at_once(&format!("{PICKER}{PIN}")).await;
    desk.until("the PIN", &format!("document.querySelector('[name=pin]').value === '{PIN}'")).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    desk.eval(
        "document.querySelectorAll('[name=number], [name=pin]').forEach((field) => { field.value = ''; })",
    )
    .await;
    // Number and PIN of somebody, and a code of goods.
    for code in [format!("{PICKER}{PIN}"), "7891000315507".to_owned()] {
        desk.eval("document.querySelector('[name=number]').focus()").await;
        desk.scan(&code).await;
        desk.until(
            "both fields to be empty",
            "!document.querySelector('[name=number]').value && !document.querySelector('[name=pin]').value",
        )
        .await;
        assert_eq!(desk.eval("Boolean(document.querySelector('main[data-person]'))").await, false);
    }
    let mut database = superuser(&server.database_url).await;
    let tried: i64 = sqlx::query_scalar(
        "select (select count(*) from sign_in_failures) + (select count(*) from sessions)",
    )
    .fetch_one(&mut database)
    .await
    .unwrap();
    assert_eq!(tried, 0, "nothing was sent");
    desk.sign_in(SELLER).await;

    // Letters choose an option as they are typed: it becomes what it was, and the filter is not applied.
    for name in ["seller", "status"] {
        desk.open("/").await;
        desk.eval(&format!("document.querySelector('.filter [name={name}]').focus()")).await;
        desk.scan(if name == "seller" { "caio" } else { "pronto" }).await;
        desk.says_that_scanning_comes().await;
        assert_eq!(desk.eval(&format!("document.querySelector('.filter [name={name}]').value")).await, "");
        assert_eq!(desk.eval("location.search").await, "");
    }
    desk.quit().await;
}
