//! Every refusal, problem and notice says something of its own in both languages.

use std::collections::HashSet;

use rust_decimal::Decimal;

use crate::lang::Lang;
use crate::quotes::{Notice, Problem, Refusal};

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
        Problem::UnreadLine { text: "00010 FONE".to_owned() },
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
    Um item da tabela não pôde ser lido: "00010 FONE".
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
    A line of the table could not be read: "00010 FONE".
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
