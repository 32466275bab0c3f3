//! Packaging options: add, rename, hide, reorder.

use serde_json::json;

use super::{By, Changed, next_place};
use crate::command::{Change, Command};
use crate::companies::queries as companies;
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::ids::PackagingId;
use crate::settings::model::changes::{Part, UNCHANGED, check_read, version};
use crate::settings::model::options::{
    Packaging, check_hidden, check_name, check_packaging_hidden, check_room, moved,
};
use crate::settings::queries::options;

/// A new packaging option, after those that are there. Each shipping says whether it allows it.
#[derive(Debug)]
pub struct AddPackaging<'a> {
    pub by: By<'a>,
    pub name: String,
}

#[derive(Debug)]
pub struct ChangePackaging<'a> {
    pub by: By<'a>,
    pub id: PackagingId,
    pub read: i64,
    pub name: String,
}

#[derive(Debug)]
pub struct HidePackaging<'a> {
    pub by: By<'a>,
    pub id: PackagingId,
    pub hidden: bool,
}

#[derive(Debug)]
pub struct PlacePackaging<'a> {
    pub by: By<'a>,
    pub id: PackagingId,
    pub place: usize,
}

impl Command for AddPackaging<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let packagings = options::list_packagings(tx).await?;
        check_room(packagings.len())?;
        check_name(&self.name, packagings.iter())?;
        let company_id = tx.company_id();
        let id =
            companies::insert_packaging(tx, company_id, &self.name, next_place(packagings.len())).await?;
        let after = Packaging { id, name: self.name.clone(), hidden: false, orders: 0, last: None };
        record_packaging(tx, &self.by, None, &after).await
    }
}

impl Command for ChangePackaging<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let packagings = options::list_packagings(tx).await?;
        let before = packagings.iter().find(|one| one.id == self.id).ok_or(AppError::NotFound)?;
        if before.name == self.name {
            return Ok(Change::unchanged(()));
        }
        let truth = Sentence::new("settings.conflict.name").text("now", before.name.clone());
        check_read(self.read, before.last.as_ref(), truth, self.by.now)?;
        check_name(&self.name, packagings.iter().filter(|one| one.id != self.id))?;
        let after = Packaging { name: self.name.clone(), ..before.clone() };
        options::update_packaging(tx, &after).await?;
        record_packaging(tx, &self.by, Some(before), &after).await
    }
}

impl Command for HidePackaging<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let shippings = options::list_shippings(tx).await?;
        let packagings = options::list_packagings(tx).await?;
        let before = packagings.iter().find(|one| one.id == self.id).ok_or(AppError::NotFound)?;
        if before.hidden == self.hidden {
            return Ok(Change::unchanged(()));
        }
        if self.hidden {
            check_hidden(packagings.iter().filter(|one| one.id != self.id))?;
            check_packaging_hidden(self.id, &shippings, &packagings)?;
        }
        let after = Packaging { hidden: self.hidden, ..before.clone() };
        options::update_packaging(tx, &after).await?;
        record_packaging(tx, &self.by, Some(before), &after).await
    }
}

impl Command for PlacePackaging<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let packagings = options::list_packagings(tx).await?;
        let one = packagings.iter().find(|one| one.id == self.id).ok_or(AppError::NotFound)?;
        let ids: Vec<PackagingId> = packagings.iter().map(|one| one.id).collect();
        let order = moved(&ids, self.id, self.place);
        if order == ids {
            return Ok(Change::unchanged(()));
        }
        options::update_packaging_places(tx, &order).await?;
        self.by.record_place(tx, Part::Packaging, &one.id.to_string(), &one.name, self.place).await
    }
}

async fn record_packaging(
    tx: &mut CompanyTx,
    by: &By<'_>,
    before: Option<&Packaging>,
    after: &Packaging,
) -> Result<Change> {
    let as_json = |one: &Packaging| json!({ "name": one.name, "hidden": one.hidden });
    let changed = Changed {
        part: Part::Packaging,
        subject: &after.id.to_string(),
        version: before.map_or(UNCHANGED, |before| version(before.last.as_ref())),
        before: before.map(as_json),
        after: as_json(after),
    };
    Ok(by.record(tx, changed).await?.into())
}
