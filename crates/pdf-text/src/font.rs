//! From the bytes of a show operator to text and widths.

use std::cell::RefCell;
use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object};

use crate::Error;
use crate::budget::Budget;
use crate::cmap::CMap;
use crate::objects;
use crate::widths::Widths;

/// A ToUnicode map of a whole alphabet is some 20 KiB.
const MAX_MAP_BYTES: usize = 2 << 20;

#[derive(Debug)]
pub struct Font {
    /// Codes of two bytes (a composite font) or of one.
    composite: bool,
    to_unicode: Option<CMap>,
    /// What a code of one byte stands for where the map does not say.
    letters: Vec<String>,
    /// Which of the letters the font itself names.
    named: Vec<bool>,
    /// The code that each letter or digit was first written with, by the map.
    written: RefCell<HashMap<u8, u32>>,
    widths: Widths,
    /// One unit of the widths, in font sizes: a thousandth, except in Type 3 fonts.
    unit: f32,
    /// How high letters are, in font sizes: 1, except in Type 3 fonts.
    pub em: f32,
    /// The letters are guessed: an embedded font with an encoding of its own, which only the font program tells.
    guessed: bool,
}

/// One character: its text, and how far it moves the pen, in font sizes.
pub struct Character<'a> {
    pub text: &'a str,
    pub advance: f32,
    /// The file does not say what it stands for, or leaves it to be guessed.
    pub uncertain: bool,
    /// Word spacing applies to the code 32 of one byte only.
    pub is_single_space: bool,
}

impl Font {
    pub fn load(document: &Document, font: &Dictionary, budget: &mut Budget) -> Result<Self, Error> {
        let kind =
            objects::get(document, font, b"Subtype").and_then(|kind| kind.as_name().ok()).unwrap_or_default();
        let composite = kind == b"Type0";
        let to_unicode = match objects::get(document, font, b"ToUnicode") {
            Some(Object::Stream(stream)) => {
                budget.decode(stream, MAX_MAP_BYTES)?.map(|bytes| CMap::parse(&bytes))
            }
            _ => None,
        };
        let descendant = objects::get(document, font, b"DescendantFonts")
            .and_then(|list| list.as_array().ok())
            .and_then(|list| list.first())
            .and_then(|first| objects::resolve(document, first).as_dict().ok());
        let widths = match descendant {
            Some(descendant) if composite => Widths::composite(document, descendant),
            _ => Widths::simple(document, font),
        };
        let (unit, em) = match objects::numbers::<6>(document, font, b"FontMatrix") {
            Some(matrix) if kind == b"Type3" => {
                (matrix[0].abs(), drawn_height(document, font, matrix, &widths))
            }
            _ => (0.001, 1.0),
        };
        let (letters, named) = if composite { (Vec::new(), Vec::new()) } else { letters(document, font) };
        let guessed = to_unicode.is_none() && !composite && is_symbolic(document, font);
        let written = RefCell::default();
        Ok(Self { composite, to_unicode, letters, named, written, widths, unit, em, guessed })
    }

    /// How many bytes a code has.
    pub fn code_length(&self) -> usize {
        if self.composite { 2 } else { 1 }
    }

