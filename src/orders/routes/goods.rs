//! `GET /goods`: goods that the company knows, suggested while somebody types what is sent in place of others.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::board::telling;
use crate::actor::Permission;
use crate::error::{AppError, Result};
use crate::extract::Query;
use crate::orders::actions::import::{code_words, search_words};
use crate::orders::model::Goods;
use crate::orders::queries::replacements;
use crate::page::Visitor;
use crate::state::AppState;

/// The most suggestions.
const MOST: usize = 8;

#[derive(Debug, Default, Deserialize)]
pub struct GoodsQuery {
    #[serde(default)]
    q: String,
}

/// A suggestion, with the names that the fields of a replacement have in forms.
#[derive(Debug, Serialize)]
struct Suggestion {
    text: String,
    code: String,
    unit: String,
}

/// Suggestions for the forms that name other goods.
pub async fn goods(
    State(state): State<AppState>,
    visitor: Visitor,
    Query(query): Query<GoodsQuery>,
) -> Result<Response> {
    let actor = visitor.actor()?;
    if ![Permission::ResolveItem, Permission::Answer].into_iter().any(|may| actor.can(may)) {
        return Err(AppError::Forbidden);
    }
    let words = telling(search_words(&query.q));
    let mut known = Vec::new();
    if let Some(first) = words.first().filter(|word| word.chars().nth(1).is_some()) {
        let mut tx = state.db.company(actor.company_id).await?;
        known = replacements::list_goods(&mut tx, first).await?;
    }
    known.retain(|goods| is_named(goods, &words));
    known.sort_by_cached_key(|goods| crate::html::folded(&goods.description));
    known.truncate(MOST);
    let suggestions: Vec<_> = known.into_iter().map(Suggestion::from).collect();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(suggestions)).into_response())
}

impl From<Goods> for Suggestion {
    fn from(goods: Goods) -> Self {
        Self { text: goods.description, code: goods.code, unit: goods.unit }
    }
}

/// Whether the first word begins one of the code or the reference, as in the index, and each other one of the whole.
fn is_named(goods: &Goods, typed: &[String]) -> bool {
    let mut names = code_words(&goods.code);
    names.extend(code_words(goods.reference()));
    let Some((first, others)) = typed.split_first() else { return false };
    if !names.iter().any(|name| name.starts_with(first)) {
        return false;
    }
    names.extend(search_words(&goods.description));
    others.iter().all(|word| names.iter().any(|name| name.starts_with(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goods_are_named_by_code_or_reference_and_then_by_any_word() {
        let goods = Goods {
            code: "01348".to_owned(),
            unit: "UN".to_owned(),
            description: "CJ-42 --> SUPORTE VEICULAR".to_owned(),
        };
        let named = |typed: &str| is_named(&goods, &telling(search_words(typed)));
        for typed in ["cj42", "cj-4", "1348", "01348", "CJ sup", "42 veicular"] {
            assert!(named(typed), "{typed}");
        }
        for typed in ["suporte", "cj cabo", "348", ""] {
            assert!(!named(typed), "{typed}");
        }
    }
}
