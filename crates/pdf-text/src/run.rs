//! Runs: pieces of text that belong together as drawn, each with its place on the page.

use unicode_normalization::char::{compose, is_combining_mark};

use crate::glyph::{Glyph, Sight};

/// Text drawn in one go. Lengths are in points, `y` is the baseline, measured downwards from the top of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// From 0.
    pub page: usize,
    /// Which show operator began it, counted over the document: pieces of one operator share it, and it orders runs
    /// as they were drawn.
    pub show: usize,
    /// A character that the file gives no meaning is [`char::REPLACEMENT_CHARACTER`].
    pub text: String,
    /// Where each character of the text begins.
    pub edges: Vec<f32>,
    pub left: f32,
    pub right: f32,
    pub y: f32,
    pub size: f32,
    /// Degrees clockwise from upright.
    pub angle: f32,
    /// Red, green and blue, as they are seen on paper.
    pub ink: [u8; 3],
    pub sight: Sight,
    /// How many of its characters a stroke runs through.
    pub struck: usize,
    /// Its ink is hardly darker or lighter than what it is drawn on, as a watermark's.
    pub faint: bool,
}

/// Joins the characters of a page into runs, in drawing order.
pub struct Runs {
    page: usize,
    done: Vec<Run>,
    open: Option<Open>,
}

struct Open {
    run: Run,
    object: usize,
    last_show: usize,
    last_jump: usize,
    /// Characters of the last show operator.
    last_length: usize,
    pen: f32,
    /// The last character was a space, not yet written.
    space: bool,
}

impl Runs {
    pub fn new(page: usize) -> Self {
        Self { page, done: Vec::new(), open: None }
    }

    pub fn add(&mut self, glyph: &Glyph) {
        let blank = glyph.is_blank();
        if let Some(open) = &mut self.open {
            if open.continues(glyph, blank) {
                open.extend(glyph, blank);
                return;
            }
            self.close();
        }
        if !blank {
            self.open = Some(Open::new(self.page, glyph));
        }
    }

    fn close(&mut self) {
        let run = self.open.take().map(|open| open.run);
        self.done.extend(run.filter(|run| !run.text.is_empty()));
    }

    pub fn finish(mut self) -> Vec<Run> {
        self.close();
        self.done
    }
}

impl Open {
    fn new(page: usize, glyph: &Glyph) -> Self {
        let mut run = Run {
            page,
            show: glyph.show,
            text: String::new(),
            edges: Vec::new(),
            left: glyph.x,
            right: glyph.right(),
            y: glyph.y,
            size: glyph.size,
            angle: (glyph.angle + 180.0).rem_euclid(360.0) - 180.0,
            ink: glyph.ink,
            sight: glyph.sight,
            struck: 0,
            faint: glyph.faint,
        };
        run.push(glyph);
        Self {
            run,
            object: glyph.object,
            last_show: glyph.show,
            last_jump: glyph.jump,
            last_length: glyph.length,
            pen: glyph.right(),
            space: false,
        }
    }

    /// Within one show operator only a gap of more than a font size separates: then it is another cell. Between
    /// operators of one text object only what touches belongs together, which is how some producers draw letter by
    /// letter; after an absolute move, or in another text object, only where both operators drew single letters.
    /// Otherwise two text objects never join: one may be drawn right up to, or over, the other.
    fn continues(&self, glyph: &Glyph, blank: bool) -> bool {
        let size = self.run.size;
        if self.run.sight == Sight::Slanted && glyph.sight == Sight::Slanted {
            // Its letters stand on no line: what is drawn together is read together.
            return glyph.show == self.last_show || (glyph.object == self.object && glyph.length == 1);
        }
        if (glyph.y - self.run.y).abs() > 0.1 * size
            || (glyph.size - size).abs() > 0.1 * size
            || (!blank && (glyph.sight != self.run.sight || glyph.ink != self.run.ink))
        {
            return false;
        }
        let gap = (glyph.x - self.pen) / size;
        let ink_gap = (glyph.x - self.run.right) / size;
        if ink_gap > 2.0 {
            return false;
        }
        if glyph.show == self.last_show {
            return (-0.6..=1.0).contains(&gap);
        }
        let by_letters = self.last_length == 1 && glyph.length == 1;
        let near = (-0.3..=0.15).contains(&gap);
        let follows = glyph.jump == self.last_jump || self.last_length == 1;
        near && if glyph.object == self.object { follows } else { by_letters }
    }

    fn extend(&mut self, glyph: &Glyph, blank: bool) {
        let gap = (glyph.x - self.pen) / self.run.size;
        self.pen = glyph.right();
        self.object = glyph.object;
        self.last_length = glyph.length;
        self.last_show = glyph.show;
        self.last_jump = glyph.jump;
        if blank {
            self.space = true;
            return;
        }
        if (self.space || gap > 0.2) && !self.run.text.is_empty() {
            self.run.text.push(' ');
            self.run.edges.push(self.run.right);
        }
        self.space = false;
        self.run.push(glyph);
        self.run.right = glyph.right();
    }
}

impl Run {
    /// Appends a character: composed letters, single spaces, nothing that neither moves nor marks (Postgres refuses
    /// NUL, and nobody can check what nobody sees).
    fn push(&mut self, glyph: &Glyph) {
        let count = glyph.text.chars().count().max(1) as f32;
        self.struck += usize::from(glyph.struck);
        for (at, letter) in (0u16..).zip(glyph.text.chars()) {
            let edge = glyph.x + glyph.advance.0 * (f32::from(at) / count);
            let letter = match letter {
                letter if letter.is_whitespace() && self.text.ends_with(' ') => continue,
                letter if letter.is_whitespace() => ' ',
                // A soft hyphen is printed as a hyphen.
                '\u{ad}' => '-',
                letter if letter.is_control() || is_unseen(letter) => continue,
                letter => letter,
            };
            let composed = is_combining_mark(letter)
                .then(|| self.text.chars().next_back().and_then(|base| compose(base, letter)))
                .flatten();
            if let Some(composed) = composed {
                self.text.pop();
                self.text.push(composed);
            } else {
                self.text.push(letter);
                self.edges.push(edge);
            }
        }
    }
}

/// Characters that have no shape of their own: joiners, marks of direction, variation selectors, fillers.
fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
