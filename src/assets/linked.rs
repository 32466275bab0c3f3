//! Makes scripts of the modules of `static/js`, and style sheets of the files of `static/css`. Each module
//! becomes a function that returns what it exports, the imported ones before those that import them. Only the forms of
//! import and export that we write are known.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Links what each entry imports, a script for each. A later script is of a page that has the earlier ones, and repeats
/// nothing of them: a `const` of one script is seen by the next. A module that cannot be linked is a mistake of ours: a
/// test links all of them.
pub fn link<const N: usize>(modules: &BTreeMap<String, String>, entries: [&str; N]) -> [String; N] {
    let mut linked = Linked { modules, script: String::new(), begun: Vec::new() };
    entries.map(|entry| {
        linked.script.push_str("\"use strict\";\n");
        linked.add(entry);
        std::mem::take(&mut linked.script)
    })
}

struct Linked<'a> {
    modules: &'a BTreeMap<String, String>,
    script: String,
    begun: Vec<String>,
}

impl Linked<'_> {
    fn add(&mut self, name: &str) {
        if self.begun.iter().any(|known| known == name) {
            return;
        }
        self.begun.push(name.to_owned());
        let Some(source) = self.modules.get(name) else { return };
        let mut body = String::new();
        let mut exports = Vec::new();
        let mut in_comment = false;
        for line in source.lines() {
            let line = without_types(line);
            let start = line.trim_start();
            in_comment |= start.starts_with("/*");
            let is_comment = in_comment || start.starts_with("//") || start.is_empty();
            in_comment &= !line.contains("*/");
            if is_comment {
                continue;
            }
            let line = if let Some((what, from)) = import(&line) {
                self.add(from);
                match what.strip_prefix("* as ") {
                    Some(alias) => format!("const {alias} = {};", variable(from)),
                    None => format!("const {} = {};", what.replace(" as ", ": "), variable(from)),
                }
            } else if let Some(declared) = line.strip_prefix("export ") {
                exports.push(name_of(declared).to_owned());
                declared.to_owned()
            } else {
                line
            };
            body.push_str(line.trim_start());
            // After these a line may go on; a comment at its end would swallow what follows.
            if line.contains("//") || !line.ends_with(['{', ',', '(', ';']) {
                body.push('\n');
            }
        }
        let _ = writeln!(
            self.script,
            "const {} = (() => {{\n{body}return {{ {} }};\n}})();",
            variable(name),
            exports.join(", ")
        );
    }
}

