//! The difference between an open order and a newer quote, in words.

use super::choices::{Choices, Chosen};
use super::context::{Duplicate, ImportContext, ImportTarget};
use super::draft::{Draft, Sheet};
use super::to_order::{self, Target};
use super::views::{ExistingOrder, HeaderChange, LineChange};
use crate::actor::{Actor, Permission};
use crate::clock::Zone;
use crate::html::format;
use crate::lang::Lang;
use crate::orders::access;
use crate::orders::history::{Header, Snapshot};
use crate::orders::item::{ItemState, RestState};
use crate::orders::model::split_reference;
use crate::orders::queries::import::NewOrder;
use crate::orders::revise::{Fate, RevisedLine};
use jiff::Timestamp;
use rust_decimal::Decimal;

/// Who looks, in which language, when.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub actor: &'a Actor,
    pub lang: Lang,
    pub now: Timestamp,
}

/// The order that stands in the draft's way, or that it changes, and then what changes. `target` is that order.
pub fn existing(
    draft: &Draft,
    sheet: &Sheet,
    context: &ImportContext,
    target: Option<&Target>,
    chosen: Chosen,
    reader: Reader<'_>,
) -> Option<ExistingOrder> {
    let lang = reader.lang;
    let say = |order| Duplicate::Number(order).sentence().say(lang, Zone::UTC);
    let (order, sentence) = match context.target(draft, sheet) {
        ImportTarget::NewOrder | ImportTarget::Lost => return None,
        ImportTarget::Changes(order) if order.number.as_deref() == sheet.number() => (order, say(order)),
        ImportTarget::Changes(order) => {
            (order, lang.t_with("preview.takes_place", &[("number", &order.label())]))
        }
        ImportTarget::Finished(order) => (order, say(order)),
    };
    let mut existing = ExistingOrder { id: order.id, sentence, ..ExistingOrder::default() };
    let Some(target) = target else {
        existing.reopen = true;
        existing.blocked = Some(lang.t("preview.reopen_first").into_owned());
        return Some(existing);
    };
    if !access::may(reader.actor, Permission::ChangeOrder, (&target.summary).into(), reader.now) {
        existing.blocked = Some(lang.t("preview.not_yours").into_owned());
    }
    // Cells that cannot be used would show as zeros.
    if sheet.holds() || sheet.may_be_accepted() {
        let choices = Choices::over(&target.base.header, chosen, &context.shippings);
        let reason = (!sheet.holds()).then(|| draft.form.reason.clone());
        if let Some(quote) = to_order::order(draft, sheet, choices, reader.actor.person_id, reason) {
            fill(&mut existing, target, &quote, context, lang);
        }
    }
    Some(existing)
}

fn fill(
    existing: &mut ExistingOrder,
    target: &Target,
    quote: &NewOrder,
    context: &ImportContext,
    lang: Lang,
) {
    let revision = target.base.revised(quote);
    existing.seen = Some(target.base.fingerprint(&revision));
    existing.changes = revision.changes().map(|line| line_change(line, lang)).collect();
    existing.unchanged = revision.count(&[Fate::Same]);
    existing.header = header_changes(target, &target.base.revised_header(quote), context, lang);
}

fn line_change(line: &RevisedLine<'_>, lang: Lang) -> LineChange {
    let before = line.item.map(|item| (&item.state, Snapshot::of(item)));
    let description = before.as_ref().map_or(&line.snapshot.description, |(_, said)| &said.description);
    let renamed = before.as_ref().is_some_and(|(_, said)| {
        (&said.code, &said.description) != (&line.snapshot.code, &line.snapshot.description)
    });
    let (reference, rest) = split_reference(description);
    LineChange {
        reference: reference.to_owned(),
        description: rest.to_owned(),
        before: before.as_ref().map(|(state, said)| says(state.quantity, said, renamed, lang)),
        after: match line.fate {
            Fate::Leaves | Fate::Stays => None,
            _ => Some(says(line.after.quantity, &line.snapshot, renamed, lang)),
        },
        notes: notes(line, lang),
    }
}

/// "30 UN × R$ 3,50"; with the product where that is another.
fn says(quantity: Decimal, said: &Snapshot, named: bool, lang: Lang) -> String {
    let price = format::price(lang, said.unit_price);
    let amount = format!("{} {} × {price}", format::quantity(lang, quantity), said.unit);
    if named { format!("{} {} · {amount}", said.code, said.description) } else { amount }
}

/// What somebody has to do, or to know.
fn notes(line: &RevisedLine<'_>, lang: Lang) -> Vec<String> {
    let before = line.item.map(|item| &item.state);
    let say = |key: &str, quantity: Decimal| {
        (!quantity.is_zero()).then(|| lang.t_with(key, &[("quantity", &format::quantity(lang, quantity))]))
    };
    let stays = line.fate == Fate::Stays;
    let replaced =
        before.filter(|state| !state.rest().is_zero() && state.rest_state == RestState::Substituted);
    let wants_more = |state: &&ItemState| line.after.rest() > state.rest() && !state.rest().is_zero();
    let short = before.filter(wants_more).filter(|state| state.rest_state == RestState::Short);
    [
        say("item.to_return", line.returns()),
        say("preview.stays_bought", if stays { line.after.ordered } else { Decimal::ZERO }),
        say("preview.bought_too_many", line.bought_too_many()),
        replaced.map(|_| lang.t("preview.stays_replaced").into_owned()),
        short.map(|_| lang.t("preview.stays_short").into_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn header_changes(target: &Target, after: &Header, context: &ImportContext, lang: Lang) -> Vec<HeaderChange> {
    let before = &target.base.header;
    let none = || lang.t("order.no_number").into_owned();
    let number = |header: &Header| header.number.clone().unwrap_or_else(none);
    let customer = |header: &Header| format!("{} {}", header.customer_code, header.customer);
    let date = |header: &Header| format::date(header.quote_date);
    let seller = |header: &Header| {
        let known = context.candidates.iter().find(|candidate| candidate.id == header.seller_id);
        known.map_or_else(|| target.summary.seller.clone(), |candidate| candidate.name.clone())
    };
    let shipping = |header: &Header| {
        let known = context.shippings.iter().find(|option| option.id == header.shipping_id);
        known.map(|option| option.name.clone()).unwrap_or_default()
    };
    let packaging = |header: &Header| {
        let known = context.packagings.iter().find(|option| option.id == header.packaging_id);
        known.map(|option| option.name.clone()).unwrap_or_default()
    };
    let values = |header: &Header| {
        let adds_up = header.values_mismatch_reason.is_none();
        lang.t(if adds_up { "preview.values_hold" } else { "order.mismatch" }).into_owned()
    };
    let money = |cents: i64| format::money(lang, cents);
    let told = [
        ("quote.number", number(before), number(after)),
        ("quote.customer", customer(before), customer(after)),
        ("quote.date", date(before), date(after)),
        ("order.seller", seller(before), seller(after)),
        ("order.shipping", shipping(before), shipping(after)),
        ("order.packaging", packaging(before), packaging(after)),
        ("quote_sum.total", money(before.total_cents), money(after.total_cents)),
        ("quote_sum.discount", money(before.discount_cents), money(after.discount_cents)),
        ("quote_sum.payable", money(before.payable_cents), money(after.payable_cents)),
        ("preview.values", values(before), values(after)),
    ];
    let changed = told.into_iter().filter(|(_, before, after)| before != after);
    changed
        .map(|(key, before, after)| HeaderChange { label: lang.t(key).into_owned(), before, after })
        .collect()
}
