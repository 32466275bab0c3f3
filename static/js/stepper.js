// [data-stepper="STEP"]: two buttons with data-step="-1" and "1" around a field for a number, with data-least, data-most
// and data-unit. Held down, a button goes on by itself. What is typed and cannot be taken is said before it is sent.

import { around, find } from "./dom.js";
import { readNumber, writeNumber } from "./numbers.js";
import { words } from "./words.js";

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

/**
 * What is left of `most` beside `taken`, as text with a decimal point; empty where nothing is taken or nothing is left.
 * @param {string | undefined} most
 * @param {string} taken
 */
export function leftOf(most, taken) {
  const left = read(most) - read(taken);
  return read(taken) > 0 && left > 0 ? String(left / THOUSAND) : "";
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
  const from = readNumber(field.value, lang()).number || "";
  const { stepper: by, least, most } = box.dataset;
  field.value = writeNumber(stepped(from, by, Number(button.dataset.step), least, most), lang());
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const lang = () => document.documentElement.lang;

/**
 * Why a typed quantity is not sent; empty where it is.
 * @param {string} typed
 * @param {string} language
 * @param {DOMStringMap} limits
 */
function faultOf(typed, language, { least, unit }) {
  const { number, either } = readNumber(typed, language);
  if (either) {
    const [one, other] = either.map((reading) => writeNumber(reading, language));
    return words("numberDoubtful", { typed: typed.trim(), one, other });
  }
  if (number === undefined) return words("numberUnread");
  if (least !== "1" || !number.includes(".")) return "";
  return words("numberWhole", { unit: unit || "", quantity: writeNumber(number, language) });
}

/**
 * Asked before the browser checks a form, for what it holds then.
 * @param {Event} event
 */
function check(event) {
  const form = around(event, "form");
  const box = form && find("[data-stepper]", form);
  const field = box && box.querySelector("input");
  if (box && field) field.setCustomValidity(field.value ? faultOf(field.value, lang(), box.dataset) : "");
}

export function start() {
  document.addEventListener("click", check, true);
  document.addEventListener("click", pressed);
  document.addEventListener("pointerdown", down, { capture: true, passive: true });
  for (const type of ["pointerup", "pointercancel"]) addEventListener(type, up, { capture: true, passive: true });
  // Of the window alone: the press itself takes the focus away from a field.
  addEventListener("blur", up);
}
