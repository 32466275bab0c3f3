//! The table over all pages: its rows in order, with the lines their descriptions are wrapped onto, and its totals.

use rust_decimal::Decimal;

use super::beyond::{self, Counted};
use super::body::Body;
use super::columns::Columns;
use super::footer::Footer;
use super::header::{self, Header};
use super::layout::Line;
use super::row::{self, Row};
use crate::quotes::leftover::{Leftover, LeftoverKind};
use crate::quotes::refusal::Refusal;

/// How many lines of a page that has no names of columns are its head: up to the last label before the first row, or
/// before the totals.
fn head_of(page: &[Line<'_>], known: &Columns, number: usize) -> usize {
    let first = |line: &Line<'_>| row::read(line, known, number).is_some() || Footer::default().end(line);
    let until = page.iter().position(first).unwrap_or(0);
    page[..until].iter().rposition(header::is_header).map_or(0, |last| last + 1)
}

/// Whether the totals end on a page that has no rows.
fn begins_with_totals(page: &[Line<'_>], known: &Columns) -> bool {
    let mut before = page.iter().take_while(|line| row::read(line, known, usize::MAX).is_none());
    before.any(|line| Footer::default().end(line))
}

pub struct Table<'l, 'r> {
    pub rows: Vec<Row>,
    pub leftovers: Vec<Leftover>,
    pub footer: Footer,
    /// For each page with a table, the lines above it.
    pub headers: Vec<Vec<&'l Line<'r>>>,
    /// What stands below the totals.
    below: Vec<&'l Line<'r>>,
    columns: Columns,
    /// Several tables stand side by side.
    several: bool,
    /// Names of columns between the code and the unit that are none of those of a quote.
    unknown_columns: Vec<String>,
}

impl<'l, 'r> Table<'l, 'r> {
    /// The table, if any page has its header.
    pub fn read(lines: &'l [Line<'r>]) -> Option<Self> {
        let mut columns: Option<Columns> = None;
        let mut footer = Footer::default();
        let (mut headers, mut below, mut several) = (Vec::new(), Vec::new(), false);
        let mut body = Body::default();
        let mut unknown_columns = Vec::new();
        let mut pages = lines.chunk_by(|one, other| one.page == other.page).peekable();
        while let Some(page) = pages.next() {
            let mut rest = page.iter();
            let mut inside: Vec<&Line<'_>> = Vec::new();
            let mut has_header = false;
            if footer.payable.is_none() {
                let start = page.iter().position(|line| Columns::read(line).is_some());
                let above = match (start, columns) {
                    (Some(at), _) => {
                        let found = Columns::read_all(&page[at]);
                        several |= found.len() > 1;
                        unknown_columns.extend(Columns::unknown(&page[at]));
                        columns = found.into_iter().next();
                        has_header = true;
                        rest = page[at + 1..].iter();
                        Some(page[..at].iter().collect())
                    }
                    // A page without the table's header goes on with the columns of the page before.
                    (None, Some(known)) => {
                        let last = head_of(page, &known, body.rows.len() + 1);
                        rest = page[last..].iter();
                        (last > 0).then(|| page[..last].iter().collect())
                    }
                    (None, None) => continue,
                };
                headers.extend(above);
            }
            let Some(known) = &columns else { continue };
            while footer.payable.is_none() {
                let Some(line) = rest.next() else { break };
                // A product may be called anything, also what the totals are called.
                let is_row = row::read(line, known, usize::MAX).is_some() && !Footer::is_whole(line);
                if is_row || line.large || row::begins_with_code(line, known) || !footer.end(line) {
                    inside.push(line);
                }
            }
            // The totals may be parted by the end of a page.
            if footer.payable.is_some() || pages.peek().is_some_and(|next| begins_with_totals(next, known)) {
                footer.take_above(&mut inside);
            }
            below.extend(rest);
            body.add_page(&inside, known, has_header, page.last());
        }
        let columns = columns?;
        let (rows, leftovers) = body.finish();
        unknown_columns.dedup();
        let mut table = Table { rows, leftovers, footer, headers, below, columns, several, unknown_columns };
        table.take_late_totals();
        table.point_out_below();
        table.point_out_beside(lines);
        Some(table)
    }

    /// A total or a discount right below the amount to pay.
    fn take_late_totals(&mut self) {
        let Some(first) = self.below.first() else { return };
        let near = |line: &&&Line<'_>| line.page == first.page && line.y - first.y < 4.0 * self.columns.size;
        let lines: Vec<&Line<'_>> = self.below.iter().take_while(near).copied().collect();
        for line in lines {
            let mut late = Footer::default();
            late.take(line);
            self.footer.total = self.footer.total.or(late.total);
            self.footer.discount = self.footer.discount.or(late.discount);
        }
    }

    fn point_out_below(&mut self) {
        let rows = self.rows.len();
        let units: Decimal = self.rows.iter().map(|row| row.quantity).sum();
        let counted = Counted { lines: rows, units: units.normalize().to_string() };
        let above: Vec<String> = self.headers.iter().flatten().map(|line| line.text()).collect();
        let is_known = |line: &Line<'_>| Footer::is_total(line) || above.contains(&line.text());
        let told = beyond::below(&self.below, &self.columns, &counted, is_known);
        self.leftovers.extend(
            told.into_iter().map(|(kind, text)| Leftover::new(kind, super::paper::shortened(&text), rows)),
        );
        let warnings = self.headers.iter().flatten().filter(|line| beyond::is_warning(&line.text()));
        let warnings: Vec<Leftover> = warnings
            .filter(|line| !header::is_header(line))
            .map(|line| Leftover::new(LeftoverKind::Warning, super::paper::shortened(&line.text()), 0))
            .collect();
        self.leftovers.extend(warnings);
        let unknown = self.unknown_columns.iter();
        self.leftovers.extend(unknown.map(|name| Leftover::new(LeftoverKind::Column, name, 0)));
        // Other totals than those that were taken.
        let differs = |line: &&&Line<'_>| {
            let mut other = Footer::default();
            other.take(line);
            let differ = |one: Option<Decimal>, other: Option<Decimal>| other.is_some() && other != one;
            differ(self.footer.total, other.total) || differ(self.footer.payable, other.payable)
        };
        let others: Vec<Leftover> = self
            .below
            .iter()
            .filter(differs)
            .map(|line| Leftover::new(LeftoverKind::Line, super::paper::shortened(&line.text()), rows))
            .collect();
        self.leftovers.extend(others);
    }

    /// Words on the lines of the totals that are no part of them.
    fn point_out_beside(&mut self, lines: &[Line<'_>]) {
        let is_row = |line: &Line<'_>| row::read(line, &self.columns, usize::MAX).is_some();
        let totals = lines.iter().filter(|line| Footer::is_total(line) && !is_row(line));
        let told: Vec<Leftover> = totals
            .flat_map(Footer::beside)
            .map(|text| {
                let kind =
                    if beyond::is_warning(&text) { LeftoverKind::Warning } else { LeftoverKind::Below };
                Leftover::new(kind, super::paper::shortened(&text), self.rows.len())
            })
            .collect();
        self.leftovers.extend(told);
    }

    /// Whether the file holds one quote, once.
    ///
    /// # Errors
    /// Another quote stands beside or below it, or the same one again, or its pages are mixed up.
    pub fn require_one(&self) -> Result<(), Refusal> {
        let own = self.headers.first().map(|lines| Header::read(lines)).unwrap_or_default();
        let others: Vec<String> =
            self.headers.iter().flatten().chain(&self.below).flat_map(|line| header::numbers(line)).collect();
        if others.iter().any(|number| own.number.as_ref().is_some_and(|own| own != number)) {
            return Err(Refusal::SeveralQuotes);
        }
        if self.several {
            return Err(Refusal::RepeatedQuote);
        }
        let Some(again) = self.below.iter().position(|line| Columns::read(line).is_some()) else {
            return Ok(());
        };
        let mut totals = Footer::default();
        for line in &self.below[again..] {
            totals.take(line);
        }
        let has_number = self.below[..again].iter().any(|line| !header::numbers(line).is_empty());
        match totals.payable {
            Some(_) => Err(Refusal::RepeatedQuote),
            // Its header, a table, no totals: a page that belongs before this one.
            None if has_number => Err(Refusal::PagesMissing),
            None => Ok(()),
        }
    }
}
