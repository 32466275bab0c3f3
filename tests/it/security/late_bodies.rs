//! A body that comes long after its head acts with the authority of the moment in which the command is claimed.

use futures_util::stream::{self, StreamExt as _};
use reqwest::Body;
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::{Form, Part};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::support::client::{Answer, Client};
use crate::support::database::{count, run_sql};
use crate::support::quotes::pdf;
use crate::support::server::TestServer;
use crate::support::wait_for;
use crate::support::world::{ADMIN, Imported, PICKER, SELLER};

/// What happens to the person between head and body.
#[derive(Clone, Copy, Debug)]
enum Meanwhile {
    Nothing,
    Roles(&'static str),
    Deactivated,
    SignedOut,
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
enum Sent<'a> {
    Cancel(&'a Imported),
    Upload,
}

/// A body of two halves, and what lets the second one go.
fn held(mut bytes: Vec<u8>) -> (Body, oneshot::Sender<()>) {
    let rest = bytes.split_off(bytes.len() / 2);
    let (go, gone) = oneshot::channel();
    let first = stream::iter([Ok::<_, std::io::Error>(bytes)]);
    let second = stream::once(async move {
        gone.await.map_err(std::io::Error::other)?;
        Ok(rest)
    });
    (Body::wrap_stream(first.chain(second)), go)
}

/// Sends the head to `server` and the rest of the body once `meanwhile` has happened at `other`.
async fn send(
    server: &TestServer,
    other: &TestServer,
    number: &str,
    sent: Sent<'_>,
    meanwhile: Meanwhile,
) -> Answer {
    let client = server.signed_in("alfa", number).await;
    let admin = other.signed_in("alfa", ADMIN).await;
    let person = server.company("alfa").await.person(number).await;
    // The session is noted as used when the head comes: that shows that it was read.
    let unused =
        format!("sessions where person_id = '{person}' and last_seen_at < now() - interval '4 minutes'");
    let url = &server.database_url;
    let newest =
        format!("select id from sessions where person_id = '{person}' order by created_at desc limit 1");
    let rests =
        format!("update sessions set last_seen_at = now() - interval '5 minutes' where id = ({newest})");
    run_sql(url, &rests).await;
    let (request, go) = request(&client, sent);
    let answer = tokio::spawn({
        let client = client.clone();
        async move { client.send(request).await }
    });
    wait_for("the head to be read", async || (count(url, &unused).await == 0).then_some(())).await;
    let tap = async |what: &str, form: &[(&str, &str)]| {
        let done = admin.tap(&format!("/people/{person}/{what}"), form).await;
        assert_eq!(done.status, 200, "{}", done.text);
    };
    match meanwhile {
        Meanwhile::Nothing => {}
        Meanwhile::Roles(role) => tap("roles", &[("roles", role)]).await,
        Meanwhile::Deactivated => tap("active", &[("active", "no")]).await,
        Meanwhile::SignedOut => {
            let done = client.at(other.port).post("/sign-out", &[]).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
    }
    go.send(()).unwrap();
    answer.await.unwrap()
}

fn request(client: &Client, sent: Sent<'_>) -> (reqwest::RequestBuilder, oneshot::Sender<()>) {
    let post = |path: &str| {
        let post = client.http().post(client.url(path)).header("accept", "application/json");
        post.header("x-operation-id", Uuid::now_v7().to_string())
    };
    match sent {
        Sent::Cancel(order) => {
            let (body, go) = held(b"reason=desistiu".to_vec());
            let path = format!("/orders/{}/cancel", order.id);
            (post(&path).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body), go)
        }
        Sent::Upload => {
            let (body, go) = held(pdf("columns-1-item"));
            let form = Form::new().part("file", Part::stream(body).file_name("x.pdf"));
            (post("/quotes").multipart(form), go)
        }
    }
}

/// Each on a world of its own, at the replica that reads the body and at another one.
async fn refused(meanwhile: Meanwhile, status: u16) {
    for upload in [false, true] {
        for far in [false, true] {
            let (server, other) = TestServer::pair().await;
            let order = server.company("alfa").await.import(1).await;
            let sent = if upload { Sent::Upload } else { Sent::Cancel(&order) };
            let at = if far { &other } else { &server };
            let answer = send(&server, at, SELLER, sent, meanwhile).await;
            assert_eq!(answer.status, status, "{sent:?} {meanwhile:?}, far: {far}: {}", answer.text);
            let url = &server.database_url;
            assert_eq!(count(url, "quote_drafts").await, 0);
            assert_eq!(count(url, "orders where state = 'canceled'").await, 0);
        }
    }
}

#[tokio::test]
async fn a_body_that_comes_after_a_demotion_is_refused() {
    refused(Meanwhile::Roles("buyer"), 403).await;
}

#[tokio::test]
async fn a_body_that_comes_after_a_deactivation_finds_no_session() {
    refused(Meanwhile::Deactivated, 401).await;
}

#[tokio::test]
async fn a_body_that_comes_after_signing_out_finds_no_session() {
    refused(Meanwhile::SignedOut, 401).await;
}

#[tokio::test]
async fn a_body_that_comes_late_to_nobody_s_harm_is_accepted() {
    let (server, other) = TestServer::pair().await;
    let order = server.company("alfa").await.import(1).await;
    let promoted = Meanwhile::Roles("admin");
    let answer = send(&server, &other, PICKER, Sent::Cancel(&order), promoted).await;
    assert_eq!(answer.status, 200, "a promotion is no refusal: {}", answer.text);
    let answer = send(&server, &other, SELLER, Sent::Upload, Meanwhile::Nothing).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = send(&server, &other, SELLER, Sent::Upload, promoted).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}
