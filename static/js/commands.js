// form[data-command]: an ordinary form, sent without leaving the page.

import { person, screen, changed } from "./page.js";
import { words, counted } from "./words.js";
import { add, adopt, flush, resume, all, onQueue } from "./queue.js";
import { mark, refuse, targetOf, touchHere } from "./marks.js";
import { takeAnswer } from "./answer.js";
import { toast } from "./toasts.js";
import { offerUndo } from "./undo.js";
import { askPin } from "./signin.js";
import { applyHeld } from "./apply.js";
import { doubt } from "./link.js";

const SAME_TAP = 400;
const SLOW = 3000;

const forms = new Map();
const lastSent = new WeakMap();

function bodyOf(form, button) {
  const data = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    if (name !== "operation" && typeof value === "string") data.append(name, value);
  });
  if (button && button.name) data.append(button.name, button.value);
  return data.toString();
}

function submitted(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.matches || !form.matches("form[data-command]")) return;
  event.preventDefault();
  const now = performance.now();
  const busy = Array.from(forms.values()).includes(form);
  if (busy || now - (lastSent.get(form) || -Infinity) < SAME_TAP) return;
  lastSent.set(form, now);
  send(form, event.submitter);
}

function send(form, button) {
  clearErrors(form);
  const url = (button && button.getAttribute("formaction")) || form.getAttribute("action") || location.pathname;
  const target = targetOf(form);
  touchHere(target);
  mark(target, "sending");
  form.setAttribute("data-saving", "sending");
  const tap = add({ url, body: bodyOf(form, button), target, person: person() });
  forms.set(tap.op, form);
  setTimeout(() => {
    if (forms.has(tap.op) && tap.stored) show(tap);
  }, SLOW);
}

/** Stored here and not yet sent, and only then: says so. */
function show(tap) {
  tap.late = true;
  const form = forms.get(tap.op);
  if (tap.stored) {
    mark(tap.target, "queued");
    if (form) form.setAttribute("data-saving", "queued");
  }
  pending();
}

function pending() {
  const count = all().filter((tap) => tap.late && tap.stored).length;
  const bar = document.getElementById("pending");
  document.documentElement.toggleAttribute("data-pending", count > 0);
  if (!bar) return;
  bar.hidden = count === 0;
  const slot = bar.querySelector("[data-text]");
  if (slot && count) slot.textContent = counted("pending", count);
}

function waiting(tap, why) {
  if (why === "network") doubt();
  show(tap);
}

function answered(tap, response, answer) {
  const form = forms.get(tap.op);
  forms.delete(tap.op);
  if (!all().some((other) => other.target === tap.target)) mark(tap.target, null);
  if (form) form.removeAttribute("data-saving");
  touchHere(tap.target);
  pending();
  if (response.ok && answer) accepted(tap, form, answer);
  else refused(tap, form, answer);
  applyHeld();
}

function accepted(tap, form, answer) {
  if (form && form.isConnected) {
    form.reset();
    const sheet = form.closest("dialog[open]");
    if (sheet) sheet.close();
  }
  const leaving = takeAnswer(answer);
  if (leaving) return;
  if (answer.undo) offerUndo(answer.undo, answer.message);
  else if (answer.message) toast(answer.message);
}

function refused(tap, form, answer) {
  const sentence = (answer && (answer.title || answer.message)) || words("notSaved");
  refuse(tap.target);
  if (answer) takeAnswer(answer);
  if (form && form.isConnected && answer && showErrors(form, sentence, answer.fields)) return;
  toast(sentence, "error");
}

/** Beside the fields that are wrong, and in the form's own line. False where the form has no place for it. */
function showErrors(form, sentence, fields) {
  let shown = false;
  for (const name of Object.keys(fields || {})) {
    const slot = form.querySelector('[data-error-for="' + CSS.escape(name) + '"]');
    const field = form.elements.namedItem(name);
    if (field && field.setAttribute) field.setAttribute("aria-invalid", "true");
    if (!slot) continue;
    slot.textContent = fields[name];
    slot.hidden = false;
    if (!shown && field && field.focus) field.focus();
    shown = true;
  }
  const line = form.querySelector("[data-error]");
  if (line) {
    line.textContent = sentence;
    line.hidden = false;
  }
  return shown || line !== null;
}

function clearErrors(form) {
  form.querySelectorAll("[data-error], [data-error-for]").forEach((slot) => {
    slot.textContent = "";
    slot.hidden = true;
  });
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
}

export function start() {
  onQueue({
    answered,
    waiting,
    signIn: () => askPin().then(resume),
    expired: (tap, why) => toast(words(why === "person" ? "tapDropped" : "tapExpired"), "error"),
  });
  document.addEventListener("submit", submitted);
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("[data-retry]")) flush();
  });
  if (person()) {
    adopt(person());
    setInterval(() => adopt(person()), 30000);
  }
  if (screen()) changed();
}
