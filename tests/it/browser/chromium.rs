//! A real Chromium. What a person sees is asked of the page; what a person does is done by pointer and keys.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::common::print::{PrintPage, PrintParameters};
use thirtyfour::prelude::*;
use thirtyfour::{LoggingPrefsLogLevel, TypingData};

use crate::support::PATIENCE;
use crate::support::world::PIN;

/// `backoff` of static/js/page.js.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);
/// On a loaded machine nothing is asked more often than this.
const BETWEEN: Duration = Duration::from_millis(40);

/// Whether nothing has moved just before. Notes whether the next click misses the element, a row or a part of one: the page
/// takes no tap just after rows have moved, and the click may fall on what stands there now.
const AIM: &str = "((css) => { \
    const root = document.documentElement; \
    const first = !window.aimed; \
    const aimed = window.aimed ??= {}; \
    Object.assign(aimed, { css, at: document.querySelector(css), missed: null }); \
    if (first) addEventListener('click', ({ target }) => { \
        const hit = () => aimed.at.contains(target) || target.closest(aimed.css) !== null; \
        aimed.missed ??= Boolean(aimed.at?.closest('[data-sort]')) && (root.hasAttribute('data-shifted') || !hit()); \
    }, true); \
    return !root.hasAttribute('data-shifted'); \
})";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Desk,
    Phone,
    NoScript,
}

pub struct Browser {
    pub driver: WebDriver,
    /// Where its pages come from.
    pub base: String,
    kind: Kind,
}

fn webdriver_url() -> String {
    std::env::var("TEST_WEBDRIVER_URL")
        .expect("TEST_WEBDRIVER_URL is not set: run the tests with make test, or start chromedriver and name it there")
}

/// Each browser begins with nothing: chromedriver makes a fresh profile for it and removes it afterwards.
const ARGUMENTS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--accept-lang=pt-BR",
    // Pulses and slides cost a machine without a graphics card more than the page itself.
    "--force-prefers-reduced-motion",
];

impl Browser {
    pub async fn start(kind: Kind, port: u16) -> Self {
        let mut wishes = DesiredCapabilities::chrome();
        for argument in ARGUMENTS {
            wishes.add_arg(argument).unwrap();
        }
        if pictures().is_some() {
            wishes.add_arg("--hide-scrollbars").unwrap();
        }
        wishes.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        match kind {
            Kind::Desk => wishes.add_arg("--window-size=1280,900").unwrap(),
            Kind::NoScript => {
                wishes.add_arg("--window-size=1280,900").unwrap();
                wishes.add_arg("--blink-settings=scriptEnabled=false").unwrap();
            }
            Kind::Phone => {
                let metrics = json!({"width": 390, "height": 844, "pixelRatio": 2, "touch": true});
                wishes
                    .add_experimental_option("mobileEmulation", json!({ "deviceMetrics": metrics }))
                    .unwrap();
            }
        }
        let driver = WebDriver::new(webdriver_url(), wishes).await.expect("a browser");
        Self { driver, base: format!("http://127.0.0.1:{port}"), kind }
    }

    /// A browser at a desk in which somebody of `alfa` has signed in.
    pub async fn of(number: &str, port: u16) -> Self {
        let browser = Self::start(Kind::Desk, port).await;
        browser.sign_in(number).await;
        browser
    }

