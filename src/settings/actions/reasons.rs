//! Reasons for which lines are short: added, renamed, hidden, put in order. Lines of before keep theirs.

use serde_json::json;
use uuid::Uuid;

use super::{By, Changed};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::html::ShortageReason;
use crate::lang::Lang;
use crate::settings::model::changes::{Part, UNCHANGED, check_read, version};
use crate::settings::model::options::{check_hidden, check_name, check_room, moved};
use crate::settings::model::reasons::Reason;
use crate::settings::queries::reasons;

/// A new reason, after those that are there.
#[derive(Debug)]
pub struct AddReason<'a> {
    pub by: By<'a>,
    /// The language in which the default reasons are named.
    pub lang: Lang,
    pub name: String,
}

#[derive(Debug)]
pub struct ChangeReason<'a> {
    pub by: By<'a>,
    pub lang: Lang,
    pub code: String,
    /// The version that the form was read with.
    pub read: i64,
    pub name: String,
}

/// Whether the sheet offers it. Nothing is deleted: lines have it.
#[derive(Debug)]
pub struct HideReason<'a> {
    pub by: By<'a>,
    pub lang: Lang,
    pub code: String,
    pub hidden: bool,
}

#[derive(Debug)]
pub struct PlaceReason<'a> {
    pub by: By<'a>,
    pub lang: Lang,
    pub code: String,
    /// From 1 on.
    pub place: usize,
}

impl Command for AddReason<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let listed = reasons::list_reasons(tx, self.lang).await?;
        check_room(listed.len())?;
        check_name(&self.name, listed.iter())?;
        let code = Uuid::now_v7().to_string();
        let new = ShortageReason { code, name: Some(self.name.clone()), hidden: false };
        let mut all: Vec<_> = listed.into_iter().map(|one| one.reason).collect();
        all.push(new.clone());
        reasons::write_reasons(tx, &all).await?;
        record_reason(tx, &self.by, None, &new, &self.name).await
    }
}

impl Command for ChangeReason<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let listed = reasons::list_reasons(tx, self.lang).await?;
        let before = find(&listed, &self.code)?;
        if before.word == self.name {
            return Ok(Change::unchanged(()));
        }
        let truth = Sentence::new("settings.conflict.name").text("now", before.word.clone());
        check_read(self.read, before.last.as_ref(), truth, self.by.now)?;
        check_name(&self.name, listed.iter().filter(|one| one.reason.code != self.code))?;
        let after = ShortageReason { name: Some(self.name.clone()), ..before.reason.clone() };
        write_one(tx, &listed, &after).await?;
        record_reason(tx, &self.by, Some(before), &after, &self.name).await
    }
}

impl Command for HideReason<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let listed = reasons::list_reasons(tx, self.lang).await?;
        let before = find(&listed, &self.code)?;
        if before.reason.hidden == self.hidden {
            return Ok(Change::unchanged(()));
        }
        if self.hidden {
            check_hidden(listed.iter().filter(|one| one.reason.code != self.code))?;
        }
        let after = ShortageReason { hidden: self.hidden, ..before.reason.clone() };
        write_one(tx, &listed, &after).await?;
        record_reason(tx, &self.by, Some(before), &after, &before.word).await
    }
}

impl Command for PlaceReason<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let listed = reasons::list_reasons(tx, self.lang).await?;
        let one = find(&listed, &self.code)?;
        let codes: Vec<&str> = listed.iter().map(|one| one.reason.code.as_str()).collect();
        let order = moved(&codes, self.code.as_str(), self.place);
        if order == codes {
            return Ok(Change::unchanged(()));
        }
        let at = |code: &str| listed.iter().find(|one| one.reason.code == code);
        let all: Vec<_> = order.iter().filter_map(|code| Some(at(code)?.reason.clone())).collect();
        reasons::write_reasons(tx, &all).await?;
        self.by.record_place(tx, Part::Reasons, &self.code, &one.word, self.place).await
    }
}

fn find<'a>(listed: &'a [Reason], code: &str) -> Result<&'a Reason> {
    listed.iter().find(|one| one.reason.code == code).ok_or(AppError::NotFound)
}

async fn write_one(tx: &mut CompanyTx, listed: &[Reason], after: &ShortageReason) -> Result<()> {
    let changed =
        |one: &Reason| if one.reason.code == after.code { after.clone() } else { one.reason.clone() };
    let all: Vec<_> = listed.iter().map(changed).collect();
    reasons::write_reasons(tx, &all).await
}

async fn record_reason(
    tx: &mut CompanyTx,
    by: &By<'_>,
    before: Option<&Reason>,
    after: &ShortageReason,
    word: &str,
) -> Result<Change> {
    let as_json = |name: &str, hidden: bool| json!({ "name": name, "hidden": hidden });
    let changed = Changed {
        part: Part::Reasons,
        subject: &after.code,
        version: before.map_or(UNCHANGED, |before| version(before.last.as_ref())),
        before: before.map(|before| as_json(&before.word, before.reason.hidden)),
        after: as_json(word, after.hidden),
    };
    Ok(by.record(tx, changed).await?.into())
}
