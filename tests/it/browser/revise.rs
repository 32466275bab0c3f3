//! A newer quote reaches the aisle: what it no longer wants goes back to the shelf.

use std::path::Path;

use super::chromium::Browser;
use crate::revise::Earlier;
use crate::support::server::TestServer;
use crate::support::world::{PICKER, SELLER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_quote_is_compared_applied_and_its_leftovers_go_back_to_the_shelf() {
    let (one, two) = TestServer::pair().await;
    let order = Earlier::import(&one).await;
    let picker = two.signed_in("alfa", PICKER).await;
    order.pick(&picker, 0, "8").await;
    order.pick(&picker, 3, "4").await;
    let (marina, joao) = tokio::join!(Browser::of(SELLER, one.port), Browser::of(PICKER, two.port));
    joao.open(&order.path()).await;
    joao.must_be_live().await;

    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/quotes/discount.pdf");
    marina.open("/quotes").await;
    marina.write("[data-upload] input[type=file]", sample.to_str().unwrap()).await;
    marina.reads("#drafts .draft", "O pedido 41005 já está aberto").await;
    marina.click("#drafts .draft-actions a").await;
    marina.reads(".existing .changes", "Devolver 5").await;
    marina.picture("difference").await;
    marina.click("[formaction$='/confirm']").await;
    marina.sees("#order-bar").await;
    marina.must_be_live().await;

    joao.reads("#items-now", "Devolver 5").await;
    joao.reads("#items-now", "Saiu do orçamento").await;
    joao.reads("#timeline", "aplicou um orçamento novo").await;
    joao.picture("to-return").await;
    let gone = joao.row_of("XX01").await;
    joao.click(&format!("#{gone} .row-return button")).await;
    joao.sees_no(&format!("#{gone}")).await;
    marina.sees_no(&format!("#{gone}")).await;
    let lowered = joao.row_of("PELICULA TABLET").await;
    joao.click(&format!("#{lowered} .row-return button")).await;
    for browser in [&joao, &marina] {
        browser.sees(&format!("#{lowered}.r-picked")).await;
        browser.reads("#order-bar .figures", "1/6").await;
    }
    marina.quit().await;
    joao.quit().await;
}
