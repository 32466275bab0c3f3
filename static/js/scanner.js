// A hand scanner types a code and Enter faster than any hand. Until scanning exists, such a burst changes nothing outside a
// field that is made for text: number, PIN and choice become what they were, and Enter presses nothing.

import { toast } from "./toasts.js";
import { words } from "./words.js";

/** Milliseconds between two keys of a scanner, at most; people are slower, and a held key says that it repeats. */
export const GAP = 50;
/** Keys before Enter that make a code. */
const LEAST = 3;

/** @typedef {HTMLInputElement | HTMLSelectElement} Changed */

let last = -Infinity;
let keys = 0;
/** What the fields held before the burst. @type {Map<Changed, string>} */
const before = new Map();
/** @type {Element | null} */
let began = null;

/** How many keys were pressed on this page. */
let pressedKeys = 0;
/** The first and the last key of the newest run of quick ones. */
let run = [Infinity, -Infinity];

export const newestKey = () => pressedKeys;

/**
 * Whether another key came too quickly before or after this one for both to be decisions.
 * @param {number} key
 */
export const isHurried = (key) => key >= run[0] && key <= run[1];

/** @param {unknown} el */
function isForText(el) {
  if (el instanceof HTMLTextAreaElement) return true;
  if (!(el instanceof HTMLInputElement) || !/^(text|search)$/.test(el.type)) return false;
  return !/^(numeric|decimal|none)$/.test(el.getAttribute("inputmode") || "");
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  const isKey = event.key.length === 1;
  if (!isKey && event.key !== "Enter") return;
  const field = event.target;
  const quick = event.timeStamp - last <= GAP;
  last = event.timeStamp;
  pressedKeys += 1;
  if (quick) run = [run[1] === pressedKeys - 1 ? run[0] : pressedKeys - 1, pressedKeys];
  if (!isKey) {
    if (quick && keys >= LEAST && !isForText(field)) end(event);
    reset();
    return;
  }
  if (!quick) reset();
  keys += 1;
  if (!began) began = document.activeElement;
  if (isForText(field)) return;
  if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
    if (!before.has(field)) before.set(field, field.value);
  } else if (keys > 1) {
    event.preventDefault();
  }
}

function reset() {
  keys = 0;
  began = null;
  before.clear();
}

/** @param {KeyboardEvent} event */
function end(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  const [first] = before.keys();
  for (const [field, value] of before) {
    if (field.value === value) continue;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (first && began === first && document.activeElement !== first) first.focus();
  toast(words("scannerSoon"));
}

export function start() {
  addEventListener("keydown", pressed, true);
}
