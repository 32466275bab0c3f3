//! Checks of a quote's sums, within one cent, and what is worth pointing out.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::html::format;
use crate::lang::Lang;
use crate::quotes::leftover::Leftover;
use crate::quotes::quote::{Quote, QuoteLine};

/// The ERP rounds each line on its own.
const TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Stops an import until it is corrected (or, by an administrator, accepted with a reason). Money is in reais.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Problem {
    NoItems,
    /// Something on the paper that is in no cell of the quote.
    Leftover(Leftover),
    /// Letters that the file gives no meaning; they stand as U+FFFD.
    Illegible {
        text: String,
    },
    /// The paper does not have what every order needs: an item's code or description, or the customer's code.
    Missing {
        field: String,
        /// The item, or none for the head.
        line: Option<u32>,
    },
    /// The quote's number is more than digits.
    Number {
        read: String,
    },
    /// A quantity that is zero or negative.
    Quantity {
        line: u32,
        read: Decimal,
    },
    /// A negative price or total.
    Negative {
        line: u32,
        read: Decimal,
    },
    /// Quantity × unit price is not the line's total.
    LineTotal {
        line: u32,
        read: Decimal,
        computed: Decimal,
    },
    /// The lines do not add up to VALOR TOTAL.
    Sum {
        read: Decimal,
        computed: Decimal,
    },
    /// VALOR TOTAL − DESCONTO is not VALOR A PAGAR.
    Payable {
        read: Decimal,
        computed: Decimal,
    },
}

/// Something that stops no import and is pointed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Notice {
    Discount {
        amount: Decimal,
    },
    /// The same product code on several lines.
    RepeatedCode {
        product: String,
        lines: Vec<u32>,
    },
    /// The number is 0 or missing: the order will have none.
    NoNumber,
}

/// Everything that does not add up, in the order of the paper. Empty means that all checks hold.
pub fn problems(quote: &Quote) -> Vec<Problem> {
    // The seller is chosen from a list anyway.
    let head = [&quote.number, &quote.customer_code, &quote.customer];
    let mut problems: Vec<Problem> = head.into_iter().filter_map(illegible).collect();
    if quote.customer_code.is_empty() {
        problems.push(Problem::Missing { field: "customer_code".to_owned(), line: None });
    }
    if !quote.number.bytes().all(|byte| byte.is_ascii_digit()) {
        problems.push(Problem::Number { read: quote.number.clone() });
    }
    problems.extend(quote.items.iter().flat_map(check_line));
    if quote.items.is_empty() {
        problems.push(Problem::NoItems);
    }
    let sum = quote.items.iter().fold(Decimal::ZERO, |sum, item| sum.saturating_add(item.total));
    if differ(sum, quote.total) {
        problems.push(Problem::Sum { read: quote.total, computed: sum });
    }
    let payable = quote.total.saturating_sub(quote.discount);
    if differ(payable, quote.payable) {
        problems.push(Problem::Payable { read: quote.payable, computed: payable });
    }
    problems
}

fn check_line(item: &QuoteLine) -> impl Iterator<Item = Problem> {
    let QuoteLine { line, quantity, unit_price, total, .. } = *item;
    let computed = quantity.saturating_mul(unit_price);
    let nothing = (quantity <= Decimal::ZERO).then_some(Problem::Quantity { line, read: quantity });
    let mismatch = differ(computed, total).then_some(Problem::LineTotal { line, read: total, computed });
    let illegible = [&item.code, &item.description, &item.unit].into_iter().find_map(illegible);
    let cells = [("code", &item.code), ("description", &item.description)];
    let missing = cells.into_iter().filter(|(_, text)| text.is_empty());
    let missing =
        missing.map(move |(field, _)| Problem::Missing { field: field.to_owned(), line: Some(line) });
    let negative =
        [unit_price, total].into_iter().find(|amount| amount.is_sign_negative() && !amount.is_zero());
    let negative = negative.map(|read| Problem::Negative { line, read });
    illegible.into_iter().chain(missing).chain(negative).chain(nothing).chain(mismatch)
}

