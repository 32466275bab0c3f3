//! Between head and totals: which line is a row, which goes on from a row's description, and which is neither.

use std::ops::Range;

use super::beyond;
use super::columns::Columns;
use super::layout::Line;
use super::odd;
use super::paper::shortened;
use super::row::{self, Row};
use super::words::{
    ends_with_amounts, is_annotation, is_carried, is_nothing_more, is_page, is_separator, page_number,
};
use super::wrap::{self, Belongs, Extra, Habits, Neighbour, Piece};
use crate::quotes::leftover::{Leftover, LeftoverKind};

/// Rows with the lines of their descriptions, as far as it is read.
#[derive(Default)]
pub struct Body {
    pub rows: Vec<Row>,
    /// Of each row: its page and height, and the lines of its description above and below its own.
    places: Vec<RowPosition>,
    leftovers: Vec<Leftover>,
    /// The middle of the column of descriptions.
    middle: f32,
}

#[derive(Default)]
struct RowPosition {
    page: usize,
    y: f32,
    above: Vec<Extra>,
    below: Vec<Extra>,
}

/// What a line below the table's header is.
enum Entry {
    Row(Row, f32),
    Extra(Extra),
    /// The page's number, or that the table goes on.
    Furniture,
    Other(LeftoverKind, String),
}

