//! What a step of a sequence sends, as things are at that moment.

use rust_decimal::Decimal;
use separacao::ids::{NoteId, OrderId, PurchaseId};
use separacao::orders::model::Item;
use uuid::Uuid;

use super::bench::Run;
use super::steps::{Form, Step, amount, form, on_line, on_order, suits};
use crate::support::world::{Imported, OTHER_SELLER, SELLER};

/// What is left over of a purchase, on which line.
struct Settleable {
    path: String,
    purchase: PurchaseId,
    outcome: &'static str,
    most: Decimal,
}

impl Run<'_> {
    /// The address and form of a step as things are; None: there is nothing to try it on.
    pub(super) async fn tap_of(&mut self, step: &Step) -> Option<(String, Form)> {
        let (order, item) = self.aimed_at(step).await;
        let item = &item;
        let base = format!("/orders/{}", order.id);
        let of_item = format!("{base}/items/{}/{}", item.id, step.act);
        if let Some(form) = on_line(step, item) {
            return Some((of_item, form));
        }
        if let Some(form) = on_order(step) {
            return Some((format!("{base}/{}", step.act), form));
        }
        let company = &self.bench.company;
        match step.act {
            "request" => {
                let others = if step.n.is_multiple_of(2) {
                    String::new()
                } else {
                    self.orders[1 - step.order].id.to_string()
                };
                Some((of_item, form(&[("others", others)])))
            }
            "return-goods" => {
                let Settleable { path, purchase, most, .. } = self.settleable(item, 0).await?;
                let fields = [("purchase", purchase.to_string()), ("quantity", amount(step.n, most))];
                Some((format!("{path}/{}", step.act), form(&fields)))
            }
            "settle" => {
                let Settleable { path, purchase, outcome, most } = self.settleable(item, step.n).await?;
                let fields = [("purchase", purchase.to_string()), ("quantity", amount(step.n, most))];
                let mut fields = form(&fields);
                fields.extend(form(&[("outcome", outcome.to_owned())]));
                Some((format!("{path}/{}", step.act), fields))
            }
            "shipping" => {
                let option = company.urgent_shipping().await;
                let fields =
                    [("shipping", option.id.to_string()), ("packaging", option.packagings[0].to_string())];
                Some((format!("{base}/shipping"), form(&fields)))
            }
            "seller" => {
                let number = if step.n.is_multiple_of(2) { SELLER } else { OTHER_SELLER };
                Some((
                    format!("{base}/seller"),
                    form(&[("seller", company.person(number).await.to_string())]),
                ))
            }
            "notes/{note}" => {
                let (id, version) = self.note(order.id).await?;
                let mut fields = form(&[("text", "outra".to_owned()), ("version", version.to_string())]);
                if step.n.is_multiple_of(2) {
                    fields.extend(form(&[("remove", "yes".to_owned())]));
                }
                Some((format!("{base}/notes/{id}"), fields))
            }
            "surplus settle" | "change expected" => self.of_purchase(step).await,
            _ => self.division(step, item).await,
        }
    }

    /// The line that a step names, or the next one on which it has something to act.
    async fn aimed_at(&mut self, step: &Step) -> (Imported, Item) {
        let mut named = None;
        for turn in 0..self.orders.len() {
            let order = self.orders[(step.order + turn) % self.orders.len()].clone();
            let state = self.state(order.id).await;
            let items = self.items(order.id).await;
            for line in 0..items.len() {
                let item = items[(step.line + line) % items.len()].clone();
                if suits(step.act, &item, &state) {
                    return (order, item);
                }
                named.get_or_insert((order.clone(), item));
            }
        }
        named.expect("orders with lines")
    }

    async fn note(&self, order: OrderId) -> Option<(NoteId, i32)> {
        let notes = self.bench.company.summary(order).await.notes;
        notes.first().map(|note| (note.id, note.version))
    }

    /// A purchase of which a line has something to settle, the one that is named if there are several.
    async fn settleable(&mut self, item: &Item, n: u8) -> Option<Settleable> {
        let arrived = n.is_multiple_of(2);
        let sql = "select a.purchase_id,
                     case when $2 then a.to_return + case when o.state = 'canceled' then a.received else 0 end
                       else a.displaced + case when o.state = 'canceled' then a.ordered - a.received else 0 end end,
                     a.order_id, a.item_id
                   from purchase_allocations a join orders o on o.company_id = a.company_id and o.id = a.order_id
                   where a.order_id = any($1) order by 2 desc, a.item_id = $3 desc limit 1";
        let orders = self.orders.iter().map(|order| order.id.0).collect::<Vec<_>>();
        let found =
            sqlx::query_as::<_, (Uuid, Decimal, Uuid, Uuid)>(sql).bind(orders).bind(arrived).bind(item.id.0);
        let (id, most, order, item) = found.fetch_optional(&mut self.db).await.unwrap()?;
        let path = format!("/orders/{order}/items/{item}");
        let outcome = if arrived { "returned" } else { ["canceled", "stocked"][usize::from(n / 2) % 2] };
        Some(Settleable { path, purchase: PurchaseId(id), outcome, most })
    }

    async fn of_purchase(&mut self, step: &Step) -> Option<(String, Form)> {
        let surplus = step.act == "surplus settle";
        let sql = "select p.id, p.surplus from purchases p
                   where exists (select from purchase_allocations a where a.purchase_id = p.id and a.order_id = any($1))
                   order by p.surplus desc, p.id limit 1";
        let ids = self.orders.iter().map(|order| order.id.0).collect::<Vec<_>>();
        let found = sqlx::query_as::<_, (Uuid, Decimal)>(sql).bind(ids).fetch_optional(&mut self.db).await;
        let (id, units) = found.unwrap()?;
        if !surplus {
            return Some((
                format!("/purchasing/{id}/expected"),
                form(&[("expected", "2031-01-02".to_owned())]),
            ));
        }
        let outcome = ["canceled", "stocked"][usize::from(step.n) % 2].to_owned();
        let fields = form(&[("outcome", outcome), ("quantity", amount(step.n, units))]);
        Some((format!("/purchasing/{id}/surplus"), fields))
    }

    /// Goods are divided over both orders.
    async fn division(&mut self, step: &Step, goods: &Item) -> Option<(String, Form)> {
        let verb = match step.act {
            "buy goods" => "buy",
            "receive goods" => "receive",
            "unorder goods" => "unorder",
            "give goods up" => "not-found",
            other => panic!("{other} is no act"),
        };
        let (mut fields, mut sum) = (Form::new(), Decimal::ZERO);
        for order in self.orders.clone() {
            let items = self.items(order.id).await;
            for item in items.iter().filter(|item| (&item.code, &item.unit) == (&goods.code, &goods.unit)) {
                let buys = matches!(verb, "buy" | "not-found");
                let left = if buys { item.state.to_buy() } else { item.state.on_the_way() };
                let share: Decimal = amount(step.n.min(239), left).parse().unwrap();
                if left.is_zero() {
                    continue;
                }
                sum += share;
                fields.push((format!("share-{}", item.id), share.normalize().to_string()));
                fields.push((format!("seen-{}", item.id), format!("{} {}", order.id, left.normalize())));
            }
        }
        if verb == "buy" {
            let surplus = Decimal::from(step.n % 3);
            fields.push(("quantity".to_owned(), (sum + surplus).normalize().to_string()));
        }
        (!fields.is_empty()).then(|| (format!("/purchasing/{verb}"), fields))
    }
}