/// Changes what does not stand between double quotes.
fn outside_quotes(line: &str, change: impl Fn(&str) -> String) -> String {
    let parts = line.split('"').enumerate();
    let parts = parts.map(|(n, part)| if n % 2 == 0 { change(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("\"")
}

/// The name of the variable that holds a module's exports.
fn variable(name: &str) -> String {
    format!("$_{}", name.replace('-', "_"))
}

/// A line without the types that stand in it as comments.
fn without_types(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("/** ") {
        let Some((_, after)) = after.split_once("*/") else { break };
        kept.push_str(before);
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    kept.push_str(rest);
    kept
}

/// `import WHAT from "./FROM.js";`
fn import(line: &str) -> Option<(&str, &str)> {
    let (what, from) = line.strip_prefix("import ")?.split_once(" from \"./")?;
    Some((what, from.strip_suffix(".js\";")?))
}

/// The name in `function NAME(`, `async function NAME(`, `const NAME =`.
fn name_of(declared: &str) -> &str {
    let words =
        declared.trim_start_matches("async ").trim_start_matches("function ").trim_start_matches("const ");
    words.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The style sheets that `entry` imports, each in its place, without comments and white space that say nothing.
pub fn join(files: &BTreeMap<String, String>, entry: &str) -> String {
    let mut styles = String::new();
    for line in files.get(entry).map(String::as_str).unwrap_or_default().lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("@import \"./").and_then(|rest| rest.strip_suffix(".css\";")) {
            styles.push_str(&join(files, name));
        } else if !(line.is_empty() || line.starts_with("/*") && line.ends_with("*/")) {
            styles.push_str(&tight(line));
            // A value that goes on in the next line is parted from it.
            if !line.ends_with(['{', '}', ';', ',']) {
                styles.push('\n');
            }
        }
    }
    styles
}

/// `a: b` is `a:b`. What stands between quotes stays as it is.
fn tight(line: &str) -> String {
    outside_quotes(line, |text| text.replace(": ", ":").replace(", ", ",").replace(" {", "{"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn texts(folder: &str) -> BTreeMap<String, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static").join(folder);
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                (name, std::fs::read_to_string(path).unwrap())
            })
            .collect()
    }

    #[test]
    fn what_is_imported_stands_before_and_under_its_name() {
        let modules = [
            (
                "live",
                "// The entry.\nimport * as b from \"./b.js\";\nimport { x, y as z } from \"./a-b.js\";\nb.go(x, z);\n",
            ),
            (
                "b",
                "import { x } from \"./a-b.js\";\n/** Goes.\n * On. */\nexport async function go() {return x;\n}\n",
            ),
            (
                "a-b",
                "export const x = /** @type {number} */ (1);\n/** @type {string} */\nexport function y() {}\n",
            ),
        ];
        let modules = modules.map(|(name, source)| (name.to_owned(), source.to_owned())).into();
        assert_eq!(
            link(&modules, ["b", "live"]),
            [
                "\"use strict\";\nconst $_a_b = (() => {\nconst x = (1);function y() {}\nreturn { x, y };\n})();\n\
             const $_b = (() => {\nconst { x } = $_a_b;async function go() {return x;}\nreturn { go };\n})();\n",
                "\"use strict\";\nconst $_live = (() => {\nconst b = $_b;const { x, y: z } = $_a_b;b.go(x, z);return {  };\n})();\n"
            ]
        );
    }

    /// Everything is linked, nothing is left of import and export, and nobody uses what comes only after.
    #[test]
    fn every_module_can_be_linked() {
        let modules = texts("js");
        let script = link(&modules, ["live", "desk"]).concat();
        for (n, line) in script.lines().enumerate() {
            let left = line.starts_with("import ") || line.starts_with("export ") || line.contains("import(");
            assert!(!left, "{}: a form that cannot be linked: {line}", n + 1);
        }
        for name in modules.keys() {
            let own = script
                .find(&format!("const {} = ", variable(name)))
                .unwrap_or_else(|| panic!("{name}.js is imported by nobody"));
            let used = script.match_indices(&format!("= {};", variable(name))).map(|(at, _)| at).min();
            assert!(used.is_none_or(|used| own < used), "{name}.js is part of a circle of imports");
        }
    }

    #[test]
    fn styles_are_joined_in_the_order_of_their_imports() {
        let files = [
            ("app", "/* All. */\n@import \"./b.css\";\n@import \"./a.css\";\n"),
            ("a", "/* A. */\na::after {\n  content: \": \";\n  margin: 0\n    auto;\n}\n\n/* Why. */\n"),
            ("b", "b { color: blue; } /* beside */\n"),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        assert_eq!(
            join(&files, "app"),
            "b{ color:blue; } /* beside */\na::after{content:\": \";margin:0\nauto;}"
        );
    }

    /// Everything is joined once, nothing is left of an import, and no file leaves a block open for the next one.
    #[test]
    fn every_style_sheet_is_joined_once() {
        let files = texts("css");
        let entries = ["app", "desk", "dark"];
        let imported = entries.map(|entry| files[entry].as_str()).concat();
        for (name, text) in files.iter().filter(|(name, _)| !entries.contains(&name.as_str())) {
            let imports = imported.matches(&format!("@import \"./{name}.css\";\n")).count();
            assert_eq!(imports, 1, "app.css or desk.css imports {name}.css once");
            assert!(!text.contains("@import"), "{name}.css: only app.css and desk.css import");
            assert_eq!(
                text.matches('{').count(),
                text.matches('}').count(),
                "{name}.css closes what it opens"
            );
        }
        assert!(entries.iter().all(|entry| !join(&files, entry).contains("@import")));
    }
}
