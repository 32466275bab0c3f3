//! The labels of the header: what they are called, and where they stand among the runs of a line.

use pdf_text::Run;

use super::layout::{Line, join, key};

/// How far apart, in font sizes, the words of one value may stand.
pub const WORD_GAP: std::ops::RangeInclusive<f32> = -0.5..=1.2;

/// "Condição de Pagto:" has three words; a colon or Nº may stand apart.
const LONGEST_LABEL: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    Number,
    CustomerCode,
    Date,
    Customer,
    Seller,
    /// Printed, but not kept.
    Other,
}

const LABELS: [(&str, Label); 24] = [
    ("orcamentono", Label::Number),
    ("orcamenton", Label::Number),
    ("orcamentonumero", Label::Number),
    ("orcamentonr", Label::Number),
    ("norcamento", Label::Number),
    ("noorcamento", Label::Number),
    ("nrorcamento", Label::Number),
    ("numerodoorcamento", Label::Number),
    ("orcamentodevendano", Label::Number),
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

/// The line's runs, in which each label begins one: labels that stand in one run are parted, and words of one label are
/// joined.
pub fn labelled_runs(line: &Line<'_>) -> Vec<Run> {
    let mut parted: Vec<Run> = line.runs.iter().flat_map(|run| parted(run)).collect();
    if parted.len() > line.runs.len() {
        parted.sort_by(|one, other| one.left.total_cmp(&other.left));
    }
    with_whole_labels(&parted.iter().collect::<Vec<_>>())
}

/// A run cut before each further label in it.
fn parted(run: &Run) -> Vec<Run> {
    let mut cuts: Vec<usize> = NEXT_LABELS
        .iter()
        .flat_map(|label| run.text.match_indices(label))
        .map(|(at, _)| at)
        .filter(|at| *at > 0 && label(&run.text).is_some())
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces = Vec::new();
    let mut start = 0;
    for end in cuts.into_iter().chain([run.text.len()]) {
        let Some(piece) = run.text.get(start..end) else { continue };
        let letters = |text: &str| text.chars().count();
        let first = run.text.get(..start).map_or(0, letters);
        let text = piece.trim();
        let (from, to) = (first, first + letters(piece.trim_end()));
        let edge = |at: usize| run.edges.get(at).copied().unwrap_or(run.right);
        pieces.push(Run {
            text: text.to_owned(),
            edges: run.edges.get(from..to).unwrap_or_default().to_vec(),
            left: edge(from),
            right: edge(to),
            ..run.clone()
        });
        start = end;
    }
    pieces
}

/// A label at the start of a run, and what follows its colon.
pub fn label(text: &str) -> Option<(Label, &str)> {
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

pub fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Letters may touch, and stand over each other by this much, in font sizes.
const OVERLAP: f32 = 0.3;

/// Texts of a line that are printed over the text before them: over a value that is kept, or over the label they stand
/// behind. A value may run over the next label.
pub fn overprinted(runs: &[Run]) -> Vec<String> {
    let mut told = Vec::new();
    let mut before: Option<&Run> = None;
    let mut last = Label::Other;
    for run in runs {
        let own = label(&run.text).map(|(label, _)| label);
        let is_over = before.is_some_and(|before| before.right - run.left > OVERLAP * run.size);
        if is_over && own.is_none() && last != Label::Other {
            told.push(run.text.clone());
        }
        last = own.unwrap_or(last);
        let reaches = before.is_none_or(|before| run.right > before.right || own.is_some());
        before = if reaches { Some(run) } else { before };
    }
    told
}

/// Whether the line has this label.
pub fn has(line: &Line<'_>, wanted: Label) -> bool {
    labelled_runs(line).iter().any(|run| label(&run.text).is_some_and(|(found, _)| found == wanted))
}

/// What each paper is labelled with, as far as the head has no such label: whatever stands there was not read.
pub fn missing(head: &[&Line<'_>]) -> Vec<&'static str> {
    let wanted = [("Orçamento Nº", Label::Number), ("Vendedor", Label::Seller)];
    let is_missing = |label: Label| !head.iter().any(|line| has(line, label));
    wanted.into_iter().filter(|(_, label)| is_missing(*label)).map(|(name, _)| name).collect()
}

/// The digits that a quote's number may have.
const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 4..=6;

/// Numbers that stand beside no label, and might be the quote's.
pub fn loose_numbers(head: &[&Line<'_>]) -> Vec<String> {
    let is_loose = |run: &&&Run| is_number(&run.text) && NUMBER_DIGITS.contains(&run.text.len());
    let without =
        head.iter().filter(|line| !labelled_runs(line).iter().any(|run| label(&run.text).is_some()));
    without.flat_map(|line| &line.runs).filter(is_loose).map(|run| run.text.clone()).collect()
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

/// A text before the first label in it, and from that label on.
pub fn at_next_label(text: &str) -> (&str, &str) {
    let end = NEXT_LABELS.iter().filter_map(|label| text.find(label)).min();
    end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""))
}

/// What the labels inside a text are called; one at its start is its own.
pub fn labels_within(text: &str) -> Vec<String> {
    let labels = NEXT_LABELS.iter().flat_map(|label| text.match_indices(label));
    labels.filter(|(at, _)| *at > 0).map(|(_, label)| key(label)).collect()
}
