//! What a page costs the server. The floor is `/livez` on the same connection: HTTP without a page.

use std::time::Duration;

use crate::company::Warehouse;
use crate::http::Keep;
use crate::replica::Replica;
use crate::support::world::ADMIN;
use crate::table::{Table, at_share, time};

const REQUESTS: u32 = 1_000;
const MOST_CPU: Duration = Duration::from_micros(300);
const MOST_FIRST_BYTE: Duration = Duration::from_millis(150);

pub async fn run(table: &mut Table, warehouse: &Warehouse, replica: &Replica) {
    let usual = warehouse.sign_in(replica.port, "alfa", ADMIN).await;
    let largest = warehouse.sign_in(replica.port, "beta", ADMIN).await;
    let order = format!("/orders/{}", warehouse.orders[0].id);
    let large_order = format!("/orders/{}", warehouse.large_order.id);
    let usual = usual.cookie_header();

    let cpu = |path: &str, encoding: &str| cpu_of(replica, &usual, path, encoding);
    let floor = time(cpu("/livez", "identity"));
    for (what, path) in [("board, 30 orders", "/"), ("order, 40 items", order.as_str())] {
        let plain = cpu(path, "identity");
        let floor = format!("/livez {floor}");
        let what = format!("{what}: server CPU");
        table.judge(&what, &time(plain), &floor, "≤ 300 µs", plain <= MOST_CPU);
        let packed = cpu(path, "gzip");
        table.judge("  the same, gzipped", &time(packed), "", "≤ 300 µs", packed <= MOST_CPU);
    }
    let mut keep = Keep::open(replica.port, &largest.cookie_header());
    for (what, path, judged) in [
        ("board, 5,000 open orders: first byte, p95", "/", true),
        ("  its last page", "/?page=84", true),
        ("order, 500 items: first byte, p95", large_order.as_str(), false),
    ] {
        let mut times: Vec<Duration> = (0..100)
            .map(|_| {
                let answer = keep.get(path, "gzip");
                assert_eq!(answer.status, 200);
                answer.first_byte
            })
            .collect();
        let took = at_share(&mut times, 0.95);
        if judged {
            table.judge(what, &time(took), "", "≤ 150 ms", took <= MOST_FIRST_BYTE);
        } else {
            table.tell(what, &time(took), "");
        }
    }
}

fn cpu_of(replica: &Replica, cookie: &str, path: &str, encoding: &str) -> Duration {
    let mut keep = Keep::open(replica.port, cookie);
    for _ in 0..REQUESTS / 10 {
        assert_eq!(keep.get(path, encoding).status, 200);
    }
    let before = replica.cpu();
    for _ in 0..REQUESTS {
        keep.get(path, encoding);
    }
    (replica.cpu() - before) / REQUESTS
}