    /// Hands each character of a shown string to `visit`, until that says to stop.
    pub fn decode<E>(
        &self,
        bytes: &[u8],
        mut visit: impl FnMut(Character<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut text = String::new();
        for chunk in bytes.chunks(self.code_length()) {
            let code = chunk.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
            text.clear();
            let known = self.meaning(code, &mut text);
            let width = self.widths.of(code, &text);
            if !known || self.is_wide_space(code, width, &text) {
                text.clear();
                text.push(if self.is_space(code, width) { ' ' } else { char::REPLACEMENT_CHARACTER });
            }
            let uncertain = self.guessed || text.contains(char::REPLACEMENT_CHARACTER);
            let is_single_space = !self.composite && code == 32;
            visit(Character { text: &text, advance: width * self.unit, uncertain, is_single_space })?;
        }
        Ok(())
    }

    /// Appends what a code stands for; `false` when the file does not say, or says nothing that can be read.
    fn meaning(&self, code: u32, text: &mut String) -> bool {
        if self.to_unicode.as_ref().is_some_and(|map| map.append(code, text)) && is_readable(text) {
            return !self.contradicts(code, text);
        }
        text.clear();
        let letters = usize::try_from(code).ok().and_then(|code| self.letters.get(code));
        text.push_str(letters.map_or("", String::as_str));
        is_readable(text)
    }

    /// Whether the map says of two codes that they are the same letter or digit, or of a digit that it is another one
    /// than the font names: one of them is wrong.
    fn contradicts(&self, code: u32, text: &str) -> bool {
        let &[letter] = text.as_bytes() else { return false };
        if !letter.is_ascii_alphanumeric() {
            return false;
        }
        let at = usize::try_from(code).unwrap_or(usize::MAX);
        let named = self.letters.get(at).filter(|_| self.named.get(at) == Some(&true));
        let is_other =
            |name: &String| name != text && name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(name) = named.filter(|name| !name.is_empty()) {
            return letter.is_ascii_digit() && is_other(name);
        }
        *self.written.borrow_mut().entry(letter).or_insert(code) != code
    }

    /// Whether the file says that a code is a space, though it is as wide as a letter and not one of a space's usual codes:
    /// the file hides what it draws.
    fn is_wide_space(&self, code: u32, width: f32, text: &str) -> bool {
        let usual = if self.composite { code <= 3 } else { matches!(code, 9 | 10 | 13 | 32 | 160) };
        let blank = text.chars().all(char::is_whitespace);
        blank && !usual && width * self.unit > 0.45 * self.em && self.widths.varies_at(code)
    }

    /// Whether a code without a meaning is a space that the file forgot to map: a usual code of one, of a usual width.
    fn is_space(&self, code: u32, width: f32) -> bool {
        let usual = if self.composite { code == 3 } else { matches!(code, 9 | 10 | 13 | 32 | 160) };
        usual && (150.0..=360.0).contains(&(width * self.unit * 1000.0))
    }
}

/// Whether there is text, and every character of it means something outside its own font.
fn is_readable(text: &str) -> bool {
    let means = |letter: char| {
        !matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. | char::REPLACEMENT_CHARACTER)
            && (!letter.is_control() || letter.is_whitespace())
    };
    !text.is_empty() && text.chars().all(means)
}

/// Whether the font is embedded and says that its characters are none of the usual ones, or nothing of its encoding.
fn is_symbolic(document: &Document, font: &Dictionary) -> bool {
    let Some(descriptor) = objects::get_dictionary(document, font, b"FontDescriptor") else { return false };
    let flags =
        objects::get(document, descriptor, b"Flags").and_then(|flags| flags.as_i64().ok()).unwrap_or(0);
    let embedded = [b"FontFile".as_slice(), b"FontFile2", b"FontFile3"].iter().any(|key| descriptor.has(key));
    embedded && flags & 4 != 0 && !font.has(b"Encoding")
}

/// The height of a Type 3 font, whose size is whatever its producer likes: by its box, else by how wide its characters
/// are.
fn drawn_height(document: &Document, font: &Dictionary, matrix: [f32; 6], widths: &Widths) -> f32 {
    let up = matrix[3].abs();
    if (0.0008..=0.0012).contains(&up) {
        return 1.0;
    }
    let by_box = objects::numbers::<4>(document, font, b"FontBBox")
        .map(|[_, bottom, _, top]| (top - bottom).abs() * up);
    by_box.filter(|height| *height > 0.0).unwrap_or_else(|| widths.middle() * matrix[0].abs() / 0.52)
}

