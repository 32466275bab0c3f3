//! How far each character moves the pen, in thousandths of the font size.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object};
use unicode_normalization::UnicodeNormalization;

use crate::objects::{self, number};
use crate::standard::Standard;

/// More width entries than a font has codes are an attack.
const MAX_ENTRIES: usize = 70_000;

#[derive(Debug)]
pub enum Widths {
    /// By first code: the last code and the width; and the width of all others.
    Ranges(BTreeMap<u32, (u32, f32)>, f32),
    Standard(Standard),
    Fixed(f32),
}

impl Widths {
    /// From the `W` and `DW` of a composite font's descendant.
    pub fn composite(document: &Document, descendant: &Dictionary) -> Self {
        let default = objects::get(document, descendant, b"DW").and_then(number).unwrap_or(1000.0);
        let mut ranges = BTreeMap::new();
        let entries = objects::get(document, descendant, b"W").and_then(|w| w.as_array().ok());
        let mut entries = entries.map_or(&[] as &[Object], Vec::as_slice).iter();
        while let Some(first) = entries.next().and_then(|low| code(document, low)) {
            if ranges.len() > MAX_ENTRIES {
                break;
            }
            let Some(second) = entries.next().map(|entry| objects::resolve(document, entry)) else { break };
            if let Ok(list) = second.as_array() {
                for (code, width) in (first..=u32::MAX).zip(list).take(MAX_ENTRIES) {
                    ranges.insert(code, (code, number(objects::resolve(document, width)).unwrap_or(default)));
                }
                continue;
            }
            let width = entries.next().and_then(|width| number(objects::resolve(document, width)));
            let (Some(last), Some(width)) = (code(document, second), width) else { break };
            ranges.insert(first, (last, width));
        }
        Self::Ranges(ranges, default)
    }

    /// From the `Widths` of a simple font, or from its name where it is one of the built-in fonts.
    pub fn simple(document: &Document, font: &Dictionary) -> Self {
        let base = objects::get(document, font, b"BaseFont")
            .and_then(|name| name.as_name().ok())
            .unwrap_or_default();
        let Some(list) = objects::get(document, font, b"Widths").and_then(|list| list.as_array().ok()) else {
            return if base.windows(7).any(|part| part == b"Courier") {
                Self::Fixed(600.0)
            } else {
                Self::Standard(Standard::of(base))
            };
        };
        let first =
            objects::get(document, font, b"FirstChar").and_then(|first| code(document, first)).unwrap_or(0);
        let ranges = (first..=u32::MAX)
            .zip(list)
            .take(256)
            .map(|(code, width)| (code, (code, number(objects::resolve(document, width)).unwrap_or(0.0))));
        Self::Ranges(ranges.collect(), 500.0)
    }

    /// The middle one of all that are not nothing.
    pub fn middle(&self) -> f32 {
        let Self::Ranges(ranges, default) = self else { return 500.0 };
        let mut widths: Vec<f32> =
            ranges.values().map(|(_, width)| *width).filter(|width| *width > 0.0).collect();
        widths.sort_by(f32::total_cmp);
        widths.get(widths.len() / 2).copied().unwrap_or(*default)
    }

    /// Whether the font tells the width of this code, and others have other widths.
    pub fn varies_at(&self, code: u32) -> bool {
        let Self::Ranges(ranges, _) = self else { return false };
        let own = ranges.range(..=code).next_back().filter(|(_, (last, _))| code <= *last);
        own.is_some_and(|(_, (_, width))| ranges.values().any(|(_, other)| (other - width).abs() > 1.0))
    }

    pub fn of(&self, code: u32, text: &str) -> f32 {
        match self {
            Self::Fixed(width) => *width,
            Self::Ranges(ranges, default) => match ranges.range(..=code).next_back() {
                Some((_, (last, width))) if code <= *last => *width,
                _ => *default,
            },
            // An accented letter is as wide as the bare one.
            Self::Standard(font) => {
                let bare = || text.nfd().next().and_then(|letter| font.width(letter));
                text.chars().next().and_then(|letter| font.width(letter)).or_else(bare).unwrap_or(556.0)
            }
        }
    }
}

fn code(document: &Document, object: &Object) -> Option<u32> {
    objects::resolve(document, object).as_i64().ok().and_then(|code| u32::try_from(code).ok())
}

#[cfg(test)]
mod tests {
    use lopdf::dictionary;

    use super::*;

    #[test]
    fn a_built_in_font_has_the_widths_that_viewers_give_it() {
        for (name, text, width) in [
            ("Helvetica", "º", 365.0),
            ("Helvetica", "ç", 500.0),
            ("Arial,Bold", "a", 556.0),
            ("Helvetica-Bold", "f", 333.0),
            ("Times-Roman", "M", 889.0),
            ("TimesNewRomanPS-BoldMT", "M", 944.0),
            ("Courier", "º", 600.0),
        ] {
            let font = dictionary! { "BaseFont" => name };
            let widths = Widths::simple(&Document::new(), &font);
            assert_eq!(widths.of(0xba, text), width, "{name} {text}");
        }
    }
}
