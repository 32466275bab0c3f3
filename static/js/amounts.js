// The buttons beside the stepper of a sheet name its amount: [data-words="pick"], "Separar 15", and [data-words="split"],
// "Separar 15 e marcar falta de 5", whose form holds both amounts in fields of [data-split].

import { onChange } from "./page.js";
import { readNumber, writeNumber } from "./numbers.js";
import { leftOf } from "./stepper.js";
import { words } from "./words.js";
import { around, find, findAll } from "./dom.js";

const lang = () => document.documentElement.lang;

/**
 * @param {Element | null} el
 * @param {string} text
 */
function write(el, text) {
  if (el && text && el.textContent !== text) el.textContent = text;
}

/** @param {HTMLElement} form  the one that picks */
function name(form) {
  const box = find("[data-stepper]", form);
  const field = box && box.querySelector("input");
  const sheet = form.closest("dialog");
  if (!box || !field || !sheet) return;
  const { number } = readNumber(field.value, lang());
  const picked = number === undefined ? "" : writeNumber(number, lang());
  const left = number === undefined ? "" : leftOf(box.dataset.most, number);
  const short = left && writeNumber(left, lang());
  write(find('[data-words="pick"]', form), words("pickAmount", { quantity: picked }));
  const split = find('[data-words="split"]', sheet);
  if (!split) return;
  write(split, short ? words("pickAndShort", { picked, short }) : words("pickPartAndShort"));
  split.closest("summary")?.setAttribute("aria-disabled", String(!short));
  for (const slot of findAll("[data-split]", sheet)) {
    if (!(slot instanceof HTMLInputElement)) continue;
    // What the script writes is nothing that somebody typed.
    slot.defaultValue = slot.dataset.split === "short" ? short : picked;
    slot.value = slot.defaultValue;
  }
}

const nameAll = () => findAll('[data-words="pick"]').forEach((el) => {
  const form = /** @type {HTMLElement | null} */ (el.closest("form"));
  if (form) name(form);
});

export function start() {
  nameAll();
  onChange(nameAll);
  document.addEventListener("input", (event) => { if (around(event, "[data-stepper]")) nameAll(); });
  // The form is back at what it began with.
  document.addEventListener("reset", () => setTimeout(nameAll, 0));
  document.addEventListener("click", (event) => {
    if (around(event, 'summary[aria-disabled="true"]')) event.preventDefault();
  });
}
