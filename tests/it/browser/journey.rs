//! The day of an order, on two replicas.

use std::path::Path;

use super::chromium::{Browser, Kind};
use crate::support::server::TestServer;
use crate::support::world::{OTHER_PICKER, PICKER, SELLER};

/// Four lines: 15, 3, 15 and 15.
const QUOTE: &str = "tests/fixtures/quotes/glued-customer.pdf";

fn sample() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(QUOTE).to_str().unwrap().to_owned()
}

fn row(reference: &str) -> String {
    format!(
        "document.evaluate(\"//li[contains(@class, 'row')][.//span[@class='row-text'][contains(., '{reference}')]]\", document, null, 9).singleNodeValue"
    )
}

impl Browser {
    /// The id of the row of these goods.
    pub async fn row_of(&self, reference: &str) -> String {
        self.until(reference, &row(reference)).await;
        self.eval(&format!("{}.id", row(reference))).await.as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_becomes_an_order_on_every_board_and_is_picked_and_finished() {
    let (one, two) = TestServer::pair().await;
    let (marina, joao) = tokio::join!(Browser::of(SELLER, one.port), Browser::of(PICKER, two.port));
    joao.open("/").await;
    joao.sees(".empty").await;
    joao.picture("board-empty").await;

    marina.open("/quotes").await;
    marina.write("[data-upload] input[type=file]", sample()).await;
    marina.sees("#drafts .draft").await;
    marina.picture("import").await;
    marina.click("#drafts .draft-actions a").await;
    marina.click("#field-shipping .choice").await;
    marina.click("#field-packaging .choice:not(:has(:disabled))").await;
    marina.picture("preview").await;
    marina.click("[formaction$='/confirm']").await;
    marina.sees("#order-bar").await;
    marina.must_be_live().await;

    joao.reads("#open-orders .card", "41007").await;
    joao.reads("#open-orders .card", "0/4").await;
    joao.sees_no(".empty").await;
    joao.reads("#board-counters", "1").await;
    joao.picture("board-one").await;
    joao.click("#open-orders .card h3 a").await;
    joao.must_be_live().await;

    let first = joao.row_of("PRIVACIDADE").await;
    joao.click(&format!("#{first} .row-hit")).await;
    for browser in [&joao, &marina] {
        browser.sees(&format!("#{first}.r-picked")).await;
        browser.reads("#order-bar .figures", "25 %").await;
        browser.reads("#order-bar .figures", "1/4").await;
        browser.reads("#group-now", "3").await;
        browser.reads("#group-picked", "1").await;
    }
    marina.reads("#timeline", "João Pereira").await;
    marina.picture("order").await;

    partly(&marina, &joao).await;
    settle_the_rest(&marina, &joao).await;
    finish(&marina, &joao).await;
    marina.quit().await;
    joao.quit().await;
}

/// Two of three by the stepper; taken back by the bar.
async fn partly(here: &Browser, there: &Browser) {
    let id = here.row_of("LIMPA TELA").await;
    here.click(&format!("#{id} .row-more")).await;
    here.sees("#item-sheet[open]").await;
    here.picture("sheet").await;
    here.click("#item-sheet [data-step='-1']").await;
    here.click("#item-sheet form[action$='/pick'] .primary").await;
    // João holds the order: the first tap of somebody else asks.
    here.click("#helping [data-help]").await;
    here.sees_no("#item-sheet[open]").await;
    for browser in [here, there] {
        browser.reads(&format!("#{id} .part"), "2 de 3").await;
        browser.reads(&format!("#{id} .qty"), "1").await;
    }
    here.sees("#undo-bar").await;
    here.click("#undo-bar button").await;
    for browser in [here, there] {
        browser.sees_no(&format!("#{id} .part")).await;
        browser.reads(&format!("#{id} .qty"), "3").await;
        browser.reads("#order-bar .figures", "1/4").await;
    }
    here.sees_no("#undo-bar").await;
}

/// One short, the others picked by the other.
async fn settle_the_rest(here: &Browser, there: &Browser) {
    let id = here.row_of("XIAOMI").await;
    here.click(&format!("#{id} .row-more")).await;
    here.open_reasons("#item-sheet summary.danger").await;
    here.click("#item-sheet form[action$='/short'] [value=stock]").await;
    here.sees_no("#item-sheet[open]").await;
    for browser in [here, there] {
        browser.sees(&format!("#{id}.r-unanswered")).await;
        browser.reads(&format!("#{id}"), "Em falta no estoque").await;
        browser.reads("#order-bar .figures", "50 %").await;
    }
    here.sees_no(".finish-bar.can-finish").await;
    for reference in ["LIMPA TELA", "SP31"] {
        let id = there.row_of(reference).await;
        there.click(&format!("#{id} .row-hit")).await;
        here.sees(&format!("#{id}.r-picked")).await;
    }
    here.reads("#order-bar .figures", "100 %").await;
    here.reads("#order-bar", "Pronto para finalizar").await;
}

async fn finish(here: &Browser, there: &Browser) {
    there.open("/").await;
    there.reads("#open-orders .card", "100 %").await;
    here.click("#finish-bar [data-dialog=finish-dialog]").await;
    here.reads("#finish-dialog", "1 item ainda sem resposta").await;
    here.write("#finish-dialog [name=volumes]", "2").await;
    here.picture("finish").await;
    here.click("#finish-dialog .primary").await;
    there.sees_no("#open-orders .card").await;
    there.sees(".empty").await;
    here.goto("/history").await;
    here.reads("#closed-orders", "2 volumes").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_pick_the_same_row_at_once_one_reads_who_was_first() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(2).await;
    let (joao, maria) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(OTHER_PICKER, two.port));
    let path = format!("/orders/{}", order.id);
    let tap = format!("#item-{} .row-hit", order.items[0]);
    tokio::join!(joao.open(&path), maria.open(&path));
    tokio::join!(joao.click(&tap), maria.click(&tap));
    let told = "document.querySelector('.tap-note[role=alert]')";
    // Whoever saw the other's pick in time tapped a row that was picked already: its sheet says the same.
    let sheet = "document.querySelector('#item-sheet[open]')";
    for browser in [&joao, &maria] {
        browser.sees(&format!("#item-{}.r-picked", order.items[0])).await;
        browser.reads("#order-bar .figures", "1/2").await;
    }
    let mut losers = Vec::new();
    for browser in [&joao, &maria] {
        losers.push(browser.eval(&format!("Boolean({told} || {sheet})")).await == true);
    }
    assert_eq!(losers.iter().filter(|lost| **lost).count(), 1, "{losers:?}");
    let (loser, winner) = if losers[0] { (&joao, "Maria Conceição") } else { (&maria, "João Pereira") };
    loser.reads(".tap-note, #item-sheet[open]", winner).await;
    loser.picture("conflict").await;
    joao.quit_after_trouble().await;
    maria.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_script_forms_do_the_same_work_and_others_see_it_live() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import_lines(&["10", "3", "4"]).await;
    let plain = Browser::start(Kind::NoScript, one.port).await;
    plain.sign_in(PICKER).await;
    let maria = Browser::of(OTHER_PICKER, two.port).await;
    maria.open(&format!("/orders/{}", order.id)).await;

    plain.goto("/").await;
    plain.reads("#open-orders .card", "0/3").await;
    plain.click("#open-orders .card h3 a").await;
    plain.picture("order-no-script").await;
    plain.click(&format!("#item-{} .row-hit", order.items[0])).await;
    plain.reads("#order-bar .figures", "1/3").await;
    maria.sees(&format!("#item-{}.r-picked", order.items[0])).await;

    plain.click(&format!("#item-{} .row-more", order.items[1])).await;
    plain.sees("#item-sheet[open]").await;
    plain.picture("sheet-no-script").await;
    plain
        .driver
        .find(thirtyfour::By::Css("#item-sheet [name=quantity]"))
        .await
        .unwrap()
        .clear()
        .await
        .unwrap();
    plain.write("#item-sheet [name=quantity]", "2").await;
    plain.click("#item-sheet form[action$='/pick'] .primary").await;
    for browser in [&plain, &maria] {
        browser.reads(&format!("#item-{} .part", order.items[1]), "2 de 3").await;
    }
    plain.click(&format!("#item-{} .row-hit", order.items[1])).await;
    plain.reads("#order-bar .figures", "2/3").await;

    plain.click(&format!("#item-{} .row-more", order.items[2])).await;
    plain.click("#item-sheet summary.danger").await;
    plain.picture("reasons-no-script").await;
    plain.click("#item-sheet form[action$='/short'] [value=damaged]").await;
    plain.reads("#order-bar .figures", "100 %").await;
    maria.sees(&format!("#item-{}.r-unanswered", order.items[2])).await;

    plain.click("#finish-bar a.primary").await;
    plain.picture("finish-no-script").await;
    plain.click("#finish-dialog .primary").await;
    maria.reads("#order-bar", "Finalizado").await;
    plain.goto(&format!("/orders/{}", order.id)).await;
    plain.reads("#order-bar", "Finalizado").await;
    plain.click("[href$='?sheet=reopen']").await;
    plain.write("#reopen-dialog [name=reason]", "faltou um").await;
    plain.click("#reopen-dialog .primary").await;
    plain.goto(&format!("/orders/{}", order.id)).await;
    plain.reads("#order-bar", "Pronto para finalizar").await;
    maria.reads("#order-bar", "Pronto para finalizar").await;
    plain.quit().await;
    maria.quit().await;
}
