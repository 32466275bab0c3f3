use rstest::rstest;
use rust_decimal::Decimal;

use super::field::Kind;
use super::*;
use crate::quotes::{Leftover, LeftoverKind, Problem, Quote, QuoteLine};

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
        importer: "Marina".to_owned(),
        file_name: "a.pdf".to_owned(),
        sha256: vec![0; 32],
        reading: Reading { quote, text: Vec::new(), leftovers: Vec::new() },
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
#[case("line-1-quantity", "1,200.5", Fault::NotANumber)]
#[case("line-1-quantity", "0,0001", Fault::TooFine)]
#[case("line-1-quantity", "9999999999", Fault::TooLarge)]
#[case("line-1-quantity", "", Fault::Missing)]
#[case("line-1-unit_price", "3,5050005", Fault::NotANumber)]
#[case("line-1-total", "105,001", Fault::TooFine)]
#[case("line-1-description", "FO1 \u{fffd} FONE", Fault::Illegible)]
#[case("line-1-total", "-1", Fault::Negative)]
#[case("line-1-description", " \u{0} ", Fault::Missing)]
#[case("date", "31/02/2025", Fault::NotADate)]
#[case("date", "22/10/0000", Fault::NotADate)]
#[case("date", "-009999-02-01", Fault::NotADate)]
#[case("number", "30567-A", Fault::NotAQuoteNumber)]
#[case("customer", "", Fault::Missing)]
fn a_cell_that_cannot_be_used_says_why(#[case] name: &str, #[case] typed: &str, #[case] fault: Fault) {
    let sheet = corrected(&mut draft(), &[(name, typed)]);
    let faults: Vec<_> = sheet.faults().map(|(field, fault)| (field.name.as_str(), fault)).collect();
    assert_eq!(faults, [(name, fault)]);
    assert!(!sheet.may_be_accepted() && sheet.problems.is_empty());
    assert_eq!(sheet.date().is_none(), name == "date");
}

#[test]
fn numbers_are_typed_as_the_language_writes_them() {
    let read = |typed, lang| Kind::Money.read(typed, lang).text;
    assert_eq!(read("1.234,56", Lang::PtBr), "1234.56");
    assert_eq!(read("1,234.56", Lang::En), "1234.56");
    assert!(Kind::Money.read("1,234.56", Lang::PtBr).misread);
    assert_eq!(Kind::Date.read("1/2/26", Lang::PtBr).text, "2026-02-01");
}

fn with_leftovers() -> Draft {
    let mut draft = draft();
    draft.reading.leftovers = vec![
        Leftover::new(LeftoverKind::Mark, "CÓPIA", 0),
        Leftover::new(LeftoverKind::Line, "00099 CABO ??? 5,00 10,00", 1),
        Leftover::new(LeftoverKind::Joined, "ACESSORIOS LTDA", 0),
    ];
    draft
}

#[test]
fn a_line_that_was_not_read_counts_in_its_place_once_it_is_filled_in() {
    let mut draft = with_leftovers();
    edit(&mut draft, &Edit::Strike(3)).unwrap();
    let total = [("total", "125"), ("payable", "125")];
    let sheet = corrected(&mut draft, &total);
    assert!(
        matches!(&sheet.problems[..], [Problem::Leftover(_), Problem::Sum { .. }]),
        "{:?}",
        sheet.problems
    );
    assert_eq!(sheet.quote.items.len(), 2);
    let sheet = corrected(&mut draft, &[("line-p2-code", "00099"), ("line-p2-quantity", "2")]);
    assert_eq!(sheet.faults().count(), 3, "description, price and total are still empty");
    let rest = [("line-p2-description", "CABO"), ("line-p2-unit_price", "5"), ("line-p2-total", "10")];
    let sheet = corrected(&mut draft, &rest);
    assert!(sheet.holds(), "{:?}", sheet.problems);
    let codes: Vec<_> = sheet.quote.items.iter().map(|item| (item.line, item.code.as_str())).collect();
    assert_eq!(codes, [(1, "00001"), (2, "00099"), (3, "00002")]);
}

#[test]
fn what_was_not_read_is_settled_by_a_person_and_never_by_a_reason() {
    let mut draft = with_leftovers();
    let sheet = draft.sheet();
    assert_eq!(sheet.problems.len(), 2, "a mark stops nothing");
    assert!(!sheet.may_be_accepted());
    for at in [0, 1, 2, 3, 99] {
        edit(&mut draft, &Edit::Strike(at)).unwrap();
    }
    assert!(draft.sheet().holds());
    assert_eq!(draft.corrections.keys().collect::<Vec<_>>(), ["struck-2", "struck-3"]);
    edit(&mut draft, &Edit::Restore(2)).unwrap();
    assert!(
        matches!(&draft.sheet().problems[..], [Problem::Leftover(line)] if line.kind == LeftoverKind::Line)
    );
}

