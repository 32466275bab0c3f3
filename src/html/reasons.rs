//! Why lines are short, in a company's own words.

use std::sync::LazyLock;

use serde::Deserialize;

use super::kept::{Kept, MOST, Setting, Texts};
use crate::lang::Lang;

/// The codes that every company begins with; their words are in the catalogue.
pub const USUAL_REASONS: [&str; 3] = ["stock", "damaged", "not_located"];
/// "Another one": always offered, and asks for a text.
pub const OTHER_REASON: &str = "other";

/// A reason that the sheet offers, or offered once.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ShortageReason {
    pub code: String,
    /// None: the word of the catalogue.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub hidden: bool,
}

/// All of a company, in their order.
#[derive(Debug, PartialEq, Eq)]
pub struct Reasons(Vec<ShortageReason>);

#[derive(Default, Deserialize)]
struct Stored {
    #[serde(default)]
    reasons: Vec<ShortageReason>,
}

impl ShortageReason {
    /// One of the usual three.
    pub fn usual(code: &str) -> Self {
        Self { code: code.to_owned(), name: None, hidden: false }
    }

    pub fn word(&self, lang: Lang) -> String {
        self.name.clone().unwrap_or_else(|| lang.t(&format!("short_reason.{}", self.code)).into_owned())
    }
}

impl Setting for Reasons {
    fn texts() -> &'static Texts<Self> {
        static TEXTS: LazyLock<Texts<Reasons>> = LazyLock::new(|| Texts::new(MOST));
        &TEXTS
    }

    fn unset() -> Self {
        Self(USUAL_REASONS.map(ShortageReason::usual).into())
    }
}

impl Reasons {
    /// The reasons in a company's `company_settings`.
    pub fn stored(settings: &str) -> Kept<Reasons> {
        Kept::of(settings, || {
            let Stored { reasons } = serde_json::from_str(settings).unwrap_or_default();
            if reasons.is_empty() { Self::unset() } else { Self(reasons) }
        })
    }

    /// The reasons of a company that has set none.
    pub fn usual() -> Kept<Reasons> {
        Self::stored("{}")
    }

    pub fn offered(&self) -> impl Iterator<Item = &ShortageReason> {
        self.0.iter().filter(|reason| !reason.hidden)
    }

    /// Whether a code is known, hidden ones too: a tap may have waited since before it was hidden.
    pub fn knows(&self, code: &str) -> bool {
        code == OTHER_REASON || self.0.iter().any(|reason| reason.code == code)
    }

    /// The name of a code; None: it is unknown.
    pub fn word(&self, lang: Lang, code: &str) -> Option<String> {
        let usual = [OTHER_REASON].iter().chain(&USUAL_REASONS).find(|usual| **usual == code);
        let known = self.0.iter().find(|reason| reason.code == code).map(|reason| reason.word(lang));
        known.or_else(|| usual.map(|usual| lang.t(&format!("short_reason.{usual}")).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_that_has_set_nothing_has_the_usual_ones() {
        let usual = Reasons::usual().get();
        let offered: Vec<_> = usual.offered().map(|reason| reason.word(Lang::PtBr)).collect();
        assert_eq!(offered, ["Em falta no estoque", "Produto danificado", "Não localizado"]);
        assert!(usual.knows("other") && !usual.knows("vencido"));
    }

    #[test]
    fn a_hidden_reason_is_called_what_it_was_and_is_not_offered() {
        let set = r#"{"reasons": [{"code": "x", "name": "Vencido"}, {"code": "stock", "hidden": true}]}"#;
        let reasons = Reasons::stored(set).get();
        assert_eq!(reasons.offered().count(), 1);
        assert!(reasons.knows("stock") && !reasons.knows("damaged"));
        let word = |code| reasons.word(Lang::PtBr, code);
        assert_eq!(word("x").as_deref(), Some("Vencido"));
        assert_eq!(word("stock").as_deref(), Some("Em falta no estoque"));
        assert_eq!(word("damaged").as_deref(), Some("Produto danificado"), "of a line of long ago");
        assert_eq!(word("y"), None);
    }
}
