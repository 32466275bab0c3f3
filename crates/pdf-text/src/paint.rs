//! Operators that paint, clip and choose colours: what hides text, and what text is drawn on.

use lopdf::{Dictionary, Object, Stream};

use crate::Error;
use crate::glyph::Area;
use crate::interpreter::{Frame, Interpreter};
use crate::objects;
use crate::state::{Operand, Paint, numbers};
use crate::surface::{BLACK, Ink, Shape, ink};

/// Paint of at least this opacity hides what is below.
const OPAQUE: f32 = 0.95;

impl<'a> Interpreter<'a> {
    /// `false`: the operator does something else.
    pub fn paint(&mut self, operator: &[u8], operands: &[Operand], frame: &Frame<'a>) -> Result<bool, Error> {
        let placing = self.state.placing;
        let values = numbers(operands);
        match (operator, &*values) {
            (b"re", &[x, y, width, height]) => self.path.rectangle(placing, [x, y, width, height]),
            (b"m", &[x, y]) => self.path.move_to(placing, x, y),
            (b"l", &[x, y]) => self.path.line_to(placing, x, y),
            (b"c", &[a, b, c, d, x, y]) => self.path.curve_to(placing, Some((a, b)), [(c, d), (x, y)]),
            (b"v", &[c, d, x, y]) => self.path.curve_to(placing, None, [(c, d), (x, y)]),
            (b"y", &[a, b, x, y]) => self.path.curve_to(placing, Some((a, b)), [(x, y), (x, y)]),
            (b"h", _) => self.path.close(),
            (b"W" | b"W*", _) => self.clips = true,
            (b"f" | b"F" | b"b" | b"B", _) => self.fill(false, matches!(operator, b"b" | b"B"))?,
            (b"f*" | b"b*" | b"B*", _) => self.fill(true, operator != b"f*")?,
            (b"S" | b"s", _) => self.stroke()?,
            (b"n", _) => self.end_path(),
            (b"sh", _) if self.state.fill.opacity() >= OPAQUE && !self.state.blends => {
                let clip = self.state.clip;
                self.cover(&Shape::from(clip), false, None)?;
            }
            (b"w", &[width]) => self.state.line_width = width,
            (b"gs", _) => self.set_state(operands, frame),
            _ => return Ok(self.colour(operator, &values, operands, frame)),
        }
        Ok(true)
    }

    fn colour(&mut self, operator: &[u8], values: &[f32], operands: &[Operand], frame: &Frame<'a>) -> bool {
        let (fill, stroke) = (&mut self.state.fill, &mut self.state.stroke);
        let name = operands.iter().rev().find_map(|operand| match operand {
            Operand::Name(name) => Some(name.as_slice()),
            _ => None,
        });
        match operator {
            b"g" | b"rg" | b"k" => *fill = fill.in_device(values),
            b"G" | b"RG" | b"K" => *stroke = stroke.in_device(values),
            b"sc" | b"scn" => fill.ink = component_ink(*fill, values, name),
            b"SC" | b"SCN" => stroke.ink = component_ink(*stroke, values, name),
            b"cs" | b"CS" => {
                let kind = name.map_or(b"".as_slice(), |name| self.colour_space(name, frame));
                let tint = matches!(kind, b"Separation" | b"DeviceN");
                let paint = if operator == b"cs" { &mut self.state.fill } else { &mut self.state.stroke };
                // A pattern that nobody chose yet leaves no mark.
                let ink = if kind == b"Pattern" { None } else { BLACK };
                *paint = Paint { ink, tint, indexed: matches!(kind, b"Indexed" | b"Lab"), ..*paint };
            }
            _ => return false,
        }
        true
    }

    /// What kind of colour space a name stands for.
    fn colour_space<'n>(&self, name: &'n [u8], frame: &Frame<'a>) -> &'n [u8]
    where
        'a: 'n,
    {
        let entry = frame.resource(self.document, b"ColorSpace", name);
        let entry = entry.map(|entry| objects::resolve(self.document, entry));
        match entry {
            Some(Object::Array(list)) => list.first().and_then(|kind| kind.as_name().ok()).unwrap_or(name),
            Some(Object::Name(kind)) => kind,
            _ => name,
        }
    }

    fn set_state(&mut self, operands: &[Operand], frame: &Frame<'a>) {
        let [Operand::Name(name)] = operands else { return };
        let entry = frame.resource(self.document, b"ExtGState", name);
        let Some(Object::Dictionary(set)) = entry.map(|entry| objects::resolve(self.document, entry)) else {
            return;
        };
        let number = |key| objects::get(self.document, set, key).and_then(objects::number);
        if let Some(opacity) = number(b"ca") {
            self.state.fill.opacity = opacity;
        }
        if let Some(opacity) = number(b"CA") {
            self.state.stroke.opacity = opacity;
        }
        if let Some(width) = number(b"LW") {
            self.state.line_width = width;
        }
        let plain = |object: &Object| matches!(object.as_name(), Ok(b"Normal" | b"Compatible" | b"None"));
        let modes = [b"BM".as_slice(), b"SMask"].map(|key| objects::get(self.document, set, key));
        if modes.iter().any(Option::is_some) {
            self.state.blends = modes.into_iter().flatten().any(|mode| !plain(mode));
        }
    }

