//! Changes samples: bits, cuts, repetitions, joins of two, and words that the reader knows.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const LONGEST: usize = 256 * 1024;

pub struct Mutator {
    random: StdRng,
    corpus: Vec<Vec<u8>>,
    dictionary: &'static [&'static str],
}

impl Mutator {
    pub fn new(seed: u64, corpus: Vec<Vec<u8>>, dictionary: &'static [&'static str]) -> Self {
        assert!(!corpus.is_empty());
        Self { random: StdRng::seed_from_u64(seed), corpus, dictionary }
    }

    pub fn sample(&self, n: u64) -> Option<Vec<u8>> {
        self.corpus.get(usize::try_from(n).unwrap()).cloned()
    }

    pub fn mutated(&mut self) -> Vec<u8> {
        let n = self.below(self.corpus.len());
        let mut input = self.corpus[n].clone();
        for _ in 0..=self.below(6) {
            self.change(&mut input);
        }
        input.truncate(LONGEST);
        input
    }

    fn below(&mut self, most: usize) -> usize {
        self.random.random_range(0..most.max(1))
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let end = (at + self.below(40)).min(input.len());
        match self.below(8) {
            0 if at < input.len() => input[at] ^= 1 << self.below(8),
            1 if at < input.len() => input[at] = self.random.random(),
            2 => drop(input.drain(at..end)),
            3 => {
                let part = input[at..end].to_vec();
                let times = self.below(20);
                input.splice(at..at, part.repeat(times));
            }
            4 => {
                let n = self.below(self.corpus.len());
                let from = self.below(self.corpus[n].len() + 1);
                input.truncate(at);
                input.extend_from_slice(&self.corpus[n][from..]);
            }
            5 if !self.dictionary.is_empty() => {
                let n = self.below(self.dictionary.len());
                input.splice(at..end, self.dictionary[n].bytes());
            }
            6 => self.change_number(input),
            _ => input.truncate(at),
        }
    }

    /// Another number in the place of one: its length stays what it may.
    fn change_number(&mut self, input: &mut Vec<u8>) {
        const NUMBERS: [&str; 9] = [
            "0",
            "-1",
            "1",
            "65536",
            "2147483648",
            "4294967296",
            "9223372036854775808",
            "1e308",
            "0.0000001",
        ];
        let starts: Vec<usize> = (0..input.len())
            .filter(|at| input[*at].is_ascii_digit() && (*at == 0 || !input[at - 1].is_ascii_digit()))
            .collect();
        if starts.is_empty() {
            return;
        }
        let start = starts[self.below(starts.len())];
        let length = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let n = self.below(NUMBERS.len());
        input.splice(start..start + length, NUMBERS[n].bytes());
    }
}
