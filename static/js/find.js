// [data-find]: a long order is narrowed to the rows that hold what is typed, in any part and whatever the accents.

import { onChange } from "./page.js";
import { find, findAll } from "./dom.js";

/** @param {string} text */
export const folded = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();

/**
 * Every word that is typed must stand in it, in part or whole.
 * @param {string} text
 * @param {string} typed
 */
export function holds(text, typed) {
  const inside = folded(text);
  const tight = inside.replace(/ /g, "");
  return folded(typed).split(" ").every((word) => inside.includes(word) || tight.includes(word));
}

const field = () => /** @type {HTMLInputElement | null} */ (find("[data-find]"));

function narrow() {
  const typed = field()?.value || "";
  for (const row of findAll(".order-work .row")) {
    const text = Array.from(row.querySelectorAll(".ref, .desc, .code"), (el) => el.textContent).join(" ");
    row.toggleAttribute("data-unfound", Boolean(folded(typed)) && !holds(text, typed));
  }
}

export function start() {
  document.addEventListener("input", (event) => { if (event.target === field()) narrow(); });
  // What is found is picked, and the next one is looked for.
  document.addEventListener("keydown", (event) => {
    const own = field();
    if (event.key !== "Escape" || !own || event.target !== own) return;
    own.value = "";
    narrow();
  });
  onChange(narrow);
}
