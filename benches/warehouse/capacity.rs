//! What one replica holds in a small container, and that floods at its gates do not slow the picks.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use uuid::Uuid;

use crate::cgroup::Cgroup;
use crate::company::Warehouse;
use crate::crowd::Crowd;
use crate::http::Keep;
use crate::live::{accepted, pick_paths, spread};
use crate::replica::Replica;
use crate::support::client::Client;
use crate::support::quotes;
use crate::support::world::SELLER;
use crate::table::{Table, at_share, time};

/// Mebibytes and share of a core.
const SIZES: [(u64, f64); 2] = [(512, 0.5), (256, 0.25)];
const MEBIBYTE: u64 = 1024 * 1024;
const SOCKETS: usize = 500;
const TAPPERS: usize = 4;
const ROUND: Duration = Duration::from_secs(6);
/// A busy floor: each of the tappers a pick every so often.
const BUSY: Duration = Duration::from_millis(400);
const IMPORTS: usize = 10;
/// Addresses that guess, and how many guesses each has under way.
const GUESSERS: u8 = 8;
const GUESSES: usize = 2;

pub async fn run(table: &mut Table, warehouse: &Warehouse) {
    for (memory, cpus) in SIZES {
        let Some(size) = Cgroup::create(memory * MEBIBYTE, cpus) else {
            table.tell("one small replica: needs root and control groups", "left out", "");
            return;
        };
        let replica = Replica::start_within(&warehouse.url, &size).await;
        let what = format!("a replica of {memory} MB and {cpus} of a core: start to healthy");
        table.tell(&what, &time(replica.healthy_after), "");
        let people = sign_in(warehouse, &replica).await;
        measure(table, warehouse, &replica, &people).await;
        sockets(table, &replica, &people, warehouse).await;
        let peak = size.peak() / MEBIBYTE;
        table.judge("  memory at its peak", &format!("{peak} MiB"), "", "below its limit", peak < memory);
    }
}

async fn sign_in(warehouse: &Warehouse, replica: &Replica) -> Vec<Client> {
    let mut people = Vec::new();
    for number in &warehouse.crowd {
        people.push(warehouse.sign_in(replica.port, "alfa", number).await);
    }
    people
}

async fn measure(table: &mut Table, warehouse: &Warehouse, replica: &Replica, people: &[Client]) {
    let tappers = &people[..TAPPERS];
    let picks = pick_for(replica, warehouse, tappers, Duration::ZERO);
    let each = picks.len() as f64 / ROUND.as_secs_f64();
    table.tell("  picks, 4 at a time without a pause", &format!("{each:.0}/s"), "");

    let calm = p99(pick_for(replica, warehouse, tappers, BUSY));
    table.tell("  a pick of a busy floor, p99", &time(calm), "");
    let judge = |table: &mut Table, what: &str, flooded: Duration| {
        let ratio = flooded.as_secs_f64() / calm.as_secs_f64();
        let floor = format!("without {} ({ratio:.2}×)", time(calm));
        table.judge(what, &time(flooded), &floor, "≤ 2 ×", ratio <= 2.0);
    };
    let over = Arc::<AtomicBool>::default();
    let flood = tokio::spawn(guess(replica.port, over.clone()));
    let flooded = p99(pick_for(replica, warehouse, tappers, BUSY));
    over.store(true, Ordering::Relaxed);
    let refused = flood.await.unwrap();
    judge(table, "  the same while strangers guess PINs, p99", flooded);
    table.tell("    guesses refused with 429 or 503", &refused.to_string(), "");

    let seller = warehouse.sign_in(replica.port, "alfa", SELLER).await;
    let began = Instant::now();
    let all = join_all((0..IMPORTS).map(|_| import(&seller))).await;
    let read = all.iter().filter(|status| **status == 200).count();
    let took = format!("{read} in {}", time(began.elapsed()));
    table.tell(&format!("  {IMPORTS} quotes of 40 items sent at once, read"), &took, "");
    let over = Arc::<AtomicBool>::default();
    let flood = tokio::spawn(pour(seller, over.clone()));
    let flooded = p99(pick_for(replica, warehouse, tappers, BUSY));
    over.store(true, Ordering::Relaxed);
    let sent = flood.await.unwrap();
    judge(table, "  a pick while quotes pour in, p99", flooded);
    table.tell("    quotes sent meanwhile", &sent.to_string(), "");
}

