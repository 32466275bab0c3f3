// What this device still owes: taps that wait for the network, for their author, or for somebody to read that they were
// not saved. #waiting-open is in the header with their number; #waiting-sheet names them; on the row stands what ended.

import { facts, onChange, person } from "./page.js";
import { words, counted } from "./words.js";
import { flush, giveUp, hurry, tapsOfOthers, takeOver, waitingTaps, BROKEN } from "./queue.js";
import { allStored, isExpired, store, unstore } from "./taps.js";
import { wallTime } from "./clock.js";
import { openSheet } from "./sheets.js";
import { request } from "./request.js";
import { say } from "./errors.js";
import { wipe } from "./kept.js";
import { letGo } from "./guard.js";
import { around, byId, find, findAll } from "./dom.js";

/** @typedef {import("./taps.js").Tap} Tap */

const EVERY = 30000;
const LIMIT = 10000;

/** What ended although this device could not store that. @type {Map<string, Tap>} */
const unstored = new Map();

/**
 * Keeps a tap that will not be sent until somebody has read why.
 * @param {Tap} tap
 * @param {"refused" | "expired"} why
 * @param {string} sentence
 */
export function end(tap, why, sentence) {
  tap.ended = { why, sentence };
  if (store(tap)) return;
  // What is stored as waiting would be sent again, and may be taken after somebody has read that it was not.
  unstore(tap.op);
  if (!store(tap)) unstored.set(tap.op, tap);
}

/**
 * Somebody has read it.
 * @param {string} op
 */
export function dismiss(op) {
  unstored.delete(op);
  giveUp(op);
  show();
}

const endedTaps = () => allStored().concat(Array.from(unstored.values())).filter((tap) => tap.ended && tap.person === person());

/** Those that were tried often, and failed each time. */
const brokenTaps = () => waitingTaps().filter((tap) => tap.broken >= BROKEN);

/** @param {Tap} tap */
const title = (tap) => [wallTime(tap.at), tap.what].filter(Boolean).join(" · ");

/**
 * @param {string} name
 * @param {string} text
 * @param {string} data  attribute and value of the button: "data-dismiss=OP"
 */
function button(name, text, data) {
  const el = document.createElement("button");
  const [attribute, value] = data.split("=");
  el.type = "button";
  el.className = name;
  el.textContent = text;
  el.setAttribute(attribute, value);
  return el;
}

/**
 * Why it ended, or that the program fails to save it.
 * @param {Tap} tap
 */
function noteOf(tap) {
  const { ended } = tap;
  const note = document.createElement("div");
  note.className = "tap-note";
  note.dataset.ended = tap.op;
  note.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.textContent = [title(tap), ended ? ended.sentence : words("broken")].filter(Boolean).join(": ");
  note.append(text);
  if (!ended) note.append(button("small", words("retry"), "data-again=" + tap.op));
  note.append(button("small", words(ended ? "seen" : "giveUp"), "data-dismiss=" + tap.op));
  return note;
}

/** On the rows that are on this page. */
function showNotes() {
  const taps = endedTaps().concat(brokenTaps());
  for (const note of findAll("#main [data-ended]")) if (!taps.some(({ op }) => op === note.dataset.ended)) note.remove();
  for (const tap of taps) {
    const row = tap.target ? byId(tap.target) : null;
    const place = row && row.matches("tr") ? null : row;
    if (place && !find(`[data-ended="${CSS.escape(tap.op)}"]`, place)) place.append(noteOf(tap));
  }
}

/** How many taps wait on this device, of all people. */
function owed() {
  const own = waitingTaps().filter((tap) => tap.late).length;
  return { own, ended: endedTaps().length, others: tapsOfOthers(person()).length };
}

/** Says anew what waits: in the header, on the rows, and in the sheet where it is open. */
export function show() {
  if (!person()) return;
  showNotes();
  const { own, ended, others } = owed();
  const open = byId("waiting-open");
  if (!open) return;
  open.hidden = own + ended + others === 0;
  open.dataset.tone = ended ? "bad" : "waits";
  const text = [own && counted("kept", own), ended && counted("unsaved", ended), others && othersWords()].filter(Boolean).join(" · ");
  const slot = find("[data-text]", open);
  const figure = find("[data-count]", open);
  if (slot && slot.textContent !== text) slot.textContent = text;
  if (figure) figure.textContent = String(own + ended + others);
  const sheet = /** @type {HTMLDialogElement | null} */ (byId("waiting-sheet"));
  if (sheet && sheet.open) fill();
}

/** "3 marcações de João esperam por ele" */
const othersWords = () => groups().map(({ name, taps }) => counted("theirs", taps.length, { name })).join(" · ");

