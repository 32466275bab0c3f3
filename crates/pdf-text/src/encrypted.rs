//! Files whose trailer describes the encryption in itself, as MuPDF writes them. lopdf reads a description only from an
//! object of its own, so an update that makes it one is added to the file.

use std::borrow::Cow;

const KEY: &[u8] = b"/Encrypt";
/// A trailer has some hundred bytes; to take entries out of a long one costs its length for each.
const MAX_ENTRIES_BYTES: usize = 64 << 10;

/// The file, with an update behind it where its trailer describes the encryption.
pub fn with_own_object(bytes: &[u8]) -> Cow<'_, [u8]> {
    updated(bytes).map_or(Cow::Borrowed(bytes), Cow::Owned)
}

fn updated(bytes: &[u8]) -> Option<Vec<u8>> {
    // Not the one of `/EncryptMetadata`, nor of a reference.
    let begins = |at: &usize| {
        let behind = bytes.get(at + KEY.len()..).unwrap_or_default();
        bytes[*at..].starts_with(KEY) && behind.trim_ascii_start().starts_with(b"<<")
    };
    let key = (0..bytes.len()).rev().find(begins)?;
    let (described, end) = dictionary(bytes, key + KEY.len())?;
    // `trailer <<`, or the dictionary of a cross-reference stream.
    let before = bytes.get(..key)?;
    let opening = [b"trailer".as_slice(), b" obj"].iter().filter_map(|word| find_last(before, word)).max()?;
    let (trailer, _) =
        dictionary(bytes, bytes.get(opening..)?.iter().position(|byte| *byte == b'<')? + opening)?;
    let start = trailer.as_ptr().addr() - bytes.as_ptr().addr();
    let entries = [bytes.get(start + 2..key)?, bytes.get(end..start + trailer.len() - 2)?].concat();
    if entries.len() > MAX_ENTRIES_BYTES {
        return None;
    }
    let size = number_behind(&entries, b"/Size")?;
    let previous = number_behind(bytes.get(find_last(bytes, b"startxref")?..)?, b"startxref")?;

    let mut whole = bytes.to_vec();
    whole.push(b'\n');
    let place = whole.len();
    whole.extend(format!("{size} 0 obj\n").bytes());
    whole.extend(described);
    whole.extend(b"\nendobj\n");
    let table = whole.len();
    whole.extend(format!("xref\n{size} 1\n{place:010} 00000 n \ntrailer\n<<").bytes());
    whole.extend(without(&entries, &[b"/Prev", b"/Size", b"/XRefStm"]));
    whole.extend(format!("/Size {}/Prev {previous}/Encrypt {size} 0 R>>\n", size + 1).bytes());
    whole.extend(format!("startxref\n{table}\n%%EOF\n").bytes());
    Some(whole)
}

/// A dictionary that begins here, behind white space, and where it ends.
fn dictionary(bytes: &[u8], from: usize) -> Option<(&[u8], usize)> {
    let start = from + bytes.get(from..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let mut at = start;
    let mut depth = 0usize;
    loop {
        match bytes.get(at..)? {
            [b'<', b'<', ..] => (depth, at) = (depth + 1, at + 2),
            [b'>', b'>', ..] => (depth, at) = (depth.checked_sub(1)?, at + 2),
            // Its end may touch that of the dictionary.
            [b'<', ..] => at += bytes.get(at..)?.iter().position(|byte| *byte == b'>')? + 1,
            [b'(', ..] => at = behind_string(bytes, at)?,
            [_, ..] if depth > 0 => at += 1,
            _ => return None,
        }
        if depth == 0 {
            return Some((bytes.get(start..at)?, at));
        }
    }
}

fn behind_string(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut at, mut depth) = (from, 0usize);
    loop {
        match bytes.get(at)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

fn find_last(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).rposition(|part| part == word)
}

/// The number behind a word.
fn number_behind(bytes: &[u8], word: &[u8]) -> Option<u32> {
    let rest = bytes.get(find_last(bytes, word)? + word.len()..)?.trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()
}

/// Entries of a dictionary without those whose value is a number.
fn without(entries: &[u8], names: &[&[u8]]) -> Vec<u8> {
    let mut rest = entries.to_vec();
    for name in names {
        while let Some(at) = find_last(&rest, name) {
            let behind = rest.get(at + name.len()..).unwrap_or_default();
            let value = behind.iter().take_while(|byte| byte.is_ascii_whitespace() || byte.is_ascii_digit());
            let end = at + name.len() + value.count();
            rest.drain(at..end);
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_that_describes_the_encryption_is_updated_unless_it_is_endless() {
        let file = |more: &str| {
            format!("trailer\n<</Size 3{more}/Encrypt <</V 1>>>>\nstartxref\n9\n%%EOF").into_bytes()
        };
        assert!(matches!(with_own_object(&file("")), Cow::Owned(_)));
        let endless = file(&"/Prev 1/Size 3".repeat(10_000));
        assert!(matches!(with_own_object(&endless), Cow::Borrowed(_)));
    }
}
