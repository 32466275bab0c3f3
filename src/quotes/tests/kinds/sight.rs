//! What a reader's eye does not see, or sees over the paper.

use lopdf::{Document, Object, dictionary};

use super::{ROWS, assert_exact, assert_stopped, draws, quote, read_content, read_draws};
use crate::quotes::tests::paper::{Draw, Producer, pdf, save};
use crate::quotes::{LeftoverKind, Problem, read};

/// Below the rows, above the totals.
const BELOW: f32 = 249.8;

fn hidden_row() -> Vec<Draw> {
    let cells =
        [(36.0, "00099"), (69.0, "OCULTO"), (377.0, "UN"), (425.0, "07"), (478.0, "0,00"), (550.0, "0,00")];
    cells.iter().map(|(x, text)| Draw::new(0, *x, BELOW, text)).collect()
}

#[test]
fn text_without_paint_or_in_the_colour_of_the_paper_is_hidden() {
    let ways = [
        "3 Tr",
        "7 Tr",
        "1 g",
        ".97 g",
        "1 1 1 rg",
        "0 0 0 0 k",
        "/DeviceRGB cs 1 1 1 sc",
        "1 G 1 Tr",
        "0 0 10 10 re W n",
        ".05 0 0 .05 100 560 cm",
    ];
    for way in ways {
        let mut draws = draws();
        draws.extend(hidden_row().into_iter().map(|draw| draw.with(way)));
        let reading = read_draws(&draws);
        assert_eq!(reading.quote, quote(), "{way}");
        assert_stopped(&reading, LeftoverKind::Hidden, "OCULTO", way);
    }
}

#[test]
fn text_under_a_patch_is_hidden() {
    let patches = [
        "1 g 30 588 550 11 re f",
        "1 1 0 rg 30 588 550 11 re B",
        "1 g 30 588 m 580 588 l 580 599 l 30 599 l h f*",
        "1 G 11 w 30 594 m 580 594 l S",
        // Round, and aslant.
        "1 g 20 594 m 20 640 590 640 590 594 c 590 548 20 548 20 594 c f",
        "1 g 30 560 m 580 586 l 580 630 l 30 604 l h f",
        "550 0 0 11 30 588 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \u{7f} EI",
    ];
    for patch in patches {
        let mut hidden = hidden_row();
        // The patch is painted with the last cell.
        let last = Draw::new(0, 0.0, 0.0, "").with(patch);
        hidden.push(last);
        hidden.extend(draws());
        let reading = read_draws(&hidden);
        assert_eq!(reading.quote, quote(), "{patch}");
        assert_stopped(&reading, LeftoverKind::Hidden, "OCULTO", patch);
    }
}

#[test]
fn what_is_painted_below_or_around_text_hides_nothing() {
    let below =
        ["1 g 0 0 595 842 re f", ".9 g 20 610 560 12 re f", "0 g 20 550 560 100 re 21 551 558 98 re f*"];
    for painted in below {
        assert_exact(&read_content(&format!("q {painted} Q"), &draws(), ""), &quote(), painted);
    }
    let rules = "q .5 w 20 614 m 580 614 l S Q q 0 g 20 600 560 .5 re f Q";
    assert_exact(&read_content("", &draws(), rules), &quote(), rules);
    // White on a black bar is there for everybody to see.
    let mut on_black = draws();
    for draw in on_black.iter_mut().filter(|draw| draw.y == 198.0) {
        *draw = draw.clone().with("1 g");
    }
    assert_exact(&read_content("q 0 g 20 638 560 14 re f Q", &on_black, ""), &quote(), "white on black");
}

#[test]
fn a_page_of_which_nothing_is_seen_was_recognised_from_its_picture() {
    let reading = read_content("3 Tr", &draws(), "");
    assert_eq!(reading.quote, quote());
    assert_stopped(&reading, LeftoverKind::Recognised, "1", "behind");
    let picture = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \u{7f} EI Q";
    let reading = read_content("", &draws(), picture);
    assert_eq!(reading.quote, quote());
    assert_stopped(&reading, LeftoverKind::Recognised, "1", "below");
}

#[test]
fn marks_across_the_paper_are_pointed_out_and_read_nowhere() {
    let marks = [
        "q .8 g BT /F1 60 Tf .7 .7 -.7 .7 100 300 Tm (COPIA) Tj ET Q",
        "q .8 g BT /F1 60 Tf 1 0 0 1 60 610 Tm (COPIA) Tj ET Q",
        "BT /F1 6 Tf 0 1 -1 0 12 300 Tm (COPIA) Tj ET",
        // Between the words of a row, a little askew.
        "BT /F1 8 Tf .9976 .0698 -.0698 .9976 150 617.4 Tm (COPIA) Tj ET",
    ];
    for mark in marks {
        let reading = read_content("", &draws(), mark);
        assert_exact(&reading, &quote(), mark);
        let told = |left: &&crate::quotes::Leftover| left.kind == LeftoverKind::Mark && left.text == "COPIA";
        assert!(reading.leftovers.iter().any(|left| told(&left)), "{mark}: {:?}", reading.leftovers);
    }
}

