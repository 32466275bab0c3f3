//! The context of drafts: options, sellers, and possible duplicates. Pure.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Quote;
use super::checks;
use super::choices::{Choices, Chosen};
use super::draft::{Draft, Sheet};
use crate::actor::folded_name;
use crate::error::Sentence;
use crate::html::format;
use crate::ids::{OrderId, PackagingId, PersonId, ShippingId};
use crate::orders::access::Ownership;
use crate::orders::model::{PackagingOption, ShippingOption};
use crate::orders::status::OrderState;

/// Somebody active who may be the seller on a quote.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub id: PersonId,
    pub name: String,
    pub name_folded: String,
    /// Offered for every quote; others only where the paper names them.
    pub sells: bool,
}

/// An order that a draft may double.
#[derive(Clone, Debug)]
pub struct KnownOrder {
    pub id: OrderId,
    pub number: Option<String>,
    pub customer: String,
    pub quote_date: Date,
    pub state: OrderState,
}

impl KnownOrder {
    /// "30567", or the customer and date of an order without a number.
    pub fn label(&self) -> String {
        match &self.number {
            Some(number) => number.clone(),
            None => format!("{} · {}", self.customer, format::date(self.quote_date)),
        }
    }
}

/// An open order, with what decides who may change it.
#[derive(Clone, Debug)]
pub struct OpenOrder {
    pub order: KnownOrder,
    pub ownership: Ownership,
}

/// An order without a number, with what makes two of them the same.
#[derive(Clone, Debug)]
pub struct NumberlessOrder {
    pub order: KnownOrder,
    pub customer_code: String,
    /// Code, description and quantity of each line.
    pub lines: Vec<(String, String, Decimal)>,
}

/// What drafts are compared with, and what can be chosen for them.
#[derive(Clone, Debug, Default)]
pub struct ImportContext {
    pub candidates: Vec<Candidate>,
    /// Who the names on the paper are, where that was remembered.
    pub aliases: HashMap<String, PersonId>,
    pub shippings: Vec<ShippingOption>,
    pub packagings: Vec<PackagingOption>,
    pub counter_customer_code: String,
    /// The choices of each customer's last order, by the customer's code.
    pub last_choices: HashMap<String, (ShippingId, PackagingId)>,
    /// Orders that are not canceled, by number.
    pub numbers: HashMap<String, KnownOrder>,
    /// Orders that are not canceled, by the hash of a file they came from.
    pub files: HashMap<Vec<u8>, KnownOrder>,
    /// Hashes of files that are drafts of several people.
    pub shared_files: HashSet<Vec<u8>>,
    pub numberless: Vec<NumberlessOrder>,
    /// Open orders of each customer that a quote of another number may take the place of, newest first.
    pub open_orders: HashMap<String, Vec<OpenOrder>>,
}

