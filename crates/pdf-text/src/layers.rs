//! Layers (optional content): text in a layer that is switched off is not shown.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::budget::Budget;
use crate::{Error, objects};

/// More marks open at once are an attack; what a deeper one hides counts as shown.
const MAX_MARKS: usize = 1_000;
/// How deep a visibility expression may be nested, and how wide; deeper ones count as shown.
const MAX_NESTED: usize = 4;
const MAX_OPERANDS: usize = 16;
/// To look up one layer takes as long as so many comparisons.
const LOOKUP: usize = 20;

#[derive(Default)]
pub struct Layers {
    off: HashSet<ObjectId>,
    /// The marks that are open, and whether each hides what is inside.
    marks: Vec<bool>,
    /// How many are open beyond [`MAX_MARKS`].
    deeper: usize,
}

impl Layers {
    pub fn read(document: &Document) -> Self {
        let mut layers = Self::default();
        let list = |from: &Dictionary, key: &[u8]| -> Vec<ObjectId> {
            let list = objects::get(document, from, key).and_then(|list| list.as_array().ok());
            list.into_iter().flatten().filter_map(|entry| entry.as_reference().ok()).collect()
        };
        let Some(properties) = document
            .catalog()
            .ok()
            .and_then(|catalog| objects::get_dictionary(document, catalog, b"OCProperties"))
        else {
            return layers;
        };
        let Some(default) = objects::get_dictionary(document, properties, b"D") else { return layers };
        let base = objects::get(document, default, b"BaseState").and_then(|state| state.as_name().ok());
        if base == Some(b"OFF") {
            layers.off.extend(list(properties, b"OCGs"));
            for id in list(default, b"ON") {
                layers.off.remove(&id);
            }
        }
        layers.off.extend(list(default, b"OFF"));
        layers.follow_usage(document, default);
        layers
    }

