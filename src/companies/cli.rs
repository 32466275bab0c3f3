//! `separacao company …` and `separacao admin …`.

use clap::Subcommand;

use super::actions::{Operator, admins, companies};
use super::model::NewCompany;
use crate::error::Result;

#[derive(Subcommand, Clone, Debug)]
pub enum CompanyCommand {
    /// Make a company.
    Create {
        name: String,
        /// Code that its people type, or open as /e/CODE
        #[arg(long)]
        code: String,
        /// IANA name.
        #[arg(long, default_value = "America/Sao_Paulo")]
        time_zone: String,
    },
    /// Give a company another name.
    Rename { code: String, name: String },
    /// After how many minutes without a touch a shared device asks for the PIN again.
    Idle {
        code: String,
        #[arg(value_parser = clap::value_parser!(i16).range(1..=60))]
        minutes: i16,
    },
    /// Close a company: nobody gets in any more, nothing is deleted.
    Close { code: String },
    /// All companies.
    List,
}

#[derive(Subcommand, Clone, Debug)]
pub enum AdminCommand {
    /// Make an administrator; prints the PIN of the first sign-in.
    Create {
        name: String,
        /// Login number.
        #[arg(long)]
        number: String,
        /// Code of the company; not needed where there is only one.
        #[arg(long)]
        company: Option<String>,
    },
    /// Give a person a new PIN, and print it.
    ResetPin {
        /// Login number.
        number: String,
        #[arg(long)]
        company: Option<String>,
    },
}

pub async fn run_company(operator: Operator<'_>, command: CompanyCommand) -> Result<()> {
    match command {
        CompanyCommand::Create { name, code, time_zone } => {
            let new = NewCompany { name: &name, code: &code, time_zone: &time_zone };
            companies::create_company(operator.db, new).await?;
            println!("{name} is open; its people sign in at /e/{code}");
        }
        CompanyCommand::Rename { code, name } => {
            companies::rename_company(operator.db, operator.clock, &code, &name).await?;
            println!("{code} is called {name}");
        }
        CompanyCommand::Idle { code, minutes } => {
            companies::set_shared_idle(operator.db, operator.clock, &code, minutes).await?;
            println!("shared devices of {code} ask for the PIN after {minutes} minutes without a touch");
        }
        CompanyCommand::Close { code } => {
            companies::close_company(operator.db, operator.clock, &code).await?;
            println!("{code} is closed");
        }
        CompanyCommand::List => {
            for company in companies::list_companies(operator.db).await? {
                let state = if company.closed { "closed" } else { "open" };
                let people = company.people;
                println!(
                    "{}\t{}\t{}\t{state}\t{people} people",
                    company.code, company.name, company.time_zone
                );
            }
        }
    }
    Ok(())
}

pub async fn run_admin(operator: Operator<'_>, command: AdminCommand) -> Result<()> {
    match command {
        AdminCommand::Create { name, number, company } => {
            let company = companies::get_company(operator.db, company.as_deref()).await?;
            let pin = admins::create_admin(operator, &company, &name, &number).await?;
            println!(
                "{name} signs in at {} with number {number} and PIN {pin}, and then chooses another PIN",
                company.name
            );
        }
        AdminCommand::ResetPin { number, company } => {
            let company = companies::get_company(operator.db, company.as_deref()).await?;
            let pin = admins::reset_pin(operator, &company, &number).await?;
            println!("number {number} of {} signs in with PIN {pin}, and then chooses another", company.name);
        }
    }
    Ok(())
}
