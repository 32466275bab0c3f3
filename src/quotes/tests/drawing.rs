//! However a producer draws, the same quote is read.

use lopdf::Object;

use super::paper::{Encoding, Producer, pdf, pdf_of_contents, save};
use super::report::{Layout, Order, Style, draw};
use super::samples::sample;
use super::traits::{LAYOUTS, quote_of, read_back};
use crate::quotes::{Refusal, read};

#[test]
fn each_word_may_be_a_run_of_its_own() {
    let quote = quote_of(&[
        "FO11 --> FONE MODELO",
        "CABO --> TYPE C / TYPE C",
        "PANO 375 UNIDADES (50. UN)",
        "CAPA 10",
    ]);
    for layout in LAYOUTS {
        for order in [Order::Rows, Order::TableFirst, Order::Backwards] {
            let style = Style { layout, order, words: true, ..Style::PLAIN };
            assert_eq!(read_back(&quote, style), quote, "{style:?}");
        }
    }
}

#[test]
fn a_row_may_be_one_text_without_cells() {
    let quote = quote_of(&["FO11 --> FONE MODELO", "CABO --> TYPE C / TYPE C", "PANO 375 UNIDADES (50. UN)"]);
    assert_eq!(read_back(&quote, Style { layout: Layout::OneText, ..Style::PLAIN }), quote);
    let mut draws = draw(&quote, Style { layout: Layout::OneText, ..Style::PLAIN });
    for draw in draws.iter_mut().filter(|draw| draw.pieces[0].1.starts_with("00010 ")) {
        let text = &draw.pieces[0].1;
        let (row, cells) = text.split_at(text.find(" UN 30").unwrap());
        draw.pieces[0].1 = row.replacen(' ', " / ", 1) + cells.replace(' ', " / ").as_str();
    }
    assert_eq!(read(&pdf(&draws, Producer::PLAIN)).unwrap().quote, quote);
}

#[test]
fn text_drawn_twice_for_boldness_counts_once() {
    let quote = quote_of(&["FONE", "CAPA"]);
    let mut draws = draw(&quote, Style::PLAIN);
    let shadow = draws.iter().map(|draw| {
        let mut shadow = draw.clone();
        shadow.pieces[0].0 += 0.3;
        shadow
    });
    draws.extend(shadow.collect::<Vec<_>>());
    assert_eq!(read(&pdf(&draws, Producer::PLAIN)).unwrap().quote, quote);
}

#[test]
fn operators_that_move_the_pen_are_followed() {
    let quote = quote_of(&["FONE MODELO"]);
    let mut draws = draw(&quote, Style::PLAIN);
    draws.retain(|draw| {
        !["00010", "FONE MODELO", "UN", "30", "3,50", "105,00"].contains(&&*draw.pieces[0].1)
            || draw.y > 240.0
    });
    let rest = content_of(&pdf(&draws, Producer::PLAIN));
    // Word spacing, stretched letters, a leading, a quote operator, an unbalanced Q, an inline image, a slanted mark.
    let row = "Q q 8 TL BT /F1 8 Tf 2 Tw 50 Tz 1 0 0 1 69 638 Tm (FONE) ' 100 Tz 0 Tw ET \
        BT /F1 8 Tf 1 0 0 1 81 630 Tm (MODELO) Tj ET BI /W 1 /H 1 ID \x01 (x) Tj \nEI Q \
        BT /F1 8 Tf 1 0 0 1 36 640 Tm 0 -10 TD (000) Tj 12 0 Td (10) Tj ET \
        BT /F1 4 Tf 2 0 0 2 377 630 Tm [(U) -20 (N)] TJ 0 Tc ET BT /F1 8 Tf 1 0 0 1 425 630 Tm 0 0 (30) \" ET \
        BT /F1 8 Tf 1 0 0 1 478 622 Tm 8 Ts 0 8 Td -8 Ts 0 8 Td (3,50) Tj 0 Ts ET BT /F1 8 Tf 542 630 Td (105,00) Tj ET \
        BT /F1 60 Tf .7 .7 -.7 .7 100 100 Tm (COPIA) Tj ET BT /F1 8 Tf 1 0 0 1 69 2000 Tm (FORA) Tj ET";
    let row = row.replace(
        "BT /F1 8 Tf 1 0 0 1 425 630 Tm 0 0 (30) \"",
        "BT /F1 8 Tf 1 0 0 1 425 638 Tm 8 TL 0 0 (30) \"",
    );
    let contents = [format!("{rest}\n{row}")];
    let reading = read(&pdf_of_contents(&contents, Producer::PLAIN)).unwrap();
    assert_eq!(reading.quote, quote);
    assert!(!reading.text.iter().any(|line| line.contains("COPIA") || line.contains("FORA")));
}

fn content_of(bytes: &[u8]) -> String {
    let document = lopdf::Document::load_mem(bytes).unwrap();
    let page = document.page_iter().next().unwrap();
    document.get_page_content(page).into_iter().map(char::from).collect()
}

#[test]
fn a_file_encrypted_without_a_password_is_read() {
    let quote = quote_of(&["FONE"]);
    let mut document = lopdf::Document::load_mem(&pdf(&draw(&quote, Style::PLAIN), Producer::PLAIN)).unwrap();
    let id = Object::string_literal("0123456789abcdef");
    document.trailer.set("ID", vec![id.clone(), id]);
    let version = lopdf::EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "",
        key_length: 128,
        permissions: lopdf::Permissions::all(),
    };
    let state = lopdf::EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    assert_eq!(read(&save(&mut document)).unwrap().quote, quote);
}

#[test]
fn files_are_read_that_describe_their_encryption_in_the_trailer() {
    let expected = read(&sample("columns-1-item.pdf")).unwrap().quote;
    for name in ["rc4-40", "rc4-128", "aes-128", "aes-256"] {
        let reading = read(&sample(&format!("encrypted/{name}.pdf"))).unwrap();
        assert_eq!(reading.quote, expected, "{name}");
        assert_eq!(reading.leftovers, [], "{name}");
    }
    assert_eq!(read(&sample("encrypted/with-password.pdf")).unwrap_err(), Refusal::Encrypted);
}

#[test]
fn every_encoding_and_way_of_drawing_is_read() {
    let mut quote = quote_of(&["FO11 --> AÇÃO / CORAÇÃO 8\"", "CAPA ÓTIMA À MÃO"]);
    quote.customer = "JOSÉ & ÂNGELA - COMÉRCIO S/A.".to_owned();
    for encoding in [Encoding::WinAnsi, Encoding::Identity, Encoding::Differences] {
        for bits in 0u8..32 {
            let [letters, one_object, form, flipped, turned] = [1, 2, 4, 8, 16].map(|bit| bits & bit != 0);
            let producer =
                Producer { encoding, letters, one_object: one_object && !letters, form, flipped, turned };
            assert_eq!(
                read(&pdf(&draw(&quote, Style::PLAIN), producer)).unwrap().quote,
                quote,
                "{producer:?}"
            );
        }
    }
}
