//! What a company looks like: its colours, its logo, and what its empty board says.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use reqwest::multipart::{Form, Part};

use super::{OTHER_ADMIN, title};
use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, PICKER};

const PATH: &str = "/settings/look";

fn png(colour: [u8; 4]) -> Vec<u8> {
    let picture = DynamicImage::ImageRgba8(RgbaImage::from_pixel(600, 200, Rgba(colour)));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// As a browser without script sends a file.
async fn send(client: &Client, kind: &str, file: Vec<u8>, version: &str) -> Answer {
    let file = Part::bytes(file).file_name("logo.png");
    let form = Form::new().text("version", version.to_owned()).part("file", file);
    client.send(client.http().post(client.url(&format!("{PATH}/picture/{kind}"))).multipart(form)).await
}

/// The address of the first picture of this class on a page.
fn picture(page: &str, class: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("<img class=\"{class}\" src=\""))?;
    Some(rest.split('"').next().unwrap().to_owned())
}

#[tokio::test]
async fn colours_are_taken_where_they_can_be_read_and_reach_every_open_screen() {
    let (one, two) = TestServer::pair().await;
    let ana = one.signed_in("alfa", ADMIN).await;
    let beatriz = two.signed_in("alfa", OTHER_ADMIN).await;
    let picker = two.signed_in("alfa", PICKER).await;
    let path = format!("{PATH}/colours");
    let form = |day, night, version| [("accent", day), ("night", night), ("version", version)];
    let refused = ana.tap(&path, &form("#ffe600", "#1b4fb5", "0")).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    for (field, said) in [
        ("accent", "o contraste é 1 e precisa ser pelo menos 4,5. Escolha um tom mais escuro"),
        ("night", "Escolha um tom mais claro"),
    ] {
        let sentence = refused.json()["fields"][field].as_str().unwrap_or_default().to_owned();
        assert!(sentence.contains(said), "{field}: {sentence}");
    }
    // Without script the page comes again with what was typed.
    let again = ana.post(&path, &form("#ffe600", "", "0")).await;
    assert!(again.status == 422 && again.text.contains("value=\"#ffe600\""), "{}", again.text);
    assert_eq!(picker.tap(&path, &form("#1b4fb5", "", "0")).await.status, 403);
    let mut screens = Vec::new();
    for path in [PATH, "/", "/history"] {
        screens.push(Watched::open(&beatriz, path).await);
    }
    let saved = ana.tap(&path, &form("1B4FB5", "", "0")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("other colours").await;
        assert!(screen.refetched);
    }
    let late = beatriz.tap(&path, &form("#7a0019", "", "0")).await;
    assert_eq!(late.status, 409);
    assert!(title(&late).contains("agora são #1b4fb5 nas telas claras e – nas escuras"), "{}", late.text);
    // The door has them as well; the night's colour is made of the day's.
    for page in [picker.get("/").await, Client::new(two.port).get("/e/alfa").await] {
        assert!(page.text.contains("rel=\"stylesheet\" href=\"/colours/1b4fb5-\""), "{}", page.text);
    }
    let sheet = Client::new(two.port).get("/colours/1b4fb5-").await;
    assert!(sheet.headers["cache-control"].to_str().unwrap().contains("immutable"));
    assert!(sheet.text.starts_with(":root{--accent-day:#1b4fb5;--accent-night:#"), "{}", sheet.text);
    for wrong in ["/colours/-", "/colours/1b4fb5", "/colours/blue-red", "/colours/%3Cx-y"] {
        assert_eq!(ana.get(wrong).await.status, 404, "{wrong}");
    }
    assert!(!two.signed_in("beta", ADMIN).await.get("/").await.text.contains("/colours/"));
}

