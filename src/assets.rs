//! Styles, script, icons: embedded, served under `/static/`, with the build's identity as their version. Packed once, as
//! small as gzip can, because an old tablet fetches them over a bad line.

mod linked;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::extract::{Path, Query};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// The build: seconds of its commit, then a hash of its assets. Sorts by time.
pub fn build() -> &'static str {
    static BUILD: OnceLock<String> = OnceLock::new();
    BUILD.get_or_init(|| {
        let mut hash = Sha256::new();
        for path in Static::iter() {
            hash.update(path.as_bytes());
            if let Some(file) = Static::get(&path) {
                hash.update(file.metadata.sha256_hash());
            }
        }
        let hash: [u8; 32] = hash.finalize().into();
        let hash: String = hash.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{hash}", env!("BUILD_TIME"))
    })
}

#[derive(Debug, Deserialize)]
pub struct Version {
    v: Option<String>,
}

/// All modules of `static/js` in one file, and all styles of `static/css`: one request instead of one for each.
const SCRIPT: &str = "script.js";
const STYLES: &str = "app.css";

/// Stands in the script where its build does: a page compares, for in a rolling deploy it may have got another's script.
const BUILD_MARK: &str = "%BUILD%";

/// A file as it is served.
struct Asset {
    plain: Bytes,
    /// None where packing gains nothing.
    packed: Option<Bytes>,
}

impl Asset {
    fn of(plain: Vec<u8>) -> Self {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        let packed = gzip.write_all(&plain).and_then(|()| gzip.finish()).ok();
        let packed = packed.filter(|packed| packed.len() < plain.len());
        Self { plain: plain.into(), packed: packed.map(Into::into) }
    }
}

fn assets() -> &'static HashMap<String, Asset> {
    static ASSETS: OnceLock<HashMap<String, Asset>> = OnceLock::new();
    ASSETS.get_or_init(|| {
        let is_linked = |path: &str| path.starts_with("js/") || path.starts_with("css/");
        let others = Static::iter()
            .filter(|path| !is_linked(path))
            .filter_map(|path| Some((path.to_string(), Static::get(&path)?.data.into_owned())));
        let script = linked::link(&texts("js/", ".js"), "live").replace(BUILD_MARK, build());
        let styles = linked::join(&texts("css/", ".css"), "app");
        others
            .chain([(SCRIPT.to_owned(), script.into_bytes()), (STYLES.to_owned(), styles.into_bytes())])
            .map(|(path, bytes)| (path, Asset::of(bytes)))
            .collect()
    })
}

/// The files of a folder by their names without ending.
fn texts(folder: &str, ending: &str) -> BTreeMap<String, String> {
    let named = Static::iter().filter_map(|path| {
        let name = path.strip_prefix(folder)?.strip_suffix(ending)?.to_owned();
        Some((name, String::from_utf8_lossy(&Static::get(&path)?.data).into_owned()))
    });
    named.collect()
}

/// `GET /static/{path}?v=BUILD`. Any replica answers any version with its own bytes; only its own may be kept.
pub async fn serve(Path(path): Path<String>, Query(version): Query<Version>, headers: HeaderMap) -> Response {
    let Some(asset) = assets().get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let own = version.v.as_deref() == Some(build()) || path.starts_with("vendor/") && version.v.is_some();
    let cache = if own { "public, max-age=31536000, immutable" } else { "no-cache" };
    let always = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(&path))),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    match asset.packed.as_ref().filter(|_| takes_gzip(&headers)) {
        Some(packed) => {
            let gzip = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
            (always, gzip, packed.clone()).into_response()
        }
        None => (always, asset.plain.clone()).into_response(),
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = quality.trim().strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest" | "json") => "application/manifest+json",
        _ => "text/plain; charset=utf-8",
    }
}
