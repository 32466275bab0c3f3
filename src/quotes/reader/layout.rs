//! Runs sorted into printed lines, and the words they are recognised by.

use pdf_text::Run;
use unicode_normalization::UnicodeNormalization;

/// Cells of one row may stand this many points apart in height.
const MOST_SLANT: f32 = 4.0;
/// Text this many times larger than what the page is written in is a mark below it, or a title.
const LARGE: f32 = 2.0;

/// Runs on one baseline, from left to right.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    pub page: usize,
    /// Points from the top of the page.
    pub y: f32,
    pub runs: Vec<&'a Run>,
    /// Much larger than the rest of the page.
    pub large: bool,
}

impl Line<'_> {
    /// As a person reads it.
    pub fn text(&self) -> String {
        join(&self.runs)
    }
}

/// Groups runs by page and baseline, top to bottom.
pub fn lines<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Vec<Line<'a>> {
    let mut sorted: Vec<&Run> = runs.into_iter().collect();
    sorted.sort_by(|one, other| {
        one.page.cmp(&other.page).then(one.y.total_cmp(&other.y)).then(one.left.total_cmp(&other.left))
    });
    let mut lines: Vec<Line<'_>> = Vec::new();
    for page in sorted.chunk_by(|one, other| one.page == other.page) {
        let usual = usual_size(page);
        let mut large: Vec<Line<'_>> = Vec::new();
        let start = lines.len();
        for run in page.iter().copied() {
            let is_large = run.size > LARGE * usual;
            let others = if is_large { &mut large } else { &mut lines };
            let first = if is_large { 0 } else { start };
            match others.get_mut(first..).and_then(<[_]>::last_mut) {
                Some(line) if run.y - line.y <= MOST_SLANT.min(run.size * 0.5) => line.runs.push(run),
                _ => others.push(Line { page: run.page, y: run.y, runs: vec![run], large: is_large }),
            }
        }
        lines.extend(large);
        if let Some(page) = lines.get_mut(start..) {
            page.sort_by(|one, other| one.y.total_cmp(&other.y));
        }
    }
    for line in &mut lines {
        line.runs.sort_by(|one, other| one.left.total_cmp(&other.left).then(one.show.cmp(&other.show)));
    }
    lines
}

/// The size that the middle letter of a page has.
fn usual_size(runs: &[&Run]) -> f32 {
    let mut sizes: Vec<(f32, usize)> = runs.iter().map(|run| (run.size, run.edges.len().max(1))).collect();
    sizes.sort_by(|one, other| one.0.total_cmp(&other.0));
    let half = sizes.iter().map(|(_, letters)| letters).sum::<usize>() / 2;
    let mut before = 0;
    let middle = sizes.iter().find(|(_, letters)| {
        before += letters;
        before > half
    });
    middle.map_or(f32::INFINITY, |(size, _)| *size)
}

/// One text from runs sorted by their left edge: a space between them, none where they touch.
pub fn join(runs: &[&Run]) -> String {
    let mut text = String::new();
    let mut edge = None;
    for run in runs {
        let touches = edge.is_some_and(|edge: f32| (run.left - edge).abs() <= 0.15 * run.size);
        if !text.is_empty() && !touches {
            text.push(' ');
        }
        text.push_str(&run.text);
        edge = Some(run.right);
    }
    text
}

/// Letters and digits only, lower case and without accents: "Orçamento Nº:" is "orcamentono".
pub fn key(text: &str) -> String {
    text.nfkd().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
