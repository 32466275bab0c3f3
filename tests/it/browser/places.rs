//! The place of goods in the hand: said on the sheet of a line, read on the row, which is no higher for it.

use super::chromium::Browser;
use crate::support::server::TestServer;
use crate::support::world::{OTHER_PICKER, PICKER};

/// Between the field and what is said of it, and from there to the button.
const GAPS: &str = "(() => { const [field, help, button] = ['[name=location]', 'small', '.primary'] \
    .map((css) => document.querySelector(`#item-sheet form[action$='/location'] ${css}`).getBoundingClientRect()); \
    return [help.top - field.bottom, button.top - help.bottom]; })()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_is_said_once_and_stands_on_the_rows_of_others_without_making_them_higher() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (order, other) = (company.import(4).await, company.import(4).await);
    let (joao, maria) = tokio::join!(Browser::of(PICKER, one.port), Browser::of(OTHER_PICKER, two.port));
    let (mine, hers) = (format!("/orders/{}", order.id), format!("/orders/{}", other.id));
    tokio::join!(joao.resize((390, 844)), maria.resize((390, 844)));
    tokio::join!(joao.open(&mine), maria.open(&hers));
    let row = format!("#item-{}", other.items[2]);
    let height = format!("document.querySelector('{row}').getBoundingClientRect().height");
    let before = maria.eval(&height).await;

    joao.click(&format!("#item-{} .row-more", order.items[2])).await;
    joao.click("#item-sheet details:has(form[action$='/location']) > summary").await;
    joao.write("#item-sheet [name=location]", "A-12-3").await;
    joao.picture("place-sheet").await;
    let gaps = joao.eval(GAPS).await;
    assert!(gaps[0].as_f64() >= Some(3.5) && gaps[1].as_f64() >= Some(8.0), "they stick together: {gaps}");
    // The button lies where the fold was opened, and a second tap at one spot is taken for the first.
    joao.lets_a_press_end().await;
    joao.click("#item-sheet form[action$='/location'] .primary").await;
    joao.sees_no("#item-sheet[open]").await;
    maria.reads(&format!("{row} .loc"), "A-12-3").await;
    assert_eq!(maria.eval(&height).await, before);
    maria.picture("place-row").await;
    joao.click("#undo-bar button").await;
    maria.sees_no(&format!("{row} .loc")).await;
    tokio::join!(joao.quit(), maria.quit());
}
