//! From the bytes of a show operator to text and widths.

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
    letters: Vec<Option<char>>,
    widths: Widths,
    /// Width units to font sizes: a thousandth, except in Type 3 fonts.
    unit: f32,
}

/// One character: its text, and how far it moves the pen, in font sizes.
pub struct Character<'a> {
    pub text: &'a str,
    pub advance: f32,
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
        let unit = match objects::numbers::<6>(document, font, b"FontMatrix") {
            Some(matrix) if kind == b"Type3" => matrix[0].abs(),
            _ => 0.001,
        };
        let letters = if composite { Vec::new() } else { letters(document, font) };
        Ok(Self { composite, to_unicode, letters, widths, unit })
    }

    /// Hands each character of a shown string to `visit`, until that says to stop.
    pub fn decode<E>(
        &self,
        bytes: &[u8],
        mut visit: impl FnMut(Character<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut text = String::new();
        for chunk in bytes.chunks(if self.composite { 2 } else { 1 }) {
            let code = chunk.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
            text.clear();
            if !self.to_unicode.as_ref().is_some_and(|map| map.append(code, &mut text)) {
                let letter =
                    usize::try_from(code).ok().and_then(|code| self.letters.get(code).copied().flatten());
                text.extend(letter);
            }
            let advance = self.widths.of(code, &text) * self.unit;
            let is_single_space = !self.composite && code == 32;
            visit(Character { text: &text, advance, is_single_space })?;
        }
        Ok(())
    }
}

/// The encoding of a simple font: its base encoding with its differences. Where none is named, WinAnsi, which agrees
/// with the standard encoding on everything a quote is written in.
fn letters(document: &Document, font: &Dictionary) -> Vec<Option<char>> {
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
                    *slot = named_letter(name);
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    letters
}

/// The table of a base encoding; lopdf keeps its own to itself, but tells what a font with that encoding writes.
fn base_letters(encoding: &[u8]) -> Vec<Option<char>> {
    let nothing = Document::new();
    let font = font_with(Object::Name(encoding.to_vec()));
    let encoding = font.get_font_encoding(&nothing).ok();
    let letter = |code| encoding.as_ref()?.bytes_to_string(&[code]).ok()?.chars().next();
    (0..=u8::MAX).map(letter).collect()
}

/// The letter of a glyph's name: "ccedilla", "uni00E7".
fn named_letter(name: &[u8]) -> Option<char> {
    let digits = std::str::from_utf8(name).ok().and_then(|name| name.strip_prefix("uni"));
    if let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits.get(..4)?, 16).ok()) {
        return char::from_u32(code);
    }
    // The code 1 means nothing in any base encoding, so what comes out is the glyph.
    let mut encoding = Dictionary::new();
    encoding.set("Differences", vec![Object::Integer(1), Object::Name(name.to_vec())]);
    let nothing = Document::new();
    let font = font_with(Object::Dictionary(encoding));
    font.get_font_encoding(&nothing).ok()?.bytes_to_string(&[1]).ok()?.chars().next()
}

fn font_with(encoding: Object) -> Dictionary {
    let mut font = Dictionary::new();
    font.set("Type", Object::Name(b"Font".to_vec()));
    font.set("Encoding", encoding);
    font
}
