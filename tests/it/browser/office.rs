//! An administrator's desk: what happened, people from a file, and what reaches the screens of others at once.

use std::time::{Duration, Instant};

use serde_json::json;

use super::chromium::Browser;
use crate::support::client::Client;
use crate::support::measured;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, BUYER, Company, OTHER_PICKER, OTHER_SELLER, PICKER, PIN};

/// Chooses what an option of a list says.
async fn choose(browser: &Browser, name: &str, words: &str) {
    let choose = format!(
        "(() => {{ const list = document.querySelector('select[name={name}]');
           const option = Array.from(list.options).find((option) => option.textContent.trim() === {});
           list.value = option.value; list.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()",
        json!(words)
    );
    browser.eval(&choose).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_is_narrowed_down_and_new_entries_come_by_themselves() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(3).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let pick = async |line: usize| {
        let path = format!("/orders/{}/items/{}/pick", order.id, order.items[line]);
        assert_eq!(joao.tap(&path, &[("quantity", "10")]).await.status, 200);
    };
    pick(0).await;
    let ana = Browser::of(ADMIN, server.port).await;
    ana.open("/audit").await;
    ana.reads("#audit", "João Pereira separou 10 × FO00").await;
    ana.reads("#audit", "João Pereira entrou").await;
    choose(&ana, "person", "João Pereira").await;
    choose(&ana, "kind", "Separado").await;
    ana.click(".audit-filter > button").await;
    ana.until("one kind of one person", "new URLSearchParams(location.search).get('kind') !== ''").await;
    ana.must_be_live().await;
    assert_eq!(ana.eval("document.querySelectorAll('#audit tr').length").await, json!(1));
    pick(1).await;
    ana.reads("#audit tr:first-child", "João Pereira separou 10 × FO01").await;
    assert_eq!(ana.eval("document.querySelectorAll('#audit tr').length").await, json!(2));
    // Days of another year: nothing happened.
    ana.click(".audit-filter .history-more summary").await;
    ana.eval("document.querySelector('.audit-filter [name=from]').value = '2001-01-01'").await;
    ana.eval("document.querySelector('.audit-filter [name=to]').value = '2001-01-02'").await;
    ana.click(".audit-filter > button").await;
    ana.until("other days", "document.querySelectorAll('#audit tr').length === 0").await;
    ana.picture("audit-empty").await;
    ana.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_from_a_file_are_kept_while_the_pin_is_asked_for_again() {
    let server = TestServer::start().await;
    let ana = Browser::of(ADMIN, server.port).await;
    ana.open("/people").await;
    ana.click(".roster-link a[href='/people/roster']").await;
    let file = std::env::temp_dir().join(format!("roster-{}.csv", std::process::id()));
    std::fs::write(&file, "6001;Lia Conceição;Separador\n6002;Zé Prado;Comprador\n").unwrap();
    ana.write("[data-text-of]", file.to_str().unwrap()).await;
    ana.until(
        "the text of the file",
        "document.getElementById('roster-text').value.includes('Lia Conceição')",
    )
    .await;
    // What was dropped waits for longer than a PIN is good for.
    server.app.clock.advance(10 * 60);
    ana.click("form[action='/people/roster'] .primary").await;
    ana.until(
        "what was dropped, beside the PIN",
        "document.querySelector('form[action=\"/people/roster/prove\"] textarea').value.includes('6002;Zé Prado')",
    )
    .await;
    ana.picture("roster-pin").await;
    ana.write("form[action='/people/roster/prove'] [name=pin]", "111222").await;
    ana.click("form[action='/people/roster/prove'] .primary").await;
    ana.reads("form[action='/people/roster/prove'] .error", "PIN").await;
    ana.write("form[action='/people/roster/prove'] [name=pin]", PIN).await;
    ana.click("form[action='/people/roster/prove'] .primary").await;
    ana.reads("main", "Lia Conceição").await;
    ana.click("form.actions .primary").await;
    ana.until("two PINs", "document.querySelectorAll('.roster-pin').length === 2").await;
    std::fs::remove_file(file).unwrap();
    ana.quit_after_trouble().await;
    assert_eq!(server.count("people where number in ('6001', '6002')").await, 2);
}

/// Somebody whose screen stands on one replica, and what an administrator does on another one.
async fn reaches(company: &Company, admin: &Client, browser: &Browser, number: &str, act: &str, shown: &str) {
    let person = company.person(number).await;
    let (path, form): (String, &[(&str, &str)]) = match act {
        "deactivated" => (format!("/people/{person}/active"), &[("active", "no")]),
        "another PIN" => (format!("/people/{person}/pin"), &[]),
        "another role" => (format!("/people/{person}/roles"), &[("roles", "seller")]),
        _ => (
            "/settings/permissions".to_owned(),
            &[("receive.seller", "yes"), ("was.receive.seller", "no"), ("version", "0")],
        ),
    };
    browser.must_be_live().await;
    let began = Instant::now();
    let answer = admin.tap(&path, form).await;
    assert_eq!(answer.status, 200, "{act}: {}", answer.text);
    browser.until(act, shown).await;
    measured(&format!("{act}: seen on another replica"), began.elapsed(), Duration::from_secs(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_administrator_takes_away_is_gone_from_open_pages_on_another_replica() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    company.import(2).await;
    let admin = one.signed_in("alfa", ADMIN).await;
    let (joao, maria, pedro) = tokio::join!(
        Browser::of(PICKER, two.port),
        Browser::of(OTHER_PICKER, two.port),
        Browser::of(BUYER, two.port)
    );
    tokio::join!(joao.open("/"), maria.open("/"), pedro.open("/purchasing"));
    let no_orders =
        "document.querySelectorAll('main .card').length === 0 || document.querySelector('#pin-sheet[open]')";
    reaches(&company, &admin, &joao, PICKER, "deactivated", no_orders).await;
    let asked =
        "document.querySelector('#pin-sheet[open]') || document.querySelectorAll('main .card').length === 0";
    reaches(&company, &admin, &maria, OTHER_PICKER, "another PIN", asked).await;
    let no_goods = "!document.querySelector('.purchasing-head')";
    reaches(&company, &admin, &pedro, BUYER, "another role", no_goods).await;
    for browser in [joao, maria, pedro] {
        browser.quit_after_trouble().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permission_that_is_given_reaches_open_pages_on_another_replica() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let admin = one.signed_in("alfa", ADMIN).await;
    let caio = Browser::of(OTHER_SELLER, two.port).await;
    caio.open("/").await;
    let may = "(document.getElementById('main').dataset.can || '').split(' ').includes('receive')";
    assert_eq!(caio.eval(may).await, json!(false));
    reaches(&company, &admin, &caio, OTHER_SELLER, "a permission", may).await;
    caio.quit().await;
}
