// Says honestly whether the page is live. html[data-live]: "live", "connecting" (a few seconds of doubt, not dimmed),
// "stale" (old data, dimmed by CSS); absent on a page that is not live.

import { screen } from "./page.js";
import { words } from "./words.js";
import { wallTime } from "./clock.js";

const DOUBT = 3000;

let state = "connecting";
let freshAt = Date.now();
let timer = 0;

export const isLive = () => state === "live";

/** Something came from the server: what is shown was true at this moment. */
export function fresh() {
  freshAt = Date.now();
}

export function live() {
  fresh();
  set("live");
}

/** The connection is being renewed; unless it succeeds soon the data is old. */
export function wait(ms) {
  if (state === "stale") return;
  clearTimeout(timer);
  timer = setTimeout(off, ms || DOUBT);
  if (state !== "connecting") set("connecting", timer);
}

/** Not live, from now on. */
export function off() {
  set("stale");
}

function set(next, keep) {
  if (timer && !keep) {
    clearTimeout(timer);
    timer = 0;
  }
  state = next;
  show();
}

function show() {
  const root = document.documentElement;
  if (!screen()) return;
  if (root.dataset.live !== state) root.dataset.live = state;
  const slot = document.querySelector("[data-live-text]");
  const text = words(state, { time: wallTime(freshAt) });
  if (slot && slot.textContent !== text) slot.textContent = text;
}

export function start() {
  if (!screen()) return;
  set("connecting");
  timer = setTimeout(off, 5000);
}
