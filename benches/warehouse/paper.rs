//! Reading a quote: the library function, as `quotes.md` asks.

use std::time::{Duration, Instant};

use crate::table::{Table, median, time};

const RUNS: usize = 50;
const MOST: Duration = Duration::from_millis(5);

pub fn run(table: &mut Table) {
    let pdf = std::fs::read("tests/fixtures/quotes/columns-40-items.pdf").unwrap();
    let times = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            assert_eq!(separacao::quotes::read(&pdf).unwrap().quote.items.len(), 40);
            began.elapsed()
        })
        .collect();
    let took = median(times);
    table.judge("quote PDF of 40 items, read", &time(took), "", "≤ 5 ms", took <= MOST);
}
