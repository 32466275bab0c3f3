//! The screen offers what the server allows, also where a company has set its permissions otherwise.

use serde_json::json;

use super::chromium::Browser;
use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, BUYER, PICKER};

/// Sets one cell of the matrix that was read as this version.
async fn set(admin: &Client, version: &str, cell: &str, was: &str, wanted: &str) {
    let before = format!("was.{cell}");
    let form = [("version", version), (before.as_str(), was), (cell, wanted)];
    let answer = admin.tap("/settings/permissions", &form).await;
    assert_eq!(answer.status, 200, "{cell}: {}", answer.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_takes_other_goods_hangs_on_what_its_command_needs() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(2).await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let agree = format!("/orders/{}/items/{}/agree", order.id, order.items[0]);
    let goods = [("rest", "10"), ("quantity", "10"), ("text", "CB15"), ("unit", "UN")];
    let agreed = ana.tap(&agree, &goods).await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);
    let joao = Browser::of(PICKER, server.port).await;
    let path = format!("/orders/{}", order.id);
    let rows = format!(
        "['{}', '{}'].map((id) => getComputedStyle(document.querySelector(`#item-${{id}} .row-pick`)).pointerEvents)",
        order.items[0], order.items[1]
    );
    joao.open(&path).await;
    joao.sees(&format!("#item-{}.r-swap", order.items[0])).await;
    assert_eq!(joao.eval(&rows).await, json!(["auto", "auto"]));
    set(&ana, "0", "resolve.picker", "yes", "no").await;
    joao.open(&path).await;
    assert_eq!(joao.eval(&rows).await, json!(["none", "auto"]));
    set(&ana, "1", "resolve.picker", "no", "yes").await;
    set(&ana, "2", "pick.picker", "yes", "no").await;
    joao.open(&path).await;
    assert_eq!(joao.eval(&rows).await, json!(["auto", "none"]));
    // By keyboard no more than by finger.
    joao.eval(&format!("document.querySelector('#item-{} .row-hit').focus()", order.items[1])).await;
    joao.keys(thirtyfour::Key::Enter + "").await;
    joao.reads("#toasts", "Você não tem permissão para isso").await;
    joao.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_badge_is_there_for_whoever_answers_or_looks_after_purchases() {
    let server = TestServer::start().await;
    server.company("alfa").await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let pedro = Browser::of(BUYER, server.port).await;
    for (version, cell) in [("0", "answer.buyer"), ("1", "buy.buyer")] {
        set(&ana, version, cell, "yes", "no").await;
        pedro.open("/").await;
        pedro.sees("#needs-badge").await;
    }
    set(&ana, "2", "settle.buyer", "yes", "no").await;
    pedro.open("/").await;
    pedro.sees_no("#needs-badge").await;
    // What it had asked for just before may have been refused.
    pedro.quit_after_trouble().await;
}
