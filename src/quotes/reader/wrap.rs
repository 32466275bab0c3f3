//! Descriptions that are wrapped: which row each further line of text belongs to.

/// A line of text between rows.
#[derive(Clone, Debug)]
pub struct Extra {
    pub page: usize,
    pub y: f32,
    pub left: f32,
    pub right: f32,
    pub size: f32,
    pub ink: [u8; 3],
    pub text: String,
    /// How wide its first word is.
    pub first_word: f32,
    /// It begins where descriptions begin.
    pub aligned: bool,
    /// The show operator that drew it.
    pub show: usize,
}

/// What is known of a row when its extra lines are sought.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour<'a> {
    pub y: f32,
    /// Something of the description stands on the row's own baseline.
    pub described: bool,
    /// The show operators that drew it, sorted.
    pub shows: &'a [usize],
}

/// Lines of one description stand at most this many font sizes apart.
const MOST_LEADING: f32 = 2.2;
/// The most for lines that begin elsewhere, as centered ones do; they might be other text.
const MOST_LEADING_UNALIGNED: f32 = 1.5;

/// How many of the `extras` between two rows, from the top, belong to the row above; the rest belong to the row below.
///
/// The widest gap parts them: rows stand further apart than the lines of one description. Where gaps are alike, the
/// order of drawing decides, and then the row above.
pub fn split(above: Option<Neighbour<'_>>, extras: &[Extra], below: Option<Neighbour<'_>>) -> usize {
    let (Some(above), Some(below)) = (above, below) else {
        return if above.is_some() { extras.len() } else { 0 };
    };
    let heights: Vec<f32> =
        [above.y].into_iter().chain(extras.iter().map(|extra| extra.y)).chain([below.y]).collect();
    let gaps: Vec<f32> = heights.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let widest = gaps.iter().copied().fold(0.0, f32::max);
    let mut candidates: Vec<usize> = (0..gaps.len()).filter(|at| gaps[*at] >= 0.93 * widest).collect();
    // A row without a description of its own must get one.
    if !below.described && above.described && candidates.len() > 1 {
        candidates.retain(|at| *at < extras.len());
    }
    if candidates.len() > 1 {
        let drawn = extras.iter().take_while(|extra| drawn_with(above, extra, below)).count();
        if candidates.contains(&drawn) {
            return drawn;
        }
    }
    candidates.last().copied().unwrap_or(extras.len())
}

/// Whether a line was drawn after something of the row above rather than after something of the row below.
fn drawn_with(above: Neighbour<'_>, extra: &Extra, below: Neighbour<'_>) -> bool {
    let before = |shows: &[usize]| shows[..shows.partition_point(|show| *show < extra.show)].last().copied();
    match (before(above.shows), before(below.shows)) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(above), Some(below)) => above > below,
    }
}

/// The extras that are near enough to their row, walking away from it; what follows a hole is some other text.
pub fn near<'a>(row: f32, extras: impl Iterator<Item = &'a Extra>) -> Vec<&'a Extra> {
    let mut last = row;
    extras
        .take_while(|extra| {
            let leading = if extra.aligned { MOST_LEADING } else { MOST_LEADING_UNALIGNED };
            let near = (extra.y - last).abs() <= leading * extra.size;
            last = extra.y;
            near
        })
        .collect()
}

/// What a line joined to a description is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    Surely,
    /// It is joined, and a person is asked.
    Perhaps,
    No,
}

impl Belongs {
    /// Something speaks against it.
    pub fn doubted(self) -> Self {
        if self == Self::Surely { Self::Perhaps } else { self }
    }
}

/// What all descriptions of the table say about how they are wrapped.
#[derive(Clone, Copy, Debug, Default)]
pub struct Habits {
    /// How far right, and how many characters long, the longest line of a description is.
    pub right: f32,
    pub letters: usize,
    /// From row to row, where nothing stands between them.
    pub pitch: Option<f32>,
    /// The middle of the column of descriptions.
    pub middle: f32,
}

/// A line of a description, as far as wrapping it goes.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'t> {
    pub text: &'t str,
    pub page: usize,
    pub y: f32,
    pub right: f32,
    pub size: f32,
    pub ink: [u8; 3],
    /// How wide its first word is.
    pub first_word: f32,
}

/// Lines of one description stand closer than rows do; this share of their distance.
const CLOSER: f32 = 0.9;
/// A line at this share of it stands like a row of its own.
const APART: f32 = 0.97;
/// How close lines of one description stand, in font sizes, where no two rows follow each other to compare with.
const CLOSE: f32 = 1.35;

/// Lines closer than this, in font sizes, are printed over each other.
const OVER: f32 = 0.7;

/// A line this short, in percent of the longest, had room for another word.
const ROOM: usize = 74;

/// Whether the lower of two lines goes on from the upper one, one of which is a row's own. A line that would have had
/// room beside the one above was not wrapped.
pub fn belongs(upper: Piece<'_>, lower: Piece<'_>, drawn_within: bool, habits: Habits) -> Belongs {
    let word = lower.text.split(' ').next().unwrap_or_default();
    let letters = upper.text.chars().count() + 1 + word.chars().count();
    let room = upper.right + 0.3 * upper.size + lower.first_word + 0.3 * upper.size <= habits.right;
    if room && letters * 100 <= habits.letters * ROOM {
        return Belongs::No;
    }
    let alike = (upper.size - lower.size).abs() <= 0.08 * upper.size && upper.ink == lower.ink;
    let step = lower.y - upper.y;
    let same_page = upper.page == lower.page;
    if same_page && !drawn_within && habits.pitch.is_some_and(|pitch| step >= APART * pitch) {
        return Belongs::No;
    }
    let over = same_page && step.abs() < OVER * upper.size;
    let near =
        same_page && !over && habits.pitch.map_or(step <= CLOSE * upper.size, |pitch| step <= CLOSER * pitch);
    // Half of the column is left: nobody wraps there, but a note may stand below.
    let early = upper.right + lower.first_word < habits.middle;
    if alike && (drawn_within || (near && !early)) { Belongs::Surely } else { Belongs::Perhaps }
}
