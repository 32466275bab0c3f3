//! As it runs on the internet: cookies, transport, addresses.

use separacao::companies::actions::{Operator, admins, companies};
use sqlx::AssertSqlSafe;

use crate::support::client::Client;
use crate::support::database::{self, superuser};
use crate::support::process::Program;
use crate::support::server::{self, TestServer};
use crate::support::world::{ADMIN, PICKER};

const PRODUCTION: [&str; 6] = [
    "--app-env",
    "production",
    "--secret-key",
    "of these tests only: 0123456789abcdef",
    "--allowed-hosts",
    "127.0.0.1",
];

/// A PIN that production's pepper knows.
async fn new_pin(url: &str) -> String {
    let server = TestServer::on(url, &[]).await;
    let settings = server::settings(url, &PRODUCTION);
    let company = companies::get_company(&server.app.db, Some("alfa")).await.unwrap();
    let operator = Operator { db: &server.app.db, clock: &server.app.clock, settings: &settings };
    admins::reset_pin(operator, &company, ADMIN).await.unwrap()
}

#[tokio::test]
async fn production_s_cookies_and_answers_are_for_tls_only() {
    let url = database::create().await;
    let pin = new_pin(&url).await;
    let program = Program::start(&url, &PRODUCTION).await;
    let client = Client::new(program.port);
    let answer = client.post("/sign-in", &[("company", "alfa"), ("number", ADMIN), ("pin", &pin)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    let session = cookies.iter().find(|cookie| cookie.starts_with("__Host-session=")).expect("a session");
    for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(session.contains(part), "{part} in {session}");
    }
    assert!(!session.contains("Domain"), "{session}");
    assert!(cookies.iter().all(|cookie| cookie.contains("Secure")), "{cookies:?}");
    for path in ["/", "/nothing", "/livez", "/static/app.css"] {
        let transport =
            client.get(path).await.headers["strict-transport-security"].to_str().unwrap().to_owned();
        let age =
            transport.split(';').next().unwrap().strip_prefix("max-age=").unwrap().parse::<u64>().unwrap();
        assert!(age >= 365 * 24 * 60 * 60, "{path}: {transport}");
    }
    assert_eq!(client.get("/").await.location(), "/pin", "it was given by somebody else");
}

#[tokio::test]
async fn production_without_host_names_answers_probes_only() {
    let url = database::create().await;
    let program = Program::start(&url, &PRODUCTION[..4]).await;
    let client = Client::new(program.port);
    assert_eq!(client.get("/livez").await.status, 200);
    assert_eq!(client.get("/").await.status, 400);
    let probe = client.http().get(client.url("/")).header("host", "healthcheck.railway.app");
    assert_eq!(client.send(probe).await.status, 200, "the platform's check still passes");
}

#[tokio::test]
async fn an_address_is_believed_only_from_the_header_and_the_proxies_that_the_operator_names() {
    let url = database::create().await;
    let named = ["--client-address-header", "X-Real-IP"];
    let elsewhere = [named[0], named[1], "--trusted-proxies", "10.0.0.0/8,100.64.0.0/10"];
    let (plain, proxied, passed_by) = tokio::join!(
        Program::start(&url, &[]),
        Program::start(&url, &named),
        Program::start(&url, &elsewhere)
    );
    let cases = [(&plain, "127.0.0.1"), (&proxied, "198.51.100.7"), (&passed_by, "127.0.0.1")];
    for (program, expected) in cases {
        let client = Client::new(program.port);
        let form = [("company", "alfa"), ("number", PICKER), ("pin", "000000")];
        let request = client.http().post(client.url("/sign-in")).form(&form);
        let request = request
            .header("x-forwarded-for", "203.0.113.6")
            .header("x-real-ip", "198.51.100.7:51823")
            .header("forwarded", "for=203.0.113.6")
            .header("x-client-ip", "203.0.113.6");
        assert_eq!(client.send(request).await.status, 422);
        let sql = "select address from security_events order by at desc, id desc limit 1".to_owned();
        let address: Option<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut superuser(&url).await).await.unwrap();
        assert_eq!(address.as_deref(), Some(expected));
    }
}
