//! What lies over a page without being part of it: comments and the fields of a form.

use lopdf::{Dictionary, Document, Object};

use crate::interpreter::Interpreter;
use crate::lexer::{Lexer, Token};
use crate::{Error, objects};

/// More on one page are an attack.
const MAX_NOTES: usize = 2_000;
/// The longest text that is kept of one, in characters.
const MAX_TEXT: usize = 200;
/// The picture of a field is some hundred bytes, that of a stamp some 100 KiB.
const MAX_APPEARANCE: usize = 4 << 20;
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
    let mut notes = Vec::new();
    for annotation in annotations {
        let flags =
            objects::get(document, annotation, b"F").and_then(|flags| flags.as_i64().ok()).unwrap_or(0);
        let in_layer = match annotation.get(b"OC") {
            Ok(layer) => interpreter.layers.hides(document, layer, &mut interpreter.budget)?,
            Err(_) => false,
        };
        if flags & (HIDDEN | NO_VIEW) == 0 && !in_layer {
            notes.extend(note(interpreter, page, annotation)?);
        }
    }
    Ok(notes)
}

fn note(
    interpreter: &mut Interpreter<'_>,
    page: usize,
    annotation: &Dictionary,
) -> Result<Option<Note>, Error> {
    let document = interpreter.document;
    let kind = objects::get(document, annotation, b"Subtype").and_then(|kind| kind.as_name().ok());
    Ok(match kind {
        // The window of another note, marks for the printing house.
        None | Some(b"Popup" | b"PrinterMark" | b"TrapNet") => None,
        // The way to another page, and what plays something, are drawn as well where they have a picture of their own.
        Some(b"Link" | b"Screen" | b"Movie" | b"Sound" | b"3D") => appearance(interpreter, annotation)?
            .filter(|appearance| *appearance != Appearance::Nothing)
            .map(|_| Note { page, kind: NoteKind::Comment, text: String::new() }),
        Some(b"Widget") => {
            let text = match field_text(document, annotation) {
                Some(text) => Some(text),
                // It shows something that is not its value.
                None => appearance(interpreter, annotation)?
                    .filter(|appearance| *appearance == Appearance::Filled)
                    .map(|_| String::new()),
            };
            text.map(|text| Note { page, kind: NoteKind::Field, text })
        }
        Some(_) => {
            let text = objects::get(document, annotation, b"Contents").and_then(text_of).unwrap_or_default();
            Some(Note { page, kind: NoteKind::Comment, text })
        }
    })
}

/// What an annotation's own picture leaves on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Appearance {
    Nothing,
    /// Lines only, as the frame of an empty field.
    Lined,
    /// Text, areas or pictures.
    Filled,
}

/// None: it has no picture of its own.
fn appearance(
    interpreter: &mut Interpreter<'_>,
    annotation: &Dictionary,
) -> Result<Option<Appearance>, Error> {
    let document = interpreter.document;
    let all = objects::get_dictionary(document, annotation, b"AP");
    let normal = all.and_then(|all| objects::get(document, all, b"N"));
    let normal = match normal {
        Some(Object::Dictionary(states)) => {
            let state = objects::get(document, annotation, b"AS").and_then(|state| state.as_name().ok());
            state.and_then(|state| objects::get(document, states, state))
        }
        other => other,
    };
    let Some(Object::Stream(stream)) = normal else { return Ok(None) };
    let content = interpreter.budget.decode(stream, MAX_APPEARANCE)?;
    // Viewers show as much of a damaged picture as they can read, which may be anything.
    Ok(Some(content.map_or(Appearance::Filled, |content| painted(&content))))
}

fn painted(content: &[u8]) -> Appearance {
    let (mut has_text, mut most) = (false, Appearance::Nothing);
    for token in Lexer::new(content) {
        match token {
            Token::Text(text) => has_text |= text.iter().any(|byte| !byte.is_ascii_whitespace()),
            Token::Word(b"Tj" | b"TJ" | b"'" | b"\"") if has_text => return Appearance::Filled,
            Token::Word(b"f" | b"F" | b"f*" | b"b" | b"B" | b"b*" | b"B*" | b"Do" | b"sh" | b"ID") => {
                return Appearance::Filled;
            }
            Token::Word(b"S" | b"s") => most = Appearance::Lined,
            Token::Word(_) => has_text = false,
            _ => {}
        }
    }
    most
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
                // Too long for a string: what it says stands in its picture.
                Object::Stream(_) => return Some(String::new()),
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
