// form[data-command]: an ordinary form, sent without leaving the page. Received, saved, or honestly not yet.

import { facts, person } from "./page.js";
import { words, sentenceOf } from "./words.js";
import { add, adopt, flush, resume, waitingTaps, onQueue } from "./queue.js";
import { mark, refuse, targetOf, touchHere } from "./marks.js";
import { takeAnswer, look } from "./answer.js";
import { toast } from "./toasts.js";
import { offerUndo } from "./undo.js";
import { askPin } from "./signin.js";
import { applyDeferred } from "./apply.js";
import { showErrors, showOver, clearErrors } from "./errors.js";
import { reload } from "./sheets.js";
import { doubt } from "./connection.js";
import { resync } from "./resync.js";
import { settleSent } from "./guard.js";
import { dismiss, end, show } from "./waiting.js";
import { announce } from "./announce.js";
import { asksFirst } from "./helping.js";
import { signal } from "./feedback.js";
import { fieldsOf, isTextField } from "./defer.js";
import { byId, find, focused } from "./dom.js";

/** @typedef {import("./queue.js").Waiting} Waiting */
/** @typedef {import("./request.js").Reply} Reply */

const SAME_TAP = 400;
const SLOW = 3000;

/** What was sent and is not answered, by operation id. @type {Map<string, Press>} */
const presses = new Map();
/** @type {WeakMap<HTMLFormElement, { action: string | null, at: number }>} */
const lastPress = new WeakMap();

/**
 * A form as it was when it was pressed: the form of the undo bar is another command for each tap.
 * @typedef {{ form: HTMLFormElement, action: string | null, typed: string }} Press
 */

/**
 * What is typed in a form.
 * @param {HTMLFormElement} form
 */
const typedIn = (form) => fieldsOf(form).filter(isTextField).map((field) => field.value).join("\n");

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 */
function bodyOf(form, button) {
  const data = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string") data.append(name, value);
  });
  if (button && button.name) data.append(button.name, button.value);
  return data.toString();
}

/** @param {Element | null | undefined} el */
const textOf = (el) => (el?.textContent || "").replace(/\s+/g, " ").trim();

/**
 * The goods of a row, as it shows them when it is tapped: "CB14 · 20 UN". Of a sheet, whose amount is another: "CB14".
 * @param {HTMLFormElement} form
 * @param {string} target
 */
const goodsOf = (form, target) =>
  [find(`.row[id="${target}"] .ref, #purchase-sheet[open] h2`), find(".row-hit .qty", form)].map(textOf).filter(Boolean).join(" · ");

/**
 * What a tap does to what, as the screen says it: "Separar CB14".
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 * @param {string} target
 */
function whatOf(form, button, target) {
  const pressed = button || form.querySelector("button");
  const verb = pressed && (pressed.querySelector(".sr") || pressed);
  return `${textOf(verb)} ${textOf(byId(target)?.querySelector(".ref, h3, .draft-number, .person-name b"))}`.trim();
}

/**
 * Whether this command was just sent, or is on its way: a second press is taken for the first. Of one that is on its way
 * for long it is said, for the second may have been of another button.
 * @param {HTMLFormElement} form
 */
function isPressed(form) {
  const action = form.getAttribute("action");
  const last = lastPress.get(form);
  if (last && last.action === action && performance.now() - last.at < SAME_TAP) return true;
  const before = waitingTaps().find(({ op }) => presses.get(op)?.form === form && presses.get(op)?.action === action);
  // A row has a line of its own for it.
  if (before && !form.hasAttribute("data-pick")) toast(words(before.late ? "savedHere" : "saving"));
  return before !== undefined;
}

/** @param {SubmitEvent} event */
function submitted(event) {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || !form.matches("form[data-command]")) return;
  event.preventDefault();
  if (isPressed(form)) return;
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  const go = () => {
    lastPress.set(form, { action: form.getAttribute("action"), at: performance.now() });
    send(form, button);
  };
  if (!asksFirst(form, go)) go();
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 */
function send(form, button) {
  clearErrors(form);
  const url = (button && button.getAttribute("formaction")) || form.getAttribute("action") || location.pathname;
  const target = targetOf(form, url);
  touchHere(target);
  mark(target, "sending");
  form.setAttribute("data-saving", "sending");
  const tap = add({
    url,
    body: bodyOf(form, button),
    target,
    person: person(),
    name: facts().name || "",
    what: whatOf(form, button, target),
    goods: goodsOf(form, target),
    page: location.pathname,
  });
  presses.set(tap.op, { form, action: form.getAttribute("action"), typed: typedIn(form) });
  // What is on its way is not changed any more.
  if (form.hasAttribute("data-guard")) form.inert = true;
  setTimeout(() => {
    if (presses.has(tap.op) && !tap.late) waits(tap, "busy");
  }, SLOW);
}

/**
 * It takes long. What is stored on this device is said to be, and nothing else.
 * @param {Waiting} tap
 * @param {string} why
 */
