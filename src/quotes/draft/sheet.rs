//! The paper with its corrections, and what does not hold.

use super::Corrections;
use super::field::{Fault, Field, Kind};
use crate::html::format;
use crate::quotes::checks::{self, Problem};
use crate::quotes::{Quote, QuoteLine, Reading};

/// A line of the paper: code, description, unit, quantity, unit price, total.
#[derive(Clone, Debug)]
pub struct SheetLine {
    pub number: u32,
    pub fields: [Field; 6],
    /// What stands there, where it could not be read; it counts once somebody fills its cells in.
    pub unread: Option<String>,
}

impl SheetLine {
    fn is_empty(&self) -> bool {
        self.fields.iter().all(|field| field.value.is_empty())
    }

    fn has_fault(&self) -> bool {
        self.fields.iter().any(|field| field.fault.is_some())
    }
}

/// The paper with its corrections, and what does not hold.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// number, customer_code, customer, date
    pub head: [Field; 4],
    pub lines: Vec<SheetLine>,
    /// total, discount, payable
    pub totals: [Field; 3],
    /// What counts; cells with a fault count as nothing.
    pub quote: Quote,
    pub problems: Vec<Problem>,
}

pub const LINE_FIELDS: [(&str, Kind); 6] = [
    ("code", Kind::Text(40)),
    ("description", Kind::Text(500)),
    ("unit", Kind::Unit),
    ("quantity", Kind::Quantity),
    ("unit_price", Kind::Money),
    ("total", Kind::Money),
];

impl Sheet {
    pub fn new(reading: &Reading, corrections: &Corrections) -> Self {
        let quote = &reading.quote;
        let field = |name: &str, kind: Kind, read: String| Field::new(name, kind, read, corrections);
        let head = [
            field("number", Kind::Number, quote.number.clone()),
            field("customer_code", Kind::Text(40), quote.customer_code.clone()),
            field("customer", Kind::Text(200), quote.customer.clone()),
            field("date", Kind::Date, quote.date.to_string()),
        ];
        let totals = [
            field("total", Kind::Money, format::plain_amount(quote.total)),
            field("discount", Kind::Money, format::plain_amount(quote.discount)),
            field("payable", Kind::Money, format::plain_amount(quote.payable)),
        ];
        let lines = sheet_lines(reading, corrections);
        let quote = effective(quote, &head, &lines, &totals);
        let problems = problems(&quote, &lines, &totals);
        Self { head, lines, totals, quote, problems }
    }

    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        let lines = self.lines.iter().filter(|line| !line.is_left_out()).flat_map(|line| &line.fields);
        self.head.iter().chain(lines).chain(&self.totals)
    }

    pub fn faults(&self) -> impl Iterator<Item = (&Field, Fault)> {
        self.fields().filter_map(|field| Some((field, field.fault?)))
    }

    /// How many things stop the import.
    pub fn count_problems(&self) -> usize {
        self.problems.len() + self.faults().count()
    }

    pub fn holds(&self) -> bool {
        self.count_problems() == 0
    }

    /// Whether the paper merely disagrees with itself: an administrator may accept that with a reason.
    pub fn may_be_accepted(&self) -> bool {
        let inconsistent = |problem: &Problem| {
            matches!(
                problem,
                Problem::LineTotal { .. }
                    | Problem::Sum { .. }
                    | Problem::Payable { .. }
                    | Problem::UnreadLine { .. }
            )
        };
        !self.quote.items.is_empty()
            && self.faults().next().is_none()
            && self.problems.iter().all(inconsistent)
    }

    /// None: the quote has no number.
    pub fn number(&self) -> Option<&str> {
        self.quote.has_number().then_some(self.quote.number.as_str())
    }
}

impl SheetLine {
    /// An unreadable line that nobody has filled in is in no order; a problem says so.
    pub fn is_left_out(&self) -> bool {
        self.unread.is_some() && self.is_empty()
    }
}

fn sheet_lines(reading: &Reading, corrections: &Corrections) -> Vec<SheetLine> {
    let read = reading.quote.items.iter().map(|item| {
        let values = [
            item.code.clone(),
            item.description.clone(),
            item.unit.clone(),
            format::plain_quantity(item.quantity),
            format::plain_amount(item.unit_price),
            format::plain_amount(item.total),
        ];
        (values, None)
    });
    let unread =
        reading.unread.iter().map(|text| (std::array::from_fn(|_| String::new()), Some(text.clone())));
    let numbered = (1..).zip(read.chain(unread));
    numbered
        .map(|(number, (values, unread))| {
            let mut values = values.into_iter();
            let fields = LINE_FIELDS.map(|(name, kind)| {
                let name = format!("line-{number}-{name}");
                Field::new(&name, kind, values.next().unwrap_or_default(), corrections)
            });
            SheetLine { number, fields, unread }
        })
        .collect()
}

/// The quote that counts. Values that cannot be used are nothing; their faults stop the import anyway.
fn effective(read: &Quote, head: &[Field; 4], lines: &[SheetLine], totals: &[Field; 3]) -> Quote {
    let [number, customer_code, customer, date] = head;
    let [total, discount, payable] = totals;
    let items = lines.iter().filter(|line| !line.is_left_out()).map(|line| {
        let [code, description, unit, quantity, unit_price, total] = &line.fields;
        QuoteLine {
            line: line.number,
            code: code.value.clone(),
            description: description.value.clone(),
            unit: unit.value.clone(),
            quantity: quantity.decimal(),
            unit_price: unit_price.decimal(),
            total: total.decimal(),
        }
    });
    Quote {
        number: number.value.clone(),
        customer_code: customer_code.value.clone(),
        customer: customer.value.clone(),
        seller: read.seller.clone(),
        date: date.value.parse().unwrap_or(read.date),
        items: items.collect(),
        total: total.decimal(),
        discount: discount.decimal(),
        payable: payable.decimal(),
    }
}

/// The checks, without those about cells whose own fault is told already.
fn problems(quote: &Quote, lines: &[SheetLine], totals: &[Field; 3]) -> Vec<Problem> {
    let left_out = lines.iter().filter(|line| line.is_left_out()).filter_map(|line| line.unread.clone());
    let faulty_line = |number: u32| {
        lines.iter().any(|line| line.number == number && line.has_fault() && !line.is_left_out())
    };
    let any_faulty_line = lines.iter().any(|line| line.has_fault() && !line.is_left_out());
    let faulty_totals = totals.iter().any(|field| field.fault.is_some());
    let telling = |problem: &Problem| match problem {
        Problem::Quantity { line, .. } | Problem::LineTotal { line, .. } => !faulty_line(*line),
        Problem::Sum { .. } => !any_faulty_line && !faulty_totals,
        Problem::Payable { .. } => !faulty_totals,
        Problem::NoItems | Problem::UnreadLine { .. } => true,
    };
    let unread = left_out.map(|text| Problem::UnreadLine { text });
    unread.chain(checks::problems(quote).into_iter().filter(telling)).collect()
}
