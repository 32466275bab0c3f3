//! Runs sorted into printed lines, and the words they are recognised by.

use pdf_text::Run;
use unicode_normalization::UnicodeNormalization;

/// Cells of one row may stand this many points apart in height.
const MOST_SLANT: f32 = 4.0;

/// Runs on one baseline, from left to right.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    pub page: usize,
    /// Points from the top of the page.
    pub y: f32,
    pub runs: Vec<&'a Run>,
}

impl Line<'_> {
    /// As a person reads it.
    pub fn text(&self) -> String {
        join(&self.runs)
    }
}

/// Groups runs by page and baseline, top to bottom. A run drawn twice on one spot (for boldness) counts once.
pub fn lines(runs: &[Run]) -> Vec<Line<'_>> {
    let mut sorted: Vec<&Run> = runs.iter().collect();
    sorted.sort_by(|one, other| {
        one.page.cmp(&other.page).then(one.y.total_cmp(&other.y)).then(one.left.total_cmp(&other.left))
    });
    let mut lines: Vec<Line<'_>> = Vec::new();
    for run in sorted {
        match lines.last_mut() {
            Some(line) if line.page == run.page && run.y - line.y <= MOST_SLANT.min(run.size * 0.5) => {
                line.runs.push(run);
            }
            _ => lines.push(Line { page: run.page, y: run.y, runs: vec![run] }),
        }
    }
    for line in &mut lines {
        line.runs.sort_by(|one, other| one.left.total_cmp(&other.left).then(one.show.cmp(&other.show)));
        line.runs.dedup_by(|next, kept| {
            next.text == kept.text && next.left - kept.left < 0.1 * kept.size && (next.y - kept.y).abs() < 1.0
        });
    }
    lines
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
