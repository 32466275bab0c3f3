//! Walls, and the limit on wrong codes.

use jiff::{SignedDuration, Timestamp};

use crate::error::{AppError, Result, Sentence};
use crate::ids::WallId;
use crate::people::model::is_label;

/// How long a code is valid; then its screen asks for another.
pub const CODE_LIVES: SignedDuration = SignedDuration::from_mins(10);
/// How long a code is shown: less than it is valid, since typing takes a while.
pub const CODE_SHOWN_UNTIL: SignedDuration = SignedDuration::from_secs(15);
/// Wrong codes within [`PAUSE`] after which the company's administrators have to wait that long.
const WRONG_CODES: usize = 5;
pub const PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// Letters of a wall's name.
const LONGEST_NAME: usize = 40;

/// A wall in the list of walls.
#[derive(Clone, Debug)]
pub struct WallRow {
    pub id: WallId,
    pub name: String,
    pub paired_at: Timestamp,
    pub paired_by: String,
    pub last_seen_at: Timestamp,
}

/// The digits of a code, however they were typed; None: that is no code.
pub fn read_code(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
    (digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

pub fn check_name(name: &str) -> Result<()> {
    if is_label(name, LONGEST_NAME) { Ok(()) } else { Err(AppError::field("name", "walls.name_wrong")) }
}

/// How long the company has to wait after these wrong codes, oldest first.
pub fn pause(wrong: &[Timestamp], now: Timestamp) -> Option<SignedDuration> {
    let ends = wrong.windows(WRONG_CODES).filter_map(|five| {
        let (first, last) = (five.first()?, five.last()?);
        (last.duration_since(*first) < PAUSE).then(|| *last + PAUSE)
    });
    let left = ends.max()?.duration_since(now);
    left.is_positive().then_some(left)
}

pub fn too_many(wait: SignedDuration) -> AppError {
    let seconds = wait.as_secs().max(1);
    let sentence = Sentence::new("walls.wait").text("minutes", ((seconds + 59) / 60).to_string());
    AppError::TooMany { sentence, retry_after: u64::try_from(seconds).unwrap_or(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    #[test]
    fn a_code_is_read_as_it_is_shown_and_as_it_is_typed() {
        for typed in ["123456", "123 456", " 123-456 "] {
            assert_eq!(read_code(typed).as_deref(), Some("123456"), "{typed}");
        }
        for typed in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(read_code(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_fifth_wrong_code_within_a_quarter_of_an_hour_begins_a_pause() {
        let wrong = [0, 1, 2, 3, 9].map(at);
        assert_eq!(pause(&wrong[..4], at(4)), None);
        assert_eq!(pause(&wrong, at(9)), Some(PAUSE));
        assert_eq!(pause(&wrong, at(23)), Some(SignedDuration::from_mins(1)));
        assert_eq!(pause(&wrong, at(24)), None);
        // Spread out, they are slips of the finger.
        assert_eq!(pause(&[0, 10, 20, 30, 40].map(at), at(40)), None);
    }
}
