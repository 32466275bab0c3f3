//! Views of shipping and packaging options.

use std::collections::HashMap;
use std::fmt::Display;

use askama::Template;

use super::TABS;
use crate::html::{FormState, Layout, Nav};
use crate::ids::ShippingId;
use crate::settings::model::day::time_text;
use crate::settings::model::options::{Packaging, Shipping};
use crate::settings::offers::DueOffer;

/// `/settings`. Posts to `/settings/shipping` and `/settings/shipping/{id}`: `name`, `packagings` (several ids),
/// `makes_urgent` (`yes`), `due` (`18:30`, or nothing), `version`; to `…/{id}/due`: `apply` (`yes`, `no`), `version`; to `…/{id}/hidden`: `hidden` (`yes`, `no`); to `…/{id}/place`: `place` (from 1). The same
/// below `/settings/packaging` with `name` alone. Every form carries `v`.
#[derive(Template)]
#[template(path = "settings/options.html")]
pub struct OptionsPage<'a> {
    pub layout: &'a Layout,
    pub shippings: &'a [Shipping],
    pub packagings: &'a [Packaging],
    /// Offers for options whose time was changed.
    pub offers: &'a HashMap<ShippingId, DueOffer>,
    pub given: FormState<'a>,
}

impl OptionsPage<'_> {
    const PATH: &'static str = "/settings";

    fn nav(&self) -> Nav {
        Nav::Settings
    }

    /// "Caixa, Sacola": what forms offer of it.
    fn allowed(&self, shipping: &Shipping) -> String {
        let allowed =
            self.packagings.iter().filter(|one| !one.hidden && shipping.packagings.contains(&one.id));
        allowed.map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// "18:30"; empty where it has none.
    fn due(&self, shipping: &Shipping) -> String {
        shipping.due_minute.map(time_text).unwrap_or_default()
    }

    fn offer(&self, shipping: &Shipping) -> Option<&DueOffer> {
        self.offers.get(&shipping.id)
    }

    /// "O horário agora é 18:30. Aplicar a 6 pedidos abertos?"
    fn asks(&self, shipping: &Shipping, offer: &DueOffer) -> String {
        let (key, time) = match shipping.due_minute {
            Some(minute) => ("settings.due_ask", time_text(minute)),
            None => ("settings.due_ask_none", String::new()),
        };
        let key = format!("{key}.{}", if offer.orders == 1 { "one" } else { "other" });
        self.layout.ctx.lang.t_with(&key, &[("count", &offer.orders.to_string()), ("time", &time)])
    }

    /// A form's address below `/settings`.
    fn form(&self, kind: &str, id: impl Display) -> String {
        format!("{kind}/{id}")
    }
}
