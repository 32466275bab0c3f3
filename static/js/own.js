// What concerns one person alone. A fragment is the same for all, so it says whose it is, and the page says who looks:
// what one wrote oneself may be changed without the permission to change everybody's, and what is meant for one person
// is hidden from the others and said to that one when it comes.

import { onChange, person } from "./page.js";
import { announce } from "./announce.js";
import { findAll } from "./dom.js";

/** @type {Map<string, string> | null} */
let told = null;

function show() {
  const me = person();
  for (const el of findAll("[data-author]")) el.toggleAttribute("data-mine", el.dataset.author === me);
  /** @type {Map<string, string>} */
  const now = new Map();
  for (const el of findAll("[data-for]")) {
    const mine = el.dataset.for === me;
    el.toggleAttribute("data-mine", mine);
    const keyed = el.closest("[id]");
    if (mine && keyed) now.set(keyed.id, `${el.dataset.about}: ${(el.textContent || "").trim()}`);
  }
  // What was there when the page came is read like the rest of it.
  const before = told;
  if (before) now.forEach((text, id) => { if (!before.has(id)) announce(text); });
  told = now;
}

export function start() {
  show();
  onChange(show);
}
