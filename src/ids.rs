//! Typed identifiers. All are UUID v7: they sort by the moment they were made.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier, later than every one made before on this machine.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    };
}

id!(/** A company (empresa): the wall nothing crosses. */ CompanyId);
id!(/** A person who signs in. */ PersonId);
id!(/** A session, as sockets know it; no credential. */ SessionId);
id!(/** An order: one imported quote. */ OrderId);
id!(/** One line of an order. */ ItemId);
id!(/** Goods that were bought at once. */ PurchaseId);
id!(/** A quote that was uploaded and not yet confirmed. */ DraftId);
id!(/** A shipping option of a company. */ ShippingId);
id!(/** A packaging option of a company. */ PackagingId);
id!(/** One entry of an order's notes. */ NoteId);
id!(/** A screen on a wall. */ WallId);
id!(/** Made by the client for one tap; a command acts once for each. */ OperationId);
