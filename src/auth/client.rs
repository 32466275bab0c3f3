//! The client of a request: its address, and the small cookies beside the session's.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest as _, Sha256};

use crate::config::{Settings, read_address};
use crate::connection::admission;
use crate::error::AppError;
use crate::extract::wants_json;
use crate::hex;
use crate::lang::Lang;
use crate::state::AppState;
use crate::theme::Theme;

/// Where a security event came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// None: a command line, or a test without a socket.
    pub address: Option<String>,
    pub request_id: Option<String>,
}

/// The browser behind a request: what sign-in needs of it.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub source: Source,
    /// The key that failures are counted by: the address, or for IPv6 the network, since a machine has many addresses.
    pub network: String,
    /// The secret of the device cookie, if the browser has one.
    pub device: Option<Device>,
    /// The company whose people sign in on this browser.
    pub company: Option<RememberedCompany>,
    /// By cookie, else by what the browser asks for.
    pub lang: Lang,
    /// By cookie, else the device's.
    pub theme: Theme,
    /// The request comes from the script, which wants JSON.
    pub wants_json: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Client
where
    AppState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let state = AppState::from_ref(state);
        let address = address(parts, &state.settings);
        let secure = state.settings.is_https();
        Ok(Client {
            network: address.map_or_else(String::new, network),
            source: source(parts, &state.settings),
            device: cookie(&parts.headers, &device_cookie_name(secure)).and_then(Device::parse),
            company: cookie(&parts.headers, COMPANY)
                .map(|value| RememberedCompany::read(value, &state.settings)),
            lang: lang(&parts.headers),
            theme: theme(&parts.headers),
            wants_json: wants_json(&parts.headers),
        })
    }
}

/// Where a request comes from, for an event.
pub fn source(parts: &Parts, settings: &Settings) -> Source {
    let request_id = parts.headers.get("x-request-id").and_then(|id| id.to_str().ok());
    Source {
        address: address(parts, settings).map(|address| address.to_string()),
        request_id: request_id.map(|id| id.chars().take(100).collect()),
    }
}

/// The socket's peer or, where that is a trusted proxy and the settings name its header, the header's value. A list
/// is read from its end: only the last entry was written by the proxy itself.
pub fn address(parts: &Parts, settings: &Settings) -> Option<IpAddr> {
    let by_socket = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let header = settings.client_address_header.as_deref();
    let by_proxy =
        header.filter(|_| by_socket.is_some_and(|peer| settings.is_proxy(peer))).and_then(|name| {
            let value = parts.headers.get_all(name).iter().next_back()?.to_str().ok()?;
            read_address(value.rsplit(',').next()?)
        });
    by_proxy.or(by_socket).map(|address: IpAddr| address.to_canonical())
}

fn network(address: IpAddr) -> String {
    match admission::network(address) {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(network) => format!("{network}/64"),
    }
}

/// Paths that are asked by a script or a socket and may be answered long after: nobody looks at the answer as a page.
const AWAITED: [&str; 4] = ["/live", "/feed", "/wall/live", "/wall/feed"];

pub fn is_awaited(path: &str) -> bool {
    AWAITED.contains(&path)
}

/// The language of a browser that nobody has signed in on.
pub fn lang(headers: &HeaderMap) -> Lang {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|wanted| wanted.to_str().ok());
    cookie(headers, LANGUAGE)
        .and_then(Lang::from_tag)
        .unwrap_or_else(|| Lang::from_accept_language(wanted.unwrap_or_default()))
}

/// The theme of a browser that nobody has signed in on.
pub fn theme(headers: &HeaderMap) -> Theme {
    cookie(headers, THEME).and_then(Theme::from_code).unwrap_or_default()
}

/// A browser that keeps a secret of 128 bits. The table holds its SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device(u128);

impl Device {
    pub fn new() -> Self {
        Self(rand::random())
    }

    fn parse(text: &str) -> Option<Self> {
        let is_ours = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_ours.then(|| u128::from_str_radix(text, 16).ok().map(Self)).flatten()
    }

    pub fn key(self) -> [u8; 32] {
        Sha256::digest(self.0.to_be_bytes()).into()
    }
}

impl Default for Device {
    fn default() -> Self {
        Self::new()
    }
}

/// The company's code and its seal; not a secret.
const COMPANY: &str = "company";
const LANGUAGE: &str = "language";
const THEME: &str = "theme";
/// 400 days: the longest that browsers keep a cookie.
const LONG: u64 = 400 * 24 * 60 * 60;

fn device_cookie_name(secure: bool) -> String {
    if secure { "__Host-device".to_owned() } else { "device".to_owned() }
}

pub fn device_cookie(device: Device, settings: &Settings) -> HeaderValue {
    let secure = settings.is_https();
    long_cookie(&device_cookie_name(secure), &format!("{:032x}", device.0), secure)
}

