//! A quote as printed: the numbers of the paper, not ours.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One quote (orçamento) of the ERP. As JSON the date is ISO, money and quantities are decimal strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// As printed, up to five digits; "0" or empty means that the ERP gave none.
    pub number: String,
    pub customer_code: String,
    pub customer: String,
    pub seller: String,
    pub date: Date,
    pub items: Vec<QuoteLine>,
    /// VALOR TOTAL, in reais.
    #[serde(with = "money")]
    pub total: Decimal,
    /// DESCONTO, in reais.
    #[serde(with = "money")]
    pub discount: Decimal,
    /// VALOR A PAGAR, in reais.
    #[serde(with = "money")]
    pub payable: Decimal,
}

/// One line of the table. The same code may stand twice: both lines are real.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteLine {
    /// Position on the paper, from 1.
    pub line: u32,
    /// Text, with its leading zeros.
    pub code: String,
    /// As printed; runs of spaces are folded to one.
    pub description: String,
    /// UN, PC, CX, KG … or whatever else stands there; may be empty.
    pub unit: String,
    #[serde(with = "quantity")]
    pub quantity: Decimal,
    /// In reais; up to four decimals.
    #[serde(with = "money")]
    pub unit_price: Decimal,
    /// As printed, in reais.
    #[serde(with = "money")]
    pub total: Decimal,
}

impl Quote {
    /// Whether the number names this quote: "0", zeros or nothing does not.
    pub fn has_number(&self) -> bool {
        self.number.chars().any(|digit| digit != '0')
    }
}

mod money {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&crate::html::format::plain_amount(*value))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

mod quantity {
    use rust_decimal::Decimal;
    use serde::Serializer;

    pub use super::money::deserialize;

    pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&crate::html::format::plain_quantity(*value))
    }
}
