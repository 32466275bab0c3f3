//! What the operator does from the command line.

use separacao::companies::actions::{Operator, admins, companies};

use super::text;
use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{ADMIN, PICKER};

#[tokio::test]
async fn a_company_that_is_closed_lets_nobody_in_and_closes_its_screens() {
    let server = TestServer::start().await;
    let picker = server.signed_in("alfa", PICKER).await;
    let elsewhere = server.signed_in("beta", PICKER).await;
    let mut page = picker.page("/").await;
    let mut socket = Socket::open(&picker, &mut page).await;
    companies::close_company(&server.app.db, &server.app.clock, "alfa").await.unwrap();
    assert_eq!(socket.closed().await, Some(4410));
    assert!(!picker.get("/").await.text.contains("data-person"));
    let page = Client::new(server.port).get("/e/alfa").await;
    assert!(!page.text.contains("Distribuidora Alfa"));
    assert!(elsewhere.get("/").await.text.contains("data-person"));
}

#[tokio::test]
async fn the_operator_s_reset_is_the_way_back_in() {
    let server = TestServer::start().await;
    let company = companies::get_company(&server.app.db, Some("alfa")).await.unwrap();
    assert!(companies::get_company(&server.app.db, None).await.is_err(), "there are two");
    let operator = Operator { db: &server.app.db, clock: &server.app.clock, settings: &server.app.settings };
    let pin = admins::reset_pin(operator, &company, ADMIN).await.unwrap();
    let client = Client::new(server.port);
    client.sign_in("alfa", ADMIN, &pin).await;
    assert_eq!(client.get("/").await.location(), "/pin");
    let pin = admins::create_admin(operator, &company, "Rita Nova", "7001").await.unwrap();
    Client::new(server.port).sign_in("alfa", "7001", &pin).await;
}

#[tokio::test]
async fn a_new_company_has_the_usual_shipping_and_packaging() {
    let server = TestServer::start().await;
    let alfa = server.company("alfa").await;
    let options = format!(
        "select string_agg(line, '; ' order by position) from (
           select s.position, s.name || case when s.makes_urgent then '!' else '' end || ': '
             || string_agg(p.name, ',' order by p.position) as line
           from shipping_options s
           join shipping_packagings sp on (sp.company_id, sp.shipping_id) = (s.company_id, s.id)
           join packaging_options p on (p.company_id, p.id) = (sp.company_id, sp.packaging_id)
           where s.company_id = '{}' group by s.position, s.name, s.makes_urgent) lines",
        alfa.id
    );
    assert_eq!(
        text(&server, &options).await,
        "Correios: Caixa; Melhor Envio: Caixa; Ônibus: Caixa; Retirada na loja: Caixa,Sacola; \
         Motoboy: Caixa,Sacola; Cliente na loja!: Caixa,Sacola"
    );
}
