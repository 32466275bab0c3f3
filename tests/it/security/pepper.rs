//! The pepper is changed without anybody noticing: for a while two are valid.

use crate::support::client::{Answer, Client};
use crate::support::database::{self, superuser};
use crate::support::server::TestServer;
use crate::support::world::{OTHER_PICKER, PICKER, PIN};

/// What PINs of the tests' template are kept under.
const BEFORE: &str = "development only: this machine holds nobody's real data";
const NOW: &str = "a new pepper of these tests: 0123456789abcdef";

async fn try_pin(server: &TestServer, number: &str, pin: &str) -> Answer {
    let form = [("company", "alfa"), ("number", number), ("pin", pin)];
    Client::new(server.port).post("/sign-in", &form).await
}

async fn stored(url: &str, number: &str) -> String {
    let sql = "select p.pin_hash from people p join companies c on c.id = p.company_id and c.code = 'alfa' where number = $1";
    sqlx::query_scalar(sql).bind(number).fetch_one(&mut superuser(url).await).await.unwrap()
}

#[tokio::test]
async fn pins_of_the_pepper_of_before_open_and_move_to_the_new_one() {
    let url = database::create().await;
    let both = TestServer::on(&url, &["--secret-key", NOW, "--secret-key-previous", BEFORE]).await;
    let before = stored(&url, PICKER).await;
    assert_eq!(try_pin(&both, PICKER, "111222").await.status, 422, "a wrong PIN is wrong under both");
    assert_eq!(stored(&url, PICKER).await, before);
    assert_eq!(try_pin(&both, PICKER, PIN).await.status, 303);
    let after = stored(&url, PICKER).await;
    assert_ne!(after, before);
    // The session is real, and the next sign-in needs the old pepper no more.
    let client = both.signed_in("alfa", PICKER).await;
    assert!(client.get("/").await.text.contains("data-person"));
    assert_eq!(stored(&url, PICKER).await, after);
    let only_new = TestServer::on(&url, &["--secret-key", NOW]).await;
    assert_eq!(try_pin(&only_new, PICKER, PIN).await.status, 303);
    assert_eq!(
        try_pin(&only_new, OTHER_PICKER, PIN).await.status,
        422,
        "who has not signed in meanwhile gets a new PIN"
    );
}
