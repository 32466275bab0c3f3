//! Runs a content stream: which operator does what. Text is placed by `show`, everything else by `paint`.

use std::collections::HashMap;
use std::rc::Rc;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use crate::Error;
use crate::budget::Budget;
use crate::drawn::Drawn;
use crate::font::Font;
use crate::glyph::Glyph;
use crate::layers::Layers;
use crate::lexer::{Lexer, Token};
use crate::matrix::Matrix;
use crate::objects;
use crate::path::Path;
use crate::sheet::Sheet;
use crate::state::{Element, Operand, State, matrix};
use crate::surface::Surface;

const MAX_OPERANDS: usize = 64;
/// Graphics states that are kept at once; more are only counted.
const MAX_STATES: usize = 64;
/// Real files nest a handful.
const MAX_FORM_DEPTH: usize = 32;
const MAX_FORM_BYTES: usize = 8 << 20;

/// One content stream while it runs.
pub struct Frame<'a> {
    pub resources: Option<&'a Dictionary>,
    fonts: HashMap<Vec<u8>, Option<Rc<Font>>>,
    depth: usize,
}

impl<'a> Frame<'a> {
    /// An entry of one of the resource dictionaries.
    pub fn resource(&self, document: &'a Document, kind: &[u8], name: &[u8]) -> Option<&'a Object> {
        let all = objects::get_dictionary(document, self.resources?, kind)?;
        all.get(name).ok()
    }
}

pub struct Interpreter<'a> {
    pub document: &'a Document,
    pub budget: Budget,
    fonts: HashMap<ObjectId, Rc<Font>>,
    pub layers: Layers,
    /// What the page has so far.
    pub glyphs: Vec<Glyph>,
    pub surface: Surface,
    pub drawn: Drawn,
    /// Characters without a meaning, or with one that had to be guessed.
    pub uncertain: usize,
    pub sheet: Sheet,
    pub object: usize,
    pub jump: usize,
    pub show: usize,
    pub state: State,
    saved: Vec<State>,
    /// How many were to be saved beyond [`MAX_STATES`]: what restores one of them restores none of the others.
    unsaved: usize,
    pub path: Path,
    /// A clipping operator waits for the end of its path.
    pub clips: bool,
    pub text: Matrix,
    pub line: Matrix,
}

impl<'a> Interpreter<'a> {
    pub fn new(document: &'a Document) -> Self {
        Self {
            document,
            budget: Budget::default(),
            fonts: HashMap::new(),
            layers: Layers::read(document),
            glyphs: Vec::new(),
            surface: Surface::default(),
            drawn: Drawn::default(),
            uncertain: 0,
            sheet: Sheet::default(),
            object: 0,
            jump: 0,
            show: 0,
            state: State::new(Matrix::IDENTITY),
            saved: Vec::new(),
            unsaved: 0,
            path: Path::default(),
            clips: false,
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
        }
    }

    /// The characters of a page, in drawing order.
    pub fn read_page(
        &mut self,
        sheet: Sheet,
        content: &[u8],
        resources: Option<&'a Dictionary>,
    ) -> Result<Vec<Glyph>, Error> {
        self.sheet = sheet;
        self.surface = Surface::default();
        self.drawn = Drawn::default();
        self.object += 1;
        self.state = State::new(sheet.placing);
        self.saved.clear();
        self.unsaved = 0;
        self.execute(content, &mut Frame { resources, fonts: HashMap::new(), depth: 0 })?;
        self.layers.leave(0);
        self.drawn.strike(&mut self.glyphs, &mut self.budget)?;
        Ok(std::mem::take(&mut self.glyphs))
    }

    fn execute(&mut self, content: &[u8], frame: &mut Frame<'a>) -> Result<(), Error> {
        let mut lexer = Lexer::new(content);
        let mut operands: Vec<Operand> = Vec::new();
        let mut array: Option<Vec<Element>> = None;
        let marks = self.layers.depth();
        let mut is_mask = false;
        while let Some(token) = lexer.next() {
            match (token, &mut array) {
                (Token::Number(number), Some(array)) => array.push(Element::Kern(number)),
                (Token::Text(text), Some(array)) => array.push(Element::Text(text)),
                (Token::ArrayEnd, Some(_)) => operands.extend(array.take().map(Operand::Array)),
                (Token::Word(b"BI"), _) => operands.clear(),
                (Token::Word(b"true"), _) => {
                    is_mask |= matches!(operands.last(), Some(Operand::Name(name)) if name == b"IM" || name == b"ImageMask");
                }
                (Token::Word(b"ID"), _) => {
                    lexer.skip_inline_image();
                    operands.clear();
                    let is_mask = std::mem::take(&mut is_mask);
                    self.draw_image(!is_mask)?;
                }
                (Token::Word(operator), _) => {
                    // An array that never closes ends with the operator it belongs to.
                    operands.extend(array.take().map(Operand::Array));
                    self.budget.operator()?;
                    self.operate(operator, &operands, frame)?;
                    operands.clear();
                }
                (Token::ArrayStart, None) => array = Some(Vec::new()),
                (Token::Number(number), None) => operands.push(Operand::Number(number)),
                (Token::Name(name), None) => operands.push(Operand::Name(name)),
                (Token::Text(text), None) => operands.push(Operand::Text(text)),
                _ => {}
            }
            if operands.len() > MAX_OPERANDS {
                operands.clear();
            }
        }
        self.layers.leave(marks);
        Ok(())
    }

