//! One test for each trait that breaks naive readers.

use lopdf::{Object, Stream, dictionary};

use super::paper::{Draw, Encoding, Producer, pdf, pdf_of_contents, save, width};
use super::report::{Layout, Order, Style, Wrapping, draw};
use super::samples::sample;
use crate::quotes::{MOST_LINES, MOST_PAGES, Problem, Quote, QuoteLine, Refusal, read};

/// A sound quote with these descriptions.
fn quote_of(descriptions: &[&str]) -> Quote {
    let mut quote = read(&sample("columns-1-item.pdf")).unwrap().quote;
    let line = quote.items[0].clone();
    let lines = (1..).zip(descriptions);
    quote.items = lines
        .map(|(line_number, text)| QuoteLine {
            line: line_number,
            description: (*text).to_owned(),
            ..line.clone()
        })
        .collect();
    quote.total = quote.items.iter().map(|item| item.total).sum();
    quote.payable = quote.total;
    quote
}

fn read_back(quote: &Quote, style: Style) -> Quote {
    read(&pdf(&draw(quote, style), Producer::PLAIN)).unwrap().quote
}

const LAYOUTS: [Layout; 3] = [Layout::Columns, Layout::Slashes, Layout::SlashesTogether];
const ORDERS: [Order; 4] = [Order::Rows, Order::TableFirst, Order::Backwards, Order::ByColumns];

fn assert_read_in_all_layouts(quote: &Quote) {
    for layout in LAYOUTS {
        for order in ORDERS {
            let style = Style { layout, order, ..Style::PLAIN };
            assert_eq!(read_back(quote, style), *quote, "{style:?}");
        }
    }
}

#[test]
fn descriptions_are_kept_as_printed() {
    let descriptions = [
        "FO11 --> FONE",
        "FO12 ---> FONE",
        "SP1 -->> SUPORTE",
        "CJ-42--> CONJUNTO",
        "3D -->XIAOMI REDMI 15C",
        "IP XR / 11",
        "CABO --> TYPE C / TYPE C",
        "LIMPA TELA (1 - 04) - 375 UNIDADES",
        "PANO (50. UN)",
        "TABLET 8\"",
        "11W A`OURO",
        ">>PRETO, AZUL<<",
        "PELICULA --> SAM A35",
        "PELICULA 30 3,50 105,00",
        "CAPA UN 5",
        "/ COMECA COM BARRA",
        "1.000 GRAMPOS",
        "CODIGO PRODUTO UNID. QUANT. VALOR TOTAL",
        "VALOR TOTAL",
        "DESCONTO R$ 5,00",
        "Cliente: OUTRO",
        "Orçamento Nº: 7",
        "Página 1",
    ];
    let descriptions: Vec<String> = descriptions.iter().map(|text| format!("R {text}")).collect();
    assert_read_in_all_layouts(&quote_of(&descriptions.iter().map(|text| &**text).collect::<Vec<_>>()));
    assert_read_in_all_layouts(&quote_of(&[
        "VALOR TOTAL",
        "Código",
        "DESCONTO",
        "TOTAL",
        "8\" TABLET",
        "375 UNIDADES",
    ]));
}

#[test]
fn double_spaces_fold_to_one() {
    let quote = quote_of(&["CAPA  AZUL    ESCURA"]);
    assert_eq!(read_back(&quote, Style::PLAIN).items[0].description, "CAPA AZUL ESCURA");
}

#[test]
fn a_long_description_may_be_drawn_over_the_other_columns() {
    let long = "KIT CAPA MILITAR COM CORDAO >>PRETO, AZUL<< (27 MODELOS) MILITAR<< ".repeat(2);
    for length in 70..=120 {
        let quote = quote_of(&[long[..length].trim_end(), "CURTA", long[..length].trim_end()]);
        for layout in LAYOUTS {
            assert_eq!(read_back(&quote, Style { layout, ..Style::PLAIN }), quote, "{layout:?} {length}");
        }
    }
}

#[test]
fn a_description_may_be_wrapped() {
    let long = "PELICULA 3D --> SAM A35 / A36 COM BORDA PRETA 375 UNIDADES UN 10 (50. UN)";
    let quote = quote_of(&["CURTA", long, long, "CURTA 2", long, "CURTA 3"]);
    for wrapping in [Wrapping::Top(40), Wrapping::Top(20), Wrapping::Middle(40), Wrapping::Middle(20)] {
        for layout in LAYOUTS {
            for (order, rows) in ORDERS.into_iter().zip([1, 2, 3, 40]) {
                for pitch in [9.2, 12.6, 18.0] {
                    // Without space between rows the drawing order is all there is, and only rows have one.
                    if pitch < 10.0 && (order != Order::Rows || wrapping == Wrapping::Middle(20)) {
                        continue;
                    }
                    let style = Style { layout, order, wrapping, rows, pitch, ..Style::PLAIN };
                    assert_eq!(read_back(&quote, style), quote, "{style:?}");
                }
            }
        }
    }
}

