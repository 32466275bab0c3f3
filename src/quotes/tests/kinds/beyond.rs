//! Stamps, handwriting and words beyond the table: none of them goes by unseen.

use super::{ROWS, assert_exact, assert_stopped, draws, quote, read_content, read_draws};
use crate::quotes::tests::paper::{Draw, Producer, pdf};
use crate::quotes::{LeftoverKind, Reading, Refusal, checks, read};

/// A text at a place from the top left corner, turned and coloured.
fn written(text: &str, (x, y): (f32, f32), degrees: f32, size: f32, ink: &str) -> String {
    let (sin, cos) = degrees.to_radians().sin_cos();
    format!("q {ink} rg BT /F1 {size} Tf {cos} {sin} {} {cos} {x} {} Tm ({text}) Tj ET Q", -sin, 842.0 - y)
}

const BLACK: &str = "0 0 0";
const RED: &str = "1 0 0";
const PALE: &str = ".85 .85 .85";

fn with(content: &str) -> Reading {
    let reading = read_content("", &draws(), content);
    assert_eq!(reading.quote, quote(), "{content}");
    reading
}

#[test]
fn words_below_the_totals_stop_the_import() {
    for (text, kind) in [
        ("PAGO EM 22/10/2025", LeftoverKind::Below),
        ("Nao mandar o item 3", LeftoverKind::Warning),
        ("URGENTE - RETIRA HOJE", LeftoverKind::Below),
        ("Obs.: so pela manha", LeftoverKind::Below),
        ("CANCELADO", LeftoverKind::Warning),
        ("ESTE ORCAMENTO SUBSTITUI O 30567", LeftoverKind::Warning),
        ("FRETE R$ 25,00", LeftoverKind::Below),
        ("SALDO R$ 50,00", LeftoverKind::Below),
        ("Total de itens: 4", LeftoverKind::Below),
        ("Obrigado, e tirar o cabo", LeftoverKind::Below),
    ] {
        for (x, y) in [(60.0, 330.0), (60.0, 700.0)] {
            let mut draws = draws();
            draws.push(Draw::new(0, x, y, text));
            let reading = read_draws(&draws);
            assert_eq!(reading.quote, quote(), "{text}");
            if !text.starts_with("Obrigado") {
                assert_stopped(&reading, kind, text, text);
            }
        }
        // In ink of another colour, or larger, it is a stamp whatever it says.
        assert_stopped(&with(&written(text, (60.0, 330.0), 0.0, 14.0, RED)), kind, text, "a stamp");
    }
}

#[test]
fn words_beside_the_totals_stop_the_import() {
    for (text, kind) in [("FALTOU 2 CABOS", LeftoverKind::Below), ("CANCELADO", LeftoverKind::Warning)] {
        for y in draws().iter().filter(|draw| draw.pieces[0].1.starts_with("VALOR ")).map(|draw| draw.y) {
            let mut draws = draws();
            draws.push(Draw::new(0, 60.0, y, text));
            let reading = read_draws(&draws);
            assert_eq!(reading.quote, quote(), "{text}");
            assert_stopped(&reading, kind, text, text);
        }
    }
}

#[test]
fn another_amount_beside_the_totals_is_told() {
    let mut twice = draws();
    let y = twice.iter().find(|draw| draw.pieces[0].1 == "VALOR A PAGAR").unwrap().y;
    twice.push(Draw::new(0, 71.0, y, "VALOR A PAGAR R$ 2,00"));
    assert_stopped(&read_draws(&twice), LeftoverKind::Below, "R$ 2,00", "twice on a line");
    for (x, text) in [(304.0, "R$ 10,00"), (400.0, "1.350"), (575.0, "7")] {
        let mut draws = draws();
        let y = draws.iter().find(|draw| draw.pieces[0].1 == "DESCONTO").unwrap().y;
        draws.push(Draw::new(0, x, y, text));
        assert_stopped(&read_draws(&draws), LeftoverKind::Below, text, text);
    }
}

#[test]
fn what_any_paper_has_below_its_totals_stops_nothing() {
    for text in [
        "Obrigado pela preferencia!",
        "DOCUMENTO SEM VALOR FISCAL",
        "______________________________",
        "Assinatura do cliente: __________",
        "file:///C:/Temp/orcamento.html",
        "www.exemplo.com.br - Telefone (11) 5555-0000",
        "Impresso em 22/10/2025 14:32:10",
        "22/10/2025 14:32",
        "Total de itens: 3",
        "Pagina 1 de 1",
        "FRETE R$ 0,00",
        "Distribuidora Modelo de Acess\u{f3}rios Ltda",
    ] {
        let mut draws = draws();
        draws.push(Draw::new(0, 60.0, 330.0, text));
        assert_exact(&read_draws(&draws), &quote(), text);
    }
}

#[test]
fn what_is_written_askew_stops_the_import_and_a_watermark_does_not() {
    for (text, place, degrees, size, ink) in [
        ("so 10", (200.0, ROWS[2] + 6.0), 15.0, 14.0, BLACK),
        ("so 10", (200.0, ROWS[2] + 6.0), 4.0, 12.0, RED),
        ("tirar o cabo", (150.0, 360.0), 8.0, 12.0, BLACK),
        ("para o Joao", (60.0, 90.0), -10.0, 12.0, RED),
    ] {
        let content = written(text, place, degrees, size, ink);
        assert_stopped(&with(&content), LeftoverKind::Askew, text, &content);
    }
    for (text, degrees, ink) in
        [("CANCELADO", 50.0, PALE), ("CANCELADO", 90.0, BLACK), ("SEM EFEITO", 30.0, RED)]
    {
        let content = written(text, (150.0, 600.0), degrees, 40.0, ink);
        assert_stopped(&with(&content), LeftoverKind::Warning, text, &content);
    }
    for (text, ink) in [("COPIA", BLACK), ("LOJA MODELO", PALE), ("ORCAMENTO", RED)] {
        let reading = with(&written(text, (150.0, 600.0), 45.0, 70.0, ink));
        assert_exact(&reading, &quote(), text);
        assert!(reading.pointed_out().any(|left| left.kind == LeftoverKind::Mark), "{text}");
    }
    let seen_through = "q /G gs 0 0 0 rg BT /F1 70 Tf .7 .7 -.7 .7 150 200 Tm (LOJA) Tj ET Q";
    assert_eq!(with(seen_through).quote, quote());
}

