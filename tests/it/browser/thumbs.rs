//! Two thumbs on one order, as quick as thumbs are: what they mean is done, all of it, and nothing else.

use serde_json::json;
use uuid::Uuid;

use super::chromium::Browser;
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::world::{OTHER_PICKER, PICKER};

const LINES: usize = 200;

impl Browser {
    /// Brings a row into view and taps its middle. False: the page took no tap there.
    async fn thumb(&self, row: &str) -> bool {
        let aim = "((row) => { row.scrollIntoView({ block: 'center' }); const box = row.querySelector('.row-hit').getBoundingClientRect(); \
                   return [box.left + box.width / 2, box.top + box.height / 2]; })";
        let at = self.eval(&format!("{aim}(document.getElementById('{row}'))")).await;
        for (kind, buttons) in [("mousePressed", 1), ("mouseReleased", 0)] {
            let event = json!({"type": kind, "x": at[0], "y": at[1], "button": "left", "buttons": buttons, "clickCount": 1});
            self.cdp("Input.dispatchMouseEvent", event).await;
        }
        let taken = format!(
            "((row) => row.matches('.r-picked') || row.dataset.saving !== undefined)(document.getElementById('{row}'))"
        );
        self.eval(&taken).await == true
    }

    /// Picks these rows one after the other. Rows may have moved for somebody else just before a tap: then nothing happens,
    /// and the thumb comes again.
    async fn pick_all(&self, rows: &[String]) {
        self.eval("(() => { window.sent = []; addEventListener('submit', (event) => window.sent.push(event.target.getAttribute('action')), true); })()").await;
        for row in rows {
            let mut tries = 0;
            while !self.thumb(row).await {
                tries += 1;
                assert!(tries < 10, "{row} cannot be tapped");
                if self.eval("document.querySelector('#helping[open]') !== null").await == true {
                    self.click("#helping [data-help]").await;
                    break;
                }
                self.until("rows that stand still", "!document.documentElement.hasAttribute('data-shifted')")
                    .await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thumbs_pick_two_hundred_items_and_none_is_lost_or_wrong() {
    let (one, two) = TestServer::pair().await;
    let order = one.company("alfa").await.import(LINES).await;
    let (joao, maria) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(OTHER_PICKER, two.port));
    let path = format!("/orders/{}", order.id);
    for browser in [&joao, &maria] {
        browser.resize((390, 844)).await;
        browser.open(&path).await;
    }
    // Each takes every second one, so that what one picks stands among what the other is about to pick.
    let rows: Vec<String> = order.items.iter().map(|item| format!("item-{item}")).collect();
    let half = |n: usize| -> Vec<String> { rows.iter().skip(n).step_by(2).cloned().collect() };
    let (evens, odds) = (half(0), half(1));
    tokio::join!(joao.pick_all(&evens), maria.pick_all(&odds));
    for browser in [&joao, &maria] {
        browser.reads("#order-bar .figures", "200/200").await;
        browser.sees_no("dialog[open]").await;
        browser.sees_no(".tap-note").await;
    }
    let mut database = superuser(&one.database_url).await;
    for (browser, rows, name) in [(&joao, &evens, "João Pereira"), (&maria, &odds, "Maria Conceição")] {
        let picked: Vec<Uuid> = sqlx::query_scalar(
            "select k.item_id from item_picks k join people p on p.id = k.person_id
             where p.name = $1 and k.quantity = 10 order by k.item_id",
        )
        .bind(name)
        .fetch_all(&mut database)
        .await
        .unwrap();
        let mut meant: Vec<Uuid> = rows.iter().map(|row| row["item-".len()..].parse().unwrap()).collect();
        meant.sort_unstable();
        assert_eq!(picked, meant, "{name}");
        // One tap each, and no other form.
        let sent = browser.eval("Array.from(new Set(window.sent)).length").await;
        assert_eq!(sent, json!(LINES / 2), "{name}");
    }
    let told: i64 = sqlx::query_scalar("select count(*) from order_history where kind = 'item_picked'")
        .fetch_one(&mut database)
        .await
        .unwrap();
    assert_eq!(usize::try_from(told).unwrap(), LINES);
    joao.picture("two-hundred").await;
    tokio::join!(joao.quit(), maria.quit());
}