    pub async fn goto(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.base)).await.expect("a page");
    }

    /// Opens a page and waits until it lives.
    pub async fn open(&self, path: &str) {
        self.goto(path).await;
        self.must_be_live().await;
    }

    /// Through the real page. Where there is script, the focus moves to the PIN by itself.
    pub async fn sign_in(&self, number: &str) {
        self.goto("/e/alfa").await;
        if self.kind == Kind::NoScript {
            self.write("[name=number]", number).await;
            self.write("[name=pin]", PIN).await;
            self.click("[data-sign-in] .primary").await;
        } else {
            self.until("the script", "document.documentElement.classList.contains('js')").await;
            self.keys(format!("{number}{PIN}")).await;
            // Typed no faster than by hand, it has entered with its last digit.
            self.eval("void document.querySelector('[data-sign-in] .primary')?.click()").await;
        }
        self.must_be_signed_in().await;
    }

    /// The same with a thumb on the keypad.
    pub async fn sign_in_on_the_keypad(&self, number: &str) {
        self.goto("/e/alfa").await;
        self.press_keys(number).await;
        // With its last digit it enters.
        self.press_keys(PIN).await;
        self.must_be_signed_in().await;
    }

    pub async fn must_be_signed_in(&self) {
        self.until("to be signed in", "document.querySelector('main[data-person]')").await;
    }

    pub async fn press_keys(&self, digits: &str) {
        for digit in digits.chars() {
            self.click(&format!("main [data-key='{digit}']")).await;
        }
    }

    pub async fn must_be_live(&self) {
        self.until("to be live", "document.documentElement.dataset.live === 'live'").await;
    }

    /// Untouched, a page tries again within half a minute.
    pub async fn heals(&self) {
        let began = Instant::now();
        while began.elapsed() < LONGEST_BACKOFF
            && self.eval("document.documentElement.dataset.live").await != "live"
        {
            tokio::time::sleep(BETWEEN).await;
        }
        self.must_be_live().await;
    }

    /// The value of an expression in the page.
    pub async fn eval(&self, expression: &str) -> Value {
        self.run(&format!("return {expression}"))
            .await
            .unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    async fn run(&self, script: &str) -> WebDriverResult<Value> {
        Ok(self.driver.execute(script, Vec::new()).await?.json().clone())
    }

    /// What a script that ends with `done(…)` says.
    pub async fn ask(&self, script: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        self.driver.execute_async(script, Vec::new()).await.expect("an answer").json().clone()
    }

    /// Waits until an expression holds in the page.
    pub async fn until(&self, what: &str, expression: &str) {
        let script = format!("return Boolean({expression})");
        self.patiently(what, async || match self.run(&script).await {
            Ok(Value::Bool(true)) => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
    }

    pub async fn sees(&self, css: &str) {
        let shown = format!(
            "Array.from(document.querySelectorAll({})).some((el) => el.getClientRects().length)",
            json!(css)
        );
        self.until(css, &shown).await;
    }

    pub async fn sees_no(&self, css: &str) {
        let none = format!(
            "!Array.from(document.querySelectorAll({})).some((el) => el.getClientRects().length)",
            json!(css)
        );
        self.until(&format!("no {css}"), &none).await;
    }

    /// Waits until a text stands in an element.
    pub async fn reads(&self, css: &str, text: &str) {
        let (css, text) = (json!(css), json!(text));
        let found = format!(
            "Array.from(document.querySelectorAll({css})).some((el) => el.getClientRects().length && el.textContent.replace(/\\s+/g, ' ').includes({text}))"
        );
        self.until(&format!("{text} in {css}"), &found).await;
    }

    /// A click or, on a phone, a tap, once the element can be hit and nothing has moved just before. What lies under a
    /// bar of the window is scrolled out from under it, as a hand would. Where a row moved while the hand was on its way
    /// nothing was pressed, and the hand comes again.
    pub async fn click(&self, css: &str) {
        let aim = format!("{AIM}({})", json!(css));
        let scroll = format!("document.querySelector({})?.scrollIntoView({{ block: 'center' }})", json!(css));
        self.patiently(&format!("{css} to be clicked"), async || {
            self.until("rows that stand still", &aim).await;
            let element = self.driver.find(By::Css(css)).await.map_err(|error| error.to_string())?;
            if let Err(error) = element.click().await {
                self.eval(&scroll).await;
                return Err(error.to_string());
            }
            // A page that was left by it tells nothing.
            match self.run("return window.aimed?.missed").await {
                Ok(Value::Bool(true)) => Err("it moved".to_owned()),
                _ => Ok(()),
            }
        })
        .await;
    }

    /// A press of the same form within 400 ms is taken for the one before.
    pub async fn lets_a_press_end(&self) {
        let ended =
            "performance.now() - (window.pressed ??= performance.now()) > 400 && delete window.pressed";
        self.until("a press that is another one", ended).await;
    }

    /// Types into a field.
    pub async fn write(&self, css: &str, text: impl Into<TypingData> + Clone) {
        self.patiently(&format!("{css} to be written in"), async || {
            let element = self.driver.find(By::Css(css)).await?;
            element.send_keys(text.clone()).await
        })
        .await;
    }

    /// Keys for whatever has the focus.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.expect("keys");
    }

    pub async fn cdp(&self, command: &str, parameters: Value) {
        self.driver.cdp().send_raw(command, parameters).await.expect("a command of the developer tools");
    }

    /// A picture, where pictures are wanted.
    pub async fn picture(&self, name: &str) {
        if let Some(folder) = pictures() {
            std::fs::create_dir_all(&folder).unwrap();
            self.driver.screenshot(&folder.join(format!("{name}.png"))).await.expect("a picture");
        }
    }

    /// How many sheets of A4 the page fills on paper.
    pub async fn sheets_of_paper(&self) -> usize {
        let page = PrintPage { width: 21.0, height: 29.7 };
        let print = PrintParameters { page, ..PrintParameters::default() };
        let pdf = self.driver.print_page(print).await.expect("a print");
        let named = |name: &[u8]| pdf.windows(name.len()).filter(|bytes| *bytes == name).count();
        named(b"/Type /Page") - named(b"/Type /Pages")
    }

    pub async fn patiently<T, E: std::fmt::Display>(
        &self,
        what: &str,
        mut ask: impl AsyncFnMut() -> Result<T, E>,
    ) -> T {
        let began = Instant::now();
        loop {
            match ask().await {
                Ok(answer) => return answer,
                Err(error) if began.elapsed() > PATIENCE => self.give_up(what, &error.to_string()).await,
                Err(_) => tokio::time::sleep(BETWEEN).await,
            }
        }
    }

    async fn give_up(&self, what: &str, error: &str) -> ! {
        self.picture("failed").await;
        let page = "[location.href, document.documentElement.dataset.live, document.body.innerText.slice(0, 3000)].join('\\n')";
        let page = self.run(&format!("return {page}")).await.unwrap_or_default();
        let log = self.driver.browser_log().await.unwrap_or_default();
        let log: Vec<_> = log.iter().map(|entry| format!("{} {}", entry.level, entry.message)).collect();
        panic!(
            "waited in vain for {what}: {error}\n{}\n{}",
            page.as_str().unwrap_or_default(),
            log.join("\n")
        );
    }

    /// The end of a journey: nothing went wrong that only the console tells.
    pub async fn quit(self) {
        self.end(|_| false).await;
    }

    /// The same where requests had to fail: the browser notes those as well.
    pub async fn quit_after_trouble(self) {
        self.end(|source| source == "network" || source == "other").await;
    }

    async fn end(self, expected: impl Fn(&str) -> bool) {
        let log = self.driver.browser_log().await.expect("the console's log");
        let errors: Vec<_> = log
            .into_iter()
            .filter(|entry| entry.level == "SEVERE" && !expected(entry.source.as_deref().unwrap_or_default()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        self.driver.quit().await.unwrap();
    }
}

pub fn pictures() -> Option<PathBuf> {
    std::env::var_os("SCREENSHOTS").map(PathBuf::from)
}
