//! An HTTP client that keeps cookies, as a browser does.

use std::sync::{Arc, Mutex};

use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use super::screen::Page;

#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    pub port: u16,
    cookies: Arc<Mutex<Vec<(String, String)>>>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("JSON, not {} {}", self.status, self.text))
    }

    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |location| location.to_str().unwrap())
    }
}

impl Client {
    pub fn new(port: u16) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, port, cookies: Arc::default() }
    }

    /// The same browser at another replica.
    pub fn at(&self, port: u16) -> Self {
        Self { port, ..self.clone() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub async fn sign_in(&self, company: &str, number: &str, pin: &str) {
        let answer = self.post("/sign-in", &[("company", company), ("number", number), ("pin", pin)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "signing in: {}", answer.text);
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(self.url(path))).await
    }

    /// A form, as a browser without script sends it.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(self.http.post(self.url(path)).form(form)).await
    }

    /// A tap, as the script sends it.
    pub async fn tap(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.tap_as(path, form, Uuid::now_v7(), None).await
    }

    /// A tap with its operation id, and with the page that it was made on.
    pub async fn tap_as(
        &self,
        path: &str,
        form: &[(&str, &str)],
        operation: Uuid,
        page: Option<&Page>,
    ) -> Answer {
        let mut request = self.command(path, form, operation);
        if let Some(page) = page {
            request = request.header("x-screen", &page.screen).header("x-cursor", &page.cursor);
        }
        self.read(request).await
    }

    /// A tap that may fail.
    pub fn command(&self, path: &str, form: &[(&str, &str)], operation: Uuid) -> reqwest::RequestBuilder {
        self.http
            .post(self.url(path))
            .header("accept", "application/json")
            .header("x-operation-id", operation.to_string())
            .header(COOKIE, self.cookie_header())
            .form(form)
    }

    /// A live page: what it shows, and where it stands.
    pub async fn page(&self, path: &str) -> Page {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        Page::parse(&answer.text)
    }

    /// The page, or none where there is no answer now.
    pub async fn try_page(&self, path: &str) -> Option<Page> {
        let request = self.http.get(self.url(path)).header(COOKIE, self.cookie_header());
        let answer = tokio::time::timeout(super::PATIENCE, request.send()).await.ok()?.ok()?;
        let ours = answer.status() == StatusCode::OK;
        let text = answer.text().await.ok().filter(|_| ours)?;
        Some(Page::parse(&text))
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.read(request.header(COOKIE, self.cookie_header())).await
    }

    /// Sends no cookies but those that the request has.
    pub async fn read(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        self.keep_cookies(&response);
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    fn keep_cookies(&self, response: &Response) {
        let mut cookies = self.cookies.lock().unwrap();
        for line in response.headers().get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}
