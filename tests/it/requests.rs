//! Requests that are odd, slow or too many: each is answered in a sentence, or ended, and costs nobody else.

use std::time::{Duration, Instant};

use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, BUYER, OTHER_PICKER, OTHER_SELLER, PICKER, PIN, SELLER};
use crate::support::{database, wait_for};

const NUL: &str = "a\0b";

#[tokio::test]
async fn a_nul_in_any_text_is_refused_in_a_sentence() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(2).await;
    let client = server.signed_in("alfa", ADMIN).await;
    let base = format!("/orders/{}", order.id);
    let item = format!("{base}/items/{}", order.items[0]);
    let texts: &[(&str, &[(&str, &str)])] = &[
        (&format!("{base}/notes"), &[("text", NUL)]),
        (&format!("{item}/short"), &[("reason", "other"), ("text", NUL)]),
        (&format!("{item}/pick"), &[("quantity", NUL)]),
        (&format!("{base}/cancel"), &[("reason", NUL)]),
        ("/people", &[("name", NUL), ("number", "5005"), ("roles", "picker")]),
        ("/people", &[("name", "Zé"), ("number", NUL), ("roles", "picker")]),
    ];
    for (path, form) in texts {
        let answer = client.tap(path, form).await;
        assert_eq!(answer.status, 422, "{path} {form:?}: {}", answer.text);
        assert!(answer.json()["title"].as_str().unwrap().len() > 10, "{}", answer.text);
    }
    let stranger = Client::new(server.port);
    for (company, number, pin) in [(NUL, PICKER, PIN), ("alfa", NUL, PIN), ("alfa", PICKER, NUL)] {
        let form = [("company", company), ("number", number), ("pin", pin)];
        let answer = stranger.post("/sign-in", &form).await;
        assert_eq!(answer.status, 422, "{form:?}: {}", answer.text);
    }
    for path in ["/e/%00", "/e/a%00b", "/?q=%00", "/history?q=%00", "/people/%00/pin", "/orders/%00"] {
        for client in [&client, &stranger] {
            let status = client.get(path).await.status.as_u16();
            assert!(status < 500, "{path}: {status}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_understood_is_answered_with_our_page_or_problem() {
    let server = TestServer::start().await;
    let client = server.signed_in("alfa", ADMIN).await;
    let cases = [
        ("/orders/abc", 404),
        ("/orders/abc/quote.pdf", 404),
        ("/quotes/1", 404),
        ("/?page=x", 422),
        ("/nothing", 404),
    ];
    for (path, status) in cases {
        let page = client.get(path).await;
        assert_eq!(page.status, status, "{path}: {}", page.text);
        assert!(page.text.contains("<main") && page.text.contains("lang=\"pt-BR\""), "{path}: {}", page.text);
        let script = client.http().get(client.url(path)).header("accept", "application/json");
        let problem = client.send(script).await;
        assert_eq!(problem.status, status, "{path}");
        assert_eq!(problem.headers["content-type"], "application/problem+json", "{path}");
        assert!(!problem.json()["title"].as_str().unwrap().is_empty(), "{path}");
    }
    // The way out says where it leads.
    for (path, out) in
        [("/nothing", "/\">Voltar ao painel"), ("/orders/abc/quote.pdf", "/orders/abc\">Voltar")]
    {
        let page = client.get(path).await.text;
        assert!(page.contains(&format!("href=\"{out}</a>")), "{path}: {page}");
    }
    let taps = [("/orders/abc/finish", 404), ("/orders/abc/undo/x", 404), ("/", 404)];
    for (path, status) in taps {
        let answer = client.tap(path, &[]).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(!answer.json()["title"].as_str().unwrap().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_refused_host_reads_a_sentence_and_gets_the_headers() {
    let url = database::create().await;
    let server = TestServer::on(&url, &["--allowed-hosts", "app.example"]).await;
    let client = Client::new(server.port);
    let answer = client.get("/").await;
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains("Este endereço"), "{}", answer.text);
    assert!(answer.headers.contains_key("content-security-policy"));
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
}

/// Sends a byte now and then until the server has had enough.
async fn dribble(mut stream: TcpStream) -> Duration {
    let began = Instant::now();
    for byte in b"GET / HTTP/1.1\r\nhost: localhost\r\nx-dribble: ".iter().chain(std::iter::repeat(&b'x')) {
        let mut answer = [0; 1];
        tokio::select! {
            read = stream.read(&mut answer) => {
                assert!(matches!(read, Ok(0) | Err(_)), "nothing is answered");
                break;
            }
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
        if stream.write_all(&[*byte]).await.is_err() {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "still open");
    }
    began.elapsed()
}

/// One request on a connection that stays open.
async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 4096];
    let mut read = 0;
    while !answer[..read].ends_with(b"ok\n") {
        let more = stream.read(&mut answer[read..]).await.unwrap();
        assert!(more > 0, "closed after {}", String::from_utf8_lossy(&answer[..read]));
        read += more;
    }
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

#[tokio::test]
async fn a_dribbling_connection_is_ended_and_one_that_rests_lives() {
    let url = database::create().await;
    let server = TestServer::on(&url, &["--head-timeout-ms", "400", "--idle-timeout-ms", "30000"]).await;
    let connect = async || TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let mut resting = connect().await;
    assert!(ask(&mut resting).await.starts_with("HTTP/1.1 200"));
    let took = dribble(connect().await).await;
    eprintln!("a dribbling connection was ended after {took:?}");
    assert!(took >= Duration::from_millis(400));
    let mut silent = connect().await;
    let mut nothing = [0; 1];
    assert!(matches!(silent.read(&mut nothing).await, Ok(0) | Err(_)), "whoever says nothing is ended, too");
    assert!(ask(&mut resting).await.starts_with("HTTP/1.1 200"), "a connection that rests lives");
    // A second request that dribbles on a connection that has rested.
    dribble(resting).await;
    let short = TestServer::on(&url, &["--idle-timeout-ms", "300"]).await;
    let mut resting = TcpStream::connect(("127.0.0.1", short.port)).await.unwrap();
    ask(&mut resting).await;
    assert!(matches!(resting.read(&mut nothing).await, Ok(0) | Err(_)), "a rest ends as well");
}

/// Asks until it is refused; answers the refusal.
async fn until_refused(what: &str, mut ask: impl AsyncFnMut() -> Answer) -> Answer {
    for _ in 0..60 {
        let answer = ask().await;
        if answer.status == 429 {
            let seconds = answer.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
            assert!((1..=60).contains(&seconds), "{what}: {seconds}");
            assert!(answer.text.contains("tentativas em pouco tempo"), "{what}: {}", answer.text);
            assert!(answer.headers.contains_key("content-security-policy"), "{what}");
            return answer;
        }
    }
    panic!("{what} is never refused")
}

#[tokio::test]
async fn whoever_asks_too_fast_is_refused_and_others_are_not() {
    let url = database::create().await;
    let server = TestServer::on(&url, &["--person-requests-per-second", "1"]).await;
    let order = server.company("alfa").await.import(1).await;
    let base = format!("/orders/{}", order.id);
    let routes = [
        (Method::GET, "/".to_owned()),
        (Method::GET, base.clone()),
        (Method::GET, format!("{base}/quote.pdf")),
        (Method::GET, "/history".to_owned()),
        (Method::GET, "/quotes".to_owned()),
        (Method::GET, "/people".to_owned()),
        (Method::GET, "/live".to_owned()),
        (Method::GET, "/feed?screen=board&cursor=x".to_owned()),
        (Method::GET, "/nothing".to_owned()),
        (Method::POST, format!("{base}/notes")),
        (Method::POST, format!("{base}/items/{}/pick", order.items[0])),
        (Method::POST, "/quotes".to_owned()),
        (Method::POST, "/people".to_owned()),
        (Method::POST, "/language".to_owned()),
        (Method::POST, "/theme".to_owned()),
    ];
    let hasty = server.signed_in("alfa", ADMIN).await;
    let calm = server.signed_in("alfa", OTHER_PICKER).await;
    for (method, path) in &routes {
        until_refused(path, async || {
            let request = hasty.http().request(method.clone(), hasty.url(path));
            hasty.send(request.header("accept", "application/json").body("")).await
        })
        .await;
    }
    assert_eq!(calm.get("/").await.status, 200, "another person");
    for path in ["/livez", "/readyz", "/static/app.css"] {
        for _ in 0..30 {
            assert_eq!(hasty.get(path).await.status, 200, "{path} is for everybody");
        }
    }
}

#[tokio::test]
async fn strangers_and_sign_in_have_limits_of_their_own() {
    let url = database::create().await;
    let server = TestServer::on(&url, &["--stranger-requests-per-second", "1"]).await;
    let inside = TestServer::on(&url, &[]).await.signed_in("alfa", SELLER).await.at(server.port);
    let stranger = Client::new(server.port);
    for path in ["/", "/e/alfa", "/sign-in", "/set-up"] {
        until_refused(path, async || stranger.get(path).await).await;
    }
    assert_eq!(inside.get("/").await.status, 200, "whoever is signed in at the same address");

    let server = TestServer::on(&url, &["--sign-in-requests-per-second", "1"]).await;
    let stranger = Client::new(server.port);
    for path in ["/sign-in", "/unlock", "/set-up"] {
        until_refused(path, async || stranger.post(path, &[("company", "nowhere")]).await).await;
    }
    assert_eq!(stranger.get("/").await.status, 200, "looking is no try");
}

/// A browser that asks for a file and takes next to nothing of it.
async fn start_download(client: &Client, path: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(([127, 0, 0, 1], client.port).into()).await.unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {}\r\n\r\n", client.cookie_header());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    stream
}

#[tokio::test]
async fn slow_downloads_do_not_fill_the_memory() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let large = "update order_documents set pdf = decode(repeat('25', 12000000), 'hex')";
    database::run_sql(&server.database_url, large).await;
    let client = server.signed_in("alfa", SELLER).await;
    let path = format!("/orders/{}/quote.pdf", order.id);
    let mut under_way = Vec::new();
    for number in [ADMIN, "1001", OTHER_SELLER, BUYER] {
        let other = server.signed_in("alfa", number).await;
        for _ in 0..2 {
            under_way.push(start_download(&other, &path).await);
        }
        let third = other.get(&path).await;
        assert_eq!(third.status, 429, "{}", third.text);
        assert!(third.headers.contains_key("retry-after"));
        let says = if under_way.len() == 8 {
            "Muita gente está abrindo PDFs"
        } else {
            "Dois PDFs já estão abrindo"
        };
        assert!(third.text.contains(says), "{}", third.text);
    }
    let refused = client.get(&path).await;
    assert_eq!(refused.status, 429, "{}", refused.text);
    assert!(refused.headers.contains_key("retry-after") && refused.text.contains("abrindo PDFs"));
    assert_eq!(client.get("/").await.status, 200, "pages are no downloads");
    under_way.pop();
    wait_for("a turn that was given back", async || (client.get(&path).await.status == 200).then_some(()))
        .await;
}
