//! What the form of a preview says: as far as it is filled in, and complete.

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
}

impl Choices {
    /// The form as far as it is filled in, over what the order has.
    pub fn over(header: &Header, chosen: Chosen, shippings: &[ShippingOption]) -> Self {
        let shipping = chosen.shipping.unwrap_or(header.shipping_id);
        let urgent = shippings.iter().any(|option| option.id == shipping && option.makes_urgent);
        Self {
            shipping,
            packaging: chosen.packaging.unwrap_or(header.packaging_id),
            seller: chosen.seller.unwrap_or(header.seller_id),
            urgent,
        }
    }
}
