// What a person is in the middle of: it is not pulled away under their hands.

import { isStill } from "./touch.js";

/** Hands at work are given so long before something above them grows. */
export const STILL = 2000;

const NOT_TEXT = /^(hidden|button|submit|reset|image|checkbox|radio|file|range|color)$/;

export function isTextField(el) {
  if (!el || !el.matches) return false;
  if (el.matches("textarea, select, [contenteditable]")) return true;
  return el.localName === "input" && !NOT_TEXT.test(el.type);
}

/** All radios of one question: what was chosen is said by all of them. */
function choicesOf(radio) {
  const all = radio.form ? Array.from(radio.form.elements) : [radio];
  return all.filter((field) => field.type === "radio" && field.name === radio.name);
}

export function isDirty(field) {
  if (field.localName === "select") {
    const chosen = Array.from(field.options).findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(0, chosen);
  }
  if (field.type === "hidden" || field.type === "file") return false;
  if (field.type === "radio") return choicesOf(field).some((choice) => choice.checked !== choice.defaultChecked);
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

export const fieldsOf = (el) => Array.from(el.querySelectorAll("input, textarea, select"));

/** The field that is being written in, if any. */
export function activeField() {
  return isTextField(document.activeElement) ? document.activeElement : null;
}

const actionOf = (field) => (field.form ? field.form.getAttribute("action") : "");

const sameField = (a, b) => a.name === b.name && actionOf(a) === actionOf(b);

/** A form with words in it is left alone as a whole: its hidden version belongs to what was read, not to what came since. */
export function isInUse(form) {
  const field = activeField();
  return (field !== null && form.contains(field) && field.form === form) ||
    fieldsOf(form).some((other) => isTextField(other) && !other.closest("[data-stepper]") && isDirty(other));
}

/** Typed words that have no place in `fresh` would be lost. A quantity may be: it is asked again. */
function wouldLose(el, fresh) {
  return fieldsOf(el).some((field) =>
    isTextField(field) && !field.closest("[data-stepper]") && field.name && isDirty(field) &&
    !(fresh && fieldsOf(fresh).some((other) => sameField(other, field))));
}

/**
 * Whether `el` must keep what it shows for now. A form just accepted by the server holds only by what is typed since;
 * [data-still] stands above what is tapped and would push it away.
 */
export function holds(el, fresh, mine) {
  if (el.hasAttribute("data-still") && !mine && !isStill(STILL)) return true;
  if (el.querySelector("dialog[open]")) return true;
  const field = activeField();
  if (field && el.contains(field) && !(mine && !isDirty(field))) return true;
  return wouldLose(el, fresh);
}

export const isTyping = () =>
  activeField() !== null || document.querySelector("dialog[open]") !== null ||
  fieldsOf(document.body).some((field) => isTextField(field) && isDirty(field));

/** Calls back whenever something that was held may be free. */
export function onRelease(listener) {
  const soon = () => setTimeout(listener, 0);
  for (const type of ["focusout", "close", "submit", "reset", "change"]) {
    document.addEventListener(type, soon, true);
  }
}
