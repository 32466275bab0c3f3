//! Two people, one tablet.

use std::time::{Duration, Instant};

use super::chromium::{Browser, Kind};
use crate::support::measured;
use crate::support::server::TestServer;
use crate::support::world::{OTHER_PICKER, PICKER, PIN};

const FIVE_MINUTES: i64 = 5 * 60;

impl Browser {
    /// From the header to the other person's page, with a thumb.
    async fn hand_over_to(&self, name: &str) {
        self.click(".acts").await;
        self.sees("#switch-sheet[open] .present-person").await;
        self.picture("shared-who").await;
        self.click(&format!("#switch-sheet .present-person[href*='{}']", self.id_of(name).await)).await;
        self.sees("#switch-sheet[open] input[name=pin]").await;
        self.prove("#switch-sheet").await;
    }

    async fn id_of(&self, name: &str) -> String {
        let link = format!(
            "Array.from(document.querySelectorAll('#switch-sheet .present-person')).find((el) => el.textContent.includes('{name}'))"
        );
        self.until(name, &link).await;
        let id = self.eval(&format!("new URL({link}.href).searchParams.get('person')")).await;
        id.as_str().unwrap().to_owned()
    }

    /// With its last digit the PIN enters.
    async fn prove(&self, sheet: &str) {
        for digit in PIN.chars() {
            self.click(&format!("{sheet} [data-key='{digit}']")).await;
        }
    }

    async fn must_be(&self, first_name: &str) {
        self.reads(".acts b", first_name).await;
        self.must_be_live().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tablet_goes_from_hand_to_hand_and_asks_again_when_it_lay_idle() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(4).await;
    let path = format!("/orders/{}", order.id);
    let row = |line: usize| format!("#item-{}", order.items[line]);
    server.signed_in("alfa", OTHER_PICKER).await;
    let tablet = Browser::start(Kind::Phone, server.port).await;
    tablet.sign_in_on_the_keypad(PICKER).await;
    tablet.click("#who-menu summary").await;
    tablet.click("#who-menu form[action='/shared'] button").await;
    tablet.must_be("João").await;
    tablet.open(&path).await;
    tablet.click(&format!("{} .row-hit", row(0))).await;
    tablet.sees(&format!("{}.r-picked", row(0))).await;

    tablet.hand_over_to("Maria").await;
    let proven = Instant::now();
    tablet.must_be("Maria").await;
    measured("from the PIN to the other person's page", proven.elapsed(), Duration::from_secs(2));
    assert!(tablet.eval("location.pathname").await == path);
    tablet.click(&format!("{} .row-hit", row(1))).await;
    tablet.reads("#timeline", "Maria Conceição").await;

    // Idle: the screen lives, the tap waits for the PIN of the same person.
    server.app.clock.advance(FIVE_MINUTES);
    let desk = server.signed_in("alfa", PICKER).await;
    let pick = format!("{path}/items/{}/pick", order.items[3]);
    assert_eq!(desk.tap(&pick, &[("quantity", "1")]).await.status, 200);
    tablet.reads(&format!("{} .part", row(3)), "1 de 10").await;
    tablet.must_be_live().await;
    tablet.click(&format!("{} .row-hit", row(2))).await;
    tablet.reads("#pin-sheet[open]", "Maria").await;
    tablet.picture("shared-idle").await;
    tablet.sees_no(&format!("{}.r-picked", row(2))).await;
    tablet.prove("#pin-sheet").await;
    tablet.sees(&format!("{}.r-picked", row(2))).await;

    // Idle again, and it is João who comes: the tap waits for Maria, and he is told.
    server.app.clock.advance(FIVE_MINUTES);
    tablet.click(&format!("{} .row-hit", row(3))).await;
    tablet.sees("#pin-sheet[open]").await;
    tablet.click("#pin-sheet .unlock-other a").await;
    tablet.sees("#switch-sheet[open] .present-person").await;
    tablet.click(&format!("#switch-sheet .present-person[href*='{}']", tablet.id_of("João").await)).await;
    tablet.prove("#switch-sheet").await;
    tablet.must_be("João").await;
    tablet.click("#waiting-open").await;
    tablet.reads("#waiting-sheet[open]", "1 marcação de Maria Conceição").await;
    tablet.picture("shared-kept").await;
    tablet.click("#waiting-sheet [data-close]").await;
    tablet.reads(&format!("{} .part", row(3)), "1 de 10").await;
    tablet.quit_after_trouble().await;
}
