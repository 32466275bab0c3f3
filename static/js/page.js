// What the page says about itself: its build, and the attributes of <main>.

import { parse, format } from "./cursor.js";
import { byId } from "./dom.js";

export const main = () => byId("main");
/** @returns {DOMStringMap} */
export const facts = () => main()?.dataset || {};
export const screen = () => facts().screen || "";
export const person = () => facts().person || "";
/** Where the page's socket and polls are, before /live and /feed: a wall has its own. */
export const under = () => facts().under || "";
export const cursorText = () => facts().cursor || "";
export const cursor = () => parse(cursorText());

/** The build that drew this page. */
export const pageBuild = () => /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="build"]'))?.content || "";

/** @param {import("./cursor.js").Cursor} value */
export function setCursor(value) {
  const place = main();
  if (place) place.dataset.cursor = format(value);
}

export const isBoard = () => screen().startsWith("board");

/** @param {number} below */
export const random = (below) => Math.random() * below;

/**
 * @param {number} ms
 * @returns {Promise<void>}
 */
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Full jitter: anything between nothing and 0.5 s · 2ⁿ, at most 30 s.
 * @param {number} attempt
 */
export const backoff = (attempt) => random(Math.min(30000, 500 * Math.pow(2, Math.min(attempt, 10))));

/**
 * Resolves at once while somebody can see the page, else when it is shown again.
 * @returns {Promise<void>}
 */
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
/** @param {() => void} listener */
export const onChange = (listener) => document.addEventListener("page:changed", listener);
