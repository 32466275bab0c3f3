//! What an administrator sets on one replica stands on another one's screen at once; its pages fit a phone.

use std::time::{Duration, Instant};

use super::chromium::Browser;
use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER};

const OPENED: &str = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })";
const OVERFLOWS: &str = "document.scrollingElement.scrollWidth > innerWidth";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_set_on_one_replica_stands_on_the_screens_of_another_at_once() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import(3).await;
    let moved = "update orders set shipping_id = (select id from shipping_options s
        where s.company_id = orders.company_id and s.name = 'Ônibus')";
    run_sql(&one.database_url, moved).await;
    let (ana, beatriz) = tokio::join!(Browser::of(ADMIN, one.port), Browser::of("1001", two.port));
    let joao = Browser::of(PICKER, two.port).await;
    let page = format!("/orders/{}", order.id);
    tokio::join!(ana.open("/settings"), beatriz.open("/settings"), joao.open(&page));
    for browser in [&ana, &beatriz, &joao] {
        browser.must_be_live().await;
    }
    let bus = "document.querySelectorAll('#shippings .option')[2]";
    ana.eval(&format!("{bus}.querySelector('details').open = true")).await;
    ana.eval(&format!("{bus}.querySelector('[name=due]').value = '18:30'")).await;
    ana.picture("settings-form").await;
    let began = Instant::now();
    ana.eval(&format!("{bus}.querySelector('details form .primary').click()")).await;
    beatriz.reads("#shippings .option-offer", "Aplicar a 1 pedido aberto?").await;
    eprintln!("the question stood on the other replica after {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(5));
    beatriz.picture("settings-offer").await;
    beatriz.click("#shippings .option-offer [value=yes]").await;
    ana.sees_no("#shippings .option-offer").await;
    joao.sees("#order-bar .due [data-deadline]").await;

    // A reason is added while a picker has the sheet in hand.
    ana.open("/settings/reasons").await;
    ana.click(".option-add > summary").await;
    ana.write(".option-add [name=name]", "Vencido").await;
    ana.click(".option-add .primary").await;
    ana.reads("#reasons", "Vencido").await;
    joao.click(&format!("#item-{} .row-more", order.items[0])).await;
    joao.open_reasons("#item-sheet summary.danger").await;
    joao.reads("#item-sheet .reasons[open]", "Vencido").await;
    for browser in [ana, beatriz, joao] {
        browser.quit().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_settings_fit_every_width_and_say_what_is_wrong_beside_the_field() {
    let server = TestServer::start().await;
    run_sql(
        &server.database_url,
        "insert into holidays select id, current_date + 20, 'Natal' from companies;
         insert into work_hours select id, current_date + 3, '{480,480,480,480,480,480,0}',
           '{1080,1080,1080,1080,1020,720,0}', 720, 780 from companies",
    )
    .await;
    let ana = Browser::of(ADMIN, server.port).await;
    for (path, name) in [
        ("/settings", "settings"),
        ("/settings/reasons", "settings-reasons"),
        ("/settings/locations", "settings-locations"),
        ("/settings/hours", "settings-hours"),
        ("/settings/company", "settings-company"),
    ] {
        ana.fits(path, name).await;
        ana.resize((390, 844)).await;
        ana.eval(OPENED).await;
        assert_eq!(ana.eval(OVERFLOWS).await, false, "{path} with its forms open");
        ana.picture(&format!("{name}-open")).await;
    }
    ana.open("/settings/hours").await;
    ana.eval(OPENED).await;
    ana.eval("document.querySelector(\"[name='ends.0']\").value = ''").await;
    ana.eval("document.querySelector('.week .primary').click()").await;
    ana.reads(".week .week-day.wrong", "Diga quando começa e depois quando termina").await;
    ana.eval("document.querySelector('.week-day.wrong').scrollIntoView()").await;
    ana.picture("settings-hours-wrong").await;
    ana.quit_after_trouble().await;
}
