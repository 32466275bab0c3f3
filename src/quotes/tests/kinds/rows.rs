//! Rows that are not like the others, and text among them.

use super::{PITCH, ROWS, assert_exact, assert_stopped, draws, quote, read_draws, with_room};
use crate::quotes::tests::paper::{Draw, width};
use crate::quotes::{LeftoverKind, Problem};

fn code_of_second(text: &str) -> Vec<Draw> {
    let mut draws = draws();
    let code = draws.iter_mut().find(|draw| draw.pieces[0].0 < 60.0 && draw.y == ROWS[1]).unwrap();
    code.pieces[0].1 = text.to_owned();
    draws
}

#[test]
fn a_code_may_be_anything_with_a_digit() {
    for code in ["B0014", "00014-A", "00.014", "A-15", "7891234567895", "7"] {
        let mut quote = quote();
        quote.items[1].code = code.to_owned();
        assert_exact(&read_draws(&code_of_second(code)), &quote, code);
    }
}

#[test]
fn a_row_without_a_code_is_a_row_and_asks_for_one() {
    let mut draws = draws();
    draws.retain(|draw| draw.y != ROWS[1] || draw.pieces[0].0 > 60.0);
    let reading = read_draws(&draws);
    let mut quote = quote();
    quote.items[1].code = String::new();
    assert_eq!(reading.quote, quote);
    let missing = Problem::Missing { field: "code".to_owned(), line: Some(2) };
    assert_eq!(reading.problems(), [missing]);
}

#[test]
fn a_mark_before_a_code_is_told() {
    for code in ["*00010", "14/2"] {
        assert_stopped(&read_draws(&code_of_second(code)), LeftoverKind::Beside, code, code);
    }
    for mark in ["*", "77"] {
        let mut draws = draws();
        draws.push(Draw::new(0, 24.0, ROWS[1], mark));
        let reading = read_draws(&draws);
        assert_eq!(reading.quote, quote(), "{mark}");
        assert_stopped(&reading, LeftoverKind::Beside, mark, mark);
    }
}

#[test]
fn numbers_of_lines_left_of_the_codes_are_none() {
    for form in ["{}", "0{}", "00{}", "{}.", "{})"] {
        let mut draws = draws();
        for (number, y) in (1..).zip(ROWS) {
            draws.push(Draw::new(0, 16.0, y, &form.replace("{}", &format!("{number}"))));
        }
        assert_exact(&read_draws(&draws), &quote(), form);
    }
}

#[test]
fn the_currency_may_be_a_run_of_its_own_in_each_cell() {
    let mut draws = draws();
    for y in ROWS {
        draws.extend([Draw::new(0, 455.0, y, "R$"), Draw::new(0, 515.0, y, "R$")]);
    }
    assert_exact(&read_draws(&draws), &quote(), "R$");
}

#[test]
fn text_on_a_row_that_may_be_none_of_it_is_told() {
    for (x, text) in [(250.0, "COPIA"), (515.0, "7"), (515.0, "OK"), (575.0, "1")] {
        let mut draws = draws();
        draws.push(Draw::new(0, x, ROWS[1], text));
        assert_stopped(&read_draws(&draws), LeftoverKind::Beside, text, text);
    }
    // In another colour or size it is not even read into the description.
    for operators in [".6 g", "1 0 0 rg", "1.3 0 0 1.3 -40 -185 cm"] {
        let mut draws = draws();
        draws.push(Draw::new(0, 150.0, ROWS[1], "COPIA").with(operators));
        let reading = read_draws(&draws);
        assert_eq!(reading.quote, quote(), "{operators}");
        assert_stopped(&reading, LeftoverKind::Beside, "COPIA", operators);
    }
}

#[test]
fn lines_between_rows_that_are_no_items_are_told_and_in_no_description() {
    let lines: [(f32, &str); 6] = [
        (69.0, "ENTREGAR SEM FALTA"),
        (36.0, "OBS: ENTREGAR SEM FALTA"),
        (200.0, "COPIA NAO CONTROLADA"),
        (69.0, "CANETA UN 10 0,00 0,00"),
        (377.0, "UN"),
        (36.0, "00099 CANETA"),
    ];
    for (x, text) in lines {
        let mut draws = with_room(ROWS[1], draws());
        draws.push(Draw::new(0, x, ROWS[1], text));
        let reading = read_draws(&draws);
        assert_eq!(reading.quote, quote(), "{text}");
        assert_stopped(&reading, LeftoverKind::Line, text, text);
    }
}

