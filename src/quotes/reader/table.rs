//! The table over all pages: its rows in order, with the lines their descriptions are wrapped onto, and its totals.

use std::ops::Range;

use super::columns::Columns;
use super::footer::Footer;
use super::layout::{Line, key};
use super::row::{self, Row};
use super::wrap::{self, Extra, Neighbour};

pub struct Table<'l, 'r> {
    pub rows: Vec<Row>,
    /// Lines that begin like a row and are none.
    pub unread: Vec<String>,
    pub footer: Footer,
    /// For each page with a table, the lines above it.
    pub headers: Vec<&'l [Line<'r>]>,
}

/// What a line below the table's header is.
enum Entry {
    Row {
        row: Row,
        y: f32,
    },
    Extra(Extra),
    /// Totals, or text that is no part of the table: ends what may be wrapped.
    End,
}

impl<'l, 'r> Table<'l, 'r> {
    /// The table, if any page has its header.
    pub fn read(lines: &'l [Line<'r>]) -> Option<Self> {
        let (footer, totals) = Footer::read(lines);
        let totals: Vec<&Line<'_>> = totals.into_iter().filter_map(|at| lines.get(at)).collect();
        let mut table = Table { rows: Vec::new(), unread: Vec::new(), footer, headers: Vec::new() };
        let mut columns = None;
        for page in lines.chunk_by(|one, other| one.page == other.page) {
            let start =
                page.iter().enumerate().find_map(|(at, line)| Columns::read(line).map(|found| (at, found)));
            let body = match start {
                Some((at, found)) => {
                    columns = Some(found);
                    let (above, body) = page.split_at(at);
                    table.headers.push(above);
                    body.get(1..).unwrap_or_default()
                }
                // A page without the table's header goes on with the columns of the page before.
                None => page,
            };
            if let Some(columns) = &columns {
                let entries = table.classify(body, columns, &totals);
                table.add_page(entries, start.is_some());
            }
        }
        columns.map(|_| table)
    }

    fn classify(&mut self, body: &[Line<'_>], columns: &Columns, totals: &[&Line<'_>]) -> Vec<Entry> {
        let rows: Vec<Option<Row>> = body.iter().map(|line| row::read(line, columns)).collect();
        let described_from = rows.iter().flatten().filter_map(|row| row.left).fold(f32::INFINITY, f32::min);
        let aligned = if described_from.is_finite() {
            described_from - columns.size..described_from + 1.5 * columns.size
        } else {
            columns.code.left - columns.size..columns.unit_from()
        };
        let under = aligned.start..columns.unit_from();
        let mut entries = Vec::new();
        for (at, (line, row)) in body.iter().zip(rows).enumerate() {
            let is_page_number = || at + 1 == body.len() && is_page_number(line);
            let entry = match row {
                Some(row) => Entry::Row { row, y: line.y },
                None if totals.iter().any(|total| std::ptr::eq(*total, line)) || is_page_number() => {
                    Entry::End
                }
                None if row::begins_with_code(line, columns) => {
                    self.unread.push(line.text());
                    Entry::End
                }
                None => extra(line, &under, &aligned),
            };
            entries.push(entry);
        }
        entries
    }

    /// Joins a page's rows with their wrapped lines. Lines above the first row of a page go on from the last row of the
    /// page before, if that first row has a description of its own and they were drawn before it.
    fn add_page(&mut self, entries: Vec<Entry>, has_header: bool) {
        let mut extras: Vec<Extra> = Vec::new();
        let mut above: Option<(usize, f32, bool)> = None;
        for entry in entries {
            match entry {
                Entry::Extra(extra) => extras.push(extra),
                Entry::End => {
                    self.attach(above, &extras, None);
                    extras.clear();
                    above = None;
                }
                Entry::Row { row, y } => {
                    let described = !row.description.is_empty();
                    let own = |extra: &Extra| row.shows.first().is_some_and(|first| *first < extra.show);
                    let others = described && has_header && !extras.iter().any(own);
                    let at = self.rows.len();
                    self.rows.push(row);
                    if above.is_none() && others && at > 0 {
                        self.continue_last(at, &extras);
                    } else {
                        self.attach(above, &extras, Some((at, y, described)));
                    }
                    extras.clear();
                    above = Some((at, y, described));
                }
            }
        }
        self.attach(above, &extras, None);
    }

    fn attach(
        &mut self,
        above: Option<(usize, f32, bool)>,
        extras: &[Extra],
        below: Option<(usize, f32, bool)>,
    ) {
        if extras.is_empty() {
            return;
        }
        let neighbour = |row: Option<(usize, f32, bool)>| {
            row.and_then(|(at, y, described)| {
                self.rows.get(at).map(|row| Neighbour { y, described, shows: &row.shows })
            })
        };
        let (upper, lower) = extras.split_at(wrap::split(neighbour(above), extras, neighbour(below)));
        if let Some((at, y, _)) = above {
            let lines = wrap::near(y, upper.iter());
            self.extend(at, &lines, false);
        }
        if let Some((at, y, _)) = below {
            let mut lines = wrap::near(y, lower.iter().rev());
            lines.reverse();
            self.extend(at, &lines, true);
        }
    }

    fn continue_last(&mut self, first_of_page: usize, extras: &[Extra]) {
        if let (Some(last), Some(extra)) = (first_of_page.checked_sub(1), extras.first()) {
            let lines = wrap::near(extra.y, extras.iter());
            self.extend(last, &lines, false);
        }
    }

    fn extend(&mut self, at: usize, lines: &[&Extra], before: bool) {
        let Some(row) = self.rows.get_mut(at) else { return };
        let mut parts: Vec<&str> = lines.iter().map(|line| &*line.text).collect();
        let own = std::mem::take(&mut row.description);
        if !own.is_empty() {
            parts.insert(if before { parts.len() } else { 0 }, &own);
        }
        row.description = parts.join(" ");
    }
}

/// A line that may be the rest of a description: it begins under one.
fn extra(line: &Line<'_>, under: &Range<f32>, aligned: &Range<f32>) -> Entry {
    let Some(first) = line.runs.first().filter(|run| under.contains(&run.left)) else { return Entry::End };
    let aligned = aligned.contains(&first.left);
    Entry::Extra(Extra { y: line.y, size: first.size, text: line.text(), aligned, show: first.show })
}

fn is_page_number(line: &Line<'_>) -> bool {
    let text = key(&line.text());
    text.strip_prefix("pagina").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}