function waits(tap, why) {
  if (!tap.stored) return;
  const first = !tap.late;
  tap.late = true;
  mark(tap.target, why === "broken" ? "broken" : "queued");
  const form = presses.get(tap.op)?.form;
  if (form) form.setAttribute("data-saving", "queued");
  // The sheet that asks for the PIN says it already.
  if (first && why !== "signin") announce(words("savedHere"));
  show();
}

/** @param {Waiting} tap */
function release(tap) {
  const press = presses.get(tap.op);
  const form = press?.form;
  presses.delete(tap.op);
  if (!waitingTaps().some((other) => other.target === tap.target)) mark(tap.target, null);
  if (form) {
    form.removeAttribute("data-saving");
    form.inert = false;
  }
  return press;
}

/**
 * @param {Waiting} tap
 * @param {Reply} reply
 */
function answered(tap, reply) {
  const press = release(tap);
  touchHere(tap.target);
  if (reply.ok) accepted(tap, press, reply.json || {});
  else refused(tap, press?.form, reply);
  show();
  applyDeferred();
}

/**
 * @param {Waiting} tap
 * @param {Press | undefined} press
 * @param {import("./answer.js").Answer} answer
 */
function accepted(tap, press, answer) {
  const form = press?.form;
  if (form && form.hasAttribute("data-pick")) signal("done");
  if (form && form.isConnected) {
    // Who wrote on meanwhile keeps the words.
    const isWrittenOn = typedIn(form) !== press?.typed;
    if (form.hasAttribute("data-guard")) settleSent(form, tap.body);
    else if (!isWrittenOn) form.reset();
    const sheet = /** @type {HTMLDialogElement | null} */ (form.closest("dialog[open]"));
    if (sheet) sheet.close();
    const fold = /** @type {HTMLDetailsElement | null} */ (form.closest("details[open]"));
    if (fold && !isWrittenOn) fold.open = false;
  }
  // A person who has gone on to another page stays there.
  if (takeAnswer(form ? answer : Object.assign({}, answer, { location: null }))) return;
  if (tap.late) toast(words("sentLater"), "good");
  if (answer.undo) offerUndo(answer.undo, [tap.goods, answer.message].filter(Boolean).join(" · "));
  else if (answer.message) toast(answer.message, "good");
}

/**
 * A refusal stays until somebody has read it: beside the field of a form that is still open, else on the row.
 * @param {Waiting} tap
 * @param {HTMLFormElement | undefined} form
 * @param {Reply} reply
 */
async function refused(tap, form, reply) {
  const answer = reply.json;
  if (answer && answer.type === "pin-must-change") {
    location.assign("/pin");
    return;
  }
  const sentence = sentenceOf(reply.status, answer);
  refuse(tap.target);
  signal("refused");
  end(tap, "refused", sentence);
  if (answer) takeAnswer(answer);
  const box = form && /** @type {HTMLDialogElement | null} */ (form.closest("dialog[open]"));
  if (reply.status === 409 && box) await reload(box);
  else if (reply.status === 409 && form) readAgain(form);
  if (form && showErrors(form, sentence, answer && answer.fields)) {
    dismiss(tap.op);
    if (form.hasAttribute("data-guard")) await readAnew(form);
  } else if (box && box.open) {
    dismiss(tap.op);
    showOver(box, sentence);
  }
  show();
}

/**
 * What was typed stays, the newest text stands above it, and the next save is made knowing that one.
 * @param {HTMLFormElement} form
 */
function readAgain(form) {
  const version = form.elements.namedItem("version");
  if (!(version instanceof HTMLInputElement)) return;
  if (form.contains(document.activeElement)) focused()?.blur();
  applyDeferred();
  const read = /** @type {HTMLElement | null} */ (form.closest("[data-version]"));
  if (read) version.value = read.dataset.version || "";
}

/**
 * The page as the server has it now, around and under what was typed.
 * @param {HTMLFormElement} form
 */
async function readAnew(form) {
  const field = form.contains(document.activeElement) && focused()?.matches("[aria-invalid]");
  await resync({ now: true, typed: true });
  if (!field) look(find("#main [data-look]"));
}

export function start() {
  onQueue({
    answered,
    waiting(tap, why) {
      if (why === "network") doubt();
      waits(tap, why);
    },
    signIn: () => askPin().then(resume),
    ended(tap, why) {
      release(tap);
      if (why === "expired") end(tap, "expired", words("expired"));
      show();
      applyDeferred();
    },
  });
  document.addEventListener("submit", submitted);
  addEventListener("online", flush);
  // What this device cannot keep goes with the page.
  addEventListener("beforeunload", (event) => {
    if (!waitingTaps().some((tap) => !tap.stored)) return;
    event.preventDefault();
    event.returnValue = "";
  });
  if (!person()) return;
  adopt(person());
  setInterval(() => adopt(person()), 30000);
}
