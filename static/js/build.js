// The page reloads into a newer build by itself, when that interrupts nobody.

import { pageBuild, random } from "./page.js";
import { isTyping } from "./defer.js";
import { find } from "./dom.js";
import { fingerDown } from "./touch.js";
import { isSending } from "./queue.js";
import { fetchAgain, whenOurs } from "./reload.js";
import { onBuild } from "./request.js";

/** The build that this script is of: the server writes it here. */
export const SCRIPT_BUILD = "%BUILD%";

const ALONE = 60000;
const AT_MOST_EVERY = 5 * 60000;
const SPREAD = 20000;
const KEY = "separacao.reloaded";

/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;

/**
 * "newer", "other" or "same". Builds sort by the time of their commit.
 * @param {string} own
 * @param {string | undefined} other
 */
export function compare(own, other) {
  if (!own || !other || own === other) return "same";
  return other > own ? "newer" : "other";
}

/**
 * A server told its build. A newer one is taken up soon, another one when it stays the only one for a minute.
 * @param {string | undefined} build
 */
export function met(build) {
  const verdict = compare(pageBuild(), build);
  if (verdict === "same") {
    // A page whose script is of another build is not right for being answered.
    if (compare(pageBuild(), SCRIPT_BUILD) !== "same") return;
    clearTimeout(timer);
    timer = 0;
    return;
  }
  plan(verdict === "newer" ? 0 : ALONE);
}

/** @param {number} wait */
function plan(wait) {
  if (!timer) timer = setTimeout(reload, wait + random(SPREAD));
}

function lastReload() {
  try { return Number(sessionStorage.getItem(KEY)) || 0; } catch (error) { return Date.now(); }
}

/** @type {(() => boolean)[]} */
const busy = [];

/**
 * The page stays as it is while this says so.
 * @param {() => boolean} isBusy
 */
export const stayWhile = (isBusy) => void busy.push(isBusy);

/** What is shown once, [data-once], is not on the page that would come. */
const isFree = () =>
  !isTyping() && !fingerDown() && !isSending() && !find("[data-once]") && !busy.some((isBusy) => isBusy());

function reload() {
  const since = Date.now() - lastReload();
  // One in the future was written under another clock.
  if (since >= 0 && since < AT_MOST_EVERY) {
    timer = setTimeout(reload, Math.max(AT_MOST_EVERY - since, 5000));
    return;
  }
  whenOurs(location.href, () => {
    try { sessionStorage.setItem(KEY, String(Date.now())); } catch (error) { return; }
    fetchAgain();
  }, isFree);
}

export function start() {
  onBuild(met);
  // In a rolling deploy a page may have got its script from another replica.
  if (SCRIPT_BUILD.startsWith("%")) return;
  if (compare(pageBuild(), SCRIPT_BUILD) !== "same") plan(0);
}
