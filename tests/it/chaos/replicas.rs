//! Replicas die, leave and are replaced, as processes of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::time::timeout;
use uuid::Uuid;

use super::{pickers, two_orders};
use crate::support::client::Client;
use crate::support::load::{Load, Ports, hire};
use crate::support::process::Program;
use crate::support::proxy::{Commit, Proxy};
use crate::support::report::note;
use crate::support::scale::scaled;
use crate::support::server::{TestServer, redis_url};
use crate::support::socket::Socket;
use crate::support::world::PIN;
use crate::support::{HEALED, PATIENCE, measured, wait_for};

const QUICK: [&str; 8] = [
    "--drain-sockets-after-ms",
    "300",
    "--drain-spread-ms",
    "1000",
    "--drain-listen-ms",
    "2500",
    "--drain-exit-ms",
    "5000",
];

/// Starts replicas of one deployment.
pub struct Deployment {
    url: String,
    pub redis: String,
    prefix: String,
}

impl Deployment {
    pub fn on(url: &str) -> Self {
        Self { url: url.to_owned(), redis: redis_url(), prefix: format!("it-{}", Uuid::now_v7()) }
    }

    pub fn settings(&self) -> Vec<&str> {
        [&QUICK[..], &["--redis-url", &self.redis, "--redis-prefix", &self.prefix]].concat()
    }

    pub async fn start(&self) -> Program {
        Program::start(&self.url, &self.settings()).await
    }

    /// The build before this one, where `CHAOS_PREVIOUS` names its program.
    async fn start_previous(&self) -> Program {
        match std::env::var("CHAOS_PREVIOUS") {
            Ok(program) => Program::start_other(&program, &self.url, &self.settings()).await,
            Err(_) => self.start().await,
        }
    }
}

