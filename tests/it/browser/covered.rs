//! Whoever goes through a page by keyboard or switch sees where the focus is: no bar covers it, on the way down and on the
//! way back up.

use super::chromium::Browser;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, PICKER, PIN};

/// Focuses every control, down the page and up again, and names those of which something else lies over the upper edge, the
/// middle or the lower edge. Bars that stand over the page are not covered by it, and what does not fit into the window
/// cannot be seen whole.
const COVERED: &str = r##"(() => {
  const shown = (el) => el.getClientRects().length && getComputedStyle(el).visibility === "visible" && !el.closest(".sr, .skip, .top, .nav, .finish-bar, details:not([open]) > :not(summary)");
  const all = Array.from(document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")).filter(shown);
  const name = (el) => (el.localName + "." + el.className + " " + (el.textContent || el.name)).replace(/\s+/g, " ").trim().slice(0, 60);
  const covered = new Set();
  for (const el of [...all, ...all.slice().reverse()]) {
    el.focus();
    if (document.activeElement !== el) continue;
    const box = el.getBoundingClientRect();
    if (box.height > innerHeight / 3 || !box.height) continue;
    for (const y of [box.top + 3, box.top + box.height / 2, box.bottom - 3]) {
      const over = document.elementFromPoint(Math.min(Math.max(box.left + box.width / 2, 1), document.documentElement.clientWidth - 1), y);
      const own = over && (el.contains(over) || over.contains(el) || Array.from(el.labels || []).some((label) => label.contains(over)));
      if (!own) covered.add(name(el) + " under " + (over ? name(over) : "the edge of the window"));
    }
  }
  return Array.from(covered).slice(0, 12);
})()"##;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_bar_covers_what_has_the_focus() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (order, _) = (company.import(30).await, company.import(1).await);
    let (ana, joao) = (Browser::of(ADMIN, server.port).await, server.signed_in("alfa", PICKER).await);
    let base = format!("/orders/{}", order.id);
    for (line, verb, form) in [
        (0, "short", vec![("reason", "stock")]),
        (1, "request", vec![]),
        (2, "pick", vec![("quantity", "10")]),
    ] {
        let path = format!("{base}/items/{}/{verb}", order.items[line]);
        assert_eq!(joao.tap(&path, &form).await.status, 200, "{verb}");
    }
    let draft = ana.upload("columns-11-items.pdf").await;
    ana.goto("/people").await;
    if ana.eval("Boolean(document.querySelector('main [name=pin]'))").await == true {
        ana.write("main [name=pin]", PIN).await;
        ana.click("main .primary").await;
    }
    ana.sees("#people").await;
    let pages = [
        "/",
        &base,
        &draft,
        "/quotes",
        "/needs",
        "/returns",
        "/purchasing",
        "/purchasing?by=order",
        "/purchasing/history",
        "/history",
        "/reports",
        "/audit",
        "/people",
        "/people/roster",
        "/settings",
        "/settings/permissions",
        "/walls",
        "/pin",
    ];
    let mut covered = Vec::new();
    for size in [(390, 844), (844, 390)] {
        ana.resize(size).await;
        for path in pages {
            ana.goto(path).await;
            ana.until("the script", "document.documentElement.classList.contains('js')").await;
            let found = ana.eval(COVERED).await;
            covered.extend(found.as_array().unwrap().iter().map(|one| format!("{path} at {size:?}: {one}")));
        }
    }
    assert!(covered.is_empty(), "{covered:#?}");
    ana.quit().await;
}
