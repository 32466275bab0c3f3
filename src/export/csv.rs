//! Files for a Brazilian Excel: UTF-8 with its mark, semicolons, decimal commas, codes with their zeros, and no text that is
//! taken for a formula. And the lines of files that come from there.

use super::table::{Cell, Table};
use crate::html::format;
use crate::lang::Lang;

/// Stands before the first row: what follows is UTF-8.
pub const MARK: &str = "\u{feff}";

/// Ends each row.
const END: &str = "\r\n";

/// A whole table, with its names.
pub fn file(table: &Table, lang: Lang) -> String {
    let names: Vec<Cell> = table.columns.iter().map(|name| Cell::Word(name)).collect();
    let mut text = MARK.to_owned();
    for row in std::iter::once(&names).chain(&table.rows) {
        push_row(&mut text, row, lang);
    }
    text
}

pub fn push_row(text: &mut String, row: &[Cell], lang: Lang) {
    let cells: Vec<String> = row.iter().map(|cell| written(cell, lang)).collect();
    text.push_str(&cells.join(";"));
    text.push_str(END);
}

fn written(cell: &Cell, lang: Lang) -> String {
    match cell {
        Cell::Text(text) => quoted(&harmless(text)),
        Cell::Word(key) => quoted(&harmless(&lang.t(key))),
        // The text that a formula answers stays as it is. Of digits and these signs no other formula can be made.
        Cell::Code(code) if is_read_otherwise(code) => quoted(&format!("=\"{code}\"")),
        Cell::Code(code) => quoted(&harmless(code)),
        Cell::Whole(n) | Cell::Minutes(n) => n.to_string(),
        Cell::Quantity(value) => format::plain_quantity(*value).replace('.', ","),
        Cell::Tenths(n) | Cell::Share(n) => format!("{},{}", n / 10, n % 10),
        Cell::Day(day) => format::date(*day),
        Cell::Moment(at) => format::local_date_time(*at),
        Cell::None => String::new(),
    }
}

/// Excel reads 00123 as 123, 1E5 as 100000 and 3-10 as a day, and shows more than eleven digits in powers of ten.
fn is_read_otherwise(code: &str) -> bool {
    let is_digit = |sign: char| sign.is_ascii_digit();
    let plain = code.len() <= 11 && !code.starts_with('0') && code.chars().all(is_digit);
    code.starts_with(is_digit)
        && code.chars().all(|sign| is_digit(sign) || "eE.,/:-".contains(sign))
        && !plain
}

/// What a spreadsheet takes for the beginning of a formula gets an apostrophe before it.
fn harmless(text: &str) -> String {
    let begins = text.trim_start_matches([' ', '\u{a0}']);
    if begins.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn quoted(text: &str) -> String {
    let plain = !text.contains([';', '"', '\r', '\n', ',']);
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// The cells of a line that somebody brings. Excel in Brazil writes semicolons, and tabs where cells are copied; others write
/// commas. A cell may have those of the others inside, and in quotes any of them.
pub fn cells(line: &str) -> Vec<String> {
    let unquoted: String = line.split('"').step_by(2).collect();
    let separator = ['\t', ';', ','].into_iter().find(|mark| unquoted.contains(*mark)).unwrap_or(';');
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                cell.push('"');
                letters.next();
            }
            '"' => quoted = !quoted,
            letter if letter == separator && !quoted => cells.push(std::mem::take(&mut cell)),
            letter => cell.push(letter),
        }
    }
    cells.push(cell);
    cells.into_iter().map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The text of a cell as it was before it was written here: out of its formula, or without its apostrophe.
pub fn as_typed(cell: &str) -> &str {
    let formula = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    let apostrophe = || cell.strip_prefix('\'').filter(|rest| harmless(rest) != *rest);
    formula.or_else(apostrophe).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    fn row(cells: &[Cell]) -> String {
        let mut text = String::new();
        push_row(&mut text, cells, Lang::PtBr);
        text
    }

    #[test]
    fn codes_keep_their_zeros_and_numbers_have_a_comma() {
        let cells = [
            Cell::Code("00123".to_owned()),
            Cell::Code("123".to_owned()),
            Cell::Code("0A-1".to_owned()),
            Cell::Quantity(Decimal::new(12_345, 1)),
            Cell::Tenths(205),
            Cell::Share(1000),
            Cell::Whole(-3),
            Cell::None,
            Cell::Minutes(75),
        ];
        assert_eq!(row(&cells), "\"=\"\"00123\"\"\";123;0A-1;1234,5;20,5;100,0;-3;;75\r\n");
    }

    #[test]
    fn codes_that_excel_would_read_as_numbers_or_days_stay_as_they_are() {
        for code in ["0", "1E5", "12e03", "3-10", "1/2", "10.20", "7891234567895"] {
            assert_eq!(row(&[Cell::Code(code.to_owned())]), format!("\"=\"\"{code}\"\"\"\r\n"));
        }
        for code in ["41005", "12345678901", "CJ-42", "10UN", "E5", ""] {
            assert_eq!(row(&[Cell::Code(code.to_owned())]), format!("{code}\r\n"));
        }
    }

    #[test]
    fn no_text_is_a_formula() {
        for text in ["=1+1", "+55", "-x", "@SUM(A1)", "  =1", "\t=1", "\r=1"] {
            let written = row(&[Cell::Text(text.to_owned())]);
            let inside = written.trim_end().trim_matches('"');
            assert!(inside.starts_with('\''), "{text:?}: {written:?}");
            let code = row(&[Cell::Code(text.to_owned())]);
            assert!(code.trim_end().trim_matches('"').starts_with('\''), "{text:?}: {code:?}");
        }
        let dangerous = "0\"&cmd|' /C calc'!A0";
        assert_eq!(row(&[Cell::Code(dangerous.to_owned())]), "\"0\"\"&cmd|' /C calc'!A0\"\r\n");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let codes = ["00123", "3-10", "CJ-42", "-1", "=1", "A;B", "5\"", "'quoted'", "P 1"];
        let written = row(&codes.map(|code| Cell::Code(code.to_owned())));
        let read: Vec<String> =
            cells(written.trim_end()).iter().map(|cell| as_typed(cell).to_owned()).collect();
        assert_eq!(read, codes);
    }

    #[test]
    fn what_would_end_a_cell_is_quoted() {
        let text = Cell::Text("A; \"B\"\nC".to_owned());
        assert_eq!(row(&[text, Cell::Text("ação".to_owned())]), "\"A; \"\"B\"\"\nC\";ação\r\n");
        let table = Table { code: "x", columns: vec!["nav.board"], rows: vec![vec![Cell::Whole(1)]] };
        assert_eq!(file(&table, Lang::PtBr), "\u{feff}Painel\r\n1\r\n");
    }
}
