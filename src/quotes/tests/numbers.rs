//! Numbers as printed, and back.

use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::html::format;
use crate::lang::Lang;
use crate::quotes::numbers::{parse, parse_money};

#[test]
fn printed_numbers_are_read() {
    let cases = [
        ("1050,00", "1050.00"),
        ("1.707,00", "1707.00"),
        ("51.520,80", "51520.80"),
        ("1.234.567,89", "1234567.89"),
        ("05", "5"),
        ("1350", "1350"),
        ("1.000", "1000"),
        ("1,500", "1.500"),
        ("0,85", "0.85"),
        ("-15,30", "-15.30"),
        ("0,00", "0.00"),
    ];
    for (printed, value) in cases {
        assert_eq!(parse(printed), Some(value.parse().unwrap()), "{printed}");
    }
    assert_eq!(parse_money("R$ 1.707,00"), Some(Decimal::new(170_700, 2)));
    assert_eq!(parse_money("R$0,00"), Some(Decimal::ZERO));
    for printed in ["-R$ 15,30", "R$ -15,30", "R$ (15,30)", "(R$ 15,30)", "R$ 15,30-", "\u{2212}15,30"] {
        assert_eq!(parse_money(printed), Some(Decimal::new(-1530, 2)), "{printed}");
    }
    assert_eq!(parse("0,012345"), Some(Decimal::new(12345, 6)));
}

#[test]
fn what_is_no_number_is_not_guessed() {
    let others = [
        "",
        "-",
        ",",
        ",5",
        "5,",
        "1.5",
        "1.50",
        "1,2,3",
        "1..000",
        "1.0000",
        "12345.678",
        ".500",
        "1e3",
        "1 000",
        "R$",
        "10%",
        "inf",
        "١٢",
        "1,2345678",
        "1234567890123",
        "--5",
        "+5",
    ];
    for text in others {
        assert_eq!(parse(text), None, "{text}");
        assert_eq!(parse_money(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn formatting_and_reading_give_the_number_back(cents in -99_999_999_999i64..99_999_999_999, scale in 0u32..=6) {
        let value = Decimal::new(cents, scale);
        prop_assert_eq!(parse(&format::quantity(Lang::PtBr, value)), Some(value));
        prop_assert_eq!(parse(&format::amount(Lang::PtBr, value)), Some(value));
        prop_assert_eq!(parse(&format::amount(Lang::PtBr, value).replace('.', "")), Some(value));
        prop_assert_eq!(parse_money(&format!("R$ {}", format::amount(Lang::PtBr, value.abs()))), Some(value.abs()));
    }

    #[test]
    fn no_text_makes_the_number_reader_panic(text in ".{0,40}") {
        let _value = parse(&text);
        let _money = parse_money(&text);
    }

    #[test]
    fn numbers_that_look_printed_never_overflow(text in "-?[0-9.]{0,20}(,[0-9]{0,6})?") {
        if let Some(value) = parse(&text) {
            prop_assert!(value.abs() < Decimal::new(1_000_000_000_000, 0));
        }
    }
}
