//! Any quote, drawn by any producer in any layout, is read back as it was.

use jiff::civil::date;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::paper::{Encoding, Producer, pdf};
use super::report::{Layout, Order, Style, Wrapping, draw};
use crate::quotes::{Quote, QuoteLine, read};

const WORDS: &[&str] = &[
    "FO11",
    "-->",
    "--->",
    "-->>",
    "CJ-42-->",
    "-->XIAOMI",
    "IP",
    "XR / 11",
    "TYPE C / TYPE C",
    "375 UNIDADES",
    "(50. UN)",
    "UN",
    "8\"",
    "A`OURO",
    ">>PRETO, AZUL<<",
    "SAM A35",
    "TOTAL",
    "VALOR TOTAL",
    "PRODUTO",
    "Unid.",
    "DESCONTO",
    "1.000",
    "1,50",
    "10",
    "ÇÃO",
    "04\"",
    "CABO",
    "3D",
    "&",
    "R$ 5,00",
    "00010",
    "Página 2",
    "Cliente:",
];
const NAMES: &[&str] = &[
    "LOJA DO EXEMPLO",
    "58.000.896 FULANO DE TAL",
    "A & B - COMÉRCIO S/A.",
    "COMERCIO DE ELETRONICOS E ACESSORIOS DO VALE DO RIBEIRA LTDA",
    "JOÃO D'ÁGUA",
    "123 CELULARES",
    "COMERCIO E IMPORTACAO DE ELETRONICOS E ACESSORIOS DO VALE DO RIBEIRA SOCIEDADE LIMITADA EPP",
];

fn line() -> impl Strategy<Value = QuoteLine> {
    let description = prop::collection::vec(prop::sample::select(WORDS), 1..7);
    let unit = prop::sample::select(&["UN", "PC", "CX", "KG", "MT", "LT", "ROLO", "XYZ"][..]);
    let quantity = prop_oneof![
        4 => (1i64..2000).prop_map(|whole| Decimal::new(whole, 0)),
        1 => (1i64..9_999_999).prop_map(|thousandths| Decimal::new(thousandths, 3)),
    ];
    (0u32..100_000, description, unit, quantity, 1i64..999_999).prop_map(
        |(code, words, unit, quantity, cents)| {
            let unit_price = Decimal::new(cents, 2);
            QuoteLine {
                line: 0,
                code: format!("{code:05}"),
                // A description begins with a word, as the reference does.
                description: format!("REF {}", words.join(" ")),
                unit: unit.to_owned(),
                quantity: quantity.normalize(),
                unit_price,
                total: (quantity * unit_price).round_dp(2),
            }
        },
    )
}

fn quote(most: usize) -> impl Strategy<Value = Quote> {
    let names = || prop::sample::select(NAMES);
    (prop::collection::vec(line(), 0..most), names(), names(), 0u32..100_000, 0i64..5_000).prop_map(
        |(mut items, customer, seller, number, cents)| {
            for (line, item) in (1..).zip(&mut items) {
                item.line = line;
            }
            let total: Decimal = items.iter().map(|item| item.total).sum();
            let discount = Decimal::new(cents, 2).min(total);
            Quote {
                number: number.to_string(),
                customer_code: format!("{number:06}"),
                customer: customer.to_owned(),
                seller: seller.split(" DO ").next().unwrap_or_default().to_owned(),
                date: date(2025, 10, 22),
                items,
                total,
                discount,
                payable: total - discount,
            }
        },
    )
}

fn style() -> impl Strategy<Value = Style> {
    let layout = prop::sample::select(&[Layout::Columns, Layout::Slashes, Layout::SlashesTogether][..]);
    let order =
        prop::sample::select(&[Order::Rows, Order::TableFirst, Order::Backwards, Order::ByColumns][..]);
    let wrapping = prop_oneof![
        Just(Wrapping::Never),
        (20usize..60).prop_map(Wrapping::Top),
        (20usize..60).prop_map(Wrapping::Middle),
    ];
    (layout, order, wrapping, 1usize..25, any::<bool>(), -8.0f32..8.0, 11.5f32..18.0).prop_map(
        |(layout, order, wrapping, rows, marks, shift, pitch)| Style {
            layout,
            order,
            wrapping,
            rows,
            marks,
            shift,
            pitch,
            words: false,
        },
    )
}

fn producer() -> impl Strategy<Value = Producer> {
    let encoding = prop::sample::select(&[Encoding::WinAnsi, Encoding::Identity, Encoding::Differences][..]);
    (encoding, any::<[bool; 5]>()).prop_map(|(encoding, [letters, one_object, form, flipped, turned])| {
        Producer { encoding, letters, one_object: one_object && !letters, form, flipped, turned }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_quote_by_any_producer_is_read_back(quote in quote(30), style in style(), producer in producer()) {
        let reading = read(&pdf(&draw(&quote, style), producer)).unwrap();
        prop_assert_eq!(reading.quote, quote);
        prop_assert_eq!(reading.leftovers, Vec::new());
    }
}
