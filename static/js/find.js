// [data-find]: a long order is narrowed to the rows that hold what is typed, in any part and whatever the accents.

import { onChange } from "./page.js";
import { find, findAll } from "./dom.js";

/**
 * As `folded` of src/html/format.rs: tests/fixtures/folding.json holds for both.
 * @param {string} text
 */
export const folded = (text) => text.normalize("NFKD").replace(/[\p{M}\p{Default_Ignorable_Code_Point}\u2800]/gu, "").toLowerCase()
  .replace(/[^\p{L}\p{N}]+/gu, " ").trim();

/**
 * Every word that is typed must stand in it, in part or whole; signs alone stand in nothing.
 * @param {string} text
 * @param {string} typed
 */
export function holds(text, typed) {
  const inside = folded(text);
  const tight = inside.replace(/ /g, "");
  return folded(typed) !== "" && folded(typed).split(" ").every((word) => inside.includes(word) || tight.includes(word));
}

const field = () => /** @type {HTMLInputElement | null} */ (find("[data-find]"));

function narrow() {
  const typed = field()?.value || "";
  let none = typed.trim() !== "";
  for (const row of findAll(".order-work .row")) {
    const text = Array.from(row.querySelectorAll(".ref, .desc, .code, .loc"), (el) => el.textContent).join(" ");
    const isUnfound = typed.trim() !== "" && !holds(text, typed);
    row.toggleAttribute("data-unfound", isUnfound);
    none &&= isUnfound;
  }
  const place = find(".find-none");
  if (place) place.textContent = (none && (folded(typed) ? place.dataset.none : place.dataset.signs)) || "";
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
