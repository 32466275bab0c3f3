//! A replica comes and goes, and nobody sees an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use separacao::lifecycle::Stage;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Error;

use crate::support::client::Client;
use crate::support::process::Program;
use crate::support::server::TestServer;
use crate::support::socket::Socket;
use crate::support::world::{OTHER_PICKER, PICKER};
use crate::support::{database, measured};

/// Browsers that never stop asking. They end when told, and say how many answers they got.
struct Load {
    over: Arc<AtomicBool>,
    answers: Arc<AtomicUsize>,
    browsers: Vec<JoinHandle<()>>,
}

impl Load {
    fn start(client: &Client, paths: &[String]) -> Self {
        let (over, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let browsers = paths
            .iter()
            .map(|path| {
                let (client, path) = (client.clone(), path.clone());
                let (over, answers) = (over.clone(), answers.clone());
                tokio::spawn(async move {
                    while !over.load(Ordering::Relaxed) {
                        let answer = match path.strip_prefix("POST ") {
                            Some(path) => client.tap(path, &[("quantity", "1")]).await,
                            None => client.get(&path).await,
                        };
                        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
                        answers.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        Self { over, answers, browsers }
    }

    async fn end(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        join_all(self.browsers).await.into_iter().for_each(|browser| browser.unwrap());
        self.answers.load(Ordering::Relaxed)
    }
}

async fn status(client: &Client, path: &str) -> u16 {
    client.get(path).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_replica_that_drains_fails_no_request_and_sends_its_sockets_away_one_by_one() {
    let url = database::create().await;
    let more = ["--drain-sockets-after-ms", "500", "--drain-spread-ms", "1000", "--drain-listen-ms", "4000"];
    let server = TestServer::on(&url, &more).await;
    let order = server.company("alfa").await.import_lines(&["1000"]).await;
    let client = server.signed_in("alfa", PICKER).await;
    let other = server.signed_in("alfa", OTHER_PICKER).await;
    let page = client.page("/").await;
    let mut sockets = Vec::new();
    for n in 0..20 {
        let client = if n < 10 { &client } else { &other };
        sockets.push(Socket::connect(client, &page.screen, &page.cursor).await.unwrap());
    }
    let pick = format!("POST /orders/{}/items/{}/pick", order.id, order.items[0]);
    let load = Load::start(&client, &["/".to_owned(), format!("/orders/{}", order.id), pick]);
    let stranger = Client::new(server.port);
    assert_eq!(status(&stranger, "/readyz").await, 200);
    // `history` is touched by nothing that the load does: this poll waits.
    let waiting = {
        let (client, path) = (client.clone(), format!("/feed?screen=history&cursor={}&wait=25", page.cursor));
        tokio::spawn(async move { client.get(&path).await })
    };
    // Nothing tells that it waits already.
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.lifecycle().advance(Stage::Draining);
    let told = Instant::now();
    assert_eq!(waiting.await.unwrap().status, 200);
    assert!(told.elapsed() < Duration::from_secs(10), "a waiting poll is answered");
    assert_eq!(status(&stranger, "/readyz").await, 503);
    assert_eq!(status(&stranger, "/livez").await, 200);
    let sign_in = stranger.get("/").await;
    assert_eq!((sign_in.status.as_u16(), &sign_in.headers["connection"]), (200, &"close".parse().unwrap()));
    match Socket::connect(&other, &page.screen, &page.cursor).await {
        Err(Error::Http(answer)) => {
            assert_eq!(answer.status(), 503);
            assert!(answer.headers().contains_key("retry-after"));
        }
        other => panic!("{:?}", other.map(|_| "a socket")),
    }
    let closing = sockets.into_iter().map(|mut socket| {
        tokio::spawn(async move {
            let code = socket.closed().await;
            (code, told.elapsed())
        })
    });
    let closed: Vec<_> = join_all(closing).await.into_iter().map(|closed| closed.unwrap()).collect();
    assert!(closed.iter().all(|(code, _)| *code == Some(1012)), "{closed:?}");
    let mut times: Vec<Duration> = closed.into_iter().map(|(_, at)| at).collect();
    times.sort();
    let spread = times[19] - times[0];
    assert!(spread > Duration::from_millis(500), "spread over {spread:?}");
    assert_eq!(
        status(&client, "/feed?screen=history&cursor=x").await,
        422,
        "requests are served until the end"
    );
    let answers = load.end().await;
    eprintln!(
        "{answers} answers while going away; 20 sockets closed from {:?} on, over {spread:?}",
        times[0]
    );
    server.ended().await;
    assert!(answers > 10 && TcpStream::connect(("127.0.0.1", server.port)).await.is_err());
}

const QUICK: [&str; 8] = [
    "--drain-sockets-after-ms",
    "300",
    "--drain-spread-ms",
    "500",
    "--drain-listen-ms",
    "1500",
    "--drain-exit-ms",
    "4000",
];

#[tokio::test]
async fn chaos_sigterm_ends_the_program_in_order_and_in_time() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import_lines(&["1000"]).await;
    let mut program = Program::start(&server.database_url, &QUICK).await;
    let client = Client::new(program.port);
    client.sign_in("alfa", PICKER, crate::support::world::PIN).await;
    let mut page = client.page("/").await;
    let mut socket = Socket::open(&client, &mut page).await;
    let pick = format!("POST /orders/{}/items/{}/pick", order.id, order.items[0]);
    let load = Load::start(&client, &["/".to_owned(), pick]);
    program.terminate();
    let told = Instant::now();
    assert_eq!(socket.closed().await, Some(1012));
    let answers = load.end().await;
    assert!(!program.has_ended(), "it listens on for those who do not know yet");
    let (code, _) = program.ended().await;
    eprintln!("SIGTERM: {answers} answers, ended after {:?}", told.elapsed());
    assert_eq!(code, Some(0));
}

#[tokio::test]
async fn chaos_sigint_and_a_second_sigterm_end_the_program_at_once_whatever_hangs() {
    let server = TestServer::start().await;
    for what in ["SIGINT", "a second SIGTERM"] {
        let mut program = Program::start(&server.database_url, &[]).await;
        let client = Client::new(program.port);
        client.sign_in("alfa", PICKER, crate::support::world::PIN).await;
        let mut page = client.page("/").await;
        let _socket = Socket::open(&client, &mut page).await;
        // A request whose body never comes.
        let mut half = TcpStream::connect(("127.0.0.1", program.port)).await.unwrap();
        let head = format!(
            "POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\ncookie: {}\r\n\r\nnumber=",
            client.cookie_header()
        );
        half.write_all(head.as_bytes()).await.unwrap();
        let poll = {
            let (client, path) =
                (client.clone(), format!("/feed?screen=history&cursor={}&wait=25", page.cursor));
            tokio::spawn(async move { client.get(&path).await.status })
        };
        // Nothing tells that both have arrived.
        tokio::time::sleep(Duration::from_millis(100)).await;
        if what == "SIGINT" {
            program.interrupt();
        } else {
            program.terminate();
            assert_eq!(poll.await.unwrap(), 200);
            program.terminate();
        }
        let (code, after) = program.ended().await;
        measured(&format!("{what}: ended"), after, Duration::from_secs(1));
        assert_eq!(code, Some(0), "{what}");
    }
}
