//! Why lines are short, in the words of a company.

use super::{OTHER_ADMIN, text, title};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, PICKER};

#[tokio::test]
async fn a_reason_has_a_name_of_its_own_and_only_administrators_give_it() {
    let server = TestServer::start().await;
    let ana = server.signed_in("alfa", ADMIN).await;
    for (name, said) in [("não LOCALIZADO", "Já existe “Não localizado”"), (" ", "Escreva um nome")] {
        let refused = ana.tap("/settings/reasons", &[("name", name)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.json()["fields"]["name"].as_str().unwrap().contains(said), "{}", refused.text);
    }
    let picker = server.signed_in("alfa", PICKER).await;
    assert_eq!(picker.tap("/settings/reasons", &[("name", "Meu")]).await.status, 403);
    assert_eq!(picker.get("/settings/reasons").await.status, 403);
}

#[tokio::test]
async fn reasons_are_the_company_s_own_and_every_open_sheet_offers_them() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import(3).await;
    let ana = one.signed_in("alfa", ADMIN).await;
    let beatriz = two.signed_in("alfa", OTHER_ADMIN).await;
    let picker = two.signed_in("alfa", PICKER).await;
    let page = format!("/orders/{}", order.id);
    let mut screens =
        vec![Watched::open(&picker, &page).await, Watched::open(&beatriz, "/settings/reasons").await];
    let added = ana.tap("/settings/reasons", &[("name", " Vencido ")]).await;
    assert_eq!(added.status, 200, "{}", added.text);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("another reason").await;
        assert!(screen.refetched);
    }
    let code = text(&one, "select code from shortage_reasons where name = 'Vencido'").await;
    let sheets = format!("{page}/sheets");
    let offered = async || picker.get(&sheets).await.text;
    assert!(offered().await.contains(&format!("name=\"reason\" value=\"{code}\"")));
    let short = async |item: usize, reason: &str| {
        let path = format!("{page}/items/{}/short", order.items[item]);
        picker.tap(&path, &[("reason", reason)]).await.status.as_u16()
    };
    assert_eq!(short(0, &code).await, 200);
    assert!(picker.get(&page).await.text.contains("Vencido"));
    assert_eq!(short(1, "made_up").await, 422);
    // Another company has its own, and knows nothing of these.
    let stranger = two.signed_in("beta", ADMIN).await;
    assert!(!stranger.get("/settings/reasons").await.text.contains("Vencido"));
    let path = format!("/settings/reasons/{code}");
    let rename = |name, version| [("name", name), ("version", version)];
    assert_eq!(ana.tap(&path, &rename("Fora da validade", "1")).await.status, 200);
    let late = beatriz.tap(&path, &rename("Validade", "1")).await;
    assert_eq!(late.status, 409);
    assert!(title(&late).contains("agora é “Fora da validade”"), "{}", late.text);
    let given_back = beatriz.post(&path, &rename("Validade <x>", "1")).await.text;
    assert!(given_back.contains("Validade &#60;x&#62;") || given_back.contains("Validade &lt;x&gt;"));
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("another name").await;
    }
    assert!(
        picker.get(&page).await.text.contains("Fora da validade"),
        "what was marked reads as it is called now"
    );
    // Hidden, it is offered no more; a tap that waited is still taken, and the line keeps it.
    assert_eq!(ana.tap(&format!("{path}/place"), &[("place", "1")]).await.status, 200);
    assert_eq!(ana.tap(&format!("{path}/hidden"), &[("hidden", "yes")]).await.status, 200);
    assert!(!offered().await.contains(&format!("value=\"{code}\"")));
    assert_eq!(short(2, &code).await, 200);
    assert!(picker.get(&page).await.text.contains("Fora da validade"));
    for code in ["stock", "damaged"] {
        let hidden = ana.tap(&format!("/settings/reasons/{code}/hidden"), &[("hidden", "yes")]).await;
        assert_eq!(hidden.status, 200);
    }
    let last = ana.tap("/settings/reasons/not_located/hidden", &[("hidden", "yes")]).await;
    assert_eq!(last.status, 409);
    assert_eq!(ana.tap("/settings/reasons/nothing/hidden", &[("hidden", "yes")]).await.status, 404);
    let kept = text(&one, "select string_agg(part, ' ') from settings_changes where part <> 'reasons'").await;
    assert_eq!(kept, "");
}