/// What confirming a draft does.
#[derive(Clone, Copy, Debug)]
pub enum ImportTarget<'a> {
    NewOrder,
    /// It changes the open order of its number, or the one it was chosen to take the place of.
    Changes(&'a KnownOrder),
    /// Nothing: the order of its number is finished and must be reopened first.
    Finished(&'a KnownOrder),
    /// Nothing: the order it was chosen to take the place of is not open any more.
    Lost,
}

/// What a draft may double.
#[derive(Clone, Copy, Debug)]
pub enum Duplicate<'a> {
    /// An order has this number: the quote changes it, or nothing.
    Number(&'a KnownOrder),
    /// This very file became an order.
    File(&'a KnownOrder),
    /// No number, but the same customer, date and lines.
    Lines(&'a KnownOrder),
    /// Somebody else has this very file under Para conferir.
    Draft,
}

impl Duplicate<'_> {
    pub fn sentence(self) -> Sentence {
        let about = |key: &'static str, order: &KnownOrder| Sentence::new(key).text("number", order.label());
        match self {
            Duplicate::Number(order) if order.state == OrderState::Finished => {
                about("draft.finished_number", order)
            }
            Duplicate::Number(order) => about("draft.open_number", order),
            Duplicate::File(order) => about("draft.same_file", order),
            Duplicate::Lines(order) => about("draft.same_order", order),
            Duplicate::Draft => Sentence::new("draft.same_draft"),
        }
    }
}

impl ImportContext {
    pub fn chosen(&self, draft: &Draft, quote: &Quote) -> Chosen {
        let last = self.last_choice(quote);
        let proposed = Chosen {
            shipping: last.map(|(shipping, _)| shipping),
            packaging: last.map(|(_, packaging)| packaging),
            seller: None,
        };
        self.chosen_over(draft, quote, proposed)
    }

    /// What was chosen for a draft; where nothing was, the seller named on the paper, then what is `proposed`.
    pub fn chosen_over(&self, draft: &Draft, quote: &Quote, proposed: Chosen) -> Chosen {
        let shipping = draft.form.shipping.or(proposed.shipping);
        let option = shipping.and_then(|id| self.shippings.iter().find(|option| option.id == id));
        let offered = |id: &PackagingId| {
            self.packagings.iter().any(|packaging| packaging.id == *id)
                && option.is_none_or(|option| option.packagings.contains(id))
        };
        let only = option.and_then(|option| match option.packagings[..] {
            [only] => Some(only),
            _ => None,
        });
        let packaging = draft.form.packaging.or(proposed.packaging);
        Chosen {
            shipping: option.map(|option| option.id),
            packaging: packaging.filter(offered).or(only.filter(offered)),
            seller: self.seller(draft, quote).or(proposed.seller),
        }
    }

    /// The customer's last choice; the counter customer is many people.
    fn last_choice(&self, quote: &Quote) -> Option<(ShippingId, PackagingId)> {
        if self.is_counter(quote) { None } else { self.last_choices.get(&quote.customer_code).copied() }
    }

    /// Whether the customer is "whoever comes to the counter": a code that the company sets.
    fn is_counter(&self, quote: &Quote) -> bool {
        quote.customer_code.is_empty() || quote.customer_code == self.counter_customer_code
    }

    /// Open orders that the quote could take the place of: the same customer's, where its own number is free.
    pub fn replaceable(&self, sheet: &Sheet) -> &[OpenOrder] {
        let free = sheet.number().is_some_and(|number| !self.numbers.contains_key(number));
        let quote = &sheet.quote;
        let orders = self.open_orders.get(&quote.customer_code).filter(|_| free && !self.is_counter(quote));
        orders.map_or(&[], Vec::as_slice)
    }

    pub fn target(&self, draft: &Draft, sheet: &Sheet) -> ImportTarget<'_> {
        match (sheet.number().and_then(|number| self.numbers.get(number)), draft.form.replaces) {
            (Some(order), _) if order.state == OrderState::Open => ImportTarget::Changes(order),
            (Some(order), _) => ImportTarget::Finished(order),
            (None, Some(id)) => {
                let open = self.replaceable(sheet).iter().find(|open| open.order.id == id);
                open.map_or(ImportTarget::Lost, |open| ImportTarget::Changes(&open.order))
            }
            (None, None) => ImportTarget::NewOrder,
        }
    }

    fn seller(&self, draft: &Draft, quote: &Quote) -> Option<PersonId> {
        let active = |id: &PersonId| self.candidates.iter().any(|candidate| candidate.id == *id);
        draft.form.seller.filter(active).or_else(|| self.named_seller(quote))
    }

    /// The person whom the paper names as seller: by the person's own name, else by a name that was remembered. None if two
    /// people have the name.
    pub fn named_seller(&self, quote: &Quote) -> Option<PersonId> {
        let folded = folded_name(&quote.seller);
        let mut named = self.candidates.iter().filter(|candidate| candidate.name_folded == folded);
        match (named.next(), named.next()) {
            (Some(only), None) => Some(only.id),
            (Some(_), Some(_)) => None,
            (None, _) => {
                let id = *self.aliases.get(&folded)?;
                self.candidates.iter().find(|candidate| candidate.id == id).map(|candidate| candidate.id)
            }
        }
    }

    /// Whether an active person has the very name on the paper: then there is nothing to remember.
    pub fn is_name(&self, seller_read: &str) -> bool {
        let folded = folded_name(seller_read);
        self.candidates.iter().any(|candidate| candidate.name_folded == folded)
    }

    /// The people to choose from: who sells, and who is chosen.
    pub fn sellers(&self, chosen: Option<PersonId>) -> impl Iterator<Item = &Candidate> {
        self.candidates.iter().filter(move |candidate| candidate.sells || Some(candidate.id) == chosen)
    }

    /// What the draft may double; what stops it comes first.
    pub fn duplicate(&self, draft: &Draft, sheet: &Sheet) -> Option<Duplicate<'_>> {
        let quote = &sheet.quote;
        if let Some(order) = sheet.number().and_then(|number| self.numbers.get(number)) {
            return Some(Duplicate::Number(order));
        }
        if let Some(order) = self.files.get(&draft.sha256) {
            return Some(Duplicate::File(order));
        }
        let twin = self.numberless.iter().find(|known| sheet.number().is_none() && known.is_same(quote));
        match twin {
            Some(known) => Some(Duplicate::Lines(&known.order)),
            None => self.shared_files.contains(&draft.sha256).then_some(Duplicate::Draft),
        }
    }

    /// How many things on a draft whose checks hold somebody should read before it is confirmed: what stands on the paper
    /// beside the quote, and what is unusual about the quote.
    pub fn count_doubts(draft: &Draft, sheet: &Sheet) -> usize {
        let unusual = checks::notices(&sheet.quote).iter().filter(|notice| notice.wants_a_look()).count();
        draft.reading.pointed_out().count() + unusual
    }

    /// Whether the draft may become an order without anybody opening it.
    pub fn needs_nobody(&self, draft: &Draft, sheet: &Sheet) -> bool {
        sheet.holds()
            && self.duplicate(draft, sheet).is_none()
            && matches!(self.target(draft, sheet), ImportTarget::NewOrder)
            && Self::count_doubts(draft, sheet) == 0
    }

    /// What the form still lacks, by field.
    pub fn missing(&self, chosen: Chosen) -> Vec<(&'static str, &'static str)> {
        let mut missing = Vec::new();
        if chosen.shipping.is_none() {
            missing.push(("shipping", "preview.shipping_required"));
        }
        if chosen.packaging.is_none() {
            missing.push(("packaging", "preview.packaging_required"));
        }
        if chosen.seller.is_none() {
            missing.push(("seller", "preview.seller_required"));
        }
        missing
    }

    /// The complete form; the packaging is one that its shipping allows.
    pub fn settle(&self, chosen: Chosen) -> Option<Choices> {
        let shipping = self.shippings.iter().find(|option| Some(option.id) == chosen.shipping)?;
        let packaging = chosen.packaging.filter(|id| shipping.packagings.contains(id))?;
        Some(Choices {
            shipping: shipping.id,
            packaging,
            seller: chosen.seller?,
            urgent: shipping.makes_urgent,
            due_minute: shipping.due_minute,
        })
    }
}

impl NumberlessOrder {
    fn is_same(&self, quote: &Quote) -> bool {
        let lines = quote.items.iter().map(|item| (&item.code, &item.description, item.quantity));
        self.customer_code == quote.customer_code
            && self.order.quote_date == quote.date
            && self.lines.iter().map(|(code, description, quantity)| (code, description, *quantity)).eq(lines)
    }
}
