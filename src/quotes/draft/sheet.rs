//! The quote with its corrections, and its failed checks.

use jiff::civil::Date;

use super::Corrections;
use super::field::{Fault, Field, Kind};
use super::lines::{self, SheetLine, Source};
use crate::html::format;
use crate::quotes::checks::{self, Problem};
use crate::quotes::leftover::Leftover;
use crate::quotes::{Quote, Reading};

/// What became of something that was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It stops the import.
    Not,
    /// A person looked at it: it is no item, or right as it was read.
    Struck,
    /// It is the item of this number.
    Item(u32),
    /// A person took the item out that it is about.
    Dropped,
}

/// The paper with its corrections, and what does not hold.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// number, customer_code, customer, date
    pub head: [Field; 4],
    /// In the order of the paper, also those that nobody has filled in.
    pub lines: Vec<SheetLine>,
    /// What was not read and stops the import until it is settled: its place from 1, and what became of it.
    pub leftovers: Vec<(usize, Leftover, Settled)>,
    /// total, discount, payable
    pub totals: [Field; 3],
    /// What counts; cells with a fault count as nothing.
    pub quote: Quote,
    pub problems: Vec<Problem>,
}

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
        let lines = lines::lines(reading, corrections);
        let leftovers = leftovers(reading, corrections, &lines);
        let quote = effective(quote, &head, &lines, &totals);
        let problems = problems(&quote, &lines, &totals, &leftovers);
        Self { head, lines, leftovers, totals, quote, problems }
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

    /// Whether the paper merely disagrees with itself: an administrator may accept that with a reason. What was not
    /// read is never accepted: it may be an item.
    pub fn may_be_accepted(&self) -> bool {
        let inconsistent = |problem: &Problem| {
            matches!(problem, Problem::LineTotal { .. } | Problem::Sum { .. } | Problem::Payable { .. })
        };
        !self.quote.items.is_empty()
            && self.faults().next().is_none()
            && self.problems.iter().all(inconsistent)
    }

    /// None: the cell holds no date, which stops the import.
    pub fn date(&self) -> Option<Date> {
        let [_, _, _, cell] = &self.head;
        cell.fault.is_none().then_some(self.quote.date)
    }

    /// None: the quote has no number.
    pub fn number(&self) -> Option<&str> {
        self.quote.has_number().then_some(self.quote.number.as_str())
    }
}

fn leftovers(
    reading: &Reading,
    corrections: &Corrections,
    lines: &[SheetLine],
) -> Vec<(usize, Leftover, Settled)> {
    let is_dropped = |at: usize| {
        let about = at.checked_sub(1).and_then(|at| reading.leftovers.get(at));
        let about = about.filter(|leftover| leftover.kind.may_drop_its_item()).map(|leftover| leftover.line);
        about.is_some_and(|about| lines.iter().any(|line| line.dropped && line.name == about.to_string()))
    };
    let settled = |at: usize| {
        let line = lines.iter().find(|line| line.source == Source::Leftover(at) && !line.is_left_out());
        match line {
            Some(line) => Settled::Item(line.number),
            None if is_dropped(at) => Settled::Dropped,
            None if corrections.contains_key(&format!("struck-{at}")) => Settled::Struck,
            None => Settled::Not,
        }
    };
    let stopping = (1..).zip(&reading.leftovers).filter(|(_, leftover)| leftover.kind.stops());
    stopping.map(|(at, leftover)| (at, leftover.clone(), settled(at))).collect()
}

/// The quote that counts. Values that cannot be used are nothing; their faults stop the import anyway.
fn effective(read: &Quote, head: &[Field; 4], lines: &[SheetLine], totals: &[Field; 3]) -> Quote {
    let [number, customer_code, customer, date] = head;
    let [total, discount, payable] = totals;
    let items = lines.iter().filter(|line| !line.is_left_out());
    Quote {
        number: number.value.clone(),
        customer_code: customer_code.value.clone(),
        customer: customer.value.clone(),
        seller: read.seller.clone(),
        date: date.value.parse().unwrap_or(read.date),
        items: items.map(SheetLine::quote_line).collect(),
        total: total.decimal(),
        discount: discount.decimal(),
        payable: payable.decimal(),
    }
}

/// The checks, without those about cells whose own fault is told already.
fn problems(
    quote: &Quote,
    lines: &[SheetLine],
    totals: &[Field; 3],
    leftovers: &[(usize, Leftover, Settled)],
) -> Vec<Problem> {
    let faulty_line = |number: u32| lines.iter().any(|line| line.number == number && line.has_fault());
    let any_faulty_line = lines.iter().any(|line| line.has_fault() && !line.is_left_out());
    let faulty_totals = totals.iter().any(|field| field.fault.is_some());
    let telling = |problem: &Problem| match problem {
        Problem::Quantity { line, .. } | Problem::Negative { line, .. } | Problem::LineTotal { line, .. } => {
            !faulty_line(*line)
        }
        Problem::Sum { .. } => !any_faulty_line && !faulty_totals,
        Problem::Payable { .. } => !faulty_totals,
        // The cell says it.
        Problem::Illegible { .. } | Problem::Missing { .. } | Problem::Number { .. } => false,
        Problem::NoItems | Problem::Leftover(_) => true,
    };
    let open = leftovers.iter().filter(|(_, _, settled)| *settled == Settled::Not);
    let open = open.map(|(_, leftover, _)| Problem::Leftover(leftover.clone()));
    open.chain(checks::problems(quote).into_iter().filter(telling)).collect()
}
