//! A reader's position in the feed: `epoch.n.tag`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The newest event of a company at one moment. The epoch is a hash of the stored uuid, the cluster's
/// identity and its timeline: another one means that history was rewritten (a restore, a failover).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub epoch: Arc<str>,
    pub n: i64,
    pub tag: i64,
}

/// A head that a page was rendered at; what came after it is what the page lacks.
pub type Cursor = Head;

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.epoch, self.n, self.tag)
    }
}

/// The text is not a cursor.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct CursorError;

impl FromStr for Head {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        if text.len() > 100 {
            return Err(CursorError);
        }
        let mut parts = text.split('.');
        let (Some(epoch), Some(n), Some(tag), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(CursorError);
        };
        let hex = epoch.len() == 32 && epoch.bytes().all(|byte| byte.is_ascii_hexdigit());
        let n = n.parse().map_err(|_| CursorError)?;
        let tag = tag.parse().map_err(|_| CursorError)?;
        if !hex || n < 0 {
            return Err(CursorError);
        }
        Ok(Head { epoch: epoch.into(), n, tag })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_an_epoch_of_thirty_two_digits_a_number_and_a_tag_are_a_cursor() {
        let epoch = "0123456789abcdef".repeat(2);
        let is_cursor = |text: String| text.parse::<Head>().is_ok();
        assert!(is_cursor(format!("{epoch}.0.-7")));
        for wrong in [
            format!("{}.1.1", &epoch[1..]),
            format!("{epoch}0.1.1"),
            format!("{}g.1.1", &epoch[1..]),
            format!("{epoch}.-1.1"),
            format!("{epoch}.1"),
            format!("{epoch}.1.1.1"),
            format!("{epoch}.1.x"),
            format!("{epoch}.{}1.1", "0".repeat(70)),
        ] {
            assert!(!is_cursor(wrong.clone()), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_cursor_survives_its_text(n in 0i64.., tag: i64, epoch in "[0-9a-f]{32}") {
            let cursor = Head { epoch: epoch.as_str().into(), n, tag };
            prop_assert_eq!(cursor.to_string().parse::<Head>().unwrap(), cursor);
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(text in ".{0,120}") {
            if let Ok(cursor) = text.parse::<Head>() {
                prop_assert!(cursor.n >= 0);
            }
        }
    }
}
