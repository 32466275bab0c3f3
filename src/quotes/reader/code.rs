//! The code at the start of a row: usually five digits, but a person may have typed anything.

/// The longest code, in characters.
const LONGEST: usize = 20;

/// What stands before the description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start<'t> {
    pub code: &'t str,
    pub rest: &'t str,
    /// Whether it is certain that this is the code.
    pub certain: bool,
}

/// A code at the start of a text, and the rest: "00014 / CB11 --> CABO", "B0014 CANETA", "* 00014" or just "00014".
pub fn start(text: &str) -> Option<Start<'_>> {
    let unmarked = text.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '/');
    let end = unmarked.find([' ', '/']).unwrap_or(unmarked.len());
    let (code, rest) = unmarked.split_at_checked(end)?;
    // "14/2" is one word, and "375 UNIDADES" may be the goods.
    let is_whole = match rest.chars().next() {
        Some('/') => rest.contains(' ') && !goes_on(rest),
        Some(_) => {
            let parted = code.len() == 4 && begins_with_digits(rest);
            rest.trim_start().starts_with('/') || (code.len() >= 4 && !parted)
        }
        None => true,
    };
    let rest = rest.trim_start();
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    let is_code = code.chars().any(|letter| letter.is_ascii_digit())
        && code.chars().count() <= LONGEST
        && code.chars().all(|letter| letter.is_alphanumeric() || "-._".contains(letter));
    // "CB11 --> CABO" begins with the goods' own name.
    let is_reference =
        !digits && (rest.trim_start_matches('/').trim_start().starts_with("--") || code.ends_with('-'));
    let certain = unmarked.len() == text.len() && is_whole && (digits || rest.is_empty());
    (is_code && !is_reference).then_some(Start { code, rest, certain })
}

/// Whether digits stand right behind a slash, which may be part of the code: "14/2 CANETA".
pub fn goes_on(rest: &str) -> bool {
    rest.strip_prefix('/').is_some_and(|rest| !rest.starts_with(' ') && begins_with_digits(rest))
}

/// Whether the first word is a number.
fn begins_with_digits(text: &str) -> bool {
    let word = text.trim_start().split([' ', '/']).next().unwrap_or_default();
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number of a line, printed left of its code: "01", "1.", "1)".
pub fn line_number(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches(['.', ')', '-', 'º', 'ª']);
    (digits.len() <= 3 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
}

/// A line number and the code behind it in one text: "01 02653 TPU".
pub fn behind_line_number(text: &str, number: usize) -> Option<&str> {
    let (first, rest) = text.split_once(' ')?;
    let code = start(rest)?.code;
    let is_code = code.len() >= 4 && code.bytes().all(|byte| byte.is_ascii_digit());
    (line_number(first) == Some(number) && is_code).then_some(rest)
}
