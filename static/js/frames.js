// The order in which texts from the server are applied, whichever way they came.

import { cursor, setCursor } from "./page.js";
import { decide, advance } from "./cursor.js";
import { applyHtml, applyPresence } from "./apply.js";
import { fingerDown, whenStill } from "./touch.js";

/**
 * All that changed for this screen in (from, to]; or who is where.
 * @typedef {object} Frame
 * @property {string} epoch
 * @property {number} from
 * @property {number} to
 * @property {string | number} tag
 * @property {string} [html]
 * @property {string[]} [touched]
 * @property {string} [presence]
 */

/** @type {Frame[]} */
const inbox = [];
const hooks = {
  /** @param {"gap" | "epoch"} reason */
  resync(reason) {},
  touched() {},
  owing() {},
};
let asked = false;

/**
 * `resync(reason)`: the cursor cannot go on; `touched()`: something changed that only a new page shows.
 * @param {Partial<typeof hooks>} handlers
 */
export function onTrouble(handlers) {
  Object.assign(hooks, handlers);
}

/**
 * Takes one object from the feed. It waits while a finger is down.
 * @param {any} frame
 */
export function deliver(frame) {
  inbox.push(frame);
  drain();
}

/** Whether something came that the page does not show yet. */
export const isBehind = () => inbox.length > 0;

function drain() {
  if (fingerDown()) {
    if (!asked) whenStill(0, () => { asked = false; drain(); });
    asked = true;
    return;
  }
  for (let frame = inbox.shift(); frame; frame = inbox.shift()) attempt(frame);
  hooks.owing();
}

/**
 * What cannot be applied must not end who brought it: the page is fetched instead.
 * @param {Frame} frame
 */
function attempt(frame) {
  try {
    take(frame);
  } catch (error) {
    console.error(error);
    inbox.length = 0;
    hooks.resync("epoch");
  }
}

/** @param {Frame} frame */
function take(frame) {
  if (frame.presence !== undefined) {
    applyPresence(frame.presence);
    return;
  }
  const here = cursor();
  const verdict = decide(here, frame);
  if (verdict === "ignore") return;
  if (verdict === "resync" || !here) {
    inbox.length = 0;
    hooks.resync(here && frame.epoch === here.epoch && frame.from > here.n ? "gap" : "epoch");
    return;
  }
  applyHtml(frame.html, frame.to);
  setCursor(advance(here, frame));
  if (frame.touched) hooks.touched();
}
