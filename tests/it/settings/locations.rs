//! Where goods lie, from a file.

use super::OTHER_ADMIN;
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, PICKER};

const PATH: &str = "/settings/locations";
const FILE: &str = "/settings/locations/export?format=csv";

#[tokio::test]
async fn a_file_with_a_wrong_row_changes_nothing_and_says_which_and_why() {
    let server = TestServer::start().await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let wrong =
        "Código;Unidade;Local\n00100;UN;A-1\n00101 <b>;;B-2\n00102;UN;Corredor 12, nível 3\n00100;UN;C-3";
    for form in [vec![("places", wrong)], vec![("places", wrong), ("save", "yes")]] {
        let page = ana.post(PATH, &form).await;
        assert_eq!(page.status, 200, "{}", page.text);
        for said in [
            "4 produtos no arquivo",
            "3: <b>00101 &#60;b&#62;</b>",
            "Falta a unidade",
            "Use até 16 caracteres",
            "O mesmo produto está mais acima",
            "Nada foi salvo ainda",
        ] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        assert!(!page.text.contains("name=\"save\""), "{}", page.text);
    }
    // As many as one may, as they leave: codes as formulas, that they keep their zeros.
    let most: String = (0..5_000).map(|code| format!("\"=\"\"{code:05}\"\"\";UN;A-12-3\r\n")).collect();
    let looked = ana.post(PATH, &[("places", &most)]).await;
    assert!(looked.status == 200 && looked.text.contains("name=\"save\""), "{}", looked.status);
    let empty = ana.post(PATH, &[("places", " \n"), ("save", "yes")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text.contains("Não há nada neste arquivo"), "{}", empty.text);
    assert_eq!(server.count("shelf_locations").await, 0);
    let picker = server.signed_in("alfa", PICKER).await;
    for path in [PATH, FILE] {
        assert_eq!(picker.get(path).await.status, 403, "{path}");
    }
    assert_eq!(picker.post(PATH, &[("places", "00100;UN;A-1"), ("save", "yes")]).await.status, 403);
}

#[tokio::test]
async fn a_file_is_taken_on_every_screen_and_leaves_as_it_can_be_brought_again() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(3).await;
    let ana = one.signed_in("alfa", ADMIN).await;
    let beatriz = two.signed_in("alfa", OTHER_ADMIN).await;
    let joao = two.signed_in("alfa", PICKER).await;
    let page = format!("/orders/{}", order.id);
    let mut screens = vec![Watched::open(&joao, &page).await, Watched::open(&beatriz, PATH).await];
    let file = "00100;UN;A-10\n00101;UN;a-2\n99999;CX;Z";
    let looked = ana.post(PATH, &[("places", file)]).await.text;
    assert!(looked.contains("Salvar 3 locais"), "{looked}");
    assert_eq!(one.count("shelf_locations").await, 0, "nothing before it was looked at");
    let bring = async |text: &str, v: &str| {
        let answer = ana.post(PATH, &[("places", text), ("v", v), ("save", "yes")]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    };
    assert!(bring(file, "1").await.contains("3 produtos mudaram de local"));
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("a file of places").await;
        assert!(screen.refetched);
    }
    let shown = joao.get(&page).await.text;
    let at = |place: &str| shown.find(&format!("<bdi class=\"loc\">{place}</bdi>")).expect("a place");
    assert!(at("a-2") < at("A-10"), "{shown}");
    assert!(bring(file, "2").await.contains("0 produtos mudaram de local"));
    // What somebody says afterwards on an order is another change, and so is the next file.
    let place = format!("{page}/items/{}/location", order.items[0]);
    let said = joao.tap(&place, &[("shown", "A-10"), ("location", "B-7")]).await;
    let undo = said.json()["undo"].as_str().expect("an undo").to_owned();
    assert!(bring("00100;UN;A-10\n00101;UN;", "3").await.contains("2 produtos mudaram de local"));
    let late = joao.tap(&undo, &[]).await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("Ana Souza mudou o local para A-10"), "{}", late.text);
    let left = ana.get(FILE).await.text;
    assert_eq!(left, "\u{feff}Código;Unidade;Local\r\n\"=\"\"00100\"\"\";UN;A-10\r\n99999;CX;Z\r\n");
    let again = ana.post(PATH, &[("places", &left)]).await.text;
    assert!(again.contains("Salvar 2 locais"), "{again}");
    assert_eq!(
        one.count("security_events where kind = 'locations_imported' and actor_id is not null").await,
        2
    );
    let stranger = two.signed_in("beta", ADMIN).await;
    assert_eq!(stranger.get(FILE).await.text, "\u{feff}Código;Unidade;Local\r\n");
    assert!(stranger.get(PATH).await.text.contains("0 produtos com local"));
}
