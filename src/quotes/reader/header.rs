//! The header: labels, and the values drawn beside them.

use jiff::civil::Date;
use pdf_text::Run;

use super::layout::{Line, join, key};

/// How far apart, in font sizes, the words of one value may stand.
const WORD_GAP: std::ops::RangeInclusive<f32> = -0.5..=1.2;

/// "Condição de Pagto:" has three words; a colon or Nº may stand apart.
const LONGEST_LABEL: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Number,
    CustomerCode,
    Date,
    Customer,
    Seller,
    /// Printed, but not kept.
    Other,
}

const LABELS: [(&str, Label); 18] = [
    ("orcamentono", Label::Number),
    ("orcamenton", Label::Number),
    ("orcamentonumero", Label::Number),
    ("codigo", Label::CustomerCode),
    ("codigocliente", Label::CustomerCode),
    ("data", Label::Date),
    ("cliente", Label::Customer),
    ("vendedor", Label::Seller),
    ("vendedora", Label::Seller),
    ("condicaodepagto", Label::Other),
    ("condicaodepagamento", Label::Other),
    ("formadepagto", Label::Other),
    ("formadepagamento", Label::Other),
    ("validadedoorcamento", Label::Other),
    ("validade", Label::Other),
    ("cnpj", Label::Other),
    ("ie", Label::Other),
    ("telefone", Label::Other),
];

/// Labels that a long value may run into so closely that both are one run.
const NEXT_LABELS: [&str; 9] = [
    "Condição de Pag",
    "Condicao de Pag",
    "Forma de Pag",
    "Validade do Or",
    "Vendedor:",
    "Cliente:",
    "Código:",
    "Codigo:",
    "Data:",
];

/// What the header says; `None` where it has no such label or nothing beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    pub number: Option<String>,
    pub customer_code: Option<String>,
    pub date: Option<Date>,
    pub customer: Option<String>,
    pub seller: Option<String>,
}

impl Header {
    pub fn read(lines: &[Line<'_>]) -> Self {
        let mut header = Self::default();
        for line in lines {
            let runs = with_whole_labels(&line.runs);
            for (at, run) in runs.iter().enumerate() {
                if let Some((label, rest)) = label(&run.text) {
                    header.take(label, &value(&runs, at, rest));
                }
            }
        }
        header
    }

    fn take(&mut self, label: Label, value: &str) {
        let slot = match label {
            Label::Number => &mut self.number,
            Label::CustomerCode => &mut self.customer_code,
            Label::Customer => &mut self.customer,
            Label::Seller => &mut self.seller,
            Label::Date => {
                self.date = self.date.or_else(|| date(value));
                return;
            }
            Label::Other => return,
        };
        let word_only = matches!(label, Label::Number | Label::CustomerCode);
        let value = if word_only { value.split(' ').next().unwrap_or_default() } else { value };
        if slot.is_none() && !value.is_empty() {
            *slot = Some(value.to_owned());
        }
    }

    /// Takes from a later page what this one lacks.
    pub fn or(self, later: Self) -> Self {
        Self {
            number: self.number.or(later.number),
            customer_code: self.customer_code.or(later.customer_code),
            date: self.date.or(later.date),
            customer: self.customer.or(later.customer),
            seller: self.seller.or(later.seller),
        }
    }

    /// Whether anything at all was found that only a quote has.
    pub fn is_quote(&self) -> bool {
        self.number.is_some() || self.customer.is_some()
    }
}

/// A label at the start of a run, and what follows its colon.
fn label(text: &str) -> Option<(Label, &str)> {
    let (name, rest) = match text.split_once(':') {
        Some((name, rest)) => (name, rest.trim_start()),
        None => (text, ""),
    };
    let named = key(name);
    if let Some((_, label)) = LABELS.iter().find(|(label, _)| *label == named) {
        // A customer may be called DATA or CLIENTE; without a colon only the printed form of a label counts.
        return (text.contains(':') || name.chars().any(char::is_lowercase)).then_some((*label, rest));
    }
    let digits = named.strip_prefix("orcamentono").or_else(|| named.strip_prefix("orcamenton"))?;
    let number = name.rsplit(' ').next().filter(|_| !digits.is_empty() && is_number(digits))?;
    Some((Label::Number, number))
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The runs, in which a label whose words are runs of their own is one.
fn with_whole_labels(runs: &[&Run]) -> Vec<Run> {
    let mut whole = Vec::with_capacity(runs.len());
    let mut rest = runs;
    while let Some(first) = rest.first() {
        let count = (2..=LONGEST_LABEL)
            .rev()
            .find(|count| rest.get(..*count).is_some_and(is_split_label))
            .unwrap_or(1);
        let (words, after) = rest.split_at(count);
        let right = words.last().map_or(first.right, |last| last.right);
        whole.push(Run { text: join(words), right, ..(*first).clone() });
        rest = after;
    }
    whole
}

fn is_split_label(words: &[&Run]) -> bool {
    let together =
        words.windows(2).all(|pair| WORD_GAP.contains(&((pair[1].left - pair[0].right) / pair[1].size)));
    together && words.last().is_some_and(|last| last.text.ends_with(':')) && label(&join(words)).is_some()
}

/// The value beside the label at `at`: the rest of its own run, or the next run to the right, and whatever words go
/// on from there. Runs that are labels never belong to it, even where the value is drawn over them; behind such a
/// label only a value drawn word by word goes on, since what stands there else is the label's own.
fn value(runs: &[Run], at: usize, rest: &str) -> String {
    let Some(own) = runs.get(at) else { return String::new() };
    let mut words: Vec<&Run> = Vec::new();
    let mut edge = (!rest.is_empty()).then_some(own.right);
    let mut behind_label = false;
    for run in runs.iter().skip(at + 1) {
        let is_label = label(&run.text).is_some();
        behind_label |= is_label;
        match edge {
            None if is_label => break,
            None => {}
            Some(edge) => {
                let goes_on = WORD_GAP.contains(&((run.left - edge) / run.size));
                if is_label || !goes_on || (behind_label && words.len() < 2) {
                    continue;
                }
            }
        }
        words.push(run);
        edge = Some(run.right);
    }
    let mut text = rest.to_owned();
    if !words.is_empty() && !text.is_empty() {
        text.push(' ');
    }
    text.push_str(&join(&words));
    until_next_label(&text).trim().to_owned()
}

fn until_next_label(text: &str) -> &str {
    let end = NEXT_LABELS.iter().filter_map(|label| text.find(label)).min();
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// DD/MM/AA, or with four digits of year, at the start of a text.
fn date(text: &str) -> Option<Date> {
    let word = text.split(' ').next()?;
    let mut parts = word.split('/').map(|part| part.parse::<i16>().ok().filter(|_| is_number(part)));
    let (day, month, year) = (parts.next()??, parts.next()??, parts.next()??);
    let year = if year < 100 { 2000 + year } else { year };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
        .ok()
        .filter(|_| parts.next().is_none())
}
