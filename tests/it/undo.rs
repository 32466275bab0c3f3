//! Taking back: exactly what a command changed, by whoever did it, while nobody came after; and the last pick, which is
//! the one that the screen showed, or none.

use rust_decimal::Decimal;
use separacao::command::{self, Caller, Change, Command, Tap};
use separacao::db::CompanyTx;
use separacao::error::Result;
use separacao::ids::OperationId;
use separacao::orders::actions::OrderContext;
use separacao::orders::actions::items::{MarkShort, PickItem};

use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, Company, Imported, OTHER_PICKER, PICKER, SELLER};

fn undo_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["undo"].as_str().unwrap_or_else(|| panic!("no undo: {}", answer.text)).to_owned()
}

fn refused(answer: &Answer) -> String {
    assert_eq!(answer.status, 409, "{}", answer.text);
    answer.json()["title"].as_str().unwrap().to_owned()
}

async fn notes(company: &Company, order: &Imported) -> Vec<String> {
    company.summary(order.id).await.notes.into_iter().map(|note| note.text).collect()
}

/// The hidden fields of the form that takes the last pick back, as the sheet of the line has them.
async fn last_pick(client: &Client, order: &Imported) -> Option<Vec<(&'static str, String)>> {
    let sheet = client.get(&format!("/orders/{}?item={}", order.id, order.items[0])).await.text;
    let (_, form) = sheet.split_once("name=\"pick\" value=\"")?;
    let (pick, form) = form.split_once('"').unwrap();
    let (_, form) = form.split_once("name=\"quantity\" value=\"").unwrap();
    let (quantity, form) = form.split_once('"').unwrap();
    assert!(form.contains(&format!("Desfazer separação de {quantity} UN")), "{form}");
    Some(vec![("pick", pick.to_owned()), ("quantity", quantity.to_owned())])
}

async fn unpick(client: &Client, order: &Imported, form: &[(&'static str, String)]) -> Answer {
    let path = format!("/orders/{}/items/{}/unpick", order.id, order.items[0]);
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.tap(&path, &form).await
}

#[tokio::test]
async fn two_people_who_take_back_the_last_pick_at_once_take_back_one() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import_lines(&["12"]).await;
    let (joao, maria) = (one.signed_in("alfa", PICKER).await, two.signed_in("alfa", OTHER_PICKER).await);
    assert_eq!(last_pick(&joao, &order).await, None);
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    for quantity in ["7", "2"] {
        assert_eq!(joao.tap(&pick, &[("quantity", quantity)]).await.status, 200);
    }
    let shown = last_pick(&maria, &order).await.expect("a last pick");
    assert_eq!(shown[1].1, "2");
    let (first, second) = tokio::join!(unpick(&joao, &order, &shown), unpick(&maria, &order, &shown));
    let (won, lost) = if first.status == 200 { (first, second) } else { (second, first) };
    assert_eq!(won.status, 200, "{}", won.text);
    let said = refused(&lost);
    assert!(said.contains(" já devolveu às "), "{said}");
    // The pick before is the last one now, and has a name of its own.
    let before = last_pick(&maria, &order).await.expect("the first pick");
    assert_eq!(before[1].1, "7");
    assert_ne!(before[0].1, shown[0].1);
}

#[tokio::test]
async fn a_stale_screen_does_not_take_back_a_pick_that_it_never_showed() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import_lines(&["12"]).await;
    let (joao, maria) =
        (server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await);
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    assert_eq!(joao.tap(&pick, &[("quantity", "2")]).await.status, 200);
    let stale = last_pick(&joao, &order).await.expect("a last pick");
    assert_eq!(maria.tap(&pick, &[("quantity", "3")]).await.status, 200);
    let said = refused(&unpick(&joao, &order, &stale).await);
    assert!(said.starts_with("Maria Conceição separou 3 às "), "{said}");
    // Taken back and picked again, it is another pick, though of as many units.
    let shown = last_pick(&maria, &order).await.unwrap();
    assert_eq!(unpick(&maria, &order, &shown).await.status, 200);
    assert_eq!(unpick(&maria, &order, &stale).await.status, 200);
    assert_eq!(maria.tap(&pick, &[("quantity", "2")]).await.status, 200);
    let said = refused(&unpick(&joao, &order, &stale).await);
    assert!(said.starts_with("Maria Conceição separou 2 às "), "{said}");
    // A part of it went back: what the screen showed is not there any more.
    let shown = last_pick(&joao, &order).await.unwrap();
    assert_eq!(unpick(&maria, &order, &[("quantity", "1".to_owned())]).await.status, 200);
    // The form of an earlier build named neither amount nor pick: it shows another state, it is not wrong.
    assert!(refused(&unpick(&joao, &order, &[]).await).starts_with("Este item mudou."));
    let said = refused(&unpick(&joao, &order, &shown).await);
    assert!(said.starts_with("Maria Conceição já devolveu às "), "{said}");
    // Without script the same.
    let path = format!("/orders/{}/items/{}/unpick", order.id, order.items[0]);
    let form = [("pick", stale[0].1.as_str()), ("quantity", "2"), ("v", "1")];
    let page = joao.post(&path, &form).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("Maria Conceição já devolveu às "), "{}", page.text);
    let now = last_pick(&joao, &order).await.unwrap();
    let form = [("pick", now[0].1.as_str()), ("quantity", now[1].1.as_str()), ("v", "2")];
    assert_eq!(joao.post(&path, &form).await.status, 303);
    assert_eq!(last_pick(&joao, &order).await, None);
}

