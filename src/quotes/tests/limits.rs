//! What is too much, what is missing and what is not one quote.

use lopdf::{Stream, dictionary};

use super::paper::{Draw, Producer, pdf, pdf_of_contents, save};
use super::report::{Style, draw};
use super::traits::{LAYOUTS, quote_of, read_back};
use crate::quotes::{MAX_PAGES, MOST_LINES, Problem, Refusal, read};

#[test]
fn five_hundred_lines_are_read_and_one_more_is_refused() {
    let names: Vec<String> = (0..=MOST_LINES).map(|line| format!("P{line} --> PRODUTO {line}")).collect();
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    for layout in LAYOUTS {
        let style = Style { layout, ..Style::PLAIN };
        let quote = quote_of(&names[..MOST_LINES]);
        assert_eq!(read_back(&quote, style), quote);
        let more = pdf(&draw(&quote_of(&names), style), Producer::BROWSER);
        assert_eq!(read(&more).unwrap_err(), Refusal::TooManyLines);
    }
}

#[test]
fn too_many_pages_are_refused() {
    let names = vec!["FONE"; MAX_PAGES + 1];
    let pages = |count: usize| {
        pdf(&draw(&quote_of(&names[..count]), Style { rows: 1, ..Style::PLAIN }), Producer::PLAIN)
    };
    assert!(read(&pages(MAX_PAGES)).is_ok());
    assert_eq!(read(&pages(MAX_PAGES + 1)).unwrap_err(), Refusal::TooManyPages);
}

#[test]
fn two_quotes_in_one_file_are_refused() {
    let (one, mut other) = (quote_of(&["FONE"]), quote_of(&["CAPA"]));
    other.number = "41002".to_owned();
    let mut draws = draw(&one, Style::PLAIN);
    draws.extend(draw(&other, Style::PLAIN).into_iter().map(|draw| Draw { page: 1, ..draw }));
    assert_eq!(read(&pdf(&draws, Producer::PLAIN)).unwrap_err(), Refusal::SeveralQuotes);
}

#[test]
fn a_missing_last_page_or_header_is_said() {
    let quote = quote_of(&["FONE", "CAPA"]);
    let mut draws = draw(&quote, Style { rows: 1, ..Style::PLAIN });
    draws.retain(|draw| draw.page == 0);
    assert_eq!(read(&pdf(&draws, Producer::PLAIN)).unwrap_err(), Refusal::TotalsMissing);
    let mut draws = draw(&quote, Style::PLAIN);
    draws.retain(|draw| draw.pieces[0].1 != quote.customer);
    assert_eq!(read(&pdf(&draws, Producer::PLAIN)).unwrap_err(), Refusal::HeaderUnreadable);
}

#[test]
fn a_line_that_cannot_be_read_is_a_problem_and_not_dropped_in_silence() {
    let mut draws = draw(&quote_of(&["FONE", "CAPA"]), Style::PLAIN);
    let price = draws.iter_mut().find(|draw| draw.pieces[0].1 == "3,50").unwrap();
    price.pieces[0].1 = "3,5O".to_owned();
    let reading = read(&pdf(&draws, Producer::PLAIN)).unwrap();
    assert_eq!(reading.quote.items.len(), 1);
    assert!(matches!(&reading.problems()[0], Problem::Leftover(leftover) if leftover.text.contains("FONE")));
}

#[test]
fn bombs_are_refused() {
    let spaces = " ".repeat(60 << 20);
    assert_eq!(read(&pdf_of_contents(&[spaces], Producer::PLAIN)).unwrap_err(), Refusal::TooHeavy);
    let operators = "q Q ".repeat(1_000_000);
    assert_eq!(read(&pdf_of_contents(&[operators], Producer::PLAIN)).unwrap_err(), Refusal::TooHeavy);
    let letters = format!("BT /F1 8 Tf ({}) Tj ET", "A".repeat(500_000));
    assert_eq!(read(&pdf_of_contents(&[letters], Producer::PLAIN)).unwrap_err(), Refusal::TooHeavy);
    // Pen strokes at the head of the sheet, and letters at its foot.
    let strokes = "q 2 w 30 800 m 60 830 l S Q ".repeat(1_000);
    let letters = format!("{strokes} BT /F1 8 Tf 0 100 Td ({}) Tj ET", "A".repeat(350_000));
    assert_eq!(read(&pdf_of_contents(&[letters], Producer::PLAIN)).unwrap_err(), Refusal::TooHeavy);
    let brackets = "[(".repeat(1_000_000);
    assert_eq!(read(&pdf_of_contents(&[brackets], Producer::PLAIN)).unwrap_err(), Refusal::NoText);
}

#[test]
fn forms_that_draw_each_other_come_to_an_end() {
    let bytes = pdf_of_contents(&["/X1 Do".to_owned()], Producer::PLAIN);
    let mut document = lopdf::Document::load_mem(&bytes).unwrap();
    let id = document.new_object_id();
    let dictionary = dictionary! {
        "Type" => "XObject", "Subtype" => "Form", "Resources" => dictionary! { "XObject" => dictionary! { "X1" => id } },
    };
    document.set_object(id, Stream::new(dictionary, "/X1 Do ".repeat(30).into_bytes()));
    let page = document.page_iter().next().unwrap();
    let resources = dictionary! { "XObject" => dictionary! { "X1" => id } };
    document.get_object_mut(page).unwrap().as_dict_mut().unwrap().set("Resources", resources);
    assert_eq!(read(&save(&mut document)).unwrap_err(), Refusal::TooHeavy);
}
