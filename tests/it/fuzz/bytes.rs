//! Files: damaged PDFs, and papers whose text is anything.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, dictionary};

use super::{Fuzz, failed, samples};

/// What a damaged file may cost: uploads are read in a child with a deadline, which a file must not need every time.
const LONGEST: Duration = Duration::from_secs(20);

fn pdfs(folder: &Path, found: &mut Vec<Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pdfs(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "pdf") {
            found.push(std::fs::read(path).unwrap());
        }
    }
}

fn read(target: &str, input: &[u8], file: &[u8]) {
    let began = Instant::now();
    if catch_unwind(AssertUnwindSafe(|| drop(separacao::quotes::read(file)))).is_err() {
        failed(target, input, "a panic");
    }
    if began.elapsed() > LONGEST {
        failed(target, input, "it took too long");
    }
}

const OF_PDFS: &[&str] = &[
    "obj",
    "endobj",
    "stream\n",
    "endstream",
    "/Length 0",
    "/Filter /FlateDecode",
    "/Kids [3 0 R]",
    "/Count -1",
    "xref",
    "trailer",
    "startxref",
    "/Parent 1 0 R",
    "/Type /Page",
    "/W [1 2 1]",
    "/Prev 0",
    "<<",
    ">>",
    "BT",
    "ET",
    "Tj",
    "Tm",
    "/ToUnicode 5 0 R",
];

#[test]
fn a_damaged_pdf_is_read_or_refused() {
    let mut corpus = Vec::new();
    pdfs(Path::new("tests/fixtures/quotes"), &mut corpus);
    assert!(corpus.len() > 10);
    corpus.retain(|file| file.len() < 200_000);
    let mut fuzz = Fuzz::of("pdf", corpus, OF_PDFS);
    while let Some(input) = fuzz.next() {
        read("pdf", &input, &input);
    }
    fuzz.end();
}

/// A page that prints each line of a text, its words where the columns of a quote are.
fn paper(text: &[u8]) -> Vec<u8> {
    let mut operations = Vec::new();
    for (line, words) in text.split(|byte| *byte == b'|').take(60).enumerate() {
        for (column, word) in words.split(|byte| *byte == b'\t').take(8).enumerate() {
            let x = [35, 157, 375, 419, 468, 551, 580, 590][column];
            let y = 800 - 12 * i32::try_from(line).unwrap();
            operations.push(Operation::new("BT", vec![]));
            operations.push(Operation::new("Tf", vec!["F1".into(), 8.into()]));
            operations.push(Operation::new("Td", vec![x.into(), y.into()]));
            operations.push(Operation::new("Tj", vec![Object::string_literal(word)]));
            operations.push(Operation::new("ET", vec![]));
        }
    }
    let mut document = Document::with_version("1.5");
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    });
    let content = Content { operations }.encode().unwrap();
    let content = document.add_object(Stream::new(dictionary! {}, content));
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 612.into(), 842.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    });
    let kids = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, Object::Dictionary(kids));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut file = Vec::new();
    document.save_to(&mut file).unwrap();
    file
}

const OF_QUOTES: &[&str] = &[
    "|",
    "\t",
    "Cliente:",
    "Orcamento",
    "VALOR TOTAL",
    "DESCONTO",
    "VALOR A PAGAR",
    "R$ 1.707,00",
    "UN",
    "-1",
    "0,00",
    "999.999.999,99",
    "22/10/25",
    "99/99/9999",
    "/",
    "-->",
    "00010",
    "Pagina 1",
];

#[test]
fn a_paper_with_any_text_is_read_or_refused() {
    let mut fuzz = Fuzz::of("quote", samples("quote"), OF_QUOTES);
    while let Some(input) = fuzz.next() {
        read("quote", &input, &paper(&input));
    }
    fuzz.end();
}