#[tokio::test]
async fn a_note_is_taken_back_as_it_was_by_whoever_wrote_it_while_nobody_came_after() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (admin, joao) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let path = format!("/orders/{}/notes", order.id);
    let added = undo_of(&joao.tap(&path, &[("text", "Caixa amassada")]).await);
    let note = format!("{path}/{}", company.summary(order.id).await.notes[0].id);
    assert_eq!(refused(&admin.tap(&added, &[]).await), "Só quem fez pode desfazer");
    let changed = undo_of(&admin.tap(&note, &[("text", "Caixa aberta"), ("version", "1")]).await);
    let said = refused(&joao.tap(&added, &[]).await);
    assert!(said.starts_with("Não dá para desfazer: Ana Souza mexeu nisto às "), "{said}");
    assert_eq!(admin.tap(&changed, &[]).await.status, 200);
    assert_eq!(notes(&company, &order).await, ["Caixa amassada"]);
    assert_eq!(admin.tap(&changed, &[]).await.status, 200, "taken back already");
    // Somebody took the change back: that, too, came after.
    assert!(refused(&joao.tap(&added, &[]).await).contains("Ana Souza"));
    let removed = undo_of(&joao.tap(&note, &[("remove", "yes"), ("version", "3")]).await);
    assert!(notes(&company, &order).await.is_empty());
    assert_eq!(joao.tap(&removed, &[]).await.status, 200);
    assert_eq!(notes(&company, &order).await, ["Caixa amassada"]);
    let second = undo_of(&joao.tap(&path, &[("text", "Só para lembrar")]).await);
    assert_eq!(joao.tap(&second, &[]).await.status, 200);
    assert_eq!(notes(&company, &order).await, ["Caixa amassada"]);
    let page = joao.get(&format!("/orders/{}", order.id)).await.text;
    for told in [
        "Ana Souza desfez a mudança de uma observação",
        "João Pereira trouxe de volta uma observação",
        "João Pereira desfez a observação que escreveu",
    ] {
        assert!(page.contains(told), "{told} is not in {page}");
    }
}

#[tokio::test]
async fn urgency_and_shipping_are_taken_back_without_touching_what_others_changed() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (admin, seller) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", SELLER).await);
    let base = format!("/orders/{}", order.id);
    let (urgent_path, shipping_path) = (format!("{base}/urgent"), format!("{base}/shipping"));
    let before = company.summary(order.id).await;
    let option = company.urgent_shipping().await;
    let (shipping, packaging) = (option.id.to_string(), option.packagings[0].to_string());
    let shipping = [("shipping", shipping.as_str()), ("packaging", packaging.as_str())];
    let is = async || {
        let now = company.summary(order.id).await;
        (now.urgent, now.shipping_id, now.packaging_id)
    };

    // One command changed both, and takes both back.
    let undo = undo_of(&seller.tap(&shipping_path, &shipping).await);
    assert_eq!(is().await, (true, option.id, option.packagings[0]));
    assert_eq!(seller.tap(&undo, &[]).await.status, 200);
    assert_eq!(is().await, (false, before.shipping_id, before.packaging_id));

    // Who changes another thing of the order does not come after.
    let urgent = undo_of(&seller.tap(&urgent_path, &[("urgent", "yes")]).await);
    let ships = undo_of(&admin.tap(&shipping_path, &shipping).await);
    assert_eq!(seller.tap(&urgent, &[]).await.status, 200);
    assert_eq!(is().await, (false, option.id, option.packagings[0]));
    assert_eq!(admin.tap(&ships, &[]).await.status, 200);
    assert_eq!(is().await, (false, before.shipping_id, before.packaging_id));

    // On, off and on again: the second on is not the first one's to take back.
    let urgent = undo_of(&seller.tap(&urgent_path, &[("urgent", "yes")]).await);
    assert_eq!(admin.tap(&urgent_path, &[("urgent", "no")]).await.status, 200);
    assert_eq!(admin.tap(&urgent_path, &[("urgent", "yes")]).await.status, 200);
    let said = refused(&seller.tap(&urgent, &[]).await);
    assert!(said.starts_with("Não dá para desfazer: Ana Souza mexeu nisto às "), "{said}");
    assert!(is().await.0);
    // Finished, nothing is taken back any more.
    let urgent = undo_of(&admin.tap(&urgent_path, &[("urgent", "no")]).await);
    assert_eq!(admin.tap(&format!("{base}/cancel"), &[("reason", "desistiu")]).await.status, 200);
    assert!(refused(&admin.tap(&urgent, &[]).await).starts_with("Ana Souza cancelou este pedido "));
}

