//! The report, as a table for people and as JSON for machines.

use std::fmt::{self, Write as _};

use serde::Serialize;
use serde_json::{Value, json};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Ok,
    /// Could not be looked at, or need not be here.
    Skipped,
    /// It works, but should be looked at.
    Warning,
    Failed,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Skipped => "skipped",
            Self::Warning => "warning",
            Self::Failed => "FAILED",
        }
    }
}

#[derive(Debug, Serialize)]
pub struct Finding {
    pub area: &'static str,
    pub check: &'static str,
    pub verdict: Verdict,
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// All findings, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Report {
    findings: Vec<Finding>,
}

/// Where the checks of one area note what they find.
#[derive(Debug)]
pub struct Section<'a> {
    area: &'static str,
    report: &'a mut Report,
}

/// Something failed; `separacao doctor` ends with it.
#[derive(Debug, thiserror::Error)]
#[error("{failed} of {all} checks failed")]
pub struct ChecksFailed {
    failed: usize,
    all: usize,
}

impl Report {
    pub fn section(&mut self, area: &'static str) -> Section<'_> {
        Section { area, report: self }
    }

    /// Fails if a check failed; warnings do not count.
    pub fn outcome(&self) -> Result<(), ChecksFailed> {
        match self.count(Verdict::Failed) {
            0 => Ok(()),
            failed => Err(ChecksFailed { failed, all: self.findings.len() }),
        }
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }

    pub fn json(&self) -> Value {
        json!({
            "healthy": self.outcome().is_ok(),
            "build": crate::assets::build(),
            "failed": self.count(Verdict::Failed),
            "warnings": self.count(Verdict::Warning),
            "checks": self.findings,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest =
            |of: fn(&Finding) -> &str| self.findings.iter().map(|it| of(it).len()).max().unwrap_or(0);
        let (area, check) = (longest(|it| it.area), longest(|it| it.check));
        for finding in &self.findings {
            let verdict = finding.verdict.word();
            writeln!(f, "{:area$}  {:check$}  {verdict:7}  {}", finding.area, finding.check, finding.found)?;
            if let Some(advice) = &finding.advice {
                let mut indent = String::new();
                write!(indent, "{:area$}  {:check$}  {:7}", "", "", "")?;
                writeln!(f, "{indent}  → {advice}")?;
            }
        }
        let (failed, warnings) = (self.count(Verdict::Failed), self.count(Verdict::Warning));
        write!(f, "{} checks: {failed} failed, {warnings} warnings", self.findings.len())
    }
}

impl Section<'_> {
    fn note(&mut self, check: &'static str, verdict: Verdict, found: String, advice: Option<String>) {
        self.report.findings.push(Finding { area: self.area, check, verdict, found, advice });
    }

    pub fn ok(&mut self, check: &'static str, found: impl Into<String>) {
        self.note(check, Verdict::Ok, found.into(), None);
    }

    pub fn skip(&mut self, check: &'static str, why: impl Into<String>) {
        self.note(check, Verdict::Skipped, why.into(), None);
    }

    pub fn warn(&mut self, check: &'static str, found: impl Into<String>, advice: impl Into<String>) {
        self.note(check, Verdict::Warning, found.into(), Some(advice.into()));
    }

    pub fn fail(&mut self, check: &'static str, found: impl Into<String>, advice: impl Into<String>) {
        self.note(check, Verdict::Failed, found.into(), Some(advice.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_no_illness_and_a_failure_is() {
        let mut report = Report::default();
        report.section("settings").ok("environment", "production");
        report.section("settings").warn("metrics token", "not set", "set METRICS_TOKEN");
        assert!(report.outcome().is_ok());
        report.section("redis").fail("ping", "no answer within 5 s", "start it");
        assert_eq!(report.outcome().unwrap_err().to_string(), "1 of 3 checks failed");
        assert_eq!(
            report.to_string(),
            "settings  environment    ok       production\n\
             settings  metrics token  warning  not set\n                                  → set METRICS_TOKEN\n\
             redis     ping           FAILED   no answer within 5 s\n                                  → start it\n\
             3 checks: 1 failed, 1 warnings"
        );
        let json = report.json();
        assert_eq!(
            (json["healthy"].as_bool(), json["checks"][2]["verdict"].as_str()),
            (Some(false), Some("failed"))
        );
    }
}