/// The encoding of a simple font: its base encoding with its differences. Where none is named, WinAnsi, which agrees
/// with the standard encoding on everything a quote is written in.
fn letters(document: &Document, font: &Dictionary) -> (Vec<String>, Vec<bool>) {
    let encoding = objects::get(document, font, b"Encoding");
    let named = encoding.and_then(|encoding| match encoding {
        Object::Name(name) => Some(name.as_slice()),
        Object::Dictionary(dictionary) => {
            objects::get(document, dictionary, b"BaseEncoding").and_then(|name| name.as_name().ok())
        }
        _ => None,
    });
    let base = match named {
        Some(name @ (b"MacRomanEncoding" | b"StandardEncoding")) => name,
        _ => b"WinAnsiEncoding",
    };
    let mut letters = base_letters(base);
    let mut named = vec![false; letters.len()];
    let differences = encoding
        .and_then(|encoding| encoding.as_dict().ok())
        .and_then(|dictionary| objects::get(document, dictionary, b"Differences"))
        .and_then(|list| list.as_array().ok());
    let mut code = 0usize;
    for entry in differences.into_iter().flatten() {
        match entry {
            Object::Integer(start) => code = usize::try_from(*start).unwrap_or(usize::MAX),
            Object::Name(name) => {
                if let Some(slot) = letters.get_mut(code) {
                    *slot = named_letters(name);
                    named[code] = true;
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    (letters, named)
}

/// The table of a base encoding; lopdf keeps its own to itself, but tells what a font with that encoding writes.
fn base_letters(encoding: &[u8]) -> Vec<String> {
    let nothing = Document::new();
    let font = font_with(Object::Name(encoding.to_vec()));
    let encoding = font.get_font_encoding(&nothing).ok();
    let letter = |code| encoding.as_ref().and_then(|encoding| encoding.bytes_to_string(&[code]).ok());
    (0..=u8::MAX).map(|code| letter(code).unwrap_or_default()).collect()
}

/// What a glyph's name says: "ccedilla", "uni00E7", "u1F600", "f_i", each also with a suffix, as in "zero.alt". Empty
/// where it says nothing, as "g32" does.
fn named_letters(name: &[u8]) -> String {
    let Ok(name) = std::str::from_utf8(name) else { return String::new() };
    let base = match name.find('.') {
        None | Some(0) => name,
        Some(end) => name.get(..end).unwrap_or(name),
    };
    let parts: Vec<String> = base.split('_').map(named_letter).collect();
    // A ligature of which a part is unknown is unknown.
    if parts.iter().any(String::is_empty) { String::new() } else { parts.concat() }
}

fn named_letter(name: &str) -> String {
    let hexadecimal = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    let is_code = |digits: &str| digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F'));
    if let Some(digits) = name
        .strip_prefix("uni")
        .filter(|digits| digits.len() >= 4 && digits.len() % 4 == 0 && is_code(digits))
    {
        let codes = digits.as_bytes().chunks(4).filter_map(|code| std::str::from_utf8(code).ok());
        return codes.filter_map(hexadecimal).collect();
    }
    if let Some(digits) =
        name.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len()) && is_code(digits))
    {
        return hexadecimal(digits).map(String::from).unwrap_or_default();
    }
    // The code 1 means nothing in any base encoding, so what comes out is the glyph.
    let mut encoding = Dictionary::new();
    encoding.set("Differences", vec![Object::Integer(1), Object::Name(name.as_bytes().to_vec())]);
    let nothing = Document::new();
    let font = font_with(Object::Dictionary(encoding));
    font.get_font_encoding(&nothing)
        .ok()
        .and_then(|encoding| encoding.bytes_to_string(&[1]).ok())
        .unwrap_or_default()
}

fn font_with(encoding: Object) -> Dictionary {
    let mut font = Dictionary::new();
    font.set("Type", Object::Name(b"Font".to_vec()));
    font.set("Encoding", encoding);
    font
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_that_contradicts_the_font_s_own_names_is_not_believed() {
        let mut document = Document::new();
        let map = b"3 beginbfchar <01> <0038> <02> <0031> <03> <0031> endbfchar".to_vec();
        let map = document.add_object(lopdf::Stream::new(Dictionary::new(), map));
        let names = ["three", "one", "one.tnum"].map(|name| Object::Name(name.as_bytes().to_vec()));
        let differences: Vec<Object> = [Object::Integer(1)].into_iter().chain(names).collect();
        let mut font = font_with(Object::Dictionary(lopdf::dictionary! { "Differences" => differences }));
        font.set("ToUnicode", map);
        let font = Font::load(&document, &font, &mut Budget::default()).unwrap();
        let mut read = String::new();
        font.decode(&[1, 2, 3], |character| {
            read.push_str(character.text);
            Ok::<_, Error>(())
        })
        .unwrap();
        assert_eq!(read, "\u{fffd}11");
    }

    #[test]
    fn names_of_glyphs_say_letters_with_or_without_a_suffix() {
        let said = [
            ("ccedilla", "ç"),
            ("zero.alt", "0"),
            ("A.sc", "A"),
            ("uni00E7", "ç"),
            ("uni00660069", "fi"),
            ("u1F600", "😀"),
            ("f_i", "fi"),
            ("f_i.liga", "fi"),
            ("g32", ""),
            ("glyph7", ""),
            (".notdef", ""),
            ("uniXYZW", ""),
        ];
        for (name, letters) in said {
            assert_eq!(named_letters(name.as_bytes()), letters, "{name}");
        }
    }
}
