//! After a shipping option's time changed: an administrator decides whether its open orders follow.

use serde_json::json;

use super::{By, Changed};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::ids::ShippingId;
use crate::orders::actions::due::ApplyDue;
use crate::settings::model::changes::{Part, version};
use crate::settings::model::day::time_text;
use crate::settings::queries::{changes, options};

/// Answers the question of a changed time: its open orders follow, or stay as they are.
#[derive(Debug)]
pub struct AnswerDue<'a> {
    pub by: By<'a>,
    pub id: ShippingId,
    /// The version of the change that the question was read with.
    pub read: i64,
    pub apply: bool,
}

impl Command for AnswerDue<'_> {
    /// How many orders got another deadline.
    type Output = usize;

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<usize>> {
        self.by.begin(tx).await?;
        let shippings = options::list_shippings(tx).await?;
        let shipping = shippings.iter().find(|one| one.id == self.id).ok_or(AppError::NotFound)?;
        let id = self.id.to_string();
        match changes::list_due_changes(tx, Part::Shipping).await?.remove(&id) {
            Some(asked) if asked == self.read => {}
            _ => return Err(AppError::conflict("settings.conflict.due")),
        }
        let mut change = Change::unchanged(0);
        if self.apply {
            let follow = ApplyDue { actor: self.by.actor, shipping_id: self.id, now: self.by.now };
            change = follow.apply(tx).await?;
        }
        let subject = format!("{id}.due");
        let newest = changes::list_newest(tx, Part::Shipping).await?;
        let due = shipping.due_minute.map(time_text);
        let changed = Changed {
            part: Part::Shipping,
            subject: &subject,
            version: version(newest.get(&subject)),
            before: None,
            after: json!({ "name": shipping.name, "due": due, "orders": change.output, "of": self.read }),
        };
        let event = self.by.record(tx, changed).await?;
        change.events.insert(0, event);
        Ok(change)
    }
}
