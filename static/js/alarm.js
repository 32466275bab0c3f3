// What a picker must know while an order is open in the hand: #alarm takes the bottom bar with the name of who did it,
// until somebody says that they have seen it. That is a command like others: whoever made the change is told who saw it.

import { onChange, person, screen } from "./page.js";
import { isOwnEntry } from "./announce.js";
import { signal } from "./feedback.js";
import { add } from "./queue.js";
import { words } from "./words.js";
import { around, byId, find, focused } from "./dom.js";

/** Entries of an order's history that change what is to be done; these end the work. */
const GRAVE = /\be-order_(finished|canceled)\b/;
const LOOK = /\be-(note_|due_|replacement_|item_received|shortage_answered|order_(changed|urgent|not_urgent|revised|reopened))/;
/** More is said by the history itself. */
const MOST = 3;
/** One command is about so many. */
const MOST_SEEN = 100;

/** What was not seen yet: the entry's id, and what it says. @type {Map<string, string>} */
const waiting = new Map();

/** Each sentence once. */
const told = () => {
  const all = Array.from(waiting.values());
  return all.filter((text, at) => all.lastIndexOf(text) === at).slice(-MOST).join(" · ");
};

/**
 * Whether the one who looks has seen it, on whatever device.
 * @param {HTMLElement} entry
 */
const isSeen = (entry) => Boolean(person()) && (entry.dataset.seen || "").includes(person());

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
  const kinds = entry.getAttribute("class") || "";
  const tone = (GRAVE.test(kinds) && "grave") || (LOOK.test(kinds) && "look");
  const text = textOf(find("p", entry));
  if (!tone || !text || isOwnEntry(entry) || isSeen(entry)) return;
  waiting.set(entry.id, text);
  if (waiting.size > MOST_SEEN) waiting.delete(waiting.keys().next().value || "");
  const box = byId("alarm");
  const slot = box && find("[data-text]", box);
  if (!box || !slot) return;
  if (box.dataset.tone !== "grave" || box.hidden) box.dataset.tone = tone;
  box.hidden = false;
  // Written only now: a live region speaks of what changes in it, not of what it was shown with.
  setTimeout(() => { slot.textContent = told(); }, 0);
  signal("look");
}

function hide() {
  const box = byId("alarm");
  waiting.clear();
  if (!box || box.hidden) return;
  if (box.contains(document.activeElement)) focused()?.blur();
  box.hidden = true;
}

function seen() {
  const versions = Array.from(waiting.keys(), (id) => id.replace("entry-", "")).join("+");
  const what = `${words("seen")}: ${told()}`;
  if (versions) add({ url: location.pathname + "/seen", body: "versions=" + versions, target: "", what });
  hide();
}

/** What was seen on another device is not asked for here. */
function settle() {
  if (waiting.size && Array.from(waiting.keys(), byId).every((entry) => entry && isSeen(entry))) hide();
}

export function start() {
  document.addEventListener("click", (event) => { if (around(event, "#alarm [data-seen]")) seen(); });
  onChange(settle);
}
