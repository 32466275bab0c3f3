//! What is drawn over a page besides text, and hides none of it: strokes through letters, pictures, small drawings.

use crate::Error;
use crate::budget::Budget;
use crate::glyph::{Area, Glyph, Sight};
use crate::interpreter::Interpreter;

/// Paint of less opacity is not taken for a stroke.
const FAINTEST: f32 = 0.15;
/// A filled bar of at most this many points is as thin as a stroke.
const THIN: f32 = 4.0;
/// A stroke thicker than this share of a font size marks its letters, or covers them.
const THICKEST: f32 = 0.45;
/// Pictures and drawings smaller than this, in points, are dots.
const SMALLEST: f32 = 4.0;
/// The area around a line drawn by a pen is at least this high and wide, in points.
const FLATTEST: f32 = 1.5;
/// The height of a drawn letter, in points.
const LETTER: std::ops::RangeInclusive<f32> = 2.0..=24.0;
/// More on one page are a drawing by themselves.
const MAX_STROKES: usize = 20_000;
const MAX_PICTURES: usize = 1_000;

/// A picture, or a small filled drawing such as a letter that is no text.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// From 0.
    pub page: usize,
    /// In points from the top left corner, as text is placed.
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
    /// Drawn by lines, not from a grid of dots.
    pub is_drawing: bool,
    /// A line that goes neither along the page nor across it, as a pen's.
    pub is_by_hand: bool,
    /// Text was written over it, and none was there before.
    pub is_behind: bool,
}

impl Picture {
    /// Turns it about the top left corner of the sheet, then measures it from `corner`, the corner of the turned page.
    pub fn turn(&mut self, degrees: f32, corner: (f32, f32)) {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (x, y) = ([self.left, self.right], [self.top, self.bottom]);
        let corners = [(x[0], y[0]), (x[1], y[0]), (x[0], y[1]), (x[1], y[1])];
        let turned = corners.map(|(x, y)| (x * cos - y * sin - corner.0, x * sin + y * cos - corner.1));
        let Area { left, top, right, bottom } = Area::around(&turned);
        (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom);
    }
}

struct Stroke {
    from: (f32, f32),
    to: (f32, f32),
    width: f32,
}

struct Seen {
    area: Area,
    is_drawing: bool,
    is_by_hand: bool,
    /// How many characters stood on the page before.
    after: usize,
}

/// What was drawn on a page so far.
#[derive(Default)]
pub struct Drawn {
    strokes: Vec<Stroke>,
    pictures: Vec<Seen>,
}

impl Drawn {
    /// Marks the characters that a stroke runs through.
    pub fn strike(&mut self, glyphs: &mut [Glyph], budget: &mut Budget) -> Result<(), Error> {
        let mut order: Vec<usize> = (0..glyphs.len())
            .filter(|at| glyphs[*at].sight == Sight::Seen && !glyphs[*at].is_blank())
            .collect();
        order.sort_by(|one, other| glyphs[*one].area.center().1.total_cmp(&glyphs[*other].area.center().1));
        let reach = order.iter().map(|at| glyphs[*at].area.height()).fold(0.0, f32::max);
        for stroke in std::mem::take(&mut self.strokes) {
            let (top, bottom) =
                (stroke.from.1.min(stroke.to.1) - reach, stroke.from.1.max(stroke.to.1) + reach);
            let first = order.partition_point(|at| glyphs[*at].area.center().1 < top);
            let end = order.partition_point(|at| glyphs[*at].area.center().1 <= bottom);
            let near = order.get(first..end).unwrap_or_default();
            budget.compare(near.len())?;
            for at in near {
                let glyph = &mut glyphs[*at];
                glyph.struck |= stroke.strikes(glyph);
            }
        }
        Ok(())
    }

    /// The page's pictures, with what its text says about them.
    pub fn take_pictures(
        &mut self,
        page: usize,
        glyphs: &[Glyph],
        budget: &mut Budget,
    ) -> Result<Vec<Picture>, Error> {
        let pictures = std::mem::take(&mut self.pictures);
        budget.compare(pictures.len() * glyphs.len())?;
        let picture = |Seen { area, is_drawing, is_by_hand, after }: Seen| {
            let is_over = |glyph: &Glyph| {
                !glyph.is_blank() && glyph.sight != Sight::OffSheet && area.contains(glyph.area.center())
            };
            let (before, later) = glyphs.split_at(after.min(glyphs.len()));
            let is_behind = later.iter().any(is_over) && !before.iter().any(is_over);
            let Area { left, top, right, bottom } = area;
            Picture { page, left, top, right, bottom, is_drawing, is_by_hand, is_behind }
        };
        Ok(pictures.into_iter().map(picture).collect())
    }
}

