//! Drafts in words: what the list and the preview print.

use super::checks::{self, Problem};
use super::choices::Chosen;
use super::context::{Duplicate, ImportContext, ImportTarget, OpenOrder};
use super::difference::Reader;
use super::draft::lines::{Source, written_guess};
use super::draft::{Draft, Fault, Field, Settled, Sheet, SheetLine};
use super::numbers::without_currency;
use super::views::{Cell, DraftRow, DraftState, PreviewForm, PreviewLeftover, PreviewLine};
use super::views::{PreviewProblem, ShippingChoice};
use crate::actor::Permission;
use crate::clock::Zone;
use crate::html::number::{Unread, read_number};
use crate::html::{Choice, format};
use crate::lang::Lang;
use crate::orders::access;

/// Where a draft stands: what stops it first.
pub fn draft_state(draft: &Draft, sheet: &Sheet, context: &ImportContext, lang: Lang) -> DraftState {
    let duplicate = context.duplicate(draft, sheet);
    let say = |duplicate: Duplicate<'_>| DraftState::Duplicate(duplicate.sentence().say(lang, Zone::UTC));
    match duplicate {
        Some(taken @ Duplicate::Number(_)) => say(taken),
        _ if !sheet.holds() => {
            DraftState::NeedsCorrection(i64::try_from(sheet.count_problems()).unwrap_or(i64::MAX))
        }
        Some(duplicate) => say(duplicate),
        None if !context.missing(context.chosen(draft, &sheet.quote)).is_empty() => DraftState::Incomplete,
        None if context.needs_nobody(draft, sheet) => DraftState::Ready,
        None => DraftState::LookFirst(look_first(draft, sheet, context, lang)),
    }
}

/// Why a draft that adds up is opened before it is confirmed.
fn look_first(draft: &Draft, sheet: &Sheet, context: &ImportContext, lang: Lang) -> String {
    match context.target(draft, sheet) {
        ImportTarget::Changes(order) => lang.t_with("draft.changes_order", &[("number", &order.label())]),
        ImportTarget::Lost => lang.t("preview.replaced_lost").into_owned(),
        ImportTarget::NewOrder | ImportTarget::Finished(_) => {
            let doubts = ImportContext::count_doubts(draft, sheet);
            lang.count("draft.doubts", i64::try_from(doubts).unwrap_or(i64::MAX))
        }
    }
}

pub fn draft_row(draft: &Draft, sheet: &Sheet, context: &ImportContext, lang: Lang) -> DraftRow {
    let quote = &sheet.quote;
    let chosen = context.chosen(draft, quote).seller;
    let seller = context.candidates.iter().find(|candidate| Some(candidate.id) == chosen);
    DraftRow {
        id: draft.id,
        file_name: draft.file_name.clone(),
        number: sheet.number().map(str::to_owned),
        customer: quote.customer.clone(),
        seller: seller.map_or_else(|| quote.seller.clone(), |seller| seller.name.clone()),
        lines: i64::try_from(quote.items.len()).unwrap_or(i64::MAX),
        payable: format!("R$ {}", format::amount(lang, quote.payable)),
        at: draft.created_at,
        importer: draft.importer.clone(),
        version: draft.version,
        state: draft_state(draft, sheet, context, lang),
    }
}

fn fault_sentence(fault: Fault, value: &str, lang: Lang) -> String {
    match fault {
        Fault::NotANumber => match read_number(without_currency(value), lang) {
            Err(Unread::Doubtful(one, other)) => {
                let (one, other) = (format::quantity(lang, one), format::quantity(lang, other));
                lang.t_with("number.doubtful", &[("typed", value), ("one", &one), ("other", &other)])
            }
            _ => lang.t("preview.number_wrong").into_owned(),
        },
        Fault::NotADate => lang.t("preview.date_wrong").into_owned(),
        fault => lang.t(&format!("preview.fault.{}", fault.code())).into_owned(),
    }
}

pub fn cell(field: &Field, lang: Lang) -> Cell {
    Cell {
        name: field.name.clone(),
        read: field.written(&field.read, lang),
        value: field.written(&field.value, lang),
        problem: field.fault.map(|fault| fault_sentence(fault, &field.value, lang)),
    }
}

