//! A ToUnicode CMap: which text a character code stands for.

use std::collections::BTreeMap;

use crate::lexer::{Lexer, Token};

/// A font has at most 65,536 codes; more entries than that are an attack.
const MAX_ENTRIES: usize = 70_000;

#[derive(Debug, Default)]
pub struct CMap {
    /// By first code: the last code, and the UTF-16 text of the first.
    ranges: BTreeMap<u32, (u32, Vec<u16>)>,
}

impl CMap {
    pub fn parse(bytes: &[u8]) -> Self {
        let mut map = Self::default();
        let mut operands: Vec<Vec<u8>> = Vec::new();
        let mut list: Option<Vec<Vec<u8>>> = None;
        let mut section = Section::None;
        for token in Lexer::new(bytes) {
            match token {
                Token::Text(text) => match &mut list {
                    Some(list) => list.push(text),
                    None => operands.push(text),
                },
                Token::ArrayStart => list = Some(Vec::new()),
                Token::ArrayEnd => {
                    if let (Section::Range, Some(list), [low, ..]) = (&section, list.take(), &*operands) {
                        map.put_list(code(low), &list);
                        operands.clear();
                    }
                }
                Token::Word(word) => {
                    section = match word {
                        b"beginbfchar" => Section::Char,
                        b"beginbfrange" => Section::Range,
                        _ => Section::None,
                    };
                    operands.clear();
                    list = None;
                }
                _ => {}
            }
            map.take_entry(&section, &mut operands);
            if map.ranges.len() > MAX_ENTRIES {
                break;
            }
        }
        map
    }

    fn take_entry(&mut self, section: &Section, operands: &mut Vec<Vec<u8>>) {
        match (section, &**operands) {
            (Section::Char, [from, to]) => self.put(code(from), code(from), to),
            (Section::Range, [low, high, to]) => self.put(code(low), code(high), to),
            (Section::None, [_, ..]) => {}
            _ => return,
        }
        operands.clear();
    }

    fn put(&mut self, low: u32, high: u32, to: &[u8]) {
        self.ranges.insert(low, (high.max(low), utf16(to)));
    }

    fn put_list(&mut self, low: u32, list: &[Vec<u8>]) {
        for (code, to) in (low..=u32::MAX).zip(list).take(MAX_ENTRIES) {
            self.put(code, code, to);
        }
    }

    /// Appends the text of a code; `false` when the map does not know it.
    pub fn append(&self, code: u32, text: &mut String) -> bool {
        let Some((low, (high, units))) = self.ranges.range(..=code).next_back() else { return false };
        if code > *high {
            return false;
        }
        let Some((last, first)) = units.split_last() else { return false };
        let shift = u16::try_from((code - low) & 0xffff).unwrap_or_default();
        let units = first.iter().copied().chain([last.wrapping_add(shift)]);
        text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
        true
    }
}

enum Section {
    None,
    Char,
    Range,
}

fn code(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |code, byte| code << 8 | u32::from(*byte))
}

/// At most 16 units: a ligature has three or four.
fn utf16(bytes: &[u8]) -> Vec<u16> {
    match bytes {
        [one] => vec![u16::from(*one)],
        _ => bytes.chunks_exact(2).take(16).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_ranges_and_lists_are_mapped() {
        let map = CMap::parse(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange \
              2 beginbfchar <0003> <0020> <0007> <00660069> endbfchar \
              2 beginbfrange <0024> <003D> <0041> <0050> <0051> [<00C7> <D83DDE00>] endbfrange",
        );
        let text = |code| {
            let mut text = String::new();
            map.append(code, &mut text).then_some(text)
        };
        assert_eq!(text(3).as_deref(), Some(" "));
        assert_eq!(text(7).as_deref(), Some("fi"));
        assert_eq!(text(0x26).as_deref(), Some("C"));
        assert_eq!(text(0x50).as_deref(), Some("Ç"));
        assert_eq!(text(0x51).as_deref(), Some("😀"));
        assert_eq!(text(0x52), None);
        assert_eq!(text(1), None);
    }

    #[test]
    fn a_list_ends_with_the_last_code_there_is() {
        let map = CMap::parse(b"1 beginbfrange <FFFFFFFF> <FFFFFFFF> [<0041> <0042>] endbfrange");
        let mut text = String::new();
        assert!(map.append(u32::MAX, &mut text));
        assert!(!map.append(0, &mut text));
        assert_eq!(text, "A");
    }
}
