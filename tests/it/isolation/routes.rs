//! Every route of the app, read from its source: a new one cannot be forgotten.

use std::collections::BTreeSet;
use std::path::Path;

use separacao::orders::commands;

/// A command's fields, so that it is refused for whose it is, not for its form.
pub type Fields = &'static [(&'static str, &'static str)];

const PICK_AND_SHORT: Fields = &[("quantity", "1"), ("short", "1"), ("reason", "stock")];
const RENAMED: Fields = &[("name", "Outro nome"), ("packagings", super::NOBODY), ("version", "0")];
const SWAPS: Fields = &[("rest", "1"), ("quantity", "1"), ("text", "CB15")];
const SETTLES: Fields = &[("quantity", "1"), ("purchase", super::NOBODY), ("outcome", "stocked")];

/// Every route that names something of a company, and the form it is sent.
pub const OWNED: &[(&str, &str, Fields)] = &[
    ("GET", "/orders/{order}", &[]),
    ("GET", "/orders/{order}/sheets", &[]),
    ("GET", "/orders/{order}/quote.pdf", &[]),
    ("GET", "/orders/{order}/print/list", &[]),
    ("GET", "/orders/{order}/print/slip", &[]),
    ("GET", "/orders/{order}/print/labels", &[]),
    ("POST", "/orders/{order}/items/{item}/pick", &[("quantity", "1")]),
    ("POST", "/orders/{order}/pick-all", &[]),
    ("POST", "/orders/{order}/items/{item}/unpick", &[("quantity", "1")]),
    ("POST", "/orders/{order}/items/{item}/return", &[("quantity", "1")]),
    ("POST", "/orders/{order}/items/{item}/short", &[("reason", "stock")]),
    ("POST", "/orders/{order}/items/{item}/pick-short", PICK_AND_SHORT),
    ("POST", "/orders/{order}/items/{item}/unshort", &[]),
    ("POST", "/orders/{order}/items/{item}/substitute", SWAPS),
    ("POST", "/orders/{order}/items/{item}/unsubstitute", &[]),
    ("POST", "/orders/{order}/items/{item}/agree", SWAPS),
    ("POST", "/orders/{order}/items/{item}/unagree", &[]),
    ("POST", "/orders/{order}/items/{item}/answer", &[("answer", "without"), ("units", "1")]),
    ("POST", "/orders/{order}/items/{item}/request", &[]),
    ("POST", "/orders/{order}/items/{item}/withdraw", &[]),
    ("POST", "/orders/{order}/items/{item}/ordered", &[("quantity", "1")]),
    ("POST", "/orders/{order}/items/{item}/unordered", &[("quantity", "1")]),
    ("POST", "/orders/{order}/items/{item}/received", &[("quantity", "1")]),
    ("POST", "/orders/{order}/items/{item}/unreceived", &[("quantity", "1")]),
    ("POST", "/orders/{order}/items/{item}/not-found", &[("quantity", "1")]),
    ("POST", "/orders/{order}/items/{item}/return-goods", &[("quantity", "1"), ("purchase", super::NOBODY)]),
    ("POST", "/orders/{order}/items/{item}/settle", SETTLES),
    ("POST", "/orders/{order}/items/{item}/location", &[("location", "A-12-3")]),
    ("POST", "/undo/{operation}", &[]),
    ("POST", "/orders/{order}/finish", &[]),
    ("POST", "/orders/{order}/reopen", &[("reason", "por nada")]),
    ("POST", "/orders/{order}/cancel", &[("reason", "por nada")]),
    ("POST", "/orders/{order}/left", &[("left", "yes")]),
    ("POST", "/orders/{order}/adjusted", &[("done", "yes")]),
    ("POST", "/orders/{order}/urgent", &[("urgent", "yes")]),
    ("POST", "/orders/{order}/shipping", &[("shipping", super::NOBODY), ("packaging", super::NOBODY)]),
    ("POST", "/orders/{order}/due", &[("day", "none")]),
    ("POST", "/orders/{order}/seller", &[("seller", super::NOBODY)]),
    ("POST", "/orders/{order}/notes", &[("text", "olá")]),
    ("POST", "/orders/{order}/notes/{note}", &[("text", "olá"), ("version", "1")]),
    ("POST", "/purchasing/{purchase}/surplus", &[("outcome", "stocked")]),
    ("POST", "/purchasing/surplus/{operation}/undo", &[]),
    ("POST", "/purchasing/{purchase}/expected", &[("expected", "2025-10-24")]),
    ("GET", "/quotes/{draft}", &[]),
    ("GET", "/quotes/{draft}/quote.pdf", &[]),
    ("POST", "/quotes/confirm", &[("draft", "01890000-0000-7000-8000-000000000000:1")]),
    ("POST", "/quotes/{draft}/save", &[("version", "1")]),
    ("POST", "/quotes/{draft}/confirm", &[("version", "1")]),
    ("POST", "/quotes/{draft}/discard", &[]),
    ("POST", "/quotes/{draft}/restore", &[]),
    ("POST", "/people/{person}/roles", &[("roles", "picker")]),
    ("POST", "/people/{person}/active", &[("active", "no")]),
    ("POST", "/people/{person}/anonymise", &[]),
    ("POST", "/people/{person}/pin", &[]),
    ("POST", "/people/{person}/sessions", &[]),
    ("POST", "/people/{person}/orders", &[("seller", super::NOBODY)]),
    ("POST", "/settings/shipping/{shipping}", RENAMED),
    ("POST", "/settings/shipping/{shipping}/hidden", &[("hidden", "yes")]),
    ("POST", "/settings/shipping/{shipping}/place", &[("place", "2")]),
    ("POST", "/settings/shipping/{shipping}/due", &[("apply", "yes"), ("version", "1")]),
    ("POST", "/settings/packaging/{packaging}", RENAMED),
    ("POST", "/settings/packaging/{packaging}/hidden", &[("hidden", "yes")]),
    ("POST", "/settings/packaging/{packaging}/place", &[("place", "2")]),
    ("POST", "/settings/reasons/{reason}", RENAMED),
    ("POST", "/settings/reasons/{reason}/hidden", &[("hidden", "yes")]),
    ("POST", "/settings/reasons/{reason}/place", &[("place", "2")]),
    ("POST", "/walls/{wall}/name", &[("name", "TV")]),
    ("POST", "/walls/{wall}/revoke", &[]),
];

