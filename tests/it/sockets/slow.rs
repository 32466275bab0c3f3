//! One slow tablet delays nobody.

use std::time::{Duration, Instant};

use separacao::live::outbox;
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, client_async};

use super::status;
use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::socket::{Said, Socket};
use crate::support::world::{OTHER_PICKER, PICKER};
use crate::support::{measured, wait_for, wait_within};

/// A tablet that takes nothing: a socket with a small window that nobody reads.
async fn open_unread(client: &Client, screen: &str, cursor: &str) -> Socket {
    let tcp = TcpSocket::new_v4().unwrap();
    tcp.set_recv_buffer_size(4096).unwrap();
    let stream = tcp.connect(([127, 0, 0, 1], client.port).into()).await.unwrap();
    let url = format!("ws://127.0.0.1:{}/live?screen={screen}&cursor={cursor}", client.port);
    let mut request = url.into_client_request().unwrap();
    let origin = format!("http://127.0.0.1:{}", client.port);
    request.headers_mut().insert("origin", origin.parse().unwrap());
    request.headers_mut().insert("cookie", client.cookie_header().parse().unwrap());
    let (stream, _) = client_async(request, MaybeTlsStream::Plain(stream)).await.unwrap();
    Socket { stream }
}

/// Reads until a frame reaches `n`.
async fn reach(socket: &mut Socket, n: i64) -> usize {
    let mut bytes = 0;
    loop {
        match socket.next().await {
            Said::Json(said) => {
                bytes += said["html"].as_str().map_or(0, str::len);
                assert!(said.get("reset").is_none(), "{said}");
                if said["to"].as_i64() >= Some(n) {
                    return bytes;
                }
            }
            Said::Closed(code) => panic!("closed with {code:?} before {n}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_tablet_that_takes_nothing_delays_nobody_and_is_cut_off() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(400).await;
    let client = server.signed_in("alfa", PICKER).await;
    let sleeper = server.signed_in("alfa", OTHER_PICKER).await;
    let path = format!("/orders/{}", order.id);
    let page = client.page(&path).await;
    let unread = open_unread(&sleeper, &page.screen, &page.cursor).await;
    // Nine more fill the sleeper's places: a tenth comes in only when the unread one has been cut.
    let mut places = Vec::new();
    for _ in 0..9 {
        places.push(Socket::connect(&sleeper, "history", &page.cursor).await.unwrap());
    }
    let mut others = Vec::new();
    for path in ["/", &path, "/", &path] {
        let mut page = client.page(path).await;
        others.push(Socket::open(&client, &mut page).await);
    }
    let (mut delays, mut bytes) = (Vec::new(), 0);
    for item in order.items.iter().take(200) {
        let pick = format!("{path}/items/{item}/pick");
        let answer = client.tap(&pick, &[("quantity", "1")]).await;
        let (began, n) = (Instant::now(), answer.json()["n"].as_i64().unwrap());
        for socket in &mut others {
            bytes += reach(socket, n).await;
            delays.push(began.elapsed());
        }
    }
    delays.sort();
    eprintln!("p50 {:?}; {} MB to four others", delays[delays.len() / 2], bytes / 1_000_000);
    measured(
        "p99 beside a tablet that takes nothing",
        delays[delays.len() * 99 / 100],
        Duration::from_secs(1),
    );
    let origin = format!("http://127.0.0.1:{}", server.port);
    let began = Instant::now();
    wait_within(Duration::from_secs(30), "the end of the unread socket", async || {
        (status(&sleeper, "history", &page.cursor, Some(&origin)).await == 101).then_some(())
    })
    .await;
    eprintln!("cut off {:?} after the last frame", began.elapsed());
    drop(unread);
    wait_for("empty queues", async || (outbox::waiting_bytes() == 0).then_some(())).await;
}
