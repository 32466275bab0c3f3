//! `make bench`: what the product promises about speed, each figure beside its floor of the same run, and the target.
//! The server is the real program in a process of its own; PostgreSQL keeps its promises (fsync on).

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a bench may panic, and is no server")]

mod buying;
mod capacity;
mod cgroup;
mod company;
mod crowd;
mod floor;
mod http;
mod live;
mod pages;
mod paper;
mod past;
mod pick;
mod replica;
mod start;
#[path = "../../tests/it/support/mod.rs"]
mod support;
mod table;

use company::Warehouse;
use replica::{Cluster, Replica};
use table::Table;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // `cargo bench -- NAME` runs those whose name holds it; cargo itself adds `--bench`.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    let mut table = Table::default();
    table.title();

    if runs("paper") {
        paper::run(&mut table);
    }
    let warehouse = Warehouse::fill().await;
    if runs("start") {
        start::run(&mut table, &warehouse).await;
    }
    if runs("pages") {
        let replica = Replica::start(&warehouse.url, &[]).await;
        pages::run(&mut table, &warehouse, &replica).await;
    }
    if runs("pick") {
        let replica = Replica::start(&warehouse.url, &[]).await;
        pick::run(&mut table, &warehouse, &replica).await;
    }
    if runs("live") {
        let cluster = Cluster::start(&warehouse.url).await;
        live::run(&mut table, &warehouse, &cluster).await;
    }
    if runs("buying") {
        let replica = Replica::start(&warehouse.url, &[]).await;
        buying::run(&mut table, &warehouse, &replica).await;
    }
    if runs("capacity") {
        capacity::run(&mut table, &warehouse).await;
    }
    // The last, for it fills the disk: some six gigabytes, and some minutes.
    if runs("past") {
        past::run(&mut table, &warehouse).await;
    }
    table.end();
}
