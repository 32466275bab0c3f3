//! Formatting.
use rust_decimal::Decimal;
use crate::lang::Lang;
pub fn quantity(quantity: Decimal, _lang: Lang) -> String { quantity.normalize().to_string() }
