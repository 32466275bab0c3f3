//! Whatever several people do, in whatever order: what must always hold of lines, purchases, shortages and the history
//! does. A sequence that breaks it is shrunk and printed.

mod always;
mod bench;
mod steps;
mod taps;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use separacao::orders::commands;

use self::bench::Bench;
use self::steps::{ACTS, Step, act_of};
use crate::added_up;

/// Sequences that are tried, and how long each may be.
const SEQUENCES: u32 = 48;
const LONGEST: usize = 48;

fn step() -> impl Strategy<Value = Step> {
    let acts = ACTS.iter().map(|(weight, act)| (*weight, Just(*act).boxed())).collect::<Vec<_>>();
    let act = prop::strategy::Union::new_weighted(acts);
    (act, 0..2_usize, 0..3_usize, 0..4_usize, any::<u8>()).prop_map(|(act, order, line, who, n)| Step {
        act,
        order,
        line,
        who,
        n,
    })
}

#[test]
fn every_command_of_an_order_is_among_the_acts() {
    for command in commands::ALL {
        let act = act_of(command.path);
        assert!(ACTS.iter().any(|(_, known)| *known == act), "{act}");
    }
}

fn whatever_is_done(seed: u8) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let bench = runtime.block_on(Bench::set_up());
    let config =
        Config { cases: SEQUENCES, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let sequences = prop::collection::vec(step(), 8..=LONGEST);
    let outcome =
        runner.run(&sequences, |steps| runtime.block_on(bench.follow(&steps)).map_err(TestCaseError::fail));
    if let Err(error) = outcome {
        panic!("{error}");
    }
    runtime.block_on(async {
        bench.must_have_done_nearly_everything();
        // The figures of the day are those of the entries, before and after they are added up.
        let mut chance = added_up::Chance(1);
        added_up::must_be_equal(&bench.company, &mut chance, "after all of it").await;
        bench.company.app.clock.advance(24 * 60 * 60 + 15 * 60);
        assert!(added_up::add_up(&bench.company).await > 0);
        added_up::must_be_equal(&bench.company, &mut chance, "a day later").await;
    });
}

#[test]
fn whatever_several_people_do_what_must_hold_does() {
    whatever_is_done(1);
}

#[test]
fn whatever_else_several_people_do_what_must_hold_does() {
    whatever_is_done(2);
}
