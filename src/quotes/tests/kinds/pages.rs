//! Pages that are missing, mixed up, of somebody else, or there twice.

use super::{assert_exact, draws, quote};
use crate::quotes::tests::paper::{Draw, Producer, pdf};
use crate::quotes::tests::report::{Style, draw};
use crate::quotes::{Refusal, read};

/// One row a page.
fn pages() -> Vec<Draw> {
    draw(&quote(), Style { rows: 1, ..Style::PLAIN })
}

fn refusal(draws: &[Draw]) -> Option<Refusal> {
    read(&pdf(draws, Producer::PLAIN)).err()
}

/// The pages in another order; `None` leaves one out.
fn reordered(order: &[usize]) -> Vec<Draw> {
    let all = pages();
    let of = |(to, from): (usize, &usize)| {
        let from = *from;
        all.iter()
            .filter(move |draw| draw.page == from)
            .map(move |draw| Draw { page: to, ..draw.clone() })
            .collect::<Vec<_>>()
    };
    order.iter().enumerate().flat_map(of).collect()
}

#[test]
fn a_page_that_is_missing_or_there_twice_is_told_by_its_number() {
    assert_eq!(refusal(&reordered(&[0, 2])), Some(Refusal::PagesMissing));
    assert_eq!(refusal(&reordered(&[1, 2])), Some(Refusal::PagesMissing));
    assert_eq!(refusal(&reordered(&[2])), Some(Refusal::PagesMissing));
    assert_eq!(refusal(&reordered(&[0, 1, 1, 2])), Some(Refusal::PagesMissing));
    let mut short = draws();
    short.iter_mut().find(|draw| draw.pieces[0].1 == "Página 1").unwrap().pieces[0].1 =
        "Página 1 de 2".to_owned();
    assert_eq!(refusal(&short), Some(Refusal::PagesMissing));
}

#[test]
fn pages_in_another_order_are_read_in_theirs() {
    for order in [[2, 0, 1], [1, 0, 2], [2, 1, 0]] {
        assert_exact(
            &read(&pdf(&reordered(&order), Producer::PLAIN)).unwrap(),
            &quote(),
            &format!("{order:?}"),
        );
    }
    // Without numbers nobody knows.
    let mut unnumbered = reordered(&[2, 0, 1]);
    unnumbered.retain(|draw| !draw.pieces[0].1.starts_with("Página"));
    assert_eq!(refusal(&unnumbered), Some(Refusal::PagesMissing));
}

#[test]
fn a_page_of_somebody_else_is_another_quote() {
    let quote = quote();
    for (own, other) in [
        (&*quote.customer, "OUTRA LOJA"),
        (&*quote.customer_code, "999999"),
        (&*quote.number, "99999"),
        ("22/10/25", "23/10/25"),
    ] {
        let mut draws = pages();
        draws
            .iter_mut()
            .filter(|draw| draw.page == 1 && draw.pieces[0].1 == own)
            .for_each(|draw| draw.pieces[0].1 = other.to_owned());
        assert_eq!(refusal(&draws), Some(Refusal::SeveralQuotes), "{other}");
    }
}

#[test]
fn the_same_quote_twice_is_refused_however_the_copies_lie() {
    let behind: Vec<Draw> =
        draws().into_iter().chain(draws().into_iter().map(|draw| Draw { page: 1, ..draw })).collect();
    assert_eq!(refusal(&behind), Some(Refusal::RepeatedQuote));
    let moved = |dx: f32, dy: f32, scale: f32| {
        let place = |draw: Draw| {
            let pieces = draw.pieces.into_iter().map(|(x, text)| (x * scale + dx, text)).collect();
            Draw { pieces, y: draw.y * scale + dy, ..draw }
        };
        draws().into_iter().map(place).collect::<Vec<_>>()
    };
    let below: Vec<Draw> =
        draws().into_iter().filter(|draw| draw.y < 400.0).chain(moved(0.0, 330.0, 1.0)).collect();
    assert_eq!(refusal(&below), Some(Refusal::RepeatedQuote));
}

#[test]
fn the_totals_may_be_parted_by_the_end_of_a_page() {
    for (from, head) in [("DESCONTO", false), ("VALOR A PAGAR", false), ("VALOR A PAGAR", true)] {
        let mut draws = draws();
        let y = draws.iter().find(|draw| draw.pieces[0].1 == from).unwrap().y;
        let mut header: Vec<Draw> = draws.iter().filter(|draw| head && draw.y < 160.0).cloned().collect();
        header.iter_mut().for_each(|draw| draw.page = 1);
        for draw in draws.iter_mut().filter(|draw| draw.y >= y && draw.y < 790.0) {
            draw.page = 1;
        }
        draws.extend(header);
        draws.push(Draw::new(1, 285.0, 802.0, "Página 2"));
        assert_exact(&read(&pdf(&draws, Producer::PLAIN)).unwrap(), &quote(), from);
    }
}

#[test]
fn the_number_of_a_page_may_stand_alone_at_its_foot() {
    for form in ["{}", "- {} -", "Página {} of 3", "{} de 3"] {
        let mut draws = pages();
        for draw in draws.iter_mut().filter(|draw| draw.y > 790.0) {
            draw.pieces[0].1 = form.replace("{}", &(draw.page + 1).to_string());
        }
        assert_exact(&read(&pdf(&draws, Producer::PLAIN)).unwrap(), &quote(), form);
    }
}
