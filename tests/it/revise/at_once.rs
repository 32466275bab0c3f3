//! A newer quote beside somebody else, and sent again.

use uuid::Uuid;

use super::{Earlier, must_say, seen, units};
use crate::support::database::count;
use crate::support::quotes::{order_of, upload};
use crate::support::server::TestServer;
use crate::support::world::{OTHER_PICKER, PICKER, SELLER};

#[tokio::test]
async fn only_the_difference_that_was_shown_is_applied() {
    let server = TestServer::start().await;
    let order = Earlier::import(&server).await;
    let (seller, picker) = (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", PICKER).await);
    let draft = upload(&seller, "discount").await;
    let confirm = format!("{draft}/confirm");
    let before = seen(&seller.get(&draft).await.text);
    let never_seen = seller.tap(&confirm, &order.choices.form("1", &[])).await;
    assert_eq!(
        (never_seen.status.as_u16(), never_seen.json()["title"].as_str()),
        (409, Some("O pedido 41005 já está aberto"))
    );
    // Work that does not show in it leaves it the truth; work that does makes it another.
    order.pick(&picker, 4, "3").await;
    order.pick(&picker, 0, "3").await;
    assert_eq!(seen(&seller.get(&draft).await.text), before);
    order.pick(&picker, 0, "1").await;
    let stale = seller.tap(&confirm, &order.choices.form("2", &[("seen", &before)])).await;
    assert_eq!(stale.status, 409, "{}", stale.text);
    let sentence = "O que muda no pedido 41005 não é mais o que estava na tela. Confira de novo.";
    assert_eq!(stale.json()["title"], sentence);
    assert_eq!(order.lines().await[0].state.quantity, units(8), "nothing is applied");
    // Without script the answer is the preview with what is true now, and what was typed is kept.
    let form = order.choices.form("2", &[("seen", &before), ("note", "guardada")]);
    let page = seller.post(&confirm, &form).await;
    assert_eq!(page.status, 409);
    must_say(&page.text, &[sentence, "Devolver 1", "guardada"]);
    let now = seen(&page.text);
    let done = seller.post(&confirm, &order.choices.form("3", &[("seen", &now), ("note", "guardada")])).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, order.path().as_str()));
    assert_eq!(order.lines().await[0].state.to_return, units(1));
    assert!(picker.get(&order.path()).await.text.contains("guardada"));
    assert_eq!(seller.get(&confirm).await.location(), draft, "a page fetched again");
}

#[tokio::test]
async fn picking_and_applying_at_once_one_of_them_is_told_the_truth() {
    let (one, two) = TestServer::pair().await;
    let order = Earlier::import(&one).await;
    let (seller, picker) = (one.signed_in("alfa", SELLER).await, two.signed_in("alfa", PICKER).await);
    let draft = upload(&seller, "discount").await;
    let seen = seen(&seller.get(&draft).await.text);
    let (confirm, pick) = (format!("{draft}/confirm"), order.item(0, "pick"));
    let form = order.choices.form("1", &[("seen", &seen)]);
    let (applied, picked) =
        tokio::join!(seller.tap(&confirm, &form), picker.tap(&pick, &[("quantity", "8")]));
    let state = order.lines().await.swap_remove(0).state;
    assert!(state.held() <= state.quantity, "{state:?}");
    match (applied.status.as_u16(), picked.status.as_u16()) {
        (200, 409) => {
            let sentence = picked.json()["title"].as_str().unwrap().to_owned();
            assert!(sentence.starts_with("Marina Alves Prado aplicou um orçamento novo às "), "{sentence}");
            assert!(sentence.ends_with("restam 3"), "{sentence}");
        }
        (409, 200) => assert_eq!(state.picked, units(8)),
        other => panic!("{other:?}: {} {}", applied.text, picked.text),
    }
}

#[tokio::test]
async fn sent_again_it_is_applied_once() {
    let (one, two) = TestServer::pair().await;
    let order = Earlier::import(&one).await;
    let (seller, picker) = (one.signed_in("alfa", SELLER).await, one.signed_in("alfa", PICKER).await);
    order.pick(&picker, 0, "8").await;
    let draft = upload(&seller, "discount").await;
    let confirm = format!("{draft}/confirm");
    let seen = seen(&seller.get(&draft).await.text);
    let form = order.choices.form("1", &[("seen", &seen)]);
    let (operation, there) = (Uuid::now_v7(), seller.at(two.port));
    let (first, second) = tokio::join!(
        seller.tap_as(&confirm, &form, operation, None),
        there.tap_as(&confirm, &form, operation, None)
    );
    assert_eq!((order_of(&first), order_of(&second)), (order.id, order.id));
    assert_eq!(order_of(&seller.tap_as(&confirm, &form, operation, None).await), order.id);
    assert_eq!(count(&one.database_url, "order_history where kind = 'order_revised'").await, 1);
    assert_eq!(count(&one.database_url, "order_documents").await, 2);

    let (operation, back) = (Uuid::now_v7(), order.item(0, "return"));
    for client in [&picker, &picker.at(two.port)] {
        let answer = client.tap_as(&back, &[("quantity", "2")], operation, None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    assert_eq!(order.lines().await[0].state.to_return, units(3));
    // Two people put the same units back: one of them is told who was first.
    let maria = two.signed_in("alfa", OTHER_PICKER).await;
    let rest = [("quantity", "3")];
    let (first, second) = tokio::join!(picker.tap(&back, &rest), maria.tap(&back, &rest));
    let (won, lost) = if first.status == 200 { (first, second) } else { (second, first) };
    assert_eq!((won.status.as_u16(), lost.status.as_u16()), (200, 409));
    assert!(lost.json()["title"].as_str().unwrap().contains(" já devolveu às "), "{}", lost.text);
}
