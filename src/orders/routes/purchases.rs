//! The forms of purchase commands on a line.

use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;

use super::amount::{Amount, typed_number};
use super::commands::OrderForm;
use crate::command::Done;
use crate::error::{AppError, Result};
use crate::extract::day;
use crate::ids::{ItemId, OrderId, PurchaseId};
use crate::lang::Lang;
use crate::orders::actions::OrderContext;
use crate::orders::actions::buy::{BuyGoods, Share, Terms};
use crate::orders::actions::purchases::{MovePurchase, SettlePurchase, Step, WithdrawRequest};
use crate::orders::actions::request::RequestPurchase;
use crate::orders::commands;
use crate::orders::item::allocation::Settlement;

/// A screen offers no more orders than that at once.
const MOST_ORDERS: usize = 100;

#[derive(Debug, Deserialize)]
pub(super) struct RequestForm {
    /// Ids of other orders that want the same goods, separated by spaces.
    #[serde(default)]
    others: String,
}

impl OrderForm for RequestForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = RequestPurchase<'a>;

    fn command<'a>(
        &self,
        on: OrderContext<'a>,
        (_, item_id): Self::OrderPath,
    ) -> Result<RequestPurchase<'a>> {
        let unreadable = || AppError::invalid("error.form_unreadable");
        let read: Option<Vec<OrderId>> = self.others.split_whitespace().map(|id| id.parse().ok()).collect();
        let others = read.filter(|others| others.len() <= MOST_ORDERS).ok_or_else(unreadable)?;
        Ok(RequestPurchase::new(on, item_id, others))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct WithdrawForm {}

impl OrderForm for WithdrawForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = WithdrawRequest<'a>;

    fn command<'a>(
        &self,
        on: OrderContext<'a>,
        (_, item_id): Self::OrderPath,
    ) -> Result<WithdrawRequest<'a>> {
        Ok(WithdrawRequest { on, item_id })
    }
}

/// A day in the form of `<input type=date>`; None: nobody said.
pub fn typed_date(typed: &str) -> Result<Option<Date>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    day(typed).map(Some).ok_or_else(|| AppError::field("expected", "purchasing.error.date_unread"))
}

/// What a form may say of a purchase besides its amounts.
#[derive(Debug, Default, Deserialize)]
pub struct TermsFields {
    #[serde(default)]
    pub supplier: String,
    /// In reais, as typed.
    #[serde(default)]
    pub cost: String,
    /// `2025-10-22`
    #[serde(default)]
    pub expected: String,
    /// How the cost was typed.
    #[serde(default)]
    pub notation: Lang,
}

impl TermsFields {
    pub fn read(&self) -> Result<Terms> {
        let expected_on = typed_date(&self.expected)?;
        let supplier = Some(self.supplier.clone());
        Ok(Terms { supplier, cost_cents: self.cost()?, expected_on })
    }

    fn cost(&self) -> Result<Option<i64>> {
        if self.cost.trim().is_empty() {
            return Ok(None);
        }
        let invalid = || AppError::field("cost", "purchasing.error.cost_invalid");
        let reais = typed_number("cost", &self.cost, self.notation)?;
        let cents = reais.checked_mul(Decimal::ONE_HUNDRED).ok_or_else(invalid)?;
        let fits = cents >= Decimal::ZERO && cents < Decimal::from(1_000_000_000);
        // Half a cent is rounded up, as everybody here does, and not to the even one.
        let cents = cents.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        let whole = Some(cents).filter(|_| fits).and_then(|cents| cents.to_i64());
        whole.map(Some).ok_or_else(invalid)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct OrderedForm {
    #[serde(flatten)]
    amount: Amount,
    #[serde(default)]
    supplier: String,
    #[serde(default)]
    cost: String,
    #[serde(default)]
    expected: String,
}

impl OrderForm for OrderedForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = BuyGoods<'a>;

    fn command<'a>(
        &self,
        on: OrderContext<'a>,
        (order_id, item_id): Self::OrderPath,
    ) -> Result<BuyGoods<'a>> {
        let share = Share { order_id, item_id, quantity: self.amount.read()?, seen: None };
        let terms = TermsFields {
            supplier: self.supplier.clone(),
            cost: self.cost.clone(),
            expected: self.expected.clone(),
            notation: self.amount.notation(),
        };
        Ok(BuyGoods::new(on.actor, on.now, vec![share], Decimal::ZERO, terms.read()?))
    }
}

macro_rules! steps {
    ($($form:ident = $step:ident;)*) => {
        $(
            #[derive(Debug, Deserialize)]
            pub(super) struct $form {
                #[serde(flatten)]
                amount: Amount,
            }

            impl OrderForm for $form {
                type OrderPath = (OrderId, ItemId);
                type Command<'a> = MovePurchase<'a>;

                fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<MovePurchase<'a>> {
                    Ok(MovePurchase { on, item_id, step: Step::$step, quantity: self.amount.read()? })
                }
            }
        )*
    };
}

steps! {
    UnorderedForm = Unordered;
    ReceivedForm = Received;
    UnreceivedForm = Unreceived;
    NotFoundForm = NotFound;
}

#[derive(Debug, Deserialize)]
pub(super) struct SettleForm {
    #[serde(flatten)]
    amount: Amount,
    purchase: PurchaseId,
    /// `canceled`, `stocked` or `returned`.
    outcome: String,
}

impl OrderForm for SettleForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = SettlePurchase<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<SettlePurchase<'a>> {
        let settlement = Settlement::from_code(&self.outcome);
        let settlement = settlement.ok_or_else(|| AppError::invalid("error.form_unreadable"))?;
        let quantity = self.amount.read()?;
        let permission = commands::SETTLE_PURCHASE.permission;
        Ok(SettlePurchase { on, item_id, purchase_id: self.purchase, quantity, settlement, permission })
    }

    fn answer(&self, done: Done) -> Done {
        // The form stands on the buyer's page.
        Done { back: "/purchasing".to_owned(), ..done }
    }
}

/// Goods that came for nobody any more are on the shelf.
#[derive(Debug, Deserialize)]
pub(super) struct ReturnGoodsForm {
    #[serde(flatten)]
    amount: Amount,
    purchase: PurchaseId,
}

impl OrderForm for ReturnGoodsForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = SettlePurchase<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<SettlePurchase<'a>> {
        let (quantity, permission) = (self.amount.read()?, commands::RETURN_GOODS.permission);
        let settlement = Settlement::Returned;
        Ok(SettlePurchase { on, item_id, purchase_id: self.purchase, quantity, settlement, permission })
    }

    fn answer(&self, done: Done) -> Done {
        // The form stands in the list of everything that goes back.
        Done { back: "/returns".to_owned(), ..done }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_cent_is_rounded_up() {
        for (typed, cents) in
            [("0,125", 13), ("0,135", 14), ("10,005", 1_001), ("10,004", 1_000), ("0,004", 0)]
        {
            let terms = TermsFields { cost: typed.to_owned(), ..TermsFields::default() };
            assert_eq!(terms.cost().unwrap(), Some(cents), "{typed}");
        }
    }
}
