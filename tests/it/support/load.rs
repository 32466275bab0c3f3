//! People at work while something breaks: some tap, others watch. At the end the three promises are held to what they did:
//! no gap, every screen the truth, every acknowledged tap once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use separacao::ids::{ItemId, OrderId};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::client::Client;
use super::database::{run_sql, superuser};
use super::follower::Follower;
use super::report::note;
use super::screen::Page;
use super::server::TestServer;
use super::world::{Imported, PICKER};
use super::{HEALED, PATIENCE, measured, wait_for, wait_within};

/// The replicas that a load balancer would ask now.
pub type Ports = Arc<Mutex<Vec<u16>>>;

/// A tap that was accepted.
#[derive(Clone, Copy, Debug)]
struct Acknowledged {
    operation: Uuid,
    n: i64,
    /// The try that was answered began here, and took so long.
    sent_at: Instant,
    took: Duration,
}

#[derive(Debug, Default)]
struct Journal {
    taps: Mutex<Vec<Acknowledged>>,
    tries_in_vain: AtomicUsize,
}

pub struct Load {
    stop: Arc<AtomicBool>,
    journal: Arc<Journal>,
    writers: Vec<JoinHandle<()>>,
    items: Vec<ItemId>,
    ports: Ports,
    taps_at: Ports,
    goal: watch::Sender<Option<i64>>,
    shown: Vec<Arc<AtomicI64>>,
    watchdogs: Vec<Arc<AtomicU64>>,
    followers: Vec<JoinHandle<Follower>>,
}

impl Load {
    /// A writer for each line of the orders; `screens` pages that follow, the board and the orders in turns, by each of
    /// the people, who have nine sockets each at most.
    pub async fn start(people: &[Client], orders: &[Imported], screens: usize, ports: &Ports) -> Self {
        let (goal, watched) = watch::channel(None);
        let mut load = Self {
            stop: Arc::default(),
            journal: Arc::default(),
            writers: Vec::new(),
            items: Vec::new(),
            ports: ports.clone(),
            taps_at: Arc::default(),
            goal,
            shown: Vec::new(),
            watchdogs: Vec::new(),
            followers: Vec::new(),
        };
        for n in 0..screens {
            let at = ports.lock().unwrap().clone();
            let client = people[n % people.len()].at(at[n % at.len()]);
            let order = &orders[n / 2 % orders.len()];
            let path = if n % 2 == 0 { "/".to_owned() } else { format!("/orders/{}", order.id) };
            let follower = Follower::open(&client, &path, ports).await;
            load.shown.push(follower.shown.clone());
            load.watchdogs.push(follower.watchdog.clone());
            load.followers.push(tokio::spawn(follower.follow(watched.clone())));
        }
        for (n, (order, item)) in lines(orders).enumerate() {
            load.items.push(item);
            let writer = Writer {
                client: people[n % people.len()].clone(),
                path: format!("/orders/{order}/items/{item}/pick"),
                ports: ports.clone(),
                taps_at: load.taps_at.clone(),
                journal: load.journal.clone(),
                stop: load.stop.clone(),
            };
            load.writers.push(tokio::spawn(writer.work(n)));
        }
        load.gets_on(1).await;
        load
    }

    /// From now on people tap at these replicas alone, or at all again where none is named. What the screens of another
    /// one show of it then came to it by a ring, or by its own looks.
    pub fn tap_at(&self, servers: &[&TestServer]) {
        *self.taps_at.lock().unwrap() = servers.iter().map(|server| server.port).collect();
    }

    /// From now on a screen gives its socket up after such a silence.
    pub fn screens_wait(&self, time: Duration) {
        for watchdog in &self.watchdogs {
            watchdog.store(time.as_millis() as u64, Ordering::SeqCst);
        }
    }

    /// How many taps were accepted.
    pub fn taps(&self) -> usize {
        self.journal.taps.lock().unwrap().len()
    }

    /// The longest that an accepted tap took of those that were sent since then.
    pub fn slowest_since(&self, since: Instant) -> Duration {
        let taps = self.journal.taps.lock().unwrap();
        taps.iter().filter(|tap| tap.sent_at >= since).map(|tap| tap.took).max().unwrap_or_default()
    }

