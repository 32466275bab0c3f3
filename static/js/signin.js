// #pin-sheet and #switch-sheet: the PIN is asked over the page, and what waited goes on only for the same person.

import { person, request, main } from "./page.js";
import { words, sentenceOf } from "./words.js";
import { wake } from "./shared.js";

const LIMIT = 15000;

let asking = null;
let answer = null;

const sheet = () => document.getElementById("pin-sheet");

/** Resolves when the same person has signed in again. Another person gets a new page. */
export function askPin() {
  if (!asking) asking = new Promise((done) => { answer = done; });
  const box = sheet();
  if (!box) {
    location.reload();
    return asking;
  }
  if (!box.open) {
    say(box, "");
    const form = box.querySelector("form[data-unlock]");
    if (form) form.reset();
    box.showModal();
    const field = box.querySelector("input[name=pin]");
    if (field) field.focus();
  }
  return asking;
}

function say(place, text) {
  const slot = place.querySelector("[data-error]");
  if (!slot) return;
  slot.textContent = text;
  slot.hidden = !text;
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (form.closest("#pin-sheet")) body.set("person", person());
  if (button && button.name) body.append(button.name, button.value);
  form.setAttribute("aria-busy", "true");
  try {
    const response = await request(form.getAttribute("action"),
      { method: "POST", headers: { Accept: "application/json" }, body }, LIMIT);
    const json = /json/.test(response.headers.get("Content-Type") || "") ? await response.json() : {};
    const who = response.ok ? json.person || await whoIsIt() : "";
    if (who) enter(who);
    else refused(form, sentenceOf(response.status, json));
  } catch (error) {
    say(form, words("offline"));
  } finally {
    form.removeAttribute("aria-busy");
  }
}

function refused(form, sentence) {
  say(form, sentence);
  const pin = form.querySelector("input[name=pin]");
  if (!pin) return;
  pin.value = "";
  pin.focus();
}

/** Where the answer did not say: the page knows who acts. */
async function whoIsIt() {
  const response = await request(location.pathname + location.search, { cache: "no-store" }, LIMIT);
  const page = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("main");
  return page ? page.dataset.person : "";
}

function enter(who) {
  if (who !== person()) {
    // The queue of this page is dropped, with a sentence, when the page of the other person finds it.
    location.reload();
    return;
  }
  document.querySelectorAll("#pin-sheet[open], #switch-sheet[open]").forEach((box) => box.close());
  wake();
  const done = answer;
  asking = answer = null;
  if (done) done();
}

/** The screen may no longer be seen: nothing of it stays. */
export function emptyPage(sentence) {
  const box = main();
  if (!box) return;
  box.textContent = "";
  const line = document.createElement("p");
  line.className = "lead";
  line.setAttribute("role", "alert");
  line.textContent = sentence || words("forbidden");
  box.appendChild(line);
}

export function start() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("dialog form[data-unlock]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
}