    /// Layers whose state on a screen is that of their own usage, whatever the defaults say.
    fn follow_usage(&mut self, document: &Document, default: &Dictionary) {
        let list = |from: &'_ Dictionary, key: &[u8]| -> Vec<Object> {
            let list = objects::get(document, from, key).and_then(|list| list.as_array().ok());
            list.cloned().unwrap_or_default()
        };
        for entry in list(default, b"AS") {
            let Ok(entry) = objects::resolve(document, &entry).as_dict() else { continue };
            let event = objects::get(document, entry, b"Event").and_then(|event| event.as_name().ok());
            if event != Some(b"View") {
                continue;
            }
            for group in list(entry, b"OCGs").iter().filter_map(|group| group.as_reference().ok()) {
                let usage = document.get_dictionary(group).ok();
                let usage = usage.and_then(|group| objects::get_dictionary(document, group, b"Usage"));
                let view = usage.and_then(|usage| objects::get_dictionary(document, usage, b"View"));
                let state = view.and_then(|view| objects::get(document, view, b"ViewState"));
                match state.and_then(|state| state.as_name().ok()) {
                    Some(b"OFF") => self.off.insert(group),
                    Some(b"ON") => self.off.remove(&group),
                    _ => false,
                };
            }
        }
    }

    pub fn depth(&self) -> usize {
        self.marks.len() + self.deeper
    }

    /// Opens a mark; `layer` is what its content belongs to.
    pub fn enter(
        &mut self,
        document: &Document,
        layer: Option<&Object>,
        budget: &mut Budget,
    ) -> Result<(), Error> {
        let hides = match layer {
            Some(layer) => self.hides(document, layer, budget)?,
            None => false,
        };
        if self.marks.len() < MAX_MARKS {
            self.marks.push(hides);
        } else {
            self.deeper += 1;
        }
        Ok(())
    }

    /// Closes marks until so many are open.
    pub fn leave(&mut self, depth: usize) {
        self.marks.truncate(depth);
        self.deeper = self.deeper.min(depth - self.marks.len());
    }

    pub fn is_off(&self) -> bool {
        self.marks.contains(&true)
    }

    pub fn hides(&self, document: &Document, layer: &Object, budget: &mut Budget) -> Result<bool, Error> {
        budget.compare(LOOKUP)?;
        if layer.as_reference().is_ok_and(|id| self.off.contains(&id)) {
            return Ok(true);
        }
        let Ok(members) = objects::resolve(document, layer).as_dict() else { return Ok(false) };
        if let Some(expression) = objects::get(document, members, b"VE") {
            return Ok(!self.holds(document, expression, MAX_NESTED, budget)?);
        }
        let Ok(groups) = members.get(b"OCGs") else { return Ok(false) };
        let groups = match objects::resolve(document, groups) {
            Object::Array(list) => list.as_slice(),
            _ => std::slice::from_ref(groups),
        };
        budget.compare(groups.len().saturating_mul(LOOKUP))?;
        let states =
            || groups.iter().filter_map(|group| group.as_reference().ok()).map(|id| self.off.contains(&id));
        if states().next().is_none() {
            return Ok(false);
        }
        // By which of its layers a membership of several is shown; without a word, if any of them is on.
        let policy = objects::get(document, members, b"P").and_then(|policy| policy.as_name().ok());
        Ok(match policy {
            Some(b"AllOn") => states().any(|off| off),
            Some(b"AnyOff") => !states().any(|off| off),
            Some(b"AllOff") => !states().all(|off| off),
            _ => states().all(|off| off),
        })
    }

    /// Whether a visibility expression, such as `[/And 1 0 R [/Not 2 0 R]]`, holds.
    fn holds(
        &self,
        document: &Document,
        expression: &Object,
        depth: usize,
        budget: &mut Budget,
    ) -> Result<bool, Error> {
        budget.compare(LOOKUP)?;
        if let Ok(id) = expression.as_reference()
            && document.get_dictionary(id).is_ok()
        {
            return Ok(!self.off.contains(&id));
        }
        let Ok(list) = objects::resolve(document, expression).as_array() else { return Ok(true) };
        let Some((Object::Name(operator), operands)) = list.split_first() else { return Ok(true) };
        let (mut all, mut any) = (true, false);
        for operand in operands.iter().take(MAX_OPERANDS) {
            let shown = depth == 0 || self.holds(document, operand, depth - 1, budget)?;
            (all, any) = (all && shown, any || shown);
        }
        Ok(match operator.as_slice() {
            b"And" => all,
            b"Or" => any,
            b"Not" => !all,
            _ => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use lopdf::dictionary;

    use super::*;
    use crate::budget::MAX_COMPARISONS;

    fn hides(layers: &Layers, document: &Document, layer: &Object) -> bool {
        layers.hides(document, layer, &mut Budget::default()).unwrap()
    }

    #[test]
    fn a_membership_of_several_layers_is_shown_as_its_policy_says() {
        let document = Document::new();
        let (on, off) = (Object::Reference((1, 0)), Object::Reference((2, 0)));
        let layers = Layers { off: HashSet::from([(2, 0)]), ..Layers::default() };
        let cases: [(&[Object], [bool; 4]); 4] = [
            (&[on.clone(), Object::Null], [false, false, true, true]),
            (&[on.clone(), off.clone()], [false, true, false, true]),
            (std::slice::from_ref(&off), [true, true, false, false]),
            (&[], [false, false, false, false]),
        ];
        for (groups, hidden) in cases {
            for (policy, expected) in ["AnyOn", "AllOn", "AnyOff", "AllOff"].into_iter().zip(hidden) {
                let membership = dictionary! { "Type" => "OCMD", "OCGs" => groups.to_vec(), "P" => policy };
                let is_hidden = hides(&layers, &document, &Object::Dictionary(membership));
                assert_eq!(is_hidden, expected, "{policy} of {groups:?}");
            }
        }
        let silent = dictionary! { "Type" => "OCMD", "OCGs" => vec![on, off.clone()] };
        assert!(!hides(&layers, &document, &Object::Dictionary(silent)));
        let single = dictionary! { "Type" => "OCMD", "OCGs" => off };
        assert!(hides(&layers, &document, &Object::Dictionary(single)));
    }

    #[test]
    fn an_expression_says_of_several_layers_whether_they_are_shown() {
        let mut document = Document::new();
        let (on, off) = [(1, 0), (2, 0)]
            .map(|id| {
                document.set_object(id, dictionary! { "Type" => "OCG" });
                Object::Reference(id)
            })
            .into();
        let layers = Layers { off: HashSet::from([(2, 0)]), ..Layers::default() };
        let list = |operator: &str, operands: &[&Object]| {
            let operands = operands.iter().map(|operand| (*operand).clone());
            Object::Array([Object::from(operator)].into_iter().chain(operands).collect())
        };
        let cases = [
            (list("And", &[&on, &on]), false),
            (list("And", &[&on, &off]), true),
            (list("Or", &[&on, &off]), false),
            (list("Not", &[&off]), false),
            (list("Not", &[&on]), true),
            (list("And", &[&on, &list("Not", &[&list("Not", &[&off])])]), true),
        ];
        for (expression, hidden) in cases {
            let membership = Object::Dictionary(dictionary! { "Type" => "OCMD", "VE" => expression.clone() });
            assert_eq!(hides(&layers, &document, &membership), hidden, "{expression:?}");
        }
    }

    #[test]
    fn an_expression_or_a_list_of_very_many_layers_spends_the_budget() {
        let mut document = Document::new();
        let layer = document.add_object(dictionary! { "Type" => "OCG" });
        let mut expression = layer;
        for _ in 0..=MAX_NESTED {
            let operands = std::iter::repeat_n(Object::Reference(expression), MAX_OPERANDS);
            expression = document
                .add_object(Object::Array([Object::from("And")].into_iter().chain(operands).collect()));
        }
        let many = vec![Object::Reference(layer); 10_000];
        for members in [dictionary! { "VE" => expression }, dictionary! { "OCGs" => many }] {
            let mut budget = Budget::default();
            budget.compare(MAX_COMPARISONS - 100_000).unwrap();
            let hides = Layers::default().hides(&document, &Object::Dictionary(members), &mut budget);
            assert_eq!(hides, Err(Error::TooHeavy));
        }
    }

    #[test]
    fn a_layer_may_be_off_by_its_own_usage() {
        for (state, hidden) in [("OFF", true), ("ON", false)] {
            let mut document = Document::new();
            let usage = dictionary! { "View" => dictionary! { "ViewState" => state } };
            let layer =
                Object::Reference(document.add_object(dictionary! { "Type" => "OCG", "Usage" => usage }));
            let when = dictionary! { "Event" => "View", "OCGs" => vec![layer.clone()] };
            let default = dictionary! { "AS" => vec![Object::Dictionary(when)] };
            let properties = dictionary! { "OCGs" => vec![layer.clone()], "D" => default };
            let catalog =
                document.add_object(dictionary! { "Type" => "Catalog", "OCProperties" => properties });
            document.trailer.set("Root", catalog);
            assert_eq!(hides(&Layers::read(&document), &document, &layer), hidden, "{state}");
        }
    }

    #[test]
    fn a_mark_beyond_the_limit_closes_without_closing_one_that_hides() {
        let document = Document::new();
        let mut layers = Layers { marks: vec![true], ..Layers::default() };
        for _ in 0..MAX_MARKS {
            layers.enter(&document, None, &mut Budget::default()).unwrap();
        }
        assert_eq!(layers.depth(), MAX_MARKS + 1);
        for depth in (1..=MAX_MARKS).rev() {
            layers.leave(depth);
            assert!(layers.is_off());
        }
        layers.leave(0);
        assert!(!layers.is_off());
        assert_eq!(layers.depth(), 0);
    }
}
