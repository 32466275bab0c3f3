//! Forms of an order as a whole: finish, reopen, cancel, urgent, shipping.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Deserialize;

use super::amount::typed_number;
use super::commands::OrderForm;
use crate::command::Done;
use crate::error::{AppError, Result, Sentence};
use crate::extract::YesNo;
use crate::ids::{OrderId, PackagingId, ShippingId};
use crate::lang::Lang;
use crate::orders::actions::OrderContext;
use crate::orders::actions::orders::{CancelOrder, ChangeShipping, FinishOrder, ReopenOrder, SetUrgent};

#[derive(Debug, Deserialize)]
pub(super) struct FinishForm {
    #[serde(default)]
    volumes: String,
    #[serde(default)]
    notation: Lang,
}

fn whole(number: Decimal) -> Option<i32> {
    number.fract().is_zero().then(|| number.to_i32()).flatten()
}

impl OrderForm for FinishForm {
    type OrderPath = OrderId;
    type Command<'a> = FinishOrder<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<FinishOrder<'a>> {
        let invalid = || AppError::field("volumes", "orders.error.volumes_invalid");
        let volumes = Some(self.volumes.as_str())
            .filter(|text| !text.trim().is_empty())
            .map(|text| typed_number("volumes", text, self.notation))
            .map(|number| number.and_then(|number| whole(number).ok_or_else(invalid)))
            .transpose()?;
        Ok(FinishOrder { on, volumes })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ReopenForm {
    #[serde(default)]
    reason: String,
}

impl OrderForm for ReopenForm {
    type OrderPath = OrderId;
    type Command<'a> = ReopenOrder<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<ReopenOrder<'a>> {
        Ok(ReopenOrder { on, reason: self.reason.clone() })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct CancelForm {
    #[serde(default)]
    reason: String,
}

impl OrderForm for CancelForm {
    type OrderPath = OrderId;
    type Command<'a> = CancelOrder<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<CancelOrder<'a>> {
        Ok(CancelOrder { on, reason: self.reason.clone() })
    }

    fn answer(&self, done: Done) -> Done {
        done.go("/")
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct UrgentForm {
    urgent: YesNo,
}

impl OrderForm for UrgentForm {
    type OrderPath = OrderId;
    type Command<'a> = SetUrgent<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<SetUrgent<'a>> {
        Ok(SetUrgent { on, urgent: matches!(self.urgent, YesNo::Yes) })
    }

    fn answer(&self, done: Done) -> Done {
        match self.urgent {
            YesNo::Yes => done,
            YesNo::No => done.say(Sentence::new("done.not_urgent")),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ShippingForm {
    shipping: ShippingId,
    packaging: PackagingId,
}

impl OrderForm for ShippingForm {
    type OrderPath = OrderId;
    type Command<'a> = ChangeShipping<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<ChangeShipping<'a>> {
        Ok(ChangeShipping { on, shipping_id: self.shipping, packaging_id: self.packaging })
    }
}
