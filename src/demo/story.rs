//! The history of one demo order, made by real commands.

use jiff::ToSpan as _;
use rust_decimal::Decimal;

use super::Demo;
use super::goods::{BUYER, SUPPLIERS};
use super::plan::{Plan, Stage};
use crate::error::Result;
use crate::ids::OrderId;
use crate::orders::actions::OrderContext;
use crate::orders::actions::buy::{BuyGoods, Share, Terms};
use crate::orders::actions::departures::{MarkLeft, TickAdjusted};
use crate::orders::actions::items::{MarkShort, PickItem};
use crate::orders::actions::orders::{CancelOrder, FinishOrder, ReopenOrder, SetUrgent};
use crate::orders::actions::purchases::{MovePurchase, Step};
use crate::orders::actions::replacements::{AnswerShortage, Said};
use crate::orders::actions::request::RequestPurchase;
use crate::orders::model::Item;
use crate::orders::queries::items;

/// Between one action and the next, in working minutes.
const STEP: i64 = 2;

/// Orders that are older, in working minutes, have left and are entered into the ERP.
const DEALT_WITH: i64 = 1080;

/// An order while its history is made.
pub struct Story<'a> {
    pub demo: &'a Demo<'a>,
    pub order_id: OrderId,
    pub plan: &'a Plan,
    /// Working minutes before now.
    pub age: i64,
}

impl<'a> Story<'a> {
    /// The context of the next action: its actor and its moment.
    fn on(&mut self, person: usize) -> OrderContext<'a> {
        self.age = (self.age - STEP).max(0);
        OrderContext {
            actor: &self.demo.people[person],
            order_id: self.order_id,
            now: self.demo.ago(self.age),
        }
    }

    pub async fn go_on(&mut self) -> Result<()> {
        let demo = self.demo;
        let seller = self.plan.seller;
        if self.plan.urgent {
            let on = self.on(seller);
            demo.run(seller, &SetUrgent { on, urgent: true }).await?;
        }
        let mut tx = demo.state.db.company(demo.company_id).await?;
        let items = items::list_items(&mut tx, self.order_id, None).await?;
        drop(tx);
        match self.plan.stage {
            Stage::Waiting => Ok(()),
            Stage::Begun => self.pick_some(&items, false).await,
            Stage::BegunShort => self.pick_some(&items, true).await,
            Stage::Buying => {
                self.pick_some(&items, false).await?;
                let left: Vec<&Item> = items.iter().skip(items.len() / 2 + 1).take(8).collect();
                self.buy_some(&left).await
            }
            Stage::Ready => self.settle(&items, true).await,
            Stage::Finished => self.finish(&items, false).await,
            Stage::FinishedShort => self.finish(&items, true).await,
            Stage::Canceled => {
                self.pick_some(&items, false).await?;
                let on = self.on(seller);
                demo.run(seller, &CancelOrder { on, reason: "Cliente desistiu da compra".to_owned() }).await
            }
            Stage::Reopened => {
                self.finish(&items, false).await?;
                let on = self.on(seller);
                demo.run(seller, &ReopenOrder { on, reason: "Faltou conferir um item".to_owned() }).await
            }
        }
    }

    async fn pick(&mut self, line: usize, item: &Item, quantity: Decimal) -> Result<()> {
        let picker = self.plan.pickers[usize::from(line % 5 > 2)];
        let demo = self.demo;
        let on = self.on(picker);
        demo.run(picker, &PickItem { on, item_id: item.id, quantity }).await
    }

    async fn short(&mut self, item: &Item) -> Result<()> {
        let picker = self.plan.pickers[0];
        let demo = self.demo;
        let on = self.on(picker);
        demo.run(picker, &MarkShort { on, item_id: item.id, code: "stock".to_owned(), text: String::new() })
            .await
    }

    async fn send_without(&mut self, item: &Item) -> Result<()> {
        let seller = self.plan.seller;
        let demo = self.demo;
        let on = self.on(seller);
        let (units, said) = (item.state.quantity, Said::Without);
        demo.run(seller, &AnswerShortage { on, item_id: item.id, units, said }).await
    }

    /// Half of the lines; the next one in part, and the one after it short.
    async fn pick_some(&mut self, items: &[Item], with_short: bool) -> Result<()> {
        let half = items.len() / 2;
        for (line, item) in items.iter().enumerate().take(half) {
            self.pick(line, item, item.state.quantity).await?;
        }
        if let Some(item) = items.get(half).filter(|item| item.state.quantity > Decimal::ONE) {
            let part = (item.state.quantity / Decimal::TWO).trunc();
            self.pick(half, item, part).await?;
        }
        match items.get(half + 1).filter(|_| with_short) {
            Some(item) => self.short(item).await,
            None => Ok(()),
        }
    }

    /// Some lines are asked for, and of these some are bought, some are here, and one turned up on the shelf.
    async fn buy_some(&mut self, items: &[&Item]) -> Result<()> {
        let demo = self.demo;
        for (line, item) in items.iter().enumerate() {
            let picker = self.plan.pickers[0];
            let on = self.on(picker);
            demo.run(picker, &RequestPurchase::new(on, item.id, Vec::new())).await?;
            if line % 4 == 0 {
                continue;
            }
            let on = self.on(BUYER);
            let share = Share {
                order_id: self.order_id,
                item_id: item.id,
                quantity: item.state.quantity,
                seen: None,
            };
            let days = i64::try_from(line).unwrap_or_default() - 2;
            let terms = Terms {
                supplier: Some(SUPPLIERS[line % SUPPLIERS.len()].to_owned()),
                cost_cents: None,
                expected_on: demo.local(demo.ago(0)).date().checked_add(days.days()).ok(),
            };
            demo.run(BUYER, &BuyGoods::new(on.actor, on.now, vec![share], Decimal::ZERO, terms)).await?;
            if line % 4 == 2 {
                let (on, step, quantity) = (self.on(picker), Step::Received, item.state.quantity);
                demo.run(picker, &MovePurchase { on, item_id: item.id, step, quantity }).await?;
            } else if line == 3 {
                self.pick(line, item, item.state.quantity).await?;
            }
        }
        Ok(())
    }

    async fn settle(&mut self, items: &[Item], with_short: bool) -> Result<()> {
        for (line, item) in items.iter().enumerate() {
            if with_short && line > 0 && line == items.len() / 3 {
                self.short(item).await?;
                self.send_without(item).await?;
            } else {
                self.pick(line, item, item.state.quantity).await?;
            }
        }
        Ok(())
    }

    async fn finish(&mut self, items: &[Item], with_short: bool) -> Result<()> {
        self.settle(items, with_short).await?;
        let picker = self.plan.pickers[0];
        let demo = self.demo;
        let volumes = i32::try_from(items.len() / 12 + 1).ok();
        let on = self.on(picker);
        demo.run(picker, &FinishOrder { on, volumes }).await?;
        if self.plan.age < DEALT_WITH {
            return Ok(());
        }
        let seller = self.plan.seller;
        let on = self.on(seller);
        demo.run(seller, &MarkLeft { on, left: true }).await?;
        let on = self.on(seller);
        demo.run(seller, &TickAdjusted { on, item_id: None, done: true }).await
    }
}
