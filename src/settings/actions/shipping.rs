//! Shipping options: add, change, hide, reorder.

use serde_json::json;

use super::{By, Changed, next_place};
use crate::command::{Change, Command};
use crate::companies::model::NewShipping;
use crate::companies::queries as companies;
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence, Word};
use crate::ids::{PackagingId, ShippingId};
use crate::settings::model::changes::{Part, UNCHANGED, check_read, version};
use crate::settings::model::day::time_text;
use crate::settings::model::options::{
    Packaging, Shipping, check_hidden, check_name, check_packagings, check_room, moved,
};
use crate::settings::queries::options;

/// What a shipping option is called, and what it means for its orders.
#[derive(Debug)]
pub struct ShippingFields {
    pub name: String,
    pub packagings: Vec<PackagingId>,
    pub makes_urgent: bool,
    pub due_minute: Option<i16>,
}

/// A new shipping option, after those that are there.
#[derive(Debug)]
pub struct AddShipping<'a> {
    pub by: By<'a>,
    pub fields: ShippingFields,
}

#[derive(Debug)]
pub struct ChangeShipping<'a> {
    pub by: By<'a>,
    pub id: ShippingId,
    /// The version that the form was read with.
    pub read: i64,
    pub fields: ShippingFields,
}

/// Whether forms offer it. Nothing is deleted: orders name it.
#[derive(Debug)]
pub struct HideShipping<'a> {
    pub by: By<'a>,
    pub id: ShippingId,
    pub hidden: bool,
}

#[derive(Debug)]
pub struct PlaceShipping<'a> {
    pub by: By<'a>,
    pub id: ShippingId,
    /// From 1 on.
    pub place: usize,
}

impl Command for AddShipping<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let shippings = options::list_shippings(tx).await?;
        let packagings = options::list_packagings(tx).await?;
        let ShippingFields { name, packagings: allowed, makes_urgent, due_minute } = &self.fields;
        let (makes_urgent, due_minute) = (*makes_urgent, *due_minute);
        check_room(shippings.len())?;
        check_name(name, shippings.iter())?;
        check_packagings(allowed, &packagings)?;
        let position = next_place(shippings.len());
        let new = NewShipping { name, position, makes_urgent, due_minute, packaging: allowed };
        let company_id = tx.company_id();
        let id = companies::insert_shipping(tx, company_id, &new).await?;
        let after = Shipping {
            id,
            name: name.clone(),
            hidden: false,
            makes_urgent,
            due_minute,
            packagings: allowed.clone(),
            orders: 0,
            last: None,
        };
        record_shipping(tx, &self.by, None, &after, &packagings).await
    }
}

impl Command for ChangeShipping<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let shippings = options::list_shippings(tx).await?;
        let packagings = options::list_packagings(tx).await?;
        let before = shippings.iter().find(|one| one.id == self.id).ok_or(AppError::NotFound)?;
        let ShippingFields { name, packagings: allowed, makes_urgent, due_minute } = &self.fields;
        let after = Shipping {
            name: name.clone(),
            packagings: allowed.clone(),
            makes_urgent: *makes_urgent,
            due_minute: *due_minute,
            ..before.clone()
        };
        if is_same(before, &after) {
            return Ok(Change::unchanged(()));
        }
        check_read(self.read, before.last.as_ref(), truth(before, &packagings), self.by.now)?;
        check_name(name, shippings.iter().filter(|one| one.id != self.id))?;
        check_packagings(allowed, &packagings)?;
        options::update_shipping(tx, &after).await?;
        record_shipping(tx, &self.by, Some(before), &after, &packagings).await
    }
}

impl Command for HideShipping<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let shippings = options::list_shippings(tx).await?;
        let packagings = options::list_packagings(tx).await?;
        let before = shippings.iter().find(|one| one.id == self.id).ok_or(AppError::NotFound)?;
        if before.hidden == self.hidden {
            return Ok(Change::unchanged(()));
        }
        if self.hidden {
            check_hidden(shippings.iter().filter(|one| one.id != self.id))?;
        } else {
            check_packagings(&before.packagings, &packagings)?;
        }
        let after = Shipping { hidden: self.hidden, ..before.clone() };
        options::update_shipping(tx, &after).await?;
        record_shipping(tx, &self.by, Some(before), &after, &packagings).await
    }
}

impl Command for PlaceShipping<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let shippings = options::list_shippings(tx).await?;
        let one = shippings.iter().find(|one| one.id == self.id).ok_or(AppError::NotFound)?;
        let ids: Vec<ShippingId> = shippings.iter().map(|one| one.id).collect();
        let order = moved(&ids, self.id, self.place);
        if order == ids {
            return Ok(Change::unchanged(()));
        }
        options::update_shipping_places(tx, &order).await?;
        self.by.record_place(tx, Part::Shipping, &one.id.to_string(), &one.name, self.place).await
    }
}

fn is_same(one: &Shipping, other: &Shipping) -> bool {
    let sorted = |shipping: &Shipping| {
        let mut ids: Vec<_> = shipping.packagings.iter().map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let rest = |shipping: &Shipping| (shipping.makes_urgent, shipping.due_minute);
    one.name == other.name && rest(one) == rest(other) && sorted(one) == sorted(other)
}

/// The current option, for the sentence of a conflict.
fn truth(now: &Shipping, packagings: &[Packaging]) -> Sentence {
    let key =
        if now.makes_urgent { "settings.conflict.shipping_urgent" } else { "settings.conflict.shipping" };
    let due = now.due_minute.map(time_text);
    Sentence::new(key)
        .text("now", now.name.clone())
        .text("packagings", names(now, packagings).join(", "))
        .with("due", due.map_or_else(|| Word::Said("settings.due_none".to_owned()), Word::Text))
}

fn names<'a>(shipping: &Shipping, packagings: &'a [Packaging]) -> Vec<&'a str> {
    let allowed = packagings.iter().filter(|one| shipping.packagings.contains(&one.id));
    allowed.map(|one| one.name.as_str()).collect()
}

async fn record_shipping(
    tx: &mut CompanyTx,
    by: &By<'_>,
    before: Option<&Shipping>,
    after: &Shipping,
    packagings: &[Packaging],
) -> Result<Change> {
    let as_json = |one: &Shipping| {
        json!({
            "name": one.name, "packagings": names(one, packagings), "makes_urgent": one.makes_urgent,
            "due": one.due_minute.map(time_text), "hidden": one.hidden,
        })
    };
    let changed = Changed {
        part: Part::Shipping,
        subject: &after.id.to_string(),
        version: before.map_or(UNCHANGED, |before| version(before.last.as_ref())),
        before: before.map(as_json),
        after: as_json(after),
    };
    Ok(by.record(tx, changed).await?.into())
}
