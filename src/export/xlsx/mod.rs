//! XLSX files: numbers are numbers, days are days, and text is never a formula. A sheet
//! is streamed as it is written, so a long one takes no more memory than a short one.

mod zip;

use std::fmt::Write as _;

use jiff::civil::{Date, DateTime, date};
use rust_decimal::Decimal;

use self::zip::Zip;
use super::table::{Cell, Table};
use crate::html::format;
use crate::lang::Lang;

/// Characters of a cell, by the format.
const LONGEST_TEXT: usize = 32_767;

const TYPES: &str = include_str!("types.xml");
const RELATIONS: &str = include_str!("relations.xml");
const BOOK_RELATIONS: &str = include_str!("book_relations.xml");
/// How cells look, in the order of [`Style`].
const STYLES: &str = include_str!("styles.xml");

/// Text is shown and edited as text.
#[derive(Clone, Copy, Debug)]
enum Style {
    Text,
    Name,
    Whole,
    Quantity,
    Tenths,
    Share,
    Day,
    Moment,
}

/// A book of one sheet, on its way.
pub struct Sheet {
    zip: Zip,
    lang: Lang,
    rows: u32,
}

/// A whole table, with its names.
pub fn file(table: &Table, lang: Lang) -> Vec<u8> {
    let mut sheet = Sheet::begin(&table.columns, lang);
    for row in &table.rows {
        sheet.push_row(row);
    }
    sheet.finish()
}

