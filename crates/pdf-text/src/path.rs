//! The path that is being drawn: its lines, and the patches that painting it covers.

use crate::glyph::Area;
use crate::matrix::Matrix;
use crate::surface::{Patch, Shape};

/// A path of more points is a drawing, which hides nothing.
const MAX_POINTS: usize = 20_000;
/// A closed line that fills this much of the rectangle around it counts as that rectangle: rounded corners.
const FILLED: f32 = 0.85;

/// A closed line of more points is a drawing, which hides nothing.
const MAX_OUTLINE: usize = 400;
/// What is no rectangle hides no letter if it is thinner, in points.
const THINNEST: f32 = 4.0;

/// Straight pieces that stand for one curve.
const CURVE_STEPS: u8 = 6;

/// A path in points of the sheet, not in those of the page's own coordinates.
#[derive(Default)]
pub struct Path {
    /// The lines that are closed or followed by another.
    done: Vec<Vec<(f32, f32)>>,
    open: Vec<(f32, f32)>,
    points: usize,
}

impl Path {
    pub fn move_to(&mut self, placing: Matrix, x: f32, y: f32) {
        self.close();
        self.line_to(placing, x, y);
    }

    pub fn line_to(&mut self, placing: Matrix, x: f32, y: f32) {
        self.add(placing.apply(x, y));
    }

    /// A curve from where the pen is, by its two handles and its end, as straight pieces. Without a first handle that is
    /// where the pen is.
    pub fn curve_to(&mut self, placing: Matrix, first: Option<(f32, f32)>, rest: [(f32, f32); 2]) {
        let Some(start) = self.open.last().copied() else { return };
        let first = first.map_or(start, |(x, y)| placing.apply(x, y));
        let [second, end] = rest.map(|(x, y)| placing.apply(x, y));
        for step in 1u8..=CURVE_STEPS {
            let t = f32::from(step) / f32::from(CURVE_STEPS);
            let s = 1.0 - t;
            let shares = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
            let points = [start, first, second, end];
            let sum = |part: fn((f32, f32)) -> f32| {
                shares.iter().zip(points).map(|(share, point)| share * part(point)).sum()
            };
            self.add((sum(|(x, _)| x), sum(|(_, y)| y)));
        }
    }

    fn add(&mut self, point: (f32, f32)) {
        if self.points < MAX_POINTS {
            self.points += 1;
            self.open.push(point);
        }
    }

    pub fn close(&mut self) {
        if !self.open.is_empty() {
            self.done.push(std::mem::take(&mut self.open));
        }
    }

    pub fn rectangle(&mut self, placing: Matrix, [x, y, width, height]: [f32; 4]) {
        self.move_to(placing, x, y);
        self.line_to(placing, x + width, y);
        self.line_to(placing, x + width, y + height);
        self.line_to(placing, x, y + height);
        self.close();
    }

    /// The area around everything.
    pub fn extent(&self) -> Option<Area> {
        let points: Vec<(f32, f32)> = self.done.iter().chain([&self.open]).flatten().copied().collect();
        (!points.is_empty()).then(|| Area::around(&points))
    }

    /// Its lines as they are drawn, point by point.
    pub fn lines(&self) -> impl Iterator<Item = &[(f32, f32)]> {
        self.done.iter().chain([&self.open]).filter(|line| line.len() > 1).map(Vec::as_slice)
    }

    /// Takes the path; answers what its straight lines cover as strokes of this width, in points.
    pub fn take_strokes(&mut self, width: f32) -> Shape {
        self.close();
        self.points = 0;
        let bar = |points: Vec<(f32, f32)>| {
            let area = Area::around(&points);
            let straight = points.len() == 2 && area.width().min(area.height()) < 0.5;
            let half = width / 2.0;
            let (x, y) = if area.width() > area.height() { (0.0, half) } else { (half, 0.0) };
            let bar = Area {
                left: area.left - x,
                top: area.top - y,
                right: area.right + x,
                bottom: area.bottom + y,
            };
            straight.then(|| Patch::from(bar))
        };
        Shape { patches: std::mem::take(&mut self.done).into_iter().filter_map(bar).collect() }
    }

    /// Takes the path; answers what painting its inside covers.
    pub fn take_patches(&mut self) -> Shape {
        self.close();
        self.points = 0;
        let patch = |points: Vec<(f32, f32)>| {
            let turns = if doubled_area(&points) < 0.0 { -1 } else { 1 };
            let area = Area::around(&points);
            if is_full(&points) {
                return Some(Patch { turns, ..area.into() });
            }
            let hides = area.width().min(area.height()) >= THINNEST && points.len() <= MAX_OUTLINE;
            hides.then_some(Patch { area, turns, outline: points })
        };
        Shape { patches: std::mem::take(&mut self.done).into_iter().filter_map(patch).collect() }
    }
}

/// Whether a closed line fills most of the rectangle around it.
pub fn is_full(points: &[(f32, f32)]) -> bool {
    let area = Area::around(points);
    let full = area.width() * area.height();
    points.len() >= 3 && full > 0.0 && doubled_area(points).abs() / 2.0 >= FILLED * full
}

/// How steep a line may be that goes along the page, or across it: it was scanned askew.
const STEEPEST: f32 = 0.06;

/// Whether most of a line goes neither along the page nor across it. Frames with round corners do not.
pub fn is_by_hand(points: &[(f32, f32)]) -> bool {
    let (mut all, mut slanted) = (0.0, 0.0);
    for pair in points.windows(2) {
        let (x, y) = ((pair[1].0 - pair[0].0).abs(), (pair[1].1 - pair[0].1).abs());
        all += x.hypot(y);
        if x.min(y) > STEEPEST * x.max(y) {
            slanted += x.hypot(y);
        }
    }
    slanted * 2.0 > all
}

fn doubled_area(points: &[(f32, f32)]) -> f32 {
    let next = points.iter().cycle().skip(1);
    points.iter().zip(next).map(|((x, y), (u, v))| x * v - u * y).sum()
}
