//! What roles may do.

use serde_json::Value;
use std::time::{Duration, Instant};

use super::{OTHER_ADMIN, text, title};
use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::{ADMIN, PICKER, PIN};

/// A set of permissions, as the form sends it.
async fn grant(admin: &Client, cells: &[(&str, &str, &str)], version: &str) -> Answer {
    let mut form = vec![("version".to_owned(), version.to_owned())];
    for (name, was, wanted) in cells {
        form.push(((*name).to_owned(), (*wanted).to_owned()));
        form.push((format!("was.{name}"), (*was).to_owned()));
    }
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    admin.tap("/settings/permissions", &form).await
}

#[tokio::test]
async fn a_permission_taken_away_is_gone_from_open_sessions_and_screens_within_a_second() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import(2).await;
    let admin = one.signed_in("alfa", ADMIN).await;
    let picker = two.signed_in("alfa", PICKER).await;
    let path = format!("/orders/{}", order.id);
    let mut page = picker.page(&path).await;
    let mut socket = Socket::open(&picker, &mut page).await;
    let began = Instant::now();
    let answer = grant(&admin, &[("pick.picker", "yes", "no"), ("receive.picker", "yes", "no")], "0").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    loop {
        match socket.next().await {
            Said::Json(said) if said["reset"] == "access" => break,
            Said::Json(_) => {}
            Said::Closed(code) => panic!("closed with {code:?}"),
        }
    }
    eprintln!("told after {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(10));
    let html = picker.get(&path).await.text;
    let can = html.split_once("data-can=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    assert!(!can.split(' ').any(|code| code == "pick" || code == "receive"), "{can}");
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 403);
    assert_eq!(picker.get("/purchasing").await.status, 403);
    let matrix = admin.get("/settings/permissions").await.text;
    assert_eq!(matrix.matches("padrão: Sim").count(), 2, "what differs says what the default is");
    let beta = two.signed_in("beta", PICKER).await;
    assert_eq!(beta.get("/purchasing").await.status, 200, "another company's roles are its own");
    assert_eq!(grant(&admin, &[("pick.picker", "no", "yes")], "1").await.status, 200);
    assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 200);
    assert_eq!(text(&one, "select count(*)::text from permission_grants").await, "1", "only what differs");
}

#[tokio::test]
async fn two_who_set_other_permissions_both_win_and_on_the_same_one_the_second_is_told() {
    let server = TestServer::start().await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let beatriz = server.signed_in("alfa", OTHER_ADMIN).await;
    // Both read the page of version 0; each sends the whole of it.
    let unchanged =
        [("buy.picker", "no", "no"), ("cancel.picker", "no", "no"), ("export.picker", "no", "no")];
    let with = |cell: (&'static str, &'static str, &'static str)| {
        let mut all = unchanged.to_vec();
        all.retain(|(name, ..)| *name != cell.0);
        all.push(cell);
        all
    };
    assert_eq!(grant(&ana, &with(("cancel.picker", "no", "own")), "0").await.status, 200);
    assert_eq!(grant(&beatriz, &with(("export.picker", "no", "yes")), "0").await.status, 200);
    assert_eq!(text(&server, "select count(*)::text from permission_grants").await, "2");
    let crossed = grant(&beatriz, &with(("cancel.picker", "no", "yes")), "0").await;
    assert_eq!(crossed.status, 409, "{}", crossed.text);
    let said = title(&crossed);
    assert!(said.contains("“Cancelar pedidos” para Separador(a) agora é “Só os próprios”"), "{said}");
    assert!(said.starts_with("Beatriz Lima mudou as permissões às "), "{said}");
    assert_eq!(grant(&beatriz, &with(("cancel.picker", "no", "yes")), "2").await.status, 200, "read by now");
    for wrong in
        [("administer.admin", "yes", "no"), ("view.picker", "yes", "no"), ("pick.picker", "yes", "own")]
    {
        assert_eq!(grant(&ana, &[wrong], "9").await.status, 422, "{wrong:?}");
    }
}

#[tokio::test]
async fn permissions_ask_for_the_pin_again_and_options_do_not() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    assert!(admin.get("/settings/permissions").await.text.contains("name=\"pick.picker\""));
    server.app.clock.advance(10 * 60);
    let asked = admin.get("/settings/permissions").await;
    assert_eq!(asked.status, 200);
    assert!(!asked.text.contains("name=\"pick.picker\"") && asked.text.contains("action=\"/unlock\""));
    let refused = grant(&admin, &[("pick.picker", "yes", "no")], "0").await;
    assert_eq!((refused.status.as_u16(), &refused.json()["type"]), (403, &Value::from("step-up")));
    assert_eq!(admin.get("/settings").await.status, 200);
    let back = admin.post("/unlock", &[("pin", PIN), ("next", "/settings/permissions")]).await;
    assert_eq!(back.location(), "/settings/permissions");
    assert_eq!(grant(&admin, &[("pick.picker", "yes", "no")], "0").await.status, 200);
    let picker = server.signed_in("alfa", PICKER).await;
    for path in ["/settings", "/settings/permissions"] {
        assert_eq!(picker.get(path).await.status, 403, "{path}");
    }
}
