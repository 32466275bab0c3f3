//! Somebody else was quicker: what was typed stays, the truth stands beside it, and the next try is a knowing one.

use super::chromium::Browser;
use crate::support::quotes::Choices;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, OTHER_PICKER, PICKER, SELLER};

impl Browser {
    /// A second tap at once would be none: whoever has read the sentence taps later.
    pub async fn think(&self) {
        let later = self.eval("performance.now() + 450").await;
        self.until("a moment to have passed", &format!("performance.now() > {later}")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_that_somebody_changed_meanwhile_is_saved_the_second_time() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(1).await;
    let (joao, ana) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(ADMIN, two.port));
    let path = format!("/orders/{}", order.id);
    tokio::join!(joao.open(&path), ana.open(&path));
    joao.click(".note-add summary").await;
    joao.write(".note-add textarea", "Caixa amassada").await;
    joao.click(".note-add button").await;
    ana.reads("#order-notes .note-text", "Caixa amassada").await;

    joao.click(".note-edit summary").await;
    joao.write(".note-edit textarea", ", falta lacre").await;
    ana.click(".note-edit summary").await;
    ana.write(".note-edit textarea", " e aberta").await;
    ana.click(".note-edit button.primary").await;
    ana.reads("#order-notes .note-text", "Caixa amassada e aberta").await;

    joao.click(".note-edit button.primary").await;
    joao.reads(".note-edit [data-error]", "Ana Souza mudou esta observação às ").await;
    joao.reads("#order-notes .note-text", "Caixa amassada e aberta").await;
    let typed = "document.querySelector('.note-edit textarea').value";
    assert_eq!(joao.eval(typed).await, "Caixa amassada, falta lacre");
    joao.picture("note-conflict").await;
    joao.think().await;
    joao.click(".note-edit button.primary").await;
    for browser in [&joao, &ana] {
        browser.reads("#order-notes .note-text", "Caixa amassada, falta lacre").await;
    }
    joao.sees_no(".note-edit [data-error]").await;
    joao.quit_after_trouble().await;
    ana.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sheet_that_was_refused_shows_how_it_is_now() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(3).await;
    let joao = Browser::of(PICKER, one.port).await;
    joao.open(&format!("/orders/{}", order.id)).await;
    let maria = two.signed_in("alfa", OTHER_PICKER).await;
    let item = |n: usize| format!("/orders/{}/items/{}/pick", order.id, order.items[n]);
    // He is at it himself, so that nobody asks whether he helps.
    joao.click(&format!("#item-{} .row-hit", order.items[2])).await;
    joao.sees(&format!("#item-{}.r-picked", order.items[2])).await;
    let value = "document.querySelector('#item-sheet form[action$=\"/pick\"] [name=quantity]')";

    joao.click(&format!("#item-{} .row-more", order.items[0])).await;
    joao.until("all of it to be offered", &format!("{value}.parentElement.dataset.most === '10'")).await;
    maria.tap(&item(0), &[("quantity", "4")]).await;
    joao.click("#item-sheet form[action$='/pick'] .primary").await;
    joao.reads("#item-sheet [data-error]", "Restam 6").await;
    joao.until(
        "the rest to be offered",
        &format!("{value}.parentElement.dataset.most === '6' && {value}.value === '6'"),
    )
    .await;
    joao.reads("#item-sheet .sheet-state", "4 de 10").await;
    joao.picture("sheet-conflict").await;
    joao.think().await;
    joao.click("#item-sheet form[action$='/pick'] .primary").await;
    joao.sees_no("#item-sheet[open]").await;
    joao.sees(&format!("#item-{}.r-picked", order.items[0])).await;

    // Where nothing is left to pick, the sentence stands above what is.
    joao.click(&format!("#item-{} .row-more", order.items[1])).await;
    joao.sees("#item-sheet[open]").await;
    maria.tap(&item(1), &[("quantity", "10")]).await;
    joao.click("#item-sheet form[action$='/pick'] .primary").await;
    joao.reads("#item-sheet [data-error]", "Maria Conceição separou este item").await;
    joao.sees_no("#item-sheet form[action$='/pick']").await;
    joao.sees("#item-sheet form[action$='/unpick']").await;
    joao.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_change_sheet_offers_what_holds_now() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import(1).await;
    let marina = two.signed_in("alfa", SELLER).await;
    let ships = async |shipping: &str, packaging: &str| {
        let Choices { shipping, packaging, .. } = Choices::of(&company, shipping, packaging, SELLER).await;
        let form = [("shipping", shipping.as_str()), ("packaging", packaging.as_str())];
        assert_eq!(marina.tap(&format!("/orders/{}/shipping", order.id), &form).await.status, 200);
        (shipping, packaging)
    };
    ships("Motoboy", "Sacola").await;
    let ana = Browser::of(ADMIN, one.port).await;
    ana.open(&format!("/orders/{}", order.id)).await;
    let (shipping, packaging) = ships("Correios", "Caixa").await;
    ana.click("[data-dialog=change-dialog]").await;
    ana.sees("#change-dialog[open]").await;
    let chosen = |name: &str| format!("document.querySelector('#change-dialog [name={name}]:checked').value");
    assert_eq!(ana.eval(&chosen("shipping")).await, shipping);
    assert_eq!(ana.eval(&chosen("packaging")).await, packaging);
    // What this shipping does not allow cannot be chosen in the sheet that came later, either.
    let free =
        "[...document.querySelectorAll('#change-dialog [name=packaging]:enabled')].map((one) => one.value)";
    assert_eq!(ana.eval(free).await, serde_json::json!([packaging]));
    ana.quit().await;
}
