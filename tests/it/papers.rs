//! What is printed: the list that is picked by, the slip in the box, the labels on it.

use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER, SELLER};

#[tokio::test]
async fn the_pick_list_has_what_is_to_pick_and_a_code_that_opens_the_order() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(3).await;
    let (joao, marina) = (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", SELLER).await);
    let base = format!("/orders/{}", order.id);
    assert_eq!(marina.tap(&format!("{base}/notes"), &[("text", "Cuidado: <b>frágil</b>")]).await.status, 200);
    let pick = format!("{base}/items/{}/pick", order.items[0]);
    assert_eq!(joao.tap(&pick, &[("quantity", "4")]).await.status, 200);
    let page = joao.get(&format!("{base}/print/list")).await.text;
    for wanted in ["PAULA TESTE DE SOUZA", "FO00", "00100", "<b>6</b> UN", "<b>10</b> UN", "class=\"qr\""] {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    assert!(page.contains("Cuidado: &#60;b&#62;frágil"), "{page}");
    assert!(!page.contains("R$"), "a list for the aisle has no prices: {page}");
}

/// A list that somebody opened, or kept as a link, before the order was canceled sends nobody into the aisle.
#[tokio::test]
async fn the_pick_list_of_a_canceled_order_says_so_and_has_nothing_to_tick() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(2).await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let base = format!("/orders/{}", order.id);
    let (list, link) = (format!("{base}/print/list"), format!("href=\"{base}/print/list\""));
    assert!(ana.get(&list).await.text.contains("<i></i>"));
    assert!(ana.get(&base).await.text.contains(&link));
    let cancel = format!("{base}/cancel");
    assert_eq!(ana.tap(&cancel, &[("reason", "desistiu")]).await.status, 200);
    let page = ana.get(&list).await.text;
    assert!(page.contains("Cancelado") && !page.contains("<i></i>"), "{page}");
    assert!(!ana.get(&base).await.text.contains(&link));
}

/// Whoever walks with paper sees no screen: other goods that the customer takes, and what is bought, stand on the list.
#[tokio::test]
async fn the_pick_list_says_what_is_fetched_in_place_of_a_line_and_what_waits_for_the_buyer() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(3).await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let base = format!("/orders/{}", order.id);
    let line = |line: usize, verb: &str| format!("{base}/items/{}/{verb}", order.items[line]);
    let swap = [("rest", "10"), ("text", "CB15 --> CABO <preto>"), ("unit", "UN"), ("quantity", "8")];
    for (path, form) in [(line(0, "agree"), &swap[..]), (line(1, "request"), &[][..])] {
        let answer = ana.tap(&path, form).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
    let page = ana.get(&format!("{base}/print/list")).await.text;
    let plain = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in [
        "<b>FO00</b> FONE MODELO 0 <small>Trocar por CB15 · 8 UN</small>",
        "<b>FO01</b> FONE MODELO 1 <small>Aguardando compra</small>",
        "<b>FO02</b> FONE MODELO 2 </td>",
    ] {
        assert!(plain.contains(wanted), "{wanted} is not in {plain}");
    }
}

#[tokio::test]
async fn the_slip_tells_what_is_in_the_box_and_neither_prices_nor_notes() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(3).await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let base = format!("/orders/{}", order.id);
    let early = ana.get(&format!("{base}/print/slip")).await;
    assert_eq!(early.status, 409);
    assert!(early.text.contains("depois de finalizar o pedido"), "{}", early.text);
    for (path, form) in [
        ("notes".to_owned(), [("text", "margem baixa")]),
        (format!("items/{}/pick", order.items[0]), [("quantity", "10")]),
        (format!("items/{}/pick", order.items[1]), [("quantity", "7")]),
        (format!("items/{}/short", order.items[1]), [("reason", "stock")]),
        (format!("items/{}/short", order.items[2]), [("reason", "stock")]),
        ("finish".to_owned(), [("volumes", "3")]),
    ] {
        assert_eq!(ana.tap(&format!("{base}/{path}"), &form).await.status, 200, "{path}");
    }
    let taken = format!(
        "update order_items set rest_state = 'substituted', replacement = 'CB15', replacement_quantity = 8,
           reason_code = null where id = '{}'",
        order.items[2]
    );
    run_sql(&server.database_url, &taken).await;
    let page = ana.get(&format!("{base}/print/slip")).await.text;
    let plain = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in [
        "Distribuidora Alfa",
        "3 volumes",
        "<b>FO00</b> FONE MODELO 0",
        "<b>7</b> UN",
        "<small>não enviado</small> 3 UN",
        "<b>CB15</b> <small>no lugar de FO02</small>",
        "não é documento fiscal",
    ] {
        assert!(plain.contains(wanted), "{wanted} is not in {plain}");
    }
    for never in ["R$", "margem baixa", "35,00"] {
        assert!(!page.contains(never), "{never} is in {page}");
    }
}

#[tokio::test]
async fn there_is_a_label_for_each_volume_on_a_sheet_or_on_labels() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let base = format!("/orders/{}", order.id);
    assert_eq!(ana.tap(&format!("{base}/pick-all"), &[]).await.status, 200);
    assert_eq!(ana.tap(&format!("{base}/finish"), &[("volumes", "3")]).await.status, 200);
    let finished = ana.get(&base).await.text;
    assert!(finished.contains(&format!("href=\"{base}/print/labels\"")), "{finished}");
    let sheet = ana.get(&format!("{base}/print/labels")).await.text;
    assert!(sheet.contains("Volume 1 de 3") && sheet.contains("Volume 3 de 3"), "{sheet}");
    assert!(!sheet.contains("label.css"), "{sheet}");
    let labels = ana.get(&format!("{base}/print/labels?volumes=2&size=100x150")).await.text;
    assert!(labels.contains("Volume 2 de 2") && !labels.contains("Volume 3"), "{labels}");
    assert!(labels.contains("/static/label.css"), "{labels}");
    for odd in ["volumes=-1", "volumes=x&size=A0", "volumes=99999"] {
        assert_eq!(ana.get(&format!("{base}/print/labels?{odd}")).await.status, 200, "{odd}");
    }
}
