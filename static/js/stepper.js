// [data-stepper="STEP"]: two buttons with data-step="-1" and "1" around a number field with min and max. Held down, a
// button goes on by itself.

import { around } from "./dom.js";

const THOUSAND = 1000;
const HELD = 400;
const EVERY = 90;

/** @param {string | null | undefined} text */
const read = (text) => Math.round(Number(String(text || "").replace(",", ".")) * THOUSAND);

/**
 * The value after one press, all as text with a decimal point. It stays on the grid of the step, except at the
 * limits, which may lie beside it.
 * @param {string} value
 * @param {string | undefined} step
 * @param {number} direction
 * @param {string | null | undefined} min
 * @param {string | null | undefined} max
 */
export function stepped(value, step, direction, min, max) {
  const by = Math.max(1, read(step));
  const low = min === "" || min === null || min === undefined ? -Infinity : read(min);
  const high = max === "" || max === null || max === undefined ? Infinity : read(max);
  const from = read(value) || 0;
  const grid = direction > 0 ? Math.floor(from / by) : Math.ceil(from / by);
  const next = Math.min(high, Math.max(low, (grid + direction) * by));
  return String(next / THOUSAND);
}

/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;
/** The button was held, and has done its work when it is let go. */
let repeated = false;

/** @param {Event} event */
function pressed(event) {
  const button = around(event, "[data-stepper] button[data-step]");
  if (!button) return;
  event.preventDefault();
  if (!repeated) step(button);
  repeated = false;
}

/** @param {PointerEvent} event */
function down(event) {
  const button = around(event, "[data-stepper] button[data-step]");
  up();
  repeated = false;
  if (!button || event.button !== 0) return;
  timer = setTimeout(function again() {
    repeated = true;
    if (!button.isConnected) return;
    step(button);
    timer = setTimeout(again, EVERY);
  }, HELD);
}

function up() {
  clearTimeout(timer);
  timer = 0;
}

/** @param {HTMLElement} button */
function step(button) {
  const box = /** @type {HTMLElement | null} */ (button.closest("[data-stepper]"));
  const field = box && box.querySelector("input");
  if (!box || !field) return;
  field.value = stepped(field.value, box.dataset.stepper, Number(button.dataset.step),
    field.getAttribute("min"), field.getAttribute("max"));
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function start() {
  document.addEventListener("click", pressed);
  document.addEventListener("pointerdown", down, { capture: true, passive: true });
  for (const type of ["pointerup", "pointercancel", "blur"]) addEventListener(type, up, { capture: true, passive: true });
}
