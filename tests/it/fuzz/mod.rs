//! Mutated samples for whatever reads what strangers send. A few seconds of each with the other tests; `make fuzz` runs them for
//! `FUZZ_SECONDS` each, and prints how many inputs that were. `FUZZ_SEED` repeats a run.

mod bytes;
mod mutate;
mod wire;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use self::mutate::Mutator;
use crate::support::report::note;

/// The samples of a target, one a line.
fn samples(name: &str) -> Vec<Vec<u8>> {
    let path = PathBuf::from("tests/fixtures/fuzz").join(format!("{name}.txt"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.as_bytes().to_vec()).collect()
}

/// Mutated inputs until the time is over.
struct Fuzz {
    target: &'static str,
    mutator: Mutator,
    began: Instant,
    time: Duration,
    inputs: u64,
}

impl Fuzz {
    fn of(target: &'static str, corpus: Vec<Vec<u8>>, dictionary: &'static [&'static str]) -> Self {
        let seconds =
            std::env::var("FUZZ_SECONDS").ok().map_or(2, |text| text.parse().expect("FUZZ_SECONDS"));
        let seed = std::env::var("FUZZ_SEED")
            .ok()
            .map_or_else(rand::random, |text| text.parse().expect("FUZZ_SEED"));
        eprintln!("{target}: FUZZ_SEED={seed}, {} samples", corpus.len());
        let mutator = Mutator::new(seed, corpus, dictionary);
        Self { target, mutator, began: Instant::now(), time: Duration::from_secs(seconds), inputs: 0 }
    }

    /// The next input; the samples themselves come first. What is being tried is kept in a file until it was survived.
    fn next(&mut self) -> Option<Vec<u8>> {
        let over = self.began.elapsed() >= self.time;
        let input = self.mutator.sample(self.inputs).or_else(|| (!over).then(|| self.mutator.mutated()))?;
        self.inputs += 1;
        Some(input)
    }

    fn end(self) {
        note("fuzzed", format!("{}: {} inputs in {:.0?}", self.target, self.inputs, self.began.elapsed()));
    }
}

/// Keeps an input that something could not take, and says where.
fn failed(target: &str, input: &[u8], why: &str) -> ! {
    let path = std::env::temp_dir().join(format!("separacao-fuzz-{target}"));
    std::fs::write(&path, input).unwrap();
    panic!("{target}: {why}; the input is in {}: {:?}", path.display(), String::from_utf8_lossy(input));
}
