//! Reads the pages of a document, each from all its content streams.

use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::budget::Budget;
use crate::drawn::Picture;
use crate::interpreter::Interpreter;
use crate::note::{self, Note};
use crate::run::Run;
use crate::sheet::{Sheet, inherited};
use crate::{Error, assemble, objects};

/// A page of 40 items is some 60 KiB.
const MAX_CONTENT: usize = 16 << 20;
const MAX_STREAMS: usize = 1_000;

/// What all pages say together.
#[derive(Default)]
pub struct Pages {
    pub runs: Vec<Run>,
    pub notes: Vec<Note>,
    pub pictures: Vec<Picture>,
    pub uncertain: usize,
}

pub fn read_pages(document: &Document, pages: &[ObjectId]) -> Result<Pages, Error> {
    let mut interpreter = Interpreter::new(document);
    let mut read = Pages::default();
    for (index, id) in pages.iter().enumerate() {
        let page = document.get_dictionary(*id).map_err(|_| Error::Damaged)?;
        let content = content(document, page, &mut interpreter.budget)?;
        let resources = inherited(document, page, b"Resources").and_then(|object| object.as_dict().ok());
        let glyphs = interpreter.read_page(Sheet::of(document, page), &content, resources)?;
        let mut pictures = interpreter.drawn.take_pictures(index, &glyphs, &mut interpreter.budget)?;
        let runs = assemble::runs(index, glyphs, &mut pictures);
        interpreter.budget.runs(runs.len())?;
        read.runs.extend(runs);
        read.pictures.extend(pictures);
        read.notes.extend(note::read(&mut interpreter, index, page)?);
    }
    read.uncertain = interpreter.uncertain;
    Ok(read)
}

/// The page's streams as one: an operator may begin in one and end in the next only at a token's edge.
fn content(document: &Document, page: &Dictionary, budget: &mut Budget) -> Result<Vec<u8>, Error> {
    let Ok(contents) = page.get(b"Contents") else { return Ok(Vec::new()) };
    let streams = match objects::resolve(document, contents) {
        Object::Array(list) => list.as_slice(),
        _ => std::slice::from_ref(contents),
    };
    if streams.len() > MAX_STREAMS {
        return Err(Error::TooHeavy);
    }
    let mut content = Vec::new();
    for stream in streams {
        let stream = objects::resolve(document, stream).as_stream().map_err(|_| Error::Damaged)?;
        let part = budget.decode(stream, MAX_CONTENT - content.len().min(MAX_CONTENT))?;
        content.extend(part.ok_or(Error::Damaged)?);
        content.push(b'\n');
    }
    Ok(content)
}
