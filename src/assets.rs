//! Styles, script, icons: embedded, served under `/static/`, with the build's identity as their version.

use std::sync::OnceLock;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
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

/// `GET /static/{path}?v=BUILD`. Any replica answers any version with its own bytes; only its own may be kept.
pub async fn serve(Path(path): Path<String>, Query(version): Query<Version>) -> Response {
    let Some(file) = Static::get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let own = version.v.as_deref() == Some(build()) || path.starts_with("vendor/") && version.v.is_some();
    let cache = if own { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(&path))),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    let bytes = if path.starts_with("js/") { with_versions(&file.data) } else { file.data.into_owned() };
    (headers, Body::from(bytes)).into_response()
}

/// The script's modules, for `<link rel="modulepreload">`: else the browser finds them one level at a time.
pub fn modules() -> &'static [String] {
    static MODULES: OnceLock<Vec<String>> = OnceLock::new();
    MODULES.get_or_init(|| {
        Static::iter()
            .filter(|path| path.starts_with("js/") && path.ends_with(".js"))
            .map(Into::into)
            .collect()
    })
}

/// Modules name each other without a version; with it they may be kept like everything else.
fn with_versions(module: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(module).replace(".js\";", &format!(".js?v={}\";", build())).into_bytes()
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
