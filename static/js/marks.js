// What was touched on this screen and how far it is on its way to the server.

import { words } from "./words.js";
import { onChange } from "./page.js";

const OWN_FOR = 15000;
const SLOW = 400;

const own = new Map();
const saving = new Map();

/** The keyed element a tap is about: the row or card around the form, or the row whose sheet this is. */
export function targetOf(form, url) {
  const keyed = form.closest("[data-sort][id]") || form.closest("[data-v][id]") || form.closest("[data-guard][id]");
  if (keyed) return keyed.id;
  const item = /\/items\/([^/]+)\//.exec(url);
  return item ? "item-" + item[1] : "";
}

export function touchHere(id) {
  if (id) own.set(id, performance.now());
}

/** Whether the newest change of this element was most likely made here. */
export function isMine(id) {
  const at = own.get(id);
  if (at === undefined) return false;
  if (performance.now() - at < OWN_FOR || saving.has(id)) return true;
  own.delete(id);
  return false;
}

/** `step` is "sending", "queued", or null when the server has answered. */
export function mark(id, step) {
  if (!id) return;
  if (step) saving.set(id, { step, at: performance.now() });
  else saving.delete(id);
  show(document.getElementById(id), saving.get(id));
  if (step === "sending") setTimeout(() => show(document.getElementById(id), saving.get(id)), SLOW);
}

function show(el, state) {
  if (!el) return;
  if (!state) {
    el.removeAttribute("data-saving");
    el.removeAttribute("aria-busy");
    say(el, "");
    return;
  }
  el.dataset.saving = state.step;
  el.setAttribute("aria-busy", "true");
  if (state.step === "queued") say(el, words("savedHere"));
  else if (performance.now() - state.at >= SLOW) say(el, words("saving"));
}

/** .sync is the row's own line for this; the server leaves it empty. */
function say(el, text) {
  const slot = el.querySelector(".sync");
  if (slot && slot.textContent !== text) slot.textContent = text;
}

/** The server said no: shown for a moment on the row itself. */
export function refuse(id) {
  const el = document.getElementById(id);
  if (!el) return;
  el.dataset.refused = "";
  setTimeout(() => el.removeAttribute("data-refused"), 4000);
}

export function start() {
  onChange(() => saving.forEach((state, id) => show(document.getElementById(id), state)));
}
