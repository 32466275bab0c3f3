//! People of a file.

use reqwest::StatusCode;
use separacao::auth::pin_hash::{self, Lane};

use super::text;
use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER};

#[tokio::test]
async fn people_of_a_file_are_looked_at_first_and_created_together_or_not_at_all() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let before = server.count("people").await;
    let wrong = "Número;Nome;Funções\n5001;Lia <b>;vendedor\n42;Curto;separador\n3000;Outro;separador\n5002;Chefe;gerente";
    for form in [vec![("people", wrong)], vec![("people", wrong), ("create", "yes")]] {
        let page = admin.post("/people/roster", &form).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for said in
            ["O número tem 4 dígitos", "já é de João Pereira", "“gerente”", "Ninguém foi criado ainda"]
        {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        assert!(!page.text.contains("<b>;") && !page.text.contains("name=\"create\""));
    }
    assert_eq!(server.count("people").await, before, "nothing by halves");

    let right = "5001;Lia Nova;vendedor e comprador\n5002;Zé Novo;Separador(a)";
    let empty = admin.get("/people/roster").await.text;
    assert!(empty.contains("data-screen=\"people\"") && empty.contains("id=\"live-line\""), "{empty}");
    let looked = admin.post("/people/roster", &[("people", right)]).await;
    assert!(looked.text.contains("Criar 2 pessoas"), "{}", looked.text);
    // Fetched again it would be gone: it says of when it is.
    assert!(looked.text.contains("Dados das ") && !looked.text.contains("data-screen="), "{}", looked.text);
    assert_eq!(server.count("people").await, before);
    let form = [("people", right), ("create", "yes")];
    let made = admin.post("/people/roster", &form).await;
    let pins: Vec<&str> =
        made.text.split("class=\"roster-pin\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(pins.len(), 2, "{}", made.text);
    assert_eq!(server.count("people").await, before + 2);
    let again = admin.post("/people/roster", &form).await;
    assert!(again.text.contains("já é de Lia Nova") && !again.text.contains("roster-pin"));
    let lia = Client::new(server.port);
    lia.sign_in("alfa", "5001", pins[0]).await;
    assert_eq!(lia.get("/").await.location(), "/pin");
    for table in ["operations", "security_events", "feed_events"] {
        let stored = text(&server, &format!("select string_agg(t::text, '') from {table} t")).await;
        assert!(pins.iter().all(|pin| !stored.contains(&format!("\"{pin}\""))), "{table}");
    }
    let empty = admin.post("/people/roster", &[("people", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let picker = server.signed_in("alfa", PICKER).await;
    assert_eq!(picker.get("/people/roster").await.status, StatusCode::FORBIDDEN);
    assert_eq!(picker.post("/people/roster", &form).await.status, StatusCode::FORBIDDEN);
    server.app.clock.advance(10 * 60);
    assert_eq!(admin.post("/people/roster", &form).await.status, StatusCode::FORBIDDEN, "the PIN first");
    let asked = admin.get("/people/roster").await.text;
    assert!(asked.contains("name=\"next\" value=\"/people/roster\"") && !asked.contains("roster-text"));
}

/// Other new PINs that are hashed meanwhile: each takes a second, and they take turns with everybody's.
fn keep_the_lane_busy() -> Vec<tokio::task::JoinHandle<()>> {
    let busy = || async {
        loop {
            let turn = pin_hash::turn(Lane::New).await;
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            drop(turn);
        }
    };
    (0..2).map(|_| tokio::spawn(busy())).collect()
}

#[tokio::test]
async fn a_file_whose_pins_take_too_long_creates_nobody_and_says_so_before_the_browser_gives_up() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let before = server.count("people").await;
    let file: String = (0..30).map(|n| format!("{};Pessoa {n};separador\n", 5100 + n)).collect();
    let others = keep_the_lane_busy();
    let began = std::time::Instant::now();
    let page = admin.post("/people/roster", &[("people", &file), ("create", "yes")]).await;
    let took = began.elapsed();
    others.iter().for_each(tokio::task::JoinHandle::abort);
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.text);
    assert!(took < std::time::Duration::from_secs(9), "{took:?}");
    assert!(page.text.contains("Ninguém foi criado: divida em arquivos de até"), "{}", page.text);
    assert!(page.text.contains("5129;Pessoa 29"), "what was typed stays");
    assert_eq!(server.count("people").await, before);
    let few = "5100;Pessoa 0;separador\n5101;Pessoa 1;separador";
    let made = admin.post("/people/roster", &[("people", few), ("create", "yes")]).await;
    assert_eq!(made.text.matches("class=\"roster-pin\"").count(), 2, "{}", made.text);
}