    /// Waits until `more` taps were accepted.
    pub async fn gets_on(&self, more: usize) {
        let wanted = self.taps() + more;
        wait_for("taps that are accepted", async || (self.taps() >= wanted).then_some(())).await;
    }

    /// Works on for as long as something is broken, or after it was mended.
    pub async fn works_for(&self, time: Duration) {
        sleep(time).await;
    }

    /// What was broken works again from this moment on: measures until a tap that is made now is on every screen.
    pub async fn heals(&self, what: &str) -> Duration {
        self.heals_within(what, HEALED).await
    }

    pub async fn heals_within(&self, what: &str, most: Duration) -> Duration {
        let began = Instant::now();
        let patience = most.max(PATIENCE);
        let n = wait_within(patience, "a new tap that is accepted", async || {
            let taps = self.journal.taps.lock().unwrap();
            taps.iter().rev().take(100).find(|tap| tap.sent_at >= began).map(|tap| tap.n)
        })
        .await;
        wait_within(patience, "every screen to show it", async || {
            self.shown.iter().all(|shown| shown.load(Ordering::SeqCst) >= n).then_some(())
        })
        .await;
        measured(&format!("healed: {what}"), began.elapsed(), most);
        began.elapsed()
    }

    /// Stops, and holds what was lived through to the promises. `url` is the database, `reader` has a replica that is there.
    pub async fn end(self, url: &str, reader: &Client) -> Vec<Follower> {
        self.stop.store(true, Ordering::SeqCst);
        let writers = timeout(2 * PATIENCE, join_all(self.writers)).await.expect("the writers' end");
        writers.into_iter().for_each(|writer| writer.unwrap());
        let head =
            "select head from feed_heads h join companies c on c.id = h.company_id where c.code = 'alfa'";
        let head: i64 = sqlx::query_scalar(head).fetch_one(&mut superuser(url).await).await.unwrap();
        self.goal.send_replace(Some(head));
        let followers = timeout(2 * PATIENCE, join_all(self.followers)).await.expect("the screens' end");
        let followers: Vec<Follower> = followers.into_iter().map(|follower| follower.unwrap()).collect();
        must_all_show_the_truth(&followers, reader).await;
        let taps = std::mem::take(&mut *self.journal.taps.lock().unwrap());
        must_exist_once(url, &taps, &self.items).await;
        tell(&taps, self.journal.tries_in_vain.load(Ordering::SeqCst), &followers);
        followers
    }
}

fn lines(orders: &[Imported]) -> impl Iterator<Item = (OrderId, ItemId)> {
    orders.iter().flat_map(|order| order.items.iter().map(|item| (order.id, *item)))
}

/// Somebody who taps on one line.
struct Writer {
    client: Client,
    path: String,
    ports: Ports,
    /// Empty: at all of them.
    taps_at: Ports,
    journal: Arc<Journal>,
    stop: Arc<AtomicBool>,
}

impl Writer {
    /// Each tap is sent until it is accepted, with the same operation id, at the next replica where one does not answer.
    async fn work(self, first: usize) {
        let mut place = first;
        while !self.stop.load(Ordering::SeqCst) {
            let operation = Uuid::now_v7();
            loop {
                let port = {
                    let (ports, chosen) = (self.ports.lock().unwrap(), self.taps_at.lock().unwrap());
                    let at = if chosen.is_empty() { &ports } else { &chosen };
                    at[place % at.len()]
                };
                let sent_at = Instant::now();
                if let Some(n) = self.send(port, operation).await {
                    let tap = Acknowledged { operation, n, sent_at, took: sent_at.elapsed() };
                    self.journal.taps.lock().unwrap().push(tap);
                    break;
                }
                self.journal.tries_in_vain.fetch_add(1, Ordering::SeqCst);
                place += 1;
                sleep(Duration::from_millis(20 + rand::random::<u64>() % 60)).await;
            }
            sleep(Duration::from_millis(rand::random::<u64>() % 20)).await;
        }
    }

