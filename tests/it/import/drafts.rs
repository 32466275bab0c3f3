//! Drafts: whose they are, and what two people do with one.

use uuid::Uuid;

use crate::support::database::{count, run_sql};
use crate::support::quotes::{Choices, order_of, pdf, send, upload, usual};
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, OTHER_SELLER, PICKER, SELLER};

#[tokio::test]
async fn a_draft_is_its_importer_s_and_the_administrators_alone() {
    let server = TestServer::start().await;
    let seller = server.signed_in("alfa", SELLER).await;
    let draft = upload(&seller, "columns-1-item").await;
    let stranger = server.signed_in("beta", ADMIN).await;
    let other = server.signed_in("alfa", OTHER_SELLER).await;
    for client in [&other, &stranger] {
        for path in [draft.clone(), format!("{draft}/quote.pdf")] {
            assert_eq!(client.get(&path).await.status, 404, "{path}");
        }
        for verb in ["save", "confirm", "discard"] {
            assert_eq!(
                client.tap(&format!("{draft}/{verb}"), &[("version", "1")]).await.status,
                404,
                "{verb}"
            );
        }
        assert!(!client.get("/quotes").await.text.contains("PAULA TESTE"));
    }
    let picker = server.signed_in("alfa", PICKER).await;
    assert_eq!(picker.get("/quotes").await.status, 403);
    assert_eq!(picker.get(&draft).await.status, 403);
    assert_eq!(send(&picker, "x", pdf("columns-1-item"), Uuid::now_v7()).await.status, 403);
    let admin = server.signed_in("alfa", ADMIN).await;
    assert_eq!(admin.get(&draft).await.status, 200);
    assert!(admin.get("/quotes").await.text.contains("PAULA TESTE"));
    assert_eq!(admin.tap(&format!("{draft}/discard"), &[]).await.status, 200);
    let gone = seller.tap(&format!("{draft}/discard"), &[]).await;
    assert_eq!(gone.status, 404);
    assert_eq!(gone.json()["title"], "Este orçamento já foi confirmado ou descartado");
    assert_eq!(seller.get(&draft).await.status, 404);
}

#[tokio::test]
async fn a_discarded_draft_is_given_back_to_who_discarded_it() {
    let (one, two) = TestServer::pair().await;
    let (seller, admin) = (one.signed_in("alfa", SELLER).await, two.signed_in("alfa", ADMIN).await);
    let choices = usual(&one.company("alfa").await).await;
    let draft = upload(&seller, "columns-1-item").await;
    let noted = choices.form("1", &[("note", "guardada")]);
    assert_eq!(seller.tap(&format!("{draft}/save"), &noted).await.status, 200);
    let page = seller.page("/quotes").await;
    let operation = Uuid::now_v7();
    let discard = format!("{draft}/discard");
    let discarded = seller.tap_as(&discard, &[], operation, Some(&page)).await.json();
    let undo = discarded["undo"].as_str().expect("a way back").to_owned();
    assert_eq!(
        (discarded["message"].as_str(), undo.as_str()),
        (Some("Descartado"), format!("{draft}/restore").as_str())
    );
    assert_eq!(discarded["frames"][0]["touched"], true, "{discarded}");
    assert_eq!(seller.tap_as(&discard, &[], operation, None).await.json()["n"], discarded["n"]);
    for path in [draft.clone(), format!("{draft}/quote.pdf")] {
        assert_eq!(seller.get(&path).await.status, 404, "{path}");
    }
    assert!(!seller.get("/quotes").await.text.contains("PAULA TESTE"));
    assert_eq!(seller.tap(&format!("{draft}/confirm"), &choices.form("2", &[])).await.status, 404);

    let theirs = admin.tap(&undo, &[]).await;
    assert_eq!(theirs.status, 404);
    assert_eq!(theirs.json()["title"], "Este orçamento já foi confirmado ou descartado");
    let page = seller.page("/quotes").await;
    let back = seller.tap_as(&undo, &[], Uuid::now_v7(), Some(&page)).await.json();
    assert_eq!(back["frames"][0]["touched"], true, "{back}");
    assert!(seller.get(&draft).await.text.contains("guardada"));
    // Twice does no harm.
    assert_eq!(seller.tap(&undo, &[]).await.json()["n"], back["n"]);

    // What an administrator discards comes back to the administrator.
    assert_eq!(admin.tap(&discard, &[]).await.status, 200);
    assert_eq!(seller.tap(&undo, &[]).await.status, 404);
    assert_eq!(admin.tap(&undo, &[]).await.status, 200);
    assert_eq!(seller.get(&draft).await.status, 200);

    assert_eq!(seller.tap(&discard, &[]).await.status, 200);
    let older = "update quote_drafts set created_at = created_at - interval '7 days'";
    run_sql(&one.database_url, older).await;
    separacao::jobs::run_one(&one.app, "purge_drafts").await.unwrap();
    assert_eq!(count(&one.database_url, "quote_drafts").await, 0);
}

