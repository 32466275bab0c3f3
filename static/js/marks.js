// What was touched on this screen and how far it is on its way to the server.

import { words } from "./words.js";
import { onChange } from "./page.js";

const OWN_FOR = 15000;

const own = new Map();
const saving = new Map();

/** The keyed element a tap is about: the row or card around the form. */
export function targetOf(form) {
  const keyed = form.closest("[data-sort][id]") || form.closest("[data-v][id]");
  return keyed ? keyed.id : "";
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

/** `state` is "sending", "queued", or null when the server has answered. */
export function mark(id, state) {
  if (!id) return;
  if (state) saving.set(id, state);
  else saving.delete(id);
  show(document.getElementById(id), state);
}

function show(el, state) {
  if (!el) return;
  if (!state) {
    el.removeAttribute("data-saving");
    el.removeAttribute("data-saving-text");
    el.removeAttribute("aria-busy");
    return;
  }
  el.dataset.saving = state;
  el.dataset.savingText = words(state === "queued" ? "queued" : "saving");
  el.setAttribute("aria-busy", "true");
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
