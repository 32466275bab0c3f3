//! What lies over a page without being part of it: comments and the fields of a form.

use lopdf::{Dictionary, Document, Object};

use crate::interpreter::Interpreter;
use crate::{Error, objects};

/// More on one page are an attack.
const MAX_NOTES: usize = 2_000;
/// The longest text that is kept of one, in characters.
const MAX_TEXT: usize = 200;
const HIDDEN: i64 = 2;
const NO_VIEW: i64 = 32;
/// How far up its tree a field may inherit a value.
const MAX_PARENTS: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoteKind {
    /// Put over the page by a person: typed text, a stamp, a drawing, a deletion.
    Comment,
    /// A field of a form that is filled in.
    Field,
}

/// Something that a viewer shows over a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// From 0.
    pub page: usize,
    pub kind: NoteKind,
    /// May be empty: a line drawn through an amount says something without a word.
    pub text: String,
}

pub fn read(
    interpreter: &mut Interpreter<'_>,
    page: usize,
    dictionary: &Dictionary,
) -> Result<Vec<Note>, Error> {
    let document = interpreter.document;
    let Some(Object::Array(list)) = objects::get(document, dictionary, b"Annots") else {
        return Ok(Vec::new());
    };
    interpreter.budget.compare(list.len())?;
    let annotations =
        list.iter().take(MAX_NOTES).filter_map(|entry| objects::resolve(document, entry).as_dict().ok());
    let layers = &interpreter.layers;
    let shown = annotations.filter(|annotation| {
        let flags =
            objects::get(document, annotation, b"F").and_then(|flags| flags.as_i64().ok()).unwrap_or(0);
        let in_layer = annotation.get(b"OC").is_ok_and(|layer| layers.hides(document, layer));
        flags & (HIDDEN | NO_VIEW) == 0 && !in_layer
    });
    Ok(shown.filter_map(|annotation| note(document, page, annotation)).collect())
}

fn note(document: &Document, page: usize, annotation: &Dictionary) -> Option<Note> {
    let kind = objects::get(document, annotation, b"Subtype")?.as_name().ok()?;
    match kind {
        // The way to another page, the window of another note, marks for the printing house.
        b"Link" | b"Popup" | b"PrinterMark" | b"TrapNet" | b"Screen" | b"Movie" | b"Sound" | b"3D" => None,
        b"Widget" => {
            let text = field_text(document, annotation)?;
            Some(Note { page, kind: NoteKind::Field, text })
        }
        _ => {
            let text = objects::get(document, annotation, b"Contents").and_then(text_of).unwrap_or_default();
            Some(Note { page, kind: NoteKind::Comment, text })
        }
    }
}

/// What a field says; none: it is empty, a button, or a signature.
fn field_text(document: &Document, widget: &Dictionary) -> Option<String> {
    let inherited = |key: &[u8]| {
        let mut node = widget;
        for _ in 0..MAX_PARENTS {
            if let Some(object) = objects::get(document, node, key) {
                return Some(object);
            }
            node = objects::get_dictionary(document, node, b"Parent")?;
        }
        None
    };
    match inherited(b"FT")?.as_name().ok()? {
        b"Tx" | b"Ch" => {
            let value = inherited(b"V")?;
            let text = match value {
                Object::Array(list) => list.iter().filter_map(text_of).collect::<Vec<_>>().join(", "),
                value => text_of(value)?,
            };
            Some(text).filter(|text| !text.is_empty())
        }
        b"Btn" => {
            let state = objects::get(document, widget, b"AS")?.as_name().ok()?;
            (state != b"Off").then(|| String::from_utf8_lossy(state).into_owned())
        }
        _ => None,
    }
}

fn text_of(object: &Object) -> Option<String> {
    let text = match object {
        Object::String(..) => lopdf::decode_text_string(object).ok()?,
        Object::Name(name) => String::from_utf8_lossy(name).into_owned(),
        _ => return None,
    };
    let words: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    Some(words.join(" ").chars().take(MAX_TEXT).collect())
}