    fn fill(&mut self, even_odd: bool, with_stroke: bool) -> Result<(), Error> {
        self.note_filled()?;
        if with_stroke {
            self.note_stroked()?;
        }
        if self.state.fill.opacity() >= OPAQUE && !self.state.blends {
            let extent = self.clips.then(|| self.path.extent()).flatten();
            let shape = self.path.take_patches();
            // A pattern may leave gaps.
            if let Some(ink) = self.state.fill.ink {
                self.cover(&shape, even_odd, Some(ink))?;
            }
            self.clip_to(extent);
        }
        self.end_path();
        Ok(())
    }

    fn stroke(&mut self) -> Result<(), Error> {
        self.note_stroked()?;
        let width = self.state.line_width * self.state.placing.height();
        if self.state.stroke.opacity() >= OPAQUE && !self.state.blends && width >= 2.0 && !self.clips {
            let shape = self.path.take_strokes(width);
            if let Some(ink) = self.state.stroke.ink {
                self.cover(&shape, false, Some(ink))?;
            }
        }
        self.end_path();
        Ok(())
    }

    fn end_path(&mut self) {
        if std::mem::take(&mut self.clips) {
            let extent = self.path.extent();
            self.clip_to(extent);
        }
        self.path = Default::default();
    }

    fn clip_to(&mut self, extent: Option<Area>) {
        if let Some(extent) = extent {
            self.state.clip = self.state.clip.intersect(extent);
        }
    }

    fn cover(&mut self, shape: &Shape, even_odd: bool, ink: Ink) -> Result<(), Error> {
        if self.layers.is_off() {
            return Ok(());
        }
        let clip = self.state.clip;
        self.surface.paint(shape, even_odd, ink, clip, &mut self.glyphs, &mut self.budget)
    }

    /// Draws a picture, which fills the unit square of the current coordinates.
    pub fn draw_image(&mut self, is_opaque: bool) -> Result<(), Error> {
        let placing = self.state.placing;
        let corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)].map(|(x, y)| placing.apply(x, y));
        let area = Area::around(&corners);
        self.note_picture(area);
        if !is_opaque || self.state.fill.opacity() < OPAQUE || self.state.blends {
            return Ok(());
        }
        self.cover(&Shape::from(area), false, None)
    }

    pub fn is_opaque(&self, image: &Dictionary) -> bool {
        let is_mask = objects::get(self.document, image, b"ImageMask")
            .is_some_and(|mask| matches!(mask, Object::Boolean(true)));
        !is_mask && !image.has(b"SMask") && !image.has(b"Mask") && !image.has(b"SMaskInData")
    }

    /// Clips to the form's box; in a group, keeps the opacity so far as that of the group as a whole.
    pub fn enter_form(&mut self, form: &Stream) {
        if let Some([left, bottom, right, top]) = objects::numbers::<4>(self.document, &form.dict, b"BBox") {
            let placing = self.state.placing;
            let corners = [(left, bottom), (right, bottom), (left, top), (right, top)];
            self.clip_to(Some(Area::around(&corners.map(|(x, y)| placing.apply(x, y)))));
        }
        if form.dict.has(b"Group") {
            for paint in [&mut self.state.fill, &mut self.state.stroke] {
                paint.outer = paint.opacity();
                paint.opacity = 1.0;
            }
        }
    }
}

fn component_ink(paint: Paint, values: &[f32], pattern: Option<&[u8]>) -> Ink {
    if pattern.is_some() || paint.indexed { None } else { ink(values, paint.tint) }
}

#[cfg(test)]
mod tests {
    use lopdf::{Document, dictionary};

    use super::*;
    use crate::sheet::Sheet;

    #[test]
    fn a_device_colour_ends_a_palette() {
        let document = Document::new();
        let palette = Object::Array(vec![Object::Name(b"Indexed".to_vec())]);
        let resources = dictionary! { "ColorSpace" => dictionary! { "P" => palette } };
        let mut interpreter = Interpreter::new(&document);
        for (content, ink) in [("/P cs 3 sc", None), ("/P cs 3 sc 1 0 0 rg 0 1 0 sc", Some([0.0, 1.0, 0.0]))]
        {
            interpreter.read_page(Sheet::default(), content.as_bytes(), Some(&resources)).unwrap();
            assert_eq!(interpreter.state.fill.ink, ink, "{content}");
        }
    }
}
