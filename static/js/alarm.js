// What a picker must know while an order is open in the hand: #alarm takes the bottom bar with the name of who did it,
// until somebody says that they have seen it.

import { screen } from "./page.js";
import { isOwnEntry } from "./announce.js";
import { signal } from "./feedback.js";
import { around, byId, find, focused } from "./dom.js";

/** Entries of an order's history that change what is to be done; "grave" ends the work. */
const KINDS = new Map([
  ["e-note_added", "look"], ["e-note_changed", "look"], ["e-note_removed", "look"],
  ["e-order_changed", "look"], ["e-due_changed", "look"], ["e-order_urgent", "look"], ["e-order_not_urgent", "look"], ["e-order_revised", "look"],
  ["e-item_received", "look"], ["e-shortage_answered", "look"], ["e-replacement_agreed", "look"],
  ["e-replacement_withdrawn", "look"], ["e-order_reopened", "look"], ["e-order_finished", "grave"], ["e-order_canceled", "grave"],
]);
/** More is said by the history itself. */
const MOST = 3;

/** @type {string[]} */
let waiting = [];

/**
 * What was done, and why or to what: "Ana cancelou o pedido: desistiu". Links are left to the history.
 * @param {HTMLElement | null} sentence
 */
function textOf(sentence) {
  const parts = Array.from(sentence?.childNodes || [], (part) =>
    part.nodeName === "A" ? "" : (part.textContent || "").replace(/\s+/g, " ").trim());
  const [done = "", ...why] = parts.filter(Boolean);
  return why.length ? `${done}: ${why.join(" · ")}` : done;
}

/**
 * An entry of the history came in.
 * @param {HTMLElement} entry
 */
export function consider(entry) {
  if (!entry.matches("#timeline > *") || !screen().startsWith("order")) return;
  const kind = Array.from(entry.classList).map((name) => KINDS.get(name)).find(Boolean);
  const text = textOf(find("p", entry));
  if (!kind || !text || isOwnEntry(entry)) return;
  waiting = waiting.filter((other) => other !== text).concat(text).slice(-MOST);
  const box = byId("alarm");
  const slot = box && find("[data-text]", box);
  if (!box || !slot) return;
  if (box.dataset.tone !== "grave" || box.hidden) box.dataset.tone = kind;
  box.hidden = false;
  // Written only now: a live region speaks of what changes in it, not of what it was shown with.
  setTimeout(() => { slot.textContent = waiting.join(" · "); }, 0);
  signal("look");
}

function seen() {
  const box = byId("alarm");
  if (!box) return;
  waiting = [];
  if (box.contains(document.activeElement)) focused()?.blur();
  box.hidden = true;
}

export function start() {
  document.addEventListener("click", (event) => { if (around(event, "#alarm [data-seen]")) seen(); });
}
