//! Without script: a form that is not accepted comes back with what was typed, and with what is wrong beside the field.

use crate::support::client::Answer;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER};

/// The part of a page from one text to another. Where a tag is broken into lines does not count.
fn part(page: &str, from: &str, to: &str) -> String {
    let page = page.lines().map(str::trim_start).collect::<Vec<_>>().join(" ");
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("{from} is not in {page}"));
    rest.split_once(to).unwrap_or_else(|| panic!("{to} does not follow in {rest}")).0.to_owned()
}

fn must_be_the_order(answer: &Answer, status: u16, sentence: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert!(part(&answer.text, "class=\"error-summary\"", "</div>").contains(sentence), "{}", answer.text);
    assert!(answer.text.contains("id=\"timeline\""), "the order's page");
}

#[tokio::test]
async fn what_was_typed_into_a_sheet_stays_and_the_sentence_stands_beside_the_field() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let base = format!("/orders/{}", order.id);
    let said = "Diga o motivo, em até 200 caracteres";
    let long = "não ".repeat(60);
    for reason in ["  ", &long] {
        let answer = admin.post(&format!("{base}/cancel"), &[("reason", reason), ("v", "1")]).await;
        must_be_the_order(&answer, 422, said);
        let dialog = part(&answer.text, "<dialog id=\"cancel-dialog\"", "</dialog>");
        assert!(dialog.starts_with(" class=\"sheet\"") && part(&dialog, "class", ">").contains(" open"));
        assert!(part(&dialog, "class=\"field wrong\"", "<textarea").contains(said), "{dialog}");
        assert!(part(&dialog, "<textarea", "</textarea>").ends_with(&format!(">{reason}")), "{dialog}");
        let other = part(&answer.text, "<dialog id=\"change-dialog\"", "</dialog>");
        assert!(!other.contains("wrong") && !part(&other, "class", ">").contains(" open"), "{other}");
    }
    // A packaging that the shipping does not take: both choices stay.
    let urgent = company.urgent_shipping().await;
    let page = admin.get(&base).await.text;
    let all = part(&page, "<dialog id=\"change-dialog\"", "</dialog>");
    let allowed: Vec<String> = urgent.packagings.iter().map(ToString::to_string).collect();
    let refused =
        all.split("name=\"packaging\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let refused = refused.clone().find(|id| !allowed.iter().any(|allowed| allowed == id));
    let shipping = urgent.id.to_string();
    if let Some(packaging) = refused {
        let form = [("shipping", shipping.as_str()), ("packaging", packaging), ("v", "2")];
        let answer = admin.post(&format!("{base}/shipping"), &form).await;
        must_be_the_order(&answer, 422, "Esta logística não aceita esta embalagem");
        let dialog = part(&answer.text, "<dialog id=\"change-dialog\"", "</dialog>");
        for id in [&shipping, packaging] {
            assert!(part(&dialog, &format!("value=\"{id}\""), ">").contains(" checked"), "{id} in {dialog}");
        }
    }
    // Settled, the order asks for volumes.
    let pick = format!("{base}/items/{}/pick", order.items[0]);
    assert_eq!(admin.tap(&pick, &[("quantity", "10")]).await.status, 200);
    let answer = admin.post(&format!("{base}/finish"), &[("volumes", "0"), ("v", "3")]).await;
    must_be_the_order(&answer, 422, "Digite de 1 a 9999");
    let dialog = part(&answer.text, "<dialog id=\"finish-dialog\"", "</dialog>");
    assert!(part(&dialog, "name=\"volumes\"", ">").contains("value=\"0\""), "{dialog}");
    // Loaded again, the page is the order's.
    for form in ["cancel", "finish", "notes"] {
        let answer = admin.get(&format!("{base}/{form}")).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, base.as_str()));
    }
    let corrected = admin.post(&format!("{base}/finish"), &[("volumes", "2"), ("v", "4")]).await;
    assert_eq!(corrected.status, 303, "{}", corrected.text);
}

#[tokio::test]
async fn a_note_that_somebody_changed_meanwhile_keeps_what_was_typed() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let (admin, joao) = (server.signed_in("alfa", ADMIN).await, server.signed_in("alfa", PICKER).await);
    let notes = format!("/orders/{}/notes", order.id);
    let empty = joao.post(&notes, &[("text", "   "), ("v", "1")]).await;
    must_be_the_order(&empty, 422, "Escreva algo antes de salvar");
    let add = part(&empty.text, "<details class=\"note-add\"", "</details>");
    assert!(part(&add, "data-need", "<summary").contains(" open") && add.contains("field wrong"), "{add}");
    assert_eq!(joao.tap(&notes, &[("text", "Caixa amassada")]).await.status, 200);
    let note = format!("{notes}/{}", company.summary(order.id).await.notes[0].id);
    assert_eq!(admin.tap(&note, &[("text", "Caixa aberta"), ("version", "1")]).await.status, 200);
    let late = joao.post(&note, &[("text", "Falta <lacre>"), ("version", "1"), ("v", "2")]).await;
    must_be_the_order(&late, 409, "Ana Souza mudou esta observação às ");
    assert!(late.text.contains("<p class=\"note-text\">Caixa aberta</p>"), "what is true: {}", late.text);
    let edit = part(&late.text, "<details class=\"note-edit\"", "</details>");
    assert!(part(&edit, "data-author", "<summary").contains(" open"), "{edit}");
    let typed = part(&edit, "<textarea", "</textarea>");
    assert!(typed.contains("Falta") && typed.contains("lacre") && !typed.contains("<lacre>"), "{typed}");
    assert!(edit.contains("name=\"version\" value=\"2\""), "the next save knows it: {edit}");
}
