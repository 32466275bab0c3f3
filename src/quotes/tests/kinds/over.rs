//! Strokes, pictures and drawings over a paper.

use super::{ROWS, assert_exact, assert_stopped, draws, quote, read_content, with_room};
use crate::quotes::{LeftoverKind, Reading};

/// The height of the second row's letters, from the foot of the sheet: its baseline is at 617.4.
const THROUGH: &str = "619.8";
const PIXEL: &str = "BI /W 1 /H 1 /BPC 8 /CS /G ID \u{7f} EI";

fn has(reading: &Reading, kind: LeftoverKind) -> bool {
    reading.leftovers.iter().any(|leftover| leftover.kind == kind)
}

#[test]
fn a_row_with_a_stroke_through_it_is_told() {
    let strokes = [
        format!("q .7 w 34 {THROUGH} m 570 {THROUGH} l S Q"),
        format!("q 1 0 0 RG 3 w 34 {THROUGH} m 570 {THROUGH} l S Q"),
        // As browsers draw it, and as some drivers do.
        "q 34 619.4 500 .8 re f Q".to_owned(),
        "q 500 0 0 .8 34 619.4 cm BI /W 1 /H 1 /IM true ID \u{7f} EI Q".to_owned(),
        // Through the quantity alone; by hand; crossed; as a wave.
        format!("q 420 {THROUGH} m 436 {THROUGH} l s Q"),
        "q 2 w 36 617 m 120 625 l 200 616 l 300 624 l 400 617 l 500 623 l S Q".to_owned(),
        "q 415 612 m 440 628 l 415 628 m 440 612 l S Q".to_owned(),
        "q 36 620 m 80 626 120 614 160 620 c 200 626 240 614 280 620 c S Q".to_owned(),
        "q /P gs 0 .4 0 RG 34 618 m 400 622 l S Q".to_owned(),
        "q 34 619 m 300 619 l 570 622 l 570 622.5 l 34 619.5 l b Q".to_owned(),
    ];
    for stroke in strokes {
        for content in [(&*stroke, ""), ("", &*stroke)] {
            let reading = read_content(content.0, &draws(), content.1);
            assert_eq!(reading.quote, quote(), "{stroke}");
            assert_stopped(&reading, LeftoverKind::Struck, "CANETA", &stroke);
            let struck = reading.leftovers.iter().filter(|left| left.kind == LeftoverKind::Struck);
            assert_eq!(struck.count(), 1, "{stroke}: {:?}", reading.leftovers);
        }
    }
}

#[test]
fn a_page_that_is_crossed_out_is_told() {
    let reading = read_content("", &draws(), "q 2 w 30 560 m 560 740 l S Q");
    assert_eq!(reading.quote, quote());
    assert!(has(&reading, LeftoverKind::Struck), "{:?}", reading.leftovers);
}

#[test]
fn a_stroke_through_the_header_or_the_totals_is_told() {
    // The number's baseline is at 737, the first total's at 842 - 261.8.
    for (y, text) in [(739.5, "Orçamento"), (582.4, "VALOR TOTAL")] {
        let stroke = format!("q 300 {y} m 560 {y} l S Q");
        let reading = read_content("", &draws(), &stroke);
        assert_stopped(&reading, LeftoverKind::Struck, text, &stroke);
    }
}

#[test]
fn the_lines_of_a_table_strike_nothing() {
    let rules = [
        // Below and above each row, as rules and as bars; the borders of cells; a frame around each row.
        "q .5 w 20 615 m 580 615 l 20 627.5 m 580 627.5 l S Q",
        "q 20 614.6 560 .6 re 20 627 560 .6 re f Q",
        "q 72 560 m 72 660 l 378 560 m 378 660 l S Q",
        "q 20 615 560 12 re S Q",
        "q .5 w 20 616.6 m 580 616.6 l S Q",
        // Below the text, and too faint to be meant.
        "q 1 G 34 619.8 m 570 619.8 l S Q",
        "q .95 G 34 619.8 m 570 619.8 l S Q",
        // A marker's stroke.
        "q 1 1 0 RG 9 w 34 619.8 m 570 619.8 l S Q",
    ];
    for rule in rules {
        assert_exact(&read_content(rule, &draws(), ""), &quote(), rule);
    }
}

#[test]
fn a_picture_between_or_over_items_is_told() {
    let between = with_room(ROWS[1], draws());
    let pictures = [
        format!("q 500 0 0 9 36 615 cm {PIXEL} Q"),
        format!("q 60 0 0 9 36 615 cm {PIXEL} Q"),
        "q 500 0 0 9 36 615 cm BI /W 1 /H 1 /IM true ID \u{7f} EI Q".to_owned(),
    ];
    for picture in &pictures {
        let reading = read_content("", &between, picture);
        assert_eq!(reading.quote, quote(), "{picture}");
        assert_stopped(&reading, LeftoverKind::Picture, "1", picture);
    }
    // A stamp through which one can see.
    let stamp = "q 120 0 0 60 200 590 cm BI /W 1 /H 1 /IM true ID \u{7f} EI Q";
    let reading = read_content("", &draws(), stamp);
    assert_eq!(reading.quote, quote());
    assert_stopped(&reading, LeftoverKind::Picture, "1", stamp);
}

#[test]
fn letters_that_are_drawn_among_the_items_are_told() {
    let letter = |x: u16| format!("{x} 615 m {} 621 l {} 615 l {} 617 l h f ", x + 2, x + 4, x + 2);
    let letters: String = (0..6).map(|at| letter(36 + 6 * at)).collect();
    let reading = read_content("", &with_room(ROWS[1], draws()), &letters);
    assert_eq!(reading.quote, quote());
    assert_stopped(&reading, LeftoverKind::Picture, "1", &letters);
    assert_exact(&read_content("", &with_room(ROWS[1], draws()), &letter(36)), &quote(), "an arrow");
}

#[test]
fn pictures_that_are_no_part_of_the_items_stop_nothing() {
    // A logo, drawn from dots or by lines; frames with round corners; where one signs.
    let round = "q 30 600 m 20 600 20 610 20 610 c 20 640 l 20 650 30 650 30 650 c 570 650 l 580 650 580 640 580 640 c S Q";
    let signed = "q .5 w 60 200 m 260 200 l S Q";
    let logo = "q 2 w 30 780 m 40 810 60 770 70 800 c S Q".to_owned();
    for picture in [format!("q 120 0 0 60 28 770 cm {PIXEL} Q"), round.to_owned(), signed.to_owned(), logo] {
        for content in [(&*picture, ""), ("", &*picture)] {
            let reading = read_content(content.0, &draws(), content.1);
            assert_exact(&reading, &quote(), &picture);
            assert_eq!(reading.leftovers, [], "{picture}");
        }
    }
    // Letter paper below the text.
    let paper = format!("q 595 0 0 842 0 0 cm {PIXEL} Q");
    let reading = read_content(&paper, &draws(), "");
    assert_exact(&reading, &quote(), &paper);
    assert!(has(&reading, LeftoverKind::Background), "{:?}", reading.leftovers);
}