/// The lines that are shown: the quote's, and what was not read while somebody fills it in.
pub fn preview_lines(draft: &Draft, sheet: &Sheet, editing: Option<&str>, lang: Lang) -> Vec<PreviewLine> {
    let shown =
        sheet.lines.iter().filter(|line| !line.is_left_out() || line.dropped || editing == Some(&*line.name));
    shown.map(|line| preview_line(draft, line, sheet, lang)).collect()
}

fn preview_line(draft: &Draft, line: &SheetLine, sheet: &Sheet, lang: Lang) -> PreviewLine {
    let mut cells = line.fields.each_ref().map(|field| cell(field, lang));
    let problem = sheet.problems.iter().find_map(|problem| match problem {
        Problem::LineTotal { line: number, .. } if *number == line.number => {
            Some(line_sum(sheet, problem, lang))
        }
        Problem::Quantity { line: number, .. } | Problem::Negative { line: number, .. }
            if *number == line.number =>
        {
            Some(problem.sentence(lang))
        }
        _ => None,
    });
    let read_number: u32 = line.name.parse().unwrap_or(0);
    let doubt = sheet.leftovers.iter().find(|(_, leftover, settled)| {
        let about = leftover.line == read_number && leftover.kind.may_drop_its_item();
        line.source == Source::Read && about && *settled == Settled::Not
    });
    let doubt = doubt.map(|(_, leftover, _)| leftover.sentence(lang));
    let leftover = match line.source {
        Source::Leftover(at) if line.is_left_out() => draft.reading.leftovers.get(at - 1),
        _ => None,
    };
    if let Some(leftover) = leftover {
        // What its cells may be, instead of a sentence beside each empty one.
        let guess = written_guess(leftover, &line.fields, lang);
        for (cell, guess) in cells.iter_mut().zip(guess) {
            cell.problem = None;
            cell.value = guess;
        }
    }
    PreviewLine {
        name: line.name.clone(),
        number: i64::from(line.number),
        cells,
        problem: leftover.map(|leftover| leftover.sentence(lang)).or(doubt).or(problem),
        added: line.source == Source::Added,
        may_be_dropped: line.source == Source::Read && draft.reading.may_drop(read_number),
        dropped: line.dropped,
    }
}

/// What was not read, with what became of it.
pub fn preview_leftovers(sheet: &Sheet, lang: Lang) -> Vec<PreviewLeftover> {
    let leftovers = sheet.leftovers.iter().map(|(at, leftover, settled)| PreviewLeftover {
        at: *at,
        sentence: leftover.sentence(lang),
        may_be_an_item: leftover.kind.may_be_an_item(),
        is_apart: leftover.kind.is_apart(),
        struck: *settled == Settled::Struck,
        item: match settled {
            Settled::Item(number) => Some(lang.t_with("preview.became_item", &[("n", &number.to_string())])),
            Settled::Dropped => Some(lang.t("preview.dropped").into_owned()),
            Settled::Not | Settled::Struck => None,
        },
    });
    leftovers.collect()
}

/// "30 × 3,50 dá 105,00, no papel está 150,00"
fn line_sum(sheet: &Sheet, problem: &Problem, lang: Lang) -> String {
    let Problem::LineTotal { line, read, computed } = problem else { return problem.sentence(lang) };
    let Some(item) = sheet.quote.items.iter().find(|item| item.line == *line) else {
        return problem.sentence(lang);
    };
    let values = [
        ("quantity", &*format::quantity(lang, item.quantity)),
        ("price", &*format::amount(lang, item.unit_price)),
        ("computed", &*format::amount(lang, *computed)),
        ("read", &*format::amount(lang, *read)),
    ];
    lang.t_with("preview.line_sum", &values)
}

