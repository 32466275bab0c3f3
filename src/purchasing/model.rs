//! Lines in purchase by product and by order. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::html::folded;
use crate::ids::{ItemId, OrderId, PurchaseId};
use crate::orders::model::split_reference;

/// What is bought at once: code and unit; the description is that of the first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goods {
    pub code: String,
    pub unit: String,
    pub description: String,
}

impl Goods {
    pub fn reference(&self) -> &str {
        split_reference(&self.description).0
    }

    pub fn description_rest(&self) -> &str {
        split_reference(&self.description).1
    }

    fn words(&self) -> String {
        folded(&format!("{} {}", self.code, self.description))
    }
}

/// The order that a line is of, as the buyer needs it.
#[derive(Clone, Debug)]
pub struct OrderFacts {
    pub id: OrderId,
    pub number: Option<String>,
    pub customer: String,
    pub seller: String,
    pub shipping: String,
    pub urgent: bool,
    pub canceled: bool,
    pub due_at: Option<Timestamp>,
    pub imported_at: Timestamp,
}

impl OrderFacts {
    /// Until when it is to leave, while that matters.
    pub fn due(&self) -> Option<Timestamp> {
        self.due_at.filter(|_| !self.canceled)
    }

    pub fn is_late(&self, now: &Timestamp) -> bool {
        self.due().is_some_and(|due| due <= *now)
    }
}

/// A purchase, as the buyer entered it.
#[derive(Clone, Debug)]
pub struct PurchaseFacts {
    pub id: PurchaseId,
    pub supplier: Option<String>,
    pub expected_on: Option<Date>,
    pub bought_by: String,
    pub bought_at: Timestamp,
}

/// Units of one line: to buy, or on the way.
#[derive(Clone, Debug)]
pub struct Line {
    pub order: OrderFacts,
    pub item_id: ItemId,
    pub position: i32,
    pub goods: Goods,
    /// In reais, as quoted.
    pub unit_price: Decimal,
    pub units: Decimal,
    /// None: not bought yet.
    pub purchase: Option<PurchaseFacts>,
    /// The day that the seller wished.
    pub wished_on: Option<Date>,
}

impl Line {
    /// The order in which lines get goods: urgent orders, then the earliest deadline, then the oldest.
    fn rank(&self) -> (bool, Timestamp, Timestamp, OrderId, i32) {
        let order = &self.order;
        (!order.urgent, order.due_at.unwrap_or(Timestamp::MAX), order.imported_at, order.id, self.position)
    }

    /// Said to come on a day that is over.
    pub fn is_late(&self, today: Date) -> bool {
        self.expected_on().is_some_and(|day| day < today)
    }

    pub fn expected_on(&self) -> Option<Date> {
        self.purchase.as_ref().and_then(|purchase| purchase.expected_on)
    }

    fn words(&self) -> String {
        let supplier = self.purchase.as_ref().and_then(|purchase| purchase.supplier.as_deref());
        let number = self.order.number.as_deref().unwrap_or_default();
        let text = format!("{} {number} {}", self.order.customer, supplier.unwrap_or_default());
        format!("{} {}", self.goods.words(), folded(&text))
    }
}

/// Units that were bought for the stock and have not come.
#[derive(Clone, Debug)]
pub struct Surplus {
    pub goods: Goods,
    pub purchase: PurchaseFacts,
    pub units: Decimal,
}

/// Bought units that no line needs any more.
#[derive(Clone, Debug)]
pub struct Leftover {
    pub order: OrderFacts,
    pub item_id: ItemId,
    pub goods: Goods,
    pub purchase: PurchaseFacts,
    pub units: Decimal,
    /// They have arrived and go to the shelf; false: they are still to come.
    pub arrived: bool,
}

/// One product: everything of it that is to buy, or on the way.
#[derive(Clone, Debug)]
pub struct Product {
    pub goods: Goods,
    /// In the order of [`Line::rank`]; each line once.
    pub lines: Vec<Line>,
    pub surplus: Vec<Surplus>,
}

impl Product {
    pub fn units(&self) -> Decimal {
        let extra: Decimal = self.surplus.iter().map(|surplus| surplus.units).sum();
        self.for_orders() + extra
    }

    pub fn for_orders(&self) -> Decimal {
        self.lines.iter().map(|line| line.units).sum()
    }

