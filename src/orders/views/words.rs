//! Reasons and replacements as people read them.

use crate::html::{Kept, Reasons, RenderContext};
use crate::lang::Lang;
use crate::orders::item::{Reason, Replacement};
use crate::orders::model::split_reference;

/// A reason as people read it: what the company calls its code, and what was added; "other" says nothing that the text does
/// not.
pub fn reason_words(reasons: Kept<Reasons>, lang: Lang, reason: &Reason) -> String {
    let reasons = reasons.get();
    let known =
        reason.code.as_deref().filter(|code| reasons.knows(code) || reasons.word(lang, code).is_some());
    let word = |code: &str| reasons.word(lang, code).unwrap_or_default();
    match (known, reason.text.as_deref()) {
        (None | Some("other"), Some(text)) => text.to_owned(),
        (Some(code), Some(text)) => format!("{}: {text}", word(code)),
        (code, None) => word(code.unwrap_or("other")),
    }
}

/// Goods in place of others as people read them: "CB15 · 5 UN".
pub fn replacement_words(ctx: &RenderContext, with: &Replacement) -> String {
    let name = split_reference(&with.text).0;
    let unit = with.unit.as_deref().unwrap_or_default();
    format!("{name} · {} {unit}", ctx.quantity(with.quantity)).trim_end().to_owned()
}
