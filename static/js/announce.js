// What only ears need: one polite line of the page, #status, and never a flood.

import { person } from "./page.js";
import { byId } from "./dom.js";

const EVERY = 4000;
const MOST = 3;

/** @type {string[]} */
let waiting = [];
let last = -Infinity;
/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;

/** @param {string} text */
export function announce(text) {
  if (!text) return;
  waiting.push(text);
  // What comes together is said together.
  if (!timer) timer = setTimeout(speak, Math.max(300, last + EVERY - performance.now()));
}

function speak() {
  timer = 0;
  last = performance.now();
  const slot = byId("status");
  if (slot) slot.textContent = waiting.slice(-MOST).join(". ");
  waiting = [];
}

/**
 * Whether the one who looks did what an entry of a history tells. No name says it: another may have the same.
 * @param {HTMLElement} entry
 */
export const isOwnEntry = (entry) => Boolean(person()) && entry.dataset.actor === person();

/**
 * An entry of an order's history came in: said, unless the one who looks did it and was told already.
 * @param {HTMLElement} entry
 */
export function heard(entry) {
  if (!entry.matches("#timeline > *") || isOwnEntry(entry)) return;
  const sentence = entry.querySelector("p");
  announce((sentence?.firstChild?.textContent || "").trim());
}
