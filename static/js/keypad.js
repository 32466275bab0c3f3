// [data-keypad]: buttons with data-key 0–9, back, next. They write into the field of the form that was used last.

import { recall, remember } from "./device.js";
import { around, find, findAll } from "./dom.js";
import { isHurried, newestKey } from "./scanner.js";

/** @type {HTMLInputElement | null} */
let current = null;

/** @param {HTMLFormElement} form */
const fields = (form) => /** @type {HTMLInputElement[]} */ (Array.from(form.querySelectorAll("input:not([type=hidden])")))
  .filter((field) => !field.disabled);

/** @param {HTMLInputElement} field */
const isDigitsOnly = (field) => field.inputMode === "numeric" || field.getAttribute("inputmode") === "none";

/** @param {HTMLFormElement} form */
function fieldOf(form) {
  const active = document.activeElement;
  if (active instanceof HTMLInputElement && form.contains(active)) return active;
  if (current && current.isConnected && form.contains(current)) return current;
  return fields(form).find((field) => !field.value) || fields(form)[0];
}

/**
 * The number is complete: on to the PIN.
 * @param {HTMLInputElement} field
 */
function moveOn(field) {
  const digits = Number(field.dataset.digits);
  if (!field.dataset.next || !digits || field.value.length < digits) return;
  const next = field.form && field.form.elements.namedItem(field.dataset.next);
  if (next instanceof HTMLInputElement && !next.value) next.focus();
}

/** The number of digits after which a PIN is submitted, where the company's sign-in page says that none is longer. */
const ENTERS = "separacao.enters";
/** Somebody who types on, or a scanner, is not done. */
const DONE = 150;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let entering;

/**
 * @param {HTMLInputElement} field
 */
function enter(field) {
  clearTimeout(entering);
  const { form, dataset: { digits } } = field;
  if (!form || field.name !== "pin" || !digits || field.value.length !== Number(digits) || digits !== recall(ENTERS)) return;
  const key = newestKey();
  entering = setTimeout(() => {
    if (newestKey() === key && !isHurried(key) && form.isConnected && form.checkValidity()) form.requestSubmit?.();
  }, DONE);
}

/**
 * @param {HTMLInputElement} field
 * @param {string} digit
 */
function type(field, digit) {
  const most = Number(field.getAttribute("maxlength")) || 99;
  if (field.value.length >= most) return;
  field.value += digit;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} field
 */
function next(form, field) {
  const all = fields(form);
  const after = all[all.indexOf(field) + 1];
  const submit = /** @type {HTMLButtonElement | null} */ (form.querySelector("button:not([type=button])"));
  if (after) after.focus();
  else if (form.requestSubmit) form.requestSubmit();
  else if (submit) submit.click();
}

/** @param {MouseEvent} event */
function pressed(event) {
  const key = around(event, "[data-keypad] [data-key]");
  const form = key && key.closest("form");
  if (!key || !form) return;
  event.preventDefault();
  const field = fieldOf(form);
  if (!field) return;
  if (document.activeElement !== field) field.focus({ preventScroll: true });
  const what = key.dataset.key || "";
  if (what === "back") {
    field.value = field.value.slice(0, -1);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (what === "next") {
    next(form, field);
  } else {
    type(field, what);
  }
}

export function start() {
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLInputElement) current = event.target;
  });
  document.addEventListener("click", pressed);
  // A press on a key does not take the focus away from the field.
  document.addEventListener("mousedown", (event) => {
    if (around(event, "[data-keypad]")) event.preventDefault();
  });
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !field.form || !field.form.querySelector("[data-keypad]")) return;
    if (!isDigitsOnly(field)) return;
    const clean = field.value.replace(/\D/g, "");
    if (clean !== field.value) field.value = clean;
    moveOn(field);
    enter(field);
  });
  document.addEventListener("submit", () => clearTimeout(entering));
  const pin = find("[data-sign-in] [name=pin]");
  if (pin) remember(ENTERS, pin.hasAttribute("data-enters") && pin.dataset.digits || "");
  quiet(document);
}

/**
 * Where the keypad is on the screen, the device's own keyboard would cover it.
 * @param {ParentNode} place
 */
export function quiet(place) {
  if (!matchMedia("(pointer: coarse)").matches) return;
  for (const pad of findAll("[data-keypad]", place)) {
    const form = pad.closest("form");
    if (form) fields(form).filter(isDigitsOnly).forEach((field) => field.setAttribute("inputmode", "none"));
  }
}
