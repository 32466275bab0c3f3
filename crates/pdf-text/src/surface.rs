//! What is painted on a page: the colour below a piece of text, and what hides text that was drawn before.

use crate::Error;
use crate::budget::Budget;
use crate::glyph::{Area, Glyph, Sight};

/// A colour as light; `None` where it is a pattern or a picture.
pub type Ink = Option<[f32; 3]>;

pub const BLACK: Ink = Some([0.0; 3]);
const PAPER: Ink = Some([1.0; 3]);
/// Colours that differ less in each part cannot be told apart on a printed page.
pub const CONTRAST: f32 = 0.08;
/// A path of more patches is taken for a drawing, which covers nothing.
const MAX_AREAS: usize = 2_000;

/// The opaque areas of a page, in the order of painting.
#[derive(Default)]
pub struct Surface {
    painted: Vec<(Patch, Ink)>,
}

/// What the painting of a path covers.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    pub patches: Vec<Patch>,
}

/// The inside of one closed line.
#[derive(Clone, Debug)]
pub struct Patch {
    pub area: Area,
    /// The direction in which it runs round.
    pub turns: i32,
    /// Its corners; empty where it is the whole area.
    pub outline: Vec<(f32, f32)>,
}

impl From<Area> for Patch {
    fn from(area: Area) -> Self {
        Self { area, turns: 1, outline: Vec::new() }
    }
}

impl Patch {
    fn contains(&self, point: (f32, f32)) -> bool {
        self.area.contains(point) && (self.outline.is_empty() || is_inside(&self.outline, point))
    }

    /// Whether most of a character lies inside.
    fn hides(&self, glyph: Area) -> bool {
        let (x, y) = glyph.center();
        let (dx, dy) = (0.3 * glyph.width(), 0.3 * glyph.height());
        let corners = [(x - dx, y - dy), (x + dx, y - dy), (x - dx, y + dy), (x + dx, y + dy)];
        self.area.hides(glyph)
            && (self.outline.is_empty() || corners.iter().all(|corner| is_inside(&self.outline, *corner)))
    }
}

/// Whether a point lies inside a closed line: a ray from it crosses the line an odd number of times.
fn is_inside(outline: &[(f32, f32)], (x, y): (f32, f32)) -> bool {
    let next = outline.iter().cycle().skip(1);
    let crossed = outline
        .iter()
        .zip(next)
        .filter(|((x0, y0), (x1, y1))| (*y0 > y) != (*y1 > y) && x < (x1 - x0) * (y - y0) / (y1 - y0) + x0);
    crossed.count() % 2 == 1
}

impl From<Area> for Shape {
    fn from(area: Area) -> Self {
        Self { patches: vec![area.into()] }
    }
}

impl Surface {
    /// What lies at a point now.
    fn below(&self, point: (f32, f32)) -> Ink {
        self.painted.iter().rev().find(|(patch, _)| patch.contains(point)).map_or(PAPER, |(_, ink)| *ink)
    }

    /// Whether text of this colour can be told from what it is drawn on.
    pub fn shows(&self, ink: Ink, area: Area, budget: &mut Budget) -> Result<bool, Error> {
        Ok(self.contrast(ink, area, budget)? >= CONTRAST)
    }

    /// How far text of this colour is from what it is drawn on, from 0 to 1; 1 where either is no plain colour.
    pub fn contrast(&self, ink: Ink, area: Area, budget: &mut Budget) -> Result<f32, Error> {
        let center = area.center();
        let near = self.painted.iter().filter(|(patch, _)| patch.area.contains(center));
        budget.compare(self.painted.len() + near.map(|(patch, _)| patch.outline.len()).sum::<usize>())?;
        Ok(match (ink, self.below(center)) {
            (Some(ink), Some(below)) => {
                ink.iter().zip(below).map(|(ink, below)| (ink - below).abs()).fold(0.0, f32::max)
            }
            _ => 1.0,
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
        if shape.patches.len() > MAX_AREAS {
            return Ok(());
        }
        let clipped = |patch: &Patch| Patch { area: patch.area.intersect(clip), ..patch.clone() };
        let patches: Vec<Patch> = shape.patches.iter().map(clipped).collect();
        budget.compare(glyphs.len() * patches.len())?;
        for glyph in glyphs.iter_mut().filter(|glyph| glyph.sight == Sight::Seen) {
            let mut turns = 0;
            for patch in patches.iter().filter(|patch| patch.area.hides(glyph.area)) {
                budget.compare(patch.outline.len())?;
                let inside = patch.hides(glyph.area);
                turns += if !inside {
                    0
                } else if even_odd {
                    1
                } else {
                    patch.turns
                };
            }
            let inside = if even_odd { turns % 2 != 0 } else { turns != 0 };
            if inside {
                glyph.sight = Sight::Covered;
            }
        }
        // A frame of two rectangles leaves its inside as it was.
        let is_frame =
            patches.len() > 1 && (even_odd || patches.iter().any(|patch| patch.turns != patches[0].turns));
        if !is_frame {
            self.painted.extend(patches.into_iter().map(|patch| (patch, ink)));
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
