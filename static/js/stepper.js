// [data-stepper="STEP"]: two buttons with data-step="-1" and "1" around a number field with min and max.

import { around } from "./dom.js";

const THOUSAND = 1000;

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

/** @param {Event} event */
function pressed(event) {
  const button = around(event, "[data-stepper] button[data-step]");
  const box = around(event, "[data-stepper]");
  const field = box && box.querySelector("input");
  if (!button || !box || !field) return;
  event.preventDefault();
  field.value = stepped(field.value, box.dataset.stepper, Number(button.dataset.step),
    field.getAttribute("min"), field.getAttribute("max"));
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function start() {
  document.addEventListener("click", pressed);
}
