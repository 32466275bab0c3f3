//! The administrator's journey, with somebody new who watches on another replica: people from a file, what roles may do, how
//! the company looks, what happened, a screen on a wall, and the end of somebody's access.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use super::chromium::{Browser, Kind};
use crate::support::measured;
use crate::support::server::TestServer;
use crate::support::world::ADMIN;

const NUMBER: &str = "6001";
const OWN_PIN: &str = "604918";
const MAY_EXPORT: &str = "(document.getElementById('main').dataset.can || '').split(' ').includes('export')";

/// People from a text: the PIN that is shown once.
async fn invite(ana: &Browser) -> String {
    ana.open("/people").await;
    ana.picture("admin-people").await;
    ana.click(".roster-link a[href='/people/roster']").await;
    ana.write("#roster-text", format!("{NUMBER};Lia Conceição;Separador")).await;
    ana.click("form[action='/people/roster'] .primary").await;
    ana.reads("main", "Lia Conceição").await;
    ana.click("form.actions .primary").await;
    ana.sees(".roster-pin").await;
    ana.picture("admin-pin").await;
    let pin = ana.eval("document.querySelector('.roster-pin').textContent.trim()").await;
    ana.click("p.actions .primary").await;
    ana.reads("#people", "Lia Conceição").await;
    pin.as_str().unwrap().to_owned()
}

/// The first sign-in, with a PIN that somebody else has seen, leads to an own one.
async fn enters(lia: &Browser, pin: &str) {
    lia.goto("/e/alfa").await;
    lia.until("the script", "document.documentElement.classList.contains('js')").await;
    lia.keys(format!("{NUMBER}{pin}")).await;
    lia.eval("void document.querySelector('[data-sign-in] .primary')?.click()").await;
    lia.sees("form[action='/pin']").await;
    for (field, typed) in [("current_pin", pin), ("pin", OWN_PIN), ("pin_again", OWN_PIN)] {
        lia.write(&format!("[name={field}]"), typed).await;
    }
    lia.click("form[action='/pin'] .primary").await;
    lia.until("the board", "document.querySelector('main[data-screen=board]')").await;
    lia.must_be_live().await;
}

/// What is done here is seen there within a second, without a reload.
async fn at_once(there: &Browser, what: &str, shown: &str, done: impl AsyncFnOnce()) {
    there.must_be_live().await;
    there.eval("window.stays = true").await;
    done().await;
    let began = Instant::now();
    there.until(what, shown).await;
    measured(&format!("{what}: seen on another replica"), began.elapsed(), Duration::from_secs(2));
    assert_eq!(there.eval("window.stays").await, json!(true), "{what}");
}

async fn roles(ana: &Browser, lia: &Browser) {
    let person = "Array.from(document.querySelectorAll('#people .person')) \
        .find((one) => one.textContent.includes('Lia Conceição'))";
    at_once(lia, "another role", MAY_EXPORT, async || {
        ana.eval(&format!("{person}.querySelector('[value=buyer]').click()")).await;
        ana.eval(&format!("{person}.querySelector('.roles button').click()")).await;
    })
    .await;
    lia.sees(".nav a[href='/purchasing']").await;
    ana.open("/settings/permissions").await;
    at_once(lia, "a permission less", &format!("!{MAY_EXPORT}"), async || {
        let choose = "const list = document.querySelector('[name=\"export.buyer\"]'); list.value = 'no'; \
            list.dispatchEvent(new Event('change', { bubbles: true }))";
        ana.eval(&format!("(() => {{ {choose}; }})()")).await;
        ana.click(".grants .primary").await;
    })
    .await;
    ana.picture("admin-permissions").await;
}

async fn looks(ana: &Browser, lia: &Browser) {
    ana.open("/settings/look").await;
    ana.write("[name=accent]", "#ffe600").await;
    ana.click("form[action$='/colours'] .primary").await;
    ana.reads("form[action$='/colours'] .error", "Escolha um tom mais escuro").await;
    ana.picture("admin-look-refused").await;
    ana.lets_a_press_end().await;
    let accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()";
    at_once(lia, "the company's colour", &format!("{accent} === '#1b4fb5'"), async || {
        ana.eval("document.querySelector('[name=accent]').value = '#1b4fb5'").await;
        ana.click("form[action$='/colours'] .primary").await;
        let saved = "document.querySelector('[name=accent]').defaultValue === '#1b4fb5'";
        ana.until("the page that says so", saved).await;
    })
    .await;
    let logo = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images/board.png");
    let drawn = "document.querySelector('#of-company .logo')?.naturalWidth > 0";
    at_once(lia, "a logo", drawn, async || {
        ana.write("form[action$='/picture/logo'] [type=file]", logo.to_str().unwrap()).await;
        ana.click("form[action$='/picture/logo'] .primary").await;
        ana.sees(".look-shown .logo").await;
    })
    .await;
    lia.picture("admin-look").await;
    ana.picture("admin-look-set").await;
}

/// A screen on a wall shows the board until it is revoked.
async fn wall(ana: &Browser, port: u16) {
    let screen = Browser::start(Kind::Desk, port).await;
    ana.pairs(&screen, "TV da expedição").await;
    screen.must_be_live().await;
    ana.click("#walls .danger").await;
    screen.sees(".pairing-code").await;
    screen.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_s_day_is_seen_by_somebody_new_on_another_replica() {
    let (one, two) = TestServer::pair().await;
    one.company("alfa").await.import(2).await;
    let (ana, lia) = tokio::join!(Browser::of(ADMIN, one.port), Browser::start(Kind::Desk, two.port));
    let pin = invite(&ana).await;
    enters(&lia, &pin).await;
    roles(&ana, &lia).await;
    looks(&ana, &lia).await;
    // What happened, narrowed down to one person, and as a file.
    ana.open("/audit").await;
    ana.reads("#audit", "Lia Conceição").await;
    ana.picture("admin-audit").await;
    let file = "fetch(document.querySelector('a[href*=\"format=csv\"]').href).then((answer) => answer.text()) \
        .then((text) => done(text.includes('Lia Conceição') && text.includes(';')))";
    assert_eq!(ana.ask(file).await, json!(true));
    wall(&ana, two.port).await;
    // Whoever is deactivated sees nothing any more.
    ana.open("/people").await;
    lia.must_be_live().await;
    let person = "Array.from(document.querySelectorAll('#people .person')) \
        .find((one) => one.textContent.includes('Lia Conceição'))";
    ana.eval(&format!("{person}.querySelector('[action$=\"/active\"] button').click()")).await;
    lia.until("an empty page", "document.querySelectorAll('main .card').length === 0").await;
    ana.quit_after_trouble().await;
    lia.quit_after_trouble().await;
}
