//! The company's own row: its name, its zone, the rules of its sign-in.

use super::{OTHER_ADMIN, title};
use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, PICKER, SELLER};

#[tokio::test]
async fn the_company_s_own_row_is_set_by_administrators_who_prove_their_pin() {
    let (one, two) = TestServer::pair().await;
    let ana = one.signed_in("alfa", ADMIN).await;
    let beatriz = two.signed_in("alfa", OTHER_ADMIN).await;
    let picker = two.signed_in("alfa", PICKER).await;
    let path = "/settings/company";
    let mut screens = Vec::new();
    for path in [path, "/"] {
        screens.push(Watched::open(&beatriz, path).await);
    }
    let form = |name, zone, digits, version| {
        [
            ("name", name),
            ("time_zone", zone),
            ("counter", "000002"),
            ("pin_digits", digits),
            ("idle", "7"),
            ("version", version),
        ]
    };
    let wrong = ana.tap(path, &form("", "Sao_Paulo", "3", "0")).await;
    assert_eq!(wrong.status, 422);
    for field in ["name", "time_zone", "pin_digits"] {
        assert!(wrong.json()["fields"].get(field).is_some(), "{field}: {}", wrong.text);
    }
    let saved = ana.tap(path, &form("Alfa Peças", "America/Manaus", "8", "0")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("another name").await;
    }
    let board = picker.get("/").await.text;
    assert!(board.contains("Alfa Peças") && board.contains("data-offset=\"-240"), "{board}");
    let late = beatriz.tap(path, &form("Alfa", "America/Sao_Paulo", "6", "0")).await;
    assert_eq!(late.status, 409, "{}", late.text);
    let said = title(&late);
    assert!(
        said.contains(
            "Agora é: Alfa Peças, America/Manaus, balcão 000002, números de 4 dígitos, PIN de 8, 7 min"
        ),
        "{said}"
    );
    let page = beatriz.post(path, &form("Alfa <e filhos>", "America/Sao_Paulo", "6", "0")).await;
    assert!(page.text.contains("Alfa &#60;e filhos&#62;") || page.text.contains("Alfa &lt;e filhos&gt;"));
    // Whoever has a shorter PIN gets in with it, and then chooses another one.
    let later = one.signed_in("alfa", SELLER).await;
    assert_eq!(later.get("/").await.location(), "/pin");
    assert_eq!(picker.tap(path, &form("Beta", "America/Manaus", "8", "1")).await.status, 403);
    server_asks_again(&one, &ana, path).await;
}

/// Ten minutes later the page asks for the PIN, and what is sent without it is refused.
async fn server_asks_again(server: &TestServer, admin: &Client, path: &str) {
    server.app.clock.advance(10 * 60);
    let asked = admin.get(path).await.text;
    assert!(asked.contains("action=\"/unlock\"") && !asked.contains("name=\"pin_digits\""));
    assert_eq!(admin.tap(path, &[("name", "Gama"), ("version", "1")]).await.status, 403);
}

/// Whoever has a number keeps it and gets in with it; new ones are as long as the rule says.
#[tokio::test]
async fn numbers_get_as_many_digits_as_are_set_and_nobody_is_left_outside() {
    let server = TestServer::start().await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let form = |digits, version| {
        [
            ("name", "Alfa"),
            ("time_zone", "America/Sao_Paulo"),
            ("counter", "000001"),
            ("login_digits", digits),
            ("pin_digits", "6"),
            ("idle", "5"),
            ("version", version),
        ]
    };
    for (digits, said) in [("3", "pessoas têm números com mais dígitos"), ("7", "de 2 a 6"), ("", "de 2 a 6")]
    {
        let refused = ana.tap("/settings/company", &form(digits, "0")).await;
        assert_eq!(refused.status, 422, "{digits}: {}", refused.text);
        let sentence = refused.json()["fields"]["login_digits"].as_str().unwrap_or_default().to_owned();
        assert!(sentence.contains(said), "{digits}: {sentence}");
    }
    let saved = ana.tap("/settings/company", &form("5", "0")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    let picker = server.signed_in("alfa", PICKER).await;
    let door = Client::new(server.port).get("/e/alfa").await.text;
    assert!(door.contains("data-digits=\"5\""), "{door}");
    assert!(picker.get("/").await.text.contains("data-person"));
    let person = |number| [("name", "Lia Nova"), ("number", number), ("roles", "picker")];
    let short = ana.tap("/people", &person("6001")).await;
    assert_eq!(short.status, 422, "{}", short.text);
    assert_eq!(ana.tap("/people", &person("60011")).await.status, 200);
}
