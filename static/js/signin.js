// #pin-sheet: the PIN is asked over the page, and what waited goes on only for the same person.

import { person, request, main } from "./page.js";
import { words } from "./words.js";

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
    say("");
    const form = box.querySelector("form");
    if (form) form.reset();
    box.showModal();
    const field = box.querySelector("input[name=pin]") || box.querySelector("input:not([type=hidden])");
    if (field) field.focus();
  }
  return asking;
}

function say(text) {
  const slot = sheet().querySelector("[data-error]");
  if (!slot) return;
  slot.textContent = text;
  slot.hidden = !text;
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button && button.name) body.append(button.name, button.value);
  form.setAttribute("aria-busy", "true");
  try {
    const response = await request(form.getAttribute("action"),
      { method: "POST", headers: { Accept: "application/json" }, body }, 15000);
    const json = /json/.test(response.headers.get("Content-Type") || "") ? await response.json() : {};
    if (!response.ok) {
      say(json.title || words("notSaved"));
      const pin = form.querySelector("input[name=pin]");
      if (pin) {
        pin.value = "";
        pin.focus();
      }
      return;
    }
    await enter(json.person || await whoIsIt());
  } catch (error) {
    say(words("notSaved"));
  } finally {
    form.removeAttribute("aria-busy");
  }
}

async function whoIsIt() {
  const response = await request(location.pathname + location.search, { cache: "no-store" }, 15000);
  const page = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("main");
  return page ? page.dataset.person : "";
}

function enter(who) {
  if (who !== person()) {
    // The queue of this page is dropped, with a sentence, when the page of the other person finds it.
    location.reload();
    return;
  }
  sheet().close();
  const done = answer;
  asking = answer = null;
  if (done) done();
}

/** The screen may no longer be seen: nothing of it stays. */
export function emptyPage() {
  const box = main();
  if (!box) return;
  box.textContent = "";
  const line = document.createElement("p");
  line.className = "page-empty";
  line.setAttribute("role", "alert");
  line.textContent = words("notAllowed");
  box.appendChild(line);
}

export function start() {
  document.addEventListener("submit", (event) => {
    if (!sheet() || !sheet().contains(event.target) || event.target.method !== "post") return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
  document.addEventListener("click", (event) => {
    const choice = event.target.closest && event.target.closest("#pin-sheet [data-number]");
    if (!choice) return;
    const number = sheet().querySelector("input[name=number]");
    const pin = sheet().querySelector("input[name=pin]");
    if (number) number.value = choice.dataset.number;
    if (pin) pin.focus();
  });
}
