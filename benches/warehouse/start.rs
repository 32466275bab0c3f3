//! From nothing to 200 on `/`, with a current schema; and what a process holds that has nothing to do.

use std::time::Duration;

use crate::company::Warehouse;
use crate::http::Keep;
use crate::replica::Replica;
use crate::support::world::ADMIN;
use crate::table::{Table, median, time};

const STARTS: usize = 7;

pub async fn run(table: &mut Table, warehouse: &Warehouse) {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        times.push(Replica::start(&warehouse.url, &[]).await.healthy_after);
    }
    let took = median(times);
    let met = took <= Duration::from_millis(300);
    table.judge("start to healthy, schema current", &time(took), "", "≤ 300 ms", met);

    let replica = Replica::start(&warehouse.url, &[]).await;
    let idle = settled_mebibytes(&replica).await;
    table.judge("memory of an idle process", &format!("{idle:.1} MiB"), "", "≤ 30 MiB", idle <= 30.0);
    let client = warehouse.sign_in(replica.port, "alfa", ADMIN).await;
    let mut keep = Keep::open(replica.port, &client.cookie_header());
    for _ in 0..20 {
        assert_eq!(keep.get("/", "gzip").status, 200);
    }
    let used = settled_mebibytes(&replica).await;
    table.tell("  after a sign-in (19 MiB for the PIN) and 20 boards", &format!("{used:.1} MiB"), "");
}

async fn settled_mebibytes(replica: &Replica) -> f64 {
    tokio::time::sleep(Duration::from_secs(2)).await;
    replica.memory() as f64 / 1024.0 / 1024.0
}
