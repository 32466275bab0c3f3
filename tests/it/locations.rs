//! Where goods lie: said on one order, shown and sorted by on every order that has them.

use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, BUYER, Imported, OTHER_PICKER, OTHER_SELLER, PICKER, SELLER};

fn path(order: &Imported, line: usize) -> String {
    format!("/orders/{}/items/{}/location", order.id, order.items[line])
}

fn place<'a>(shown: &'a str, location: &'a str) -> [(&'static str, &'a str); 2] {
    [("shown", shown), ("location", location)]
}

fn undo_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["undo"].as_str().unwrap_or_else(|| panic!("no undo: {}", answer.text)).to_owned()
}

fn refused(answer: &Answer) -> String {
    assert_eq!(answer.status, 409, "{}", answer.text);
    answer.json()["title"].as_str().unwrap().to_owned()
}

async fn order_page(client: &Client, order: &Imported) -> String {
    client.get(&format!("/orders/{}", order.id)).await.text
}

/// The place that a line's row shows.
async fn shown(client: &Client, order: &Imported, line: usize) -> Option<String> {
    let page = order_page(client, order).await;
    let (_, after) = page.split_once(&format!("<li\n  id=\"item-{}\"", order.items[line])).expect("a row");
    let (row, _) = after.split_once("</li>").unwrap();
    let (_, after) = row.split_once("<bdi class=\"loc\">")?;
    Some(after.split_once("</bdi>").unwrap().0.to_owned())
}

/// The lines of an order in the order of a page.
fn sequence(page: &str, order: &Imported, mark: impl Fn(usize) -> String) -> Vec<usize> {
    let mut found: Vec<(usize, usize)> = (0..order.items.len())
        .map(|line| (page.find(&mark(line)).unwrap_or_else(|| panic!("{line} is not in {page}")), line))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, line)| line).collect()
}

#[tokio::test]
async fn what_is_said_on_one_order_is_on_every_screen_that_has_the_goods() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (order, other, without) = (company.import(3).await, company.import(2).await, company.import(1).await);
    let (joao, maria) = (one.signed_in("alfa", PICKER).await, two.signed_in("alfa", OTHER_PICKER).await);
    let mut screens = Vec::new();
    for client in [&joao, &joao.at(two.port), &maria] {
        for page in [&order, &other, &without] {
            screens.push(Watched::open(client, &format!("/orders/{}", page.id)).await);
        }
        screens.push(Watched::open(client, "/").await);
    }
    let told = joao.tap(&path(&order, 1), &place("", "A-12 <3>")).await;
    assert_eq!(told.json()["message"], "Local salvo", "{}", told.text);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("a place").await;
        assert!(!screen.refetched, "by fragments");
    }
    assert_eq!(shown(&maria, &other, 1).await.as_deref(), Some("A-12 &#60;3&#62;"));
    assert_eq!(shown(&maria, &other, 0).await, None);
    let page = order_page(&maria, &order).await;
    assert!(page.contains("João Pereira mudou o local de FO01"), "{page}");
    let later = company.import(2).await;
    assert_eq!(shown(&joao, &later, 1).await.as_deref(), Some("A-12 &#60;3&#62;"));
    // Said on the other order it is the same place, and the history there has who and what.
    let cleared = maria.tap(&path(&other, 1), &place("A-12 <3>", " \u{200b} ")).await;
    assert_eq!(cleared.json()["message"], "Local removido", "{}", cleared.text);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("no place").await;
    }
    assert_eq!(shown(&joao, &order, 1).await, None);
    let page = order_page(&joao, &other).await;
    assert!(page.contains("Maria Conceição mudou o local de FO01"), "{page}");
    assert!(page.contains("A-12 &#60;3&#62; → sem local"), "{page}");
}

