use rstest::rstest;
use rust_decimal::Decimal;

use super::field::Kind;
use super::*;
use crate::quotes::{Problem, Quote, QuoteLine};

fn line(number: u32, quantity: &str, unit_price: &str, total: &str) -> QuoteLine {
    QuoteLine {
        line: number,
        code: format!("0000{number}"),
        description: format!("FO{number} --> FONE"),
        unit: "UN".to_owned(),
        quantity: quantity.parse().unwrap(),
        unit_price: unit_price.parse().unwrap(),
        total: total.parse().unwrap(),
    }
}

fn draft() -> Draft {
    let quote = Quote {
        number: "30567".to_owned(),
        customer_code: "001007".to_owned(),
        customer: "PAULA TESTE".to_owned(),
        seller: "MARINA ALVES".to_owned(),
        date: "2025-10-22".parse().unwrap(),
        items: vec![line(1, "30", "3.50", "105.00"), line(2, "5", "2.00", "10.00")],
        total: Decimal::from(115),
        discount: Decimal::ZERO,
        payable: Decimal::from(115),
    };
    Draft {
        id: DraftId::new(),
        importer_id: PersonId::new(),
        importer: "Marina".to_owned(),
        file_name: "a.pdf".to_owned(),
        sha256: vec![0; 32],
        reading: Reading { quote, text: Vec::new(), unread: Vec::new() },
        corrections: Corrections::new(),
        form: DraftForm::default(),
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        changed_by: "Marina".to_owned(),
        changed_at: Timestamp::UNIX_EPOCH,
    }
}

fn corrected(draft: &mut Draft, cells: &[(&str, &str)]) -> Sheet {
    let sent: Vec<_> = cells.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    correct(draft, &sent, Lang::PtBr);
    draft.sheet()
}

#[test]
fn what_the_form_shows_unchanged_is_no_correction() {
    let mut draft = draft();
    for lang in Lang::ALL {
        let sheet = draft.sheet();
        let lines = sheet.lines.iter().flat_map(|line| &line.fields);
        let fields = sheet.head.iter().chain(lines).chain(&sheet.totals);
        let sent: Vec<_> =
            fields.map(|field| (field.name.clone(), field.written(&field.value, lang))).collect();
        correct(&mut draft, &sent, lang);
        assert!(draft.corrections.is_empty(), "{:?}", draft.corrections);
    }
    assert!(draft.sheet().holds());
}

#[test]
fn a_corrected_cell_is_checked_again_and_may_be_taken_back() {
    let mut draft = draft();
    let sheet = corrected(&mut draft, &[("line-1-quantity", "20")]);
    assert!(matches!(sheet.problems[..], [Problem::LineTotal { line: 1, .. }]), "{:?}", sheet.problems);
    assert!(sheet.may_be_accepted());
    let sheet = corrected(&mut draft, &[("line-1-total", "70"), ("total", "80"), ("payable", "R$ 80,00")]);
    assert!(sheet.holds(), "{:?}", sheet.problems);
    assert_eq!(cents(sheet.quote.items[0].total), Some(7000));
    let paper = [("line-1-quantity", "30"), ("line-1-total", "105,00"), ("total", "115"), ("payable", "115")];
    assert!(corrected(&mut draft, &paper).holds());
    assert!(draft.corrections.is_empty());
}

#[rstest]
#[case("line-1-quantity", "muitos", Fault::NotANumber)]
#[case("line-1-quantity", "12.5", Fault::NotANumber)]
#[case("line-1-quantity", "0,0001", Fault::TooFine)]
#[case("line-1-quantity", "9999999999", Fault::TooLarge)]
#[case("line-1-quantity", "", Fault::Missing)]
#[case("line-1-unit_price", "3,505", Fault::TooFine)]
#[case("line-1-total", "-1", Fault::Negative)]
#[case("line-1-description", " \u{0} ", Fault::Missing)]
#[case("date", "31/02/2025", Fault::NotADate)]
#[case("number", "30567-A", Fault::NotAQuoteNumber)]
#[case("customer", "", Fault::Missing)]
fn a_cell_that_cannot_be_used_says_why(#[case] name: &str, #[case] typed: &str, #[case] fault: Fault) {
    let sheet = corrected(&mut draft(), &[(name, typed)]);
    let faults: Vec<_> = sheet.faults().map(|(field, fault)| (field.name.as_str(), fault)).collect();
    assert_eq!(faults, [(name, fault)]);
    assert!(!sheet.may_be_accepted() && sheet.problems.is_empty());
}

#[test]
fn numbers_are_typed_as_the_language_writes_them() {
    let read = |typed, lang| Kind::Money.read(typed, lang).text;
    assert_eq!(read("1.234,56", Lang::PtBr), "1234.56");
    assert_eq!(read("1,234.56", Lang::En), "1234.56");
    assert!(Kind::Money.read("1,234.56", Lang::PtBr).misread);
    assert_eq!(Kind::Date.read("1/2/26", Lang::PtBr).text, "2026-02-01");
}

#[test]
fn a_line_that_could_not_be_read_counts_once_it_is_filled_in() {
    let mut draft = draft();
    draft.reading.unread.push("00099 ??? ilegível".to_owned());
    let total = [("total", "125"), ("payable", "125")];
    let sheet = corrected(&mut draft, &total);
    assert!(
        matches!(&sheet.problems[..], [Problem::UnreadLine { .. }, Problem::Sum { .. }]),
        "{:?}",
        sheet.problems
    );
    assert_eq!(sheet.quote.items.len(), 2);
    let sheet = corrected(&mut draft, &[("line-3-code", "00099"), ("line-3-quantity", "2")]);
    assert_eq!(sheet.faults().count(), 3, "description, price and total are still empty");
    let rest = [("line-3-description", "CABO"), ("line-3-unit_price", "5"), ("line-3-total", "10")];
    let sheet = corrected(&mut draft, &rest);
    assert!(sheet.holds(), "{:?}", sheet.problems);
    assert_eq!(sheet.quote.items.len(), 3);
}

#[test]
fn no_items_and_no_quantity_are_never_accepted() {
    let mut empty = draft();
    empty.reading.quote.items.clear();
    assert!(!empty.sheet().may_be_accepted());
    let sheet = corrected(&mut draft(), &[("line-2-quantity", "0")]);
    assert!(!sheet.may_be_accepted());
}

#[test]
fn zero_is_no_number() {
    assert_eq!(corrected(&mut draft(), &[("number", "0")]).number(), None);
    assert_eq!(corrected(&mut draft(), &[("number", "")]).number(), None);
    assert_eq!(draft().sheet().number(), Some("30567"));
}

#[test]
fn only_whole_cents_are_money() {
    let cents = |text: &str| super::cents(text.parse().unwrap());
    assert_eq!(cents("3.5"), Some(350));
    assert_eq!(cents("3.505"), None);
    assert_eq!(cents("99999999999999999999"), None);
}