#[test]
fn a_line_of_the_table_without_its_numbers_is_told() {
    for missing in ["0,00", "30"] {
        let mut draws = draws();
        let at = draws.iter().position(|draw| draw.y == ROWS[1] && draw.pieces[0].1 == missing).unwrap();
        draws.remove(at);
        assert_stopped(&read_draws(&draws), LeftoverKind::Line, "CANETA BRINDE", missing);
    }
    for instead in ["GRATIS", "-", "0,0O", "0,00000001"] {
        let mut draws = draws();
        let cell = draws.iter_mut().find(|draw| draw.y == ROWS[1] && draw.pieces[0].1 == "0,00").unwrap();
        cell.pieces[0].1 = instead.to_owned();
        assert_stopped(&read_draws(&draws), LeftoverKind::Line, "CANETA BRINDE", instead);
    }
}

#[test]
fn what_says_that_the_table_goes_on_is_no_line() {
    let lines = ["A TRANSPORTAR", "SUBTOTAL", "(continuação)", "Continua na próxima página"];
    for text in lines {
        let mut draws = with_room(ROWS[1], draws());
        draws.push(Draw::new(0, 69.0, ROWS[1], text));
        draws.push(Draw::new(0, 566.0 - width("105,00"), ROWS[1], "105,00"));
        assert_exact(&read_draws(&draws), &quote(), text);
    }
}

#[test]
fn suggestions_below_the_totals_are_pointed_out_and_no_items() {
    for head in [false, true] {
        let mut draws = draws();
        draws.push(Draw::new(0, 28.0, 320.0, "SUGESTÕES"));
        let columns = [
            (35.0, "Código"),
            (157.0, "Produto"),
            (375.0, "Unid."),
            (419.0, "Quant."),
            (468.0, "Valor"),
            (551.0, "Total"),
        ];
        draws.extend(columns.iter().filter(|_| head).map(|(x, text)| Draw::new(0, *x, 330.0, text)));
        let cells =
            [(36.0, "00777"), (69.0, "CAPA"), (377.0, "UN"), (425.0, "01"), (478.0, "0,00"), (550.0, "0,00")];
        draws.extend(cells.iter().map(|(x, text)| Draw::new(0, *x, 330.0 + PITCH, text)));
        let reading = read_draws(&draws);
        assert_exact(&reading, &quote(), "suggestions");
        assert!(reading.leftovers.iter().any(|left| left.kind == LeftoverKind::BelowTotals), "{head}");
    }
}

#[test]
fn text_printed_over_a_row_is_told() {
    for (x, text) in [
        (69.0, "------------------------------"),
        (69.0, "XXXXXXXXXXXXXXXX"),
        (36.0, "____________________________________________________________"),
        (75.0, "///////"),
        (100.0, "CANCELADO"),
    ] {
        let mut draws = draws();
        draws.push(Draw::new(0, x, ROWS[1], text));
        let reading = read_draws(&draws);
        let told = |problem: &Problem| matches!(problem, Problem::Leftover(left) if left.kind == LeftoverKind::Beside);
        assert!(
            reading.problems().iter().any(told),
            "{text}: {:?} {:?}",
            reading.quote.items[1],
            reading.problems()
        );
    }
}

#[test]
fn a_number_in_two_parts_is_no_number() {
    for number in ["1 350", "1 3 5", "30 000"] {
        let mut draws = draws();
        let cell = draws.iter_mut().find(|draw| draw.y == ROWS[1] && draw.pieces[0].1 == "30").unwrap();
        cell.pieces[0].0 -= width(&number[2..]);
        cell.pieces[0].1 = number.to_owned();
        assert_stopped(&read_draws(&draws), LeftoverKind::Line, number, number);
    }
}

#[test]
fn a_code_in_two_parts_is_told() {
    assert_stopped(&read_draws(&code_of_second("0001 4")), LeftoverKind::Beside, "0001 4", "its own run");
    let mut draws = code_of_second("14/2 CANETA BRINDE");
    draws.retain(|draw| draw.y != ROWS[1] || draw.pieces[0].0 != 69.0);
    assert_stopped(&read_draws(&draws), LeftoverKind::Beside, "14/2 CANETA", "glued");
    let glued = draws.iter_mut().find(|draw| draw.pieces[0].1.starts_with("14/2")).unwrap();
    glued.pieces[0].1 = "0001 4 CANETA BRINDE".to_owned();
    assert_stopped(&read_draws(&draws), LeftoverKind::Beside, "0001 4", "glued");
}

