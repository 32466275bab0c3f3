//! An amount of goods in a form.

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::error::{AppError, Result};
use crate::html::number::{read_number, read_plain};
use crate::lang::Lang;

/// What a person typed comes with the notation of the page it was typed into, so that a tap that waited means the same
/// when it is sent; hidden fields have a machine's form and no notation.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Amount {
    #[serde(default)]
    quantity: String,
    notation: Option<Lang>,
}

impl Amount {
    pub(super) fn is_empty(&self) -> bool {
        self.quantity.is_empty()
    }

    /// The notation of all numbers of the form.
    pub(super) fn notation(&self) -> Lang {
        self.notation.unwrap_or_default()
    }

    pub(super) fn read(&self) -> Result<Decimal> {
        self.read_beside("quantity", &self.quantity)
    }

    /// Another amount of the same form, in the field `name`.
    pub(super) fn read_beside(&self, name: &str, written: &str) -> Result<Decimal> {
        // No machine writes a comma.
        let notation = self.notation.or_else(|| written.contains(',').then(Lang::default));
        match notation {
            Some(lang) => typed_number(name, written, lang),
            None => read_plain(written.trim()).ok_or_else(|| AppError::field(name, "number.unread")),
        }
    }
}

/// What somebody typed into the field `name`.
pub fn typed_number(name: &str, typed: &str, lang: Lang) -> Result<Decimal> {
    read_number(typed, lang).map_err(|unread| {
        let sentence = unread.sentence(typed);
        AppError::Invalid { sentence: sentence.clone(), fields: vec![(name.to_owned(), sentence)] }
    })
}