    /// The number of the accepted tap; none where it is to be sent again.
    async fn send(&self, port: u16, operation: Uuid) -> Option<i64> {
        let request = self.client.at(port).command(&self.path, &[("quantity", "1")], operation);
        let answer = timeout(PATIENCE, request.send()).await.ok()?.ok()?;
        let status = answer.status().as_u16();
        let text = answer.text().await.ok()?;
        assert!(matches!(status, 200 | 503), "a pick was answered with {status}: {text}");
        let n = serde_json::from_str::<serde_json::Value>(&text).ok()?["n"].as_i64();
        n.filter(|_| status == 200)
    }
}

/// Every acknowledged tap exists exactly once, and nothing else was picked.
async fn must_exist_once(url: &str, taps: &[Acknowledged], items: &[ItemId]) {
    let mut connection = superuser(url).await;
    let ids: Vec<Uuid> = items.iter().map(|item| item.0).collect();
    let stored: Vec<Uuid> = sqlx::query_scalar(
        "select operation_id from order_history where kind = 'item_picked' and item_id = any($1)",
    )
    .bind(&ids)
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let pieces: i64 = sqlx::query_scalar(
        "select coalesce(sum(quantity), 0)::bigint from item_picks where item_id = any($1)",
    )
    .bind(&ids)
    .fetch_one(&mut connection)
    .await
    .unwrap();
    let known: BTreeSet<Uuid> = stored.iter().copied().collect();
    let acknowledged: BTreeSet<Uuid> = taps.iter().map(|tap| tap.operation).collect();
    let lost = acknowledged.difference(&known).count();
    let doubled = stored.len() - known.len();
    note("taps lost", lost);
    note("taps doubled", doubled);
    assert_eq!((lost, doubled), (0, 0), "of {} taps", taps.len());
    assert_eq!(known, acknowledged, "taps that nobody made, or that were not acknowledged");
    assert_eq!(pieces, i64::try_from(taps.len()).unwrap(), "a piece for each tap");
}

fn tell(taps: &[Acknowledged], in_vain: usize, followers: &[Follower]) {
    let mut took: Vec<Duration> = taps.iter().map(|tap| tap.took).collect();
    took.sort();
    let p99 = took.get(took.len() * 99 / 100).copied().unwrap_or_default();
    note("taps", format!("{} ({in_vain} tries in vain, p99 {p99:.0?})", taps.len()));
    // A follower fails at the first gap, so whoever comes here has missed none.
    note("frames missed", 0);
    let resets: usize = followers.iter().map(|follower| follower.story.resets.len()).sum();
    let connects: usize = followers.iter().map(|follower| follower.story.connects - 1).sum();
    let healed = followers.iter().map(|follower| follower.story.healed).max().unwrap_or_default();
    note(
        "screens",
        format!("{} ({connects} new connections, {resets} pages fetched again)", followers.len()),
    );
    if connects > 0 {
        measured("healed: a page whose connection is back", healed, HEALED);
    }
}

/// Sums up what the followers saw, and compares each with a fresh page of its screen.
pub async fn must_all_show_the_truth(followers: &[Follower], at: &Client) {
    let mut fresh: BTreeMap<(String, String), Page> = BTreeMap::new();
    for follower in followers {
        let key = (follower.path.clone(), follower.client.cookie_header());
        if !fresh.contains_key(&key) {
            let page = follower.client.at(at.port).page(&follower.path).await;
            fresh.insert(key.clone(), page);
        }
        assert!(!follower.page.touched, "{}", follower.path);
        follower.page.must_show(&fresh[&key], &format!("on {} at the end", follower.path));
    }
}

/// People more than the template has, with everybody's PIN.
pub async fn hire(url: &str, count: usize) -> Vec<String> {
    let numbers: Vec<String> = (0..count).map(|n| (6000 + n).to_string()).collect();
    for number in &numbers {
        run_sql(
            url,
            &format!(
                "insert into people (company_id, id, number, name, name_folded, roles, pin_hash, pin_must_change)
                 select p.company_id, gen_random_uuid(), '{number}', 'Pessoa {number}', 'pessoa{number}', p.roles, p.pin_hash, false
                 from people p join companies c on c.id = p.company_id where c.code = 'alfa' and p.number = '{PICKER}'"
            ),
        )
        .await;
    }
    numbers
}

pub fn ports(servers: &[&TestServer]) -> Ports {
    Arc::new(Mutex::new(servers.iter().map(|server| server.port).collect()))
}
