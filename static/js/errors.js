// Sentences beside the fields that were not accepted, and one for the whole form.

import { find, findAll } from "./dom.js";

/**
 * False where the form is not to be seen: then the sentence must be said elsewhere.
 * @param {HTMLFormElement} form
 * @param {string} sentence
 * @param {Record<string, string>} [fields]
 */
export function showErrors(form, sentence, fields) {
  clearErrors(form);
  if (!form.isConnected || !form.getClientRects().length) return false;
  let shown = false;
  for (const [name, text] of Object.entries(fields || {})) {
    const field = form.elements.namedItem(name);
    const place = field instanceof RadioNodeList ? field[0] : field;
    if (!(place instanceof HTMLElement) || place.getAttribute("type") === "hidden") continue;
    if (field instanceof Element) field.setAttribute("aria-invalid", "true");
    const around = place.closest(".field, fieldset") || place.parentElement;
    if (!around) continue;
    around.classList.add("wrong");
    const legend = around.querySelector(":scope > legend");
    const after = legend ? legend.nextSibling : around.firstElementChild;
    let before = place.closest("label") === around ? place : after;
    // A field may stand beside another one in a box of both.
    while (before instanceof Element && before.parentElement !== around) before = before.parentElement;
    around.insertBefore(line(text), before);
    if (!shown) place.focus();
    shown = true;
  }
  // Over an open sheet nothing else can be seen; elsewhere one sentence beside the field is enough.
  const own = find("[data-error]", form);
  if (!shown && !own && !form.closest("dialog[open]")) return false;
  if (!shown) say(form, sentence);
  return true;
}

/**
 * One sentence for the whole form; none where it is empty.
 * @param {HTMLFormElement} form
 * @param {string} sentence
 */
export function say(form, sentence) {
  const slot = find("[data-error]", form) || form.insertBefore(line(sentence), form.firstElementChild);
  slot.textContent = sentence;
  slot.hidden = !sentence;
}

/**
 * The form that was refused is no longer in its sheet: the sentence stands above what the sheet shows now.
 * @param {HTMLElement} box
 * @param {string} sentence
 */
export function showOver(box, sentence) {
  box.insertBefore(line(sentence), box.querySelector(".sheet-head + *"));
}

/** @param {string} text */
function line(text) {
  const el = document.createElement("em");
  el.className = "error";
  el.dataset.error = "script";
  el.setAttribute("role", "alert");
  el.textContent = text;
  return el;
}

/** @param {HTMLFormElement} form */
export function clearErrors(form) {
  const box = form.closest("dialog");
  if (box) box.querySelectorAll(':scope > [data-error="script"]').forEach((el) => el.remove());
  form.querySelectorAll('[data-error="script"]').forEach((el) => el.remove());
  findAll("[data-error]", form).forEach((el) => { el.hidden = true; });
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  form.querySelectorAll(".wrong").forEach((el) => el.classList.remove("wrong"));
}
