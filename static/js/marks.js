// What was touched on this screen and how far it is on its way to the server.

import { words } from "./words.js";
import { onChange } from "./page.js";
import { byId, find } from "./dom.js";

const OWN_FOR = 15000;
const SLOW = 400;

/** @typedef {"sending" | "queued" | "broken"} Step */
/** @typedef {{ step: Step, at: number }} Saving */

/** @type {Map<string, number>} */
const own = new Map();
/** @type {Map<string, Saving>} */
const saving = new Map();

/**
 * The keyed element a tap is about: the row or card around the form, or the row whose sheet this is.
 * @param {Element} form
 * @param {string} url
 */
export function targetOf(form, url) {
  const keyed = form.closest("[data-sort][id]") || form.closest("[data-v][id]") || form.closest("[data-guard][id]");
  if (keyed) return keyed.id;
  const item = /\/items\/([^/]+)\//.exec(url);
  return item ? "item-" + item[1] : "";
}

/** @param {string} id */
export function touchHere(id) {
  if (id) own.set(id, performance.now());
}

/**
 * Whether the newest change of this element was most likely made here.
 * @param {string} id
 */
export function isOwn(id) {
  const at = own.get(id);
  if (at === undefined) return false;
  if (performance.now() - at < OWN_FOR || saving.has(id)) return true;
  own.delete(id);
  return false;
}

/**
 * `step` is null when the server has answered.
 * @param {string} id
 * @param {Step | null} step
 */
export function mark(id, step) {
  if (!id) return;
  if (step) saving.set(id, { step, at: performance.now() });
  else saving.delete(id);
  show(byId(id), saving.get(id));
  if (step === "sending") setTimeout(() => show(byId(id), saving.get(id)), SLOW);
}

/**
 * @param {HTMLElement | null} el
 * @param {Saving | undefined} state
 */
function show(el, state) {
  if (!el) return;
  if (!state) {
    el.removeAttribute("data-saving");
    el.removeAttribute("aria-busy");
    tell(el, "");
    return;
  }
  el.dataset.saving = state.step === "sending" ? "sending" : "queued";
  el.setAttribute("aria-busy", "true");
  if (state.step === "queued") tell(el, words("savedHere"));
  else if (state.step === "broken") tell(el, words("broken"));
  else if (performance.now() - state.at >= SLOW) tell(el, words("saving"));
}

/**
 * .sync is the row's own line for this; the server leaves it empty.
 * @param {HTMLElement} el
 * @param {string} text
 */
function tell(el, text) {
  const slot = find(".sync", el);
  if (slot && slot.textContent !== text) slot.textContent = text;
}

/**
 * The server said no: shown for a moment on the row itself.
 * @param {string} id
 */
export function refuse(id) {
  const el = byId(id);
  if (!el) return;
  el.dataset.refused = "";
  setTimeout(() => el.removeAttribute("data-refused"), 4000);
}

export function start() {
  onChange(() => saving.forEach((state, id) => show(byId(id), state)));
}
