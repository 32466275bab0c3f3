//! Fan-out: what a delivery costs the server, and how soon it is there.

use std::time::{Duration, Instant};

use crate::company::Warehouse;
use crate::crowd::{Arrival, Crowd};
use crate::floor;
use crate::http::Keep;
use crate::pick;
use crate::replica::{Cluster, Replica};
use crate::support::client::Client;
use crate::support::world::PICKER;
use crate::table::{Table, at_share, median, time};

/// Twenty events a second, for five seconds.
const EVENTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);
const ROUNDS: usize = 3;
/// The event of `numbers.md`.
const SMALL: usize = 160;

pub async fn run(table: &mut Table, warehouse: &Warehouse, cluster: &Cluster) {
    let mut people = Vec::new();
    for number in &warehouse.crowd {
        people.push(warehouse.sign_in(cluster.a.port, "alfa", number).await);
    }
    let picker = warehouse.sign_in(cluster.a.port, "alfa", PICKER).await;
    let mut taps = Taps::new(cluster, warehouse, &picker);

    let idle = settled_memory(&cluster.b).await;
    for sockets in [200, 1_000] {
        let crowd = Crowd::open(spread(&people, sockets, &[&cluster.b]));
        if sockets == 1_000 {
            let each = settled_memory(&cluster.b).await.saturating_sub(idle) as f64 / 1024.0 / 1_000.0;
            table.judge("memory of an idle socket", &format!("{each:.1} KiB"), "", "≤ 8 KiB", each <= 8.0);
        }
        fan_out(table, cluster, &crowd, &mut taps).await;
        if sockets == 200 {
            burst(table, cluster, &crowd, warehouse, &people).await;
        }
    }
    let crowd = Crowd::open(spread(&people, 200, &[&cluster.a, &cluster.b]));
    let sql = pick::sql_alone(warehouse, &people[0]).await;
    latency(table, &crowd, &mut taps, sql).await;
}

/// `count` screens, shared by the people and the replicas.
pub fn spread(people: &[Client], count: usize, replicas: &[&Replica]) -> Vec<Client> {
    (0..count).map(|one| people[one % people.len()].at(replicas[one % replicas.len()].port)).collect()
}

async fn settled_memory(replica: &Replica) -> u64 {
    tokio::time::sleep(Duration::from_secs(3)).await;
    replica.memory()
}

/// One picker, who taps at replica `a`.
struct Taps {
    keep: Keep,
    paths: Vec<String>,
    next: usize,
}

/// A tap that was accepted.
#[derive(Clone, Copy, Debug)]
struct Tapped {
    n: i64,
    sent: Instant,
    answered: Instant,
}

impl Taps {
    fn new(cluster: &Cluster, warehouse: &Warehouse, picker: &Client) -> Self {
        let paths = pick_paths(warehouse);
        Self { keep: Keep::open(cluster.a.port, &picker.cookie_header()), paths, next: 0 }
    }

    fn tap(&mut self) -> Tapped {
        let path = &self.paths[self.next % self.paths.len()];
        self.next += 1;
        let sent = Instant::now();
        let n = accepted(&mut self.keep, path);
        Tapped { n, sent, answered: Instant::now() }
    }

    fn many(&mut self) -> Vec<Tapped> {
        let mut all = Vec::new();
        for _ in 0..EVENTS {
            let tapped = self.tap();
            all.push(tapped);
            std::thread::sleep(PAUSE.saturating_sub(tapped.sent.elapsed()));
        }
        all
    }
}

pub fn pick_paths(warehouse: &Warehouse) -> Vec<String> {
    let orders = warehouse.orders.iter();
    orders
        .flat_map(|order| order.items.iter().map(|item| format!("/orders/{}/items/{item}/pick", order.id)))
        .collect()
}

/// Picks one unit; answers the event's number.
pub fn accepted(keep: &mut Keep, path: &str) -> i64 {
    let answer = keep.tap(path, "quantity=1", "");
    let text = String::from_utf8(answer.body).unwrap();
    assert_eq!(answer.status, 200, "{text}");
    serde_json::from_str::<serde_json::Value>(&text).unwrap()["n"].as_i64().unwrap()
}

