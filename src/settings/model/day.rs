//! Times of the day as forms write them, "18:30", and as they are stored: a minute of it.

use jiff::civil::Time;

use crate::error::{AppError, Result};

/// The minute of the day that somebody typed into a field; None: nothing was.
pub fn typed_minute(field: &str, typed: &str, wrong: &'static str) -> Result<Option<i16>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let time: Time = typed.parse().map_err(|_| AppError::field(field, wrong))?;
    Ok(Some(i16::from(time.hour()) * 60 + i16::from(time.minute())))
}

/// "18:30"
pub fn time_text(minute: i16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_it_is_written() {
        let read = |typed: &str| typed_minute("due", typed, "settings.due_wrong").ok();
        for minute in [0, 1, 450, 1110, 1439] {
            assert_eq!(read(&time_text(minute)), Some(Some(minute)));
        }
        assert_eq!(read("  "), Some(None));
        for wrong in ["24:00", "18h30", "noite", "-1:00", "18:60", "6:5"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
