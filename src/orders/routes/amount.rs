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

    pub(super) fn read(&self) -> Result<Decimal> {
        // No machine writes a comma.
        let notation = self.notation.or_else(|| self.quantity.contains(',').then(Lang::default));
        match notation {
            Some(lang) => typed_number("quantity", &self.quantity, lang),
            None => {
                let read = read_plain(self.quantity.trim());
                read.ok_or_else(|| AppError::field("quantity", "number.unread"))
            }
        }
    }
}

/// What somebody typed into the field `name`.
pub(super) fn typed_number(name: &str, typed: &str, lang: Lang) -> Result<Decimal> {
    read_number(typed, lang).map_err(|unread| {
        let sentence = unread.sentence(typed);
        AppError::Invalid { sentence: sentence.clone(), fields: vec![(name.to_owned(), sentence)] }
    })
}