impl Stroke {
    /// Whether it runs along or across the letter through its middle. What stands upright on the line of text is the
    /// border of a cell.
    fn strikes(&self, glyph: &Glyph) -> bool {
        if self.width > THICKEST * glyph.size {
            return false;
        }
        let (sin, cos) = glyph.angle.to_radians().sin_cos();
        let along = |(x, y): (f32, f32)| (x - glyph.x) * cos + (y - glyph.y) * sin;
        let above = |(x, y): (f32, f32)| (x - glyph.x) * sin - (y - glyph.y) * cos;
        let (from, to) = ((along(self.from), above(self.from)), (along(self.to), above(self.to)));
        let (run, rise) = (to.0 - from.0, to.1 - from.1);
        if rise.abs() > 2.0 * run.abs() {
            return false;
        }
        let advance = glyph.advance.0.hypot(glyph.advance.1);
        let letter = Area {
            left: 0.15 * advance,
            right: 0.85 * advance,
            top: 0.12 * glyph.size,
            bottom: 0.6 * glyph.size,
        };
        crosses(from, to, letter)
    }
}

/// Whether a straight line goes through an area.
fn crosses(from: (f32, f32), to: (f32, f32), area: Area) -> bool {
    let (mut first, mut last) = (0.0_f32, 1.0_f32);
    let sides = [
        (from.0 - to.0, from.0 - area.left),
        (to.0 - from.0, area.right - from.0),
        (from.1 - to.1, from.1 - area.top),
        (to.1 - from.1, area.bottom - from.1),
    ];
    for (step, room) in sides {
        if step == 0.0 {
            if room < 0.0 {
                return false;
            }
        } else if step < 0.0 {
            first = first.max(room / step);
        } else {
            last = last.min(room / step);
        }
    }
    first <= last
}

impl Interpreter<'_> {
    pub fn note_stroked(&mut self) -> Result<(), Error> {
        let paint = self.state.stroke;
        if paint.opacity() < FAINTEST || self.layers.is_off() {
            return Ok(());
        }
        let width = self.state.line_width * self.state.placing.height();
        let pieces: Vec<_> = self.path.lines().flat_map(|line| line.windows(2)).collect();
        for piece in pieces {
            let &[from, to] = piece else { continue };
            let area = Area::around(&[from, to]).intersect(self.state.clip);
            let clipped = area.width() < 0.0 || area.height() < 0.0;
            if !clipped && self.surface.shows(paint.ink, area, &mut self.budget)? {
                self.drawn.add_stroke(Stroke { from, to, width });
            }
        }
        let by_hand: Vec<Area> =
            self.path.lines().filter(|line| crate::path::is_by_hand(line)).map(Area::around).collect();
        for area in by_hand {
            let area = area.intersect(self.state.clip).intersect(self.sheet.shown);
            let (width, height) = (area.width(), area.height());
            let counts = width.min(height) >= FLATTEST && width.max(height) >= SMALLEST;
            if counts && self.surface.shows(paint.ink, area, &mut self.budget)? {
                let after = self.glyphs.len();
                self.drawn.add_picture(Seen { area, is_drawing: true, is_by_hand: true, after });
            }
        }
        Ok(())
    }

    /// Thin bars are strokes, and what is no rectangle may be a letter.
    pub fn note_filled(&mut self) -> Result<(), Error> {
        let paint = self.state.fill;
        if paint.opacity() < FAINTEST || self.layers.is_off() {
            return Ok(());
        }
        let areas: Vec<(Area, bool)> =
            self.path.lines().map(|line| (Area::around(line), crate::path::is_full(line))).collect();
        for (area, is_full) in areas {
            let area = area.intersect(self.state.clip);
            let (width, height) = (area.width(), area.height());
            if width < 0.0 || height < 0.0 || !self.surface.shows(paint.ink, area, &mut self.budget)? {
                continue;
            }
            let least = if is_full { THIN } else { *LETTER.end() };
            if width.min(height) <= THIN && width.max(height) > least {
                self.drawn.add_stroke(bar(area));
            } else if !is_full && LETTER.contains(&height) && width <= *LETTER.end() {
                self.drawn.add_picture(Seen {
                    area,
                    is_drawing: true,
                    is_by_hand: false,
                    after: self.glyphs.len(),
                });
            }
        }
        Ok(())
    }

    pub fn note_picture(&mut self, area: Area) {
        if self.state.fill.opacity() < FAINTEST || self.layers.is_off() {
            return;
        }
        let area = area.intersect(self.state.clip).intersect(self.sheet.shown);
        let (width, height) = (area.width(), area.height());
        if width.min(height) >= SMALLEST {
            self.drawn.add_picture(Seen {
                area,
                is_drawing: false,
                is_by_hand: false,
                after: self.glyphs.len(),
            });
        } else if width.min(height) > 0.0 && width.max(height) >= SMALLEST {
            self.drawn.add_stroke(bar(area));
        }
    }
}

/// The stroke that a thin area looks like.
fn bar(area: Area) -> Stroke {
    let (x, y) = area.center();
    if area.width() >= area.height() {
        Stroke { from: (area.left, y), to: (area.right, y), width: area.height() }
    } else {
        Stroke { from: (x, area.top), to: (x, area.bottom), width: area.width() }
    }
}

impl Drawn {
    fn add_stroke(&mut self, stroke: Stroke) {
        if self.strokes.len() < MAX_STROKES {
            self.strokes.push(stroke);
        }
    }

    fn add_picture(&mut self, picture: Seen) {
        if self.pictures.len() < MAX_PICTURES {
            self.pictures.push(picture);
        }
    }
}
