// Small courtesies of ordinary forms.

import { isDirty } from "./hold.js";
import { onChange } from "./page.js";

/** form[data-packaging-rule]: a shipping option (data-allows="ID ID") leaves only the packaging it allows. */
function applyRule(form) {
  const shipping = form.querySelector("input[name=shipping]:checked");
  const allowed = shipping && shipping.dataset.allows !== undefined ? shipping.dataset.allows.split(" ").filter(Boolean) : null;
  const choices = Array.from(form.querySelectorAll("input[name=packaging]"));
  for (const choice of choices) {
    choice.disabled = allowed !== null && !allowed.includes(choice.value);
    if (choice.disabled) choice.checked = false;
  }
  const free = choices.filter((choice) => !choice.disabled);
  if (shipping && free.length === 1) free[0].checked = true;
}

function changed(event) {
  const form = event.target.form;
  if (!form) return;
  if (form.matches("[data-packaging-rule]") && event.target.name === "shipping") applyRule(form);
  // With arrow keys every option that is passed is a change: then the button or Enter says when.
  if (form.matches("[data-filter]") && event.target.localName === "select" && byPointer) submitFilter(form);
}

function pressed(event) {
  byPointer = false;
  const field = event.target;
  if (event.key !== "Enter" || !field.matches || !field.matches("[data-filter] select") || !isDirty(field)) return;
  event.preventDefault();
  submitFilter(field.form);
}

/** A short address: what is not chosen is not in it. */
function submitFilter(form) {
  const query = new URLSearchParams();
  new FormData(form).forEach((value, name) => { if (String(value).trim()) query.append(name, String(value).trim()); });
  const text = query.toString();
  location.assign(form.getAttribute("action") + (text ? "?" + text : ""));
}

let byPointer = false;

export function start() {
  const applyRules = () => document.querySelectorAll("form[data-packaging-rule]").forEach(applyRule);
  applyRules();
  // The server does not know what the script took off the list.
  onChange(applyRules);
  document.addEventListener("change", changed);
  document.addEventListener("keydown", pressed, true);
  document.addEventListener("pointerdown", () => { byPointer = true; }, { capture: true, passive: true });
  document.addEventListener("reset", (event) => {
    if (event.target.matches("[data-packaging-rule]")) setTimeout(() => applyRule(event.target), 0);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-filter]")) {
      event.preventDefault();
      submitFilter(form);
    }
  }, true);
}
