//! Pages: their boxes, their inherited attributes and the streams they are drawn by.

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::budget::Budget;
use super::interpreter::Interpreter;
use super::matrix::Matrix;
use super::objects;
use super::run::Run;
use crate::quotes::Refusal;

/// A page of 40 items is some 60 KiB.
const MOST_CONTENT: usize = 16 << 20;
const MOST_STREAMS: usize = 1_000;
/// How far up the page tree an attribute may be inherited from.
const MOST_ANCESTORS: usize = 32;
const A4: [f32; 4] = [0.0, 0.0, 595.0, 842.0];

/// Where on the page text is seen, as the reader sees the page.
#[derive(Clone, Copy)]
pub struct Sheet {
    /// From the page's coordinates to points from the top left corner, after rotation.
    pub placing: Matrix,
    pub width: f32,
    pub height: f32,
}

pub fn read_pages(document: &Document, pages: &[ObjectId]) -> Result<Vec<Run>, Refusal> {
    let mut interpreter = Interpreter::new(document, Budget::default());
    for (index, id) in pages.iter().enumerate() {
        let page = document.get_dictionary(*id).map_err(|_| Refusal::Damaged)?;
        let content = content(document, page, interpreter.budget())?;
        let resources = inherited(document, page, b"Resources").and_then(|object| object.as_dict().ok());
        interpreter.read_page(index, sheet(document, page), &content, resources)?;
    }
    Ok(interpreter.finish())
}

/// The page's streams as one: an operator may begin in one and end in the next only at a token's edge.
fn content(document: &Document, page: &Dictionary, budget: &mut Budget) -> Result<Vec<u8>, Refusal> {
    let Ok(contents) = page.get(b"Contents") else { return Ok(Vec::new()) };
    let single = [contents.clone()];
    let streams = match objects::resolve(document, contents) {
        Object::Array(list) => list.as_slice(),
        _ => &single,
    };
    if streams.len() > MOST_STREAMS {
        return Err(Refusal::TooHeavy);
    }
    let mut content = Vec::new();
    for stream in streams {
        let stream = objects::resolve(document, stream).as_stream().map_err(|_| Refusal::Damaged)?;
        let part = budget.decode(stream, MOST_CONTENT - content.len().min(MOST_CONTENT))?;
        content.extend(part.ok_or(Refusal::Damaged)?);
        content.push(b'\n');
    }
    Ok(content)
}

fn inherited<'a>(document: &'a Document, page: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    let mut node = page;
    for _ in 0..MOST_ANCESTORS {
        if let Some(object) = objects::get(document, node, key) {
            return Some(object);
        }
        node = objects::get_dictionary(document, node, b"Parent")?;
    }
    None
}

fn sheet(document: &Document, page: &Dictionary) -> Sheet {
    let [left, bottom, right, top] = media_box(document, page);
    let turn = inherited(document, page, b"Rotate").and_then(|turn| turn.as_i64().ok()).unwrap_or(0);
    let (width, height) = (right - left, top - bottom);
    let (placing, width, height) = match turn.rem_euclid(360) {
        90 => (Matrix([0.0, 1.0, 1.0, 0.0, -bottom, -left]), height, width),
        180 => (Matrix([-1.0, 0.0, 0.0, 1.0, right, -bottom]), width, height),
        270 => (Matrix([0.0, -1.0, -1.0, 0.0, top, right]), height, width),
        _ => (Matrix([1.0, 0.0, 0.0, -1.0, -left, top]), width, height),
    };
    Sheet { placing, width, height }
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
