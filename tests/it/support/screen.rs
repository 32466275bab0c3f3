//! A page as the script sees it: fragments by id, lists by order. Frames are applied by the same rules as in
//! `static/js/apply.js`, so that "page before + frames = page after" is checked without a browser.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    pub v: i64,
    /// The list it is a member of, and where it stands in it.
    pub list: Option<(String, String)>,
    /// The element without its version and without what only the clock changes.
    pub html: String,
}

#[derive(Clone, Debug)]
pub struct Page {
    pub screen: String,
    pub cursor: String,
    pub fragments: BTreeMap<String, Fragment>,
    /// The frame asked for the page to be fetched again.
    pub touched: bool,
    pub reset: Option<String>,
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

impl Page {
    pub fn parse(html: &str) -> Self {
        let document = Html::parse_document(html);
        let main = document.select(&selector("main")).next().expect("<main>");
        let value = |name| main.value().attr(name).unwrap_or_default().to_owned();
        let lists = selector("[id][data-v]");
        let mut page = Page {
            screen: value("data-screen"),
            cursor: value("data-cursor"),
            fragments: BTreeMap::new(),
            touched: false,
            reset: None,
        };
        for element in main.select(&lists).filter(|element| !is_list(element)) {
            page.insert(element);
        }
        page
    }

    pub fn epoch(&self) -> &str {
        self.cursor.split('.').next().unwrap()
    }

    pub fn n(&self) -> i64 {
        self.cursor.split('.').nth(1).unwrap().parse().unwrap()
    }

    fn insert(&mut self, element: ElementRef<'_>) {
        let (id, fragment) = read(element);
        self.fragments.insert(id, fragment);
    }

    /// Applies a frame. Panics on a gap: a test must see it.
    pub fn apply(&mut self, frame: &Value) {
        if let Some(reason) = frame.get("reset").and_then(Value::as_str) {
            self.reset = Some(reason.to_owned());
            return;
        }
        let (Some(from), Some(to)) = (frame["from"].as_i64(), frame["to"].as_i64()) else { return };
        assert_eq!(frame["epoch"], self.epoch(), "another epoch without a reset");
        assert!(from <= self.n(), "a gap: {from} > {}", self.n());
        if to <= self.n() {
            return;
        }
        self.touched |= frame["touched"].as_bool().unwrap_or(false);
        self.apply_html(frame["html"].as_str().unwrap());
        self.cursor = format!("{}.{to}.{}", self.epoch(), frame["tag"].as_str().unwrap());
    }

    fn apply_html(&mut self, html: &str) {
        for change in changes(html).iter() {
            match change {
                Change::Gone(id, v) => {
                    if self.fragments.get(id).is_some_and(|known| known.v <= *v) {
                        self.fragments.remove(id);
                    }
                }
                Change::Put(id, new) => match self.fragments.get(id) {
                    Some(known) if known.v > new.v => {}
                    None if new.list.is_none() => {}
                    _ => {
                        self.fragments.insert(id.clone(), new.clone());
                    }
                },
            }
        }
    }

    /// Fails, naming the first fragment that differs.
    pub fn must_show(&self, other: &Page, when: &str) {
        let (shown, wanted) = (self.content(), other.content());
        for id in shown.keys().chain(wanted.keys()) {
            assert_eq!(shown.get(id), wanted.get(id), "{id} {when}");
        }
    }

    /// What must be equal: every fragment, its list and its place; not the versions.
    fn content(&self) -> BTreeMap<String, (Option<(String, String)>, String)> {
        self.fragments.iter().map(|(id, f)| (id.clone(), (f.list.clone(), f.html.clone()))).collect()
    }

    pub fn has(&self, id: &str) -> bool {
        self.fragments.contains_key(id)
    }
}

/// What a frame's html asks for.
#[derive(Debug)]
enum Change {
    Gone(String, i64),
    Put(String, Fragment),
}

/// Hundreds of sockets get the same bytes; they are parsed once.
fn changes(html: &str) -> Arc<[Change]> {
    static KNOWN: Mutex<BTreeMap<String, Arc<[Change]>>> = Mutex::new(BTreeMap::new());
    if let Some(known) = KNOWN.lock().unwrap().get(html) {
        return known.clone();
    }
    let parsed = parse_changes(html);
    let mut known = KNOWN.lock().unwrap();
    if known.len() > 500 {
        known.clear();
    }
    known.insert(html.to_owned(), parsed.clone());
    parsed
}

fn parse_changes(html: &str) -> Arc<[Change]> {
    let fragment = Html::parse_fragment(html);
    let gone = selector("template[data-gone]");
    let gone = fragment.select(&gone).map(|element| {
        let v = element.value().attr("data-v").unwrap().parse().unwrap();
        Change::Gone(element.value().attr("id").unwrap().to_owned(), v)
    });
    let here = selector("[id][data-v]");
    let here = fragment.select(&here).filter(|element| element.value().name() != "template").map(|element| {
        let (id, new) = read(element);
        Change::Put(id, new)
    });
    gone.chain(here).collect()
}

fn is_list(element: &ElementRef<'_>) -> bool {
    matches!(element.value().name(), "ul" | "ol")
}

fn read(element: ElementRef<'_>) -> (String, Fragment) {
    let attribute = |name| element.value().attr(name).map(str::to_owned);
    let list = attribute("data-in").zip(attribute("data-sort"));
    let fragment =
        Fragment { v: attribute("data-v").unwrap().parse().unwrap(), list, html: normal(&element.html()) };
    (attribute("id").unwrap(), fragment)
}

/// Takes out versions, and the text of elements that the clock changes.
fn normal(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("data-v=\"") {
        text.push_str(&rest[..at]);
        rest = rest[at + 8..].split_once('"').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    // Hidden versions of forms (`name="v"`) are versions, too.
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("name=\"v\"") {
        plain.push_str(&rest[..at]);
        rest = rest[at..].split_once('>').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    // A deadline is counted down as an age is counted up.
    let plain = plain.replace("data-deadline", "data-at");
    let mut still = String::with_capacity(plain.len());
    let mut rest = plain.as_str();
    while let Some(at) = rest.find("data-at") {
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end + 1);
        still.push_str(&rest[..end]);
        rest = rest[end..].find('<').map_or("", |text| &rest[end + text..]);
    }
    still.push_str(rest);
    still
}
