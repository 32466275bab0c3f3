//! A shortage, from the shelf to the seller's desk and back to the hand that holds the order, on two replicas.

use super::chromium::{Browser, Kind};
use crate::support::server::TestServer;
use crate::support::world::{OTHER_SELLER, PICKER, SELLER};

const TITLE: &str = "document.title.startsWith('(1) ')";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seller_answers_a_shortage_while_the_picker_is_still_in_the_aisle() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import_lines(&["20", "3"]).await;
    let joao = Browser::start(Kind::Phone, one.port).await;
    joao.sign_in(PICKER).await;
    let (marina, caio) = tokio::join!(Browser::of(SELLER, two.port), Browser::of(OTHER_SELLER, two.port));
    let path = format!("/orders/{}", order.id);
    let row = format!("#item-{}", order.items[0]);
    joao.open(&path).await;
    joao.sees_no("#needs-badge").await;
    marina.open("/history").await;
    caio.open("/").await;

    joao.click(&format!("{row} .row-more")).await;
    joao.picture("needs-sheet").await;
    for _ in 0..5 {
        joao.click("#item-sheet [data-step='-1']").await;
    }
    joao.open_reasons("#item-sheet [data-words=split]").await;
    joao.click("#item-sheet form[action$='/pick-short'] [value=stock]").await;
    joao.sees(&format!("#items-unanswered > {row}.r-unanswered")).await;
    joao.picture("needs-order").await;

    // Whatever page is open says so: in its title, and beside the live line.
    marina.reads("#needs-badge [data-count]", "1").await;
    marina.until("the title to say so", TITLE).await;
    assert_eq!(caio.eval(TITLE).await, false, "it is not his");
    marina.picture("needs-badge").await;
    marina.click("#needs-badge").await;
    marina.must_be_live().await;
    marina.reads(".need h2", "FO00: 5 de 20 UN em falta").await;
    marina.picture("needs-page").await;
    marina.click(".need-fold:first-child > summary").await;
    marina.write(".need-fold[open] [name=text]", "CB15").await;
    marina.picture("needs-swap").await;
    marina.click(".need-fold[open] .primary").await;
    marina.sees_no(".need").await;
    marina.sees(".empty").await;
    marina.until("nothing to be left in the title", "!document.title.startsWith('(')").await;

    joao.sees(&format!("#items-now > {row}.r-swap")).await;
    joao.reads(&format!("{row} .why"), "Trocar por CB15 · 5").await;
    joao.reads("#alarm", "respondeu sobre 5 × FO00").await;
    joao.picture("needs-alarm").await;
    joao.click("#alarm [data-seen]").await;
    joao.click(&format!("{row} .row-hit")).await;
    joao.sees(&format!("{row}.r-substituted")).await;
    joao.click("#undo-bar button").await;
    joao.sees(&format!("#items-now > {row}.r-swap")).await;
    joao.click(&format!("{row} .row-more")).await;
    joao.picture("needs-sheet-swap").await;
    joao.click("#item-sheet form[action$='/pick'] button.wide").await;
    joao.sees(&format!("{row}.r-picked")).await;
    joao.quit().await;
    marina.quit().await;
    caio.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_to_answer_reads_who_was_first_and_a_sheet_answers_as_well() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import_lines(&["20", "3"]).await;
    let joao = one.signed_in("alfa", PICKER).await;
    let (marina, caio) = (Browser::of(SELLER, one.port).await, two.signed_in("alfa", OTHER_SELLER).await);
    let path = format!("/orders/{}", order.id);
    marina.open(&path).await;
    for line in [0, 1] {
        let short = format!("{path}/items/{}/short", order.items[line]);
        assert_eq!(joao.tap(&short, &[("reason", "stock")]).await.status, 200);
    }
    marina.reads("#needs-badge [data-count]", "2").await;
    marina.click(&format!("#item-{} .row-more", order.items[0])).await;
    marina.reads("#item-sheet .answer h3", "Faltam 20 UN").await;
    marina.picture("needs-sheet-answer").await;
    let answer = format!("{path}/items/{}/answer", order.items[0]);
    assert_eq!(caio.tap(&answer, &[("answer", "without"), ("units", "20")]).await.status, 200);
    marina.reads("#needs-badge [data-count]", "1").await;
    marina.click("#item-sheet .answer [value=buy]").await;
    marina.reads("#item-sheet[open] [role=alert]", "Caio Bento da Luz já respondeu").await;
    marina.click("#item-sheet [data-close]").await;
    marina.click(&format!("#item-{} .row-more", order.items[1])).await;
    marina.click("#item-sheet .answer [value=buy]").await;
    marina.sees(&format!("#item-{}.r-requested", order.items[1])).await;
    marina.sees_no("#needs-badge [data-count]").await;
    marina.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn known_goods_are_suggested_while_somebody_types_and_what_was_taken_last_is_one_tap() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (order, again) = (company.import(12).await, company.import(1).await);
    let marina = Browser::of(SELLER, server.port).await;
    marina.open(&format!("/orders/{}", order.id)).await;
    marina.click(&format!("#item-{} .row-more", order.items[0])).await;
    marina.sees_no("#item-sheet .last").await;
    marina.open_reasons("#item-sheet .swap > summary").await;
    let field = "#item-sheet [data-goods]";
    marina.write(field, "fo1").await;
    let listed =
        format!("Array.from(document.querySelector('{field}').list.options, (one) => one.value).join()");
    marina
        .until(
            "goods to be suggested",
            &format!("{listed} === 'FO10 --> FONE MODELO 10,FO11 --> FONE MODELO 11'"),
        )
        .await;
    let take = format!(
        "(() => {{ const field = document.querySelector('{field}'); field.value = field.list.options[1].value; \
         field.dispatchEvent(new InputEvent('input', {{ bubbles: true }})); }})()"
    );
    marina.eval(&take).await;
    let filled = "['code', 'unit'].map((name) => document.querySelector(`#item-sheet .swap [name=${name}]`).value).join()";
    assert_eq!(marina.eval(filled).await, "00111,UN");
    marina.picture("goods").await;
    marina.click("#item-sheet .swap [formaction$='/agree']").await;
    marina.sees(&format!("#item-{}.r-swap", order.items[0])).await;

    // The same customer lacks the same goods in another order: a button, and nothing is filled in.
    marina.open(&format!("/orders/{}", again.id)).await;
    marina.click(&format!("#item-{} .row-more", again.items[0])).await;
    marina.reads("#item-sheet .last", "Da última vez: FO11 · 10 UN").await;
    marina.picture("last-time").await;
    marina.click("#item-sheet .last").await;
    marina.sees(&format!("#item-{}.r-swap", again.items[0])).await;
    marina.quit().await;
}
