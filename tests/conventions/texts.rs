//! The catalogue of texts: complete in both languages, used, and in the words of a warehouse.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{File, Problems, files, sources, words};

/// Keys of the catalogue that the code puts together in a way this test cannot see: prefix and place.
const BUILT_KEYS: &[(&str, &str)] = &[];

type Catalogue = BTreeMap<String, BTreeMap<String, String>>;

/// Key, then language, then text. The files are plain: keys at the margin, languages two spaces in.
fn catalogue(problems: &mut Problems) -> Catalogue {
    let mut catalogue = Catalogue::new();
    for file in files("locales", ".yml") {
        let mut current: Option<String> = None;
        for (n, line) in file.text.lines().enumerate() {
            let place = format!("{}:{}", file.path, n + 1);
            if line.trim().is_empty() || line.trim_start().starts_with('#') || line == "_version: 2" {
                continue;
            }
            let Some((name, text)) = line.split_once(':') else {
                problems.add(format!("{place}: one line per text, please"));
                continue;
            };
            match (name.strip_prefix("  "), &current) {
                (None, _) => {
                    if !text.trim().is_empty() || catalogue.contains_key(name) {
                        problems.add(format!("{place}: {name} is there twice, or is no key of a text"));
                    }
                    catalogue.entry(name.to_owned()).or_default();
                    current = Some(name.to_owned());
                }
                (Some(lang), Some(key)) => {
                    let texts = catalogue.entry(key.clone()).or_default();
                    texts.insert(lang.trim_matches('"').to_owned(), text.trim().to_owned());
                }
                (Some(_), None) => problems.add(format!("{place}: a text without a key")),
            }
        }
    }
    catalogue
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split("%{").skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[test]
fn every_text_is_there_in_both_languages_with_the_same_placeholders() {
    let mut problems = Problems::default();
    for (key, texts) in catalogue(&mut problems) {
        let languages: Vec<&str> = texts.keys().map(String::as_str).collect();
        if languages != ["en", "pt-BR"] || texts.values().any(String::is_empty) {
            problems.add(format!("{key}: needs a text in pt-BR and one in en, has {languages:?}"));
        } else if placeholders(&texts["en"]) != placeholders(&texts["pt-BR"]) {
            problems.add(format!("{key}: the placeholders of the two languages differ"));
        }
    }
    problems.none();
}

/// Words that are not said on a screen, each with what is said instead; `*` stands for any ending. From the glossary of
/// the product, and from how a warehouse speaks.
const NOT_SAID: &[(&str, &str)] = &[
    ("clic*", "tocar"),
    ("cliqu*", "tocar"),
    ("coleta*", "separação: it is not picked up by a courier"),
    ("cookie*", "nothing: no jargon"),
    ("corte*", "falta: a cut is also a cut-off time"),
    ("delet*", "remover"),
    ("download*", "baixar, or the name of the file"),
    ("exclu*", "remover"),
    ("faturad*", "finalizado: invoicing is the ERP's"),
    ("guard*", "salvar: guardar means putting away"),
    ("inválid*", "what is wrong, and what to do"),
    ("linha*", "item"),
    ("log", "histórico"),
    ("logar", "entrar"),
    ("login", "entrar, or número"),
    ("logout", "sair"),
    ("lote*", "todos: a batch of goods is something else"),
    ("offline", "sem conexão"),
    ("online", "ao vivo"),
    ("picking", "separação"),
    ("status", "situação"),
    ("submet*", "enviar"),
    ("sucesso", "nothing: what was done says it"),
    ("timeout", "demorou"),
    ("token*", "código"),
    ("upload*", "enviar"),
    ("usuári*", "pessoa, or the function"),
    ("erro interno", "algo deu errado aqui"),
    ("!", "a full stop"),
];

/// Texts about a paper, whose lines are not yet items: prefix, and the word that is said there.
const OF_A_PAPER: (&str, &str) = ("quotes.leftover.", "linha*");

#[test]
fn the_screens_speak_the_language_of_the_warehouse() {
    let mut problems = Problems::default();
    for (key, texts) in catalogue(&mut problems) {
        let text = texts.get("pt-BR").map(|text| text.to_lowercase()).unwrap_or_default();
        let spoken = text.split("%{").map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
        let spoken = spoken.collect::<Vec<_>>().join(" ");
        let said = |unsaid: &str| match unsaid.strip_suffix('*') {
            Some(beginning) => words(&spoken).any(|word| word.starts_with(beginning)),
            None if unsaid.chars().all(char::is_alphanumeric) => words(&spoken).any(|word| word == unsaid),
            None => spoken.contains(unsaid),
        };
        let of_a_paper = |unsaid: &str| key.starts_with(OF_A_PAPER.0) && unsaid == OF_A_PAPER.1;
        for (unsaid, instead) in NOT_SAID.iter().filter(|(unsaid, _)| said(unsaid) && !of_a_paper(unsaid)) {
            problems.add(format!("{key} says “{unsaid}”; say: {instead}"));
        }
    }
    problems.none();
}

/// What the strings of a file say about the catalogue.
#[derive(Default)]
struct Keys<'a> {
    /// Look like keys: `orders.card.urgent`.
    likely: BTreeSet<&'a str>,
    /// Are keys, because they stand where only a key can: `t("orders.card.urgent")`.
    certain: BTreeSet<&'a str>,
    /// Beginnings of keys: `quotes.refusal.{`.
    beginnings: BTreeSet<&'a str>,
}

