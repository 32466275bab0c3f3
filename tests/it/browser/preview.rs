//! A quote is checked at a desk: what was typed is never lost, whatever happens meanwhile.

use uuid::Uuid;

use super::chromium::Browser;
use super::faults::Proxy;
use crate::support::database::{self, count};
use crate::support::server::{TestServer, redis_url};
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
    let (proxy, listener) = Proxy::listen().await;
    let (url, redis, origin) = (database::create().await, redis_url(), proxy.origin());
    let prefix = format!("it-{}", Uuid::now_v7());
    let more = ["--redis-url", &redis, "--redis-prefix", &prefix, "--public-origins", &origin];
    let server = TestServer::on(&url, &more).await;
    proxy.serve(listener, &[server.port]);
    let marina = Browser::of(SELLER, proxy.port).await;
    marina.preview("columns-11-items.pdf").await;
    marina.write("[name=note]", "Passa às 15h").await;

    proxy.cut();
    marina.click(CONFIRM).await;
    marina.reads(".preview-form .sync", "Salvo neste aparelho, falta enviar").await;
    marina.reads("#toasts", "1 toque salvo").await;
    marina.picture("confirm-cut").await;
    assert_eq!(marina.eval(NOTE).await, "Passa às 15h");
    assert_eq!(marina.eval("document.querySelector('#quote-form').inert").await, true);

    // Now it arrives, and its answer does not.
    proxy.mute();
    marina.click("#toasts [data-retry]").await;
    marina
        .patiently("the order", async || match count(&url, "orders").await {
            1 => Ok(()),
            orders => Err(format!("{orders} orders")),
        })
        .await;
    assert_eq!(marina.eval("location.pathname.startsWith('/quotes/')").await, true);
    proxy.restore();
    marina.sees("#order-bar").await;
    marina.reads("#order-notes", "Passa às 15h").await;
    marina.must_be_live().await;
    assert_eq!((count(&url, "orders").await, count(&url, "quote_drafts").await), (1, 0));
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