pub fn ports(programs: &[&Program]) -> Ports {
    Arc::new(std::sync::Mutex::new(programs.iter().map(|program| program.port).collect()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_replica_killed_between_commit_and_doorbell_has_committed() {
    let server = TestServer::start().await;
    let order = two_orders(&server).await.remove(0);
    let (wire, through) = Proxy::around(&server.database_url).await;
    let [picker, _] = pickers(&server).await;
    let path = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let mut page = picker.page("/").await;
    let mut socket = Socket::open(&picker, &mut page).await;
    for round in 1..=scaled(1, 10) {
        let mut program = Program::start(&through, &[]).await;
        let operation = Uuid::now_v7();
        let happened = wire.spring_at_commit_of(operation, Commit::Silent);
        let request = picker.at(program.port).command(&path, &[("quantity", "1")], operation);
        let tapping = tokio::spawn(request.send());
        timeout(PATIENCE, happened).await.expect("the commit").unwrap();
        program.kill().await;
        let began = Instant::now();
        assert!(tapping.await.unwrap().is_err(), "nobody was answered");
        let next = page.n() + 1;
        socket.follow(&mut page, next).await;
        measured("on screens without a ring", began.elapsed(), HEALED);
        let again = picker.tap_as(&path, &[("quantity", "1")], operation, None).await;
        assert_eq!((again.status.as_u16(), again.json()["n"].as_i64()), (200, Some(page.n())));
        assert_eq!(server.count("item_picks").await, round, "once");
    }
    note("taps lost or doubled", 0);
    page.must_show(&picker.page("/").await, "after the kills");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_replicas_that_are_killed_under_load_lose_no_tap_and_no_frame() {
    let server = TestServer::start().await;
    let url = server.database_url.clone();
    let deployment = Deployment::on(&url);
    let (mut one, two) = (deployment.start().await, deployment.start().await);
    let both = ports(&[&one, &two]);
    let load = Load::start(&pickers(&server).await, &two_orders(&server).await, 8, &both).await;
    for _ in 0..scaled(1, 20) {
        load.gets_on(20).await;
        one.kill().await;
        // The load balancer has not noticed yet.
        load.heals("one of two was killed").await;
        let next = deployment.start().await;
        *both.lock().unwrap() = vec![two.port, next.port];
        one = next;
    }
    load.end(&url, &server.signed_in("alfa", "3000").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_a_restart_between_a_page_and_its_socket_hides_nothing() {
    let server = TestServer::start().await;
    let order = two_orders(&server).await.remove(0);
    let deployment = Deployment::on(&server.database_url);
    let [picker, _] = pickers(&server).await;
    let path = format!("/orders/{}", order.id);
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    for kill in [true, false] {
        let mut program = deployment.start().await;
        let mut page = picker.at(program.port).page(&path).await;
        if kill {
            program.kill().await;
        } else {
            program.terminate();
            program.ended().await;
        }
        for _ in 0..5 {
            assert_eq!(picker.tap(&pick, &[("quantity", "1")]).await.status, 200);
        }
        let next = deployment.start().await;
        let began = Instant::now();
        let client = picker.at(next.port);
        let _socket = Socket::open(&client, &mut page).await;
        measured("healed: a page whose server was another", began.elapsed(), HEALED);
        assert_eq!(page.reset, None);
        page.must_show(&client.page(&path).await, "after the restart");
    }
}

/// Asks pages and picks, at replicas that are ready, and fails with the first answer that a person would call an error.
struct Visitors {
    over: Arc<AtomicBool>,
    answers: Arc<AtomicUsize>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Visitors {
    fn start(client: &Client, paths: &[String], ports: &Ports) -> Self {
        let (over, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let visit = |path: &String| {
            let (client, path, ports) = (client.clone(), path.clone(), ports.clone());
            let (over, answers) = (over.clone(), answers.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::SeqCst) {
                    let at = ports.lock().unwrap().clone();
                    let port = at[answers.load(Ordering::SeqCst) % at.len()];
                    let answer = client.at(port).get(&path).await;
                    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
                    answers.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            })
        };
        let tasks = paths.iter().map(visit).collect();
        Self { over, answers, tasks }
    }

    async fn end(self) {
        self.over.store(true, Ordering::SeqCst);
        join_all(self.tasks).await.into_iter().for_each(|task| task.unwrap());
        note("requests failed", format!("0 of {}", self.answers.load(Ordering::SeqCst)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_one_of_three_goes_with_its_sockets_and_nobody_misses_anything() {
    let server = TestServer::start().await;
    let url = server.database_url.clone();
    let deployment = Deployment::on(&url);
    let (mut one, two, three) =
        (deployment.start().await, deployment.start().await, deployment.start().await);
    let all = ports(&[&one, &two, &three]);
    let orders = two_orders(&server).await;
    let screens = scaled(45, 1_000);
    let mut people = Vec::new();
    for number in hire(&url, screens / 8 + 1).await {
        let client = Client::new(two.port);
        client.sign_in("alfa", &number, PIN).await;
        people.push(client);
    }
    let load = Load::start(&people, &orders, screens, &all).await;
    let paths = ["/".to_owned(), format!("/orders/{}", orders[0].id)];
    let visitors = Visitors::start(&people[0], &paths, &all);
    load.gets_on(20).await;
    one.terminate();
    // A load balancer that asks /readyz now and then.
    wait_for("readiness that says no", async || {
        (Client::new(one.port).get("/readyz").await.status == 503).then_some(())
    })
    .await;
    all.lock().unwrap().retain(|port| *port != one.port);
    assert_eq!(one.ended().await.0, Some(0));
    load.heals("one of three has gone").await;
    visitors.end().await;
    let followers = load.end(&url, &people[0].at(two.port)).await;
    let moved: Vec<_> = followers.iter().filter(|follower| !follower.story.closes.is_empty()).collect();
    assert_eq!(moved.len(), screens / 3, "those of the one that went");
    assert!(moved.iter().all(|follower| follower.story.closes == [Some(1012)]));
    assert!(followers.iter().all(|follower| follower.story.resets.is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_rolling_deploys_fail_no_request_and_miss_no_frame() {
    let server = TestServer::start().await;
    let url = server.database_url.clone();
    let deployment = Deployment::on(&url);
    let mut running = vec![deployment.start_previous().await, deployment.start_previous().await];
    let all = ports(&running.iter().collect::<Vec<_>>());
    let orders = two_orders(&server).await;
    let people = pickers(&server).await;
    let load = Load::start(&people, &orders, 8, &all).await;
    let paths = ["/".to_owned(), format!("/orders/{}", orders[0].id)];
    let visitors = Visitors::start(&people[0], &paths, &all);
    let deploys = scaled(1, 10);
    for deploy in 0..deploys {
        for _ in 0..running.len() {
            // Forwards and back again: both builds on one schema.
            let next =
                if deploy % 2 == 0 { deployment.start().await } else { deployment.start_previous().await };
            all.lock().unwrap().push(next.port);
            let mut old = running.remove(0);
            running.push(next);
            old.terminate();
            wait_for("readiness that says no", async || {
                (Client::new(old.port).get("/readyz").await.status == 503).then_some(())
            })
            .await;
            all.lock().unwrap().retain(|port| *port != old.port);
            assert_eq!(old.ended().await.0, Some(0));
        }
        load.heals("a deploy").await;
    }
    let between =
        if std::env::var_os("CHAOS_PREVIOUS").is_some() { "the build before and this" } else { "this build" };
    note("deploys", format!("{deploys} of {between}"));
    visitors.end().await;
    let followers = load.end(&url, &people[0].at(running[0].port)).await;
    assert!(followers.iter().all(|follower| follower.story.resets.is_empty()));
}