#[tokio::test]
async fn a_logo_is_written_anew_and_stands_at_the_head_the_door_and_on_paper() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import(1).await;
    let ana = one.signed_in("alfa", ADMIN).await;
    let picker = two.signed_in("alfa", PICKER).await;
    let mut board = Watched::open(&picker, "/").await;
    let sent = png([200, 0, 0, 255]);
    let saved = send(&ana, "logo", sent.clone(), "0").await;
    assert_eq!((saved.status.as_u16(), saved.location()), (303, PATH), "{}", saved.text);
    board.must_equal_a_fresh_page("a logo").await;
    let shown = picture(&picker.get("/").await.text, "logo").expect("a logo");
    let door = Client::new(two.port);
    for page in [
        door.get("/e/alfa").await.text,
        picker.get("/pin").await.text,
        picker.get(&format!("/orders/{}/print/list", order.id)).await.text,
        picker.get(&format!("/orders/{}/print/labels", order.id)).await.text,
    ] {
        assert_eq!(picture(&page, "logo").as_deref(), Some(shown.as_str()), "{page}");
    }
    let read = door.http().get(door.url(&shown)).send().await.unwrap();
    assert_eq!(read.headers()["content-type"], "image/png");
    assert_eq!(read.headers()["cache-control"], "public, max-age=31536000, immutable");
    let bytes = read.bytes().await.unwrap();
    let logo = image::load_from_memory(&bytes).unwrap();
    assert_eq!((logo.width(), logo.height()), (480, 160));
    assert_ne!(bytes, sent);
    // Whoever sends a file to another company's form gets nowhere, and nobody else has this logo.
    let stranger = two.signed_in("beta", ADMIN).await;
    assert!(picture(&stranger.get("/").await.text, "logo").is_none());
    let nobody_s =
        format!("/pictures/{}/{}", two.company("beta").await.id.0, shown.rsplit('/').next().unwrap());
    assert_eq!(stranger.get(&nobody_s).await.status, 404);
    // Two administrators: the second reads who was first.
    let late = send(&ana, "logo", png([0, 0, 200, 255]), "0").await;
    assert!(late.status == 409 && late.text.contains("trocou ou tirou esta imagem"), "{}", late.text);
    let removed = ana.tap(&format!("{PATH}/picture/logo/remove"), &[("version", "1")]).await;
    assert_eq!(removed.status, 200, "{}", removed.text);
    board.must_equal_a_fresh_page("no logo").await;
    assert!(picture(&picker.get("/").await.text, "logo").is_none());
    assert_eq!(door.get(&shown).await.status, 404);
}

#[tokio::test]
async fn what_is_no_picture_is_refused_with_what_to_do() {
    let server = TestServer::start().await;
    let ana = server.signed_in("alfa", ADMIN).await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    let mut cut = png([1, 2, 3, 255]);
    cut.truncate(60);
    let mut bomb = png([1, 2, 3, 255]);
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    for (file, said) in [
        (Vec::new(), "Escolha um arquivo"),
        (svg, "SVG não é aceito"),
        (b"%PDF-1.4".to_vec(), "não é PNG, JPEG nem WebP"),
        (cut, "incompleta ou danificada"),
        (vec![0x89; 5 << 20], "passa de 4 MB"),
    ] {
        let refused = send(&ana, "logo", file, "0").await;
        assert_eq!(refused.status, 422, "{said}: {}", refused.text);
        assert!(refused.text.contains(said), "{said}: {}", refused.text);
    }
    // Its sum is wrong as well: whichever is found first.
    assert_eq!(send(&ana, "logo", bomb, "0").await.status, 422);
    assert_eq!(send(&ana, "other", png([1, 2, 3, 255]), "0").await.status, 404);
    let picker = server.signed_in("alfa", PICKER).await;
    assert_eq!(send(&picker, "logo", png([1, 2, 3, 255]), "0").await.status, 403);
    assert_eq!(server.count("company_pictures").await, 0);
    assert_eq!(ana.get("/pictures/nobody/nothing").await.status, 404);
}

#[tokio::test]
async fn an_empty_board_says_what_its_company_wants() {
    let (one, two) = TestServer::pair().await;
    let (ana, beatriz) = (one.signed_in("alfa", ADMIN).await, two.signed_in("alfa", OTHER_ADMIN).await);
    let picker = two.signed_in("alfa", PICKER).await;
    let path = format!("{PATH}/words");
    let form = |title, text, version| [("title", title), ("text", text), ("version", version)];
    assert!(picker.get("/").await.text.contains("Nenhum pedido aberto"));
    let mut board = Watched::open(&picker, "/").await;
    let saved = ana.tap(&path, &form(" Tudo separado <b> ", "Arrume as prateleiras.", "0")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    board.must_equal_a_fresh_page("other words").await;
    let page = picker.get("/").await.text;
    assert!(page.contains("Tudo separado &#60;b&#62;") || page.contains("Tudo separado &lt;b&gt;"), "{page}");
    assert!(page.contains("Arrume as prateleiras.") && !page.contains("Nenhum pedido aberto"));
    assert_eq!(send(&ana, "empty", png([0, 90, 0, 80]), "0").await.status, 303);
    assert!(picture(&picker.get("/").await.text, "empty-picture").is_some());
    let late = beatriz.tap(&path, &form("Outra coisa", "", "0")).await;
    assert_eq!(late.status, 409);
    assert!(title(&late).contains("“Tudo separado"), "{}", late.text);
    let long = "x".repeat(61);
    assert_eq!(ana.tap(&path, &form(&long, "", "1")).await.status, 422);
    let own = ana.tap(&path, &form("", "", "1")).await;
    assert_eq!(own.status, 200, "{}", own.text);
    assert!(picker.get("/").await.text.contains("Nenhum pedido aberto"));
    // Every change has its entry, none of them the picture itself.
    let audit = ana.get("/audit").await.text;
    assert!(audit.contains("Arrume as prateleiras."), "{audit}");
}
