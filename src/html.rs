//! Formatting.
use crate::lang::Lang;
use rust_decimal::Decimal;
pub fn quantity(_lang: Lang, quantity: Decimal) -> String {
    quantity.normalize().to_string()
}
pub fn time(at: jiff::Timestamp, _offset_minutes: i64) -> String {
    at.to_string()
}
pub fn folded(text: &str) -> String {
    text.to_lowercase()
}