#[test]
fn a_number_that_stands_as_near_to_a_column_as_another_is_told() {
    let mut draws = draws();
    draws.retain(|draw| draw.y != ROWS[1] || draw.pieces[0].0 != 69.0);
    let words = (0u8..15).map(|at| (69.0 + 24.0 * f32::from(at), "PARTE")).chain([(429.0, "300")]);
    draws.extend(words.map(|(x, word)| Draw::new(0, x, ROWS[1], word)));
    assert!(!read_draws(&draws).problems().is_empty(), "30 or 300");
}

#[test]
fn a_line_of_signs_is_no_part_of_a_description() {
    for signs in ["--------------------------", "==========", ". . . . . . . ."] {
        for (x, up) in [(69.0, 0.0), (69.0, 3.4), (36.0, 0.0)] {
            let mut draws = with_room(ROWS[1], draws());
            draws.push(Draw::new(0, x, ROWS[1] - up, signs));
            assert_exact(&read_draws(&draws), &quote(), signs);
        }
    }
}

#[test]
fn what_else_is_told_of_the_goods_below_them_asks() {
    for text in ["7891234567895", "FABRICANTE: ACME", "REGISTRO ANATEL: 05"] {
        let mut draws = with_room(ROWS[2] + 1.0, draws());
        draws.push(Draw::new(0, 69.0, ROWS[2] + 9.2, text));
        assert_stopped(&read_draws(&draws), LeftoverKind::Joined, text, text);
    }
}

#[test]
fn a_row_as_pale_as_a_watermark_is_told() {
    for operators in [".8 g", ".9 g", "1 1 .8 rg", "/Pattern cs /P1 scn", "/Pattern cs"] {
        let mut draws = draws();
        for draw in draws.iter_mut().filter(|draw| draw.y == ROWS[1]) {
            *draw = draw.clone().with(operators);
        }
        assert_stopped(&read_draws(&draws), LeftoverKind::Beside, "CANETA BRINDE", operators);
    }
}

#[test]
fn a_unit_may_stand_left_of_its_name() {
    let mut draws = draws();
    for draw in draws.iter_mut().filter(|draw| ROWS.contains(&draw.y) && draw.pieces[0].0 == 377.0) {
        draw.pieces[0].0 = 350.0;
    }
    assert_exact(&read_draws(&draws), &quote(), "the name is centered");
}

#[test]
fn text_that_only_touches_a_description_is_told() {
    // A little lower than the words around it; before the place where the others begin.
    for (x, down, text) in [(128.0, 1.4, "OK"), (60.0, 0.0, "24")] {
        let mut draws = draws();
        let is_last = |draw: &&Draw| (draw.y - ROWS[2]).abs() < 0.1;
        let more = draws.iter().filter(is_last).cloned().collect::<Vec<_>>();
        draws = with_room(ROWS[2] + 1.0, draws);
        draws.extend(more.into_iter().map(|draw| Draw { y: ROWS[2] + PITCH, ..draw }));
        draws.push(Draw::new(0, x, ROWS[1] + down, text));
        assert_stopped(&read_draws(&draws), LeftoverKind::Beside, text, text);
    }
}

#[test]
fn a_row_over_another_is_told() {
    let mut draws = draws();
    let more: Vec<Draw> = draws.iter().filter(|draw| draw.y == ROWS[1]).cloned().collect();
    draws.extend(more.into_iter().map(|draw| Draw { y: ROWS[1] + 4.6, ..draw }));
    assert_stopped(&read_draws(&draws), LeftoverKind::Beside, "CANETA BRINDE", "4.6 points below");
}

#[test]
fn a_line_over_a_row_that_begins_elsewhere_asks() {
    for (x, up) in [(303.0, 5.8), (99.0, 6.0), (200.0, 9.0)] {
        let mut draws = draws();
        draws.push(Draw::new(0, x, ROWS[1] - up, "1.350"));
        assert!(!read_draws(&draws).problems().is_empty(), "{x} {up}");
    }
}
