// Says honestly whether the page is live. html[data-live]: "live", "connecting" (a few seconds of doubt, not dimmed),
// "stale" (old data, dimmed by CSS); absent on a page that is not live.

import { screen } from "./page.js";
import { words } from "./words.js";
import { skewOf, wallTime } from "./clock.js";
import { find } from "./dom.js";

const DOUBT = 3000;

/** @typedef {"live" | "connecting" | "stale"} State */

/** @type {State} */
let state = "connecting";
let freshAt = Date.now();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @type {() => boolean} */
let isOwing = () => false;

/**
 * `test` says whether the page is known to be behind: then it is not live, however well it is connected.
 * @param {() => boolean} test
 */
export function onOwing(test) {
  isOwing = test;
}

let stale = () => {};

/**
 * Told when the page stops being live.
 * @param {() => void} listener
 */
export function onStale(listener) {
  stale = listener;
}

/** Something came from the server: what is shown was true at this moment. */
export function fresh() {
  if (!isOwing()) freshAt = Date.now();
}

export function live() {
  fresh();
  delete document.documentElement.dataset.kept;
  set("live");
}

/**
 * The connection is being renewed; unless it succeeds soon the data is old.
 * @param {number} [ms]
 */
export function wait(ms) {
  if (state === "stale") return;
  clearTimeout(timer);
  timer = setTimeout(off, ms || DOUBT);
  set("connecting", true);
}

/** Not live, from now on. */
export function off() {
  set("stale");
}

/**
 * @param {State} next
 * @param {boolean} [keep]
 */
function set(next, keep) {
  if (!keep) clearTimeout(timer);
  const ended = next === "stale" && state !== "stale";
  state = next;
  show();
  if (ended) stale();
}

/** Says it anew: something is owed, or no longer. */
export function show() {
  const root = document.documentElement;
  if (!screen()) return;
  const shown = state === "live" && isOwing() ? "connecting" : state;
  root.dataset.live = shown;
  const slot = find("[data-live-text]");
  const text = words(shown, { time: wallTime(freshAt) });
  if (slot && slot.textContent !== text) slot.textContent = text;
}

export function start() {
  if (!screen()) return;
  const { kept } = document.documentElement.dataset;
  if (kept) {
    // A copy of before: old from the first moment on.
    freshAt = Number(kept) - skewOf();
    return off();
  }
  set("connecting");
  timer = setTimeout(off, 5000);
}