#[tokio::test]
async fn two_editors_never_overwrite_each_other() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (seller, admin) = (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", ADMIN).await);
    let choices = usual(&company).await;
    let draft = upload(&seller, "columns-1-item").await;
    let save = format!("{draft}/save");
    assert_eq!(admin.tap(&save, &choices.form("1", &[("note", "da Ana")])).await.status, 200);
    let late = seller.tap(&save, &choices.form("1", &[("note", "da Marina")])).await;
    assert_eq!(late.status, 409);
    let sentence = late.json()["title"].as_str().unwrap().to_owned();
    assert!(sentence.starts_with("Ana Souza mexeu neste orçamento às "), "{sentence}");
    assert!(seller.get(&draft).await.text.contains("da Ana"));
    assert_eq!(seller.tap(&format!("{draft}/confirm"), &choices.form("1", &[])).await.status, 409);
}

#[tokio::test]
async fn one_choice_is_applied_to_all_of_ones_drafts() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (seller, other) =
        (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", OTHER_SELLER).await);
    let mine = [upload(&seller, "columns-1-item").await, upload(&seller, "glued-customer").await];
    upload(&other, "discount").await;
    let choices = Choices::of(&company, "Motoboy", "Sacola", SELLER).await;
    let answer = seller.tap(&format!("{}/save", mine[0]), &choices.form("1", &[("all", "yes")])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let chosen = format!("quote_drafts where form ->> 'packaging' = '{}' and version = 2", choices.packaging);
    assert_eq!(count(&server.database_url, &chosen).await, 2);
    let caio = company.person(OTHER_SELLER).await;
    let id = order_of(
        &seller
            .tap(
                &format!("{}/confirm", mine[1]),
                &[("version", "2"), ("shipping", &choices.shipping), ("packaging", &choices.packaging)],
            )
            .await,
    );
    assert_eq!(
        count(&server.database_url, &format!("orders where id = '{}' and seller_id = '{caio}'", id.0)).await,
        1
    );
}

#[tokio::test]
async fn what_cannot_be_confirmed_is_passed_over_and_comes_again_at_the_end() {
    let server = TestServer::start().await;
    let seller = server.signed_in("alfa", SELLER).await;
    let choices = usual(&server.company("alfa").await).await;
    let wrong = upload(&seller, "wrong-sum").await;
    let right = [upload(&seller, "columns-1-item").await, upload(&seller, "columns-11-items").await];
    let next = "name=\"later\" value=\"next\"";
    let page = seller.get(&wrong).await.text;
    assert!(page.contains(next) && page.contains("Próximo (2)"), "{page}");
    assert!(!seller.get(&right[0]).await.text.contains(next), "confirming leads on");

    let typed = choices.form("1", &[("note", "falta um item"), ("later", "next")]);
    let skipped = seller.tap(&format!("{wrong}/save"), &typed).await.json();
    assert_eq!(skipped["location"], right[0], "{skipped}");
    assert!(seller.get(&wrong).await.text.contains("falta um item"));
    let form = choices.form("1", &[("then", "next")]);
    for (draft, leads_to) in [(&right[0], &right[1]), (&right[1], &wrong)] {
        let confirmed = seller.tap(&format!("{draft}/confirm"), &form).await.json();
        assert_eq!(confirmed["location"], *leads_to, "{confirmed}");
    }
    assert!(!seller.get(&wrong).await.text.contains(next), "it is the last one");

    // Neither is a draft the end whose order is closed.
    let finish = "update orders set state = 'finished', closed_at = now(), closed_by = seller_id";
    run_sql(&server.database_url, finish).await;
    let closed = upload(&seller, "columns-1-item").await;
    let page = seller.get(&closed).await.text;
    assert!(page.contains(next) && !page.contains("Confirmar pedido"), "{page}");
    let skip = [("version", "1"), ("later", "next")];
    let skipped = seller.tap(&format!("{closed}/save"), &skip).await.json();
    assert_eq!(skipped["location"], wrong, "below the last is the first: {skipped}");
}

#[tokio::test]
async fn a_cell_that_opens_is_the_answer_to_whoever_corrects_it() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let seller = server.signed_in("alfa", SELLER).await;
    let choices = usual(&company).await;
    let save = format!("{}/save", upload(&seller, "columns-1-item").await);
    let opened = seller.tap(&save, &choices.form("1", &[("edit", "1")])).await.json();
    assert!(opened["location"].as_str().unwrap().ends_with("#line-1"), "{opened}");
    assert!(opened["message"].is_null(), "{opened}");
    let kept = seller.tap(&save, &choices.form("2", &[("later", "yes")])).await.json();
    assert_eq!(kept["message"], "Salvo. Continua em Para conferir.");
}