/// The summary above the preview.
pub fn preview_problems(sheet: &Sheet, lang: Lang) -> Vec<PreviewProblem> {
    let of_line = |number: u32| {
        let line = sheet.lines.iter().find(|line| line.number == number);
        line.map_or_else(|| "read-title".to_owned(), |line| format!("line-{}", line.name))
    };
    let mut found: Vec<PreviewProblem> = sheet
        .problems
        .iter()
        .map(|problem| {
            let anchor = match problem {
                Problem::NoItems => "read-title".to_owned(),
                Problem::Leftover(_) => "leftovers".to_owned(),
                Problem::Illegible { .. } | Problem::Number { .. } | Problem::Missing { line: None, .. } => {
                    "number".to_owned()
                }
                Problem::Quantity { line, .. }
                | Problem::LineTotal { line, .. }
                | Problem::Negative { line, .. }
                | Problem::Missing { line: Some(line), .. } => of_line(*line),
                Problem::Sum { .. } => "total".to_owned(),
                Problem::Payable { .. } => "payable".to_owned(),
            };
            PreviewProblem { anchor, sentence: problem.sentence(lang) }
        })
        .collect();
    found.extend(sheet.faults().map(|(field, fault)| {
        let (line, name) = match field.name.strip_prefix("line-").and_then(|rest| rest.split_once('-')) {
            Some((number, name)) => (Some(number), name),
            None => (None, field.name.as_str()),
        };
        let key = format!("quote.{name}");
        let word = lang.t(&key);
        let number = line.and_then(|name| sheet.lines.iter().find(|line| line.name == name));
        let place = number.map_or_else(
            || word.to_string(),
            |line| format!("{} {}, {word}", lang.t("quote.item"), line.number),
        );
        PreviewProblem {
            anchor: line.map_or_else(|| field.name.clone(), |line| format!("line-{line}")),
            sentence: format!("{place}: {}", fault_sentence(fault, &field.value, lang)),
        }
    }));
    found
}

/// Things to know that stop nothing.
pub fn notices(draft: &Draft, sheet: &Sheet, context: &ImportContext, lang: Lang) -> Vec<String> {
    let mut notices: Vec<String> =
        checks::notices(&sheet.quote).iter().map(|notice| notice.sentence(lang)).collect();
    notices.extend(draft.reading.pointed_out().map(|leftover| leftover.sentence(lang)));
    match context.duplicate(draft, sheet) {
        None | Some(Duplicate::Number(_)) => {}
        Some(duplicate) => notices.push(duplicate.sentence().say(lang, Zone::UTC)),
    }
    notices
}

pub fn form(draft: &Draft, chosen: Chosen) -> PreviewForm {
    PreviewForm {
        shipping: chosen.shipping.map(|id| id.to_string()),
        packaging: chosen.packaging.map(|id| id.to_string()),
        seller: chosen.seller.map(|id| id.to_string()),
        remember_alias: draft.form.remember_alias.unwrap_or(true),
        note: draft.form.note.clone(),
        reason: draft.form.reason.clone(),
        replaces: draft.form.replaces.map(|id| id.to_string()),
    }
}

pub fn shipping_choices(context: &ImportContext) -> Vec<ShippingChoice> {
    let choice = |option: &crate::orders::model::ShippingOption| ShippingChoice {
        value: option.id.to_string(),
        name: option.name.clone(),
        allows: option.packagings.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        makes_urgent: option.makes_urgent,
    };
    context.shippings.iter().map(choice).collect()
}

pub fn packaging_choices(context: &ImportContext) -> Vec<Choice> {
    let choice = |option: &crate::orders::model::PackagingOption| Choice {
        value: option.id.to_string(),
        name: option.name.clone(),
    };
    context.packagings.iter().map(choice).collect()
}

pub fn seller_choices(context: &ImportContext, chosen: Chosen) -> Vec<Choice> {
    let sellers = context.sellers(chosen.seller);
    sellers.map(|seller| Choice { value: seller.id.to_string(), name: seller.name.clone() }).collect()
}

/// The open orders that the quote may take the place of, as far as this person may change them.
pub fn replace_choices(context: &ImportContext, sheet: &Sheet, reader: Reader<'_>) -> Vec<Choice> {
    let may =
        |open: &&OpenOrder| access::may(reader.actor, Permission::ChangeOrder, open.ownership, reader.now);
    let orders = context.replaceable(sheet).iter().filter(may);
    orders.map(|open| Choice { value: open.order.id.to_string(), name: open.order.label() }).collect()
}
