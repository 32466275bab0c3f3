//! Runs a content stream for its text: where each character lands, in the order in which it is drawn.

use std::collections::HashMap;
use std::rc::Rc;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use crate::Error;
use crate::budget::Budget;
use crate::font::Font;
use crate::lexer::{Lexer, Token};
use crate::matrix::Matrix;
use crate::objects;
use crate::run::{Placed, Run, Runs};
use crate::sheet::Sheet;
use crate::state::{Element, Operand, State, matrix};

const MAX_OPERANDS: usize = 64;
/// Graphics states saved at once; more are counted but not kept.
const MAX_STATES: usize = 64;
const MAX_FORM_DEPTH: usize = 8;
const MAX_FORM_BYTES: usize = 8 << 20;
/// Text may begin this far outside the sheet, in points, and still count as printed.
const EDGE: f32 = 2.0;

/// One content stream while it runs.
struct Frame<'a> {
    resources: Option<&'a Dictionary>,
    fonts: HashMap<Vec<u8>, Option<Rc<Font>>>,
    depth: usize,
}

pub struct Interpreter<'a> {
    document: &'a Document,
    budget: Budget,
    fonts: HashMap<ObjectId, Rc<Font>>,
    runs: Runs,
    sheet: Sheet,
    page: usize,
    object: usize,
    jump: usize,
    show: usize,
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
}

impl<'a> Interpreter<'a> {
    pub fn new(document: &'a Document, budget: Budget) -> Self {
        Self {
            document,
            budget,
            fonts: HashMap::new(),
            runs: Runs::default(),
            sheet: Sheet { placing: Matrix::IDENTITY, width: 0.0, height: 0.0 },
            page: 0,
            object: 0,
            jump: 0,
            show: 0,
            state: State::new(Matrix::IDENTITY),
            saved: Vec::new(),
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
        }
    }

    pub fn budget(&mut self) -> &mut Budget {
        &mut self.budget
    }

    pub fn finish(self) -> Vec<Run> {
        self.runs.finish()
    }

    pub fn read_page(
        &mut self,
        page: usize,
        sheet: Sheet,
        content: &[u8],
        resources: Option<&'a Dictionary>,
    ) -> Result<(), Error> {
        self.page = page;
        self.sheet = sheet;
        self.object += 1;
        self.state = State::new(sheet.placing);
        self.saved.clear();
        self.execute(content, &mut Frame { resources, fonts: HashMap::new(), depth: 0 })
    }