#[tokio::test]
async fn whoever_saves_a_note_too_late_is_told_who_changed_or_removed_it() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (admin, joao) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let path = format!("/orders/{}/notes", order.id);
    undo_of(&joao.tap(&path, &[("text", "Caixa amassada")]).await);
    let note = format!("{path}/{}", company.summary(order.id).await.notes[0].id);
    let mine = [("text", "Caixa amassada, falta lacre"), ("version", "1")];
    undo_of(&admin.tap(&note, &[("text", "Caixa aberta"), ("version", "1")]).await);
    let said = refused(&joao.tap(&note, &mine).await);
    assert!(said.starts_with("Ana Souza mudou esta observação às "), "{said}");
    let page = joao.get(&format!("/orders/{}", order.id)).await.text;
    let (_, notes) = page.split_once("note-by").expect("a note");
    assert!(notes[..200].contains("alterada por Ana Souza, "), "{}", &notes[..200]);
    undo_of(&admin.tap(&note, &[("remove", "yes"), ("version", "2")]).await);
    let said = refused(&joao.tap(&note, &mine).await);
    assert!(said.starts_with("Ana Souza removeu esta observação às "), "{said}");
    // Removed already: the wanted end.
    assert_eq!(joao.tap(&note, &[("remove", "yes"), ("version", "1")]).await.status, 200);
}

/// One tap that does two things, to two orders.
struct Both<A, B>(A, B);

impl<A: Command<Output = ()>, B: Command<Output = ()>> Command for Both<A, B> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let mut change = self.0.apply(tx).await?;
        let other = self.1.apply(tx).await?;
        change.events.extend(other.events);
        change.writes.extend(other.writes);
        Ok(change)
    }
}

#[tokio::test]
async fn a_tap_over_two_orders_is_one_undo_and_leaves_what_somebody_changed_since() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (first, second) = (company.import(1).await, company.import(1).await);
    let joao = server.signed_in("alfa", PICKER).await;
    let actor = crate::wire::actor(&server.app, &server.database_url).await;
    let maria = server.signed_in("alfa", OTHER_PICKER).await;
    let mut board = Watched::open(&maria, "/").await;
    let tap = async || {
        let on = |order: &Imported| OrderContext {
            actor: &actor,
            order_id: order.id,
            now: server.app.clock.now(),
        };
        let pick = PickItem { on: on(&first), item_id: first.items[0], quantity: Decimal::from(10) };
        let (code, text) = ("stock".to_owned(), String::new());
        let short = MarkShort { on: on(&second), item_id: second.items[0], code, text };
        let caller = Caller::from(&actor);
        let tap =
            Tap { caller, operation_id: OperationId::new(), fingerprint: [0; 32], tapped_at: None, form: () };
        let outcome = command::run(&server.app, &tap, &Both(pick, short)).await.unwrap();
        (outcome.n, format!("/undo/{}", tap.operation_id))
    };
    let settled = async || {
        let (first, second) = (company.summary(first.id).await, company.summary(second.id).await);
        (first.counts.settled, second.counts.settled)
    };

    let before = board.page.n();
    let (n, undo) = tap().await;
    assert_eq!((n, settled().await), (before + 2, (1, 1)), "an event for each order");
    board.must_equal_a_fresh_page("two orders").await;
    assert_eq!(refused(&maria.tap(&undo, &[]).await), "Só quem fez pode desfazer");
    let undone = joao.tap(&undo, &[]).await;
    assert_eq!((undone.status.as_u16(), undone.json()["n"].as_i64()), (200, Some(n + 2)), "{}", undone.text);
    assert_eq!((undone.json()["message"].as_str(), settled().await), (Some("Desfeito"), (0, 0)));
    board.must_equal_a_fresh_page("both are taken back").await;

    let (_, undo) = tap().await;
    let unshort = format!("/orders/{}/items/{}/unshort", second.id, second.items[0]);
    assert_eq!(maria.tap(&unshort, &[]).await.status, 200);
    let undone = joao.tap(&undo, &[]).await;
    assert_eq!(
        undone.json()["message"],
        format!("Desfeito, menos um item em que alguém mexeu depois: FO00 ({})", second.number),
        "{}",
        undone.text
    );
    assert_eq!(settled().await, (0, 0));
    board.must_equal_a_fresh_page("one of two is taken back").await;
    let said = refused(&joao.tap(&undo, &[]).await);
    assert!(said.starts_with("Nada foi desfeito: Maria Conceição mexeu em FO00 às "), "{said}");
}

#[tokio::test]
async fn the_address_of_the_build_before_is_stale() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    assert!(undo_of(&joao.tap(&pick, &[("quantity", "10")]).await).starts_with("/undo/"));
    let stale = refused(&joao.tap(&format!("/orders/{}/undo/2", order.id), &[]).await);
    assert_eq!(stale, "O sistema foi atualizado. Atualize a página e desfaça pelo item.");
}
