//! Every refusal, problem and notice says something of its own in both languages.

use std::collections::HashSet;

use rust_decimal::Decimal;

use crate::lang::Lang;
use crate::quotes::{Leftover, LeftoverKind, Notice, Problem, Refusal};

#[test]
fn every_refusal_has_a_sentence_of_its_own_in_each_language() {
    for lang in Lang::ALL {
        let sentences: HashSet<String> = Refusal::ALL.iter().map(|refusal| refusal.sentence(lang)).collect();
        assert_eq!(sentences.len(), Refusal::ALL.len());
        assert!(
            sentences.iter().all(|sentence| !sentence.contains("quotes.refusal") && sentence.ends_with('.'))
        );
    }
    let both =
        Refusal::ALL.iter().filter(|refusal| refusal.sentence(Lang::PtBr) == refusal.sentence(Lang::En));
    assert_eq!(both.count(), 0);
}

#[test]
fn a_refusal_travels_as_its_code() {
    for refusal in Refusal::ALL {
        let json = serde_json::to_string(&refusal).unwrap();
        assert_eq!(json, format!("\"{}\"", refusal.code()));
        assert_eq!(serde_json::from_str::<Refusal>(&json).unwrap(), refusal);
    }
}

#[test]
fn problems_and_notices_name_the_values() {
    let (read, computed) = (Decimal::new(170_700, 2), Decimal::new(12, 1));
    let problems = [
        Problem::NoItems,
        Problem::Leftover(Leftover::new(LeftoverKind::Line, "00010 FONE", 0)),
        Problem::Illegible { text: "FO\u{fffd}E".to_owned() },
        Problem::Missing { field: "code".to_owned(), line: Some(3) },
        Problem::Missing { field: "customer_code".to_owned(), line: None },
        Problem::Number { read: "61001-A".to_owned() },
        Problem::Negative { line: 3, read: -read },
        Problem::Quantity { line: 3, read: Decimal::ZERO },
        Problem::LineTotal { line: 3, read, computed },
        Problem::Sum { read, computed },
        Problem::Payable { read, computed },
    ];
    let notices = [
        Notice::NoNumber,
        Notice::Discount { amount: read },
        Notice::RepeatedCode { product: "00841".to_owned(), lines: vec![1, 3] },
    ];
    let sentences = |lang| {
        let problems = problems.iter().map(move |problem| problem.sentence(lang));
        problems.chain(notices.iter().map(move |notice| notice.sentence(lang))).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(sentences(Lang::PtBr), @r#"
    O orçamento não tem nenhum item. Confira no ERP e imprima de novo.
    Uma linha entre o cabeçalho e os totais não foi entendida: "00010 FONE".
    O papel não diz que letras são estas: "FO�E".
    Item 3: falta no papel: Código.
    Falta no papel: Código do cliente.
    O número lido é 61001-A; precisa ter só algarismos.
    Item 3: o valor lido é R$ -1.707,00; não pode ser negativo.
    Item 3: a quantidade lida é 0; precisa ser maior que zero.
    Item 3: o total lido é R$ 1.707,00, mas quantidade × valor dá R$ 1,20.
    O VALOR TOTAL lido é R$ 1.707,00, mas a soma dos itens dá R$ 1,20.
    O VALOR A PAGAR lido é R$ 1.707,00, mas VALOR TOTAL menos DESCONTO dá R$ 1,20.
    O orçamento não tem número; o pedido aparece como "Sem número".
    Há um desconto de R$ 1.707,00.
    O código 00841 aparece em mais de um item: 1, 3.
    "#);
    insta::assert_snapshot!(sentences(Lang::En), @r#"
    The quote has no items. Check it in the ERP and print it again.
    A line between the head and the totals was not understood: "00010 FONE".
    The paper does not tell which letters these are: "FO�E".
    Line 3: missing on the paper: Code.
    Missing on the paper: Customer code.
    The number read is 61001-A; it must have digits only.
    Line 3: the amount read is R$ -1,707.00; it cannot be negative.
    Line 3: the quantity read is 0; it must be more than zero.
    Line 3: the total read is R$ 1,707.00, but quantity × price makes R$ 1.20.
    The VALOR TOTAL read is R$ 1,707.00, but the lines add up to R$ 1.20.
    The VALOR A PAGAR read is R$ 1,707.00, but VALOR TOTAL less DESCONTO makes R$ 1.20.
    The quote has no number; the order is shown as "Sem número".
    There is a discount of R$ 1,707.00.
    The code 00841 stands on more than one line: 1, 3.
    "#);
    for problem in problems {
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(serde_json::from_value::<Problem>(json).unwrap(), problem);
    }
}

#[test]
fn every_leftover_is_told_in_words_of_its_own() {
    for lang in Lang::ALL {
        let told = |kind| Leftover::new(kind, "CABO", 3).sentence(lang);
        let sentences: HashSet<String> = LeftoverKind::ALL.into_iter().map(told).collect();
        assert_eq!(sentences.len(), LeftoverKind::ALL.len());
        assert!(
            sentences
                .iter()
                .all(|sentence| !sentence.contains("quotes.leftover") && !sentence.contains("%{"))
        );
    }
}