/** What others left, by who they are. */
function groups() {
  /** @type {Map<string, { name: string, taps: Tap[] }>} */
  const found = new Map();
  for (const tap of tapsOfOthers(person())) {
    const group = found.get(tap.person) || { name: tap.name || words("somebody"), taps: [] };
    group.taps.push(tap);
    found.set(tap.person, group);
  }
  return Array.from(found.values());
}

/** What the open sheet says. */
let filled = "";

/** @param {Tap[]} taps */
const keysOf = (taps) => taps.map((tap) => [tap.op, tap.name, tap.ended?.sentence, isExpired(tap, Date.now())]);

/** What says the same stays as it is: somebody may be about to press it, or hear it once more. */
function fill() {
  const box = find("#waiting-sheet [data-list]");
  if (!box) return;
  const own = waitingTaps().filter((tap) => tap.late);
  const now = JSON.stringify([keysOf(own), keysOf(endedTaps()), groups().map(({ taps }) => keysOf(taps))]);
  if (now === filled && box.firstChild) return;
  filled = now;
  const hadFocus = box.contains(document.activeElement);
  box.replaceChildren();
  if (own.length) box.append(section(words("yours"), own, [button("primary", words("retry"), "data-flush=all")]));
  for (const tap of endedTaps()) box.append(noteOf(tap));
  for (const { name, taps } of groups()) {
    const fresh = taps.filter((tap) => !tap.ended && !isExpired(tap, Date.now()));
    const buttons = fresh.length ? [button("", counted("takeOver", fresh.length), "data-take-over=" + taps[0].person)] : [];
    box.append(section(counted("theirs", taps.length, { name }), taps, buttons));
  }
  if (!box.children.length) box.textContent = words("nothingWaits");
  if (hadFocus) (find("button", box) || byId("waiting-title"))?.focus();
}

/**
 * @param {string} name
 * @param {Tap[]} taps
 * @param {HTMLElement[]} buttons
 */
function section(name, taps, buttons) {
  const part = document.createElement("section");
  const head = document.createElement("h3");
  const list = document.createElement("ul");
  head.textContent = name;
  for (const tap of taps) {
    const line = document.createElement("li");
    const late = tap.ended || isExpired(tap, Date.now());
    line.textContent = late ? [title(tap), words("tooLate")].join(": ") : title(tap);
    list.append(line);
  }
  part.append(head, list, ...buttons);
  return part;
}

/** @param {Event} event */
function clicked(event) {
  const dismissed = around(event, "[data-dismiss]");
  const again = around(event, "[data-again], [data-flush]");
  const taken = around(event, "[data-take-over]");
  if (around(event, "#waiting-open")) {
    fill();
    openSheet(/** @type {HTMLDialogElement | null} */ (byId("waiting-sheet")));
  } else if (dismissed) {
    dismiss(dismissed.dataset.dismiss || "");
  } else if (again) {
    hurry();
  } else if (taken) {
    const ops = tapsOfOthers(person()).filter((tap) => tap.person === taken.dataset.takeOver).map((tap) => tap.op);
    for (const op of ops) takeOver(op, person(), facts().name || "");
    show();
  }
}

/**
 * Warns before leaving while taps were not sent.
 * @param {SubmitEvent} event
 */
function leaving(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.getAttribute("action") !== "/sign-out") return;
  const own = waitingTaps().length;
  const sheet = /** @type {HTMLDialogElement | null} */ (byId("leave-sheet"));
  if (!sheet) return;
  event.preventDefault();
  if (!own || form.closest("#leave-sheet")) {
    signOut(form);
    return;
  }
  const slot = find("[data-text]", sheet);
  if (slot) slot.textContent = counted("leaving", own);
  flush();
  openSheet(sheet);
}

/**
 * Asked for here, and not left to the browser: without a network its error page would stand for a session that goes on.
 * @param {HTMLFormElement} form
 */
async function signOut(form) {
  if (form.hasAttribute("data-saving")) return;
  form.setAttribute("data-saving", "sending");
  const reply = await request("/sign-out", { method: "POST", limit: LIMIT });
  form.removeAttribute("data-saving");
  if (!reply || !reply.ok) {
    say(form, words("stillIn"));
    return;
  }
  wipe().catch(() => {});
  letGo(true);
  location.assign("/");
}

export function start() {
  document.addEventListener("click", clicked);
  document.addEventListener("submit", leaving, true);
  addEventListener("storage", (event) => { if (event.key && event.key.startsWith("separacao.tap.")) show(); });
  onChange(showNotes);
  show();
  setInterval(show, EVERY);
}
