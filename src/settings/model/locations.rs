//! Where goods lie, from a file: code, unit, place. What is wrong is said of its row, and a file is taken as a whole or not at
//! all.

use std::collections::HashSet;

use crate::error::{AppError, Sentence};
use crate::export::csv::{as_typed, cells};
use crate::html::folded;
use crate::html::text::{length, visible};
use crate::lang::Lang;
use crate::orders::location;

/// The most goods of one file.
pub const MOST: usize = 5_000;
/// The longest file, in characters: forty for each of the goods. Much more is longer than a form may be.
pub const LONGEST: usize = 200_000;
/// The longest code, and unit.
const LONGEST_CELL: usize = 40;

/// Goods of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceRow {
    pub code: String,
    pub unit: String,
    /// None: they have no place any more.
    pub location: Option<String>,
    /// Why this row cannot be taken, and which one of the file it is; None: nothing is wrong.
    pub wrong: Option<(usize, Sentence)>,
}

/// The goods of a file, in its order.
pub fn read(text: &str) -> Result<Vec<PlaceRow>, AppError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.chars().count() > LONGEST {
        return Err(too_many());
    }
    let (mut rows, mut seen) = (Vec::new(), HashSet::new());
    for (n, line) in text.lines().enumerate() {
        let cells: Vec<String> = cells(line).iter().map(|cell| as_typed(cell).to_owned()).collect();
        let is_empty = cells.iter().all(String::is_empty);
        if is_empty || (rows.is_empty() && is_head(&cells)) {
            continue;
        }
        rows.push(row(n + 1, &cells, &mut seen));
    }
    match rows.len() {
        0 => Err(AppError::field("places", "location.file_empty")),
        n if n > MOST => Err(too_many()),
        _ => Ok(rows),
    }
}

fn too_many() -> AppError {
    let sentence = Sentence::new("location.file_too_long").text("most", MOST.to_string());
    AppError::Invalid { sentence: sentence.clone(), fields: vec![("places".to_owned(), sentence)] }
}

fn row(n: usize, cells: &[String], seen: &mut HashSet<(String, String)>) -> PlaceRow {
    let cell = |n: usize| cells.get(n).cloned().unwrap_or_default();
    let (code, unit) = (cell(0), cell(1));
    let is_name = |cell: &str| visible(cell) && length(cell) <= LONGEST_CELL;
    let (location, wrong) = match location::read(&cell(2)) {
        _ if !is_name(&code) => (None, Some("location.code_wrong")),
        _ if !is_name(&unit) => (None, Some("location.unit_wrong")),
        _ if cells.iter().skip(3).any(|more| !more.is_empty()) => (None, Some("location.row_wrong")),
        Err(_) => (None, Some("location.too_long")),
        Ok(_) if !seen.insert((code.clone(), unit.clone())) => (None, Some("location.twice")),
        Ok(location) => (location, None),
    };
    PlaceRow { code, unit, location, wrong: wrong.map(|key| (n, Sentence::new(key))) }
}

/// The names of columns, as the file that leaves here has them.
fn is_head(cells: &[String]) -> bool {
    let names = |lang: Lang| folded(&lang.t("papers.code"));
    cells.first().is_some_and(|first| Lang::ALL.into_iter().any(|lang| names(lang) == folded(first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(usize, String)> {
        let rows = read(text).unwrap();
        rows.into_iter().filter_map(|row| row.wrong).map(|(n, why)| (n, why.key.into_owned())).collect()
    }

    #[test]
    fn a_file_of_excel_is_read_with_or_without_names_of_columns() {
        for text in [
            "\u{feff}Código;Unidade;Local\r\n\"=\"\"00147\"\"\";UN; A-12-3 \r\n\r\nCB-14;CX;\r\n",
            "00147\tUN\tA-12-3\nCB-14\tCX",
            "code,unit,location\n00147,UN,A-12-3\nCB-14,CX,",
        ] {
            let rows = read(text).unwrap();
            let read: Vec<_> =
                rows.iter().map(|row| (&*row.code, &*row.unit, row.location.as_deref())).collect();
            assert_eq!(read, [("00147", "UN", Some("A-12-3")), ("CB-14", "CX", None)], "{text}");
            assert!(rows.iter().all(|row| row.wrong.is_none()), "{rows:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_of_each_row() {
        let text = "00147;UN;A-1\n;UN;A-2\n00148;;A-3\n00149;UN;Corredor 12, nível 3\n\n00147;UN;B-1\n00147;CX;B-2\n00150;UN;A;4";
        let expected = [
            (2, "location.code_wrong"),
            (3, "location.unit_wrong"),
            (4, "location.too_long"),
            (6, "location.twice"),
            (8, "location.row_wrong"),
        ];
        assert_eq!(said(text), expected.map(|(n, key)| (n, key.to_owned())));
    }

    #[test]
    fn nothing_and_too_much_are_refused_whole() {
        assert!(read(" \n").is_err() && read("Código;Unidade;Local").is_err());
        let rows = |n: usize| (0..n).map(|code| format!("{code};UN;A\n")).collect::<String>();
        assert_eq!(read(&rows(MOST)).unwrap().len(), MOST);
        assert!(read(&rows(MOST + 1)).is_err() && read(&"x".repeat(LONGEST + 1)).is_err());
        // As they leave: codes as formulas, that they keep their zeros.
        let exported: String =
            (0..MOST).map(|code| format!("\"=\"\"{code:05}\"\"\";UN;A-12-3\r\n")).collect();
        assert_eq!(read(&exported).unwrap().len(), MOST);
    }
}
