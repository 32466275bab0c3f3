// #pin-sheet and #switch-sheet: the PIN is asked over the page, and what waited goes on only for the same person.

import { recall, remember } from "./device.js";
import { person, main } from "./page.js";
import { request } from "./request.js";
import { words, sentenceOf } from "./words.js";
import { wake } from "./shared.js";
import { wipe } from "./kept.js";
import { reloadWhenOurs } from "./reload.js";
import { bodyOf } from "./pressed.js";
import { say } from "./errors.js";
import { overSheets } from "./toasts.js";
import { byId, find } from "./dom.js";

const LIMIT = 15000;
/** Who signed in last in this browser, and when: written for the other tabs, which have the same session. */
const SIGNED_IN = "separacao.signed-in";

/** @type {Promise<void> | null} */
let asking = null;
/** @type {(() => void) | null} */
let answer = null;
/** Another person's page is on its way. */
let leaving = false;

const sheet = () => /** @type {HTMLDialogElement | null} */ (byId("pin-sheet"));

/**
 * Resolves when the same person has signed in again. Another person gets a new page.
 * @returns {Promise<void>}
 */
export function askPin() {
  if (!asking) asking = new Promise((done) => { answer = done; });
  const box = sheet();
  if (!box) {
    reloadWhenOurs();
    return asking;
  }
  if (!box.open) {
    const form = /** @type {HTMLFormElement} */ (find("form", box));
    say(form, "");
    form.reset();
    box.showModal();
    overSheets();
    find("input[name=pin]", box)?.focus();
  }
  return asking;
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 */
async function send(form, button) {
  const body = new URLSearchParams(bodyOf(form, button));
  if (form.closest("#pin-sheet")) body.set("person", person());
  form.setAttribute("aria-busy", "true");
  const url = form.getAttribute("action") || "";
  const reply = await request(url, { method: "POST", headers: { Accept: "application/json" }, body, limit: LIMIT });
  form.removeAttribute("aria-busy");
  if (!reply) {
    say(form, words("offline"));
    return;
  }
  const who = reply.ok && reply.json && reply.json.person;
  if (who) enter(who);
  else refused(form, sentenceOf(reply.status, reply.json));
}

/**
 * @param {HTMLFormElement} form
 * @param {string} sentence
 */
function refused(form, sentence) {
  say(form, sentence);
  const pin = /** @type {HTMLInputElement | null} */ (form.querySelector("input[name=pin]"));
  if (!pin) return;
  pin.value = "";
  pin.focus();
}

/** @param {string} who */
const tell = (who) => remember(SIGNED_IN, who + " " + Date.now());

/** @param {string | null} text */
const whoOf = (text) => (text || "").split(" ")[0];

/** What another tab told. The copies of pages are that one's to wipe. @param {StorageEvent} event */
function heard({ key, newValue }) {
  const who = whoOf(newValue);
  if (key !== SIGNED_IN || !who || !person()) return;
  if (who === person()) goOn();
  else leave();
}

function leave() {
  leaving = true;
  reloadWhenOurs();
}

/** @param {string} who */
function enter(who) {
  tell(who);
  if (who !== person()) {
    // What waits on this device is kept for its author; the page of the other person says so. Where that page is slow to
    // come, a copy of this one's would be shown in its place.
    wipe().catch(() => {});
    leave();
    return;
  }
  goOn();
}

function goOn() {
  for (const box of document.querySelectorAll("#pin-sheet[open], #switch-sheet[open]")) {
    if (box instanceof HTMLDialogElement) box.close();
  }
  wake();
  const done = answer;
  asking = answer = null;
  if (done) done();
}

/**
 * The screen may no longer be seen: nothing of it stays, and the board, or the door, is one tap away.
 * @param {string} [sentence]
 * @param {string} [way]
 */
export function emptyPage(sentence, way) {
  const box = main();
  if (!box) return;
  // Of no data there is no age: "Sem conexão" would say that the network is to blame.
  byId("live-line")?.remove();
  const line = document.createElement("p");
  line.className = "lead";
  line.setAttribute("role", "alert");
  line.textContent = sentence || words("forbidden");
  const out = document.createElement("a");
  out.className = "button primary";
  out.setAttribute("href", "/");
  out.textContent = way || words("toBoard");
  box.replaceChildren(line, out);
}

/** Whoever is not active any more: neither a PIN nor another page would help. */
export const endPage = () => emptyPage(words("accessEnded"), words("toSignIn"));

export function start() {
  // Who came in by another way than a sheet. A copy of before does not know.
  if (!document.documentElement.dataset.kept && whoOf(recall(SIGNED_IN)) !== person()) tell(person());
  addEventListener("storage", heard);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("dialog form[data-unlock]")) return;
    event.preventDefault();
    // A second press while the PIN is being looked at is the same press. A later one would give the session another key,
    // and the page that is on its way is asked for with the first.
    if (leaving || form.getAttribute("aria-busy") === "true") return;
    send(form, /** @type {HTMLButtonElement | null} */ (event.submitter));
  });
}
