//! Operators that write text: where each character lands, and whether it is seen there.

use crate::Error;
use crate::glyph::{Area, Glyph, Sight};
use crate::interpreter::Interpreter;
use crate::matrix::Matrix;
use crate::state::{Element, Operand, Paint, matrix};
use crate::surface::{CONTRAST, faded, rgb};

/// Text may begin this far outside the sheet, in points, and still count as printed.
const EDGE: f32 = 2.0;
/// Nobody reads smaller print, in points.
const SMALLEST: f32 = 1.5;
/// Capitals reach this far above the baseline, in font sizes.
const CAPITALS: f32 = 0.7;
/// Text this near to what it is drawn on, from 0 to 1, is as pale as a watermark.
const PALE: f32 = 0.35;
/// Paint of less opacity leaves no mark.
const FAINTEST: f32 = 0.05;

impl Interpreter<'_> {
    /// Operators that show text, move the pen or set a number.
    pub fn write(&mut self, operator: &[u8], operands: &[Operand]) -> Result<(), Error> {
        match (operator, operands) {
            (b"Tj", [Operand::Text(text)]) => self.show(&[text])?,
            (b"TJ", [Operand::Array(array)]) => self.show_array(array)?,
            (b"'", [Operand::Text(text)]) => {
                self.next_line(0.0, -self.state.leading);
                self.show(&[text])?;
            }
            (b"\"", [Operand::Number(word), Operand::Number(character), Operand::Text(text)]) => {
                self.state.word_spacing = *word;
                self.state.character_spacing = *character;
                self.next_line(0.0, -self.state.leading);
                self.show(&[text])?;
            }
            (b"Tc", [Operand::Number(spacing)]) => self.state.character_spacing = *spacing,
            (b"Tw", [Operand::Number(spacing)]) => self.state.word_spacing = *spacing,
            (b"Tz", [Operand::Number(percent)]) => self.state.stretch = percent / 100.0,
            (b"TL", [Operand::Number(leading)]) => self.state.leading = *leading,
            (b"Ts", [Operand::Number(rise)]) => self.state.rise = *rise,
            (b"Tr", [Operand::Number(mode)]) => self.state.render = *mode as u8,
            (b"Td", [Operand::Number(x), Operand::Number(y)]) => self.next_line(*x, *y),
            (b"TD", [Operand::Number(x), Operand::Number(y)]) => {
                self.state.leading = -y;
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
        Ok(())
    }

    fn next_line(&mut self, x: f32, y: f32) {
        self.line = Matrix::translation(x, y).then(self.line);
        self.text = self.line;
    }

    fn show(&mut self, texts: &[&[u8]]) -> Result<(), Error> {
        self.show += 1;
        let length = self.length(texts.iter().copied());
        texts.iter().try_for_each(|text| self.show_text(text, length))
    }

    fn show_array(&mut self, array: &[Element]) -> Result<(), Error> {
        self.show += 1;
        let texts = array.iter().filter_map(|element| match element {
            Element::Text(text) => Some(text.as_slice()),
            Element::Kern(_) => None,
        });
        let length = self.length(texts);
        for element in array {
            match element {
                Element::Text(text) => self.show_text(text, length)?,
                Element::Kern(kern) => {
                    let back = kern / 1000.0 * self.state.size * self.state.stretch;
                    self.text = Matrix::translation(-back, 0.0).then(self.text);
                }
            }
        }
        Ok(())
    }

    fn length<'t>(&self, texts: impl Iterator<Item = &'t [u8]>) -> usize {
        let bytes: usize = texts.map(<[u8]>::len).sum();
        let font = self.state.font.as_ref();
        bytes.div_ceil(font.map_or(1, |font| font.code_length()))
    }

    fn show_text(&mut self, bytes: &[u8], length: usize) -> Result<(), Error> {
        let Some(font) = self.state.font.clone() else { return Ok(()) };
        font.decode(bytes, |character| {
            self.budget.character()?;
            let state = &self.state;
            let spacing =
                state.character_spacing + if character.is_single_space { state.word_spacing } else { 0.0 };
            let advance = (character.advance * state.size + spacing) * state.stretch;
            let here = Matrix::translation(0.0, state.rise).then(self.text).then(state.placing);
            self.text = Matrix::translation(advance, 0.0).then(self.text);
            self.uncertain += usize::from(character.uncertain);
            self.place(here, advance, font.em, character.text, length)
        })
    }

    fn place(&mut self, here: Matrix, advance: f32, em: f32, text: &str, length: usize) -> Result<(), Error> {
        let ((x, y), (step_x, step_y), (rise_x, rise_y)) = (here.origin(), here.step(), here.rise());
        let size = self.state.size * em;
        let height = size.abs() * here.height();
        let advance = (step_x * advance, step_y * advance);
        let finite = [x, y, advance.0, advance.1, height].iter().all(|number| number.is_finite());
        if text.is_empty() || !finite || height < 0.01 {
            return Ok(());
        }
        let (up_x, up_y) = (rise_x * size * CAPITALS, rise_y * size * CAPITALS);
        let (end_x, end_y) = (x + advance.0, y + advance.1);
        let area =
            Area::around(&[(x, y), (end_x, end_y), (x + up_x, y + up_y), (end_x + up_x, end_y + up_y)]);
        let paint = self.state.text_paint();
        let (sight, faint) = self.sight((x, y), area, height)?;
        let direction = self.state.size.signum();
        self.glyphs.push(Glyph {
            text: text.to_owned(),
            object: self.object,
            jump: self.jump,
            show: self.show,
            length,
            x,
            y,
            advance,
            size: height,
            angle: (step_y * direction).atan2(step_x * direction).to_degrees(),
            ink: rgb(paint.and_then(|paint| faded(paint.ink, paint.opacity()))),
            area,
            sight,
            struck: false,
            faint,
        });
        Ok(())
    }

    /// Whether a character is seen, and whether it is as pale as a watermark.
    fn sight(&mut self, origin: (f32, f32), area: Area, height: f32) -> Result<(Sight, bool), Error> {
        let Area { left, top, right, bottom } = self.sheet.shown;
        let sheet = Area { left: left - EDGE, top: top - EDGE, right: right + EDGE, bottom: bottom + EDGE };
        let paint = self.state.text_paint().filter(|paint| paint.opacity() >= FAINTEST);
        let contrast = match paint {
            Some(paint) => self.surface.contrast(paint.ink, area, &mut self.budget)?,
            None => 0.0,
        };
        // Nobody knows how pale a pattern is, or a colour of a palette.
        let is_pale = |paint: Paint| paint.ink.is_none() || contrast * paint.opacity() < PALE;
        let faint = paint.is_some_and(is_pale);
        let sight = match paint {
            _ if !sheet.contains(origin) => Sight::OffSheet,
            None => Sight::Invisible,
            Some(_) if self.layers.is_off() || height < SMALLEST => Sight::Invisible,
            Some(_) if !self.state.clip.contains(area.center()) => Sight::Clipped,
            Some(_) if contrast >= CONTRAST => Sight::Seen,
            Some(_) => Sight::Invisible,
        };
        Ok((sight, faint))
    }
}
