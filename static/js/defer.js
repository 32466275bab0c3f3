// What a person is in the middle of: it is not pulled away under their hands.

import { isStill } from "./touch.js";
import { find } from "./dom.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/** Hands at work are given so long before something above them grows. */
export const STILL = 2000;

const NOT_TEXT = /^(hidden|button|submit|reset|image|checkbox|radio|file|range|color)$/;

/** @param {Element | EventTarget | null} el */
export function isTextField(el) {
  if (!(el instanceof Element)) return false;
  if (el.matches("textarea, select, [contenteditable]")) return true;
  return el instanceof HTMLInputElement && !NOT_TEXT.test(el.type);
}

/**
 * All radios of one question: what was chosen is said by all of them.
 * @param {HTMLInputElement} radio
 */
function choicesOf(radio) {
  const all = radio.form ? fieldsOf(radio.form) : [radio];
  return /** @type {HTMLInputElement[]} */ (all.filter((field) => field.type === "radio" && field.name === radio.name));
}

/** @param {Field} field */
export function isDirty(field) {
  if (field instanceof HTMLSelectElement) {
    const chosen = Array.from(field.options).findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(0, chosen);
  }
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (field.type === "hidden" || field.type === "file") return false;
  if (field.type === "radio") return choicesOf(field).some((choice) => choice.checked !== choice.defaultChecked);
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

/** @param {ParentNode} el */
export const fieldsOf = (el) => /** @type {Field[]} */ (Array.from(el.querySelectorAll("input, textarea, select")));

/** The field that is being written in, if any. */
export const activeField = () =>
  /** @type {Field | null} */ (isTextField(document.activeElement) ? document.activeElement : null);

/** @param {Field} field */
const actionOf = (field) => (field.form ? field.form.getAttribute("action") : "");

/**
 * @param {Field} a
 * @param {Field} b
 */
const isSameField = (a, b) => a.name === b.name && actionOf(a) === actionOf(b);

/**
 * A form with words in it is left alone as a whole: its hidden version belongs to what was read, not to what came since.
 * @param {Element} form
 */
export function isInUse(form) {
  const field = activeField();
  return (field !== null && form.contains(field) && field.form === form) ||
    fieldsOf(form).some((other) => isTextField(other) && !other.closest("[data-stepper]") && isDirty(other));
}

/**
 * Typed words that have no place in `fresh` would be lost. A quantity may be: it is asked again.
 * @param {Element} el
 * @param {Element | null} fresh
 */
function wouldLose(el, fresh) {
  return fieldsOf(el).some((field) =>
    isTextField(field) && !field.closest("[data-stepper]") && field.name && isDirty(field) &&
    !(fresh && fieldsOf(fresh).some((other) => isSameField(other, field))));
}

/**
 * Whether `el` must keep what it shows for now. A form just accepted by the server defers only by what is typed since;
 * [data-still] stands above what is tapped and would push it away.
 * @param {Element} el
 * @param {Element | null} fresh
 * @param {boolean} own  the change was made here
 */
export function defers(el, fresh, own) {
  if (el.hasAttribute("data-still") && !own && !isStill(STILL)) return true;
  if (find("dialog[open]", el)) return true;
  const field = activeField();
  if (field && el.contains(field) && !(own && !isDirty(field))) return true;
  return wouldLose(el, fresh);
}

export const isTyping = () =>
  activeField() !== null || find("dialog[open]") !== null ||
  fieldsOf(document.body).some((field) => isTextField(field) && isDirty(field));

/**
 * Calls back whenever something that was deferred may be free.
 * @param {() => void} listener
 */
export function onRelease(listener) {
  const soon = () => setTimeout(listener, 0);
  for (const type of ["focusout", "close", "submit", "reset", "change"]) {
    document.addEventListener(type, soon, true);
  }
}
