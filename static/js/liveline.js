// Says honestly whether the page is live. html[data-live]: "live", "wait" (a few seconds of doubt, not dimmed),
// "off" (old data, dimmed by CSS), "none" (a page that is not live).

import { screen } from "./page.js";
import { words } from "./words.js";
import { wallTime } from "./clock.js";

const DOUBT = 3000;

let state = "wait";
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
export function wait() {
  if (state === "off") return;
  clearTimeout(timer);
  timer = setTimeout(off, DOUBT);
  if (state !== "wait") set("wait", timer);
}

/** Not live, from now on. */
export function off() {
  set("off");
}

function set(next, keep) {
  if (timer && !keep) {
    clearTimeout(timer);
    timer = 0;
  }
  state = screen() ? next : "none";
  show();
}

function show() {
  const root = document.documentElement;
  if (root.dataset.live !== state) root.dataset.live = state;
  const line = document.getElementById("live-line");
  if (!line) return;
  line.hidden = state === "none";
  const slot = line.querySelector("[data-text]") || line;
  const text = state === "live" ? words("live")
    : state === "wait" ? words("connecting")
      : state === "off" ? words("offlineSince", { time: wallTime(freshAt) }) : "";
  if (slot.textContent !== text) slot.textContent = text;
}

export function start() {
  set("wait");
  if (screen()) timer = setTimeout(off, 5000);
}