#[test]
fn a_line_can_be_added_anywhere_and_taken_away() {
    let mut draft = draft();
    assert_eq!(edit(&mut draft, &Edit::Add(Some(1))).unwrap().as_deref(), Some("n1"));
    assert_eq!(edit(&mut draft, &Edit::Add(None)).unwrap().as_deref(), Some("n2"));
    assert!(!draft.sheet().holds(), "empty lines are no items");
    edit(&mut draft, &Edit::Remove("n2")).unwrap();
    let cells = [
        ("line-n1-code", "00099"),
        ("line-n1-description", "CABO"),
        ("line-n1-quantity", "8"),
        ("line-n1-unit_price", "0,012345"),
        ("line-n1-total", "0,10"),
        ("total", "115,10"),
        ("payable", "115,10"),
    ];
    let sheet = corrected(&mut draft, &cells);
    assert!(sheet.holds(), "{:?}", sheet.problems);
    let codes: Vec<_> = sheet.quote.items.iter().map(|item| (item.line, item.code.as_str())).collect();
    assert_eq!(codes, [(1, "00001"), (2, "00099"), (3, "00002")]);
    assert_eq!(sheet.quote.items[1].unit_price, "0.012345".parse().unwrap());
    edit(&mut draft, &Edit::Remove("n1")).unwrap();
    assert_eq!(draft.sheet().quote.items.len(), 2);
    assert!(draft.corrections.keys().all(|name| !name.contains("n1")));
}

#[test]
fn an_item_that_is_struck_out_on_the_paper_is_dropped_or_stays() {
    let mut draft = draft();
    draft.reading.leftovers = vec![Leftover::new(LeftoverKind::Struck, "00002 FO2 --> FONE", 2)];
    assert!(!draft.sheet().holds());
    // Nothing makes the first doubtful: it is dropped for no word of anybody.
    edit(&mut draft, &Edit::Drop(1)).unwrap();
    assert!(draft.corrections.is_empty());
    edit(&mut draft, &Edit::Drop(2)).unwrap();
    let sheet = draft.sheet();
    assert_eq!(sheet.quote.items.iter().map(|item| item.line).collect::<Vec<_>>(), [1]);
    assert_eq!(sheet.leftovers[0].2, Settled::Dropped);
    assert!(matches!(sheet.problems[..], [Problem::Sum { .. }]), "{:?}", sheet.problems);
    assert!(corrected(&mut draft, &[("total", "105"), ("payable", "105")]).holds());
    edit(&mut draft, &Edit::Keep(2)).unwrap();
    assert_eq!(draft.sheet().quote.items.len(), 2);
    edit(&mut draft, &Edit::Strike(1)).unwrap();
    assert!(corrected(&mut draft, &[("total", "115"), ("payable", "115")]).holds());
}

#[test]
fn what_was_not_read_is_offered_as_the_cells_it_may_be() {
    let guess = |text: &str| lines::guess(&Leftover::new(LeftoverKind::Line, text, 0)).join("|");
    assert_eq!(guess("00099 CABO USB UN 07 R$ 1.050,00 R$ 7350,00"), "00099|CABO USB|UN|7|1050.00|7350.00");
    assert_eq!(guess("CANETA BRINDE"), "|CANETA BRINDE||||");
    assert_eq!(guess("00014 BRINDE UN 1\u{fffd} 0,00 0,00"), "00014|BRINDE UN 1\u{fffd}|||0.00|0.00");
    assert_eq!(guess(""), "|||||");
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
fn a_unit_price_has_up_to_six_decimals() {
    let price = |text: &str| unit_price(text.parse().unwrap()).map(|price| price.to_string());
    assert_eq!(price("0.034500"), Some("0.0345".to_owned()));
    assert_eq!(price("1234.123456"), Some("1234.123456".to_owned()));
    assert_eq!(price("0.1234567"), None);
    assert_eq!(price("1000000000.01"), None);
}

#[test]
fn only_whole_cents_are_money() {
    let cents = |text: &str| super::cents(text.parse().unwrap());
    assert_eq!(cents("3.5"), Some(350));
    assert_eq!(cents("3.505"), None);
    assert_eq!(cents("99999999999999999999"), None);
}
