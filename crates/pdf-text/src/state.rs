//! The graphics and text state a content stream changes, and the operands it does so with.

use std::rc::Rc;

use crate::font::Font;
use crate::matrix::Matrix;

#[derive(Clone)]
pub struct State {
    pub placing: Matrix,
    pub font: Option<Rc<Font>>,
    pub size: f32,
    pub character_spacing: f32,
    pub word_spacing: f32,
    pub stretch: f32,
    pub leading: f32,
    pub rise: f32,
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
        Self {
            placing,
            font: None,
            size: 0.0,
            character_spacing: 0.0,
            word_spacing: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }
}

pub fn matrix(operands: &[Operand]) -> Option<Matrix> {
    let mut numbers = [0.0; 6];
    if operands.len() != numbers.len() {
        return None;
    }
    for (number, operand) in numbers.iter_mut().zip(operands) {
        let Operand::Number(value) = operand else { return None };
        *number = *value;
    }
    Some(Matrix(numbers))
}