impl Sheet {
    /// `columns`: keys of the columns' names, which stay in sight.
    pub fn begin(columns: &[&'static str], lang: Lang) -> Self {
        let mut zip = Zip::new();
        zip.add("[Content_Types].xml", TYPES.as_bytes());
        zip.add("_rels/.rels", RELATIONS.as_bytes());
        let name = escaped(&lang.t("reports.sheet"));
        let book = format!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>"#
        );
        zip.add("xl/workbook.xml", book.as_bytes());
        zip.add("xl/_rels/workbook.xml.rels", BOOK_RELATIONS.as_bytes());
        zip.add("xl/styles.xml", STYLES.as_bytes());
        zip.begin("xl/worksheets/sheet1.xml");
        let mut head = String::from(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>"#,
        );
        for (place, key) in (1..).zip(columns) {
            let width = lang.t(key).chars().count().clamp(10, 40) + 6;
            // Writing into a string cannot fail.
            let _ = write!(head, r#"<col min="{place}" max="{place}" width="{width}" customWidth="1"/>"#);
        }
        zip.write(&head);
        zip.write("</cols><sheetData>");
        let mut sheet = Self { zip, lang, rows: 0 };
        let names: Vec<Cell> = columns.iter().map(|name| Cell::Word(name)).collect();
        sheet.push(&names, Style::Name);
        sheet
    }

    pub fn push_row(&mut self, row: &[Cell]) {
        self.push(row, Style::Text);
    }

    fn push(&mut self, row: &[Cell], text: Style) {
        self.rows += 1;
        let mut xml = format!(r#"<row r="{}">"#, self.rows);
        for (place, cell) in row.iter().enumerate() {
            let at = format!("{}{}", column(place), self.rows);
            push_cell(&mut xml, &at, cell, text, self.lang);
        }
        xml.push_str("</row>");
        self.zip.write(&xml);
    }

    /// The bytes that are there by now.
    pub fn take(&mut self) -> Vec<u8> {
        self.zip.take()
    }

    /// The last bytes.
    pub fn finish(mut self) -> Vec<u8> {
        self.zip.write("</sheetData></worksheet>");
        self.zip.finish()
    }
}

fn push_cell(xml: &mut String, at: &str, cell: &Cell, text: Style, lang: Lang) {
    let mut number = |style: Style, value: String| {
        let _ = write!(xml, r#"<c r="{at}" s="{}"><v>{value}</v></c>"#, style as u8);
    };
    let said = match cell {
        Cell::Whole(n) | Cell::Minutes(n) => return number(Style::Whole, n.to_string()),
        Cell::Quantity(value) => return number(Style::Quantity, format::plain_quantity(*value)),
        Cell::Tenths(n) => return number(Style::Tenths, Decimal::new(*n, 1).to_string()),
        Cell::Share(n) => return number(Style::Share, Decimal::new(*n, 3).to_string()),
        Cell::Day(day) => return number(Style::Day, serial_day(*day).to_string()),
        Cell::Moment(at) => return number(Style::Moment, serial_moment(*at)),
        Cell::None => return,
        Cell::Text(text) | Cell::Code(text) => escaped(text),
        Cell::Word(key) => escaped(&lang.t(key)),
    };
    let style = text as u8;
    let _ = write!(
        xml,
        r#"<c r="{at}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>"#
    );
}

/// A, B, … Z, AA: there are never more than two letters.
fn column(place: usize) -> String {
    let letter = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap_or_default());
    let last = letter(place);
    if place < 26 { last.to_string() } else { format!("{}{last}", letter(place / 26 - 1)) }
}

/// Days since the last of 1899, as spreadsheets count them.
fn serial_day(day: Date) -> i32 {
    day.since(date(1899, 12, 30)).map_or(0, |span| span.get_days())
}

fn serial_moment(at: DateTime) -> String {
    let seconds = i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second());
    let part = Decimal::from(seconds) / Decimal::from(86_400);
    (Decimal::from(serial_day(at.date())) + part.round_dp(9)).to_string()
}

/// As XML has it. What it has no way to say is left out.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for c in text.chars().take(LONGEST_TEXT) {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\t' | '\n' => xml.push(c),
            '\u{0}'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => {}
            c => xml.push(c),
        }
    }
    // "_x000D_" would be read as a character's number.
    if xml.contains("_x") { xml.replace("_x", "_x005F_x") } else { xml }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::DeflateDecoder;

    use super::*;

    /// The sheet of a file, found as a reader finds it: from the end, by the directory.
    fn sheet(file: &[u8]) -> String {
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        let short = |at: usize| usize::from(u16::from_le_bytes(file[at..at + 2].try_into().unwrap()));
        let end = file.len() - 22;
        assert_eq!((number(end), short(end + 10)), (0x0605_4b50, 6));
        let mut row = number(end + 16);
        for _ in 0..5 {
            assert_eq!(number(row), 0x0201_4b50);
            let (offset, name) = (number(row + 42), short(row + 28));
            let content = &file[offset + 30 + name..][..number(row + 24)];
            let mut crc = flate2::Crc::new();
            crc.update(content);
            assert_eq!(crc.sum() as usize, number(row + 16));
            row += 46 + name;
        }
        let (offset, name) = (number(row + 42), short(row + 28));
        assert_eq!(&file[row + 46..row + 46 + name], b"xl/worksheets/sheet1.xml");
        let packed = &file[offset + 30 + name..][..number(row + 20)];
        let mut text = String::new();
        DeflateDecoder::new(packed).read_to_string(&mut text).unwrap();
        assert_eq!(text.len(), number(row + 24));
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        assert_eq!(crc.sum() as usize, number(row + 16));
        text
    }

    fn cells(row: Vec<Cell>) -> String {
        let table = Table { code: "x", columns: vec!["nav.board"], rows: vec![row] };
        let text = sheet(&file(&table, Lang::PtBr));
        let (_, row) = text.split_once(r#"<row r="2">"#).unwrap();
        row.split_once("</row>").unwrap().0.to_owned()
    }

    #[test]
    fn numbers_are_numbers_and_codes_are_text() {
        let row = cells(vec![
            Cell::Code("00123".to_owned()),
            Cell::Whole(-3),
            Cell::Quantity(Decimal::new(12_345, 1)),
            Cell::Share(933),
            Cell::None,
            Cell::Day(date(2025, 10, 22)),
            Cell::Moment(date(2025, 10, 22).at(18, 0, 0, 0)),
            Cell::Tenths(205),
        ]);
        let text = r#"<c r="A2" s="0" t="inlineStr"><is><t xml:space="preserve">00123</t></is></c>"#;
        assert!(row.starts_with(text), "{row}");
        let numbers = [
            r#"<c r="B2" s="2"><v>-3</v></c>"#,
            r#"<c r="C2" s="3"><v>1234.5</v></c>"#,
            r#"<c r="D2" s="5"><v>0.933</v></c>"#,
            r#"<c r="F2" s="6"><v>45952</v></c>"#,
            r#"<c r="G2" s="7"><v>45952.75</v></c>"#,
            r#"<c r="H2" s="4"><v>20.5</v></c>"#,
        ];
        assert_eq!(&row[text.len()..], numbers.concat());
    }

    #[test]
    fn no_text_is_a_formula_or_breaks_the_file() {
        for (text, written) in [
            ("=1+1", "=1+1"),
            ("<b>&\"x\"", "&lt;b&gt;&amp;&quot;x&quot;"),
            ("a\u{1}\u{ffff}b", "ab"),
            ("_x000D_", "_x005F_x000D_"),
        ] {
            let row = cells(vec![Cell::Text(text.to_owned())]);
            assert_eq!(
                row,
                format!(
                    r#"<c r="A2" s="0" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>"#
                )
            );
        }
        let long = "á".repeat(LONGEST_TEXT + 1);
        assert_eq!(cells(vec![Cell::Text(long)]).matches('á').count(), LONGEST_TEXT);
    }

    #[test]
    fn a_file_that_leaves_in_parts_is_the_same_file() {
        let row = |n: i64| [Cell::Whole(n), Cell::Text(format!("PEDIDO {n}"))];
        let mut parts = Vec::new();
        let mut written = Sheet::begin(&["nav.board", "nav.history"], Lang::PtBr);
        for n in 0..5_000 {
            written.push_row(&row(n));
            if n % 200 == 0 {
                parts.extend(written.take());
            }
        }
        let last = written.finish();
        assert!(parts.len() > 10_000, "{} bytes left before the end", parts.len());
        parts.extend(last);
        let table = Table {
            code: "x",
            columns: vec!["nav.board", "nav.history"],
            rows: (0..5_000).map(|n| row(n).to_vec()).collect(),
        };
        assert_eq!(sheet(&parts), sheet(&file(&table, Lang::PtBr)));
        assert_eq!([column(25), column(26), column(27)].concat(), "ZAAAB");
    }
}
