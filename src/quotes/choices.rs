//! The choices of a preview's form, partial and complete.

use crate::ids::{PackagingId, PersonId, ShippingId};
use crate::orders::history::Header;
use crate::orders::model::ShippingOption;

/// The form as it counts: what was chosen, else what is proposed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    pub shipping: Option<ShippingId>,
    pub packaging: Option<PackagingId>,
    pub seller: Option<PersonId>,
}

/// A form that is complete and follows the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    pub shipping: ShippingId,
    pub packaging: PackagingId,
    pub seller: PersonId,
    /// The shipping makes its orders urgent.
    pub urgent: bool,
    /// Its orders leave at this minute of a working day.
    pub due_minute: Option<i16>,
}

impl Choices {
    /// The choices of a form that is perhaps not complete; what is not chosen stays as the order has it.
    pub fn over(header: &Header, chosen: Chosen, shippings: &[ShippingOption]) -> Self {
        let shipping = chosen.shipping.unwrap_or(header.shipping_id);
        let option = shippings.iter().find(|option| option.id == shipping);
        Self {
            shipping,
            packaging: chosen.packaging.unwrap_or(header.packaging_id),
            seller: chosen.seller.unwrap_or(header.seller_id),
            urgent: option.is_some_and(|option| option.makes_urgent),
            due_minute: option.and_then(|option| option.due_minute),
        }
    }
}
