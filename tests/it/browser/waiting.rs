//! Taps that cannot be sent at once: whose they are, how long they live, and what is said of them.

use super::chromium::Browser;
use super::field::path;
use crate::support::edge::{Edge, Http};
use crate::support::world::{Imported, OTHER_PICKER, PICKER};

/// Commands of orders do not get through; everything else does.
const AWAY: Http = Http::Gateway(502, "text/html", "<html>502</html>");
const COMMANDS: &str = "POST /orders";

/// Changes what is stored of each tap.
fn age_taps(hours: u32) -> String {
    format!(
        "Object.keys(localStorage).filter((key) => key.startsWith('separacao.tap.')).forEach((key) => {{
           const tap = JSON.parse(localStorage.getItem(key));
           tap.at -= {hours} * 3600000;
           localStorage.setItem(key, JSON.stringify(tap));
         }})"
    )
}

impl Browser {
    async fn leave(&self) {
        self.click("#who-menu summary").await;
        self.click(".menu-body form[action='/sign-out'] button").await;
    }

    async fn has_left(&self) {
        self.sees("[data-sign-in]").await;
    }

    /// João taps three rows that do not arrive.
    async fn taps_three_in_vain(&self, edge: &Edge, order: &Imported) {
        self.open(&path(order)).await;
        edge.http_only(AWAY, COMMANDS);
        for line in 0..3 {
            self.taps(order, line).await;
            self.keeps(order, line).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taps_on_a_shared_device_are_kept_for_their_author_and_named_to_the_next_person() {
    let (edge, server) = Edge::before_a_server().await;
    let order = server.company("alfa").await.import(4).await;
    let tablet = Browser::of(PICKER, edge.port).await;
    tablet.taps_three_in_vain(&edge, &order).await;
    tablet.leave().await;
    tablet.reads("#leave-sheet[open]", "3 marcações suas ainda não foram enviadas").await;
    tablet.picture("leave-asks").await;
    tablet.click("#leave-sheet [data-close]").await;
    tablet.sees_no("#leave-sheet[open]").await;
    tablet.leave().await;
    tablet.click("#leave-sheet button:not([data-close])").await;
    tablet.has_left().await;

    // The way is free again, and it is Maria who works here now.
    edge.open();
    tablet.sign_in(OTHER_PICKER).await;
    tablet.open(&path(&order)).await;
    tablet.click("#waiting-open").await;
    tablet.reads("#waiting-sheet[open]", "3 marcações de João Pereira esperam por essa pessoa").await;
    // It names what was refused as well, which is not to be sent.
    tablet.reads("#waiting-title", "Marcações neste aparelho").await;
    tablet.reads("#waiting-sheet li", "Separar").await;
    tablet.picture("waiting-of-others").await;
    tablet.click("#waiting-sheet [data-close]").await;
    tablet.taps(&order, 3).await;
    tablet.has_picked(&order, 3).await;
    assert_eq!(edge.passed(COMMANDS), 1, "only her own");
    tablet.leave().await;
    tablet.has_left().await;

    tablet.sign_in(PICKER).await;
    tablet.open(&path(&order)).await;
    for line in 0..3 {
        tablet.has_picked(&order, line).await;
    }
    tablet.reads("#timeline", "João Pereira separou").await;
    tablet.sees_no("#waiting-open").await;
    let picks = "document.querySelectorAll('#timeline .e-item_picked').length";
    tablet.until("each to be done once", &format!("{picks} === 4")).await;
    tablet.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_left_behind_can_be_taken_over_by_whoever_confirms_it() {
    let (edge, server) = Edge::before_a_server().await;
    let order = server.company("alfa").await.import(4).await;
    let tablet = Browser::of(PICKER, edge.port).await;
    tablet.taps_three_in_vain(&edge, &order).await;
    tablet.leave().await;
    tablet.click("#leave-sheet button:not([data-close])").await;
    tablet.has_left().await;
    edge.open();
    tablet.sign_in(OTHER_PICKER).await;
    tablet.open(&path(&order)).await;
    tablet.click("#waiting-open").await;
    tablet.reads("#waiting-sheet [data-take-over]", "Conferi: enviar 3 em meu nome").await;
    tablet.click("#waiting-sheet [data-take-over]").await;
    tablet.click("#waiting-sheet [data-close]").await;
    for line in 0..3 {
        tablet.has_picked(&order, line).await;
    }
    let hers = "Array.from(document.querySelectorAll('#timeline .e-item_picked')).every((el) => el.textContent.includes('Maria'))";
    tablet.until("all of them hers", hers).await;
    tablet.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_nothing_older_than_twelve_hours_is_sent_and_it_is_said_until_it_was_read() {
    let (edge, server) = Edge::before_a_server().await;
    let order = server.company("alfa").await.import(2).await;
    let joao = Browser::of(PICKER, edge.port).await;
    joao.open(&path(&order)).await;
    edge.http_only(AWAY, COMMANDS);
    joao.taps(&order, 0).await;
    joao.keeps(&order, 0).await;
    joao.eval(&age_taps(13)).await;
    edge.open();
    for _ in 0..2 {
        joao.open(&path(&order)).await;
        joao.reads_on_the_row(&order, 0, "Passou de 12 horas").await;
        joao.reads_on_the_row(&order, 0, "Separar").await;
    }
    joao.picture("expired").await;
    assert_eq!(edge.passed(COMMANDS), 0);
    joao.sees(&format!("#item-{}.r-pending", order.items[0])).await;
    joao.click(".tap-note [data-dismiss]").await;
    joao.sees_no(".tap-note, #waiting-open").await;
    joao.open(&path(&order)).await;
    joao.sees_no(".tap-note, #waiting-open").await;
    joao.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_whose_original_is_gone_is_not_sent() {
    let (edge, server) = Edge::before_a_server().await;
    let order = server.company("alfa").await.import(2).await;
    let joao = Browser::of(PICKER, edge.port).await;
    joao.open(&path(&order)).await;
    edge.http_only(AWAY, COMMANDS);
    joao.taps(&order, 0).await;
    joao.keeps(&order, 0).await;
    joao.eval("Object.keys(localStorage).filter((key) => key.startsWith('separacao.tap.')).forEach((key) => localStorage.removeItem(key))").await;
    edge.open();
    joao.until("it to be let go", "!document.querySelector('main [data-saving]')").await;
    joao.taps(&order, 1).await;
    joao.has_picked(&order, 1).await;
    assert_eq!(edge.passed(COMMANDS), 1);
    joao.sees(&format!("#item-{}.r-pending", order.items[0])).await;
    joao.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_of_two_tabs_one_sends_a_tap_with_locks_and_without() {
    for script in ["", "Object.defineProperty(navigator, 'locks', { value: undefined });"] {
        let (edge, server) = Edge::before_a_server().await;
        let order = server.company("alfa").await.import(2).await;
        let joao = Browser::of(PICKER, edge.port).await;
        joao.before_each_page(script).await;
        joao.open(&path(&order)).await;
        edge.http_only(AWAY, COMMANDS);
        joao.taps(&order, 0).await;
        joao.keeps(&order, 0).await;
        // Old enough for another tab to take it up.
        joao.eval(&age_taps(1)).await;
        let first = joao.driver.window().await.unwrap();
        let second = joao.driver.new_tab().await.unwrap();
        joao.driver.switch_to_window(second.clone()).await.unwrap();
        joao.before_each_page(script).await;
        joao.open(&path(&order)).await;
        joao.keeps(&order, 0).await;
        edge.open();
        for tab in [second, first] {
            joao.driver.switch_to_window(tab).await.unwrap();
            joao.has_picked(&order, 0).await;
            joao.until("nothing to wait", "!document.querySelector('main [data-saving]')").await;
        }
        assert_eq!(edge.passed(COMMANDS), 1, "{script}");
        joao.quit_after_trouble().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_of_the_program_leaves_the_tap_on_its_row_until_somebody_decides() {
    let (edge, server) = Edge::before_a_server().await;
    let order = server.company("alfa").await.import(3).await;
    let joao = Browser::of(PICKER, edge.port).await;
    joao.before_each_page("Math.random = () => 0;").await;
    joao.open(&path(&order)).await;
    for (line, status) in [(0, 500), (1, 507)] {
        edge.http_only(Http::App(status), COMMANDS);
        joao.taps(&order, line).await;
        joao.reads_on_the_row(&order, line, "Ainda não foi salvo: o sistema falhou").await;
    }
    joao.picture("broken").await;
    let tried = edge.came(COMMANDS);
    assert!(tried >= 10, "{tried} tries");
    // One is given up, the other one tried again once the program is well.
    joao.click(&format!("#item-{} [data-dismiss]", order.items[1])).await;
    joao.sees_no(&format!("#item-{} .tap-note, #item-{}[data-saving]", order.items[1], order.items[1])).await;
    edge.open();
    joao.has_picked(&order, 0).await;
    joao.sees_no(".tap-note, #waiting-open").await;
    joao.sees(&format!("#item-{}.r-pending", order.items[1])).await;
    joao.quit_after_trouble().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_timeline_says_of_a_tap_that_waited_when_it_was_made_and_when_it_came() {
    let (edge, server) = Edge::before_a_server().await;
    let order = server.company("alfa").await.import(2).await;
    let joao = Browser::of(PICKER, edge.port).await;
    joao.open(&path(&order)).await;
    edge.http_only(AWAY, COMMANDS);
    joao.taps(&order, 0).await;
    joao.keeps(&order, 0).await;
    joao.eval(&age_taps(1)).await;
    edge.open();
    joao.open(&path(&order)).await;
    joao.has_picked(&order, 0).await;
    joao.reads("#timeline .e-item_picked .why", "marcado ").await;
    joao.reads("#timeline .e-item_picked .why", ", enviado ").await;
    joao.eval("document.querySelector('#timeline').scrollIntoView()").await;
    joao.picture("waited").await;
    joao.taps(&order, 1).await;
    joao.has_picked(&order, 1).await;
    let told = "document.querySelectorAll('#timeline .e-item_picked .why').length";
    joao.until("only the one that waited to be told so", &format!("{told} === 1")).await;
    joao.quit_after_trouble().await;
}
