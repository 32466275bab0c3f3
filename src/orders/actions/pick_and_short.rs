//! "I found only 15": what is there is picked and what is left is marked short, with one tap.

use rust_decimal::Decimal;

use super::items::{change_line, get_item, pick_record, refuse_parts, short_reason};
use super::{Entry, OrderContext, item_conflict};
use crate::actor::Permission;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::EventKind;
use crate::ids::{ItemId, OrderId};
use crate::orders::history::{Detail, Told};
use crate::orders::item::allocation::Flow;
use crate::orders::model::Item;
use crate::orders::queries::write::{LineWrite, OrderWrite};
use crate::orders::{access, commands};

/// Pick `picked` units, and mark the `short` ones that are then left. Two entries of the history under one operation: who
/// counts picks or shortages need not know of it, and one undo takes both back.
#[derive(Debug)]
pub struct PickAndShort<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    pub picked: Decimal,
    pub short: Decimal,
    /// A code of the company's reasons.
    pub code: String,
    /// More about the reason, at most 200 characters; may be empty.
    pub text: String,
}

impl Command for PickAndShort<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_open(tx, commands::PICK_AND_SHORT.permission).await?;
        access::require(tx, self.on.actor.person_id, Permission::Pick, &order, self.on.now)?;
        let reason = short_reason(self.on, &self.code, &self.text)?;
        let item = get_item(tx, self.on, self.item_id).await?;
        refuse_parts(&item, self.picked)?;
        refuse_parts(&item, self.short)?;
        let (in_the_box, settled) = item
            .state
            .pick_and_short(self.picked, self.short, &reason)
            .map_err(|refusal| item_conflict(refusal, &item, self.on.now))?;

        let pick = pick_record(self.on, &order, &item, self.picked)?;
        let moved = change_line(tx, order.id, &item, in_the_box.clone(), Flow::Picked).await?;
        let line = LineWrite { picks: vec![pick.clone()], ..LineWrite::of(&moved) };
        let detail = Detail { picks_added: vec![pick], ..moved };
        let picked = Entry {
            kind: EventKind::ItemPicked,
            item_id: Some(item.id),
            quantity: Some(self.picked),
            detail: &detail,
            undoes: None,
        };
        let (entry, picked) = self.on.told(&order, picked);
        let pick = OrderWrite::new(&entry, Some(line))?;

        let item = Item { state: in_the_box, ..item };
        let moved = change_line(tx, order.id, &item, settled, Flow::Displaced).await?;
        let line = LineWrite::of(&moved);
        let detail = Detail { told: Some(Told::Reason(reason)), ..moved };
        let short = Entry {
            kind: EventKind::ItemShort,
            item_id: Some(item.id),
            quantity: Some(self.short),
            detail: &detail,
            undoes: None,
        };
        let (entry, short) = self.on.told(&order.after(&entry), short);
        let shortage = OrderWrite::new(&entry, Some(line))?.claiming();
        Ok(Change::with_events((), vec![picked, short]).writing(pick).writing(shortage))
    }
}
