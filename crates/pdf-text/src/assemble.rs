//! Makes runs of the characters of a page: turns the page upright, drops letters that are drawn twice, and joins letters
//! with accents that are drawn over them.

use std::collections::HashMap;

use unicode_normalization::char::compose;

use crate::drawn::Picture;
use crate::glyph::{Glyph, Sight};
use crate::run::{Run, Runs};

/// Text within this many degrees of the page's direction tells how far the page was scanned askew.
const SLANT: f32 = 6.0;
/// Once the page is turned straight, text that is slanted by more degrees is none of its lines.
const ASKEW: f32 = 2.5;
/// A letter drawn again so near, in font sizes, is the same letter made bold.
const SHADOW: f32 = 0.12;
/// The side of a cell of the index of places, in points.
const CELL: f32 = 6.0;

pub fn runs(page: usize, mut glyphs: Vec<Glyph>, pictures: &mut [Picture]) -> Vec<Run> {
    straighten(&mut glyphs, pictures);
    let index = Index::new(&glyphs);
    let mut gone = vec![false; glyphs.len()];
    drop_shadows(&glyphs, &index, &mut gone);
    join_accents(&mut glyphs, &index, &mut gone);
    let mut runs = Runs::new(page);
    for (glyph, gone) in glyphs.iter().zip(gone) {
        if !gone {
            runs.add(glyph);
        }
    }
    runs.finish()
}

/// Turns the page so that most of its text reads from left to right; what does not is slanted.
fn straighten(glyphs: &mut [Glyph], pictures: &mut [Picture]) {
    let mut quarters = [0usize; 4];
    for glyph in glyphs.iter().filter(|glyph| !glyph.is_blank()) {
        quarters[(glyph.angle / 90.0).round().rem_euclid(4.0) as usize] += 1;
    }
    let quarter = (0u8..4).rev().max_by_key(|quarter| quarters[usize::from(*quarter)]).unwrap_or(0);
    let mut angle = 90.0 * f32::from(quarter);
    let from = |glyph: &Glyph| (glyph.angle - angle + 180.0).rem_euclid(360.0) - 180.0;
    let mut slants: Vec<f32> = glyphs.iter().map(from).filter(|slant| slant.abs() < SLANT).collect();
    let middle = slants.len() / 2;
    if !slants.is_empty() {
        // A page that was scanned askew.
        let (_, slant, _) = slants.select_nth_unstable_by(middle, f32::total_cmp);
        if slant.abs() > 0.1 {
            angle += *slant;
        }
    }
    let mut corner = (f32::INFINITY, f32::INFINITY);
    for glyph in glyphs.iter_mut() {
        if angle != 0.0 {
            glyph.turn(-angle);
        }
        let slant = (glyph.angle + 180.0).rem_euclid(360.0) - 180.0;
        if slant.abs() > ASKEW && glyph.sight == Sight::Seen {
            glyph.sight = Sight::Slanted;
        }
        corner = (corner.0.min(glyph.x), corner.1.min(glyph.y));
    }
    if angle != 0.0 && corner.0.is_finite() {
        for glyph in glyphs {
            glyph.x -= corner.0.min(0.0);
            glyph.y -= corner.1.min(0.0);
        }
        for picture in pictures {
            picture.turn(-angle, (corner.0.min(0.0), corner.1.min(0.0)));
        }
    }
}

/// The characters that are seen, by the cell of the page in which each begins.
struct Index(HashMap<(i32, i32), Vec<u32>>);

impl Index {
    fn new(glyphs: &[Glyph]) -> Self {
        let mut index = HashMap::<_, Vec<u32>>::new();
        for (at, glyph) in (0u32..).zip(glyphs) {
            if !glyph.is_blank() && glyph.sight == Sight::Seen {
                index.entry(cell(glyph.x, glyph.y)).or_default().push(at);
            }
        }
        Self(index)
    }

    /// Those that begin in the cell of a point or in one beside it, at most 200.
    fn near(&self, x: f32, y: f32) -> impl Iterator<Item = usize> {
        let (column, row) = cell(x, y);
        let cells = (-1..=1).flat_map(move |dx| (-1..=1).map(move |dy| (column + dx, row + dy)));
        let found = cells.filter_map(|cell| self.0.get(&cell)).flatten().take(200);
        found.filter_map(|at| usize::try_from(*at).ok())
    }
}

fn cell(x: f32, y: f32) -> (i32, i32) {
    let cell = |place: f32| (place.clamp(-1.0e6, 1.0e6) / CELL).floor() as i32;
    (cell(x), cell(y))
}

/// Text drawn twice on one spot, letter by letter or as a whole, counts once.
fn drop_shadows(glyphs: &[Glyph], index: &Index, gone: &mut [bool]) {
    for (at, glyph) in glyphs.iter().enumerate() {
        if glyph.sight != Sight::Seen || glyph.is_blank() {
            continue;
        }
        let reach = SHADOW * glyph.size;
        let shadows = index.near(glyph.x, glyph.y).any(|other| {
            let first = &glyphs[other];
            other < at
                && !gone[other]
                && first.text == glyph.text
                && (first.x - glyph.x).abs() <= reach
                && (first.y - glyph.y).abs() <= reach
                && (first.size - glyph.size).abs() <= reach
        });
        gone[at] = shadows;
    }
}

/// An accent that is drawn over its letter becomes part of it.
fn join_accents(glyphs: &mut [Glyph], index: &Index, gone: &mut [bool]) {
    for at in 0..glyphs.len() {
        let accent = &glyphs[at];
        if gone[at] || accent.sight != Sight::Seen {
            continue;
        }
        let Some(mark) = combining(&accent.text) else { continue };
        let middle = accent.x + accent.advance.0 / 2.0;
        let (size, x, y) = (accent.size, accent.x, accent.y);
        let letter = index.near(x, y).find_map(|other| {
            let letter = &glyphs[other];
            let center = letter.x + letter.advance.0 / 2.0;
            let centered = (middle - center).abs() < 0.3 * letter.advance.0.abs().max(0.3 * size);
            let over = (centered || (letter.x - x).abs() < 0.15 * size) && (letter.y - y).abs() < 0.5 * size;
            let mut letters = letter.text.chars();
            let composed = letters.next().and_then(|letter| compose(letter, mark));
            composed
                .filter(|_| other != at && !gone[other] && over && letters.next().is_none())
                .map(|letter| (other, letter))
        });
        if let Some((other, letter)) = letter {
            glyphs[other].text = letter.to_string();
            gone[at] = true;
        }
    }
}

/// The combining form of an accent that stands alone.
fn combining(text: &str) -> Option<char> {
    let mut letters = text.chars();
    let accent = letters.next().filter(|_| letters.next().is_none())?;
    match accent {
        '`' | '\u{2cb}' => Some('\u{300}'),
        '´' | '\u{2ca}' => Some('\u{301}'),
        '^' | '\u{2c6}' => Some('\u{302}'),
        '~' | '\u{2dc}' => Some('\u{303}'),
        '¨' => Some('\u{308}'),
        '\u{2da}' | '°' => Some('\u{30a}'),
        '\u{2c7}' => Some('\u{30c}'),
        '¸' => Some('\u{327}'),
        '\u{300}'..='\u{36f}' => Some(accent),
        _ => None,
    }
}