#[test]
fn a_description_goes_on_after_a_page_break() {
    let mut draws = draw(&quote_of(&["PRIMEIRA", "SEGUNDA"]), Style { rows: 1, ..Style::PLAIN });
    let second_page = draws.iter().position(|draw| draw.page == 1).unwrap();
    draws.insert(second_page, Draw::new(1, 69.0, 205.0, "CONTINUADA"));
    for draw in &mut draws {
        if draw.page == 1 && draw.y > 211.0 {
            draw.y += 10.0;
        }
    }
    let reading = read(&pdf(&draws, Producer::PLAIN)).unwrap();
    assert_eq!(reading.quote.items[0].description, "PRIMEIRA CONTINUADA");
    assert_eq!(reading.quote.items[1].description, "SEGUNDA");
}

#[test]
fn units_may_be_unknown_and_quantities_broken_or_large() {
    let mut quote = quote_of(&["A", "B", "C", "D", "E", "F"]);
    for (item, (unit, quantity)) in quote.items.iter_mut().zip([
        ("ROLO", "1000"),
        ("XYZ", "1.5"),
        ("KG", "0.125"),
        ("M2", "1350"),
        ("Pç", "5"),
        ("FARDO", "12.75"),
    ]) {
        item.unit = unit.to_owned();
        item.quantity = quantity.parse().unwrap();
        item.total = item.quantity * item.unit_price;
        item.total = item.total.round_dp(2);
    }
    quote.total = quote.items.iter().map(|item| item.total).sum();
    quote.payable = quote.total;
    assert_read_in_all_layouts(&quote);
    let mut draws = draw(&quote, Style::PLAIN);
    draws
        .iter_mut()
        .filter(|draw| draw.pieces[0].1 == "1,5")
        .for_each(|draw| draw.pieces[0].1 = "1,500".to_owned());
    assert_eq!(read(&pdf(&draws, Producer::PLAIN)).unwrap().quote, quote);
}

#[test]
fn a_customer_may_run_up_to_or_over_the_next_label() {
    let name = "COMERCIO & IMPORTACAO DE ELETRONICOS - ACESSORIOS DO VALE S/A. LTDA ME SOCIEDADE LIMITADA DE VERDADE";
    for length in 50..=name.len() {
        let mut quote = quote_of(&["FONE"]);
        quote.customer = name[..length].trim_end().to_owned();
        for order in ORDERS {
            assert_eq!(read_back(&quote, Style { order, ..Style::PLAIN }), quote);
        }
        let one_object = Producer { one_object: true, ..Producer::PLAIN };
        assert_eq!(read(&pdf(&draw(&quote, Style::PLAIN), one_object)).unwrap().quote, quote);
    }
}

#[test]
fn a_customer_glued_to_the_next_label_in_one_run_is_cut_there() {
    let mut quote = quote_of(&["FONE"]);
    let mut draws = draw(&quote, Style::PLAIN);
    let name = draws.iter_mut().find(|draw| draw.pieces[0].1 == quote.customer).unwrap();
    name.pieces[0].1 += "Forma de Pagto: BOLETO";
    assert_eq!(read(&pdf(&draws, Producer::PLAIN)).unwrap().quote, quote);

    quote.customer = "DATA".to_owned();
    assert_eq!(read_back(&quote, Style::PLAIN), quote);
    quote.customer = "58.000.896 FULANO DE TAL".to_owned();
    assert_eq!(read_back(&quote, Style::PLAIN), quote);
}

#[test]
fn labels_and_values_may_be_one_run() {
    let quote = quote_of(&["FONE", "CAPA"]);
    let values = [&quote.number, &quote.customer_code, &quote.customer, &quote.seller];
    let mut draws = draw(&quote, Style::PLAIN);
    draws.retain(|draw| !values.contains(&&draw.pieces[0].1));
    for (label, value) in ["Orçamento Nº:", "Código:", "Cliente:", "Vendedor:"].iter().zip(values) {
        let draw = draws.iter_mut().find(|draw| draw.pieces[0].1 == *label).unwrap();
        draw.pieces[0].1 = format!("{label} {value}");
    }
    for amount in ["VALOR TOTAL", "VALOR A PAGAR"] {
        let at = draws.iter().position(|draw| draw.pieces[0].1 == amount).unwrap();
        let money = draws.remove(at + 1).pieces[0].1.clone();
        draws[at].pieces[0].1 = format!("{amount}: {money}");
    }
    assert_eq!(read(&pdf(&draws, Producer::PLAIN)).unwrap().quote, quote);
}

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
    let names = vec!["FONE"; MOST_PAGES + 1];
    let pages = |count: usize| {
        pdf(&draw(&quote_of(&names[..count]), Style { rows: 1, ..Style::PLAIN }), Producer::PLAIN)
    };
    assert!(read(&pages(MOST_PAGES)).is_ok());
    assert_eq!(read(&pages(MOST_PAGES + 1)).unwrap_err(), Refusal::TooManyPages);
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
    assert!(matches!(&reading.problems()[0], Problem::UnreadLine { text } if text.contains("FONE")));
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
fn bombs_are_refused() {
    let spaces = " ".repeat(60 << 20);
    assert_eq!(read(&pdf_of_contents(&[spaces], Producer::PLAIN)).unwrap_err(), Refusal::TooHeavy);
    let operators = "q Q ".repeat(1_000_000);
    assert_eq!(read(&pdf_of_contents(&[operators], Producer::PLAIN)).unwrap_err(), Refusal::TooHeavy);
    let letters = format!("BT /F1 8 Tf ({}) Tj ET", "A".repeat(500_000));
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
    assert!(width("AB") > 0.0);
}
