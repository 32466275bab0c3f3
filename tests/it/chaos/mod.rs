//! What breaks in the field, with real servers: afterwards no gap, every screen the truth, every acknowledged tap once.
//! `scenarios.tsv` says which tests prove what; `make chaos` runs them, and prints what they measured.

mod crowds;
mod postgres;
mod redis;
mod replicas;
mod soak;
mod tasks;
mod time;

use std::collections::BTreeSet;
use std::process::Command;

use crate::support::client::Client;
use crate::support::load::{Load, Ports};
use crate::support::server::TestServer;
use crate::support::world::{Imported, OTHER_PICKER, PICKER};

/// Number, name and test, one a line.
const SCENARIOS: &str = include_str!("scenarios.tsv");

/// What a line can give: nobody comes to its end.
pub const ENDLESS: &str = "900000";

/// Two orders of two lines in the company of the pickers.
pub async fn two_orders(server: &TestServer) -> Vec<Imported> {
    let company = server.company("alfa").await;
    vec![company.import_lines(&[ENDLESS, ENDLESS]).await, company.import_lines(&[ENDLESS, ENDLESS]).await]
}

/// The two pickers, signed in.
pub async fn pickers(server: &TestServer) -> [Client; 2] {
    [server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await]
}

/// Four who tap and eight screens that watch, spread over the servers.
pub async fn load(server: &TestServer, ports: &Ports) -> Load {
    let (people, orders) = (pickers(server).await, two_orders(server).await);
    Load::start(&people, &orders, 8, ports).await
}

#[test]
fn every_scenario_has_its_tests_and_every_chaos_test_its_scenario() {
    let listing = Command::new(std::env::current_exe().unwrap()).args(["--list"]).output().unwrap();
    let listing = String::from_utf8(listing.stdout).unwrap();
    let tests: BTreeSet<&str> = listing
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .filter(|test| test.rsplit("::").next().unwrap().starts_with("chaos_"))
        .collect();
    let (mut declared, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for line in SCENARIOS.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [number, name, test] = fields[..] else { panic!("number, name and test: {line}") };
        numbers.insert(number.parse::<u32>().unwrap());
        assert!(!name.is_empty());
        declared.insert(test);
    }
    assert_eq!(declared, tests);
    assert_eq!(numbers, (1..=30).collect(), "a number without a test");
}
