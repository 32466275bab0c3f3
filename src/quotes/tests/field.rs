//! Papers as other printers, drivers and people make them: read exactly, or stopped with a sentence that names what is
//! wrong.

use std::fs;

use super::samples::folder;
use crate::quotes::{LeftoverKind, Problem, Quote, Reading, Refusal, read};

fn field(name: &str) -> Vec<u8> {
    fs::read(folder().join("field").join(name)).unwrap()
}

fn read_field(name: &str) -> Reading {
    read(&field(&format!("{name}.pdf"))).unwrap()
}

/// Papers on which something has to be settled by a person, and what that is.
fn stopped(name: &str) -> Option<fn(&Problem) -> bool> {
    let kind: fn(&Problem) -> bool = match name {
        "annotations-over-amounts" => |problem| is(problem, LeftoverKind::Comment),
        "customer-two-lines" => |problem| is(problem, LeftoverKind::Joined),
        "free-line-without-code" => |problem| matches!(problem, Problem::Missing { line: Some(2), .. }),
        "invisible-row-render-mode-3" | "invisible-row-white" | "whiteout-and-new-amounts" => {
            |problem| is(problem, LeftoverKind::Hidden)
        }
        "tounicode-lacks-one-digit" => |problem| is(problem, LeftoverKind::Line),
        "item-struck-out" => |problem| is(problem, LeftoverKind::Struck),
        "stamp-below-totals" | "note-below-totals" => |problem| is(problem, LeftoverKind::Warning),
        "written-askew" => |problem| is(problem, LeftoverKind::Askew),
        "pen-below-totals" => |problem| is(problem, LeftoverKind::Stamp),
        "second-number-in-header" => |problem| is(problem, LeftoverKind::Header),
        _ => return None,
    };
    Some(kind)
}

fn is(problem: &Problem, kind: LeftoverKind) -> bool {
    matches!(problem, Problem::Leftover(leftover) if leftover.kind == kind)
}

#[test]
fn every_paper_of_the_field_is_read_exactly_or_stopped_for_what_is_wrong_with_it() {
    let mut papers = 0;
    for entry in fs::read_dir(folder().join("field")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = name.strip_suffix(".json") else { continue };
        papers += 1;
        let expected = fs::read_to_string(folder().join("field").join(format!("{name}.json"))).unwrap();
        let expected: Quote = serde_json::from_str(&expected).unwrap();
        let reading = read_field(name);
        let problems = reading.problems();
        match stopped(name) {
            None => {
                assert_eq!(reading.quote, expected, "{name}");
                assert_eq!(problems, [], "{name}");
            }
            Some(expected) => assert!(problems.iter().any(expected), "{name}: {problems:?}"),
        }
        // Only what the reader cannot know is read otherwise than a person would.
        let unknowable = ["annotations-over-amounts", "tounicode-lacks-one-digit"];
        assert!(unknowable.contains(&name) || reading.quote == expected, "{name}");
    }
    assert_eq!(papers, 32);
}

#[test]
fn papers_that_cannot_be_one_quote_are_refused_for_the_right_reason() {
    let refused = [
        ("refuse-page-2-missing", Refusal::PagesMissing),
        ("refuse-same-quote-twice", Refusal::RepeatedQuote),
        ("refuse-two-copies-side-by-side", Refusal::RepeatedQuote),
        ("refuse-unreadable-letters", Refusal::Illegible),
    ];
    for (name, refusal) in refused {
        assert_eq!(read(&field(&format!("{name}.pdf"))).unwrap_err(), refusal, "{name}");
    }
}
