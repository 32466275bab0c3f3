// [data-search]: what is typed is looked for while one types. The address says what is shown, so a live change, a reload and
// the way back ask for the same. Without the script Enter does it.

import { now as countChips } from "./chips.js";
import { fieldsOf, isDirty } from "./defer.js";
import { announce } from "./announce.js";
import { resync } from "./resync.js";
import { find } from "./dom.js";

/** Between the last key and the question. */
const REST = 250;
/** One letter begins nearly everything: it is looked for when Enter says so. */
const LEAST = 2;
/** The place in what was found before. */
const PLACES = ["page", "after", "next"];

/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;

let looking = false;

/** The address is that of what is looked for, the page still shows what was found before. */
export const isLooking = () => looking;

/** @param {Event} event */
const fieldOf = ({ target }) => target instanceof HTMLInputElement && target.matches("[data-search]") ? target : null;

/**
 * The page that shows what is typed, narrowed by whatever else the page is narrowed by now.
 * @param {HTMLInputElement} field
 * @param {number} least
 */
function addressOf(field, least) {
  const query = new URLSearchParams(location.search);
  PLACES.forEach((name) => query.delete(name));
  const typed = field.value.trim();
  if (typed.length >= least) query.set(field.name, typed);
  else query.delete(field.name);
  const text = query.toString();
  return location.pathname + (text ? "?" + text : "");
}

/**
 * @param {HTMLInputElement} field
 * @param {number} least
 */
async function look(field, least) {
  clearTimeout(timer);
  const wanted = addressOf(field, least);
  if (!field.isConnected || wanted === location.pathname + location.search) return;
  looking = true;
  history.replaceState(history.state, "", wanted);
  // What is looked for is what the field falls back to: nobody has to keep it from being lost.
  field.defaultValue = field.value;
  await resync({ force: true, now: true });
  if (wanted !== location.pathname + location.search) return;
  looking = false;
  announce(find("[data-found]")?.textContent || "");
  countChips();
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  const field = fieldOf(event);
  if (!field || event.key !== "Enter" || event.isComposing) return;
  // What else was chosen in the form goes with it.
  if (field.form && fieldsOf(field.form).some((other) => other !== field && isDirty(other))) return;
  event.preventDefault();
  look(field, 1);
  // What was found comes next: the keyboard of a phone stands before it, and keys of the page go into the field.
  field.blur();
}

export function start() {
  document.addEventListener("input", (event) => {
    const field = fieldOf(event);
    clearTimeout(timer);
    if (field) timer = setTimeout(look, field.value.trim() ? REST : 0, field, LEAST);
  });
  document.addEventListener("keydown", pressed);
}