#[tokio::test]
async fn rows_and_the_pick_list_are_in_the_order_of_the_shelves() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(4).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let list = format!("/orders/{}/print/list", order.id);
    assert!(!joao.get(&list).await.text.contains("<th>Local</th>"), "no column of nothing");
    for (line, location) in [(1, "A-10"), (3, "a-2")] {
        assert_eq!(joao.tap(&path(&order, line), &place("", location)).await.status, 200);
    }
    let page = order_page(&joao, &order).await;
    assert_eq!(sequence(&page, &order, |line| format!("id=\"item-{}\"", order.items[line])), [3, 1, 0, 2]);
    let printed = joao.get(&list).await.text;
    assert_eq!(sequence(&printed, &order, |line| format!("<b>FO0{line}</b>")), [3, 1, 0, 2]);
    assert!(printed.contains("<th>Local</th>"), "{printed}");
    assert!(printed.contains("<td class=\"code-cell\"><b><bdi>A-10</bdi></b></td>"), "{printed}");
    let sheet = joao.get(&format!("/orders/{}?item={}", order.id, order.items[1])).await.text;
    assert!(sheet.contains("name=\"shown\" value=\"A-10\"") && sheet.contains("Mudar o local"), "{sheet}");
    let sheets = joao.get(&format!("/orders/{}/sheets", order.id)).await.text;
    assert!(sheets.contains("name=\"shown\" value=\"a-2\""), "{sheets}");
    // What customers read says nothing of the warehouse.
    let base = format!("/orders/{}", order.id);
    let ana = server.signed_in("alfa", ADMIN).await;
    assert_eq!(ana.tap(&format!("{base}/pick-all"), &[]).await.status, 200);
    assert_eq!(ana.tap(&format!("{base}/finish"), &[("volumes", "1")]).await.status, 200);
    let slip = ana.get(&format!("{base}/print/slip")).await.text;
    assert!(slip.contains("FO01") && !slip.contains("A-10") && !slip.contains("Local"), "{slip}");
    assert!(refused(&joao.tap(&path(&order, 1), &place("A-10", "B-1")).await).contains("finalizou"));
}

#[tokio::test]
async fn whoever_picks_says_where_goods_lie_whosesoever_the_order_is() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let mut before = "";
    for (number, location) in [(SELLER, "1"), (OTHER_SELLER, "2"), (PICKER, "3"), (BUYER, "4"), (ADMIN, "5")]
    {
        let client = server.signed_in("alfa", number).await;
        let answer = client.tap(&path(&order, 0), &place(before, location)).await;
        assert_eq!(answer.status, 200, "{number}: {}", answer.text);
        before = location;
    }
    let joao = server.signed_in("alfa", PICKER).await;
    let long = joao.tap(&path(&order, 0), &place("5", "Corredor 12, nível 3")).await;
    assert_eq!(long.status, 422);
    assert!(long.json()["fields"]["location"].as_str().unwrap().contains("16 caracteres"), "{}", long.text);
    // Without script the form comes back with what was typed.
    let page = joao.post(&path(&order, 0), &place("5", "Corredor 12, nível 3")).await;
    assert!(page.text.contains("value=\"Corredor 12, nível 3\""), "{}", page.text);
    let lines = joao.tap(&path(&order, 0), &place("5", " Rua 4\r\n nível 2 ")).await;
    assert_eq!(lines.status, 200, "{}", lines.text);
    assert_eq!(shown(&joao, &order, 0).await.as_deref(), Some("Rua 4 nível 2"));
    // The same again changes nothing, and has nothing to take back.
    let same = joao.tap(&path(&order, 0), &place("5", "Rua 4 nível 2")).await;
    assert!(same.status == 200 && same.json()["undo"].is_null(), "{}", same.text);
}

#[tokio::test]
async fn another_company_has_places_of_its_own() {
    let server = TestServer::start().await;
    let ours = server.company("alfa").await.import(1).await;
    let theirs = server.company("beta").await.import(1).await;
    let (joao, stranger) = (server.signed_in("alfa", PICKER).await, server.signed_in("beta", PICKER).await);
    assert_eq!(joao.tap(&path(&ours, 0), &place("", "A-1")).await.status, 200);
    assert_eq!(shown(&stranger, &theirs, 0).await, None, "the same code and unit");
    assert_eq!(stranger.tap(&path(&ours, 0), &place("A-1", "B-2")).await.status, 404);
    assert_eq!(stranger.tap(&path(&theirs, 0), &place("", "B-2")).await.status, 200);
    assert_eq!(shown(&joao, &ours, 0).await.as_deref(), Some("A-1"));
}