    pub fn orders(&self) -> usize {
        let mut ids: Vec<OrderId> = self.lines.iter().map(|line| line.order.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.len()
    }

    pub fn is_urgent(&self) -> bool {
        self.lines.iter().any(|line| line.order.urgent)
    }

    /// The price ceiling: the lowest quoted price, and the highest.
    pub fn prices(&self) -> Option<(Decimal, Decimal)> {
        let prices = || self.lines.iter().map(|line| line.unit_price);
        prices().min().zip(prices().max())
    }

    fn purchases(&self) -> impl Iterator<Item = &PurchaseFacts> {
        let of_lines = self.lines.iter().filter_map(|line| line.purchase.as_ref());
        of_lines.chain(self.surplus.iter().map(|surplus| &surplus.purchase))
    }

    /// The purchases behind what is on the way, the oldest first.
    pub fn distinct_purchases(&self) -> Vec<&PurchaseFacts> {
        let by_id: BTreeMap<PurchaseId, &PurchaseFacts> =
            self.purchases().map(|purchase| (purchase.id, purchase)).collect();
        by_id.into_values().collect()
    }

    /// Its suppliers, each once.
    pub fn suppliers(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.purchases().filter_map(|purchase| purchase.supplier.as_deref()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The first day on which something of it is to come.
    pub fn expected_on(&self) -> Option<Date> {
        self.purchases().filter_map(|purchase| purchase.expected_on).min()
    }

    /// The earliest day for which a customer wishes some of it.
    pub fn wished_on(&self) -> Option<Date> {
        self.lines.iter().filter_map(|line| line.wished_on).min()
    }

    pub fn is_late(&self, today: Date) -> bool {
        self.expected_on().is_some_and(|day| day < today)
    }

    /// The lines, each once: its units of all purchases are added up.
    pub fn shares(&self) -> Vec<Line> {
        let mut shares: Vec<Line> = Vec::new();
        for line in &self.lines {
            match shares.iter_mut().find(|share| share.item_id == line.item_id) {
                Some(share) => share.units += line.units,
                None => shares.push(line.clone()),
            }
        }
        shares
    }
}

/// One order: everything of it that is to buy, or on the way.
#[derive(Clone, Debug)]
pub struct OrderLines {
    pub order: OrderFacts,
    pub lines: Vec<Line>,
}

/// The buyer's work of a company.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    pub to_buy: Vec<Line>,
    pub coming: Vec<Line>,
    pub surplus: Vec<Surplus>,
    pub leftovers: Vec<Leftover>,
}

impl Desk {
    /// What is to buy, by product.
    pub fn products_to_buy(&self) -> Vec<Product> {
        products(&self.to_buy, &[])
    }

    /// What is on the way, by product.
    pub fn products_coming(&self) -> Vec<Product> {
        products(&self.coming, &self.surplus)
    }

    /// What is on the way, only of one supplier.
    #[must_use]
    pub fn of_supplier(&self, supplier: &str) -> Self {
        let is_theirs = |purchase: &PurchaseFacts| purchase.supplier.as_deref() == Some(supplier);
        let mut desk = self.clone();
        desk.coming.retain(|line| line.purchase.as_ref().is_some_and(is_theirs));
        desk.surplus.retain(|one| is_theirs(&one.purchase));
        desk
    }

    /// Only what has these words: goods, order, customer, supplier.
    #[must_use]
    pub fn searched(mut self, q: &str) -> Self {
        let wanted = folded(q.trim());
        let parts: Vec<&str> = wanted.split_whitespace().collect();
        if parts.is_empty() {
            return self;
        }
        let has = |words: String| parts.iter().all(|part| words.contains(part));
        self.to_buy.retain(|line| has(line.words()));
        self.coming.retain(|line| has(line.words()));
        let supplier = |purchase: &PurchaseFacts| folded(purchase.supplier.as_deref().unwrap_or_default());
        self.surplus.retain(|one| has(format!("{} {}", one.goods.words(), supplier(&one.purchase))));
        self.leftovers.retain(|one| {
            let number = one.order.number.as_deref().unwrap_or_default();
            let order = folded(&format!("{} {number}", one.order.customer));
            has(format!("{} {order} {}", one.goods.words(), supplier(&one.purchase)))
        });
        self
    }
}

/// A row of the history of purchases.
#[derive(Debug)]
pub struct PastPurchase {
    pub goods: Goods,
    pub purchase: PurchaseFacts,
    /// What one unit cost.
    pub cost_cents: Option<i64>,
    pub units: Decimal,
    /// Of these, units that came.
    pub came: Decimal,
    pub orders: i64,
}

/// Which purchases are listed. Empty texts filter nothing.
#[derive(Clone, Debug, Default)]
pub struct PastFilter {
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
    pub supplier: String,
    pub q: String,
    /// Only what was bought before this one.
    pub after: Option<(Timestamp, PurchaseId)>,
}

impl PastFilter {
    pub fn supplier_words(&self) -> Option<String> {
        words_of(&self.supplier)
    }

    pub fn goods_words(&self) -> Option<String> {
        words_of(&self.q)
    }
}

/// A pattern for `ilike`, with its wildcards escaped.
fn words_of(text: &str) -> Option<String> {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Some(escaped).filter(|words| !words.is_empty())
}

/// Lines by product, sorted by what people call the goods; urgent ones first.
fn products(lines: &[Line], surplus: &[Surplus]) -> Vec<Product> {
    let mut by_goods: BTreeMap<(&str, &str), Product> = BTreeMap::new();
    let empty = |goods: &Goods| Product { goods: goods.clone(), lines: Vec::new(), surplus: Vec::new() };
    for line in lines {
        let key = (line.goods.code.as_str(), line.goods.unit.as_str());
        by_goods.entry(key).or_insert_with(|| empty(&line.goods)).lines.push(line.clone());
    }
    for one in surplus {
        let key = (one.goods.code.as_str(), one.goods.unit.as_str());
        by_goods.entry(key).or_insert_with(|| empty(&one.goods)).surplus.push(one.clone());
    }
    let mut all: Vec<Product> = by_goods.into_values().collect();
    for product in &mut all {
        product.lines.sort_by_key(Line::rank);
    }
    all.sort_by_cached_key(|product| (!product.is_urgent(), folded(&product.goods.description)));
    all
}

/// Lines by order, the one that gets goods first at the top.
pub fn by_order(lines: &[Line]) -> Vec<OrderLines> {
    let mut sorted: Vec<&Line> = lines.iter().collect();
    sorted.sort_by_key(|line| line.rank());
    let mut orders: Vec<OrderLines> = Vec::new();
    for line in sorted {
        match orders.last_mut().filter(|order| order.order.id == line.order.id) {
            Some(order) => order.lines.push(line.clone()),
            None => orders.push(OrderLines { order: line.order.clone(), lines: vec![line.clone()] }),
        }
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(code: &str, price: i64, units: i64, urgent: bool, imported: i64) -> Line {
        Line {
            order: OrderFacts {
                id: OrderId::new(),
                number: Some(format!("3056{imported}")),
                customer: "JOSÉ DA SILVA".to_owned(),
                seller: "Caio".to_owned(),
                shipping: "Motoboy".to_owned(),
                urgent,
                canceled: false,
                due_at: None,
                imported_at: Timestamp::from_second(imported).unwrap(),
            },
            item_id: ItemId::new(),
            position: 1,
            goods: Goods {
                code: code.to_owned(),
                unit: "UN".to_owned(),
                description: format!("{code} --> FONE"),
            },
            unit_price: Decimal::new(price, 2),
            units: Decimal::from(units),
            purchase: None,
            wished_on: None,
        }
    }

    #[test]
    fn a_product_has_its_lines_urgent_and_oldest_first_and_the_lowest_price_as_ceiling() {
        let lines = [
            line("CB02", 400, 1, false, 1),
            line("FO11", 400, 10, false, 3),
            line("FO11", 350, 10, false, 2),
            line("FO11", 390, 5, true, 4),
        ];
        let desk = Desk { to_buy: lines.to_vec(), ..Desk::default() };
        let products = desk.products_to_buy();
        let first = &products[0];
        assert_eq!((first.goods.reference(), products.len()), ("FO11", 2), "urgent first");
        assert_eq!((first.units(), first.orders()), (Decimal::from(25), 3));
        assert_eq!(first.prices(), Some((Decimal::new(350, 2), Decimal::new(400, 2))));
        let order: Vec<Option<&str>> = first.lines.iter().map(|line| line.order.number.as_deref()).collect();
        assert_eq!(order, [Some("30564"), Some("30562"), Some("30563")]);
    }

    #[test]
    fn units_of_a_line_in_two_purchases_are_one_share() {
        let one = line("FO11", 350, 4, false, 1);
        let other = Line { units: Decimal::from(6), ..one.clone() };
        let desk = Desk { coming: vec![one, other], ..Desk::default() };
        let shares = desk.products_coming()[0].shares();
        assert_eq!((shares.len(), shares[0].units), (1, Decimal::from(10)));
    }

    #[test]
    fn what_is_searched_is_found_by_goods_order_and_customer_without_accents() {
        let desk = Desk { to_buy: vec![line("FO11", 350, 4, false, 1)], ..Desk::default() };
        for (q, found) in
            [("fo11", 1), ("jose silva", 1), ("30561", 1), ("fone 30561", 1), ("cabo", 0), ("  ", 1)]
        {
            assert_eq!(desk.clone().searched(q).to_buy.len(), found, "{q}");
        }
    }
}
