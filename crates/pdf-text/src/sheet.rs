//! The sheet of a page: its size and orientation, as a reader sees it.

use lopdf::{Dictionary, Document, Object};

use crate::matrix::Matrix;
use crate::objects;

/// How far up the page tree an attribute may be inherited from.
const MAX_ANCESTORS: usize = 32;
const A4: [f32; 4] = [0.0, 0.0, 595.0, 842.0];

/// Where on the page text is seen.
#[derive(Clone, Copy)]
pub struct Sheet {
    /// From the page's coordinates to points from the top left corner, after rotation.
    pub placing: Matrix,
    pub width: f32,
    pub height: f32,
}

impl Sheet {
    pub fn of(document: &Document, page: &Dictionary) -> Self {
        let [left, bottom, right, top] = media_box(document, page);
        let turn = inherited(document, page, b"Rotate").and_then(|turn| turn.as_i64().ok()).unwrap_or(0);
        let (width, height) = (right - left, top - bottom);
        let (placing, width, height) = match turn.rem_euclid(360) {
            90 => (Matrix([0.0, 1.0, 1.0, 0.0, -bottom, -left]), height, width),
            180 => (Matrix([-1.0, 0.0, 0.0, 1.0, right, -bottom]), width, height),
            270 => (Matrix([0.0, -1.0, -1.0, 0.0, top, right]), height, width),
            _ => (Matrix([1.0, 0.0, 0.0, -1.0, -left, top]), width, height),
        };
        Self { placing, width, height }
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

fn media_box(document: &Document, page: &Dictionary) -> [f32; 4] {
    let list = inherited(document, page, b"MediaBox").and_then(|list| list.as_array().ok());
    let numbers: Vec<f32> = list
        .into_iter()
        .flatten()
        .filter_map(|entry| objects::number(objects::resolve(document, entry)))
        .collect();
    match numbers[..] {
        [a, b, c, d] if (a - c).abs() > 1.0 && (b - d).abs() > 1.0 => {
            [a.min(c), b.min(d), a.max(c), b.max(d)]
        }
        _ => A4,
    }
}
