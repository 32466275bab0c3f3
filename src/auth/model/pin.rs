//! Which PINs are refused.

use rand::RngExt as _;

use crate::error::Sentence;

/// Why a PIN is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinFault {
    /// Something else than as many digits as the company's rule says.
    Length,
    /// Among those that are tried first.
    Trivial,
}

impl PinFault {
    pub fn sentence(self, digits: u8) -> Sentence {
        match self {
            PinFault::Length => Sentence::new("pin.length").text("digits", digits.to_string()),
            PinFault::Trivial => Sentence::new("pin.trivial"),
        }
    }
}

/// The rule for a new PIN: as many digits as the company wants, and none of
/// - a pattern that repeats: 777777, 121212, 123123;
/// - a run up or down, also over the nought: 123456, 987654, 890123; also by pairs: 112233;
/// - the same read backwards: 123321;
/// - the login number, alone or inside: whoever sees the number would try it first;
/// - a day: 250387, 25031987 and 19870325, and years such as 1987;
/// - columns of the keypad: 147258, 258369, 159753 and their like.
pub fn check(pin: &str, wanted: u8, number: &str) -> Result<(), PinFault> {
    let digits: Vec<u8> = pin.bytes().map(|byte| byte.wrapping_sub(b'0')).collect();
    if digits.len() != usize::from(wanted) || digits.iter().any(|digit| *digit > 9) {
        return Err(PinFault::Length);
    }
    let contains_number = !number.is_empty() && (pin.contains(number) || number.contains(pin));
    let trivial = repeats(&digits)
        || runs(&digits)
        || pairs_run(&digits)
        || digits.iter().eq(digits.iter().rev())
        || is_date(&digits)
        || KEYPAD.contains(&pin)
        || contains_number;
    if trivial { Err(PinFault::Trivial) } else { Ok(()) }
}

/// Shapes on the keypad that people draw.
const KEYPAD: [&str; 12] = [
    "147258", "258369", "147369", "369258", "258147", "963852", "852741", "741852", "159753", "753159",
    "2580", "1470",
];

fn repeats(digits: &[u8]) -> bool {
    (1..=digits.len() / 2).any(|length| {
        digits.iter().zip(digits.iter().cycle().skip(length)).take(digits.len() - length).all(|(a, b)| a == b)
    })
}

fn runs(digits: &[u8]) -> bool {
    let step = |by: u8| digits.windows(2).all(|pair| (pair[0] + by) % 10 == pair[1]);
    digits.len() > 1 && (step(1) || step(9))
}

/// 112233 and 665544.
fn pairs_run(digits: &[u8]) -> bool {
    let halves: Vec<u8> = digits.iter().copied().step_by(2).collect();
    digits.len().is_multiple_of(2) && digits.chunks(2).all(|pair| pair[0] == pair[1]) && runs(&halves)
}

fn is_date(digits: &[u8]) -> bool {
    let number = |range: &[u8]| range.iter().fold(0_u32, |sum, digit| sum * 10 + u32::from(*digit));
    let day = |range: &[u8]| (1..=31).contains(&number(range));
    let month = |range: &[u8]| (1..=12).contains(&number(range));
    let year = |range: &[u8]| (1900..=2099).contains(&number(range));
    match digits.len() {
        4 => year(digits) || (day(&digits[..2]) && month(&digits[2..])),
        6 => day(&digits[..2]) && month(&digits[2..4]),
        8 => {
            (day(&digits[..2]) && month(&digits[2..4]) && year(&digits[4..]))
                || (year(&digits[..4]) && month(&digits[4..6]) && day(&digits[6..]))
        }
        _ => false,
    }
}

/// A fresh PIN for somebody else, to be changed at the first sign-in.
pub fn one_time(digits: u8, number: &str) -> String {
    let mut rng = rand::rng();
    loop {
        let pin: String = (0..digits).map(|_| char::from(b'0' + rng.random_range(0..10_u8))).collect();
        if check(&pin, digits, number).is_ok() {
            return pin;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("all the same", "777777")]
    #[case("up", "123456")]
    #[case("up over nought", "890123")]
    #[case("down", "987654")]
    #[case("down over nought", "321098")]
    #[case("repeated pair", "121212")]
    #[case("repeated three", "748748")]
    #[case("repeat cut short", "7487487")]
    #[case("pairs that run", "112233")]
    #[case("pairs that run down", "665544")]
    #[case("mirror", "482284")]
    #[case("birthday", "250387")]
    #[case("birthday with the year", "25031987")]
    #[case("birthday, year first", "19870325")]
    #[case("keypad", "147258")]
    #[case("login number inside", "104273")]
    fn trivial_pins_are_refused(#[case] _why: &str, #[case] pin: &str) {
        let digits = u8::try_from(pin.len()).unwrap();
        assert_eq!(check(pin, digits, "1042"), Err(PinFault::Trivial));
    }

    #[rstest]
    #[case("583920", Ok(()))]
    #[case("4829137", Err(PinFault::Length))]
    #[case("58392", Err(PinFault::Length))]
    #[case("58392a", Err(PinFault::Length))]
    #[case("٥٨٣", Err(PinFault::Length))]
    #[case("", Err(PinFault::Length))]
    fn other_pins_follow_the_rule(#[case] pin: &str, #[case] expected: Result<(), PinFault>) {
        assert_eq!(check(pin, 6, "1042"), expected);
    }

    #[test]
    fn years_and_days_are_refused_where_four_digits_are_enough() {
        assert_eq!(check("1987", 4, "77"), Err(PinFault::Trivial));
        assert_eq!(check("2503", 4, "77"), Err(PinFault::Trivial));
        assert_eq!(check("2580", 4, "77"), Err(PinFault::Trivial));
        assert_eq!(check("7394", 4, "88"), Ok(()));
    }

    proptest! {
        #[test]
        fn a_one_time_pin_follows_its_own_rule(digits in 4_u8..=10, number in "[0-9]{4}") {
            let pin = one_time(digits, &number);
            prop_assert_eq!(pin.len(), usize::from(digits));
            prop_assert_eq!(check(&pin, digits, &number), Ok(()));
        }

        #[test]
        fn no_text_makes_the_rule_panic(pin in ".*", number in "[0-9]{0,6}") {
            let _ = check(&pin, 6, &number);
        }
    }
}
