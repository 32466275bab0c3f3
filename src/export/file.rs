//! A file that is streamed row by row, in the requested format.

use super::csv;
use super::table::{Cell, Table};
use super::xlsx::{self, Sheet};
use crate::lang::Lang;

/// What a file is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Text, as a Brazilian Excel opens it.
    Csv,
    Xlsx,
}

impl FileKind {
    /// An unknown code means CSV.
    pub fn read(code: &str) -> Self {
        if code == FileKind::Xlsx.code() { FileKind::Xlsx } else { FileKind::Csv }
    }

    /// The word in addresses, and what file names end in.
    pub fn code(self) -> &'static str {
        match self {
            FileKind::Csv => "csv",
            FileKind::Xlsx => "xlsx",
        }
    }

    /// The key of what its link says.
    pub fn name(self) -> &'static str {
        match self {
            FileKind::Csv => "reports.file.csv",
            FileKind::Xlsx => "reports.file.xlsx",
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            FileKind::Csv => "text/csv; charset=utf-8",
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// A whole table, with its names.
    pub fn table(self, table: &Table, lang: Lang) -> Vec<u8> {
        match self {
            FileKind::Csv => csv::file(table, lang).into_bytes(),
            FileKind::Xlsx => xlsx::file(table, lang),
        }
    }
}

/// A file of which rows are still to come.
pub enum RowFile {
    Csv(String, Lang),
    Xlsx(Box<Sheet>),
}

impl RowFile {
    /// `columns`: keys of the columns' names.
    pub fn begin(kind: FileKind, columns: &[&'static str], lang: Lang) -> Self {
        match kind {
            FileKind::Csv => {
                let mut text = csv::MARK.to_owned();
                let names: Vec<Cell> = columns.iter().map(|name| Cell::Word(name)).collect();
                csv::push_row(&mut text, &names, lang);
                RowFile::Csv(text, lang)
            }
            FileKind::Xlsx => RowFile::Xlsx(Box::new(Sheet::begin(columns, lang))),
        }
    }

    pub fn push(&mut self, row: &[Cell]) {
        match self {
            RowFile::Csv(text, lang) => csv::push_row(text, row, *lang),
            RowFile::Xlsx(sheet) => sheet.push_row(row),
        }
    }

    /// The bytes that can be sent by now.
    pub fn take(&mut self) -> Vec<u8> {
        match self {
            RowFile::Csv(text, _) => std::mem::take(text).into_bytes(),
            RowFile::Xlsx(sheet) => sheet.take(),
        }
    }

    /// The remaining bytes.
    pub fn finish(self) -> Vec<u8> {
        match self {
            RowFile::Csv(text, _) => text.into_bytes(),
            RowFile::Xlsx(sheet) => sheet.finish(),
        }
    }
}