    fn execute(&mut self, content: &[u8], frame: &mut Frame<'a>) -> Result<(), Error> {
        let mut lexer = Lexer::new(content);
        let mut operands: Vec<Operand> = Vec::new();
        let mut array: Option<Vec<Element>> = None;
        while let Some(token) = lexer.next() {
            match (token, &mut array) {
                (Token::Number(number), Some(array)) => array.push(Element::Kern(number)),
                (Token::Text(text), Some(array)) => array.push(Element::Text(text)),
                (Token::ArrayEnd, Some(_)) => operands.extend(array.take().map(Operand::Array)),
                (Token::Word(b"BI" | b"ID"), _) => {
                    lexer.skip_inline_image();
                    operands.clear();
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
        Ok(())
    }

    fn operate(&mut self, operator: &[u8], operands: &[Operand], frame: &mut Frame<'a>) -> Result<(), Error> {
        match (operator, operands) {
            (b"q", _) => {
                if self.saved.len() < MAX_STATES {
                    self.saved.push(self.state.clone());
                }
            }
            (b"Q", _) => self.state = self.saved.pop().unwrap_or_else(|| self.state.clone()),
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
            (b"Do", [Operand::Name(name)]) => self.draw_form(name, frame)?,
            (b"Tj", [Operand::Text(text)]) => self.show(text)?,
            (b"TJ", [Operand::Array(array)]) => self.show_array(array)?,
            (b"'", [Operand::Text(text)]) => {
                self.next_line(0.0, -self.state.leading);
                self.show(text)?;
            }
            (b"\"", [Operand::Number(word), Operand::Number(character), Operand::Text(text)]) => {
                self.state.word_spacing = *word;
                self.state.character_spacing = *character;
                self.next_line(0.0, -self.state.leading);
                self.show(text)?;
            }
            _ => self.set(operator, operands),
        }
        Ok(())
    }

    /// Operators that only move the pen or set a number.
    fn set(&mut self, operator: &[u8], operands: &[Operand]) {
        let state = &mut self.state;
        match (operator, operands) {
            (b"Tc", [Operand::Number(spacing)]) => state.character_spacing = *spacing,
            (b"Tw", [Operand::Number(spacing)]) => state.word_spacing = *spacing,
            (b"Tz", [Operand::Number(percent)]) => state.stretch = percent / 100.0,
            (b"TL", [Operand::Number(leading)]) => state.leading = *leading,
            (b"Ts", [Operand::Number(rise)]) => state.rise = *rise,
            (b"Td", [Operand::Number(x), Operand::Number(y)]) => self.next_line(*x, *y),
            (b"TD", [Operand::Number(x), Operand::Number(y)]) => {
                state.leading = -y;
                self.next_line(*x, *y);
            }
            (b"T*", _) => self.next_line(0.0, -self.state.leading),
            (b"Tm", _) => {
                if let Some(matrix) = matrix(operands) {
                    self.jump += 1;
                    self.text = matrix;
                    self.line = matrix;
                }
            }
            _ => {}
        }
    }

    fn next_line(&mut self, x: f32, y: f32) {
        self.line = Matrix::translation(x, y).then(self.line);
        self.text = self.line;
    }

    fn font(&mut self, name: &[u8], frame: &mut Frame<'a>) -> Result<Option<Rc<Font>>, Error> {
        if let Some(font) = frame.fonts.get(name) {
            return Ok(font.clone());
        }
        let fonts = frame.resources.and_then(|all| objects::get_dictionary(self.document, all, b"Font"));
        let entry = fonts.and_then(|fonts| fonts.get(name).ok());
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

    fn draw_form(&mut self, name: &[u8], frame: &Frame<'a>) -> Result<(), Error> {
        let forms = frame.resources.and_then(|all| objects::get_dictionary(self.document, all, b"XObject"));
        let Some(Object::Stream(form)) = forms.and_then(|forms| objects::get(self.document, forms, name))
        else {
            return Ok(());
        };
        let is_form = matches!(form.dict.get(b"Subtype"), Ok(Object::Name(kind)) if kind == b"Form");
        if !is_form || frame.depth >= MAX_FORM_DEPTH {
            return Ok(());
        }
        self.run_form(form, frame)
    }

    fn run_form(&mut self, form: &'a Stream, frame: &Frame<'a>) -> Result<(), Error> {
        let Some(content) = self.budget.decode(form, MAX_FORM_BYTES)? else { return Err(Error::Damaged) };
        let outer = (self.state.clone(), std::mem::take(&mut self.saved), self.text, self.line);
        if let Some(numbers) = objects::numbers::<6>(self.document, &form.dict, b"Matrix") {
            self.state.placing = Matrix(numbers).then(self.state.placing);
        }
        let resources = objects::get_dictionary(self.document, &form.dict, b"Resources").or(frame.resources);
        let mut inner = Frame { resources, fonts: HashMap::new(), depth: frame.depth + 1 };
        self.object += 1;
        let result = self.execute(&content, &mut inner);
        self.object += 1;
        (self.state, self.saved, self.text, self.line) = outer;
        result
    }

    fn show_array(&mut self, array: &[Element]) -> Result<(), Error> {
        self.show += 1;
        for element in array {
            match element {
                Element::Text(text) => self.show_text(text)?,
                Element::Kern(kern) => {
                    let back = kern / 1000.0 * self.state.size * self.state.stretch;
                    self.text = Matrix::translation(-back, 0.0).then(self.text);
                }
            }
        }
        Ok(())
    }

    fn show(&mut self, text: &[u8]) -> Result<(), Error> {
        self.show += 1;
        self.show_text(text)
    }

    fn show_text(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(font) = self.state.font.clone() else { return Ok(()) };
        font.decode(bytes, |character| {
            self.budget.character()?;
            let state = &self.state;
            let spacing =
                state.character_spacing + if character.is_single_space { state.word_spacing } else { 0.0 };
            let advance = (character.advance * state.size + spacing) * state.stretch;
            let here = Matrix::translation(0.0, state.rise).then(self.text).then(state.placing);
            self.text = Matrix::translation(advance, 0.0).then(self.text);
            if self.place(here, advance, character.text) { Ok(()) } else { Err(Error::TooHeavy) }
        })
    }

    /// Places a character if it is upright and on the sheet: slanted marks and clipped text are no part of the table.
    fn place(&mut self, here: Matrix, advance: f32, text: &str) -> bool {
        let ((left, y), (step_x, step_y)) = (here.origin(), here.step());
        let size = self.state.size.abs() * here.height();
        let upright = step_x * self.state.size > 0.0 && step_y.abs() < 0.1 * step_x.abs();
        let inside = (-EDGE..self.sheet.width + EDGE).contains(&left)
            && (-EDGE..self.sheet.height + EDGE).contains(&y);
        let right = left + step_x * advance;
        let sized = size > 0.01 && size.is_finite() && right.is_finite();
        if text.is_empty() || !upright || !inside || !sized {
            return true;
        }
        let (page, object, jump, show) = (self.page, self.object, self.jump, self.show);
        self.runs.add(&Placed { page, object, jump, show, text, left, right, y, size })
    }
}
