//! The graphics and text state a content stream changes, and the operands it does so with.

use std::rc::Rc;

use crate::font::Font;
use crate::glyph::Area;
use crate::matrix::Matrix;
use crate::surface::{BLACK, Ink, ink};

#[derive(Clone)]
pub struct State {
    pub placing: Matrix,
    /// What can be painted on, as an upright rectangle around it.
    pub clip: Area,
    pub fill: Paint,
    pub stroke: Paint,
    /// Something other than paint over paint: a blend mode, or a soft mask.
    pub blends: bool,
    pub line_width: f32,
    pub font: Option<Rc<Font>>,
    pub size: f32,
    pub character_spacing: f32,
    pub word_spacing: f32,
    pub stretch: f32,
    pub leading: f32,
    pub rise: f32,
    pub render: u8,
}

#[derive(Clone, Copy)]
pub struct Paint {
    pub ink: Ink,
    /// The components of a colour are amounts of inks, not of light.
    pub tint: bool,
    /// The components do not say the colour: they index a palette, or are of a colour space that is not read.
    pub indexed: bool,
    pub opacity: f32,
    /// The opacity of the group that is being drawn.
    pub outer: f32,
}

impl Paint {
    const DEFAULT: Self = Self { ink: BLACK, tint: false, indexed: false, opacity: 1.0, outer: 1.0 };

    /// With a colour of a device's own colour space, which later components are of as well.
    pub fn in_device(self, components: &[f32]) -> Self {
        Self { ink: ink(components, false), tint: false, indexed: false, ..self }
    }

    pub fn opacity(self) -> f32 {
        self.opacity * self.outer
    }
}

pub enum Operand {
    Number(f32),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Element>),
}

pub enum Element {
    Text(Vec<u8>),
    Kern(f32),
}

impl State {
    pub fn new(placing: Matrix) -> Self {
        let everything = f32::MAX / 4.0;
        Self {
            placing,
            clip: Area { left: -everything, top: -everything, right: everything, bottom: everything },
            fill: Paint::DEFAULT,
            stroke: Paint::DEFAULT,
            blends: false,
            line_width: 1.0,
            font: None,
            size: 0.0,
            character_spacing: 0.0,
            word_spacing: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            render: 0,
        }
    }

    /// The paint that text is drawn with; None: it leaves no mark.
    pub fn text_paint(&self) -> Option<Paint> {
        match self.render {
            3 | 7 => None,
            1 | 5 => Some(self.stroke),
            _ => Some(self.fill),
        }
    }
}

pub fn matrix(operands: &[Operand]) -> Option<Matrix> {
    numbers(operands).try_into().ok().map(Matrix)
}

/// The numbers among the operands.
pub fn numbers(operands: &[Operand]) -> Vec<f32> {
    let number = |operand: &Operand| if let Operand::Number(number) = operand { Some(*number) } else { None };
    operands.iter().filter_map(number).collect()
}
