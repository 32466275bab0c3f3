//! What files are called, in the reader's language.

use std::fmt;

use jiff::civil::Date;

use crate::html::folded;
use crate::lang::Lang;

/// A name without its ending: words of the catalogue, and the days that the file is about. Only `a`–`z`, digits, `-` and `_`,
/// so a header holds it without quoting, and every disk takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// `key`: of the words.
    pub fn new(lang: Lang, key: &str) -> Self {
        let plain: String = folded(&lang.t(key))
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { ' ' })
            .collect();
        Self(plain.split_whitespace().collect::<Vec<_>>().join("-"))
    }

    pub fn of_day(self, day: Date) -> Self {
        self.of_days(day, day)
    }

    /// From the first to the last of them; a whole month is named as one.
    pub fn of_days(self, from: Date, to: Date) -> Self {
        let Self(words) = self;
        let is_month = from == from.first_of_month() && to == from.last_of_month();
        Self(match () {
            () if from == to => format!("{words}-{from}"),
            () if is_month => format!("{words}-{:04}-{:02}", from.year(), from.month()),
            () => format!("{words}-{from}_{to}"),
        })
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_file_is_named_in_the_reader_s_language_and_in_letters_that_every_header_takes() {
        let name = |lang, key| FileName::new(lang, key).of_day(date(2026, 11, 5)).to_string();
        assert_eq!(name(Lang::PtBr, "reports.title"), "metricas-2026-11-05");
        assert_eq!(name(Lang::En, "reports.title"), "figures-2026-11-05");
        assert_eq!(name(Lang::PtBr, "nav.history"), "historico-2026-11-05");
        assert_eq!(name(Lang::PtBr, "reports.table.stood_in"), "mais-usados-como-substituto-2026-11-05");
        assert_eq!(FileName::new(Lang::PtBr, "quote.quote").to_string(), "orcamento");
    }

    #[test]
    fn a_whole_month_is_named_as_one() {
        let name = |from, to| FileName::new(Lang::PtBr, "reports.title").of_days(from, to).to_string();
        let (first, last) = (date(2026, 11, 1), date(2026, 11, 30));
        assert_eq!(name(first, last), "metricas-2026-11");
        assert_eq!(name(first, date(2026, 11, 29)), "metricas-2026-11-01_2026-11-29");
        assert_eq!(name(first, date(2026, 12, 31)), "metricas-2026-11-01_2026-12-31");
        assert_eq!(name(last, last), "metricas-2026-11-30");
    }
}
