//! The routes of the app, as its source declares them.

use std::collections::BTreeSet;
use std::path::Path;

use separacao::orders::commands;

/// Every method and path in the source of the routers.
pub fn routes() -> BTreeSet<(String, String)> {
    let of_orders =
        commands::ALL.iter().flat_map(|command| ["GET", "POST"].map(|method| (method, command.path)));
    let mut routes: BTreeSet<(String, String)> =
        of_orders.map(|(method, path)| (method.to_owned(), path.to_owned())).collect();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            for hidden in [".nest(", ".nest_service(", ".route_service("] {
                assert!(!text.contains(hidden), "{path:?}: this test does not see into {hidden}");
            }
            for after in text.split(".route(").skip(1) {
                if after.starts_with("commands::$name.path") {
                    continue;
                }
                let (_, after) = after.split_once('"').expect("a path");
                let (path, after) = after.split_once('"').expect("a path");
                let handlers = call(after);
                for method in ["get", "post", "put", "patch", "delete", "any"] {
                    if handlers.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == method) {
                        routes.insert((method.to_uppercase(), path.to_owned()));
                    }
                }
            }
        }
    }
    routes
}

/// The text up to the parenthesis that ends a call.
fn call(text: &str) -> &str {
    let mut depth = 1;
    let end = text.find(|c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    &text[..end.unwrap_or(text.len())]
}
