//! The header: labels, and the values drawn beside them.

use jiff::civil::Date;
use pdf_text::Run;

use super::labels::{
    Label, WORD_GAP, at_next_label, is_number, label, labelled_runs, labels_within, overprinted,
};
use super::layout::{Line, join, key};
use crate::quotes::leftover::LeftoverKind;

/// Two digits of a year may be of another century, and more may be misprinted.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2060;

/// What the header says; `None` where it has no such label or nothing beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    pub number: Option<String>,
    pub customer_code: Option<String>,
    pub date: Option<Date>,
    pub customer: Option<String>,
    pub seller: Option<String>,
    /// What is said twice, or in an unusual place.
    pub doubts: Vec<(LeftoverKind, String)>,
}

/// A value beside its label.
struct Found {
    label: Label,
    value: String,
    /// The line it stands on.
    line: usize,
    /// Where the value begins.
    left: f32,
    size: f32,
}

impl Header {
    pub fn read(lines: &[&Line<'_>]) -> Self {
        let split: Vec<Vec<Run>> = lines.iter().map(|line| labelled_runs(line)).collect();
        let mut found: Vec<Found> = Vec::new();
        for (line, runs) in split.iter().enumerate() {
            for (at, run) in runs.iter().enumerate() {
                let Some((label, rest)) = label(&run.text).filter(|(label, _)| *label != Label::Other) else {
                    continue;
                };
                let (value, left) = value(runs, at, rest);
                if !value.is_empty() {
                    found.push(Found { label, value, line, left, size: run.size });
                }
            }
        }
        let mut header = Self::default();
        header.number = header.only(&found, Label::Number, first_word);
        header.customer_code = header.only(&found, Label::CustomerCode, first_word);
        // "61001 REV 2", or a date that is none.
        let is_one_word = |found: &&Found| matches!(found.label, Label::Number | Label::CustomerCode);
        let more = found.iter().filter(is_one_word).filter(|found| found.value.contains(' '));
        let letters =
            |found: &&Found| found.value.chars().any(char::is_alphabetic) && !found.value.contains(' ');
        let odd = found.iter().filter(|found| found.label == Label::CustomerCode).filter(letters);
        let no_date = found.iter().filter(|found| found.label == Label::Date && date(&found.value).is_none());
        header
            .doubts
            .extend(more.chain(odd).chain(no_date).map(|found| (LeftoverKind::Header, found.value.clone())));
        let beside = split.iter().flat_map(|runs| beside_values(runs));
        header.doubts.extend(beside.map(|text| (LeftoverKind::Header, text)));
        let over = split.iter().flat_map(|runs| overprinted(runs));
        header.doubts.extend(over.map(|text| (LeftoverKind::Header, text)));
        let labelled = label_in_a_value(lines);
        header.doubts.extend(labelled.into_iter().map(|text| (LeftoverKind::Header, text)));
        header.customer = header.name(lines, &found, Label::Customer);
        header.seller = header.name(lines, &found, Label::Seller);
        header.date = header.date_of(&found);
        let unlikely = header.date.filter(|date| !YEARS.contains(&date.year()));
        let told = unlikely.map(|date| (LeftoverKind::Date, crate::html::format::date(date)));
        header.doubts.extend(told);
        header
    }

    /// The value of a label. Where the label has different values, the first one; that there are several is a doubt.
    fn only(&mut self, found: &[Found], label: Label, part: impl Fn(&str) -> String) -> Option<String> {
        let mut values: Vec<String> =
            found.iter().filter(|found| found.label == label).map(|found| part(&found.value)).collect();
        values.dedup();
        values.retain(|value| !value.is_empty());
        if values.len() > 1 {
            self.doubts.push((LeftoverKind::Header, values.join(" / ")));
        }
        values.into_iter().next()
    }

    /// A name, with the line it goes on in: right below, beginning where the name does, without a label.
    fn name(&mut self, lines: &[&Line<'_>], found: &[Found], label: Label) -> Option<String> {
        let name = self.only(found, label, unligated)?;
        if name.contains(':') {
            // Another label, which nobody knows here, or part of the name.
            self.doubts.push((LeftoverKind::Header, name.clone()));
        }
        let first = found.iter().find(|found| found.label == label)?;
        let own = lines.get(first.line)?;
        let Some(next) = lines.get(first.line + 1) else { return Some(name) };
        let goes_on = next.page == own.page
            && next.y - own.y <= 1.7 * first.size
            && next.runs.first().is_some_and(|run| {
                (run.left - first.left).abs() <= first.size
                    && (run.size - first.size).abs() <= 0.1 * first.size
            })
            && !is_header(next);
        if !goes_on {
            // Right below, but elsewhere: it may be the rest of the name all the same.
            let near = next.page == own.page && next.y - own.y <= 1.2 * first.size && !is_header(next);
            let beneath = next.runs.first().is_some_and(|run| run.left < first.left);
            if near && beneath {
                self.doubts.push((LeftoverKind::Header, format!("{name} / {}", next.text())));
            }
            return Some(name);
        }
        let rest = unligated(&next.text());
        self.doubts.push((LeftoverKind::Joined, rest.clone()));
        Some(format!("{name} {rest}"))
    }

    /// The quote's date: beside the customer's code, else the only one below the number. A date with a time of the day
    /// is when the paper was printed.
    fn date_of(&mut self, found: &[Found]) -> Option<Date> {
        let line_of = |label| found.iter().find(|found| found.label == label).map(|found| found.line);
        let (code, number) = (line_of(Label::CustomerCode), line_of(Label::Number));
        let dates: Vec<(usize, Date, bool)> = found
            .iter()
            .filter(|found| found.label == Label::Date)
            .filter_map(|found| Some((found.line, date(&found.value)?, found.value.contains(':'))))
            .collect();
        let mut beside: Vec<Date> = Vec::new();
        for (_, date, _) in dates.iter().filter(|(line, _, timed)| Some(*line) == code && !timed) {
            if !beside.contains(date) {
                beside.push(*date);
            }
        }
        if let Some(first) = beside.first() {
            if beside.len() > 1 {
                let told: Vec<String> = beside.iter().map(|date| crate::html::format::date(*date)).collect();
                self.doubts.push((LeftoverKind::Header, told.join(" / ")));
            }
            return Some(*first);
        }
        let is_own =
            |(line, _, timed): &&(usize, Date, bool)| number.is_none_or(|number| *line >= number) && !timed;
        let mut own: Vec<Date> = dates.iter().filter(is_own).map(|(_, date, _)| *date).collect();
        own.dedup();
        let date = own.first().copied().or(dates.first().map(|(_, date, _)| *date))?;
        if own.len() != 1 {
            let told: Vec<String> =
                dates.iter().map(|(_, date, _)| crate::html::format::date(*date)).collect();
            self.doubts.push((LeftoverKind::Header, told.join(" / ")));
        }
        Some(date)
    }

    /// Takes from a later page what this one lacks.
    pub fn or(self, later: Self) -> Self {
        Self {
            number: self.number.or(later.number),
            customer_code: self.customer_code.or(later.customer_code),
            date: self.date.or(later.date),
            customer: self.customer.or(later.customer),
            seller: self.seller.or(later.seller),
            doubts: if self.doubts.is_empty() { later.doubts } else { self.doubts },
        }
    }

    /// Whether anything at all was found that only a quote has.
    pub fn is_quote(&self) -> bool {
        self.number.is_some() || self.customer.is_some()
    }

    /// Whether both are the header of one quote, as far as each says anything.
    pub fn is_same(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        let name = |header: &Self| header.customer.as_deref().map(key);
        agree(self.number.as_ref(), other.number.as_ref())
            && agree(self.customer_code.as_ref(), other.customer_code.as_ref())
            && agree(self.date.as_ref(), other.date.as_ref())
            && agree(name(self).as_ref(), name(other).as_ref())
    }
}

/// Texts that stand right of a value that is kept, too far from it to belong to it, and have no label of their own:
/// "41001     41009". A page's number and the moment of printing may stand anywhere.
fn beside_values(runs: &[Run]) -> Vec<String> {
    let mut told = Vec::new();
    // Up to where the value reaches that is being passed, and whether it is kept; none: no label was met yet.
    let mut value: Option<(f32, bool, String)> = None;
    for run in runs {
        if let Some((label, rest)) = label(&run.text) {
            let edge = if rest.is_empty() { f32::INFINITY } else { run.right };
            let reach =
                value.map_or(edge, |(before, ..)| if before.is_finite() { edge.max(before) } else { edge });
            value = Some((reach, label != Label::Other, rest.to_owned()));
            continue;
        }
        let Some((reach, kept, text)) = &mut value else { continue };
        let goes_on = run.left - *reach <= WORD_GAP.end() * run.size;
        let is_printed = super::words::page_number(&run.text).is_some() || run.text.contains(':');
        if goes_on || !reach.is_finite() {
            *reach = if reach.is_finite() { reach.max(run.right) } else { run.right };
            text.push_str(&run.text);
        } else if *kept && !is_printed {
            told.push(format!("{text} / {}", run.text));
        }
    }
    told
}

/// Texts with a label inside that the header has elsewhere, too, or behind which stands nothing of its kind: a name may
/// hold the word.
fn label_in_a_value(lines: &[&Line<'_>]) -> Vec<String> {
    let runs = || lines.iter().flat_map(|line| &line.runs);
    let is_printed = |label: &str| {
        let begins =
            |run: &&&Run| run.text.split_once(':').is_some_and(|(name, _)| key(name).starts_with(label));
        let within = runs().filter(|run| labels_within(&run.text).iter().any(|within| within == label));
        runs().filter(begins).count() + within.count() > 1
    };
    let is_odd = |run: &&&Run| {
        let first = run.text.chars().next().map_or(0, char::len_utf8);
        let (_, behind) = at_next_label(run.text.get(first..).unwrap_or_default());
        let odd_date = behind.strip_prefix("Data:").is_some_and(|rest| {
            let rest = rest.trim_start();
            !rest.is_empty() && date(rest).is_none()
        });
        odd_date || labels_within(&run.text).iter().any(|label| is_printed(label))
    };
    runs().filter(is_odd).map(|run| run.text.clone()).collect()
}

/// Whether a line has one of the header's labels.
pub fn is_header(line: &Line<'_>) -> bool {
    labelled_runs(line).iter().any(|run| run.text.contains(':') && label(&run.text).is_some())
}

/// The numbers of quotes on a line.
pub fn numbers(line: &Line<'_>) -> Vec<String> {
    let runs = labelled_runs(line);
    let number = |(at, run): (usize, &Run)| {
        let (label, rest) = label(&run.text)?;
        let number = first_word(&value(&runs, at, rest).0);
        (label == Label::Number && !number.is_empty()).then_some(number)
    };
    runs.iter().enumerate().filter_map(number).collect()
}

fn first_word(value: &str) -> String {
    value.split(' ').next().unwrap_or_default().to_owned()
}

/// A text with letters in place of ligatures, so that it can be searched and compared.
fn unligated(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let letters = text.chars().flat_map(|letter| {
        let is_ligature = matches!(letter, '\u{fb00}'..='\u{fb06}');
        if is_ligature { letter.to_string().nfkd().collect::<Vec<_>>() } else { vec![letter] }
    });
    letters.collect()
}

/// The value beside the label at `at`: the rest of its own run, or the next run to the right, and whatever words go
/// on from there. Runs that are labels never belong to it, even where the value is drawn over them; behind such a
/// label only a value drawn word by word goes on, since what stands there else is the label's own.
fn value(runs: &[Run], at: usize, rest: &str) -> (String, f32) {
    let Some(own) = runs.get(at) else { return (String::new(), 0.0) };
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
    // The rest of the label's own run begins so many letters before its end.
    let rest_from = own.edges.len().saturating_sub(rest.chars().count());
    let left =
        if rest.is_empty() { words.first().map(|word| word.left) } else { own.edges.get(rest_from).copied() };
    (at_next_label(&text).0.trim().to_owned(), left.unwrap_or(own.left))
}

/// DD/MM/AA, or with four digits of year, at the start of a text.
fn date(text: &str) -> Option<Date> {
    let word = text.split(' ').next()?;
    let parts: Vec<&str> = word.split('/').collect();
    let [day, month, year] = parts[..] else { return None };
    let whole = parts.iter().all(|part| !part.is_empty() && is_number(part)) && matches!(year.len(), 2 | 4);
    let century = if year.len() == 2 { 2000 } else { 0 };
    let year = century + year.parse::<i16>().ok()?;
    Date::new(year, day_or_month(month)?, day_or_month(day)?).ok().filter(|_| whole)
}

fn day_or_month(digits: &str) -> Option<i8> {
    digits.parse().ok().filter(|_| digits.len() <= 2)
}
