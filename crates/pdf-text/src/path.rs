//! The path that is being drawn, as far as it consists of upright rectangles.

use crate::glyph::Area;
use crate::matrix::Matrix;
use crate::surface::Shape;

/// A path of more points is a drawing, which hides nothing.
const MAX_POINTS: usize = 20_000;
/// A closed line that fills this much of the rectangle around it counts as that rectangle: rounded corners.
const FILLED: f32 = 0.85;

/// The points are on the sheet already.
#[derive(Default)]
pub struct Path {
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
        if self.points < MAX_POINTS {
            self.points += 1;
            self.open.push(placing.apply(x, y));
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

    /// What straight strokes of this width, in points, cover, and the path is empty again.
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
            straight.then_some((bar, 1))
        };
        Shape { areas: std::mem::take(&mut self.done).into_iter().filter_map(bar).collect() }
    }

    /// The rectangles, and the path is empty again.
    pub fn take(&mut self) -> Shape {
        self.close();
        self.points = 0;
        let rectangle = |points: Vec<(f32, f32)>| {
            let area = Area::around(&points);
            let next = points.iter().cycle().skip(1);
            let doubled: f32 = points.iter().zip(next).map(|((x, y), (u, v))| x * v - u * y).sum();
            let full = area.width() * area.height();
            (points.len() >= 3 && full > 0.0 && doubled.abs() / 2.0 >= FILLED * full)
                .then_some((area, if doubled < 0.0 { -1 } else { 1 }))
        };
        Shape { areas: std::mem::take(&mut self.done).into_iter().filter_map(rectangle).collect() }
    }
}
