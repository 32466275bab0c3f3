//! Rules of shipping and packaging options: names, allowed packaging, order.

use crate::actor::folded_name;
use crate::error::{AppError, Result, Sentence};
use crate::ids::{PackagingId, ShippingId};
use crate::people::model::is_name;

use super::changes::LastChange;

/// The longest name: it stands on a card of a phone.
pub const LONGEST_NAME: usize = 40;
/// The most options of a list.
pub const MOST_OPTIONS: usize = 50;

/// A shipping option, as administrators see it.
#[derive(Clone, Debug)]
pub struct Shipping {
    pub id: ShippingId,
    pub name: String,
    pub hidden: bool,
    pub makes_urgent: bool,
    /// Minute of the day until which its orders are to leave; None: no matter when.
    pub due_minute: Option<i16>,
    /// The packaging that it allows, hidden ones too.
    pub packagings: Vec<PackagingId>,
    /// Open orders that have it.
    pub orders: i64,
    pub last: Option<LastChange>,
}

/// A packaging option, as administrators see it.
#[derive(Clone, Debug)]
pub struct Packaging {
    pub id: PackagingId,
    pub name: String,
    pub hidden: bool,
    pub orders: i64,
    pub last: Option<LastChange>,
}

/// What both kinds of option have.
pub trait Listed {
    fn name(&self) -> &str;
    fn hidden(&self) -> bool;
}

impl Listed for Shipping {
    fn name(&self) -> &str {
        &self.name
    }

    fn hidden(&self) -> bool {
        self.hidden
    }
}

impl Listed for Packaging {
    fn name(&self) -> &str {
        &self.name
    }

    fn hidden(&self) -> bool {
        self.hidden
    }
}

/// A name that people read at a glance, and that no other option of the list has.
pub fn check_name<'a, T: Listed + 'a>(name: &str, others: impl Iterator<Item = &'a T>) -> Result<()> {
    if !is_name(name) || name.chars().count() > LONGEST_NAME {
        let sentence = Sentence::new("settings.name_wrong").text("most", LONGEST_NAME.to_string());
        return Err(at("name", sentence));
    }
    let folded = folded_name(name);
    match others.into_iter().find(|other| folded_name(other.name()) == folded) {
        None => Ok(()),
        Some(other) => {
            let key = if other.hidden() { "settings.name_hidden" } else { "settings.name_taken" };
            Err(at("name", Sentence::new(key).text("name", other.name())))
        }
    }
}

pub fn check_room(options: usize) -> Result<()> {
    if options < MOST_OPTIONS {
        return Ok(());
    }
    Err(at("name", Sentence::new("settings.too_many").text("most", MOST_OPTIONS.to_string())))
}

/// A shipping that can be chosen has a packaging that can.
pub fn check_packagings(chosen: &[PackagingId], packagings: &[Packaging]) -> Result<()> {
    let offered = |id: &PackagingId| packagings.iter().any(|one| one.id == *id && !one.hidden);
    if chosen.iter().any(|id| !packagings.iter().any(|one| one.id == *id)) {
        return Err(AppError::NotFound);
    }
    if chosen.iter().any(offered) {
        Ok(())
    } else {
        Err(AppError::field("packagings", "settings.packaging_required"))
    }
}

/// The last one that can be chosen stays: an order has one.
pub fn check_hidden<'a, T: Listed + 'a>(others: impl Iterator<Item = &'a T>) -> Result<()> {
    if others.into_iter().any(|other| !other.hidden()) {
        return Ok(());
    }
    Err(AppError::conflict("settings.last_option"))
}

/// A packaging that is the only one of a shipping stays until that allows another one.
pub fn check_packaging_hidden(
    id: PackagingId,
    shippings: &[Shipping],
    packagings: &[Packaging],
) -> Result<()> {
    let offered =
        |other: &PackagingId| *other != id && packagings.iter().any(|one| one.id == *other && !one.hidden);
    let needs = |shipping: &&Shipping| {
        !shipping.hidden && shipping.packagings.contains(&id) && !shipping.packagings.iter().any(offered)
    };
    match shippings.iter().find(needs) {
        None => Ok(()),
        Some(shipping) => {
            let sentence = Sentence::new("settings.packaging_needed").text("shipping", shipping.name.clone());
            Err(AppError::Conflict(sentence))
        }
    }
}

/// The ids in their new order: `id` at a place that counts from 1.
pub fn moved<T: Copy + PartialEq>(ids: &[T], id: T, place: usize) -> Vec<T> {
    let mut order: Vec<T> = ids.iter().copied().filter(|other| *other != id).collect();
    order.insert(place.saturating_sub(1).min(order.len()), id);
    order
}

fn at(field: &str, sentence: Sentence) -> AppError {
    AppError::Invalid { sentence: sentence.clone(), fields: vec![(field.to_owned(), sentence)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packaging(name: &str, hidden: bool) -> Packaging {
        Packaging { id: PackagingId::new(), name: name.to_owned(), hidden, orders: 0, last: None }
    }

    fn shipping(name: &str, packagings: &[PackagingId]) -> Shipping {
        Shipping {
            id: ShippingId::new(),
            name: name.to_owned(),
            hidden: false,
            makes_urgent: false,
            due_minute: None,
            packagings: packagings.to_vec(),
            orders: 0,
            last: None,
        }
    }

    #[test]
    fn a_name_is_told_apart_without_case_accents_and_spaces() {
        let others = [packaging("Caixa", false), packaging("Sacóla", true)];
        assert!(check_name("Envelope", others.iter()).is_ok());
        let key = |name: &str| match check_name(name, others.iter()) {
            Err(AppError::Invalid { sentence, .. }) => sentence.key.into_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(key("CAIXA"), "settings.name_taken");
        assert_eq!(key("sacola"), "settings.name_hidden");
        assert_eq!(key(""), "settings.name_wrong");
        assert_eq!(key(&"x".repeat(41)), "settings.name_wrong");
    }

    #[test]
    fn a_shipping_always_has_a_packaging_that_can_be_chosen() {
        let all = [packaging("Caixa", false), packaging("Sacola", true)];
        assert!(check_packagings(&[all[0].id, all[1].id], &all).is_ok());
        assert!(matches!(check_packagings(&[all[1].id], &all), Err(AppError::Invalid { .. })));
        assert!(matches!(check_packagings(&[], &all), Err(AppError::Invalid { .. })));
        assert!(matches!(check_packagings(&[PackagingId::new()], &all), Err(AppError::NotFound)));
        let only = shipping("Correios", &[all[0].id, all[1].id]);
        assert!(check_packaging_hidden(all[0].id, &[only], &all).is_err());
        let shown = [packaging("Caixa", false), packaging("Sacola", false)];
        let either = shipping("Motoboy", &[shown[0].id, shown[1].id]);
        assert!(check_packaging_hidden(shown[0].id, &[either], &shown).is_ok());
        assert!(check_hidden(all[1..].iter()).is_err());
    }

    #[test]
    fn a_place_beyond_the_ends_is_the_end() {
        assert_eq!(moved(&[1, 2, 3], 3, 1), [3, 1, 2]);
        assert_eq!(moved(&[1, 2, 3], 1, 2), [2, 1, 3]);
        assert_eq!(moved(&[1, 2, 3], 1, 9), [2, 3, 1]);
        assert_eq!(moved(&[1, 2, 3], 2, 0), [2, 1, 3]);
        assert_eq!(moved(&[1, 2, 3], 2, 2), [1, 2, 3]);
    }
}
