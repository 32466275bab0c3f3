//! One test for each trait that breaks naive readers.

use super::paper::{Draw, Producer, pdf};
use super::report::{Layout, Order, Style, Wrapping, draw};
use super::samples::sample;
use crate::quotes::{Quote, QuoteLine, read};

/// A sound quote with these descriptions.
pub fn quote_of(descriptions: &[&str]) -> Quote {
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

pub fn read_back(quote: &Quote, style: Style) -> Quote {
    read(&pdf(&draw(quote, style), Producer::PLAIN)).unwrap().quote
}

pub const LAYOUTS: [Layout; 3] = [Layout::Columns, Layout::Slashes, Layout::SlashesTogether];
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
