//! Links to the exports of a page.

use askama::Template;
use askama::filters::HtmlSafe;

use super::file::FileKind;
use crate::html::RenderContext;
use crate::html::format::address;

/// A link for each kind of file.
#[derive(Template)]
#[template(path = "export/_files.html")]
pub struct Files {
    s: RenderContext,
    /// With the code of its kind.
    links: [(FileKind, String); 2],
}

impl HtmlSafe for Files {}

impl Files {
    pub fn new(s: RenderContext, path: &str, pairs: &[(&'static str, String)]) -> Self {
        let link = |kind: FileKind| {
            let mut pairs = pairs.to_vec();
            pairs.push(("format", kind.code().to_owned()));
            (kind, address(path, &pairs))
        };
        Self { s, links: [FileKind::Xlsx, FileKind::Csv].map(link) }
    }
}
