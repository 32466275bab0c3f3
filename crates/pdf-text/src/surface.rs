//! What is painted on a page: the colour below a piece of text, and what hides text that was drawn before.

use crate::Error;
use crate::budget::Budget;
use crate::glyph::{Area, Glyph, Sight};

/// A colour as light; `None` where it is a pattern or a picture.
pub type Ink = Option<[f32; 3]>;

pub const BLACK: Ink = Some([0.0; 3]);
const PAPER: Ink = Some([1.0; 3]);
/// Colours that differ less in each part cannot be told apart on a printed page.
const CONTRAST: f32 = 0.08;
/// A path of more rectangles is taken for a drawing, which covers nothing.
const MAX_AREAS: usize = 2_000;

/// The opaque areas of a page, in the order of painting.
#[derive(Default)]
pub struct Surface {
    painted: Vec<(Area, Ink)>,
}

/// A path's rectangles, each with the direction in which it runs round.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    pub areas: Vec<(Area, i32)>,
}

impl From<Area> for Shape {
    fn from(area: Area) -> Self {
        Self { areas: vec![(area, 1)] }
    }
}

impl Surface {
    /// What lies at a point now.
    fn below(&self, point: (f32, f32)) -> Ink {
        self.painted.iter().rev().find(|(area, _)| area.contains(point)).map_or(PAPER, |(_, ink)| *ink)
    }

    /// Whether text of this colour can be told from what it is drawn on.
    pub fn shows(&self, ink: Ink, area: Area, budget: &mut Budget) -> Result<bool, Error> {
        budget.compare(self.painted.len())?;
        Ok(match (ink, self.below(area.center())) {
            (Some(ink), Some(below)) => {
                ink.iter().zip(below).any(|(ink, below)| (ink - below).abs() >= CONTRAST)
            }
            _ => true,
        })
    }

    /// Paints an opaque shape: text drawn before and mostly inside is hidden from now on.
    pub fn paint(
        &mut self,
        shape: &Shape,
        even_odd: bool,
        ink: Ink,
        clip: Area,
        glyphs: &mut [Glyph],
        budget: &mut Budget,
    ) -> Result<(), Error> {
        if shape.areas.len() > MAX_AREAS {
            return Ok(());
        }
        let areas: Vec<(Area, i32)> =
            shape.areas.iter().map(|(area, turns)| (area.intersect(clip), *turns)).collect();
        budget.compare(glyphs.len() * areas.len())?;
        for glyph in glyphs.iter_mut().filter(|glyph| glyph.sight == Sight::Seen) {
            let mut turns = 0;
            for (_, round) in areas.iter().filter(|(area, _)| area.hides(glyph.area)) {
                turns += if even_odd { 1 } else { *round };
            }
            let inside = if even_odd { turns % 2 != 0 } else { turns != 0 };
            if inside {
                glyph.sight = Sight::Covered;
            }
        }
        // A frame of two rectangles leaves its inside as it was.
        let is_frame = areas.len() > 1 && (even_odd || areas.iter().any(|(_, round)| *round != areas[0].1));
        if !is_frame {
            self.painted.extend(areas.into_iter().map(|(area, _)| (area, ink)));
        }
        Ok(())
    }
}

/// How a colour of this opacity looks on white paper.
pub fn faded(ink: Ink, opacity: f32) -> Ink {
    ink.map(|parts| parts.map(|part| part * opacity + 1.0 - opacity))
}

/// Red, green and blue in bytes; black for what is no plain colour.
pub fn rgb(ink: Ink) -> [u8; 3] {
    ink.unwrap_or_default().map(|part| (part.clamp(0.0, 1.0) * 255.0) as u8)
}

/// The colour of these components: gray, RGB or CMYK by their number, or with `tint` amounts of inks.
pub fn ink(components: &[f32], tint: bool) -> Ink {
    match *components {
        // Nobody knows what the inks look like: none of them leaves the paper, all of one counts as black.
        ref tints if tint => {
            let most = tints.iter().copied().fold(0.0, f32::max);
            Some([1.0 - most; 3])
        }
        [gray] => Some([gray; 3]),
        [red, green, blue] => Some([red, green, blue]),
        [cyan, magenta, yellow, black] => {
            Some([cyan, magenta, yellow].map(|part| ((1.0 - part) * (1.0 - black)).clamp(0.0, 1.0)))
        }
        _ => None,
    }
}
