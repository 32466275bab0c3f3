//! "Devolver à prateleira": one list over all orders.

use askama::Template;

use crate::html::format::plain_quantity;
use crate::html::{Layout, Nav};
use crate::orders::commands;
use crate::orders::model::ShelfLine;

/// `/returns`. Posts to `/orders/{order}/items/{item}/return` (`quantity`, `v`), as the order's own rows do, for bought
/// goods to `/orders/{order}/items/{item}/return-goods` (`quantity`, `purchase`, `v`), and for goods in place of a line's
/// own to `/orders/{order}/items/{item}/unsubstitute` (`v`).
#[derive(Template)]
#[template(path = "orders/returns.html")]
pub struct ReturnsPage<'a> {
    pub layout: &'a Layout,
    /// Order by order, each by what its goods are called.
    pub lines: &'a [ShelfLine],
}

impl ReturnsPage<'_> {
    fn nav(&self) -> Nav {
        Nav::History
    }

    /// The lines of each order, and one of them to tell which order it is.
    fn orders(&self) -> impl Iterator<Item = (&ShelfLine, &[ShelfLine])> {
        let orders = self.lines.chunk_by(|one, other| one.order_id == other.order_id);
        orders.filter_map(|lines| Some((lines.first()?, lines)))
    }

    fn action(&self, line: &ShelfLine) -> String {
        let verb = match (line.purchase_id, line.in_place) {
            (Some(_), _) => "return-goods",
            (None, true) => "unsubstitute",
            (None, false) => "return",
        };
        format!("/orders/{}/items/{}/{verb}", line.order_id, line.item_id)
    }

    fn need(&self, line: &ShelfLine) -> &'static str {
        match (line.purchase_id, line.in_place) {
            (Some(_), _) => commands::RETURN_GOODS.need(),
            (None, true) => commands::UNSUBSTITUTE_ITEM.need(),
            (None, false) => commands::RETURN_ITEM.need(),
        }
    }

    fn plain(&self, line: &ShelfLine) -> String {
        plain_quantity(line.units)
    }
}
