// A second tap at the same spot, a drag, or a tap just after the list moved by itself never does anything.

import { around } from "./dom.js";

const SOON = 400;
const SPOT = 24;
const DRAG = 10;
/** The thumb was on its way when the rows moved: what it hits is not what it meant. */
const AFTER_SHIFT = 400;

/** @typedef {{ x: number, y: number }} Spot */

/** @type {Spot | null} */
let press = null;
/** @type {Spot & { at: number, rapid: boolean } | null} */
let last = null;
let shiftedAt = -Infinity;
/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;

/** Rows or cards have just moved for something that was done elsewhere. */
export function shifted() {
  const root = document.documentElement;
  shiftedAt = performance.now();
  // What is not taken does not look pressed.
  root.setAttribute("data-shifted", "");
  clearTimeout(timer);
  timer = setTimeout(() => root.removeAttribute("data-shifted"), AFTER_SHIFT);
}

/**
 * @param {Spot} a
 * @param {Spot} b
 * @param {number} distance
 */
const far = (a, b, distance) => Math.abs(a.x - b.x) > distance || Math.abs(a.y - b.y) > distance;

/** Keys that are meant to be hit fast: the stepper and the keypad. */
const RAPID = "[data-stepper], [data-keypad]";

/** @param {MouseEvent} event */
function clicked(event) {
  // A click without a pointer (keyboard, script) has no spot.
  if (event.detail === 0) return;
  const here = { x: event.clientX, y: event.clientY, at: performance.now(), rapid: around(event, RAPID) !== null };
  const dragged = press !== null && far(press, here, DRAG) && around(event, "form[data-command], [data-sort]");
  const again = last !== null && !last.rapid && here.at - last.at < SOON && !far(last, here, SPOT);
  if (!again) last = here;
  const missed = here.at - shiftedAt < AFTER_SHIFT && around(event, "[data-sort]");
  if (!dragged && !again && !missed) return;
  if (again && around(event, "input, textarea, select")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

export function start() {
  document.addEventListener("pointerdown", (event) => {
    press = { x: event.clientX, y: event.clientY };
  }, { capture: true, passive: true });
  document.addEventListener("click", clicked, true);
}
