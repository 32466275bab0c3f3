//! Where a form leads afterwards.

use axum::http::{HeaderMap, header};

/// Where a form may lead afterwards: a path of ours, never another host.
pub fn local_path(next: &str) -> &str {
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if ours { next } else { "/" }
}

/// The path of the page with the form. Only the path of `Referer` is used, so that it cannot lead away.
pub fn came_from(headers: &HeaderMap) -> &str {
    let referer = headers.get(header::REFERER).and_then(|referer| referer.to_str().ok()).unwrap_or_default();
    let path = referer.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    local_path(path.unwrap_or("/"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_referer_gives_a_path_and_nothing_else() {
        let from = |referer: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, HeaderValue::from_static(referer));
            came_from(&headers).to_owned()
        };
        assert_eq!(from("https://app.example/orders/1?a=b"), "/orders/1?a=b");
        assert_eq!(from("https://evil.example//evil.example"), "/");
        assert_eq!(from("https://app.example"), "/");
        assert_eq!(from("nonsense"), "/");
    }

    #[test]
    fn a_form_leads_only_to_paths_of_ours() {
        assert_eq!(local_path("/orders/1?x=2"), "/orders/1?x=2");
        for next in
            ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a b", "/a\nb", "people"]
        {
            assert_eq!(local_path(next), "/", "{next:?}");
        }
    }
}
