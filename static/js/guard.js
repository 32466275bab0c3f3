// form[data-guard]: a form that fills its page. What was typed in it is not lost without a question.

import { fieldsOf, isDirty } from "./defer.js";

let leaving = false;

/**
 * This page is left on purpose: by an ordinary form, or for the place where a command leads.
 * @param {boolean} on
 */
export function letGo(on) {
  leaving = on;
}

export const isLeaving = () => leaving;

/**
 * What was sent is what the page falls back to now; what was typed since stays typed.
 * @param {HTMLFormElement} form
 * @param {string} body
 */
export function settleSent(form, body) {
  const sent = new URLSearchParams(body);
  for (const field of fieldsOf(form)) {
    const values = sent.getAll(field.name);
    if (field instanceof HTMLSelectElement) {
      for (const option of field.options) option.defaultSelected = values.includes(option.value);
    } else if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) {
      field.defaultChecked = values.includes(field.value);
    } else if (field.type !== "hidden" && values.length) {
      field.defaultValue = values[0];
    } else if (field.name.startsWith("was.")) {
      // What the form showed in another field: set back before the page has come again, that one is changed as well.
      field.value = sent.get(field.name.slice(4)) || field.value;
    }
  }
}

export function start() {
  // A page that the browser had kept is there again, and may be left again.
  addEventListener("pageshow", () => letGo(false));
  document.addEventListener("submit", (event) => {
    const was = leaving;
    letGo(event.target instanceof Element && !event.target.matches("[data-command], [data-unlock]"));
    // A question came first, or the same press twice: then nothing leaves because of this one.
    if (leaving) setTimeout(() => { if (event.defaultPrevented) letGo(was); }, 0);
  }, true);
  addEventListener("beforeunload", (event) => {
    const guarded = Array.from(document.querySelectorAll("form[data-guard]"));
    if (leaving || !guarded.some((form) => fieldsOf(form).some(isDirty))) return;
    event.preventDefault();
    event.returnValue = "";
  });
}
