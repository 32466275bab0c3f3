//! A quote is checked at a desk: what was typed is never lost, whatever happens meanwhile.

use super::chromium::Browser;
use super::faults::Proxy;
use crate::support::database::count;
use crate::support::quotes::upload;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, SELLER};

const CONFIRM: &str = "[formaction$='/confirm']";
const NOTE: &str = "document.querySelector('[name=note]').value";

impl Browser {
    /// Uploads a sample, opens its preview and chooses the first way out.
    async fn preview(&self, sample: &str) -> String {
        let draft = self.upload(sample).await;
        self.open(&draft).await;
        self.click("#field-shipping .choice").await;
        self.click("#field-packaging .choice:not(:has(:disabled))").await;
        draft
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_while_confirming_leaves_what_was_typed_and_makes_one_order() {
    let (proxy, server, _other) = Proxy::pair().await;
    let url = &server.database_url;
    let marina = Browser::of(SELLER, proxy.port).await;
    marina.preview("columns-11-items.pdf").await;
    marina.write("[name=note]", "Passa às 15h").await;

    proxy.cut();
    marina.click(CONFIRM).await;
    marina.reads(".preview-form .sync", "Salvo neste aparelho, falta enviar").await;
    marina.click("#waiting-open").await;
    marina.reads("#waiting-sheet[open]", "Suas, ainda por enviar").await;
    marina.picture("confirm-cut").await;
    assert_eq!(marina.eval(NOTE).await, "Passa às 15h");
    assert_eq!(marina.eval("document.querySelector('#quote-form').inert").await, true);

    // Now it arrives, and its answer does not.
    proxy.mute();
    marina.click("#waiting-sheet [data-flush]").await;
    marina
        .patiently("the order", async || match count(url, "orders").await {
            1 => Ok(()),
            orders => Err(format!("{orders} orders")),
        })
        .await;
    assert_eq!(marina.eval("location.pathname.startsWith('/quotes/')").await, true);
    proxy.restore();
    marina.sees("#order-bar").await;
    marina.reads("#order-notes", "Passa às 15h").await;
    marina.must_be_live().await;
    assert_eq!((count(url, "orders").await, count(url, "quote_drafts").await), (1, 0));
    marina.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_is_said_beside_the_field_and_what_does_not_add_up_beside_the_cell() {
    let server = TestServer::start().await;
    let marina = Browser::of(SELLER, server.port).await;
    let draft = marina.upload("columns-11-items.pdf").await;
    marina.open(&draft).await;
    marina.write("[name=note]", "guardada").await;
    marina.click(CONFIRM).await;
    marina.reads("#field-shipping .error", "Escolha a logística").await;
    marina.sees("#field-shipping.wrong").await;
    assert_eq!(marina.eval(NOTE).await, "guardada");

    marina.think().await;
    marina.eval("scrollTo(0, 0)").await;
    marina.click("[name=edit][value='1']").await;
    marina.sees("[name=line-1-quantity]").await;
    marina.must_be_live().await;
    marina.click("#field-shipping .choice").await;
    marina.click("#field-packaging .choice:not(:has(:disabled))").await;
    marina.write("[name=line-1-quantity]", "0").await;
    marina.click(CONFIRM).await;
    marina.sees("#line-1.wrong + .wrong-why").await;
    marina.reads(".error-summary", "não confere").await;
    marina.picture("confirm-wrong").await;
    marina.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_paper_stands_beside_what_was_read_and_on_a_phone_below_it() {
    let server = TestServer::start().await;
    let marina = Browser::of(SELLER, server.port).await;
    let draft = marina.upload("columns-11-items.pdf").await;
    let beside = "(() => { const [paper, read] = ['.paper', '.read'].map((css) => document.querySelector(css).getBoundingClientRect()); \
         return paper.right <= read.left && Math.abs(paper.top - read.top) < 2 && paper.bottom <= innerHeight + 2; })()";
    for size in [(1280, 800), (1440, 900), (1920, 1080)] {
        marina.resize(size).await;
        marina.open(&draft).await;
        marina.eval("document.querySelector('.read').scrollIntoView()").await;
        marina.until("the paper beside its lines", beside).await;
        marina.sees(".paper-page, .paper-text").await;
    }
    if marina.eval("navigator.pdfViewerEnabled").await == true {
        marina.sees(".paper-page").await;
        marina.sees_no(".paper-text").await;
    }
    // Fetched again around it, the paper stays where somebody has scrolled it to.
    marina.eval("(() => { window.paper = document.querySelector('.paper-page, .paper-text'); })()").await;
    server
        .signed_in("alfa", SELLER)
        .await
        .post(&format!("{draft}/save"), &[("version", "1"), ("note", "olá")])
        .await;
    marina.until("the note", "document.querySelector('[name=note]').value === 'olá'").await;
    assert_eq!(marina.eval("window.paper.isConnected").await, true);

    marina.resize((390, 844)).await;
    marina.open(&draft).await;
    marina.until("the paper to be closed", "!document.querySelector('.paper').open").await;
    marina.sees("#line-1 > td:first-child").await;
    // Not under the navigation, where the driver would scroll it to.
    marina.eval("document.querySelector('.paper summary').scrollIntoView({ block: 'center' })").await;
    marina.click(".paper summary").await;
    marina.reads(".paper-text", "PELICULA 3D").await;
    let below = "document.querySelector('.paper').getBoundingClientRect().top >= document.querySelector('.preview-form').getBoundingClientRect().bottom";
    assert_eq!(marina.eval(below).await, true);
    marina.quit().await;
}

/// What a screen reader was given to say, one text after the other.
const SPOKEN: &str = "(() => { window.spoken = []; for (const el of document.querySelectorAll('[role=status]')) \
     new MutationObserver(() => { if (el.getClientRects().length && el.textContent.trim()) window.spoken.push(el.textContent.trim()); }) \
     .observe(el, { childList: true, subtree: true, characterData: true }); })()";

impl Browser {
    async fn hears(&self, text: &str) {
        let heard = format!("window.spoken.some((said) => said.includes({}))", serde_json::json!(text));
        self.until(&format!("{text} to be spoken"), &heard).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_uploads_ended_and_what_can_be_undone_is_spoken() {
    let server = TestServer::start().await;
    let marina = Browser::of(SELLER, server.port).await;
    marina.open("/quotes").await;
    marina.eval(SPOKEN).await;
    for name in ["columns-11-items.pdf", "bad/not-a-pdf.pdf"] {
        let path = crate::support::quotes::fixture(name);
        marina.write("[data-upload] input[type=file]", path.to_str().unwrap()).await;
    }
    marina.hears("columns-11-items.pdf: Lido, está em Para conferir").await;
    marina.hears("not-a-pdf.pdf: ").await;
    marina.click("#drafts [action$='/discard'] button").await;
    marina.hears("Descartado").await;
    marina.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_discarded_by_mistake_comes_back_by_the_bar() {
    let server = TestServer::start().await;
    let marina = Browser::of(SELLER, server.port).await;
    let draft = marina.preview("columns-11-items.pdf").await;
    marina.write("[name=note]", "não era para guardar").await;
    marina.click(".preview-form [formaction$='/discard']").await;
    marina.reads("#undo-bar", "Descartado").await;
    assert_eq!(marina.eval("location.pathname").await, "/quotes");
    marina.sees_no("#drafts .draft").await;
    marina.sees(".drafts-section .empty").await;
    marina.must_be_live().await;
    marina.picture("discarded").await;
    marina.click("#undo-bar button").await;
    marina.sees(&format!("#drafts .draft a[href='{draft}']")).await;
    // The same from the list.
    marina.click("#drafts [action$='/discard'] button").await;
    marina.reads("#undo-bar", "Descartado").await;
    marina.sees_no("#drafts .draft").await;
    marina.click("#undo-bar button").await;
    marina.sees("#drafts .draft").await;
    // The preview asked for the draft that was gone.
    marina.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_else_s_newer_version_is_shown_around_what_was_typed() {
    let (one, two) = TestServer::pair().await;
    let (marina, ana) = tokio::join!(Browser::of(SELLER, one.port), Browser::of(ADMIN, two.port));
    let draft = marina.preview("columns-11-items.pdf").await;
    marina.write("[name=note]", "da Marina").await;
    ana.open(&draft).await;
    ana.click("[name=edit][value='2']").await;
    ana.sees("[name=line-2-unit]").await;
    ana.write("[name=line-2-unit]", "X").await;
    ana.click(".preview-form [name=later]").await;
    ana.sees("#drafts").await;

    marina.click(CONFIRM).await;
    marina.reads(".preview-form [data-error]", "Ana Souza mexeu neste orçamento").await;
    marina.sees("[name=line-2-unit]").await;
    assert_eq!(marina.eval(NOTE).await, "da Marina");
    marina.picture("confirm-conflict").await;
    marina.think().await;
    marina.click(CONFIRM).await;
    marina.sees("#order-bar").await;
    marina.reads("#order-notes", "da Marina").await;
    marina.quit_after_trouble().await;
    ana.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_quotes_one_is_confirmed_and_the_next_is_open_with_one_tap() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", SELLER).await;
    let next = upload(&client, "columns-1-item").await;
    let marina = Browser::of(SELLER, server.port).await;
    marina.preview("columns-11-items.pdf").await;
    marina.reads("[name=then]", "Confirmar e abrir o próximo (1)").await;
    marina
        .eval(
            "document.querySelector('[name=then]').scrollIntoView({ block: 'center', behavior: 'instant' })",
        )
        .await;
    marina.picture("confirm-and-next").await;
    marina.click("[name=then]").await;
    marina.until("the next quote", &format!("location.pathname === '{next}'")).await;
    marina.must_be_live().await;
    // The last of them leads to its order, as ever.
    marina.sees_no("[name=then]").await;
    let url = &server.database_url;
    assert_eq!((count(url, "orders").await, count(url, "quote_drafts").await), (1, 1));
    marina.quit().await;
}