/// Routes that name nothing, or nothing of a company's own.
pub const FREE: &[(&str, &str)] = &[
    ("GET", "/"),
    ("GET", "/chips"),
    ("GET", "/needs"),
    ("GET", "/needs/badge"),
    ("GET", "/history"),
    ("GET", "/purchasing"),
    ("GET", "/purchasing/history"),
    ("GET", "/purchasing/history/export"),
    // Name lines in the form: see `lines_of_another_company_are_not_bought_or_received`.
    ("POST", "/purchasing/buy"),
    ("POST", "/purchasing/not-found"),
    ("POST", "/purchasing/receive"),
    ("POST", "/purchasing/unorder"),
    // Only lead back to the page.
    ("GET", "/purchasing/buy"),
    ("GET", "/purchasing/not-found"),
    ("GET", "/purchasing/receive"),
    ("GET", "/purchasing/unorder"),
    ("GET", "/purchasing/{purchase}/surplus"),
    ("GET", "/purchasing/surplus/{operation}/undo"),
    ("GET", "/purchasing/{purchase}/expected"),
    ("GET", "/returns"),
    // Only of the company's own: see `goods_are_suggested_by_code_and_reference_to_whoever_may_send_others`.
    ("GET", "/goods"),
    // Orders are looked for among the company's own.
    ("GET", "/anonymise"),
    ("POST", "/anonymise"),
    ("GET", "/next"),
    // An order that is passed over is looked for among the company's own.
    ("POST", "/next"),
    ("GET", "/history/export"),
    ("GET", "/audit"),
    ("GET", "/audit/export"),
    ("GET", "/reports"),
    ("GET", "/reports/export/{table}"),
    ("GET", "/quotes"),
    ("POST", "/quotes"),
    ("GET", "/people"),
    ("POST", "/people"),
    ("GET", "/settings"),
    ("POST", "/settings/shipping"),
    ("POST", "/settings/packaging"),
    ("GET", "/settings/permissions"),
    ("POST", "/settings/permissions"),
    ("GET", "/settings/company"),
    ("POST", "/settings/company"),
    ("GET", "/settings/look"),
    ("GET", "/settings/look/colours"),
    ("POST", "/settings/look/colours"),
    ("GET", "/settings/look/words"),
    ("POST", "/settings/look/words"),
    ("GET", "/settings/look/picture/{kind}"),
    ("POST", "/settings/look/picture/{kind}"),
    ("GET", "/settings/look/picture/{kind}/remove"),
    ("POST", "/settings/look/picture/{kind}/remove"),
    ("GET", "/pictures/{company}/{hash}"),
    ("GET", "/colours/{pair}"),
    ("GET", "/settings/reasons"),
    ("POST", "/settings/reasons"),
    ("GET", "/settings/reasons/{reason}"),
    ("GET", "/settings/reasons/{reason}/hidden"),
    ("GET", "/settings/reasons/{reason}/place"),
    ("GET", "/settings/locations"),
    ("POST", "/settings/locations"),
    ("GET", "/settings/locations/export"),
    ("GET", "/settings/hours"),
    ("POST", "/settings/hours"),
    ("POST", "/settings/holidays"),
    // Name days, of which each company has its own.
    ("POST", "/settings/hours/{from}/remove"),
    ("POST", "/settings/holidays/{day}/remove"),
    // Only lead back to the page.
    ("GET", "/settings/hours/{from}/remove"),
    ("GET", "/settings/holidays"),
    ("GET", "/settings/holidays/{day}/remove"),
    ("GET", "/settings/shipping"),
    ("GET", "/settings/shipping/{shipping}"),
    ("GET", "/settings/shipping/{shipping}/hidden"),
    ("GET", "/settings/shipping/{shipping}/due"),
    ("GET", "/settings/shipping/{shipping}/place"),
    ("GET", "/settings/packaging"),
    ("GET", "/settings/packaging/{packaging}"),
    ("GET", "/settings/packaging/{packaging}/hidden"),
    ("GET", "/settings/packaging/{packaging}/place"),
    ("GET", "/people/roster"),
    ("POST", "/people/roster"),
    ("POST", "/people/roster/prove"),
    ("GET", "/people/roster/prove"),
    // Only leads back to the preview.
    ("GET", "/quotes/{draft}/confirm"),
    // Only lead back to the order.
    ("GET", "/orders/{order}/items/{item}/pick"),
    ("GET", "/orders/{order}/pick-all"),
    ("GET", "/orders/{order}/items/{item}/unpick"),
    ("GET", "/orders/{order}/items/{item}/return"),
    ("GET", "/orders/{order}/items/{item}/short"),
    ("GET", "/orders/{order}/items/{item}/pick-short"),
    ("GET", "/orders/{order}/items/{item}/unshort"),
    ("GET", "/orders/{order}/items/{item}/substitute"),
    ("GET", "/orders/{order}/items/{item}/unsubstitute"),
    ("GET", "/orders/{order}/items/{item}/agree"),
    ("GET", "/orders/{order}/items/{item}/unagree"),
    ("GET", "/orders/{order}/items/{item}/answer"),
    ("GET", "/orders/{order}/items/{item}/request"),
    ("GET", "/orders/{order}/items/{item}/withdraw"),
    ("GET", "/orders/{order}/items/{item}/ordered"),
    ("GET", "/orders/{order}/items/{item}/unordered"),
    ("GET", "/orders/{order}/items/{item}/received"),
    ("GET", "/orders/{order}/items/{item}/unreceived"),
    ("GET", "/orders/{order}/items/{item}/not-found"),
    ("GET", "/orders/{order}/items/{item}/return-goods"),
    ("GET", "/orders/{order}/items/{item}/settle"),
    ("GET", "/orders/{order}/items/{item}/location"),
    ("GET", "/orders/{order}/undo/{version}"),
    // Answered alike for every order, there or not.
    ("POST", "/orders/{order}/undo/{version}"),
    // Only leads to the board.
    ("GET", "/undo/{operation}"),
    ("GET", "/orders/{order}/finish"),
    ("GET", "/orders/{order}/reopen"),
    ("GET", "/orders/{order}/cancel"),
    ("GET", "/orders/{order}/left"),
    ("GET", "/orders/{order}/adjusted"),
    ("GET", "/orders/{order}/urgent"),
    ("GET", "/orders/{order}/shipping"),
    ("GET", "/orders/{order}/due"),
    ("GET", "/orders/{order}/seller"),
    ("GET", "/orders/{order}/notes"),
    ("GET", "/orders/{order}/notes/{note}"),
    // Only leads to the list of drafts.
    ("GET", "/quotes/confirm"),
    // Only leads back to /people.
    ("GET", "/people/{person}/roles"),
    ("GET", "/people/{person}/active"),
    ("GET", "/people/{person}/anonymise"),
    ("GET", "/people/{person}/pin"),
    ("GET", "/people/{person}/sessions"),
    ("GET", "/people/{person}/orders"),
    // Of screens that are of no company yet, and of walls: see `walls`.
    ("GET", "/wall"),
    ("GET", "/wall/code"),
    ("POST", "/wall/code"),
    ("GET", "/wall/live"),
    ("GET", "/wall/feed"),
    ("GET", "/walls"),
    ("POST", "/walls"),
    // Only lead back to /walls.
    ("GET", "/walls/{wall}/name"),
    ("GET", "/walls/{wall}/revoke"),
    // A company's sign-in page is public.
    ("GET", "/e/{code}"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/unlock"),
    ("POST", "/unlock"),
    ("GET", "/sign-out"),
    ("POST", "/sign-out"),
    ("GET", "/language"),
    ("POST", "/language"),
    ("GET", "/theme"),
    ("POST", "/theme"),
    ("GET", "/switch"),
    ("GET", "/shared"),
    ("POST", "/shared"),
    ("GET", "/touch"),
    ("POST", "/touch"),
    ("GET", "/pin"),
    ("POST", "/pin"),
    ("GET", "/set-up"),
    ("POST", "/set-up"),
    ("GET", "/live"),
    ("GET", "/feed"),
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/health"),
    ("GET", "/metrics"),
    ("GET", "/static/{*path}"),
    ("GET", "/worker.js"),
    ("GET", "/away"),
];

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

#[test]
fn every_route_has_its_case_here() {
    let known: BTreeSet<(String, String)> = OWNED
        .iter()
        .map(|(method, path, _)| (*method, *path))
        .chain(FREE.iter().copied())
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .collect();
    let routes = routes();
    assert!(routes.len() > 40, "{routes:?}");
    let missing: Vec<_> = routes.difference(&known).collect();
    let gone: Vec<_> = known.difference(&routes).collect();
    assert!(missing.is_empty(), "give these a case: {missing:?}");
    assert!(gone.is_empty(), "these are no more: {gone:?}");
}