#[test]
fn comments_and_filled_fields_are_told() {
    let annotation = |kind: &str, contents: &str| {
        dictionary! {
            "Type" => "Annot", "Subtype" => kind, "Contents" => Object::string_literal(contents),
            "Rect" => vec![30.into(), 600.into(), 580.into(), 612.into()],
        }
    };
    let mut hidden = annotation("Text", "trocar");
    hidden.set("F", 2);
    let mut field = annotation("Widget", "");
    field.set("FT", "Tx");
    let empty = field.clone();
    field.set("V", Object::string_literal("40"));
    let cases = [
        (annotation("FreeText", "40"), Some((LeftoverKind::Comment, "40"))),
        (annotation("Text", "trocar por 40"), Some((LeftoverKind::Comment, "trocar por 40"))),
        (annotation("StrikeOut", ""), Some((LeftoverKind::Comment, "—"))),
        (annotation("Square", ""), Some((LeftoverKind::Comment, "—"))),
        (field, Some((LeftoverKind::Field, "40"))),
        (empty, None),
        (hidden, None),
        (annotation("Link", ""), None),
    ];
    for (annotation, told) in cases {
        let what = format!("{annotation:?}");
        let mut document = Document::load_mem(&pdf(&draws(), Producer::PLAIN)).unwrap();
        let page = document.page_iter().next().unwrap();
        let id = document.add_object(annotation);
        let annotations = vec![Object::Reference(id)];
        document.get_object_mut(page).unwrap().as_dict_mut().unwrap().set("Annots", annotations);
        let reading = read(&save(&mut document)).unwrap();
        match told {
            Some((kind, text)) => assert_stopped(&reading, kind, text, &what),
            None => assert_exact(&reading, &quote(), &what),
        }
    }
}

/// The paper with an annotation that has this picture.
fn with_annotation(kind: &str, drawn: Vec<u8>, filter: Option<&str>) -> Vec<u8> {
    let mut document = Document::load_mem(&pdf(&draws(), Producer::PLAIN)).unwrap();
    let page = document.page_iter().next().unwrap();
    let mut form =
        dictionary! { "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 16.into(), 10.into()] };
    if let Some(filter) = filter {
        form.set("Filter", filter);
    }
    let form = document.add_object(lopdf::Stream::new(form, drawn));
    let id = document.add_object(dictionary! {
        "Subtype" => kind, "FT" => "Tx", "AP" => dictionary! { "N" => form },
        "Rect" => vec![420.into(), 612.into(), 436.into(), 622.into()],
    });
    let annotations = vec![Object::Reference(id)];
    document.get_object_mut(page).unwrap().as_dict_mut().unwrap().set("Annots", annotations);
    save(&mut document)
}

#[test]
fn annotations_that_draw_something_of_their_own_are_told() {
    let cases = [
        ("Link", "BT /F1 8 Tf 2 2 Td (40) Tj ET", Some(LeftoverKind::Comment)),
        ("Screen", "1 g 0 0 16 10 re f", Some(LeftoverKind::Comment)),
        ("Widget", "/Tx BMC q BT /F1 8 Tf 2 2 Td (40) Tj ET Q EMC", Some(LeftoverKind::Field)),
        ("Widget", "1 g 0 0 16 10 re f", Some(LeftoverKind::Field)),
        ("Widget", "/Tx BMC q BT /F1 8 Tf ( ) Tj ET Q EMC", None),
        ("Widget", "0 0 16 10 re S", None),
        ("Link", "", None),
    ];
    for (kind, drawn, told) in cases {
        let reading = read(&with_annotation(kind, drawn.as_bytes().to_vec(), None)).unwrap();
        match told {
            Some(told) => assert_stopped(&reading, told, "—", &format!("{kind} {drawn}")),
            None => assert_exact(&reading, &quote(), &format!("{kind} {drawn}")),
        }
    }
}

#[test]
fn an_annotation_whose_picture_is_damaged_is_told() {
    for (kind, told) in [("Link", LeftoverKind::Comment), ("Widget", LeftoverKind::Field)] {
        let damaged = with_annotation(kind, b"\x78\x9c\xff\xff\xff\xff".to_vec(), Some("FlateDecode"));
        assert_stopped(&read(&damaged).unwrap(), told, "—", kind);
    }
}

#[test]
fn text_off_the_sheet_is_pointed_out() {
    let mut draws = draws();
    draws.push(Draw::new(0, 69.0, 900.0, "FORA"));
    draws.push(Draw::new(0, 620.0, ROWS[1], "FORA"));
    let reading = read_draws(&draws);
    assert_exact(&reading, &quote(), "off the sheet");
    let off = reading.leftovers.iter().filter(|left| left.kind == LeftoverKind::OffSheet);
    assert_eq!(off.count(), 2);
}

#[test]
fn text_that_the_edge_of_the_sheet_cuts_is_told() {
    for (x, text) in [(568.0, "30 DE MAIO"), (580.0, "1350,00")] {
        let mut draws = draws();
        draws.push(Draw::new(0, x, 174.0, text));
        let reading = read_draws(&draws);
        assert!(reading.problems().iter().any(|problem| {
            matches!(problem, Problem::Leftover(left) if left.kind == LeftoverKind::Hidden && text.ends_with(&left.text))
        }), "{text}: {:?}", reading.leftovers);
    }
}
