//! Working hours from a day on, and days off. Nothing of the past is changed: what was counted stays.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{By, Changed};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::html::{Hours, format};
use crate::page::CompanyTime;
use crate::settings::model::changes::{Part, check_read, version};
use crate::settings::model::hours::{
    MOST_HOURS, check_count, check_day, check_holiday, opening_text, week_text,
};
use crate::settings::queries::changes::list_newest;
use crate::settings::queries::hours;

/// The hours that hold from a day on.
#[derive(Debug)]
pub struct SetHours<'a> {
    pub by: By<'a>,
    /// The version that the form was read with.
    pub read: i64,
    pub hours: Hours,
}

/// Hours that do not hold yet, and will not.
#[derive(Debug)]
pub struct RemoveHours<'a> {
    pub by: By<'a>,
    pub from: Date,
}

#[derive(Debug)]
pub struct AddHoliday<'a> {
    pub by: By<'a>,
    pub day: Date,
    pub name: String,
}

#[derive(Debug)]
pub struct RemoveHoliday<'a> {
    pub by: By<'a>,
    pub day: Date,
}

impl Command for SetHours<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let set = hours::list_hours(tx).await?;
        let before = set.iter().find(|hours| hours.from == self.hours.from);
        if before == Some(&self.hours) {
            return Ok(Change::unchanged(()));
        }
        let last = list_newest(tx, Part::Hours).await?.remove(Part::Hours.code());
        let now = set.iter().rev().find(|hours| hours.from <= self.hours.from);
        check_read(self.read, last.as_ref(), truth(now), self.by.now)?;
        check_day(self.hours.from, today(&self.by), "from")?;
        if before.is_none() {
            check_count("from", set.len(), MOST_HOURS)?;
        }
        hours::write_hours(tx, &self.hours).await?;
        let changed = Changed {
            part: Part::Hours,
            subject: Part::Hours.code(),
            version: version(last.as_ref()),
            before: now.map(as_json),
            after: as_json(&self.hours),
        };
        Ok(self.by.record(tx, changed).await?.into())
    }
}

impl Command for RemoveHours<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let set = hours::list_hours(tx).await?;
        let Some(before) = set.iter().find(|hours| hours.from == self.from) else {
            return Ok(Change::unchanged(()));
        };
        if self.from <= today(&self.by) {
            return Err(AppError::conflict("settings.hours.holds"));
        }
        hours::delete_hours(tx, self.from).await?;
        let last = list_newest(tx, Part::Hours).await?.remove(Part::Hours.code());
        let changed = Changed {
            part: Part::Hours,
            subject: Part::Hours.code(),
            version: version(last.as_ref()),
            before: Some(as_json(before)),
            after: json!({ "from": self.from, "removed": true }),
        };
        Ok(self.by.record(tx, changed).await?.into())
    }
}

impl Command for AddHoliday<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let holidays = hours::list_holidays(tx).await?;
        match holidays.iter().find(|holiday| holiday.day == self.day) {
            Some(there) if there.name == self.name => return Ok(Change::unchanged(())),
            Some(there) => {
                let sentence = Sentence::new("settings.holiday.there").text("name", there.name.clone());
                let fields = vec![("day".to_owned(), sentence.clone())];
                return Err(AppError::Invalid { sentence, fields });
            }
            None => {}
        }
        check_day(self.day, today(&self.by), "day")?;
        check_holiday(&self.name, holidays.len())?;
        hours::insert_holiday(tx, self.day, &self.name).await?;
        record_holiday(tx, &self.by, self.day, None, json!({ "day": self.day, "name": self.name })).await
    }
}

impl Command for RemoveHoliday<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let holidays = hours::list_holidays(tx).await?;
        let Some(there) = holidays.iter().find(|holiday| holiday.day == self.day) else {
            return Ok(Change::unchanged(()));
        };
        if self.day < today(&self.by) {
            return Err(AppError::conflict("settings.holiday.over"));
        }
        hours::delete_holiday(tx, self.day).await?;
        let before = json!({ "day": self.day, "name": there.name });
        let after = json!({ "day": self.day, "removed": true });
        record_holiday(tx, &self.by, self.day, Some(before), after).await
    }
}

fn today(by: &By<'_>) -> Date {
    CompanyTime::from(&by.actor.company).today(by.now)
}

fn as_json(hours: &Hours) -> Value {
    json!({ "from": hours.from, "week": week_text(hours), "lunch": hours.lunch.map(opening_text) })
}

/// The current hours, for the sentence of a conflict.
fn truth(now: Option<&Hours>) -> Sentence {
    match now {
        None => Sentence::new("settings.conflict.hours_none"),
        Some(now) => Sentence::new("settings.conflict.hours")
            .text("from", format::date(now.from))
            .text("week", week_text(now))
            .text("lunch", now.lunch.map_or_else(|| "–".to_owned(), opening_text)),
    }
}

async fn record_holiday(
    tx: &mut CompanyTx,
    by: &By<'_>,
    day: Date,
    before: Option<Value>,
    after: Value,
) -> Result<Change> {
    let subject = day.to_string();
    let newest = list_newest(tx, Part::Holidays).await?;
    let version = version(newest.get(&subject));
    let changed = Changed { part: Part::Holidays, subject: &subject, version, before, after };
    Ok(by.record(tx, changed).await?.into())
}
