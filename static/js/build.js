// The page takes up a newer build by itself, when nobody minds.

import { random } from "./page.js";
import { isTyping } from "./hold.js";
import { fingerDown } from "./touch.js";
import { isBusy } from "./queue.js";
import { isUploading } from "./upload.js";

const ALONE = 60000;
const AT_MOST_EVERY = 5 * 60000;
const SPREAD = 20000;
const KEY = "separacao.reloaded";

let timer = 0;

/** "newer", "other" or "same". Builds sort by the time of their commit. */
export function compare(mine, met) {
  if (!mine || !met || mine === met) return "same";
  return met > mine ? "newer" : "other";
}

const own = () => {
  const meta = document.querySelector('meta[name="build"]');
  return meta ? meta.content : "";
};

/** A server told its build. A newer one is taken up soon, another one when it stays the only one for a minute. */
export function met(build) {
  const verdict = compare(own(), build);
  if (verdict === "same") {
    clearTimeout(timer);
    timer = 0;
    return;
  }
  if (timer) return;
  timer = setTimeout(reload, (verdict === "newer" ? 0 : ALONE) + random(SPREAD));
}

function lastReload() {
  try { return Number(sessionStorage.getItem(KEY)) || 0; } catch (error) { return Date.now(); }
}

function reload() {
  const rest = lastReload() + AT_MOST_EVERY - Date.now();
  if (rest > 0 || isTyping() || fingerDown() || isBusy() || isUploading()) {
    timer = setTimeout(reload, Math.max(rest, 5000));
    return;
  }
  try { sessionStorage.setItem(KEY, String(Date.now())); } catch (error) { return; }
  location.reload();
}