fn p99(mut times: Vec<Duration>) -> Duration {
    at_share(&mut times, 0.99)
}

/// How long each pick took, of people who pause between theirs.
fn pick_for(replica: &Replica, warehouse: &Warehouse, people: &[Client], pause: Duration) -> Vec<Duration> {
    let paths = pick_paths(warehouse);
    let share = paths.len() / people.len();
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let tapping: Vec<_> = people
                .iter()
                .zip(paths.chunks(share))
                .map(|(person, mine)| {
                    let mut keep = Keep::open(replica.port, &person.cookie_header());
                    scope.spawn(move || {
                        let began = Instant::now();
                        let mut times = Vec::new();
                        for path in mine.iter().cycle().take_while(|_| began.elapsed() < ROUND) {
                            let tapped = Instant::now();
                            accepted(&mut keep, path);
                            times.push(tapped.elapsed());
                            std::thread::sleep(pause.saturating_sub(tapped.elapsed()));
                        }
                        times
                    })
                })
                .collect();
            tapping.into_iter().flat_map(|tapper| tapper.join().unwrap()).collect()
        })
    })
}

/// Strangers who guess PINs as fast as they are answered, from addresses of their own; how often they were sent away.
async fn guess(port: u16, over: Arc<AtomicBool>) -> usize {
    let over = &over;
    let guessers = (0..GUESSERS).flat_map(|host| (0..GUESSES).map(move |_| host));
    let all = guessers.map(|host| async move {
        let address = IpAddr::V4(Ipv4Addr::new(127, 0, 1, host + 1));
        let http = reqwest::Client::builder().local_address(address).build().unwrap();
        let origin = format!("http://127.0.0.1:{port}");
        let url = format!("{origin}/sign-in");
        let mut refused = 0;
        for number in (0..10_000).cycle().take_while(|_| !over.load(Ordering::Relaxed)) {
            let number = format!("{number:04}");
            let form = [("company", "alfa"), ("number", number.as_str()), ("pin", "864209")];
            let request = http.post(&url).header("origin", &origin);
            let Ok(answer) = request.form(&form).send().await else { continue };
            refused += usize::from(matches!(answer.status().as_u16(), 429 | 503));
        }
        refused
    });
    join_all(all).await.into_iter().sum()
}

/// Quotes sent four at a time; how many.
async fn pour(seller: Client, over: Arc<AtomicBool>) -> usize {
    let mut sent = 0;
    while !over.load(Ordering::Relaxed) {
        sent += join_all((0..4).map(|_| import(&seller))).await.len();
    }
    sent
}

/// The status of the answer; 0: the connection was closed, as it is on whoever sends more than is taken in.
async fn import(seller: &Client) -> u16 {
    let form = quotes::form("orcamento", quotes::pdf("columns-40-items"));
    let request = seller.http().post(seller.url("/quotes")).header("accept", "application/json");
    let request = request.header("cookie", seller.cookie_header());
    let request = request.header("x-operation-id", Uuid::now_v7().to_string()).multipart(form);
    request.send().await.map_or(0, |answer| answer.status().as_u16())
}

/// Every event reaches that many screens of the one replica: how soon, and what they cost in memory.
async fn sockets(table: &mut Table, replica: &Replica, people: &[Client], warehouse: &Warehouse) {
    let before = replica.memory();
    let crowd = Crowd::open(spread(people, SOCKETS, &[replica]));
    let picks = pick_for(replica, warehouse, &people[..TAPPERS], BUSY);
    let events = picks.len();
    let each = f64::from(u32::try_from(events).unwrap()) / ROUND.as_secs_f64();
    table.tell(&format!("  {SOCKETS} screens live, events"), &format!("{each:.0}/s"), "");
    table.tell("    a pick meanwhile, p99", &time(p99(picks)), "");
    let grown = replica.memory().saturating_sub(before) as f64 / MEBIBYTE as f64;
    table.tell("    memory of the screens", &format!("{grown:.0} MiB"), "");
    drop(crowd);
}
