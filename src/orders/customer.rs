//! The customer whose orders are to be anonymised.

use crate::ids::OrderId;

/// By the code, and by the name where the code is not one customer's.
#[derive(Clone, Debug, Default)]
pub struct Customer {
    pub code: String,
    pub name: String,
}

/// An order of a customer.
#[derive(Debug)]
pub struct CustomerOrder {
    pub id: OrderId,
    pub customer: String,
    pub open: bool,
}