async fn fan_out(table: &mut Table, cluster: &Cluster, crowd: &Crowd, taps: &mut Taps) {
    let (mut ours, mut raw, mut small) = (Vec::new(), Vec::new(), Vec::new());
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        let before = cluster.b.cpu();
        let last = tokio::task::block_in_place(|| taps.many()).pop().unwrap();
        let arrivals = crowd.through(last.n).await;
        let spent = cluster.b.cpu() - before;
        let deliveries = EVENTS * u32::try_from(crowd.sockets).unwrap();
        ours.push(spent / deliveries);
        bytes = arrivals.iter().map(|arrival| arrival.bytes).sum::<usize>() / arrivals.len();
        let floor =
            |bytes| tokio::task::block_in_place(|| floor::write_cpu(crowd.sockets, bytes, EVENTS, PAUSE));
        raw.push(floor(bytes));
        small.push(floor(SMALL));
    }
    let (ours, raw, small) = (median(ours), median(raw), median(small));
    let ratio = ours.as_secs_f64() / raw.as_secs_f64();
    let what = format!("fan-out to {} sockets: server CPU per delivery", crowd.sockets);
    let floor = format!("write(2) {} ({ratio:.2}×)", time(raw));
    table.judge(&what, &time(ours), &floor, "≤ 1.3 ×", ratio <= 1.3);
    let what = format!("  a frame's size; write(2) of {SMALL} bytes");
    table.tell(&what, &format!("{bytes} bytes"), &time(small));
}

/// Taps as fast as they are answered: changes share frames, frames share writes.
async fn burst(
    table: &mut Table,
    cluster: &Cluster,
    crowd: &Crowd,
    warehouse: &Warehouse,
    people: &[Client],
) {
    const TAPPERS: usize = 8;
    const EACH: usize = 150;
    let paths = pick_paths(warehouse);
    let before = cluster.b.cpu();
    let last = tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let tapping: Vec<_> = (0..TAPPERS)
                .map(|tapper| {
                    let mut keep = Keep::open(cluster.a.port, &people[tapper].cookie_header());
                    let mine = paths.iter().skip(tapper * 16).take(16).cycle().take(EACH);
                    scope.spawn(move || mine.map(|path| accepted(&mut keep, path)).max().unwrap())
                })
                .collect();
            tapping.into_iter().map(|tapper| tapper.join().unwrap()).max().unwrap()
        })
    });
    let arrivals = crowd.through(last).await;
    let deliveries = u32::try_from(TAPPERS * EACH * crowd.sockets).unwrap();
    let each = (cluster.b.cpu() - before) / deliveries;
    let frames = arrivals.len() as f64 / crowd.sockets as f64;
    let bytes = arrivals.iter().map(|arrival| arrival.bytes).sum::<usize>() / arrivals.len();
    let raw = tokio::task::block_in_place(|| {
        floor::write_cpu(crowd.sockets, bytes, EVENTS, Duration::from_millis(5))
    });
    let floor = format!("write(2) {}", time(raw));
    table.judge("burst: server CPU per event and socket", &time(each), &floor, "below the floor", each < raw);
    let what = format!("  {} events came in so many frames", TAPPERS * EACH);
    table.tell(&what, &format!("{frames:.0}"), "");
}

/// `sql`: what a pick's statements take alone, with fsync.
async fn latency(table: &mut Table, crowd: &Crowd, taps: &mut Taps, sql: Duration) {
    let tapped = tokio::task::block_in_place(|| taps.many());
    let arrivals = crowd.through(tapped.last().unwrap().n).await;
    let mut times = trigger_to_frame(&tapped, &arrivals, crowd.sockets);
    let mut answers: Vec<Duration> = tapped.iter().map(|tapped| tapped.answered - tapped.sent).collect();
    let (p50, p99) = (at_share(&mut times, 0.5), at_share(&mut times, 0.99));
    let most = sql.mul_f64(1.3) + Duration::from_millis(1);
    let floor = format!("pgbench {}", time(sql));
    let what = "tap → frame, 200 sockets, 2 replicas, 20/s: p50";
    table.judge(what, &time(p50), &floor, "≤ 1.3 × + 1 ms", p50 <= most);
    table.judge("  p99", &time(p99), "", "≤ 3 × p50", p99 <= p50 * 3);
    let answered = (at_share(&mut answers, 0.5), at_share(&mut answers, 0.99));
    table.tell(
        "  the tap itself answered: p50, p99",
        &format!("{}, {}", time(answered.0), time(answered.1)),
        "",
    );
}

/// For every tap and every socket: from the tap's first byte to the frame that covers it.
fn trigger_to_frame(tapped: &[Tapped], arrivals: &[Arrival], sockets: usize) -> Vec<Duration> {
    let mut times = Vec::with_capacity(tapped.len() * sockets);
    for socket in 0..sockets {
        let own: Vec<&Arrival> = arrivals.iter().filter(|arrival| arrival.socket == socket).collect();
        for tap in tapped {
            let covering =
                own.iter().find(|arrival| arrival.to >= tap.n).expect("every socket saw every event");
            times.push(covering.at - tap.sent);
        }
    }
    times
}
