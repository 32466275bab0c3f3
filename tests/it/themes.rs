//! Light, dark or as the device: a person's own.

use reqwest::StatusCode;

use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::watched::Watched;
use crate::support::world::{OTHER_PICKER, PICKER};

#[tokio::test]
async fn the_theme_is_the_person_s_own_and_reaches_only_screens_of_that_person() {
    let (one, two) = TestServer::pair().await;
    let (joao, elsewhere) = (one.signed_in("alfa", PICKER).await, two.signed_in("alfa", PICKER).await);
    let maria = two.signed_in("alfa", OTHER_PICKER).await;
    let is_dark = |page: &str| {
        page.contains("dark.css?v=") && page.contains("media=\"screen\"") && page.contains("content=\"dark\"")
    };
    assert!(!is_dark(&joao.get("/").await.text));
    let mut other = Watched::open(&maria, "/").await;
    let mut own = Socket::open(&elsewhere, &mut elsewhere.page("/").await).await;
    let answer = joao.tap("/theme", &[("theme", "dark")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.headers["set-cookie"].to_str().unwrap().starts_with("theme=dark; "));
    loop {
        match own.next().await {
            Said::Json(said) if said["reset"] == "access" => break,
            Said::Json(_) => {}
            Said::Closed(code) => panic!("closed with {code:?}"),
        }
    }
    other.must_equal_a_fresh_page("another person's theme").await;
    assert!(!other.refetched);
    for page in [joao.get("/").await, elsewhere.get("/reports").await, elsewhere.get("/nothing").await] {
        assert!(is_dark(&page.text), "{}", page.text);
    }
    assert!(!is_dark(&maria.get("/").await.text));
    assert_eq!(joao.tap("/theme", &[("theme", "pink")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The browser keeps it for the door; who signs in there has the own one.
    let door = joao.http().get(joao.url("/e/alfa")).header("cookie", "theme=light");
    let door = joao.read(door).await.text;
    assert!(door.contains("media=\"not all\"") && door.contains("content=\"light\""), "{door}");
}
