//! Affine maps as PDF writes them: `[a b c d e f]`, applied to row vectors.

#[derive(Clone, Copy, Debug)]
pub struct Matrix(pub [f32; 6]);

impl Matrix {
    pub const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub fn translation(x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// This map first, then the other.
    pub fn then(self, other: Self) -> Self {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, other.0);
        Self([
            a * g + b * i,
            a * h + b * j,
            c * g + d * i,
            c * h + d * j,
            e * g + f * i + k,
            e * h + f * j + l,
        ])
    }

    /// Where a point goes.
    pub fn apply(self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// Where the origin goes.
    pub fn origin(self) -> (f32, f32) {
        (self.0[4], self.0[5])
    }

    /// Where a step of one to the right goes, without the move of the origin.
    pub fn step(self) -> (f32, f32) {
        (self.0[0], self.0[1])
    }

    /// Where a step of one upwards goes, without the move of the origin.
    pub fn rise(self) -> (f32, f32) {
        (self.0[2], self.0[3])
    }

    /// How much upright lengths grow.
    pub fn height(self) -> f32 {
        self.0[2].hypot(self.0[3])
    }
}