fn wall_cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-wall" } else { "wall" }
}

/// The secret of a screen on a wall, paired or not yet. It is of no person and of no device that people use.
pub fn wall_secret(headers: &HeaderMap, settings: &Settings) -> Option<Device> {
    cookie(headers, wall_cookie_name(settings.is_https())).and_then(Device::parse)
}

pub fn wall_cookie(secret: Device, settings: &Settings) -> HeaderValue {
    let secure = settings.is_https();
    long_cookie(wall_cookie_name(secure), &format!("{:032x}", secret.0), secure)
}

pub fn company_cookie(code: &str, settings: &Settings) -> HeaderValue {
    let seal = settings.secret().map(|secret| seal(code, secret)).unwrap_or_default();
    long_cookie(COMPANY, &format!("{code}.{seal}"), settings.is_https())
}

/// What shows that we wrote a code into a cookie.
fn seal(code: &str, secret: &str) -> String {
    let keyed = |text: &[u8]| Sha256::digest([secret.as_bytes(), b" company ", text].concat());
    // Hashed twice: of a text and its one hash, anybody could make the hash of a longer text.
    hex::encode(&keyed(&keyed(code.as_bytes())[..])[..16])
}

/// A company's code that a browser remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RememberedCompany {
    pub code: String,
    /// We wrote it there, so that it was right once: it may be out of date, and is no guess.
    is_sealed: bool,
}

impl RememberedCompany {
    fn read(value: &str, settings: &Settings) -> Self {
        let (code, given) = value.split_once('.').unwrap_or((value, ""));
        let mut secrets = settings.secret().ok().into_iter().chain(settings.previous_secret());
        // Compared are hashes: how long it takes says nothing about the seal.
        let is_sealed = secrets.any(|secret| Sha256::digest(seal(code, secret)) == Sha256::digest(given));
        Self { code: code.to_owned(), is_sealed }
    }
}

/// A company's code, and whether it may be a guess.
#[derive(Clone, Copy, Debug)]
pub struct GivenCode<'a> {
    pub code: &'a str,
    pub is_guess: bool,
}

impl Client {
    /// The code that the browser remembers.
    pub fn remembered(&self) -> Option<GivenCode<'_>> {
        let company = self.company.as_ref()?;
        Some(GivenCode { code: &company.code, is_guess: !company.is_sealed })
    }

    /// A code that was typed, or stands in an address.
    pub fn typed<'a>(&self, code: &'a str) -> GivenCode<'a> {
        let is_remembered = |own: GivenCode<'_>| !own.is_guess && own.code.eq_ignore_ascii_case(code.trim());
        GivenCode { code, is_guess: !self.remembered().is_some_and(is_remembered) }
    }
}

/// Forgets the company's code.
pub fn no_company_cookie(settings: &Settings) -> HeaderValue {
    cookie_for(COMPANY, "", 0, settings.is_https())
}

pub fn language_cookie(lang: Lang, settings: &Settings) -> HeaderValue {
    long_cookie(LANGUAGE, lang.tag(), settings.is_https())
}

pub fn theme_cookie(theme: Theme, settings: &Settings) -> HeaderValue {
    long_cookie(THEME, theme.code(), settings.is_https())
}

fn long_cookie(name: &str, value: &str, secure: bool) -> HeaderValue {
    cookie_for(name, value, LONG, secure)
}

/// A cookie for the whole site, hidden from scripts and from other sites.
pub(super) fn cookie_for(name: &str, value: &str, seconds: u64, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Whether caches may keep an answer for everybody: then no cookie goes with it.
pub(super) fn is_for_everybody(headers: &HeaderMap) -> bool {
    let cache = headers.get(header::CACHE_CONTROL).and_then(|cache| cache.to_str().ok());
    cache.is_some_and(|cache| cache.split(',').any(|word| word.trim() == "public"))
}

/// The value of a cookie that the browser sent.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("xcompany=no; company=matriz; companyx=no"));
        assert_eq!(cookie(&headers, "company"), Some("matriz"));
        assert_eq!(cookie(&headers, "comp"), None);
    }

    #[test]
    fn a_machine_s_many_ipv6_addresses_count_as_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6".parse().unwrap()), "2001:db8:1:2::/64");
        assert_eq!(network("10.0.0.7".parse().unwrap()), "10.0.0.7");
    }

    #[test]
    fn only_our_own_device_secrets_are_read() {
        let device = Device::new();
        assert_eq!(Device::parse(&format!("{:032x}", device.0)), Some(device));
        for text in ["", "zz", "+123456789012345678901234567890f", "0123456789abcdef"] {
            assert_eq!(Device::parse(text), None, "{text}");
        }
    }
}