fn illegible(text: impl AsRef<str>) -> Option<Problem> {
    let text = text.as_ref();
    text.contains(char::REPLACEMENT_CHARACTER).then(|| Problem::Illegible { text: text.to_owned() })
}

fn differ(left: Decimal, right: Decimal) -> bool {
    left.saturating_sub(right).abs() > TOLERANCE
}

/// What a person should know before confirming.
pub fn notices(quote: &Quote) -> Vec<Notice> {
    let mut notices = Vec::new();
    if !quote.has_number() {
        notices.push(Notice::NoNumber);
    }
    if !quote.discount.is_zero() {
        notices.push(Notice::Discount { amount: quote.discount });
    }
    let mut lines: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for item in &quote.items {
        lines.entry(&item.code).or_default().push(item.line);
    }
    notices.extend(
        lines
            .into_iter()
            .filter(|(_, lines)| lines.len() > 1)
            .map(|(code, lines)| Notice::RepeatedCode { product: code.to_owned(), lines }),
    );
    notices
}

impl Problem {
    /// What does not add up, with the value read and the value computed, for a person.
    pub fn sentence(&self, lang: Lang) -> String {
        match self {
            Problem::NoItems => lang.t("quotes.problem.no_items").into_owned(),
            Problem::Leftover(leftover) => leftover.sentence(lang),
            Problem::Illegible { text } => lang.t_with("quotes.problem.illegible", &[("text", text)]),
            Problem::Missing { field, line } => {
                let key = format!("quote.{field}");
                let field = lang.t(&key);
                match line {
                    Some(line) => lang.t_with(
                        "quotes.problem.missing_in_line",
                        &[("line", &line.to_string()), ("field", &field)],
                    ),
                    None => lang.t_with("quotes.problem.missing", &[("field", &field)]),
                }
            }
            Problem::Number { read } => lang.t_with("quotes.problem.number", &[("read", read)]),
            Problem::Quantity { line, read } => lang.t_with(
                "quotes.problem.quantity",
                &[("line", &line.to_string()), ("read", &format::quantity(lang, *read))],
            ),
            Problem::Negative { line, read } => lang.t_with(
                "quotes.problem.negative",
                &[("line", &line.to_string()), ("read", &format::amount(lang, *read))],
            ),
            Problem::LineTotal { line, read, computed } => lang.t_with(
                "quotes.problem.line_total",
                &[
                    ("line", &line.to_string()),
                    ("read", &format::amount(lang, *read)),
                    ("computed", &format::amount(lang, *computed)),
                ],
            ),
            Problem::Sum { read, computed } => compare("quotes.problem.sum", *read, *computed, lang),
            Problem::Payable { read, computed } => compare("quotes.problem.payable", *read, *computed, lang),
        }
    }
}

fn compare(key: &str, read: Decimal, computed: Decimal, lang: Lang) -> String {
    let values = [("read", &*format::amount(lang, read)), ("computed", &*format::amount(lang, computed))];
    lang.t_with(key, &values)
}

impl Notice {
    /// Whether a person should look at the paper for it. A discount is printed there, and the sums hold with it.
    pub fn wants_a_look(&self) -> bool {
        !matches!(self, Notice::Discount { .. })
    }

    /// What was noticed, for a person.
    pub fn sentence(&self, lang: Lang) -> String {
        match self {
            Notice::NoNumber => lang.t("quotes.notice.no_number").into_owned(),
            Notice::Discount { amount } => {
                lang.t_with("quotes.notice.discount", &[("amount", &format::amount(lang, *amount))])
            }
            Notice::RepeatedCode { product, lines } => {
                let lines = lines.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
                lang.t_with("quotes.notice.repeated_code", &[("product", product), ("lines", &lines)])
            }
        }
    }
}
