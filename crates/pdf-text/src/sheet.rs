//! The sheet of a page: its size and orientation, as a reader sees it.

use lopdf::{Dictionary, Document, Object};

use crate::glyph::Area;
use crate::matrix::Matrix;
use crate::objects;

/// How far up the page tree an attribute may be inherited from.
const MAX_ANCESTORS: usize = 32;
const A4: [f32; 4] = [0.0, 0.0, 595.0, 842.0];

/// Where a page's coordinates lie on its sheet, and what of the sheet is shown.
#[derive(Clone, Copy)]
pub struct Sheet {
    /// From the page's coordinates to points from the top left corner, after rotation.
    pub placing: Matrix,
    /// What of the sheet is shown.
    pub shown: Area,
}

impl Default for Sheet {
    fn default() -> Self {
        let [left, top, right, bottom] = A4;
        Self { placing: Matrix::IDENTITY, shown: Area { left, top, right, bottom } }
    }
}

impl Sheet {
    pub fn of(document: &Document, page: &Dictionary) -> Self {
        let media = page_box(document, page, b"MediaBox").unwrap_or(A4);
        let crop = page_box(document, page, b"CropBox").map(|crop| common(media, crop));
        let [left, bottom, right, top] = media;
        let turn = inherited(document, page, b"Rotate").and_then(|turn| turn.as_i64().ok()).unwrap_or(0);
        let placing = match turn.rem_euclid(360) {
            90 => Matrix([0.0, 1.0, 1.0, 0.0, -bottom, -left]),
            180 => Matrix([-1.0, 0.0, 0.0, 1.0, right, -bottom]),
            270 => Matrix([0.0, -1.0, -1.0, 0.0, top, right]),
            _ => Matrix([1.0, 0.0, 0.0, -1.0, -left, top]),
        };
        // A crop box of nothing is ignored, as viewers do.
        let [left, bottom, right, top] = crop.filter(|crop| is_area(*crop)).unwrap_or(media);
        let shown = Area::around(&[placing.apply(left, bottom), placing.apply(right, top)]);
        Self { placing, shown }
    }
}

/// An attribute of a page, which may stand in one of the nodes above it.
pub fn inherited<'a>(document: &'a Document, page: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    let mut node = page;
    for _ in 0..MAX_ANCESTORS {
        if let Some(object) = objects::get(document, node, key) {
            return Some(object);
        }
        node = objects::get_dictionary(document, node, b"Parent")?;
    }
    None
}

fn page_box(document: &Document, page: &Dictionary, key: &[u8]) -> Option<[f32; 4]> {
    let list = inherited(document, page, key)?.as_array().ok()?;
    let numbers: Vec<f32> =
        list.iter().filter_map(|entry| objects::number(objects::resolve(document, entry))).collect();
    let [a, b, c, d] = numbers.try_into().ok()?;
    Some([f32::min(a, c), f32::min(b, d), f32::max(a, c), f32::max(b, d)]).filter(|area| is_area(*area))
}

fn is_area([left, bottom, right, top]: [f32; 4]) -> bool {
    right - left > 1.0 && top - bottom > 1.0
}

fn common(one: [f32; 4], other: [f32; 4]) -> [f32; 4] {
    [one[0].max(other[0]), one[1].max(other[1]), one[2].min(other[2]), one[3].min(other[3])]
}
