// What a command or an upload brings back besides its outcome: frames, a reset, a place to go.

import { screen } from "./page.js";
import { deliver } from "./frames.js";
import { restart } from "./connection.js";
import { resync } from "./resync.js";
import { letGo } from "./guard.js";
import { byId } from "./dom.js";

const FLASH = "separacao.flash";
/** A page may be long in coming over a bad line; what was done before a break is no news. */
const NEWS_FOR = 5 * 60000;

/**
 * @typedef {object} Answer
 * @property {string | null} [location]
 * @property {string} [message]
 * @property {string} [undo]
 * @property {unknown} [reset]
 * @property {unknown} [status]
 * @property {import("./frames.js").Frame[]} [frames]
 */

/**
 * True when the page is being left.
 * @param {Answer} answer
 */
export function takeAnswer(answer) {
  if (answer.location && !isHere(answer.location)) {
    keepForNext(answer);
    letGo(true);
    location.assign(answer.location);
    return true;
  }
  const part = answer.location && new URL(answer.location, location.href).hash.slice(1);
  if (part) resync({ now: true }).then(() => look(byId(part)));
  if (answer.reset !== undefined) restart({ force: true, now: true });
  else if (screen()) (answer.frames || []).forEach(deliver);
  if (!screen() && answer.status === undefined) resync({ now: true });
  return false;
}

/**
 * Brings what just came into view and announces it to screen readers.
 * @param {HTMLElement | null} el
 */
export function look(el) {
  if (!el) return;
  el.scrollIntoView({ block: "nearest" });
  el.focus({ preventScroll: true });
}

/** @param {string} target */
function isHere(target) {
  const url = new URL(target, location.href);
  return url.pathname === location.pathname && url.search === location.search;
}

/** @param {Answer} answer */
function keepForNext(answer) {
  if (!answer.message) return;
  try {
    sessionStorage.setItem(FLASH, JSON.stringify({ message: answer.message, undo: answer.undo, at: Date.now() }));
  } catch (error) { /* the next page simply says nothing */ }
}

/** The message of the command that led here, once. */
export function takeFlash() {
  try {
    const flash = JSON.parse(sessionStorage.getItem(FLASH) || "null");
    sessionStorage.removeItem(FLASH);
    return flash && Date.now() - flash.at < NEWS_FOR ? flash : null;
  } catch (error) {
    return null;
  }
}
