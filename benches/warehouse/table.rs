//! The table that is printed, a row as soon as it is known.

use std::time::Duration;

#[derive(Debug, Default)]
pub struct Table {
    missed: usize,
}

impl Table {
    pub fn title(&self) {
        println!("{:<52} {:>16} {:>26}   target", "what", "measured", "floor of the same run");
    }

    /// A figure that is only told.
    pub fn tell(&self, what: &str, measured: &str, floor: &str) {
        println!("{what:<52} {measured:>16} {floor:>26}");
    }

    /// A figure with a target, met or not.
    pub fn judge(&mut self, what: &str, measured: &str, floor: &str, target: &str, met: bool) {
        self.missed += usize::from(!met);
        let verdict = if met { "" } else { "  MISSED" };
        println!("{what:<52} {measured:>16} {floor:>26}   {target}{verdict}");
    }

    pub fn end(&self) {
        match self.missed {
            0 => println!("every target is met"),
            missed => println!("{missed} targets are missed"),
        }
    }
}

/// "12.3 ms", "456 µs".
pub fn time(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        ..100.0 => format!("{micros:.1} µs"),
        100.0..10_000.0 => format!("{micros:.0} µs"),
        _ => format!("{:.1} ms", micros / 1e3),
    }
}

/// The value at a share of a list: 0.5 is the median.
pub fn at_share<T: Copy + PartialOrd>(values: &mut [T], share: f64) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).expect("comparable"));
    let last = values.len() - 1;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index within the list")]
    let at = (last as f64 * share).round() as usize;
    values[at]
}

pub fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> T {
    at_share(&mut values, 0.5)
}
