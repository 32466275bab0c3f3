//! "Vi": who changed something knows who saw it.

use uuid::Uuid;

use crate::support::database::{count, superuser};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, OTHER_PICKER, PICKER, SELLER};

/// What the timeline says beside each entry that somebody saw, without the times.
fn told(page: &str) -> Vec<String> {
    let said = page.split("Visto por ").skip(1).map(|rest| rest.split('<').next().unwrap());
    said.map(|text| text.replace(|letter: char| letter.is_ascii_digit() || letter == ':', "")).collect()
}

#[tokio::test]
async fn who_saw_a_change_is_said_beside_it_on_every_screen_of_the_order() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import(2).await;
    let (marina, joao) = (one.signed_in("alfa", SELLER).await, two.signed_in("alfa", PICKER).await);
    let maria = one.signed_in("alfa", OTHER_PICKER).await;
    let base = format!("/orders/{}", order.id);
    let mut screens = Vec::new();
    for client in [&marina, &joao, &maria] {
        screens.push(Watched::open(client, &base).await);
    }
    let note = marina.tap(&format!("{base}/notes"), &[("text", "Passa às 15h")]).await;
    assert_eq!(note.status, 200, "{}", note.text);
    let seen = format!("{base}/seen");
    let (tap, form) = (Uuid::now_v7(), [("versions", "2")]);
    let first = joao.tap_as(&seen, &form, tap, None).await;
    let again = joao.tap_as(&seen, &form, tap, None).await;
    assert_eq!((first.status.as_u16(), first.json()), (200, again.json()), "once for its operation");
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("a picker saw it").await;
        assert!(!screen.refetched, "by fragments");
    }
    assert_eq!(told(&marina.get(&base).await.text), ["João Pereira "]);

    // Who saw it once, on whatever device, saw it; another person is named beside.
    assert_eq!(joao.tap(&seen, &form).await.status, 200);
    assert_eq!(maria.tap(&seen, &form).await.status, 200);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("both saw it").await;
    }
    assert_eq!(told(&marina.get(&base).await.text), ["João Pereira , Maria Conceição "]);
    assert_eq!(count(&one.database_url, "seen_changes").await, 2);

    // What one did oneself needs no seeing, nor what is not there.
    assert_eq!(marina.tap(&seen, &[("versions", "1 2 77")]).await.status, 200);
    assert_eq!(count(&one.database_url, "seen_changes").await, 2);
    for unread in ["", "x", "1 x"] {
        assert_eq!(joao.tap(&seen, &[("versions", unread)]).await.status, 422, "{unread:?}");
    }
}

/// The last thing that a picker sees of an order is that there is nothing more to do.
#[tokio::test]
async fn that_an_order_was_canceled_is_seen_as_well_and_several_changes_in_one_tap() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let (ana, joao) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let base = format!("/orders/{}", order.id);
    assert_eq!(ana.tap(&format!("{base}/urgent"), &[("urgent", "yes")]).await.status, 200);
    assert_eq!(ana.tap(&format!("{base}/cancel"), &[("reason", "desistiu")]).await.status, 200);
    assert_eq!(joao.tap(&format!("{base}/seen"), &[("versions", "2 3")]).await.status, 200);
    assert_eq!(told(&ana.get(&base).await.text), ["João Pereira ", "João Pereira "]);
}

/// A tap that waited for the network says when it was made, and the picker's claim lasts on from it.
#[tokio::test]
async fn a_vi_keeps_its_time_and_its_device_and_is_a_command_of_who_holds_the_order() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (marina, joao) = (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", PICKER).await);
    let base = format!("/orders/{}", order.id);
    let pick = format!("{base}/items/{}/pick", order.items[0]);
    assert_eq!(joao.tap(&pick, &[("quantity", "1")]).await.status, 200);
    let held_until = async || company.summary(order.id).await.holders[0].until;
    let before = held_until().await;
    assert_eq!(marina.tap(&format!("{base}/notes"), &[("text", "Frágil")]).await.status, 200);
    server.app.clock.advance(600);
    let mut board = Watched::open(&marina, "/").await;
    let tapped_at = server.app.clock.now() - jiff::SignedDuration::from_mins(5);
    let tap = joao.command(&format!("{base}/seen"), &[("versions", "3")], Uuid::now_v7());
    let answer = joao.read(tap.header("x-tapped-at", tapped_at.as_millisecond().to_string())).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(held_until().await > before, "the claim lasts on");
    board.must_equal_a_fresh_page("the claim lasts on").await;
    let mut database = superuser(&server.database_url).await;
    let kept: i64 = sqlx::query_scalar(
        "select count(*) from seen_changes c join sessions s on s.device_key = c.device_key and s.person_id = c.person_id
         where c.version = 3 and c.tapped_at < c.at",
    )
    .fetch_one(&mut database)
    .await
    .unwrap();
    assert_eq!(kept, 1);
    assert!(
        answer.json()["message"].is_null(),
        "what can be undone stands in the bar again: {}",
        answer.text
    );
}
