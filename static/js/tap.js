// A second tap at the same spot, or a drag, never does anything.

import { around } from "./dom.js";

const SOON = 400;
const SPOT = 24;
const DRAG = 10;

/** @typedef {{ x: number, y: number }} Spot */

/** @type {Spot | null} */
let press = null;
/** @type {Spot & { at: number, rapid: boolean } | null} */
let last = null;

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
  if (!dragged && !again) return;
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
