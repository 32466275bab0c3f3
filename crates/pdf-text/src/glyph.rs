//! A character as it is drawn on a page.

/// Whether somebody who looks at the page sees a piece of text; if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sight {
    Seen,
    /// Seen, but not in the direction of most text of the page: a mark across the page, or a note in the margin.
    Slanted,
    /// Off the sheet, or outside what is shown of it.
    OffSheet,
    /// Drawn without paint, transparent, in the colour of what lies below, too small to see, or in a layer that is off.
    Invisible,
    /// Something opaque was painted over it later.
    Covered,
    /// Outside the part of the page that could be painted.
    Clipped,
}

/// An upright rectangle, in points from the top left corner of the sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Area {
    /// The smallest area around some points.
    pub fn around(points: &[(f32, f32)]) -> Self {
        let mut area = Self {
            left: f32::INFINITY,
            top: f32::INFINITY,
            right: f32::NEG_INFINITY,
            bottom: f32::NEG_INFINITY,
        };
        for (x, y) in points {
            area.left = area.left.min(*x);
            area.right = area.right.max(*x);
            area.top = area.top.min(*y);
            area.bottom = area.bottom.max(*y);
        }
        area
    }

    pub fn width(self) -> f32 {
        self.right - self.left
    }

    pub fn height(self) -> f32 {
        self.bottom - self.top
    }

    pub fn center(self) -> (f32, f32) {
        (f32::midpoint(self.left, self.right), f32::midpoint(self.top, self.bottom))
    }

    pub fn contains(self, (x, y): (f32, f32)) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    pub fn intersect(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// Whether most of `other` lies inside.
    pub fn hides(self, other: Self) -> bool {
        let common = self.intersect(other);
        common.width() >= 0.6 * other.width() && common.height() >= 0.6 * other.height()
    }
}

/// One character as it stands on the page.
#[derive(Clone, Debug)]
pub struct Glyph {
    pub text: String,
    /// Which text object (`BT` … `ET`) it is part of, counted over the document.
    pub object: usize,
    /// How often the pen had been set to an absolute place (`Tm`) when it was drawn.
    pub jump: usize,
    /// Which show operator drew it, counted over the document.
    pub show: usize,
    /// How many characters that operator drew.
    pub length: usize,
    pub x: f32,
    pub y: f32,
    /// From its origin to where the pen stands afterwards.
    pub advance: (f32, f32),
    pub size: f32,
    /// Degrees clockwise from upright.
    pub angle: f32,
    pub ink: [u8; 3],
    pub area: Area,
    pub sight: Sight,
    /// A stroke runs through it.
    pub struck: bool,
    /// Hardly darker or lighter than what it is drawn on, as a watermark is.
    pub faint: bool,
}

impl Glyph {
    /// Whether it leaves no mark on the page.
    pub fn is_blank(&self) -> bool {
        self.text.chars().all(|letter| letter.is_whitespace() || letter.is_control())
    }

    pub fn right(&self) -> f32 {
        self.x + self.advance.0
    }

    /// Turns it about the top left corner of the sheet. That may move it off the sheet; the caller moves it back.
    pub fn turn(&mut self, degrees: f32) {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let turn = |x: f32, y: f32| (x * cos - y * sin, x * sin + y * cos);
        (self.x, self.y) = turn(self.x, self.y);
        self.advance = turn(self.advance.0, self.advance.1);
        self.angle = (self.angle + degrees).rem_euclid(360.0);
    }
}