#[tokio::test]
async fn two_who_say_it_at_once_do_not_overwrite_each_other() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (order, other) = (company.import(2).await, company.import(2).await);
    let (joao, maria) = (one.signed_in("alfa", PICKER).await, two.signed_in("alfa", OTHER_PICKER).await);
    // Nobody has said anything: there is no row that one could wait for.
    let (here, there) = (path(&order, 0), path(&other, 0));
    let (mine, hers) = (place("", "A-1"), place("", "B-2"));
    let (first, second) = tokio::join!(joao.tap(&here, &mine), maria.tap(&there, &hers));
    let (won, lost, name) = if first.status == 200 {
        (first, second, "João Pereira")
    } else {
        (second, first, "Maria Conceição")
    };
    assert_eq!(won.status, 200, "{}", won.text);
    let said = refused(&lost);
    assert!(said.starts_with(&format!("{name} mudou o local para ")), "{said}");
    // The same place, said at once, is no conflict.
    let (here, there) = (path(&order, 1), path(&other, 1));
    let same = place("", "C-3");
    let (first, second) = tokio::join!(joao.tap(&here, &same), maria.tap(&there, &same));
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200), "{} {}", first.text, second.text);
    let entries =
        "order_history where kind = 'location_changed' and detail -> 'location' ->> 'code' = '00101'";
    assert_eq!(one.count(entries).await, 1);
}

#[tokio::test]
async fn a_change_is_taken_back_by_its_author_while_nobody_changed_it_on_whatever_order() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (order, other) = (company.import(1).await, company.import(1).await);
    let (joao, maria) =
        (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    undo_of(&maria.tap(&path(&other, 0), &place("", "A-1")).await);
    let undo = undo_of(&joao.tap(&path(&order, 0), &place("A-1", "B-2")).await);
    // A pick meanwhile is of the line, not of the place.
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let picked = undo_of(&maria.tap(&pick, &[("quantity", "3")]).await);
    assert_eq!(refused(&maria.tap(&undo, &[]).await), "Só quem fez pode desfazer");
    assert_eq!(joao.tap(&undo, &[]).await.status, 200);
    assert_eq!(shown(&maria, &other, 0).await.as_deref(), Some("A-1"));
    assert_eq!(maria.tap(&picked, &[]).await.status, 200, "nor is the place of the line");
    let page = order_page(&joao, &order).await;
    assert!(page.contains("João Pereira desfez a mudança do local de FO00"), "{page}");
    let undo = undo_of(&joao.tap(&path(&order, 0), &place("A-1", "C-3")).await);
    for (from, to) in [("C-3", "D-4"), ("D-4", "C-3")] {
        assert_eq!(maria.tap(&path(&other, 0), &place(from, to)).await.status, 200);
    }
    let said = refused(&joao.tap(&undo, &[]).await);
    assert!(said.starts_with("Maria Conceição mudou o local para C-3 às "), "{said}");
    // Nor is a place changed by a page that shows another one.
    let said = refused(&joao.tap(&path(&order, 0), &place("A-1", "E-5")).await);
    assert!(said.starts_with("Maria Conceição mudou o local para C-3 às "), "{said}");
}

/// Whoever puts goods back walks along the same shelves.
#[tokio::test]
async fn what_goes_back_to_the_shelf_says_which_and_stands_in_its_order() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (order, other) = (company.import(2).await, company.import(2).await);
    let (joao, ana) = (one.signed_in("alfa", PICKER).await, two.signed_in("alfa", ADMIN).await);
    for item in &order.items {
        let pick = format!("/orders/{}/items/{item}/pick", order.id);
        assert_eq!(joao.tap(&pick, &[("quantity", "10")]).await.status, 200);
    }
    let cancel = format!("/orders/{}/cancel", order.id);
    assert_eq!(ana.tap(&cancel, &[("reason", "desistiu")]).await.status, 200);
    let mut returns = Watched::open(&ana, "/returns").await;
    for (line, location) in [(0, "B-10"), (1, "B-9")] {
        assert_eq!(joao.tap(&path(&other, line), &place("", location)).await.status, 200);
        returns.must_equal_a_fresh_page("a place").await;
    }
    assert!(returns.refetched);
    let page = ana.get("/returns").await.text;
    assert_eq!(sequence(&page, &order, |line| format!("id=\"return-{}\"", order.items[line])), [1, 0]);
    assert!(page.contains("<bdi class=\"loc\">B-9</bdi>"), "{page}");
}
