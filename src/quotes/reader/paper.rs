//! The paper as a person sees it: what is read, what is only pointed out, and the pages in their order.

use std::ops::Range;

use pdf_text::{Run, Sight};

use super::beyond;
use super::columns::Columns;
use super::header;
use super::layout::{self, Line};
use super::words::{PageNumber, number_of};
use crate::quotes::leftover::{Leftover, LeftoverKind};

/// The longest text of one thing that is pointed out, in characters.
const LONGEST: usize = 300;

/// Words of one text stand at most this many font sizes apart.
const GOES_ON: f32 = 0.5;

/// What there is to read, page by page.
pub struct Paper<'r> {
    pub lines: Vec<Line<'r>>,
    pub leftovers: Vec<Leftover>,
    /// No page is missing by the numbers printed on them.
    pub complete: bool,
}

impl<'r> Paper<'r> {
    pub fn new(runs: &'r [Run]) -> Self {
        let mut read: Vec<&Run> = Vec::new();
        let mut leftovers = Vec::new();
        for page in runs.chunk_by(|one, other| one.page == other.page) {
            let seen: Vec<&Run> = page.iter().filter(|run| run.sight == Sight::Seen).collect();
            let unseen: Vec<&Run> =
                page.iter().filter(|run| is_hidden(run) && !is_doubled(run, &seen)).collect();
            if is_recognised(&seen, &unseen) {
                leftovers.push(Leftover::new(LeftoverKind::Recognised, (page[0].page + 1).to_string(), 0));
                read.extend(unseen.iter().chain(&seen));
            } else {
                leftovers.extend(pointed_out(LeftoverKind::Hidden, &unseen));
                read.extend(seen);
            }
            let of = |sight| page.iter().filter(|run| run.sight == sight).collect::<Vec<_>>();
            let slanted = of(Sight::Slanted);
            leftovers.extend(
                layout::lines(slanted.iter().copied())
                    .iter()
                    .map(|line| Leftover::new(beyond::mark(&line.runs), shortened(&line.text()), 0)),
            );
            // What begins on the sheet and ends off it is cut: a name, or an amount.
            let body = body_of(&of(Sight::Seen));
            let is_cut = |run: &&Run| body.contains(&run.y) && read.iter().any(|seen| goes_on(seen, run));
            let (cut, off): (Vec<&Run>, Vec<&Run>) = of(Sight::OffSheet).into_iter().partition(is_cut);
            leftovers.extend(pointed_out(LeftoverKind::Hidden, &cut));
            leftovers.extend(pointed_out(LeftoverKind::OffSheet, &off));
        }
        let mut lines = layout::lines(read);
        let complete = put_in_order(&mut lines);
        Self { lines, leftovers, complete }
    }
}

fn is_hidden(run: &Run) -> bool {
    matches!(run.sight, Sight::Invisible | Sight::Covered | Sight::Clipped)
}

/// From the header's first label to above the lowest text of a page: what is read of it. Neither the seller's own address
/// nor the page's number matters.
fn body_of(seen: &[&Run]) -> Range<f32> {
    let lines = layout::lines(seen.iter().copied());
    let top = lines.iter().find(|line| header::is_header(line)).map_or(0.0, |line| line.y - 1.0);
    top..lines.last().map_or(0.0, |line| line.y - 1.0)
}

/// Whether a text goes on from another that is seen.
fn goes_on(seen: &Run, run: &Run) -> bool {
    let near = GOES_ON * run.size;
    seen.page == run.page && (seen.y - run.y).abs() <= 0.1 * run.size && (run.left - seen.right).abs() <= near
}

/// Whether the same text is seen at the same place: it was painted twice.
fn is_doubled(run: &Run, seen: &[&Run]) -> bool {
    let near = 0.3 * run.size;
    seen.iter().any(|other| {
        other.text == run.text && (other.left - run.left).abs() <= near && (other.y - run.y).abs() <= near
    })
}

/// Whether a page is a picture with its recognised text behind or below it: what can be seen is no table, and most text cannot
/// be seen.
fn is_recognised(seen: &[&Run], unseen: &[&Run]) -> bool {
    let letters = |runs: &[&Run]| runs.iter().map(|run| run.edges.len()).sum::<usize>();
    let has_table = || layout::lines(seen.iter().copied()).iter().any(|line| Columns::read(line).is_some());
    letters(unseen) > 2 * letters(seen) && !has_table()
}

fn pointed_out(kind: LeftoverKind, runs: &[&Run]) -> Vec<Leftover> {
    let lines = layout::lines(runs.iter().copied());
    lines.iter().map(|line| Leftover::new(kind, shortened(&line.text()), 0)).collect()
}

pub fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// The pages by the numbers printed on them; `false` when one is missing.
fn put_in_order(lines: &mut [Line<'_>]) -> bool {
    let pages: Vec<&[Line<'_>]> = lines.chunk_by(|one, other| one.page == other.page).collect();
    let printed: Vec<Option<PageNumber>> = pages.iter().map(|page| number_of(page)).collect();
    let numbers: Vec<usize> = printed.iter().flatten().map(|page| page.number).collect();
    let told = printed.iter().flatten().filter_map(|page| page.of).max();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    let times: Vec<usize> = sorted.chunk_by(|one, other| one == other).map(<[_]>::len).collect();
    if times.iter().any(|times| *times > 1) {
        // Whole copies, or the same number on each page: the table itself tells.
        return times.iter().all(|one| *one == times[0]);
    }
    let all = numbers.len() == pages.len();
    let complete = if all {
        sorted.iter().copied().eq(1..=pages.len()) && told.is_none_or(|of| of == pages.len())
    } else {
        printed.iter().zip(1..).all(|(page, at)| page.is_none_or(|page| page.number == at))
    };
    if complete && all && sorted != numbers {
        let of_page: Vec<(usize, usize)> = pages.iter().map(|page| page[0].page).zip(numbers).collect();
        let number =
            |page: usize| of_page.iter().find(|(of, _)| *of == page).map_or(page, |(_, number)| *number);
        lines.sort_by_key(|line| number(line.page));
        for line in lines {
            line.page = number(line.page);
        }
    }
    complete
}
