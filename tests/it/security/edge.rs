//! What stands between people and the server, a proxy, is believed as far as the operator says.

use reqwest::Method;

use crate::support::client::{Answer, Client};
use crate::support::database;
use crate::support::operator::SECRET;
use crate::support::server::TestServer;
use crate::support::world::PICKER;

const HOST: &str = "app.example.com";

async fn production(more: &[&str]) -> TestServer {
    let settings = ["--app-env", "production", "--secret-key", SECRET, "--allowed-hosts", HOST];
    TestServer::on(&database::create().await, &[&settings, more].concat()).await
}

async fn ask(server: &TestServer, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let client = Client::new(server.port);
    let mut request = client.http().request(method, client.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request).await
}

#[tokio::test]
async fn whoever_comes_over_plain_http_is_sent_to_https_where_a_trusted_proxy_says_so() {
    let server = production(&[]).await;
    let over = |proto: &'static str| [("host", HOST), ("x-forwarded-proto", proto)];
    for (method, path) in [
        (Method::GET, "/history?q=1"),
        (Method::GET, "/"),
        (Method::POST, "/sign-in"),
        (Method::GET, "/static/app.css"),
    ] {
        let sent = ask(&server, method.clone(), path, &over("http")).await;
        assert_eq!(
            (sent.status.as_u16(), sent.location()),
            (308, &*format!("https://{HOST}{path}")),
            "{method} {path}"
        );
        assert_ne!(ask(&server, method, path, &over("https")).await.status, 308, "{path}");
    }
    // The port of plain http is none of https; of several proxies the last one is ours.
    let sent = ask(
        &server,
        Method::GET,
        "/",
        &[("host", "app.example.com:80"), ("x-forwarded-proto", "https, HTTP")],
    )
    .await;
    assert_eq!(sent.location(), format!("https://{HOST}/"));
    assert_eq!(ask(&server, Method::GET, "/", &over("http, https")).await.status, 200);
    // Probes, and where nothing is said.
    for path in ["/livez", "/readyz"] {
        assert_eq!(ask(&server, Method::GET, path, &over("http")).await.status, 200, "{path}");
    }
    let platform = [("host", "healthcheck.railway.app"), ("x-forwarded-proto", "http")];
    assert_eq!(ask(&server, Method::GET, "/", &platform).await.status, 200);
    assert_eq!(ask(&server, Method::GET, "/", &[("host", HOST)]).await.status, 200);
    // A foreign name is refused before it could become an address.
    assert_eq!(
        ask(&server, Method::GET, "/", &[("host", "evil.example"), ("x-forwarded-proto", "http")])
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn whoever_is_no_trusted_proxy_and_development_redirect_nobody() {
    let strangers = production(&["--trusted-proxies", "192.0.2.0/24"]).await;
    let plain = [("host", HOST), ("x-forwarded-proto", "http")];
    assert_eq!(ask(&strangers, Method::GET, "/", &plain).await.status, 200);
    let development = TestServer::start().await;
    assert_eq!(ask(&development, Method::GET, "/", &plain).await.status, 200);
}

#[tokio::test]
async fn no_answer_lets_another_site_s_script_read_it() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", PICKER).await;
    for (method, path) in [
        (Method::OPTIONS, "/"),
        (Method::OPTIONS, "/orders"),
        (Method::GET, "/"),
        (Method::GET, "/feed?screen=board&cursor=x"),
        (Method::GET, "/static/app.css"),
        (Method::POST, "/language"),
        (Method::GET, "/livez"),
    ] {
        let request = client.http().request(method.clone(), client.url(path));
        let request =
            request.header("origin", "https://evil.example").header("access-control-request-method", "POST");
        let answer = client.send(request.header("access-control-request-headers", "x-operation-id")).await;
        let allows: Vec<_> =
            answer.headers.keys().filter(|name| name.as_str().starts_with("access-control-")).collect();
        assert!(allows.is_empty(), "{method} {path}: {allows:?}");
    }
}

#[tokio::test]
async fn a_request_keeps_the_id_it_came_with_by_either_name() {
    let server = TestServer::start().await;
    let ids = async |headers: &[(&str, &str)]| {
        let answer = ask(&server, Method::GET, "/", headers).await;
        let told = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        (told("x-request-id").expect("always one"), told("x-correlation-id"))
    };
    let (one, none) = ids(&[]).await;
    assert!(one.parse::<uuid::Uuid>().is_ok() && none.is_none());
    assert_eq!(ids(&[("x-request-id", "r-1")]).await, ("r-1".to_owned(), None));
    assert_eq!(ids(&[("x-correlation-id", "c-1")]).await, ("c-1".to_owned(), Some("c-1".to_owned())));
    let both = ids(&[("x-request-id", "r-1"), ("x-correlation-id", "c-1")]).await;
    assert_eq!(both, ("r-1".to_owned(), Some("c-1".to_owned())));
    let (made, none) = ids(&[("x-correlation-id", "no id: \"<script>\"")]).await;
    assert!(made.parse::<uuid::Uuid>().is_ok() && none.is_none());
}
