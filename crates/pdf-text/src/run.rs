//! Runs: pieces of text that belong together as drawn, each with its place on the page.

use unicode_normalization::UnicodeNormalization;

/// More pieces than any quote of 500 lines has (about 7,000).
const MAX_RUNS: usize = 60_000;

/// Text drawn in one go. Lengths are in points, `y` is the baseline, measured downwards from the top of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// From 0.
    pub page: usize,
    /// Which show operator began it, counted over the document: pieces of one operator share it, and it orders runs
    /// as they were drawn.
    pub show: usize,
    pub text: String,
    pub left: f32,
    pub right: f32,
    pub y: f32,
    pub size: f32,
}

/// One character as it stands on the page.
pub struct Placed<'a> {
    pub page: usize,
    /// Which text object (`BT` … `ET`).
    pub object: usize,
    /// How often the pen was set down at an absolute place (`Tm`).
    pub jump: usize,
    pub show: usize,
    pub text: &'a str,
    pub left: f32,
    /// Where the pen stands afterwards.
    pub right: f32,
    pub y: f32,
    pub size: f32,
}

/// Joins characters into runs, in drawing order.
#[derive(Default)]
pub struct Runs {
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
    /// Adds a character; `false` when there are too many runs.
    pub fn add(&mut self, placed: &Placed<'_>) -> bool {
        let blank = placed.text.chars().all(|letter| letter.is_whitespace() || letter.is_control());
        if let Some(open) = &mut self.open {
            if open.continues(placed) {
                open.extend(placed, blank);
                return true;
            }
            self.close();
        }
        if !blank {
            self.open = Some(Open::new(placed));
        }
        self.done.len() < MAX_RUNS
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let mut run = open.run;
        run.text = clean(&run.text);
        if !run.text.is_empty() {
            self.done.push(run);
        }
    }

    pub fn finish(mut self) -> Vec<Run> {
        self.close();
        self.done
    }
}

impl Open {
    fn new(placed: &Placed<'_>) -> Self {
        let Placed { page, object, jump, show, text, left, right, y, size } = *placed;
        Self {
            run: Run { page, show, text: text.to_owned(), left, right, y, size },
            object,
            last_show: show,
            last_jump: jump,
            last_length: 1,
            pen: right,
            space: false,
        }
    }

    /// Within one show operator only a gap of more than a font size separates: then it is another cell. Between
    /// operators of one text object only what touches belongs together, which is how some producers draw letter by
    /// letter; after an absolute move only behind a single letter. Two text objects never join: one may be drawn right
    /// up to, or over, the other.
    fn continues(&self, placed: &Placed<'_>) -> bool {
        let size = self.run.size;
        if placed.object != self.object
            || (placed.y - self.run.y).abs() > 0.1 * size
            || (placed.size - size).abs() > 0.1 * size
        {
            return false;
        }
        let gap = (placed.left - self.pen) / size;
        let ink_gap = (placed.left - self.run.right) / size;
        if ink_gap > 2.0 {
            return false;
        }
        if placed.show == self.last_show {
            return (-0.6..=1.0).contains(&gap);
        }
        (-0.3..=0.15).contains(&gap) && (placed.jump == self.last_jump || self.last_length == 1)
    }

    fn extend(&mut self, placed: &Placed<'_>, blank: bool) {
        let gap = (placed.left - self.pen) / self.run.size;
        self.pen = placed.right;
        self.last_length = if placed.show == self.last_show { self.last_length + 1 } else { 1 };
        self.last_show = placed.show;
        self.last_jump = placed.jump;
        if blank {
            self.space = true;
            return;
        }
        if self.space || gap > 0.2 {
            self.run.text.push(' ');
        }
        self.space = false;
        self.run.text.push_str(placed.text);
        self.run.right = placed.right;
    }
}

/// Composed letters, single spaces, no control characters (Postgres refuses NUL).
fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.nfc() {
        match letter {
            letter if letter.is_whitespace() => {
                if !clean.is_empty() && !clean.ends_with(' ') {
                    clean.push(' ');
                }
            }
            // A soft hyphen is printed as a hyphen.
            '\u{ad}' => clean.push('-'),
            '\u{feff}' | '\u{200b}' | char::REPLACEMENT_CHARACTER => {}
            letter if letter.is_control() => {}
            letter => clean.push(letter),
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}
