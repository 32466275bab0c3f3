//! A shortage is marked with a tap on its reason. It is told to whoever sold the order, and to nobody else.

use super::chromium::{Browser, Kind};
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, OTHER_PICKER, OTHER_SELLER, PICKER, SELLER};

impl Browser {
    /// Opens reasons and reads them: a tap at the same spot at once would be a slip.
    pub async fn open_reasons(&self, css: &str) {
        self.click(css).await;
        self.eval("window.opened = performance.now()").await;
        self.until("the reasons to be read", "performance.now() - window.opened > 400").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_seller_sees_and_hears_of_a_shortage_in_an_own_order_and_others_do_not() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(2).await;
    let joao = one.signed_in("alfa", PICKER).await;
    let (marina, caio) = tokio::join!(Browser::of(SELLER, one.port), Browser::of(OTHER_SELLER, two.port));
    tokio::join!(marina.open("/"), caio.open("/"));
    let path = format!("/orders/{}", order.id);
    let short = format!("{path}/items/{}/short", order.items[0]);
    assert_eq!(joao.tap(&short, &[("reason", "stock")]).await.status, 200);
    marina.reads(".card [data-for]", "Falta no seu pedido").await;
    let told = format!(
        "document.getElementById('status').textContent.includes('{}: Falta no seu pedido')",
        order.number
    );
    marina.until("to be told", &told).await;
    marina.picture("shortage-of-mine").await;
    caio.reads(".card .n-short", "1 sem resposta").await;
    caio.sees_no("[data-for]").await;
    assert_eq!(caio.eval(&told).await, false);
    tokio::join!(marina.open(&path), caio.open(&path));
    marina.reads("#order-head [data-for]", "Falta no seu pedido").await;
    caio.sees_no("[data-for]").await;
    assert_eq!(marina.eval(&told).await, false, "what was there before is only shown");
    let unshort = format!("{path}/items/{}/unshort", order.items[0]);
    assert_eq!(joao.tap(&unshort, &[]).await.status, 200);
    marina.sees_no("[data-for]").await;
    tokio::join!(marina.quit(), caio.quit());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tap_on_a_reason_marks_the_shortage_and_another_reason_asks_for_its_words() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(3).await;
    let (joao, maria) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(OTHER_PICKER, two.port));
    joao.resize((390, 844)).await;
    let path = format!("/orders/{}", order.id);
    tokio::join!(joao.open(&path), maria.open(&path));
    let row = |line: usize| format!("#item-{}", order.items[line]);

    joao.click(&format!("{} .row-more", row(0))).await;
    joao.open_reasons("#item-sheet summary.danger").await;
    // The reasons stand in place of everything else; the way back is the same button.
    joao.sees_no("#item-sheet [data-stepper]").await;
    joao.picture("reasons").await;
    joao.click("#item-sheet .reasons[open] > summary").await;
    joao.sees("#item-sheet [data-stepper]").await;
    joao.open_reasons("#item-sheet summary.danger").await;
    joao.click("#item-sheet form[action$='/short'] [value=damaged]").await;
    joao.sees_no("#item-sheet[open]").await;
    for browser in [&joao, &maria] {
        browser.reads(&format!("{}.r-unanswered .why", row(0)), "Produto danificado").await;
    }

    joao.click(&format!("{} .row-more", row(1))).await;
    joao.open_reasons("#item-sheet summary.danger").await;
    joao.open_reasons("#item-sheet .reasons[open] details > summary").await;
    joao.picture("reason-other").await;
    joao.write("#item-sheet .reasons[open] [name=text]", "caixa molhada").await;
    joao.click("#item-sheet .reasons[open] [value=other]").await;
    joao.sees_no("#item-sheet[open]").await;
    maria.reads(&format!("{}.r-unanswered .why", row(1)), "caixa molhada").await;

