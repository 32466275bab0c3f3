// form[data-command]: an ordinary form, sent without leaving the page. Received, saved, or honestly not yet.

import { person } from "./page.js";
import { words, counted, sentenceOf } from "./words.js";
import { add, adopt, flush, resume, all, onQueue } from "./queue.js";
import { mark, refuse, targetOf, touchHere } from "./marks.js";
import { takeAnswer, look } from "./answer.js";
import { toast, untoast } from "./toasts.js";
import { offerUndo } from "./undo.js";
import { askPin } from "./signin.js";
import { applyHeld } from "./apply.js";
import { showErrors, showOver, clearErrors } from "./errors.js";
import { reload } from "./sheets.js";
import { doubt } from "./link.js";
import { resync } from "./resync.js";
import { settleSent } from "./guard.js";

const SAME_TAP = 400;
const SLOW = 3000;

const forms = new Map();
const lastSent = new WeakMap();

function bodyOf(form, button) {
  const data = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string") data.append(name, value);
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
  const target = targetOf(form, url);
  touchHere(target);
  mark(target, "sending");
  form.setAttribute("data-saving", "sending");
  const tap = add({ url, body: bodyOf(form, button), target, person: person() });
  forms.set(tap.op, form);
  // What is on its way is not changed any more.
  if (form.hasAttribute("data-guard")) form.inert = true;
  setTimeout(() => {
    if (forms.has(tap.op) && !tap.late) waits(tap);
  }, SLOW);
}

/** It takes long. What is stored on this device is said to be, and nothing else. */
function waits(tap, why) {
  if (!tap.stored) return;
  tap.late = true;
  mark(tap.target, "queued");
  const form = forms.get(tap.op);
  if (form) form.setAttribute("data-saving", "queued");
  // The sheet that asks for the PIN says it already.
  if (why !== "signin") sayKept();
}

function sayKept() {
  const count = all().filter((tap) => tap.late).length;
  if (count) toast(counted("kept", count), "bad", "kept");
  else untoast("kept");
}

function answered(tap, response, answer) {
  const form = forms.get(tap.op);
  forms.delete(tap.op);
  if (!all().some((other) => other.target === tap.target)) mark(tap.target, null);
  if (form) {
    form.removeAttribute("data-saving");
    form.inert = false;
  }
  touchHere(tap.target);
  if (response.ok && answer) accepted(tap, form, answer);
  else refused(tap, form, response, answer);
  sayKept();
  applyHeld();
}

function accepted(tap, form, answer) {
  if (form && form.isConnected) {
    if (form.hasAttribute("data-guard")) settleSent(form, tap.body);
    else form.reset();
    const sheet = form.closest("dialog[open]");
    if (sheet) sheet.close();
    const fold = form.closest("details[open]");
    if (fold) fold.open = false;
  }
  // Whoever has gone on to another page is not fetched back.
  if (takeAnswer(form ? answer : Object.assign({}, answer, { location: null }))) return;
  if (tap.late) toast(words("sentLater"), "good");
  if (answer.undo) offerUndo(answer.undo, answer.message);
  else if (answer.message) toast(answer.message, "good");
}

async function refused(tap, form, response, answer) {
  if (answer && answer.type === "pin-must-change") {
    location.assign("/pin");
    return;
  }
  const sentence = sentenceOf(response.status, answer);
  refuse(tap.target);
  if (answer) takeAnswer(answer);
  const box = form && form.closest("dialog[open]");
  if (response.status === 409 && box) await reload(box);
  else if (response.status === 409 && form) readAgain(form);
  if (form && showErrors(form, sentence, answer && answer.fields)) {
    if (form.hasAttribute("data-guard")) await readAnew(form);
    return;
  }
  if (box && box.open) showOver(box, sentence);
  else toast(sentence, "bad");
}

/** What was typed stays, the newest text stands above it, and the next save is made knowing that one. */
function readAgain(form) {
  const version = form.elements.namedItem("version");
  if (!version) return;
  if (form.contains(document.activeElement)) document.activeElement.blur();
  applyHeld();
  const read = form.closest("[data-version]");
  if (read) version.value = read.dataset.version;
}

/** The page as the server has it now, around and under what was typed. */
async function readAnew(form) {
  const field = form.contains(document.activeElement) && document.activeElement.matches("[aria-invalid]");
  await resync({ now: true, typed: true });
  if (!field) look(document.querySelector("#main [data-look]"));
}

export function start() {
  onQueue({
    answered,
    waiting(tap, why) {
      if (why === "network") doubt();
      waits(tap, why);
    },
    signIn: () => askPin().then(resume),
    expired: (tap, why) => toast(words(why === "person" ? "otherPerson" : "dropped"), "bad"),
  });
  document.addEventListener("submit", submitted);
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("#toasts [data-retry]")) flush();
  });
  addEventListener("online", flush);
  if (!person()) return;
  adopt(person());
  setInterval(() => adopt(person()), 30000);
}
