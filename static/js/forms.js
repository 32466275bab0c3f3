// Small courtesies of ordinary forms.

import { isDirty } from "./defer.js";
import { onChange } from "./page.js";
import { letGo } from "./guard.js";
import { request } from "./request.js";
import { say } from "./errors.js";
import { words } from "./words.js";

/**
 * form[data-packaging-rule]: a shipping option (data-allows="ID ID") leaves only the packaging it allows.
 * @param {HTMLFormElement} form
 */
function applyRule(form) {
  const shipping = /** @type {HTMLInputElement | null} */ (form.querySelector("input[name=shipping]:checked"));
  const allows = shipping ? shipping.dataset.allows : undefined;
  const allowed = allows !== undefined ? allows.split(" ").filter(Boolean) : null;
  const choices = /** @type {HTMLInputElement[]} */ (Array.from(form.querySelectorAll("input[name=packaging]")));
  for (const choice of choices) {
    choice.disabled = allowed !== null && !allowed.includes(choice.value);
    if (choice.disabled) choice.checked = false;
  }
  const free = choices.filter((choice) => !choice.disabled);
  if (shipping && free.length === 1) free[0].checked = true;
}

const applyRules = () => document.querySelectorAll("form[data-packaging-rule]").forEach((form) => {
  if (form instanceof HTMLFormElement) applyRule(form);
});

/** @param {Event} event */
function changed(event) {
  const field = event.target;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement) || !field.form) return;
  if (field.form.matches("[data-packaging-rule]") && field.name === "shipping") applyRule(field.form);
  // With arrow keys every option that is passed is a change: then the button or Enter says when.
  if (field.form.matches("[data-filter]") && field instanceof HTMLSelectElement && byPointer) submitFilter(field.form);
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  byPointer = false;
  const field = event.target;
  if (event.key !== "Enter" || !(field instanceof HTMLSelectElement) || !field.matches("[data-filter] select")) return;
  if (!field.form || !isDirty(field)) return;
  event.preventDefault();
  submitFilter(field.form);
}

/**
 * A short address: what is not chosen is not in it.
 * @param {HTMLFormElement} form
 */
function submitFilter(form) {
  const query = new URLSearchParams();
  new FormData(form).forEach((value, name) => { if (String(value).trim()) query.append(name, String(value).trim()); });
  const text = query.toString();
  location.assign(form.getAttribute("action") + (text ? "?" + text : ""));
}

let byPointer = false;

/** A browser that was stopped, or whose request failed, stays on the page: then the form may be sent again. */
const SENT_FOR = 10000;

/** @type {WeakMap<HTMLFormElement, number>} */
let sent = new WeakMap();

/**
 * An ordinary form that posts is sent once: a second press would cut off the first request and send another. Before that
 * the server is looked for: without a network the browser's error page would stand in place of what was typed.
 * @param {SubmitEvent} event
 */
async function once(event) {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post") return;
  event.preventDefault();
  const now = performance.now();
  if (now - (sent.get(form) || -Infinity) < SENT_FOR) return;
  sent.set(form, now);
  form.setAttribute("data-saving", "sending");
  const reply = await request("/livez", { limit: SENT_FOR });
  form.removeAttribute("data-saving");
  if (reply) {
    go(form, /** @type {HTMLButtonElement | null} */ (event.submitter));
    return;
  }
  sent.delete(form);
  say(form, words("offline"));
}

/**
 * Sends it as the browser would have.
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 */
function go(form, button) {
  const pressed = document.createElement("input");
  pressed.type = "hidden";
  pressed.name = button?.name || "";
  pressed.value = button?.value || "";
  form.append(pressed);
  sent.set(form, performance.now());
  letGo(true);
  form.submit();
  pressed.remove();
}

export function start() {
  applyRules();
  // The server does not know what the script took off the list.
  onChange(applyRules);
  document.addEventListener("change", changed);
  document.addEventListener("keydown", pressed, true);
  document.addEventListener("pointerdown", () => { byPointer = true; }, { capture: true, passive: true });
  document.addEventListener("reset", (event) => {
    const form = event.target;
    if (form instanceof HTMLFormElement && form.matches("[data-packaging-rule]")) setTimeout(() => applyRule(form), 0);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-filter]")) return;
    event.preventDefault();
    submitFilter(form);
  }, true);
  // Last of all: who takes a submit over has said so by then.
  addEventListener("submit", once);
  // A page that the browser had kept is there again.
  addEventListener("pageshow", () => { sent = new WeakMap(); });
}
