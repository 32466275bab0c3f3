//! Formatting.
use crate::lang::Lang;
use rust_decimal::Decimal;
pub fn quantity(quantity: Decimal, _lang: Lang) -> String {
    quantity.normalize().to_string()
}