    // Somebody was faster: the sheet says so and shows what is true, without reasons.
    joao.click(&format!("{} .row-more", row(2))).await;
    joao.open_reasons("#item-sheet summary.danger").await;
    let pick = format!("{path}/items/{}/pick", order.items[2]);
    let ana = one.signed_in("alfa", ADMIN).await;
    assert_eq!(ana.tap(&pick, &[("quantity", "10")]).await.status, 200);
    // She is at it now, which is asked first.
    joao.reads("#order-bar .holders", "Ana Souza").await;
    joao.click("#item-sheet form[action$='/short'] [value=stock]").await;
    joao.click("#helping [data-help]").await;
    joao.reads("#item-sheet[open] [role=alert]", "Ana Souza separou este item").await;
    joao.sees_no("#item-sheet .reasons").await;
    joao.quit_after_trouble().await;
    maria.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_found_is_picked_and_the_rest_marked_short_with_two_taps() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import_lines(&["20", "1350.125"]).await;
    let (joao, maria) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(OTHER_PICKER, two.port));
    joao.resize((390, 844)).await;
    let path = format!("/orders/{}", order.id);
    tokio::join!(joao.open(&path), maria.open(&path));
    let row = |line: usize| format!("#item-{}", order.items[line]);

    joao.click(&format!("{} .row-more", row(0))).await;
    joao.reads("#item-sheet .primary", "Separar 20").await;
    // As long as everything is there, there is no rest to mark.
    joao.click("#item-sheet .reasons [data-words=split]").await;
    joao.sees("#item-sheet [data-stepper]").await;
    for left in (15..20).rev() {
        joao.click("#item-sheet [data-step='-1']").await;
        joao.reads("#item-sheet .primary", &format!("Separar {left}")).await;
    }
    joao.reads("#item-sheet [data-words=split]", "Separar 15 e marcar falta de 5").await;
    joao.picture("split").await;
    joao.open_reasons("#item-sheet [data-words=split]").await;
    joao.click("#item-sheet form[action$='/pick-short'] [value=not_located]").await;
    joao.sees_no("#item-sheet[open]").await;
    for browser in [&joao, &maria] {
        browser.reads(&format!("{}.r-unanswered .part", row(0)), "15 de 20 · 5 em falta").await;
        browser.reads(&format!("{} .why", row(0)), "Não localizado").await;
        browser.reads("#order-bar .figures", "1/2").await;
    }
    joao.click("#undo-bar button").await;
    for browser in [&joao, &maria] {
        browser.sees(&format!("{}.r-pending", row(0))).await;
        browser.reads(&format!("{} .qty", row(0)), "20").await;
    }

    // A long amount is seen whole.
    joao.click(&format!("{} .row-more", row(1))).await;
    joao.sees("#item-sheet[open]").await;
    joao.picture("stepper-long").await;
    let whole = "(() => { const field = document.querySelector('#item-sheet [data-stepper] input'); \
                 return field.value === '1.350,125' && field.scrollWidth <= field.clientWidth; })()";
    assert_eq!(joao.eval(whole).await, true);
    joao.quit().await;
    maria.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_script_both_amounts_are_typed() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["20"]).await;
    let plain = Browser::start(Kind::NoScript, server.port).await;
    plain.sign_in(PICKER).await;
    plain.goto(&format!("/orders/{}?item={}", order.id, order.items[0])).await;
    let form = "#item-sheet .reasons > form[action$='/pick-short']";
    let send = async |picked: &str, short: &str| {
        plain.click("#item-sheet .reasons > summary:not(.danger)").await;
        plain.write(&format!("{form} [name=quantity]"), picked).await;
        plain.write(&format!("{form} [name=short]"), short).await;
        plain.picture("split-no-script").await;
        plain.click(&format!("{form} [value=stock]")).await;
    };
    // Together they are not the rest: nothing is done.
    send("15", "4").await;
    plain.reads("[role=alert]", "Restam só 20").await;
    plain.goto(&format!("/orders/{}?item={}", order.id, order.items[0])).await;
    send("15", "5").await;
    plain.reads(".r-unanswered .part", "15 de 20 · 5 em falta").await;
    plain.quit_after_trouble().await;
}
