// What the page says about itself: the attributes of <main>.

import { parse, format } from "./cursor.js";

export const main = () => document.getElementById("main");
export const facts = () => (main() ? main().dataset : {});
export const screen = () => facts().screen || "";
export const person = () => facts().person || "";
export const cursorText = () => facts().cursor || "";
export const cursor = () => parse(cursorText());

export function setCursor(value) {
  main().dataset.cursor = format(value);
}

export const isBoard = () => screen().startsWith("board");

export const random = (below) => Math.random() * below;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Full jitter: anything between nothing and 0.5 s · 2ⁿ, at most 30 s. */
export const backoff = (attempt) => random(Math.min(30000, 500 * Math.pow(2, Math.min(attempt, 10))));

/** Milliseconds a response asks us to stay away (Retry-After in seconds), spread a little; null without. */
export function retryAfter(response) {
  const header = response.headers.get("Retry-After");
  const seconds = header === null ? NaN : Number(header);
  return seconds >= 0 ? seconds * 1000 + random(1000) : null;
}

/** fetch that gives up after `limit` ms; `abort` may be called from outside. */
export function request(url, options, limit) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), limit);
  const promise = fetch(url, Object.assign({ credentials: "same-origin", signal: control.signal }, options))
    .finally(() => clearTimeout(timer));
  promise.abort = () => control.abort();
  return promise;
}

/** Resolves at once while somebody can see the page, else when it is shown again. */
export function whenVisible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((done) => {
    const check = () => {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", check);
      done();
    };
    document.addEventListener("visibilitychange", check);
  });
}

/** Told after anything was applied to the page. */
export const changed = () => document.dispatchEvent(new CustomEvent("page:changed"));
export const onChange = (listener) => document.addEventListener("page:changed", listener);