impl Body {
    /// Joins a page's rows with their wrapped lines. Lines above the first row of a page go on from the last row of the
    /// page before, if that first row has a description of its own and they were drawn before it.
    pub fn add_page(
        &mut self,
        lines: &[&Line<'_>],
        columns: &Columns,
        has_header: bool,
        foot: Option<&Line<'_>>,
    ) {
        let page = lines.first().map_or(0, |line| line.page);
        self.middle = f32::midpoint(columns.code.right, columns.unit_from());
        let mut extras: Vec<Extra> = Vec::new();
        let mut above: Option<usize> = None;
        for entry in classify(lines, columns, self.rows.len(), foot) {
            match entry {
                Entry::Extra(extra) => extras.push(extra),
                Entry::Furniture => {
                    self.attach(above, &mut extras, None);
                    above = None;
                }
                Entry::Other(kind, text) => {
                    // A mark below the table parts nothing.
                    if !matches!(kind, LeftoverKind::Mark | LeftoverKind::Askew | LeftoverKind::Warning) {
                        self.attach(above, &mut extras, None);
                        above = None;
                    }
                    self.leftovers.push(Leftover::new(kind, shortened(&text), self.rows.len()));
                }
                Entry::Row(row, y) => {
                    let described = !row.description.is_empty();
                    let own = |extra: &Extra| row.shows.first().is_some_and(|first| *first < extra.show);
                    let others = described && has_header && !extras.iter().any(own);
                    let at = self.rows.len();
                    self.rows.push(row);
                    self.places.push(RowPosition { page, y, ..RowPosition::default() });
                    if above.is_none() && others && at > 0 {
                        self.continue_last(at, &mut extras);
                    } else {
                        self.attach(above, &mut extras, Some(at));
                    }
                    above = Some(at);
                }
            }
        }
        self.attach(above, &mut extras, None);
    }

    /// Gives each extra to the row above or below; what is too far from both is no description.
    fn attach(&mut self, above: Option<usize>, extras: &mut Vec<Extra>, below: Option<usize>) {
        let extras = std::mem::take(extras);
        if extras.is_empty() {
            return;
        }
        let neighbour = |at: Option<usize>| {
            let at = at?;
            let (row, place) = (self.rows.get(at)?, self.places.get(at)?);
            Some(Neighbour { y: place.y, described: !row.description.is_empty(), shows: &row.shows })
        };
        let (upper, lower) = extras.split_at(wrap::split(neighbour(above), &extras, neighbour(below)));
        let height = |at: Option<usize>| at.and_then(|at| self.places.get(at)).map(|place| place.y);
        let near_above = height(above).map_or(0, |y| wrap::near(y, upper.iter()).len());
        let near_below = height(below).map_or(0, |y| wrap::near(y, lower.iter().rev()).len());
        let (joined, far) = upper.split_at(near_above);
        let (far_below, joined_below) = lower.split_at(lower.len() - near_below);
        let (joined, joined_below) = (joined.to_vec(), joined_below.to_vec());
        let after = below.or(above.map(|at| at + 1)).unwrap_or(self.rows.len());
        for extra in far.iter().chain(far_below) {
            self.leftovers.push(Leftover::new(LeftoverKind::Line, shortened(&extra.text), after));
        }
        if let Some(place) = above.and_then(|at| self.places.get_mut(at)) {
            place.below.extend(joined);
        }
        if let Some(place) = below.and_then(|at| self.places.get_mut(at)) {
            place.above.extend(joined_below);
        }
    }

    fn continue_last(&mut self, first_of_page: usize, extras: &mut Vec<Extra>) {
        let extras = std::mem::take(extras);
        let Some(first) = extras.first() else { return };
        let (near, far) = extras.split_at(wrap::near(first.y, extras.iter()).len());
        for extra in far {
            self.leftovers.push(Leftover::new(LeftoverKind::Line, shortened(&extra.text), first_of_page));
        }
        if let Some(place) = first_of_page.checked_sub(1).and_then(|last| self.places.get_mut(last)) {
            place.below.extend(near.to_vec());
        }
    }

    /// The rows with whole descriptions, and everything that is in none.
    pub fn finish(mut self) -> (Vec<Row>, Vec<Leftover>) {
        let habits = self.habits();
        odd::point_out(&mut self.rows);
        for (at, (row, place)) in self.rows.iter_mut().zip(&self.places).enumerate() {
            let (parts, told) = judge(row, place, habits);
            for (kind, text) in told {
                self.leftovers.push(Leftover::new(kind, shortened(&text), at + 1));
            }
            row.description = parts;
            for doubt in std::mem::take(&mut row.doubts) {
                self.leftovers.push(Leftover::new(LeftoverKind::Beside, shortened(&doubt), at + 1));
            }
        }
        self.leftovers.sort_by_key(|leftover| leftover.line);
        (self.rows, self.leftovers)
    }

    fn habits(&self) -> Habits {
        let mut habits = Habits { middle: self.middle, ..Habits::default() };
        let mut pitches: Vec<f32> = Vec::new();
        for (row, place) in self.rows.iter().zip(&self.places) {
            let extras = place.above.iter().chain(&place.below);
            let own = (row.right, row.description.chars().count());
            for (right, letters) in extras.map(|extra| (extra.right, extra.text.chars().count())).chain([own])
            {
                habits.right = habits.right.max(right);
                habits.letters = habits.letters.max(letters);
            }
        }
        for pair in self.places.windows(2) {
            let step = pair[1].y - pair[0].y;
            if pair[0].page == pair[1].page
                && pair[0].below.is_empty()
                && pair[1].above.is_empty()
                && step > 0.0
            {
                pitches.push(step);
            }
        }
        pitches.sort_by(f32::total_cmp);
        habits.pitch = pitches.get(pitches.len() / 2).copied();
        habits
    }
}

/// A row's whole description, and the lines beside it that are told.
fn judge(row: &Row, place: &RowPosition, habits: Habits) -> (String, Vec<(LeftoverKind, String)>) {
    let own = Piece {
        text: &row.description,
        page: place.page,
        y: place.y,
        right: row.right,
        size: row.size,
        ink: row.ink,
        first_word: 0.0,
    };
    let within = |extra: &Extra| {
        let (first, last) = (row.shows.first(), row.shows.last());
        first.is_some_and(|first| *first < extra.show) && last.is_some_and(|last| *last > extra.show)
    };
    let mut told = Vec::new();
    let mut parts: Vec<&str> = Vec::new();
    let described = !row.description.is_empty();
    let mut lower = described.then(|| Piece { first_word: first_word(own, row), ..own });
    lower = lower.or(place.below.first().map(piece));
    for extra in place.above.iter().rev() {
        let upper = piece(extra);
        let belongs =
            lower.map_or(Belongs::Surely, |lower| wrap::belongs(upper, lower, within(extra), habits));
        let belongs = if is_stray(extra, row) { belongs.doubted() } else { belongs };
        tell(&mut told, belongs, extra);
        if belongs != Belongs::No {
            parts.insert(0, &extra.text);
            lower = Some(upper);
        }
    }
    parts.extend(described.then_some(&*row.description));
    let mut upper = described.then_some(own).or(place.above.last().map(piece));
    for extra in &place.below {
        let lower = piece(extra);
        let mut belongs =
            upper.map_or(Belongs::Surely, |upper| wrap::belongs(upper, lower, within(extra), habits));
        if is_annotation(&extra.text) || is_stray(extra, row) {
            belongs = belongs.doubted();
        }
        if belongs == Belongs::Perhaps && ends_with_amounts(&extra.text) {
            belongs = Belongs::No;
        }
        tell(&mut told, belongs, extra);
        if belongs != Belongs::No {
            parts.push(&extra.text);
            upper = Some(lower);
        }
    }
    (parts.join(" "), told)
}

/// Whether a line begins elsewhere than its row's description, and is not centered below or above it.
fn is_stray(extra: &Extra, row: &Row) -> bool {
    let Some(left) = row.left.filter(|_| !extra.aligned) else { return false };
    let middle = |left: f32, right: f32| f32::midpoint(left, right);
    (middle(extra.left, extra.right) - middle(left, row.right)).abs() > row.size
}

fn tell(told: &mut Vec<(LeftoverKind, String)>, belongs: Belongs, extra: &Extra) {
    match belongs {
        Belongs::No => told.push((LeftoverKind::Line, extra.text.clone())),
        Belongs::Perhaps => told.push((LeftoverKind::Joined, extra.text.clone())),
        Belongs::Surely => {}
    }
}

/// How wide the first word of a row's own line is, by its share of the letters.
fn first_word(piece: Piece<'_>, row: &Row) -> f32 {
    let letters = piece.text.chars().count().max(1) as f32;
    let word = piece.text.split(' ').next().map_or(0, |word| word.chars().count()) as f32;
    row.left.map_or(0.0, |left| (piece.right - left) * word / letters)
}

fn piece(extra: &Extra) -> Piece<'_> {
    let Extra { page, y, right, size, ink, text, first_word, .. } = extra;
    Piece { text, page: *page, y: *y, right: *right, size: *size, ink: *ink, first_word: *first_word }
}

