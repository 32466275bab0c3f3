//! Looking things up in a document that may lie: every reference is followed a bounded number of times.

use lopdf::{Dictionary, Document, Object};

/// The object a reference leads to; `Null` where it leads nowhere or in circles.
pub fn resolve<'a>(document: &'a Document, object: &'a Object) -> &'a Object {
    document.dereference(object).map_or(&Object::Null, |(_, object)| object)
}

pub fn get<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    dictionary.get(key).ok().map(|object| resolve(document, object)).filter(|object| !object.is_null())
}

pub fn get_dictionary<'a>(
    document: &'a Document,
    from: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Dictionary> {
    get(document, from, key).and_then(|object| object.as_dict().ok())
}

pub fn number(object: &Object) -> Option<f32> {
    object.as_float().ok().filter(|number| number.is_finite())
}

/// `N` numbers, as in a matrix or a box.
pub fn numbers<const N: usize>(document: &Document, from: &Dictionary, key: &[u8]) -> Option<[f32; N]> {
    let list = get(document, from, key)?.as_array().ok()?;
    let numbers: Vec<f32> = list.iter().filter_map(|entry| number(resolve(document, entry))).collect();
    numbers.try_into().ok()
}
