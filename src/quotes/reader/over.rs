//! What is drawn over the paper: strokes through what is printed, and pictures where the items stand.

use pdf_text::{Picture, Sight};

use super::columns::Columns;
use super::footer::Footer;
use super::header::is_header;
use super::layout::Line;
use super::paper::shortened;
use super::row::Row;
use crate::quotes::leftover::{Leftover, LeftoverKind};

/// So many lines of a page that are struck out are told as one.
const MOST_LINES: usize = 8;
/// Letters that are drawn instead of written: fewer are an arrow or a tick of the form itself.
const FEWEST_LETTERS: usize = 3;
/// A picture lies among the items if it reaches in this far, in points.
const OVERLAP: f32 = 3.0;

pub fn told(lines: &[Line<'_>], pictures: &[Picture], rows: &[Row]) -> Vec<Leftover> {
    let mut told = Vec::new();
    let (mut inside, mut ended) = (false, false);
    for page in lines.chunk_by(|one, other| one.page == other.page) {
        let from = page.iter().position(is_header).unwrap_or(0);
        told.extend(struck(&page[from..], rows));
        let (top, bottom) = body(page, &mut inside);
        told.extend(lying(pictures, page, top, bottom));
        ended |= page.iter().any(|line| Footer::default().end(line));
        let below = if top < bottom && ended { bottom } else { 0.0 };
        told.extend(stamps(pictures, page, below).filter(|_| ended));
    }
    told
}

/// Lines that a stroke runs through. An item is named by its number, however many are.
fn struck(page: &[Line<'_>], rows: &[Row]) -> Vec<Leftover> {
    let number = |line: &Line<'_>| {
        rows.iter().position(|row| row.page == line.page && row.y == line.y).map_or(0, |at| at + 1)
    };
    let struck = page.iter().filter(|line| line.runs.iter().any(|run| run.struck > 0));
    let (items, others): (Vec<_>, Vec<_>) =
        struck.map(|line| (shortened(&line.text()), number(line))).partition(|(_, item)| *item > 0);
    let told = |(text, item): (String, usize)| Leftover::new(LeftoverKind::Struck, text, item);
    let others = match &others[..] {
        [(first, _), .., (last, _)] if others.len() > MOST_LINES => vec![(format!("{first} … {last}"), 0)],
        _ => others,
    };
    items.into_iter().chain(others).map(told).collect()
}

/// A stamp, a signature or a note by hand below the totals. What lies behind text is the paper's own.
fn stamps(pictures: &[Picture], page: &[Line<'_>], below: f32) -> Option<Leftover> {
    let at = page.first()?.runs.first()?.page;
    let counted = |picture: &&Picture| {
        picture.page == at && picture.top.max(picture.bottom - OVERLAP) >= below && !picture.is_behind
    };
    let found: Vec<&Picture> = pictures.iter().filter(counted).collect();
    let letters = found.iter().filter(|picture| picture.is_drawing).count();
    let any = found.iter().any(|picture| !picture.is_drawing || picture.is_by_hand);
    (any || letters >= FEWEST_LETTERS).then(|| Leftover::new(LeftoverKind::Stamp, (at + 1).to_string(), 0))
}

/// From the table's head, or the top of a page that goes on, to the totals or the foot. `inside`: it began on a page
/// before, and does not end here.
fn body(page: &[Line<'_>], inside: &mut bool) -> (f32, f32) {
    let head = page.iter().rposition(|line| Columns::read(line).is_some());
    let top = match head {
        Some(at) => page[at].y,
        None if *inside => 0.0,
        None => f32::INFINITY,
    };
    let rest = &page[head.unwrap_or(0)..];
    let end = rest.iter().find(|line| Footer::default().end(line)).map(|line| line.y);
    *inside = (*inside || head.is_some()) && end.is_none();
    (top, end.or_else(|| page.last().map(|line| line.y)).unwrap_or(f32::INFINITY))
}

fn lying(pictures: &[Picture], page: &[Line<'_>], top: f32, bottom: f32) -> Option<Leftover> {
    let runs = || page.iter().skip_while(|line| !is_header(line)).flat_map(|line| &line.runs);
    let first = page.first()?.runs.first()?;
    // A picture of the whole page, whose text was recognised from it, is told as that.
    if page.iter().flat_map(|line| &line.runs).any(|run| run.sight != Sight::Seen) {
        return None;
    }
    let is_inside = |picture: &Picture| picture.bottom.min(bottom) - picture.top.max(top) >= OVERLAP;
    let is_over_text = |picture: &Picture| {
        runs().any(|run| {
            let y = run.y - 0.3 * run.size;
            run.left < picture.right && run.right > picture.left && (picture.top..picture.bottom).contains(&y)
        })
    };
    let counted =
        |picture: &&Picture| picture.page == first.page && (is_inside(picture) || is_over_text(picture));
    let found: Vec<&Picture> = pictures.iter().filter(counted).collect();
    let letters = found.iter().filter(|picture| picture.is_drawing && !picture.is_behind).count();
    let by_hand = found.iter().any(|picture| picture.is_by_hand);
    let over = by_hand || found.iter().any(|picture| !picture.is_drawing && !picture.is_behind);
    let behind = found.iter().any(|picture| !picture.is_drawing);
    let kind = if over || letters >= FEWEST_LETTERS {
        LeftoverKind::Picture
    } else if behind {
        LeftoverKind::Background
    } else {
        return None;
    };
    Some(Leftover::new(kind, (first.page + 1).to_string(), 0))
}