    fn operate(&mut self, operator: &[u8], operands: &[Operand], frame: &mut Frame<'a>) -> Result<(), Error> {
        match (operator, operands) {
            (b"q", _) if self.saved.len() < MAX_STATES => self.saved.push(self.state.clone()),
            (b"q", _) => self.unsaved += 1,
            (b"Q", _) if self.unsaved > 0 => self.unsaved -= 1,
            (b"Q", _) => {
                if let Some(state) = self.saved.pop() {
                    self.state = state;
                }
            }
            (b"cm", _) => {
                if let Some(matrix) = matrix(operands) {
                    self.state.placing = matrix.then(self.state.placing);
                }
            }
            (b"BT", _) => {
                self.object += 1;
                self.text = Matrix::IDENTITY;
                self.line = Matrix::IDENTITY;
            }
            (b"ET", _) => self.object += 1,
            (b"Tf", [Operand::Name(name), Operand::Number(size)]) => {
                self.state.font = self.font(name, frame)?;
                self.state.size = *size;
            }
            (b"Do", [Operand::Name(name)]) => self.draw(name, frame)?,
            (b"BDC", [Operand::Name(tag), Operand::Name(name)]) if tag == b"OC" => {
                let layer = frame.resource(self.document, b"Properties", name);
                self.layers.enter(self.document, layer, &mut self.budget)?;
            }
            (b"BDC" | b"BMC", _) => self.layers.enter(self.document, None, &mut self.budget)?,
            (b"EMC", _) => self.layers.leave(self.layers.depth().saturating_sub(1)),
            _ if self.paint(operator, operands, frame)? => {}
            _ => self.write(operator, operands)?,
        }
        Ok(())
    }

    fn font(&mut self, name: &[u8], frame: &mut Frame<'a>) -> Result<Option<Rc<Font>>, Error> {
        if let Some(font) = frame.fonts.get(name) {
            return Ok(font.clone());
        }
        let entry = frame.resource(self.document, b"Font", name);
        let id = entry.and_then(|entry| entry.as_reference().ok());
        let font = match id.and_then(|id| self.fonts.get(&id)) {
            Some(font) => Some(Rc::clone(font)),
            None => match entry.map(|entry| objects::resolve(self.document, entry)) {
                Some(Object::Dictionary(font)) => {
                    Some(Rc::new(Font::load(self.document, font, &mut self.budget)?))
                }
                _ => None,
            },
        };
        if let Some((id, font)) = id.zip(font.as_ref()) {
            self.fonts.insert(id, Rc::clone(font));
        }
        frame.fonts.insert(name.to_vec(), font.clone());
        Ok(font)
    }

    fn draw(&mut self, name: &[u8], frame: &Frame<'a>) -> Result<(), Error> {
        let entry = frame.resource(self.document, b"XObject", name);
        let Some(Object::Stream(drawn)) = entry.map(|entry| objects::resolve(self.document, entry)) else {
            return Ok(());
        };
        let marks = self.layers.depth();
        self.layers.enter(self.document, drawn.dict.get(b"OC").ok(), &mut self.budget)?;
        let result = match drawn.dict.get(b"Subtype").and_then(Object::as_name) {
            Ok(b"Form") => self.run_form(drawn, frame),
            Ok(b"Image") => self.draw_image(self.is_opaque(&drawn.dict)),
            _ => Ok(()),
        };
        self.layers.leave(marks);
        result
    }

    /// Draws a form; what it changes of the state ends with it.
    fn run_form(&mut self, form: &'a Stream, frame: &Frame<'a>) -> Result<(), Error> {
        if frame.depth >= MAX_FORM_DEPTH {
            return Err(Error::TooHeavy);
        }
        let Some(content) = self.budget.decode(form, MAX_FORM_BYTES)? else { return Err(Error::Damaged) };
        let saved = (std::mem::take(&mut self.saved), std::mem::take(&mut self.unsaved));
        let outer = (self.state.clone(), self.text, self.line);
        if let Some(numbers) = objects::numbers::<6>(self.document, &form.dict, b"Matrix") {
            self.state.placing = Matrix(numbers).then(self.state.placing);
        }
        self.enter_form(form);
        let resources = objects::get_dictionary(self.document, &form.dict, b"Resources").or(frame.resources);
        let mut inner = Frame { resources, fonts: HashMap::new(), depth: frame.depth + 1 };
        self.object += 1;
        let result = self.execute(&content, &mut inner);
        self.object += 1;
        (self.state, self.text, self.line) = outer;
        (self.saved, self.unsaved) = saved;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_restores_a_state_that_was_not_saved_leaves_the_saved_ones_alone() {
        let document = Document::new();
        let mut interpreter = Interpreter::new(&document);
        let mut frame = Frame { resources: None, fonts: HashMap::new(), depth: 0 };
        let shifted = format!("{}1 0 0 1 5 0 cm q Q", "q ".repeat(MAX_STATES));
        interpreter.execute(shifted.as_bytes(), &mut frame).unwrap();
        assert_eq!(interpreter.state.placing.0[4], 5.0);
        interpreter.execute("Q ".repeat(MAX_STATES).as_bytes(), &mut frame).unwrap();
        assert_eq!(interpreter.state.placing.0[4], 0.0);
    }
}
