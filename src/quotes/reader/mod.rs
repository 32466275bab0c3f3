//! From runs with coordinates to a quote. Relies on geometry and drawing order, never on fixed positions.

mod beyond;
mod body;
mod cells;
mod code;
mod columns;
mod footer;
mod header;
mod labels;
mod layout;
mod odd;
mod over;
mod paper;
mod row;
mod table;
mod words;
mod wrap;

use pdf_text::{Picture, Run};

use super::leftover::{Leftover, LeftoverKind};
use super::quote::{Quote, QuoteLine};
use super::{Reading, Refusal};
use header::Header;
use labels::Label;
use layout::Line;
use paper::Paper;
use table::Table;

/// The most lines of a quote.
pub const MOST_LINES: usize = 500;

/// Reads a quote from the runs of all its pages, and what lies over them.
pub fn read_runs(runs: &[Run], pictures: &[Picture]) -> Result<Reading, Refusal> {
    let paper = Paper::new(runs);
    let unknown =
        if words::is_language(&paper.lines) { Refusal::AnotherDocument } else { Refusal::Illegible };
    let is_numbered = paper.lines.iter().any(|line| labels::has(line, Label::Number));
    let table = Table::read(&paper.lines);
    let table = table.ok_or(if is_numbered { Refusal::TableUnreadable } else { unknown })?;
    let header = read_header(&table.headers)?;
    if !header.is_quote() {
        return Err(if is_numbered { Refusal::HeaderUnreadable } else { unknown });
    }
    table.require_one()?;
    if !paper.complete {
        return Err(Refusal::PagesMissing);
    }
    if table.rows.len() > MOST_LINES {
        return Err(Refusal::TooManyLines);
    }
    let (Some(customer), Some(date)) = (header.customer, header.date) else {
        return Err(Refusal::HeaderUnreadable);
    };
    let (Some(total), Some(payable)) = (table.footer.total, table.footer.payable) else {
        return Err(Refusal::TotalsMissing);
    };
    let doubts = header.doubts.into_iter().map(|(kind, text)| Leftover::new(kind, text, 0));
    let over = over::told(&paper.lines, pictures, &table.rows);
    let items = (1..).zip(table.rows).map(|(line, row)| QuoteLine {
        line,
        code: row.code,
        description: row.description,
        unit: row.unit,
        quantity: row.quantity,
        unit_price: row.unit_price,
        total: row.total,
    });
    let quote = Quote {
        number: header.number.unwrap_or_default(),
        customer_code: header.customer_code.unwrap_or_default(),
        customer,
        seller: header.seller.unwrap_or_default(),
        date,
        items: items.collect(),
        total,
        discount: table.footer.discount.unwrap_or_default(),
        payable,
    };
    let leftovers = doubts.chain(table.leftovers).chain(over).chain(paper.leftovers).collect();
    Ok(Reading { quote, text: paper.lines.iter().map(Line::text).collect(), leftovers })
}

/// The header is repeated on each page; the first that has a value gives it, and all must be of one quote.
fn read_header(pages: &[Vec<&Line<'_>>]) -> Result<Header, Refusal> {
    let mut header = Header::default();
    for lines in pages {
        let page = Header::read(lines);
        if !header.is_same(&page) {
            return Err(Refusal::SeveralQuotes);
        }
        header = header.or(page);
    }
    let head: Vec<&Line<'_>> = pages.iter().flatten().copied().collect();
    let missing = labels::missing(&head).into_iter().map(str::to_owned);
    header.doubts.extend(missing.map(|name| (LeftoverKind::Label, name)));
    if header.number.is_none() {
        let loose = labels::loose_numbers(&head).into_iter();
        header.doubts.extend(loose.map(|number| (LeftoverKind::Header, number)));
    }
    Ok(header)
}