fn classify(body: &[&Line<'_>], columns: &Columns, before: usize, foot: Option<&Line<'_>>) -> Vec<Entry> {
    let mut count = before;
    let rows: Vec<Option<Row>> = body
        .iter()
        .map(|line| {
            let row = row::read(line, columns, count + 1);
            count += usize::from(row.is_some());
            row
        })
        .collect();
    let described_from = rows.iter().flatten().filter_map(|row| row.left).fold(f32::INFINITY, f32::min);
    let aligned = if described_from.is_finite() {
        described_from - columns.size..described_from + 1.5 * columns.size
    } else {
        columns.code.left - columns.size..columns.unit_from()
    };
    let zone = Zone {
        under: aligned.start..columns.unit_from(),
        aligned,
        by_words: rows.iter().flatten().any(|row| row.by_words),
    };
    // A description may be "Página 2"; what stands at the foot of the page, or elsewhere than descriptions do, is none.
    let is_number = |line: &Line<'_>| {
        let is_foot = foot.is_some_and(|foot| std::ptr::eq(foot, line));
        let apart = line.runs.first().is_none_or(|run| !zone.aligned.contains(&run.left));
        (is_foot && is_page(line)) || ((is_foot || apart) && page_number(&line.text()).is_some())
    };
    let entries = body.iter().zip(rows).map(|(line, row)| match row {
        Some(row) => Entry::Row(row, line.y),
        None if line.large => Entry::Other(beyond::mark(&line.runs), line.text()),
        None if is_carried(&line.text()) || is_nothing_more(&line.text()) => Entry::Furniture,
        None if is_number(line) || is_separator(&line.text()) => Entry::Furniture,
        None if Columns::read(line).is_some() => Entry::Furniture,
        None => zone
            .extra(line, columns)
            .map_or_else(|| Entry::Other(LeftoverKind::Line, line.text()), Entry::Extra),
    });
    entries.collect()
}

/// Where the further lines of descriptions stand.
struct Zone {
    under: Range<f32>,
    aligned: Range<f32>,
    /// Rows are one text each.
    by_words: bool,
}

impl Zone {
    /// A line that may be the rest of a description: it stands under one, and under no other column.
    fn extra(&self, line: &Line<'_>, columns: &Columns) -> Option<Extra> {
        let first = line.runs.first()?;
        let last = line.runs.last()?;
        let text = line.text();
        let fits = line.runs.iter().all(|run| self.under.contains(&run.left));
        let is_row = row::begins_with_code(line, columns) || (self.by_words && ends_with_amounts(&text));
        let far = line.runs.windows(2).any(|pair| pair[1].left - pair[0].right > 3.0 * pair[1].size);
        if !fits || is_row || far {
            return None;
        }
        let word =
            first.text.find(' ').and_then(|end| first.edges.get(first.text.get(..end)?.chars().count()));
        Some(Extra {
            page: line.page,
            y: line.y,
            left: first.left,
            right: last.right,
            size: first.size,
            ink: first.ink,
            text,
            first_word: word.copied().unwrap_or(first.right) - first.left,
            aligned: self.aligned.contains(&first.left),
            show: first.show,
        })
    }
}
