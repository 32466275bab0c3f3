//! SQL of the company's own row, as administrators see it.

use crate::db::CompanyTx;
use crate::error::Result;
use crate::settings::model::company::Company;

pub async fn get_company(tx: &mut CompanyTx) -> Result<Company> {
    let company = sqlx::query_as!(
        Company,
        "select name, time_zone, counter_customer_code, login_digits, pin_digits, shared_idle_minutes from companies where id = $1",
        tx.company_id().0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(company)
}
