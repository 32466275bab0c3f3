//! The ways in which papers go wrong, each in several forms: read exactly, or stopped for what is wrong.

mod beyond;
mod header;
mod letters;
mod over;
mod pages;
mod rows;
mod sight;

use rust_decimal::Decimal;

use super::paper::{Draw, Producer, content, pdf, pdf_of_contents};
use super::report::{Style, draw};
use super::traits::quote_of;
use crate::quotes::{LeftoverKind, Problem, Quote, Reading, read};

/// Three lines, the second of them worth nothing: no sum can miss it.
fn quote() -> Quote {
    let mut quote = quote_of(&["FO11 --> FONE", "CANETA BRINDE", "SP42 --> SUPORTE VEICULAR"]);
    quote.items[1].unit_price = Decimal::ZERO;
    quote.items[1].total = Decimal::ZERO;
    quote.total = quote.items.iter().map(|item| item.total).sum();
    quote.payable = quote.total;
    quote
}

fn draws() -> Vec<Draw> {
    draw(&quote(), Style::PLAIN)
}

/// The baselines of its rows, and the distance between them.
const ROWS: [f32; 3] = [212.0, 224.6, 237.2];
const PITCH: f32 = 12.6;

/// The draws below `y` moved down, so that there is room for another line.
fn with_room(y: f32, mut draws: Vec<Draw>) -> Vec<Draw> {
    for draw in draws.iter_mut().filter(|draw| draw.y >= y && draw.y < 790.0) {
        draw.y += PITCH;
    }
    draws
}

fn read_draws(draws: &[Draw]) -> Reading {
    read(&pdf(draws, Producer::PLAIN)).unwrap()
}

/// The draws as content, with other operators before and behind.
fn read_content(before: &str, draws: &[Draw], behind: &str) -> Reading {
    let drawn = content(draws, Producer::PLAIN);
    read(&pdf_of_contents(&[format!("{before}\n{drawn}\n{behind}")], Producer::PLAIN)).unwrap()
}

fn assert_exact(reading: &Reading, quote: &Quote, what: &str) {
    assert_eq!(reading.quote, *quote, "{what}");
    assert_eq!(reading.problems(), [], "{what}");
}

/// Stopped for one thing of this kind that names this text.
fn assert_stopped(reading: &Reading, kind: LeftoverKind, text: &str, what: &str) {
    let names = |problem: &Problem| matches!(problem, Problem::Leftover(leftover) if leftover.kind == kind && leftover.text.contains(text));
    assert!(reading.problems().iter().any(names), "{what}: {:?}", reading.problems());
}
