//! What the company is called, where it is, and the rules of its sign-in.

use serde_json::json;

use super::{By, Changed};
use crate::command::{Change, Command};
use crate::companies::queries as companies;
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence, Word};
use crate::people::queries as people;
use crate::settings::model::changes::{Part, check_read, version};
use crate::settings::model::company::Company;
use crate::settings::queries::changes::list_newest;
use crate::settings::queries::company;

/// Sets the company's own row. People whose PIN is shorter than the rule choose another one at the next sign-in.
#[derive(Debug)]
pub struct SetCompany<'a> {
    pub by: By<'a>,
    /// The version that the form was read with.
    pub read: i64,
    pub company: Company,
}

impl Command for SetCompany<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let before = company::get_company(tx).await?;
        if before == self.company {
            return Ok(Change::unchanged(()));
        }
        let last = list_newest(tx, Part::Company).await?.remove(Part::Company.code());
        check_read(self.read, last.as_ref(), truth(&before), self.by.now)?;
        self.company.check()?;
        let Company { name, time_zone, counter_customer_code, .. } = &self.company;
        let Company { login_digits, pin_digits, shared_idle_minutes, .. } = self.company;
        let company_id = tx.company_id();
        // The door goes on to the PIN after so many digits: nobody's number may be longer.
        let longer = people::count_longer_numbers(tx, company_id, login_digits).await?;
        if longer > 0 {
            let sentence = Sentence::new("settings.company.login_in_use").with("count", Word::Count(longer));
            return Err(AppError::Invalid {
                sentence: sentence.clone(),
                fields: vec![("login_digits".to_owned(), sentence)],
            });
        }
        companies::update_company_row(
            tx,
            company_id,
            (name, time_zone, counter_customer_code),
            (login_digits, pin_digits, shared_idle_minutes),
        )
        .await?;
        let as_json = |one: &Company| {
            json!({
                "name": one.name, "time_zone": one.time_zone, "counter_customer_code": one.counter_customer_code,
                "login_digits": one.login_digits, "pin_digits": one.pin_digits, "shared_idle_minutes": one.shared_idle_minutes,
            })
        };
        let changed = Changed {
            part: Part::Company,
            subject: Part::Company.code(),
            version: version(last.as_ref()),
            before: Some(as_json(&before)),
            after: as_json(&self.company),
        };
        Ok(self.by.record(tx, changed).await?.into())
    }
}

fn truth(now: &Company) -> Sentence {
    Sentence::new("settings.conflict.company")
        .text("now", now.name.clone())
        .text("zone", now.time_zone.clone())
        .text("code", now.counter_customer_code.clone())
        .text("number", now.login_digits.to_string())
        .text("digits", now.pin_digits.to_string())
        .text("minutes", now.shared_idle_minutes.to_string())
}
