//! The app's login at the database need not own anything.

use reqwest::StatusCode;
use separacao::jobs;
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::database::{self, run_sql};
use crate::support::operator::{self, Home};
use crate::support::quotes::{order_of, upload, usual};
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{ADMIN, PICKER, SELLER};

/// The same database for another login.
fn as_login(url: &str, login: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (_, host) = rest.split_once('@').unwrap_or(("", rest));
    format!("{scheme}://{login}:of-this-test@{host}")
}

#[tokio::test]
async fn a_login_that_is_neither_superuser_nor_owner_serves_everything() {
    let url = database::create().await;
    let login = format!("login_{}", Uuid::now_v7().simple());
    run_sql(&url, &format!("create role {login} login password 'of-this-test'")).await;
    run_sql(&url, &format!("grant separacao_app, separacao_gate to {login}")).await;
    let server = TestServer::on(&as_login(&url, &login), &[]).await;
    assert_eq!(Client::new(server.port).get("/readyz").await.status, StatusCode::OK);
    let company = separacao_company(&server, &url).await;
    let (seller, picker) = (server.signed_in("alfa", SELLER).await, server.signed_in("alfa", PICKER).await);
    let draft = upload(&seller, "columns-11-items").await;
    let choices = usual(&company).await;
    let order = order_of(&seller.tap(&format!("{draft}/confirm"), &choices.form("1", &[])).await);
    let mut page = picker.page(&format!("/orders/{order}")).await;
    let mut socket = Socket::open(&picker, &mut page).await;
    let noted = picker.tap(&format!("/orders/{order}/notes"), &[("text", "tudo certo")]).await;
    assert_eq!(noted.status, StatusCode::OK, "{}", noted.text);
    socket.follow(&mut page, noted.json()["n"].as_i64().unwrap()).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let person = company.person(PICKER).await;
    let reset = admin.tap(&format!("/people/{person}/pin"), &[]).await;
    assert_eq!(reset.status, StatusCode::OK, "{}", reset.text);
    for path in ["/", "/history", "/people", "/quotes"] {
        assert_eq!(admin.get(path).await.status, StatusCode::OK, "{path}");
    }
    jobs::run_all(&server.app).await.unwrap();
    server.stop().await;
    run_sql(&url, &format!("drop role {login}")).await;
}

#[tokio::test]
async fn the_operator_acts_as_the_owner_where_the_server_owns_nothing() {
    let (home, url) = (Home::new("login"), database::create().await);
    let login = format!("login_{}", Uuid::now_v7().simple());
    run_sql(&url, &format!("create role {login} login password 'of-this-test'")).await;
    run_sql(&url, &format!("grant separacao_app, separacao_gate to {login}")).await;
    let servers = as_login(&url, &login);
    let settings =
        [("DATABASE_URL", &*servers), ("DATABASE_UNPOOLED_URL", &*url), ("SECRET_KEY", operator::SECRET)];
    for arguments in [
        ["company", "create", "Gama", "--code", "gama", "--time-zone", "America/Sao_Paulo"].as_slice(),
        &["admin", "create", "Marina", "--number", "1001", "--company", "gama"],
    ] {
        let output = operator::output(operator::program(&home.0, &settings, arguments)).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    run_sql(&url, &format!("drop role {login}")).await;
}

/// The company as the owner of the database finds it: that is the operator's way.
async fn separacao_company(server: &TestServer, url: &str) -> crate::support::world::Company {
    let owner = TestServer::on(url, &[]).await;
    let mut company = owner.company("alfa").await;
    company.app = server.app.clone();
    company
}