#[test]
fn a_paper_that_counts_no_longer_says_so_anywhere() {
    for place in [(60.0, 30.0), (60.0, 90.0), (60.0, 170.0), (60.0, 320.0)] {
        let reading = with(&written("CANCELADO", place, 0.0, 8.0, BLACK));
        assert_stopped(&reading, LeftoverKind::Warning, "CANCELADO", &format!("{place:?}"));
    }
    // Larger than the rest it is a mark below it.
    assert_stopped(
        &with(&written("CANCELADO", (150.0, ROWS[1]), 0.0, 40.0, PALE)),
        LeftoverKind::Warning,
        "CANC",
        "",
    );
}

#[test]
fn what_a_pen_drew_stops_the_import() {
    let loops = |x: f32, y: f32| {
        let (a, b) = (x + 14.0, y + 12.0);
        format!("q 1 w {x} {y} m {} {b} {a} {b} {a} {y} c S Q", x + 4.0)
    };
    // Beside the rows, as a tick in the margin; below the totals.
    for (pen, kind) in [
        (loops(280.0, 616.0), LeftoverKind::Picture),
        ("q 16 618 m 20 614 l 28 624 l S Q".to_owned(), LeftoverKind::Picture),
        (loops(120.0, 480.0), LeftoverKind::Stamp),
        ("q 80 0 0 80 28 100 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \u{7f} EI Q".to_owned(), LeftoverKind::Stamp),
    ] {
        assert_stopped(&with(&pen), kind, "1", &pen);
    }
}

#[test]
fn a_second_value_in_the_header_is_told() {
    for (x, y, text) in [(360.0, 105.0, "41009"), (225.0, 128.0, "23/10/25"), (210.0, 141.0, "(LOJA 2)")] {
        let mut draws = draws();
        draws.push(Draw::new(0, x, y, text));
        let reading = read_draws(&draws);
        assert_eq!(reading.quote, quote(), "{text}");
        assert_stopped(&reading, LeftoverKind::Header, text, text);
    }
}

#[test]
fn a_column_that_nobody_knows_is_told() {
    for (name, cell) in [("EAN", "7891234567890"), ("Local", "A-12")] {
        let mut draws = draws();
        draws.push(Draw::new(0, 72.0, 198.0, name));
        for draw in draws.iter_mut().filter(|draw| draw.pieces[0].0 == 69.0 && draw.y > 200.0) {
            draw.pieces[0].0 = 140.0;
        }
        draws.extend(ROWS.map(|y| Draw::new(0, 70.0, y, cell)));
        assert_stopped(&read_draws(&draws), LeftoverKind::Column, name, name);
    }
}

#[test]
fn a_column_left_of_the_codes_is_told() {
    for (name, cell) in [("NCM", "85171300"), ("Lote", "L1")] {
        let mut draws = draws();
        for draw in draws.iter_mut().filter(|draw| draw.y >= 198.0 && draw.pieces[0].0 < 160.0) {
            draw.pieces[0].0 += 50.0;
        }
        draws.push(Draw::new(0, 30.0, 198.0, name));
        draws.extend(ROWS.map(|y| Draw::new(0, 30.0, y, cell)));
        assert_stopped(&read_draws(&draws), LeftoverKind::Column, name, name);
    }
}

fn with_names(names: [&str; 6]) -> Vec<Draw> {
    let mut draws = draws();
    for (draw, name) in draws.iter_mut().filter(|draw| draw.y == 198.0).zip(names) {
        draw.pieces[0].1 = name.to_owned();
    }
    draws
}

#[test]
fn columns_may_be_called_otherwise_but_not_be_in_another_order() {
    for names in [
        ["Cód.", "Descrição", "UN", "Qtde", "Vl. Unit.", "Vl. Total"],
        ["Cód. Produto", "Mercadoria", "Und", "Qtd.", "V. Unit.", "V. Total"],
        ["Código", "Produtos", "Un.", "Quant.", "Preço Unit.", "Subtotal"],
    ] {
        assert_exact(&read_draws(&with_names(names)), &quote(), names[0]);
    }
    for names in [
        ["Código", "Produto", "Quant.", "Unid.", "Valor", "Total"],
        ["Código", "Produto", "Unid.", "Quant.", "Total", "Valor"],
        ["Ref.", "Produto", "Unid.", "Quant.", "Valor", "Total"],
    ] {
        let refused = read(&pdf(&with_names(names), Producer::PLAIN)).unwrap_err();
        assert_eq!(refused, Refusal::TableUnreadable, "{names:?}");
    }
}

#[test]
fn an_item_that_is_struck_out_is_named_by_its_number() {
    let reading = with("q 34 619.8 m 570 619.8 l S Q");
    let struck: Vec<_> = reading.leftovers.iter().filter(|left| left.kind == LeftoverKind::Struck).collect();
    assert_eq!(struck.iter().map(|left| left.line).collect::<Vec<_>>(), [2]);
    assert!(reading.may_drop(2) && !reading.may_drop(1) && !reading.may_drop(0));
    assert_eq!(checks::problems(&reading.quote), []);
}
