// What concerns one person alone. A fragment is the same for all, so it says whose it is, and the page says who looks:
// what one wrote oneself may be changed without the permission to change everybody's, and what is meant for one person
// is hidden from the others and said to that one when it comes.

import { onChange, person } from "./page.js";
import { say } from "./say.js";

let told = null;

function show() {
  const me = person();
  for (const el of document.querySelectorAll("[data-author]")) el.toggleAttribute("data-mine", el.dataset.author === me);
  const now = new Map();
  for (const el of document.querySelectorAll("[data-for]")) {
    const mine = el.dataset.for === me;
    el.toggleAttribute("data-mine", mine);
    if (mine) now.set(el.closest("[id]").id, `${el.dataset.about}: ${el.textContent.trim()}`);
  }
  // What was there when the page came is read like the rest of it.
  if (told) now.forEach((text, id) => { if (!told.has(id)) say(text); });
  told = now;
}

export function start() {
  show();
  onChange(show);
}