fn keys_in(text: &str) -> Keys<'_> {
    let takes_a_key =
        ["t(", "t_with(", "count(", "Sentence::new(", "AppError::invalid(", "AppError::conflict("];
    let mut keys = Keys::default();
    for (at, _) in text.match_indices('"') {
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && !"._".contains(c));
        let (key, after) = rest.split_at(end.unwrap_or(rest.len()));
        let dotted = key.contains('.') && !key.starts_with('.');
        if dotted && after.starts_with('"') && !key.ends_with('.') {
            keys.likely.insert(key);
            if takes_a_key.iter().any(|call| text[..at].ends_with(call)) {
                keys.certain.insert(key);
            }
        } else if dotted && (after.starts_with('{') || key.ends_with('.')) {
            keys.beginnings.insert(key);
        }
    }
    keys
}

#[test]
fn every_key_that_is_used_exists_and_every_key_that_exists_is_used() {
    let mut problems = Problems::default();
    let catalogue = catalogue(&mut problems);
    let areas: BTreeSet<&str> = catalogue.keys().filter_map(|key| key.split('.').next()).collect();
    let mut places = files("templates", ".html");
    places
        .extend(sources().iter().map(|source| File { path: source.path.clone(), text: source.both.clone() }));
    let forms = |key: &str| ["one", "other"].map(|form| format!("{key}.{form}"));

    let mut used = BTreeSet::new();
    let mut beginnings: BTreeSet<&str> = BUILT_KEYS.iter().map(|(prefix, _)| *prefix).collect();
    for file in &places {
        let keys = keys_in(&file.text);
        beginnings.extend(&keys.beginnings);
        let of_an_area = |key: &&str| areas.contains(key.split('.').next().unwrap_or_default());
        let likely = keys.likely.iter().copied().filter(of_an_area);
        for key in likely.chain(keys.certain).collect::<BTreeSet<_>>() {
            let known =
                catalogue.contains_key(key) || forms(key).iter().all(|form| catalogue.contains_key(form));
            if !known && ![".html", ".css"].iter().any(|ending| key.ends_with(ending)) {
                problems.add(format!("{}: {key} is in no file of locales/", file.path));
            }
            used.insert(key.to_owned());
            used.extend(forms(key));
        }
    }
    for key in catalogue.keys().filter(|key| !used.contains(*key)) {
        if !beginnings.iter().any(|start| key.starts_with(start)) {
            problems.add(format!("{key}: nothing says it; delete it from locales/"));
        }
    }
    problems.none();
}
